/* `cmd recovery wipe`: Android 15's own factory reset for a plain, authorised adb shell (AOSP RecoverySystemService). The command asks for
 * the reset and the tablet leaves: its text, or the silence of a tablet that has gone after it got the command, is all it says. */
#include "daemon/devices/strategy_shell.h"

#define SDK_MIN       35 /* Android 15 */
#define WIPE_COMMAND  "cmd recovery wipe"
#define ACCEPTED_TEXT "Rebooting into recovery"

static const char *
objection (const DeviceFacts *facts, const StrategySettings *settings)
{
  (void)settings; /* nothing of ours is on the tablet */
  if (facts->mode != DEVICE_ADB)
    return "needs_adb";
  if (facts->sdk < SDK_MIN)
    return "needs_android_15";
  if (facts->has_recovery_wipe != 1)
    return "needs_recovery_wipe";
  return facts->merge_pending == 1 ? "update_pending" : NULL;
}

static void
start (Bench *bench, guint64 session, const char *expected_serial, GCancellable *cancellable, StrategyFunc func,
       gpointer user)
{
  ShellPlan *plan = shell_plan_new ();
  shell_plan_wipe (plan, g_strdup (WIPE_COMMAND), ACCEPTED_TEXT);
  shell_plan_run (plan, bench, session, expected_serial, cancellable, func, user);
}

const Strategy strategy_recovery_wipe = {
    .name = "recovery-wipe",
    .title_fr = "Réinitialisation par câble (Android 15 ou plus)",
    .title_en = "Reset over the cable (Android 15 or later)",
    .because = "knows_recovery_wipe",
    .choice = STRATEGY_AUTOMATIC,
    .link = STRATEGY_LINK_NEEDED,
    .objection = objection,
    .start = start,
};
