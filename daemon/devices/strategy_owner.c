/* Our own device-owner application wipes: the one way over the cable that also clears Google's lock, when it is told to (flag 2). Which
 * application, and how it is told, is configuration. Facts: DevicePolicyManager.wipeDevice and its flags; `dpm list-owners`. */
#include "daemon/devices/strategy_app.h"

static const char *
objection (const DeviceFacts *facts, const StrategySettings *settings)
{
  if (facts->mode != DEVICE_ADB)
    return "needs_adb";
  if (!strategy_app_is_configured (&settings->owner))
    return "needs_owner_app";
  if (!strategy_owner_is_ours (facts, settings))
    return "not_enrolled";
  return facts->merge_pending == 1 ? "update_pending" : NULL;
}

static gboolean
clears_google_lock (const StrategySettings *settings)
{
  return (settings->owner.flags & STRATEGY_WIPES_LOCK) != 0;
}

static void
start (Bench *bench, guint64 session, const char *expected_serial, GCancellable *cancellable, StrategyFunc func,
       gpointer user)
{
  const StrategyApp *app = &bench_settings (bench)->owner;
  ShellPlan *plan = shell_plan_new ();
  shell_plan_wipe (plan, strategy_app_command (app), app->says);
  shell_plan_run (plan, bench, session, expected_serial, cancellable, func, user);
}

const Strategy strategy_owner = {
    .name = "owner",
    .title_fr = "Réinitialisation par notre application de gestion",
    .title_en = "Reset by our own management application",
    .because = "enrolled",
    .choice = STRATEGY_AUTOMATIC,
    .link = STRATEGY_LINK_NEEDED,
    .clears_google_lock = clears_google_lock,
    .objection = objection,
    .start = start,
};
