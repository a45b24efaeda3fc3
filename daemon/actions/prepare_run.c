/* A small step machine: each answer of the bench leads to the next question, or to the end. */
#include "daemon/actions/prepare_run.h"
#include "daemon/actions/device_trouble.h"
#include "daemon/actions/wipe_story.h"
#include "daemon/devices/deadline.h"
#include "daemon/rules/enrol.h"

struct _PrepareRun {
  grefcount references;
  WipeRunWorld *world;
  Code item;
  char *port, *serial, *account;
  guint64 session; /* 0: it was not there */
  PrepareState state;
  char *reason;
  gboolean is_freed, is_probing, has_left;
  gboolean has_given_way; /* the link is not ours to close any more */
  Deadline wait;
  GCancellable *cancellable;
};

const char *
prepare_state_name (PrepareState state)
{
  static const char *const names[PREPARES_N] = {
      [PREPARE_ASKED] = "asked", [PREPARE_TAP] = "tap", [PREPARE_ENROLLED] = "enrolled", [PREPARE_REFUSED] = "refused"};
  return names[state];
}

static gboolean
is_over (PrepareState state)
{
  return state == PREPARE_ENROLLED || state == PREPARE_REFUSED;
}

gboolean
prepare_is_running (const char *name)
{
  for (PrepareState state = 0; state < PREPARES_N; state++)
    if (g_strcmp0 (name, prepare_state_name (state)) == 0)
      return !is_over (state);
  return FALSE;
}

static PrepareRun *
run_ref (PrepareRun *run)
{
  g_ref_count_inc (&run->references);
  return run;
}

static void
run_unref (PrepareRun *run)
{
  if (!g_ref_count_dec (&run->references))
    return;
  g_object_unref (run->cancellable);
  g_free (run->port);
  g_free (run->serial);
  g_free (run->account);
  g_free (run->reason);
  g_free (run);
}

/* ---- the end ---- */

typedef struct {
  WipeRunWorld *world;
  Code item;
  char *account, *after;
} Ending;

static gboolean
journal_end (Store *store, gpointer user, GError **error)
{
  const Ending *ending = user;
  const ActionContext context = {
      .now = ending->world->now (ending->world->now_data), .account = ending->account, .role = ROLE_TECHNICIAN};
  return action_journal (store, &context, "item.prepare.end", ending->item, NULL, ending->after, error);
}

static gboolean
on_journaled (gpointer user)
{
  Ending *ending = user;
  ending->world->pending--;
  g_free (ending->account);
  g_free (ending->after);
  g_free (ending);
  return G_SOURCE_REMOVE;
}

static void
journaled_in_register (gpointer user, const GError *error)
{
  if (error != NULL)
    g_warning ("the end of a preparation is not in the journal: %s", error->message);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_journaled, user, NULL);
}

static void
write_end (const PrepareRun *run)
{
  Ending *ending = g_new0 (Ending, 1);
  ending->world = run->world;
  g_strlcpy (ending->item, run->item, sizeof ending->item);
  ending->account = g_strdup (run->account);
  ending->after = run->reason != NULL ? g_strdup_printf ("%s reason=%s", prepare_state_name (run->state), run->reason)
                                      : g_strdup (prepare_state_name (run->state));
  run->world->pending++;
  register_write (run->world->reg, journal_end, journaled_in_register, ending);
}

/* reason: taken; NULL when it went well. */
static void
end (PrepareRun *run, PrepareState state, char *reason)
{
  deadline_clear (&run->wait);
  run->state = state;
  run->reason = reason;
  if (run->session != 0 && !run->has_left && !run->has_given_way)
    bench_disconnect (run->world->bench, run->session);
  write_end (run);
  run->world->changed (run->item, run->world->user);
}

static void
refuse (PrepareRun *run, MessageId id)
{
  end (run, PREPARE_REFUSED, g_strdup (message_code (id)));
}

/* ---- steps ---- */

static void
on_enrol (StrategyEvent event, const char *text, gboolean was_sent, const GError *error, gpointer user)
{
  PrepareRun *run = user;
  (void)was_sent; /* nothing is erased */
  (void)text;     /* the end tells */
  if (event != STRATEGY_ACCEPTED && event != STRATEGY_FAILED)
    return;
  if (!run->is_freed && !is_over (run->state)) {
    if (event == STRATEGY_ACCEPTED)
      end (run, PREPARE_ENROLLED, NULL);
    else if (g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_GONE))
      refuse (run, M_ENROL_CABLE);
    else
      end (run, PREPARE_REFUSED, g_strdup_printf ("device_refused|%s", error->message));
  }
  run_unref (run);
}

/* What stands against it; NULL: nothing. Caller frees. */
static char *
objection (const PrepareRun *run, const DeviceFacts *facts)
{
  gboolean is_read = facts->google_accounts >= 0 && facts->maker_accounts >= 0 && facts->other_accounts >= 0;
  const EnrolFacts judged = {
      .item = run->item,
      .accounts = is_read ? facts->google_accounts + facts->maker_accounts + facts->other_accounts : -1,
      .users = facts->users,
      .has_foreign_owner = facts->has_device_owner > 0,
  };
  g_autoptr (Verdict) verdict = verdict_new ();
  enrol_judge_tablet (&judged, verdict);
  return wipe_reason_of_verdict (verdict, NULL);
}

