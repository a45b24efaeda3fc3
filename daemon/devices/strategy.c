/* The list of strategies, and the bookkeeping of one run. */
#include "daemon/devices/strategy.h"

static const Strategy *const strategies[] = {
    &strategy_owner,     &strategy_recovery_wipe, &strategy_helper,        &strategy_fastboot,
    &strategy_fastbootd, &strategy_guided,        &strategy_recovery_keys, &strategy_test_harness,
};

const Strategy *const *
strategy_list (gsize *n)
{
  *n = G_N_ELEMENTS (strategies);
  return strategies;
}

const Strategy *
strategy_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (strategies); i++)
    if (g_strcmp0 (strategies[i]->name, name) == 0)
      return strategies[i];
  return NULL;
}

StrategyRun *
strategy_run_new (Bench *bench, guint64 session, const char *expected_serial, GCancellable *cancellable,
                  StrategyFunc func, gpointer user)
{
  StrategyRun *run = g_new0 (StrategyRun, 1);
  run->bench = bench;
  run->session = session;
  run->expected_serial = g_strdup (expected_serial);
  run->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  run->func = func;
  run->user = user;
  return run;
}

static void
run_free (StrategyRun *run)
{
  g_free (run->expected_serial);
  g_clear_object (&run->cancellable);
  g_clear_error (&run->early);
  g_free (run);
}

void
strategy_run_said (StrategyRun *run, const char *text)
{
  run->func (STRATEGY_SAID, text, run->was_sent, NULL, run->user);
}

void
strategy_run_answered (StrategyRun *run, const char *text)
{
  run->func (STRATEGY_ANSWERED, text, run->was_sent, NULL, run->user);
}

void
strategy_run_accepted (StrategyRun *run, const char *text)
{
  run->func (STRATEGY_ACCEPTED, text, run->was_sent, NULL, run->user);
  run_free (run);
}

void
strategy_run_failed (StrategyRun *run, const GError *error)
{
  run->func (STRATEGY_FAILED, error->message, run->was_sent, error, run->user);
  run_free (run);
}

static gboolean
on_early (gpointer user)
{
  StrategyRun *run = user;
  strategy_run_failed (run, run->early);
  return G_SOURCE_REMOVE;
}

void
strategy_run_failed_later (StrategyRun *run, GError *error)
{
  run->early = error;
  g_idle_add (on_early, run);
}

GError *
strategy_serial_error (void)
{
  return g_error_new (DEVICE_ERROR, DEVICE_ERROR_SERIAL,
                      "the serial number read over the cable is not the expected one");
}

gboolean
strategy_run_check_serial (StrategyRun *run, const char *serial)
{
  if (g_strcmp0 (serial, run->expected_serial) == 0)
    return TRUE;
  g_autoptr (GError) error = strategy_serial_error ();
  strategy_run_failed (run, error);
  return FALSE;
}
