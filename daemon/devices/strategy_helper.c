/* A helper application, installed over the cable and made device administrator, wipes. It does not clear Google's lock, whatever its flags.
 * Facts: `dpm set-active-admin` is open to the adb shell; wipeData asks for targetSdk 33 or below on user 0, else wipeDevice. */
#include "daemon/devices/strategy_app.h"

#define ADMIN_TEXT "Success" /* of `dpm set-active-admin` */

static const char *
objection (const DeviceFacts *facts, const StrategySettings *settings)
{
  if (facts->mode != DEVICE_ADB)
    return "needs_adb";
  if (!strategy_app_is_configured (&settings->helper))
    return "needs_helper_app";
  return facts->merge_pending == 1 ? "update_pending" : NULL;
}

static void
start (Bench *bench, guint64 session, const char *expected_serial, GCancellable *cancellable, StrategyFunc func,
       gpointer user)
{
  const StrategyApp *app = &bench_settings (bench)->helper;
  ShellPlan *plan = shell_plan_new ();
  shell_plan_install (plan, app->component, app->apk);
  shell_plan_add (plan, g_strconcat ("dpm set-active-admin ", app->component, NULL), ADMIN_TEXT);
  shell_plan_wipe (plan, strategy_app_command (app), app->says);
  shell_plan_run (plan, bench, session, expected_serial, cancellable, func, user);
}

const Strategy strategy_helper = {
    .name = "helper",
    .title_fr = "Réinitialisation par une application d'aide, installée pour cela",
    .title_en = "Reset by a helper application, installed for it",
    .because = "helper_configured",
    .choice = STRATEGY_AUTOMATIC,
    .link = STRATEGY_LINK_NEEDED,
    .objection = objection,
    .start = start,
};
