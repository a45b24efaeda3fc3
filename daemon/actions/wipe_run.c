/* One wipe under way.
 *
 * Everything that can happen (the bench, an answer, a timer, a person) becomes a Happening in a queue. One is handled at a time,
 * and none while a step is being written: so a handler always sees the state that is on disk. A handler writes at most one step;
 * when it is committed, entered() acts on the new state. The table at the end says who handles what in which state. */
#include "daemon/actions/wipe_run.h"
#include "daemon/actions/wipe_story.h"
#include <string.h>

#define RETRY_MS 1000

typedef enum {
  HAPPENED_RELOAD,   /* a person changed the wipe in the register */
  HAPPENED_ARRIVED,  /* plugged in on our port */
  HAPPENED_LEFT,     /* unplugged from our port */
  HAPPENED_LINK,     /* the link to it changed */
  HAPPENED_PROBED,   /* facts, or error */
  HAPPENED_SAID,     /* the strategy said something to it */
  HAPPENED_ANSWERED, /* it answered */
  HAPPENED_ACCEPTED, /* it took the wipe */
  HAPPENED_FAILED,   /* the strategy gave up */
  HAPPENED_TIMER,    /* the wait of this state is over */
  HAPPENED_SETTLED,  /* back for long enough without adb */
  HAPPENINGS_N
} HappeningKind;

typedef struct {
  HappeningKind kind;
  guint64 session;
  DeviceMode mode;
  DeviceLink link;
  char *serial, *text;
  gboolean was_sent, is_recovery, has_asked;
  DeviceFacts *facts;
  GError *error;
} Happening;

struct _WipeRun {
  grefcount references;
  WipeRunWorld *world;
  Wipe *wipe; /* as it is on disk */
  gboolean is_resumed, is_over;
  guint64 session; /* the plug-in that was looked at; 0 = none */
  DeviceFacts *facts;
  const Strategy *strategy;
  gboolean strategy_runs, has_left; /* has_left: it left before the strategy's last word */
  gboolean is_writing, is_probing;
  WipeStep
      *refused_step; /* the register could not write it (disk full ...): tried again, nothing is acted upon meanwhile */
  GQueue happenings;
  GCancellable *cancellable;
  guint timer, settle_timer, retry_timer;
};

/* One step on its way through the register's thread and back. */
typedef struct {
  WipeRun *run;
  WipeStep *step;
  Wipe *after;
  GError *error;
} Writing;

static void pump (WipeRun *run);
static void write_step (WipeRun *run, WipeStep *step);

static void
happening_free (Happening *happening)
{
  g_free (happening->serial);
  g_free (happening->text);
  device_facts_free (happening->facts);
  g_clear_error (&happening->error);
  g_free (happening);
}

static WipeRun *
run_ref (WipeRun *run)
{
  g_ref_count_inc (&run->references);
  return run;
}

static void
run_unref (WipeRun *run)
{
  if (!g_ref_count_dec (&run->references))
    return;
  g_queue_clear_full (&run->happenings, (GDestroyNotify)happening_free);
  g_object_unref (run->cancellable);
  wipe_step_free (run->refused_step);
  device_facts_free (run->facts);
  wipe_free (run->wipe);
  g_free (run);
}

static Happening *
happening_new (HappeningKind kind)
{
  Happening *happening = g_new0 (Happening, 1);
  happening->kind = kind;
  return happening;
}

static void
happen (WipeRun *run, Happening *happening)
{
  g_queue_push_tail (&run->happenings, happening);
  pump (run);
}

/* ---- timers ---- */

static void
stop_timer (guint *timer)
{
  if (*timer != 0)
    g_source_remove (*timer);
  *timer = 0;
}

static gboolean
on_timer (gpointer user)
{
  WipeRun *run = user;
  run->timer = 0;
  happen (run, happening_new (HAPPENED_TIMER));
  return G_SOURCE_REMOVE;
}

static gboolean
on_settled (gpointer user)
{
  WipeRun *run = user;
  run->settle_timer = 0;
  happen (run, happening_new (HAPPENED_SETTLED));
  return G_SOURCE_REMOVE;
}

static void
start_timer (WipeRun *run, guint delay_ms)
{
  stop_timer (&run->timer);
  run->timer = g_timeout_add (delay_ms, on_timer, run);
}

/* ---- writing a step ---- */

static gint64
now_ms (const WipeRun *run)
{
  return run->world->now (run->world->now_data) * 1000 + g_get_real_time () / 1000 % 1000;
}

static WipeStep *
new_step (const WipeRun *run)
{
  return wipe_step_new (run->wipe->code, now_ms (run));
}

