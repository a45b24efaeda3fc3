/* What a preparation does with a tablet that was read: judge, enrol, journal. The rest of its life is tablet_run's. */
#include "daemon/actions/prepare_run.h"
#include "daemon/actions/wipe_story.h"
#include "daemon/rules/enrol.h"

struct _PrepareRun {
  TabletRun base; /* first: what tablet_run calls with is this */
  Code item;
};

const char *
prepare_state_name (PrepareState state)
{
  static const char *const names[PREPARES_N] = {
      [PREPARE_ASKED] = "asked", [PREPARE_TAP] = "tap", [PREPARE_ENROLLED] = "enrolled", [PREPARE_REFUSED] = "refused"};
  return names[state];
}

gboolean
prepare_is_running (const char *name)
{
  return g_strcmp0 (name, prepare_state_name (PREPARE_ASKED)) == 0 ||
         g_strcmp0 (name, prepare_state_name (PREPARE_TAP)) == 0;
}

PrepareState
prepare_run_state (const PrepareRun *run)
{
  if (run->base.is_over)
    return run->base.reason == NULL ? PREPARE_ENROLLED : PREPARE_REFUSED;
  return run->base.is_tapping ? PREPARE_TAP : PREPARE_ASKED;
}

const char *
prepare_run_reason (const PrepareRun *run)
{
  return run->base.reason;
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
write_end (TabletRun *base)
{
  PrepareRun *run = (PrepareRun *)base;
  const char *state = prepare_state_name (prepare_run_state (run));
  Ending *ending = g_new0 (Ending, 1);
  ending->world = base->world;
  g_strlcpy (ending->item, run->item, sizeof ending->item);
  ending->account = g_strdup (base->account);
  ending->after = base->reason != NULL ? g_strdup_printf ("%s reason=%s", state, base->reason) : g_strdup (state);
  base->world->pending++;
  register_write (base->world->reg, journal_end, journaled_in_register, ending);
  base->world->changed (run->item, base->world->user);
}

/* ---- steps ---- */

static void
on_enrol (StrategyEvent event, const char *text, gboolean was_sent, const GError *error, gpointer user)
{
  TabletRun *run = user;
  (void)was_sent; /* nothing is erased */
  (void)text;     /* the end tells */
  if (event != STRATEGY_ACCEPTED && event != STRATEGY_FAILED)
    return;
  if (event == STRATEGY_ACCEPTED)
    tablet_run_end (run, NULL);
  else if (g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_GONE))
    tablet_run_fail (run, error);
  else
    tablet_run_end (run, g_strdup_printf ("%s|%s", message_code (M_DEVICE_REFUSED), error->message));
  tablet_run_unref (run);
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
take_facts (TabletRun *base, DeviceFacts *taken)
{
  g_autoptr (DeviceFacts) facts = taken;
  if (strategy_owner_is_ours (facts, base->world->settings)) {
    tablet_run_end (base, NULL);
    return;
  }
  char *reason = objection ((const PrepareRun *)base, facts);
  if (reason != NULL)
    tablet_run_end (base, reason);
  else {
    deadline_clear (&base->wait); /* each command has a time-out of its own */
    bench_enrol (base->world->bench, base->session, base->serial, base->cancellable, on_enrol, tablet_run_ref (base));
  }
}

static void
show_tap (TabletRun *base)
{
  base->world->changed (((const PrepareRun *)base)->item, base->world->user);
}

static void
free_run (TabletRun *base)
{
  g_free (base);
}

static const TabletRunKind kind = {
    .cable = M_ENROL_CABLE,
    .no_adb = M_ENROL_NO_ADB,
    .stays = TRUE, /* the tablet itself says for good whether it is enrolled */
    .tap = show_tap,
    .take = take_facts,
    .end = write_end,
    .free = free_run,
};

PrepareRun *
prepare_run_new (WipeRunWorld *world, const char *item, const char *port, const char *serial, const char *account)
{
  PrepareRun *run = g_new0 (PrepareRun, 1);
  g_strlcpy (run->item, item, sizeof run->item);
  tablet_run_begin (&run->base, &kind, world, port, serial, account, FALSE);
  return run;
}
