/* Test harness mode (Android 10 and later): Android erases itself, keeps our key and comes back open to it, with a new identity. That proves
 * the erasure, and leaves the tablet in a state that nobody may be lent: a real reset must follow (actions/wipe_run_after.c).
 * Facts: AOSP TestHarnessModeService; exit code 2 with a screen lock; it needs a persistent data partition. */
#include "daemon/devices/strategy_shell.h"

#define SDK_MIN 29 /* Android 10 */

static const char *
objection (const DeviceFacts *facts, const StrategySettings *settings)
{
  (void)settings; /* nothing of ours is on the tablet */
  if (facts->mode != DEVICE_ADB)
    return "needs_adb";
  if (facts->sdk < SDK_MIN)
    return "needs_android_10";
  if (facts->has_persistent_data == 0)
    return "needs_persistent_data";
  return facts->in_test_mode == 1 ? "in_test_mode" : NULL;
}

static void
start (Bench *bench, guint64 session, const char *expected_serial, GCancellable *cancellable, StrategyFunc func,
       gpointer user)
{
  ShellPlan *plan = shell_plan_new ();
  shell_plan_wipe (plan, g_strdup ("cmd testharness enable"), NULL);
  shell_plan_run (plan, bench, session, expected_serial, cancellable, func, user);
}

const Strategy strategy_test_harness = {
    .name = "test-harness",
    .title_fr = "Mode de test d'Android, comme preuve, puis une vraie réinitialisation",
    .title_en = "Android's test harness mode as a proof, then a real reset",
    .choice = STRATEGY_ON_DEMAND,
    .link = STRATEGY_LINK_NEEDED,
    .leaves_test_mode = TRUE,
    .objection = objection,
    .start = start,
};
