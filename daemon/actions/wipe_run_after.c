/* A wipe from its command on: sent once, gone, back, waiting for a person's eyes. Nothing here can take it back. */
#include "daemon/actions/wipe_run_parts.h"
#include <string.h>
#include <sys/random.h>

#define KEY_ACCEPTED "key-accepted: adb opens with our key"

/* ---- the command ---- */

void
started_send (WipeRun *run)
{
  const Device *device = run_our_device (run);
  if (device == NULL ||
      device->session != run->session) { /* swapped or pulled between arming and now: nothing is sent */
    gboolean is_foreign = device == NULL && bench_find_port (run->world->bench, run->wipe->port) != NULL;
    run_write_event (run, is_foreign ? WIPE_ON_FOREIGN : WIPE_ON_LOST, is_foreign ? "wipe_swapped" : "wipe_lost");
    return;
  }
  run->has_gap = FALSE; /* from here on everything is seen */
  run->strategy_runs = TRUE;
  run->strategy->start (run->world->bench, run->session, run->wipe->serial, run->cancellable, run_on_strategy,
                        run_ref (run));
}

/* The daemon was killed after "started": the command may have been sent, and is never sent again. */
void
started_resume (WipeRun *run)
{
  const Device *device = run_our_device (run);
  run->session = device != NULL ? device->session : 0;
  if (device != NULL) {
    run_start_timer (run, run->world->timeouts->leave_ms);
    return;
  }
  WipeStep *step = run_step (run);
  wipe_step_note (step, "usb", "left-port: %s (seen when the daemon started again)", run->wipe->port);
  wipe_step_event (step, WIPE_ON_LEFT, NULL);
  run_write (run, step);
}

void
started_said (WipeRun *run, const Happening *happening)
{
  run_write_note (run, "said", happening->text);
}

void
started_answered (WipeRun *run, const Happening *happening)
{
  run_write_note (run, "answered", happening->text);
}

/* What a person does instead of a command: what the wipe waits for, and how its evidence says it. */
static const struct {
  const char *waits_for, *done;
} hands[] = {
    [STRATEGY_HAND_NONE] = {NULL, NULL},
    [STRATEGY_HAND_SETTINGS] = {"reset_by_hand", "reset by hand in Settings"},
    [STRATEGY_HAND_KEYS] = {"keys_by_hand", "reset by hand in the recovery menu"},
};

void
started_accepted (WipeRun *run, const Happening *happening)
{
  WipeStep *step = run_step (run);
  run->strategy_runs = FALSE;
  if (run->strategy->by_hand == STRATEGY_HAND_NONE) {
    wipe_step_note (step, "usb", "command-accepted: %s", happening->text);
    run_start_timer (run, run->world->timeouts->leave_ms);
  } else
    wipe_step_event (step, WIPE_ON_NEEDS_HUMAN, hands[run->strategy->by_hand].waits_for);
  if (run->has_left)
    g_queue_push_head (&run->happenings, happening_new (HAPPENED_LEFT));
  run_write (run, step);
}

void
started_failed (WipeRun *run, const Happening *happening)
{
  gboolean is_refusal = g_error_matches (happening->error, DEVICE_ERROR, DEVICE_ERROR_REFUSED) ||
                        g_error_matches (happening->error, DEVICE_ERROR, DEVICE_ERROR_UNSUPPORTED);
  gboolean is_foreign = g_error_matches (happening->error, DEVICE_ERROR, DEVICE_ERROR_SERIAL);
  WipeStep *step = run_step (run);
  run->strategy_runs = FALSE;
  wipe_step_note (step, "answered", "failed: %s", happening->error->message);
  if (is_foreign)
    wipe_step_event (step, WIPE_ON_FOREIGN, "device_serial");
  else if (is_refusal) {
    g_autofree char *reason = g_strdup_printf ("device_refused|%s", happening->error->message);
    wipe_step_event (step, WIPE_ON_REFUSED, reason);
  } else if (!happening->was_sent)
    wipe_step_event (step, WIPE_ON_REFUSED, message_code (M_WIPE_NOT_SENT));
  else
    wipe_step_event (step, WIPE_ON_LOST, "wipe_lost");
  run_write (run, step);
}

void
started_left (WipeRun *run, const Happening *happening)
{
  (void)happening;
  if (run->strategy_runs) { /* its last word comes first: was the command sent? */
    run->has_left = TRUE;
    return;
  }
  WipeStep *step = run_step (run);
  wipe_step_note (step, "usb", "left-port: %s", run->wipe->port);
  wipe_step_event (step, WIPE_ON_LEFT, NULL);
  run_write (run, step);
}

