/* Erasing in the bootloader of an unlocked tablet: userdata, metadata, cache, then reboot. We never unlock one. */
#include "daemon/devices/strategy_fastboot.h"

/* A partition that is not there is skipped, except the one that holds the person's data. */
static const struct {
  const char *ask, *erase;
  gboolean is_required;
} partitions[] = {
    {"getvar:partition-type:userdata", "erase:userdata", TRUE},
    {"getvar:partition-type:metadata", "erase:metadata", FALSE},
    {"getvar:partition-type:cache", "erase:cache", FALSE},
};

const char *
strategy_fastboot_objection (const DeviceFacts *facts, gboolean is_userspace)
{
  if (facts->mode != DEVICE_FASTBOOT)
    return "needs_fastboot";
  if ((facts->is_userspace == 1) != is_userspace)
    return is_userspace ? "needs_fastbootd" : "needs_bootloader";
  if (facts->is_unlocked != 1)
    return "needs_unlocked_bootloader";
  return facts->merge_pending == 1 ? "update_pending" : NULL;
}

/* FALSE when the link is no more: the run has failed. */
static gboolean
send_command (StrategyRun *run, const char *command, FastbootFunc func)
{
  g_autoptr (GError) error = NULL;
  Fastboot *fastboot = bench_fastboot (run->bench, run->session, &error);
  if (fastboot == NULL) {
    strategy_run_failed (run, error);
    return FALSE;
  }
  fastboot_run (fastboot, command, run->cancellable, func, run);
  return TRUE;
}

/* The person's data go first: a refusal after that does not mean that nothing was erased. */
static void
fail (StrategyRun *run, const GError *error)
{
  if (run->step == 0 || !g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_REFUSED)) {
    strategy_run_failed (run, error);
    return;
  }
  g_autoptr (GError) too_late =
      g_error_new (DEVICE_ERROR, DEVICE_ERROR_PROTOCOL, "the data were erased, then: %s", error->message);
  strategy_run_failed (run, too_late);
}

/* It may be gone before it says OKAY. */
static void
on_reboot (const char *value, gboolean is_written, const GError *error, gpointer user)
{
  StrategyRun *run = user;
  (void)value;
  if (error == NULL)
    strategy_run_accepted (run, "OKAY");
  else if (is_written && g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_GONE))
    strategy_run_accepted (run, "the link was lost after the command was written");
  else
    fail (run, error);
}

static void next_partition (StrategyRun *run);

static void
on_erased (const char *value, gboolean is_written, const GError *error, gpointer user)
{
  StrategyRun *run = user;
  (void)is_written; /* was_sent says it already */
  if (value != NULL) {
    g_autofree char *text = g_strstrip (g_strconcat (error == NULL ? "OKAY " : "FAIL ", value, NULL));
    strategy_run_answered (run, text);
  }
  if (error != NULL) {
    fail (run, error);
    return;
  }
  run->step++;
  next_partition (run);
}

static void
erase (StrategyRun *run)
{
  const char *command = partitions[run->step].erase;
  if (!send_command (run, command, on_erased))
    return;
  run->was_sent = TRUE;
  strategy_run_said (run, command);
}

static void
on_type (const char *value, gboolean is_written, const GError *error, gpointer user)
{
  StrategyRun *run = user;
  (void)is_written; /* a question changes nothing */
  if (error != NULL && value == NULL) {
    strategy_run_failed (run, error);
    return;
  }
  gboolean is_there = error == NULL && *value != '\0';
  if (is_there || partitions[run->step].is_required) {
    erase (run);
    return;
  }
  run->step++;
  next_partition (run);
}

static void
next_partition (StrategyRun *run)
{
  if (run->step < G_N_ELEMENTS (partitions))
    (void)send_command (run, partitions[run->step].ask, on_type); /* a failure has ended the run */
  else if (send_command (run, "reboot", on_reboot))
    strategy_run_said (run, "reboot");
}

static void
on_serial (const char *value, gboolean is_written, const GError *error, gpointer user)
{
  StrategyRun *run = user;
  (void)is_written; /* a question changes nothing */
  if (error != NULL)
    strategy_run_failed (run, error);
  else if (strategy_run_check_serial (run, value))
    next_partition (run);
}

void
strategy_fastboot_start (Bench *bench, guint64 session, const char *expected_serial, GCancellable *cancellable,
                         StrategyFunc func, gpointer user)
{
  StrategyRun *run = strategy_run_new (bench, session, expected_serial, cancellable, func, user);
  GError *error = NULL;
  Fastboot *fastboot = bench_fastboot (bench, session, &error);
  if (fastboot == NULL)
    strategy_run_failed_later (run, error);
  else
    fastboot_run (fastboot, "getvar:serialno", cancellable, on_serial, run);
}

static const char *
objection (const DeviceFacts *facts, const StrategySettings *settings)
{
  (void)settings; /* nothing of ours is on the tablet */
  return strategy_fastboot_objection (facts, FALSE);
}

const Strategy strategy_fastboot = {
    .name = "fastboot",
    .title_fr = "Effacement par le chargeur de démarrage (déverrouillé)",
    .title_en = "Erasure by the bootloader (unlocked)",
    .because = "unlocked_bootloader",
    .choice = STRATEGY_AUTOMATIC,
    .link = STRATEGY_LINK_NEEDED,
    .objection = objection,
    .start = strategy_fastboot_start,
};
