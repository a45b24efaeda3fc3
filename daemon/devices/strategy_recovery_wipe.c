/* `cmd recovery wipe`: Android 15's own factory reset for a plain, authorised adb shell. The command asks for the reset and
 * the tablet leaves: its text, or the silence of a tablet that has gone after it got the command, is all it says. */
#include "daemon/devices/strategy.h"

#include "daemon/devices/shell.h"

#include <string.h>

#define SDK_MIN           35 /* Android 15 */
#define SERIAL_TIMEOUT_MS 15000
#define WIPE_TIMEOUT_MS   75000 /* preparing the reboot may wait twice 30 s */
#define SERIAL_COMMAND    "getprop ro.serialno"
#define WIPE_COMMAND      "cmd recovery wipe"
#define ACCEPTED_TEXT     "Rebooting into recovery"

static const char *
objection (const DeviceFacts *facts)
{
  if (facts->mode != DEVICE_ADB)
    return "needs_adb";
  if (facts->sdk < SDK_MIN)
    return "needs_android_15";
  if (facts->has_recovery_wipe != 1)
    return "needs_recovery_wipe";
  return facts->merge_pending == 1 ? "update_pending" : NULL;
}

static void
fail_with_answer (StrategyRun *run, const ShellResult *result)
{
  g_autofree char *text = g_strstrip (g_strconcat (result->out, result->err, NULL));
  g_autoptr (GError) error =
      g_error_new (DEVICE_ERROR, DEVICE_ERROR_REFUSED, "the tablet did not take the reset (exit code %d): %s",
                   result->exit_code, *text != '\0' ? text : "it said nothing");
  strategy_run_answered (run, text);
  strategy_run_failed (run, error);
}

static void
on_wipe (const ShellResult *result, const GError *error, gpointer user)
{
  StrategyRun *run = user;
  if (strstr (result->out, ACCEPTED_TEXT) != NULL) {
    g_autofree char *text = g_strstrip (g_strdup (result->out));
    strategy_run_answered (run, text);
    strategy_run_accepted (run, text);
  } else if (result->is_written && g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_GONE))
    strategy_run_accepted (run, "the link was lost after the command was written");
  else if (error != NULL)
    strategy_run_failed (run, error);
  else
    fail_with_answer (run, result);
}

static void
on_serial (const ShellResult *result, const GError *error, gpointer user)
{
  StrategyRun *run = user;
  if (error != NULL) {
    strategy_run_failed (run, error);
    return;
  }
  g_autofree char *serial = g_strstrip (g_strdup (result->out));
  if (!strategy_run_check_serial (run, serial))
    return;
  g_autoptr (GError) lost = NULL;
  Adb *adb = bench_adb (run->bench, run->session, &lost);
  if (adb == NULL) {
    strategy_run_failed (run, lost);
    return;
  }
  ShellRequest request = {.command = WIPE_COMMAND, .until = ACCEPTED_TEXT, .timeout_ms = WIPE_TIMEOUT_MS};
  run->was_sent = TRUE;
  shell_run (adb, &request, run->cancellable, on_wipe, run);
  strategy_run_said (run, WIPE_COMMAND);
}

static void
start (Bench *bench, guint64 session, const char *expected_serial, GCancellable *cancellable, StrategyFunc func,
       gpointer user)
{
  StrategyRun *run = strategy_run_new (bench, session, expected_serial, cancellable, func, user);
  GError *error = NULL;
  Adb *adb = bench_adb (bench, session, &error);
  if (adb == NULL) {
    strategy_run_failed_later (run, error);
    return;
  }
  ShellRequest request = {.command = SERIAL_COMMAND, .timeout_ms = SERIAL_TIMEOUT_MS};
  shell_run (adb, &request, cancellable, on_serial, run);
}

const Strategy strategy_recovery_wipe = {
    .name = "recovery-wipe",
    .title_fr = "Réinitialisation par câble (Android 15 ou plus)",
    .title_en = "Reset over the cable (Android 15 or later)",
    .needs_link = TRUE,
    .objection = objection,
    .start = start,
};