void
by_hand_left (WipeRun *run, const Happening *happening)
{
  WipeStep *step = run_step (run);
  (void)happening;
  wipe_step_note (step, "usb", "command-accepted: %s", hands[run->strategy->by_hand].done);
  wipe_step_note (step, "usb", "left-port: %s", run->wipe->port);
  wipe_step_event (step, WIPE_ON_LEFT, NULL);
  run_write (run, step);
}

void
started_timer (WipeRun *run, const Happening *happening)
{
  (void)happening;
  run_write_event (run, run->has_gap ? WIPE_ON_LOST : WIPE_ON_IGNORED, run->has_gap ? "wipe_unproven" : "wipe_ignored");
}

/* ---- away and back ---- */

static const char *
face_name (const Happening *happening)
{
  return happening->is_recovery ? "recovery" : device_mode_name (happening->mode);
}

/* What shows on the port now. Recovery is not back yet: it erases, or just has. */
static void
write_face (WipeRun *run, const Happening *happening)
{
  WipeStep *step = run_step (run);
  wipe_step_note (step, "usb", "face: %s%s", face_name (happening), happening->serial == NULL ? ", no serial" : "");
  if (happening->is_recovery && run->wipe->state == WIPE_GONE)
    wipe_step_event (step, WIPE_ON_RECOVERY_FACE, NULL);
  run_write (run, step);
}

/* Another tablet is on the port, or it cannot be told which of two it is: what it shows proves nothing of ours. */
static gboolean
write_foreign (WipeRun *run, const Happening *happening)
{
  if (happening->serial == NULL || (!happening->is_duplicate && g_str_equal (happening->serial, run->wipe->serial)))
    return FALSE;
  g_autofree char *duplicate = g_strdup_printf ("wipe_duplicate|%s", happening->serial);
  WipeStep *step = run_step (run);
  wipe_step_note (step, "usb", "foreign: %s", run->wipe->port);
  wipe_step_event (step, WIPE_ON_FOREIGN, happening->is_duplicate ? duplicate : "wipe_swapped");
  run_write (run, step);
  return TRUE;
}

void
away_arrived (WipeRun *run, const Happening *happening)
{
  g_autoptr (GError) error = NULL;
  if (happening->session == run->session)
    return; /* seen already */
  run->session = happening->session;
  if (write_foreign (run, happening))
    return;
  write_face (run, happening);
  if (happening->serial == NULL || happening->is_recovery || happening->mode == DEVICE_FASTBOOT)
    return; /* Android is not back: nothing is known of its adb yet */
  if (happening->mode != DEVICE_ADB)
    run_start_settling (run, run->world->timeouts->settle_ms);
  else if (!bench_connect (run->world->bench, run->session, 0, &error))
    g_debug ("wipe %s: %s", run->wipe->code, error->message); /* it left again: another happening tells */
}

void
away_left (WipeRun *run, const Happening *happening)
{
  WipeStep *step = run_step (run);
  run_stop_settling (run);
  wipe_step_note (step, "usb", "left-again: %s", face_name (happening));
  if (run->wipe->state == WIPE_RECOVERY)
    wipe_step_event (step, WIPE_ON_LEFT, NULL);
  run_write (run, step);
}

static WipeStep *
returned_step (const WipeRun *run)
{
  WipeStep *step = run_step (run);
  wipe_step_note (step, "usb", "same-port: %s", run->wipe->port);
  wipe_step_note (step, "usb", "same-serial: %s", run->wipe->serial);
  wipe_step_event (step, WIPE_ON_RETURNED, NULL);
  return step;
}

/* Which note tells what the link says about our key. It counts only when this tablet asked for our key before and took it: a key
 * that was never known is refused without any reset. Adb that lets anybody in now is then the trade-in mode, which is offered after
 * a reset only (AOSP, "Architecture of ADB Trade-In Mode"); on a test build it says nothing. */
static const char *
key_note (const WipeRun *run, const Happening *happening)
{
  gboolean asked_before = run->wipe->facts != NULL && strstr (run->wipe->facts, ASKED_FOR_KEY) != NULL;
  if (happening->link == DEVICE_LINK_UNTRUSTED)
    return asked_before ? "key-refused: adb asks for a key and does not know ours"
                        : "key-unknown: adb does not know our key, and was not seen to know it before";
  if (happening->has_asked)
    return KEY_ACCEPTED;
  return asked_before ? "trade-in: adb is open to anybody, as after a reset" : "open-to-all: adb is open to anybody";
}