static gboolean
apply_in_register (Store *store, gpointer user, GError **error)
{
  Writing *writing = user;
  g_clear_pointer (&writing->after, wipe_free);
  if (writing->step != NULL)
    return wipe_step_apply (store, writing->step, writing->run->wipe->asked_by, &writing->after, error);
  writing->after = wipe_load (store, writing->run->wipe->code, error);
  return writing->after != NULL;
}

static void entered (WipeRun *run, WipeState before);

static gboolean
on_retry (gpointer user)
{
  WipeRun *run = user;
  run->retry_timer = 0;
  write_step (run, g_steal_pointer (&run->refused_step));
  return G_SOURCE_REMOVE;
}

/* The step is on disk: the run is where the disk says. */
static void
take_over (WipeRun *run, Wipe *after)
{
  WipeState before = run->wipe->state;
  wipe_free (run->wipe);
  run->wipe = after;
  run->is_writing = FALSE;
  run->world->changed (run->wipe->code, run->world->user);
  if (after->state != before)
    entered (run, before);
  if (!run->is_over)
    pump (run);
}

static gboolean
on_written (gpointer user)
{
  Writing *writing = user;
  WipeRun *run = writing->run;
  run->world->pending--;
  if (run->is_over)
    ;
  else if (writing->error == NULL)
    take_over (run, g_steal_pointer (&writing->after));
  else if (writing->step != NULL && g_error_matches (writing->error, DB_ERROR, DB_ERROR_STALE)) {
    g_debug ("wipe %s: %s", run->wipe->code, writing->error->message);
    run->is_writing = FALSE;
    write_step (run, NULL); /* somebody was faster: read it again */
  } else {
    g_warning ("wipe %s cannot go on: %s", run->wipe->code, writing->error->message);
    run->refused_step = g_steal_pointer (&writing->step);
    run->retry_timer = g_timeout_add (RETRY_MS, on_retry, run);
  }
  wipe_step_free (writing->step);
  wipe_free (writing->after);
  g_clear_error (&writing->error);
  g_free (writing);
  run_unref (run);
  return G_SOURCE_REMOVE;
}

static void
done_in_register (gpointer user, const GError *error)
{
  Writing *writing = user;
  writing->error = error != NULL ? g_error_copy (error) : NULL;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_written, writing, NULL);
}

/* Takes the step. NULL: only read the wipe again. */
static void
write_step (WipeRun *run, WipeStep *step)
{
  Writing *writing = g_new0 (Writing, 1);
  writing->run = run_ref (run);
  writing->step = step;
  run->is_writing = TRUE;
  run->world->pending++;
  register_write (run->world->reg, apply_in_register, done_in_register, writing);
}

static void
write_event (WipeRun *run, WipeEventKind event, const char *reason)
{
  WipeStep *step = new_step (run);
  wipe_step_event (step, event, reason);
  write_step (run, step);
}

static void
write_note (WipeRun *run, const char *kind, const char *text)
{
  WipeStep *step = new_step (run);
  wipe_step_note (step, kind, "%s", text);
  write_step (run, step);
}

/* ---- what the bench calls back ---- */

static void
on_probed (DeviceFacts *facts, const GError *error, gpointer user)
{
  WipeRun *run = user;
  Happening *happening = happening_new (HAPPENED_PROBED);
  happening->facts = facts;
  happening->error = error != NULL ? g_error_copy (error) : NULL;
  happen (run, happening);
  run_unref (run);
}

static void
on_strategy (StrategyEvent event, const char *text, gboolean was_sent, const GError *error, gpointer user)
{
  static const HappeningKind kinds[] = {[STRATEGY_SAID] = HAPPENED_SAID,
                                        [STRATEGY_ANSWERED] = HAPPENED_ANSWERED,
                                        [STRATEGY_ACCEPTED] = HAPPENED_ACCEPTED,
                                        [STRATEGY_FAILED] = HAPPENED_FAILED};
  WipeRun *run = user;
  Happening *happening = happening_new (kinds[event]);
  happening->text = g_strdup (text != NULL ? text : "");
  happening->was_sent = was_sent;
  happening->error = error != NULL ? g_error_copy (error) : NULL;
  happen (run, happening);
  if (event == STRATEGY_ACCEPTED || event == STRATEGY_FAILED)
    run_unref (run);
}

static Happening *
happening_of_device (HappeningKind kind, const Device *device)
{
  Happening *happening = happening_new (kind);
  happening->session = device->session;
  happening->mode = device->mode;
  happening->link = device->link;
  happening->is_recovery = device_is_recovery (device);
  happening->has_asked = device->has_asked;
  happening->serial = g_strdup (device->serial);
  return happening;
}

