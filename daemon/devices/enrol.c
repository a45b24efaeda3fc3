/* Making our application the device owner of a tablet: installed when it is not there, set, and seen to be so. What must be true before (no account,
 * one user, no other owner) is read by a probe and judged elsewhere; the tablet checks it again by itself.
 * Facts: AOSP DevicePolicyManagerServiceShellCommand (set-device-owner, list-owners). */
#include "daemon/devices/strategy_app.h"

#define SET_TEXT  "Success"
#define SEEN_TEXT ",DeviceOwner"

void
bench_enrol (Bench *bench, guint64 session, const char *expected_serial, GCancellable *cancellable, StrategyFunc func,
             gpointer user)
{
  const StrategyApp *app = &bench_settings (bench)->owner;
  ShellPlan *plan = shell_plan_new ();
  shell_plan_install (plan, app->component, app->apk);
  shell_plan_add (plan, g_strconcat ("dpm set-device-owner ", app->component, NULL), SET_TEXT);
  shell_plan_add (plan, g_strdup ("dpm list-owners"), SEEN_TEXT);
  shell_plan_run (plan, bench, session, expected_serial, cancellable, func, user);
}