#define CHALLENGE_BYTES 32 /* in hex as the text of the challenge */

/* Adb that lets anybody in: it is asked to sign a challenge. The step that keeps the challenge comes first. */
static void
add_challenge (WipeRun *run, WipeStep *step)
{
  GString *challenge = g_string_new (NULL);
  guint8 bytes[CHALLENGE_BYTES];
  if (getrandom (bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
    g_error ("the system has no random numbers");
  for (gsize i = 0; i < sizeof bytes; i++)
    g_string_append_printf (challenge, "%02x", bytes[i]);
  g_free (run->challenge);
  run->challenge = g_string_free (challenge, FALSE);
  step->challenge = g_strdup (run->challenge);
  wipe_step_note (step, "usb", "trade-in-challenge: %s", run->challenge);
}

/* How long an order that was just sent may still be on its way inside the tablet, milliseconds. Android prepares a reset for up to a minute
 * before it restarts: a cable that is pulled and put back meanwhile brings back a tablet that our key opens, and that erases itself a moment
 * later. 0: none was sent, or long ago. */
static guint
order_is_pending_ms (const WipeRun *run)
{
  if (run->strategy->by_hand != STRATEGY_HAND_NONE || run->wipe->state != WIPE_GONE)
    return 0;
  gint64 since_ms = (run->world->now (run->world->now_data) - run->wipe->started_at) * 1000;
  gint64 leave_ms = run->world->timeouts->leave_ms;
  return since_ms >= 0 && since_ms < leave_ms ? (guint)(leave_ms - since_ms) : 0;
}

/* Our key opens it: it is given the rest of its time to leave. */
static gboolean
waits_for_the_order (WipeRun *run)
{
  guint rest_ms = order_is_pending_ms (run);
  if (rest_ms == 0)
    return FALSE;
  run_start_settling (run, rest_ms);
  return TRUE;
}

/* It is back, and says what our key is worth to it. */
static void
write_back (WipeRun *run, const Happening *happening)
{
  WipeStep *step = returned_step (run);
  wipe_step_note (step, "usb", "%s", key_note (run, happening));
  if (happening->link == DEVICE_LINK_READY && !happening->has_asked)
    add_challenge (run, step);
  run_write (run, step);
}

void
away_link (WipeRun *run, const Happening *happening)
{
  gboolean takes_our_key = happening->link == DEVICE_LINK_READY && happening->has_asked;
  if (write_foreign (run, happening) ||
      (happening->link != DEVICE_LINK_READY && happening->link != DEVICE_LINK_UNTRUSTED))
    return;
  if (takes_our_key && run->strategy->leaves_test_mode) {
    run_start_probe (run); /* our key must open it then: it says itself whether it is erased and in test mode */
    return;
  }
  if (takes_our_key && waits_for_the_order (run))
    return;
  write_back (run, happening);
}

void
away_probed (WipeRun *run, const Happening *happening)
{
  run->is_probing = FALSE;
  if (g_error_matches (happening->error, DEVICE_ERROR, DEVICE_ERROR_GONE))
    return; /* another happening tells */
  const DeviceFacts *facts = happening->facts;
  run->in_test_mode = facts != NULL && facts->in_test_mode == 1 && g_strcmp0 (facts->serial, run->wipe->serial) == 0;
  if (!run->in_test_mode && waits_for_the_order (run))
    return;
  WipeStep *step = returned_step (run);
  if (run->in_test_mode) {
    run_take_facts (run, happening);
    wipe_step_note (step, "usb", "test-harness: our key opens it, and it says persist.sys.test_harness=1");
  } else
    wipe_step_note (step, "usb", "%s", KEY_ACCEPTED);
  run_write (run, step);
}

void
returned_send_again (WipeRun *run)
{
  Choice choice = choice_by_probe (run);
  g_autofree char *reason = choice_reason (choice);
  WipeStep *step = run_step (run);
  run->in_test_mode = FALSE;
  run->strategy = choice.strategy;
  step->strategy = g_strdup (choice.strategy->name);
  wipe_step_event (step, WIPE_ON_SECOND, reason);
  run_write (run, step);
}

/* It stayed for as long as it had to: without adb, or open to our key with its order long sent. */
void
away_settled (WipeRun *run, const Happening *happening)
{
  const Device *device = run_our_device (run);
  WipeStep *step = returned_step (run);
  (void)happening; /* the bench says how things are now */
  gboolean is_open = device != NULL && device->mode == DEVICE_ADB && device->link == DEVICE_LINK_READY;
  wipe_step_note (step, "usb", "%s", is_open ? KEY_ACCEPTED : "adb-absent: debugging is off");
  run_write (run, step);
}

void
away_timer (WipeRun *run, const Happening *happening)
{
  (void)happening;
  run_write_event (run, WIPE_ON_LOST, "wipe_lost");
}

/* ---- back: what it proves of itself ---- */

static void
note_words (WipeStep *step, const char *note, const char *const *words)
{
  for (; *words != NULL; words++)
    wipe_step_note (step, "usb", "%s: %s", note, *words);
}

/* What was signed, and how far it could be verified here. */
static void
note_attestation (WipeRun *run, WipeStep *step, const Happening *happening)
{
  const AttestationExpected expected = {
      .challenge = run->challenge, .serial = run->wipe->serial, .roots = run->world->attestation_roots};
  AttestationReport report;
  attestation_check (happening->chain, &expected, &report);
  step->challenge = g_strdup (run->challenge);
  step->chain = g_bytes_ref (happening->chain);
  note_words (step, "verified", report.verified);
  note_words (step, "not-verified", report.unverified);
  if (report.failure != NULL)
    wipe_step_note (step, "usb", "attestation-fails: %s", report.failure);
  else
    wipe_step_note (step, "usb", "attestation-holds: %s", report.level);
  step->judges = step->judges || report.failure == NULL;
}

/* While a person is waited for, only what decides is judged. */
void
status_answered (WipeRun *run, const Happening *happening)
{
  WipeStep *step = run_step (run);
  step->judges = run->wipe->state == WIPE_RETURNED;
  if (happening->error != NULL)
    wipe_step_note (step, "usb", "trade-in-unread: %s", happening->error->message);
  else if (happening->is_locked) {
    wipe_step_note (step, "usb", "frp-locked: said_by_trade_in");
    step->judges = TRUE;
  } else {
    wipe_step_note (step, "usb", "trade-in-reset: no lock");
    if (happening->chain != NULL)
      note_attestation (run, step, happening);
    else
      wipe_step_note (step, "usb", "attestation-missing: %s", happening->text);
  }
  run->is_asking_status = FALSE;
  g_clear_pointer (&run->challenge, g_free);
  run_write (run, step);
}

/* ---- back, waiting for a person's eyes ---- */

/* It restarts once more: the reset was not over. */
void
returned_left (WipeRun *run, const Happening *happening)
{
  WipeStep *step = run_step (run);
  wipe_step_note (step, "usb", "left-again: %s", face_name (happening));
  wipe_step_event (step, WIPE_ON_LEFT, NULL);
  run_write (run, step);
}

/* The evidence is complete: it may be looked at away from the bench, and its port is free for another one. Should it come back before it is
 * attested, on whatever port, it is looked at again (it may just have restarted). */
void
attest_left (WipeRun *run, const Happening *happening)
{
  (void)happening;
  run->session = 0;
  if (run->wipe->port == NULL)
    return;
  WipeStep *step = run_step (run);
  wipe_step_note (step, "usb", "unplugged: %s", run->wipe->port);
  step->releases_port = TRUE;
  run_write (run, step);
}

void
attest_arrived (WipeRun *run, const Happening *happening)
{
  g_autoptr (GError) error = NULL;
  gboolean is_ours = g_strcmp0 (happening->serial, run->wipe->serial) == 0 && !happening->is_duplicate;
  if (run->wipe->port != NULL && write_foreign (run, happening))
    return;
  if (!is_ours || happening->mode != DEVICE_ADB)
    return;
  run->session = happening->session;
  if (!bench_connect (run->world->bench, run->session, 0, &error))
    g_debug ("wipe %s: %s", run->wipe->code, error->message); /* it left again */
}

/* Our key opens it: it was not wiped. Open to anybody: it may prove now what it could not before. */
void
attest_link (WipeRun *run, const Happening *happening)
{
  if ((run->wipe->port != NULL && write_foreign (run, happening)) || happening->link != DEVICE_LINK_READY ||
      happening->session != run->session || run->challenge != NULL)
    return;
  WipeStep *step = run_step (run);
  if (happening->has_asked) {
    wipe_step_note (step, "usb", "%s", KEY_ACCEPTED);
    wipe_step_event (step, WIPE_ON_KEY_ACCEPTED, "wipe_key_accepted");
  } else
    add_challenge (run, step);
  run_write (run, step);
}