static void
take_facts (PrepareRun *run, const DeviceFacts *facts)
{
  if (g_strcmp0 (facts->serial, run->serial) != 0) {
    refuse (run, M_WIPE_SWAPPED);
    return;
  }
  if (strategy_owner_is_ours (facts, run->world->settings)) {
    end (run, PREPARE_ENROLLED, NULL);
    return;
  }
  char *reason = objection (run, facts);
  if (reason != NULL)
    end (run, PREPARE_REFUSED, reason);
  else {
    deadline_clear (&run->wait); /* each command has a time-out of its own */
    bench_enrol (run->world->bench, run->session, run->serial, run->cancellable, on_enrol, run_ref (run));
  }
}

static void
on_probed (DeviceFacts *taken, const GError *error, gpointer user)
{
  PrepareRun *run = user;
  g_autoptr (DeviceFacts) facts = taken;
  if (run->is_freed || is_over (run->state))
    ;
  else if (error != NULL)
    end (run, PREPARE_REFUSED, device_failure (error, bench_find (run->world->bench, run->session), M_ENROL_CABLE));
  else
    take_facts (run, facts);
  run_unref (run);
}

static void
on_timeout (gpointer user)
{
  PrepareRun *run = user;
  refuse (run, run->state == PREPARE_TAP ? M_WIPE_NO_TAP : M_DEVICE_TIMEOUT);
}

static void
wait_at_most (PrepareRun *run, guint ms)
{
  deadline_set (&run->wait, ms, on_timeout, run);
}

static void
probe (PrepareRun *run)
{
  if (run->is_probing)
    return;
  run->is_probing = TRUE;
  run->state = PREPARE_ASKED;
  wait_at_most (run, run->world->timeouts->probe_ms);
  bench_probe (run->world->bench, run->session, run->cancellable, on_probed, run_ref (run));
}

static void
connect_to (PrepareRun *run)
{
  if (!bench_connect (run->world->bench, run->session, BENCH_CONNECT_OFFER_KEY, NULL))
    refuse (run, M_ENROL_NO_ADB); /* debugging is off */
}

static void
take_link (PrepareRun *run, DeviceLink link)
{
  switch (link) {
  case DEVICE_LINK_READY:
    probe (run);
    return;
  case DEVICE_LINK_NEEDS_TAP:
    run->state = PREPARE_TAP;
    wait_at_most (run, run->world->timeouts->tap_ms);
    run->world->changed (run->item, run->world->user);
    return;
  case DEVICE_LINK_BUSY:
    refuse (run, M_DEVICE_BUSY);
    return;
  case DEVICE_LINK_NO_PERMISSION:
    refuse (run, M_DEVICE_PERMISSION);
    return;
  case DEVICE_LINK_NO_ROOM:
    refuse (run, M_DEVICE_NO_ROOM);
    return;
  case DEVICE_LINK_BROKEN:
    refuse (run, M_DEVICE_PROTOCOL);
    return;
  case DEVICE_LINK_NONE: /* closed by a wipe that was just cancelled: it is free now */
    connect_to (run);
    return;
  case DEVICE_LINK_OPENING:
  case DEVICE_LINK_UNTRUSTED:
    return;
  }
}

void
prepare_run_bench (PrepareRun *run, const Device *device, BenchEvent event)
{
  if (device->session != run->session)
    return;
  if (event == BENCH_LEFT)
    run->has_left = TRUE;
  if (is_over (run->state))
    return;
  if (event == BENCH_LEFT)
    refuse (run, M_ENROL_CABLE);
  else if (device->is_duplicate)
    refuse (run, M_WIPE_SWAPPED);
  else
    take_link (run, device->link);
}

gboolean
prepare_run_holds (const PrepareRun *run, const char *port)
{
  return !is_over (run->state) && g_str_equal (run->port, port);
}

void
prepare_run_give_way (PrepareRun *run, const char *port)
{
  if (!prepare_run_holds (run, port))
    return;
  run->has_given_way = TRUE;
  refuse (run, M_WIPE_PORT_TAKEN); /* first: what is cancelled ends it no other way */
  g_cancellable_cancel (run->cancellable);
}

/* ---- life ---- */

PrepareRun *
prepare_run_new (WipeRunWorld *world, const char *item, const char *port, const char *serial, const char *account)
{
  PrepareRun *run = g_new0 (PrepareRun, 1);
  const Device *device = bench_find_port (world->bench, port);
  g_ref_count_init (&run->references);
  run->world = world;
  g_strlcpy (run->item, item, sizeof run->item);
  run->port = g_strdup (port);
  run->serial = g_strdup (serial);
  run->account = g_strdup (account);
  run->cancellable = g_cancellable_new ();
  if (device == NULL || device->is_duplicate || g_strcmp0 (device->serial, serial) != 0) {
    refuse (run, M_WIPE_SWAPPED);
    return run;
  }
  run->session = device->session;
  wait_at_most (run, world->timeouts->probe_ms);
  if (device->link == DEVICE_LINK_READY)
    probe (run);
  else
    connect_to (run);
  return run;
}

void
prepare_run_free (PrepareRun *run)
{
  if (run == NULL)
    return;
  run->is_freed = TRUE;
  deadline_clear (&run->wait);
  g_cancellable_cancel (run->cancellable);
  run_unref (run);
}

PrepareState
prepare_run_state (const PrepareRun *run)
{
  return run->state;
}

const char *
prepare_run_reason (const PrepareRun *run)
{
  return run->reason;
}

gboolean
prepare_run_is_past (const PrepareRun *run)
{
  return is_over (run->state) && (run->has_left || run->session == 0);
}