void
wipe_run_bench (WipeRun *run, const Device *device, BenchEvent event)
{
  static const HappeningKind kinds[] = {
      [BENCH_ARRIVED] = HAPPENED_ARRIVED, [BENCH_LEFT] = HAPPENED_LEFT, [BENCH_CHANGED] = HAPPENED_LINK};
  if (g_str_equal (device->port, run->wipe->port))
    happen (run, happening_of_device (kinds[event], device));
}

static void
reload (WipeRun *run, const Happening *happening)
{
  (void)happening;
  write_step (run, NULL);
}

static void
start_probe (WipeRun *run)
{
  if (run->is_probing)
    return;
  run->is_probing = TRUE;
  bench_probe (run->world->bench, run->session, run->cancellable, on_probed, run_ref (run));
}

/* ---- before the command: look, gate, arm ---- */

static const char *
reason_of_device_error (const GError *error)
{
  static const struct {
    DeviceError code;
    const char *reason;
  } reasons[] = {
      {DEVICE_ERROR_TIMEOUT, "device_timeout"},   {DEVICE_ERROR_BUSY, "device_busy"},
      {DEVICE_ERROR_PROTOCOL, "device_protocol"}, {DEVICE_ERROR_PERMISSION, "device_permission"},
      {DEVICE_ERROR_SERIAL, "device_serial"},     {DEVICE_ERROR_UNSUPPORTED, "device_unsupported"},
      {DEVICE_ERROR_GONE, "wipe_cable"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_error_matches (error, DEVICE_ERROR, (gint)reasons[i].code))
      return reasons[i].reason;
  return "device_protocol";
}

/* The device on our port if it is ours beyond doubt: our serial, and no other device shows it. */
static const Device *
our_device (const WipeRun *run)
{
  const Device *device = bench_find_port (run->world->bench, run->wipe->port);
  if (device == NULL || device->is_duplicate || g_strcmp0 (device->serial, run->wipe->serial) != 0)
    return NULL;
  return device;
}

#define ASKED_FOR_KEY "asked_for_key=1\n"

static char *
facts_text (const DeviceFacts *facts, gboolean asked_for_key)
{
  GString *text = g_string_new (asked_for_key ? ASKED_FOR_KEY : NULL);
  const struct {
    const char *name, *value;
  } words[] = {{"maker", facts->maker},
               {"model", facts->model},
               {"android", facts->android_version},
               {"security_patch", facts->security_patch},
               {"fingerprint", facts->fingerprint},
               {"encryption", facts->encryption}};
  const struct {
    const char *name;
    int value;
  } numbers[] = {{"sdk", facts->sdk},
                 {"battery_percent", facts->battery_percent},
                 {"is_charging", facts->is_charging},
                 {"google_accounts", facts->google_accounts},
                 {"other_accounts", facts->other_accounts},
                 {"is_unlocked", facts->is_unlocked}};
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (words[i].value != NULL)
      g_string_append_printf (text, "%s=%s\n", words[i].name, words[i].value);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (numbers[i].value >= 0)
      g_string_append_printf (text, "%s=%d\n", numbers[i].name, numbers[i].value);
  return g_string_free (text, FALSE);
}

/* Why it cannot work on this device; NULL: nothing is known against it. */
static const char *
objection_of (const Strategy *strategy, const DeviceFacts *facts)
{
  return facts != NULL && strategy->objection != NULL ? strategy->objection (facts) : NULL;
}

/* The strategy asked for, or the first automatic one without objection, or the guided one. */
static const Strategy *
choose_strategy (const WipeRun *run)
{
  gsize n;
  const Strategy *const *strategies = strategy_list (&n);
  const Strategy *by_hand = NULL;
  if (run->wipe->strategy != NULL)
    return strategy_find (run->wipe->strategy);
  for (gsize i = 0; i < n; i++) {
    if (!strategies[i]->needs_link)
      by_hand = strategies[i];
    else if (run->facts != NULL && objection_of (strategies[i], run->facts) == NULL)
      return strategies[i];
  }
  return by_hand;
}

static void
write_gate (WipeRun *run)
{
  const Device *device = bench_find (run->world->bench, run->session);
  const DeviceFacts *read = run->facts;
  WipeStep *step = new_step (run);
  run->strategy = choose_strategy (run);
  WipeGateFacts facts = {
      .read_serial = read != NULL ? read->serial : device->serial,
      .is_duplicate = device->is_duplicate,
      .link_ready = read != NULL,
      .strategy_needs_link = run->strategy->needs_link,
      .battery_percent = read != NULL ? read->battery_percent : -1,
      .is_charging = read != NULL ? read->is_charging : -1,
      .google_accounts = read != NULL ? read->google_accounts : -1,
      .other_accounts = read != NULL ? read->other_accounts : -1,
      .strategy_clears_google_lock = run->strategy->clears_google_lock,
      .strategy_objection = objection_of (run->strategy, read),
      .strategy = run->strategy->name,
      .has_device_owner = read != NULL ? read->has_device_owner : -1,
      .merge_pending = read != NULL ? read->merge_pending : -1,
  };
  wipe_step_gate (step, &facts);
  write_step (run, step);
}

static void
write_identity (WipeRun *run, const Device *device)
{
  WipeStep *step = new_step (run);
  if (run->facts != NULL) {
    step->facts = facts_text (run->facts, device->has_asked);
    step->serial = g_strdup (run->facts->serial);
    wipe_step_note (step, "answered", "facts: Android %s, Google %d, %d %%",
                    run->facts->android_version != NULL ? run->facts->android_version : "?",
                    run->facts->google_accounts, run->facts->battery_percent);
  }
  wipe_step_note (step, "usb", "identity: %s (%s)", run->wipe->serial, device_mode_name (device->mode));
  wipe_step_event (step, WIPE_ON_SERIAL_MATCHES, NULL);
  write_step (run, step);
}

/* What is known of the device is enough to take the next step before the command. */
static void
advance (WipeRun *run, const Device *device)
{
  const char *read_serial = run->facts != NULL ? run->facts->serial : device->serial;
  if (g_strcmp0 (read_serial, run->wipe->serial) != 0)
    write_event (run, WIPE_ON_FOREIGN, "wipe_swapped");
  else if (run->wipe->state == WIPE_SEEN)
    write_identity (run, device);
  else if (run->wipe->state == WIPE_IDENTIFIED)
    write_gate (run);
  else if (run->wipe->state == WIPE_GATED) {
    WipeStep *step = new_step (run);
    run->strategy = choose_strategy (run);
    step->strategy = g_strdup (run->strategy->name);
    wipe_step_event (step, WIPE_ON_STRATEGY, NULL);
    write_step (run, step);
  } else
    write_event (run, WIPE_ON_COMMAND, NULL);
}

static void
write_foreign (WipeRun *run, const Device *there)
{
  g_autofree char *duplicate = g_strdup_printf ("wipe_duplicate|%s", run->wipe->serial);
  write_event (run, WIPE_ON_FOREIGN, there->is_duplicate ? duplicate : "wipe_swapped");
}

static void
connect_or_close (WipeRun *run, const Device *device)
{
  g_autoptr (GError) error = NULL;
  if (device->link == DEVICE_LINK_READY)
    start_probe (run);
  else if (!bench_connect (run->world->bench, run->session, BENCH_CONNECT_OFFER_KEY, &error))
    write_event (run, WIPE_ON_GATE_CLOSED, reason_of_device_error (error));
}

/* A person does it by hand: nothing needs to be sent. */
static gboolean
needs_no_link (const WipeRun *run)
{
  const Strategy *asked = run->wipe->strategy != NULL ? strategy_find (run->wipe->strategy) : NULL;
  return asked != NULL && !asked->needs_link;
}

/* Before the command: is our tablet there, and the same plug-in as before? */
static void
look (WipeRun *run, const Happening *happening)
{
  const Device *there = bench_find_port (run->world->bench, run->wipe->port);
  const Device *device = our_device (run);
  (void)happening; /* the bench says how things are now */
  if (there == NULL || (device != NULL && run->session != 0 && device->session != run->session)) {
    write_event (run, WIPE_ON_CABLE, "wipe_cable");
    return;
  }
  if (device == NULL) {
    write_foreign (run, there);
    return;
  }
  run->session = device->session;
  if (device->mode == DEVICE_PLAIN || run->facts != NULL || needs_no_link (run)) {
    advance (run, device);
    return;
  }
  start_timer (run, run->world->timeouts->probe_ms);
  connect_or_close (run, device);
}

static void
link_before (WipeRun *run, const Happening *happening)
{
  const Device *there = bench_find_port (run->world->bench, run->wipe->port);
  if (our_device (run) == NULL && there != NULL) {
    write_foreign (run, there);
    return;
  }
  switch (happening->link) {
  case DEVICE_LINK_READY:
    if (run->facts == NULL && run->session == happening->session)
      start_probe (run);
    return;
  case DEVICE_LINK_NEEDS_TAP:
    if (run->wipe->state == WIPE_SEEN)
      write_event (run, WIPE_ON_NEEDS_HUMAN, "tap");
    return;
  case DEVICE_LINK_BUSY:
    write_event (run, WIPE_ON_GATE_CLOSED, "device_busy");
    return;
  case DEVICE_LINK_NO_PERMISSION:
    write_event (run, WIPE_ON_GATE_CLOSED, "device_permission");
    return;
  case DEVICE_LINK_BROKEN:
    write_event (run, WIPE_ON_GATE_CLOSED, "device_protocol");
    return;
  case DEVICE_LINK_NONE:
  case DEVICE_LINK_OPENING:
  case DEVICE_LINK_UNTRUSTED:
    return;
  }
}

static void
link_while_tap (WipeRun *run, const Happening *happening)
{
  if (happening->link != DEVICE_LINK_NEEDS_TAP && happening->link != DEVICE_LINK_OPENING)
    write_event (run, WIPE_ON_HUMAN_DONE, NULL);
}

static void
probed_before (WipeRun *run, const Happening *happening)
{
  run->is_probing = FALSE;
  if (happening->error != NULL) {
    gboolean is_gone = g_error_matches (happening->error, DEVICE_ERROR, DEVICE_ERROR_GONE);
    write_event (run, is_gone ? WIPE_ON_CABLE : WIPE_ON_GATE_CLOSED, reason_of_device_error (happening->error));
    return;
  }
  device_facts_free (run->facts);
  run->facts = ((Happening *)happening)->facts; /* the happening's only use of it */
  ((Happening *)happening)->facts = NULL;
  look (run, happening);
}

static void
left_before (WipeRun *run, const Happening *happening)
{
  if (happening->session == run->session)
    write_event (run, WIPE_ON_CABLE, "wipe_cable");
}

static void
timer_before (WipeRun *run, const Happening *happening)
{
  (void)happening;
  write_event (run, WIPE_ON_GATE_CLOSED, "device_timeout");
}

static void
timer_tap (WipeRun *run, const Happening *happening)
{
  (void)happening;
  write_event (run, WIPE_ON_CANCEL, "wipe_no_tap");
}

/* ---- the command ---- */

static void
send_command (WipeRun *run)
{
  const Device *device = our_device (run);
  if (device == NULL ||
      device->session != run->session) { /* swapped or pulled between arming and now: nothing was sent */
    write_event (run,
                 device == NULL && bench_find_port (run->world->bench, run->wipe->port) != NULL ? WIPE_ON_FOREIGN
                                                                                                : WIPE_ON_LOST,
                 "wipe_swapped");
    return;
  }
  run->strategy_runs = TRUE;
  run->strategy->start (run->world->bench, run->session, run->wipe->serial, run->cancellable, on_strategy,
                        run_ref (run));
}

/* The daemon was killed after "started": the command may have been sent, and is never sent again. */
static void
resume_started (WipeRun *run)
{
  const Device *device = our_device (run);
  run->session = device != NULL ? device->session : 0;
  if (device != NULL) {
    start_timer (run, run->world->timeouts->leave_ms);
    return;
  }
  WipeStep *step = new_step (run);
  wipe_step_note (step, "usb", "left-port: %s (seen when the daemon started again)", run->wipe->port);
  wipe_step_event (step, WIPE_ON_LEFT, NULL);
  write_step (run, step);
}

static void
note_said (WipeRun *run, const Happening *happening)
{
  write_note (run, "said", happening->text);
}

static void
note_answered (WipeRun *run, const Happening *happening)
{
  write_note (run, "answered", happening->text);
}

static void
accepted (WipeRun *run, const Happening *happening)
{
  WipeStep *step = new_step (run);
  run->strategy_runs = FALSE;
  if (run->strategy->needs_link) {
    wipe_step_note (step, "usb", "command-accepted: %s", happening->text);
    start_timer (run, run->world->timeouts->leave_ms);
    if (run->has_left)
      g_queue_push_head (&run->happenings, happening_new (HAPPENED_LEFT));
  } else
    wipe_step_event (step, WIPE_ON_NEEDS_HUMAN, "reset_by_hand");
  write_step (run, step);
}

static void
failed (WipeRun *run, const Happening *happening)
{
  gboolean is_refusal = g_error_matches (happening->error, DEVICE_ERROR, DEVICE_ERROR_REFUSED) ||
                        g_error_matches (happening->error, DEVICE_ERROR, DEVICE_ERROR_UNSUPPORTED);
  gboolean is_foreign = g_error_matches (happening->error, DEVICE_ERROR, DEVICE_ERROR_SERIAL);
  WipeStep *step = new_step (run);
  run->strategy_runs = FALSE;
  wipe_step_note (step, "answered", "failed: %s", happening->error->message);
  if (is_foreign)
    wipe_step_event (step, WIPE_ON_FOREIGN, "device_serial");
  else if (is_refusal) {
    g_autofree char *reason = g_strdup_printf ("device_refused|%s", happening->error->message);
    wipe_step_event (step, WIPE_ON_REFUSED, reason);
  } else
    wipe_step_event (step, WIPE_ON_LOST, "wipe_lost");
  write_step (run, step);
}

static void
left_started (WipeRun *run, const Happening *happening)
{
  (void)happening;
  if (run->strategy_runs) { /* its last word comes first: was the command sent? */
    run->has_left = TRUE;
    return;
  }
  WipeStep *step = new_step (run);
  wipe_step_note (step, "usb", "left-port: %s", run->wipe->port);
  wipe_step_event (step, WIPE_ON_LEFT, NULL);
  write_step (run, step);
}

static void
left_by_hand (WipeRun *run, const Happening *happening)
{
  WipeStep *step = new_step (run);
  Happening *again = happening_new (HAPPENED_LEFT);
  again->session = happening->session;
  g_queue_push_head (&run->happenings, again); /* first the waiting ends, then it left */
  wipe_step_note (step, "usb", "command-accepted: reset by hand in Settings");
  wipe_step_event (step, WIPE_ON_HUMAN_DONE, NULL);
  write_step (run, step);
}

static void
timer_started (WipeRun *run, const Happening *happening)
{
  (void)happening;
  write_event (run, WIPE_ON_IGNORED, "wipe_ignored");
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
  WipeStep *step = new_step (run);
  wipe_step_note (step, "usb", "face: %s%s", face_name (happening), happening->serial == NULL ? ", no serial" : "");
  if (happening->is_recovery && run->wipe->state == WIPE_GONE)
    wipe_step_event (step, WIPE_ON_RECOVERY_FACE, NULL);
  write_step (run, step);
}

static void
arrived_away (WipeRun *run, const Happening *happening)
{
  g_autoptr (GError) error = NULL;
  if (happening->session == run->session)
    return; /* seen already */
  run->session = happening->session;
  if (happening->serial != NULL && !g_str_equal (happening->serial, run->wipe->serial)) {
    WipeStep *step = new_step (run);
    wipe_step_note (step, "usb", "foreign: %s", run->wipe->port);
    wipe_step_event (step, WIPE_ON_FOREIGN, "wipe_swapped");
    write_step (run, step);
    return;
  }
  write_face (run, happening);
  if (happening->serial == NULL || happening->is_recovery)
    return;
  if (happening->mode != DEVICE_ADB)
    run->settle_timer = g_timeout_add (run->world->timeouts->settle_ms, on_settled, run);
  else if (!bench_connect (run->world->bench, run->session, 0, &error))
    g_debug ("wipe %s: %s", run->wipe->code, error->message); /* it left again: another happening tells */
}

static void
left_away (WipeRun *run, const Happening *happening)
{
  WipeStep *step = new_step (run);
  stop_timer (&run->settle_timer);
  wipe_step_note (step, "usb", "left-again: %s", face_name (happening));
  if (run->wipe->state == WIPE_RECOVERY)
    wipe_step_event (step, WIPE_ON_LEFT, NULL);
  write_step (run, step);
}

static WipeStep *
returned_step (const WipeRun *run)
{
  WipeStep *step = new_step (run);
  wipe_step_note (step, "usb", "same-port: %s", run->wipe->port);
  wipe_step_note (step, "usb", "same-serial: %s", run->wipe->serial);
  wipe_step_event (step, WIPE_ON_RETURNED, NULL);
  return step;
}

/* Which note tells what the link says about our key. Adb that lets anybody in although this tablet asked for our key before is the
 * trade-in mode, which is offered after a reset only (AOSP, "Architecture of ADB Trade-In Mode"); on a test build it says nothing. */
static const char *
key_note (const WipeRun *run, const Happening *happening)
{
  gboolean asked_before = run->wipe->facts != NULL && strstr (run->wipe->facts, ASKED_FOR_KEY) != NULL;
  if (happening->link == DEVICE_LINK_UNTRUSTED)
    return "key-refused: adb asks for a key and does not know ours";
  if (happening->has_asked)
    return "key-accepted: adb opens with our key";
  return asked_before ? "trade-in: adb is open to anybody, as after a reset" : "open-to-all: adb is open to anybody";
}

static void
link_away (WipeRun *run, const Happening *happening)
{
  if (happening->link != DEVICE_LINK_READY && happening->link != DEVICE_LINK_UNTRUSTED)
    return;
  WipeStep *step = returned_step (run);
  wipe_step_note (step, "usb", "%s", key_note (run, happening));
  write_step (run, step);
}

static void
settled_away (WipeRun *run, const Happening *happening)
{
  WipeStep *step = returned_step (run);
  (void)happening;
  wipe_step_note (step, "usb", "adb-absent: debugging is off");
  write_step (run, step);
}

static void
timer_away (WipeRun *run, const Happening *happening)
{
  (void)happening;
  write_event (run, WIPE_ON_LOST, "wipe_lost");
}

/* ---- back, waiting for a person's eyes ---- */

/* It restarts once more (the reset was not over), or was unplugged: what it shows when it is back counts. */
static void
left_attest (WipeRun *run, const Happening *happening)
{
  WipeStep *step = new_step (run);
  wipe_step_note (step, "usb", "left-again: %s", face_name (happening));
  wipe_step_event (step, WIPE_ON_LEFT, NULL);
  write_step (run, step);
}

static void
arrived_attest (WipeRun *run, const Happening *happening)
{
  g_autoptr (GError) error = NULL;
  if (g_strcmp0 (happening->serial, run->wipe->serial) != 0 || happening->mode != DEVICE_ADB)
    return;
  run->session = happening->session;
  if (!bench_connect (run->world->bench, run->session, 0, &error))
    g_debug ("wipe %s: %s", run->wipe->code, error->message); /* it left again */
}

static void
link_attest (WipeRun *run, const Happening *happening)
{
  if (happening->link != DEVICE_LINK_READY || !happening->has_asked || happening->session != run->session)
    return;
  WipeStep *step = new_step (run);
  wipe_step_note (step, "usb", "key-accepted: adb opens with our key");
  wipe_step_event (step, WIPE_ON_KEY_ACCEPTED, "wipe_key_accepted");
  write_step (run, step);
}

/* ---- states ---- */

/* A state was entered (or is taken up again after a restart): act. */
static void
enter_away (WipeRun *run)
{
  const Device *device = bench_find_port (run->world->bench, run->wipe->port);
  if (run->timer == 0)
    start_timer (run, run->world->timeouts->return_ms);
  if (device == NULL || device->session == run->session)
    return;
  /* it came back while a step was written, or the daemon was away */
  g_queue_push_tail (&run->happenings, happening_of_device (HAPPENED_ARRIVED, device));
}

static void
enter_wait (WipeRun *run)
{
  WipeState waited_in = wipe_waited_in (run->wipe);
  const Device *device = our_device (run);
  if (waited_in == WIPE_SEEN)
    start_timer (run, run->world->timeouts->tap_ms);
  else if (waited_in == WIPE_STARTED)
    start_timer (run, run->world->timeouts->human_ms);
  if (run->is_resumed && waited_in == WIPE_SEEN)
    write_event (run, WIPE_ON_HUMAN_DONE, NULL); /* ask again from the start */
  else if (run->is_resumed && waited_in == WIPE_STARTED && device == NULL)
    g_queue_push_tail (&run->happenings, happening_new (HAPPENED_LEFT));
}

static void
end_run (WipeRun *run)
{
  run->is_over = TRUE;
  if (run->session != 0)
    bench_disconnect (run->world->bench, run->session);
  run->world->over (run->wipe->code, run->world->user); /* may free the run: last line */
}

static void
enter_started (WipeRun *run, WipeState before)
{
  if (run->strategy == NULL && run->wipe->strategy != NULL)
    run->strategy = strategy_find (run->wipe->strategy);
  if (before == WIPE_ARMED)
    send_command (run);
  else if (run->is_resumed && before == WIPE_STARTED)
    resume_started (run);
}

static gboolean
is_away (WipeState state)
{
  return state == WIPE_GONE || state == WIPE_RECOVERY;
}

static void
entered (WipeRun *run, WipeState before)
{
  if (!is_away (run->wipe->state) || !is_away (before)) /* away is one wait, however often it shows a face */
    stop_timer (&run->timer);
  stop_timer (&run->settle_timer);
  switch (run->wipe->state) {
  case WIPE_SEEN:
  case WIPE_IDENTIFIED:
  case WIPE_GATED:
  case WIPE_ARMED:
    look (run, NULL);
    break;
  case WIPE_STARTED:
    enter_started (run, before);
    break;
  case WIPE_GONE:
  case WIPE_RECOVERY:
    enter_away (run);
    break;
  case WIPE_RETURNED: {
    WipeStep *step = new_step (run);
    step->judges = TRUE;
    write_step (run, step);
    break;
  }
  case WIPE_WAIT_HUMAN:
    enter_wait (run);
    break;
  case WIPE_VERIFIED:
  case WIPE_NOT_WIPED:
  case WIPE_UNKNOWN:
  case WIPE_BLOCKED:
  case WIPE_ABORTED:
  case WIPE_STATES_N:
    end_run (run);
    return;
  }
}

/* ---- who handles what ---- */

typedef void (*Handler) (WipeRun *run, const Happening *happening);
/* The places a run can be in: a wait_human is told apart by what it waits for. */
typedef enum {
  PLACE_BEFORE,
  PLACE_TAP,
  PLACE_STARTED,
  PLACE_BY_HAND,
  PLACE_AWAY,
  PLACE_ATTEST,
  PLACE_NONE,
  PLACES_N
} Place;

static const Handler handlers[PLACES_N][HAPPENINGS_N] = {
    [PLACE_BEFORE] = {[HAPPENED_RELOAD] = reload,
                      [HAPPENED_LINK] = link_before,
                      [HAPPENED_PROBED] = probed_before,
                      [HAPPENED_LEFT] = left_before,
                      [HAPPENED_TIMER] = timer_before},
    [PLACE_TAP] = {[HAPPENED_RELOAD] = reload,
                   [HAPPENED_LINK] = link_while_tap,
                   [HAPPENED_LEFT] = left_before,
                   [HAPPENED_TIMER] = timer_tap},
    [PLACE_STARTED] = {[HAPPENED_RELOAD] = reload,
                       [HAPPENED_SAID] = note_said,
                       [HAPPENED_ANSWERED] = note_answered,
                       [HAPPENED_ACCEPTED] = accepted,
                       [HAPPENED_FAILED] = failed,
                       [HAPPENED_LEFT] = left_started,
                       [HAPPENED_TIMER] = timer_started},
    [PLACE_BY_HAND] = {[HAPPENED_RELOAD] = reload, [HAPPENED_LEFT] = left_by_hand, [HAPPENED_TIMER] = timer_started},
    [PLACE_AWAY] = {[HAPPENED_RELOAD] = reload,
                    [HAPPENED_ARRIVED] = arrived_away,
                    [HAPPENED_LEFT] = left_away,
                    [HAPPENED_LINK] = link_away,
                    [HAPPENED_SETTLED] = settled_away,
                    [HAPPENED_TIMER] = timer_away},
    [PLACE_ATTEST] = {[HAPPENED_RELOAD] = reload,
                      [HAPPENED_ARRIVED] = arrived_attest,
                      [HAPPENED_LINK] = link_attest,
                      [HAPPENED_LEFT] = left_attest},
    [PLACE_NONE] = {[HAPPENED_RELOAD] = reload},
};

static Place
place_of (const Wipe *wipe)
{
  static const Place places[WIPE_STATES_N] = {
      [WIPE_SEEN] = PLACE_BEFORE,    [WIPE_IDENTIFIED] = PLACE_BEFORE, [WIPE_GATED] = PLACE_BEFORE,
      [WIPE_ARMED] = PLACE_BEFORE,   [WIPE_STARTED] = PLACE_STARTED,   [WIPE_GONE] = PLACE_AWAY,
      [WIPE_RECOVERY] = PLACE_AWAY,  [WIPE_RETURNED] = PLACE_NONE,     [WIPE_VERIFIED] = PLACE_NONE,
      [WIPE_NOT_WIPED] = PLACE_NONE, [WIPE_UNKNOWN] = PLACE_NONE,      [WIPE_BLOCKED] = PLACE_NONE,
      [WIPE_ABORTED] = PLACE_NONE,   [WIPE_WAIT_HUMAN] = PLACE_NONE,
  };
  if (wipe->state != WIPE_WAIT_HUMAN)
    return places[wipe->state];
  WipeState waited_in = wipe_waited_in (wipe);
  return waited_in == WIPE_SEEN ? PLACE_TAP : waited_in == WIPE_STARTED ? PLACE_BY_HAND : PLACE_ATTEST;
}

static void
pump (WipeRun *run)
{
  run_ref (run);
  while (!run->is_over && !run->is_writing && !g_queue_is_empty (&run->happenings)) {
    Happening *happening = g_queue_pop_head (&run->happenings);
    Handler handle = handlers[place_of (run->wipe)][happening->kind];
    if (handle != NULL)
      handle (run, happening);
    happening_free (happening);
  }
  run_unref (run);
}

/* ---- life ---- */

WipeRun *
wipe_run_new (WipeRunWorld *world, Wipe *wipe, gboolean is_resumed)
{
  WipeRun *run = g_new0 (WipeRun, 1);
  g_ref_count_init (&run->references);
  run->world = world;
  run->wipe = wipe;
  run->is_resumed = is_resumed;
  run->cancellable = g_cancellable_new ();
  g_queue_init (&run->happenings);
  entered (run, wipe->state);
  run->is_resumed = FALSE;
  pump (run);
  return run;
}

void
wipe_run_free (WipeRun *run)
{
  if (run == NULL)
    return;
  run->is_over = TRUE;
  stop_timer (&run->timer);
  stop_timer (&run->settle_timer);
  stop_timer (&run->retry_timer);
  g_cancellable_cancel (run->cancellable);
  run_unref (run);
}

const char *
wipe_run_code (const WipeRun *run)
{
  return run->wipe->code;
}

void
wipe_run_reload (WipeRun *run)
{
  happen (run, happening_new (HAPPENED_RELOAD));
}
