/* The rows of the strategies, one per file, and what they share: the order of their events. Private to this folder. */
#pragma once
#include "daemon/devices/bench.h"

extern const Strategy strategy_owner, strategy_recovery_wipe, strategy_helper, strategy_fastboot, strategy_fastbootd,
    strategy_guided, strategy_recovery_keys, strategy_test_harness;

/* One run of a strategy. The files below embed nothing: they keep it and say what happens. */
typedef struct {
  Bench *bench; /* ends us when it goes */
  guint64 session;
  char *expected_serial;
  GCancellable *cancellable; /* or NULL */
  gboolean was_sent;         /* the wipe command may have reached the device */
  gsize step;                /* the strategy's own */
  GError *early;             /* could not even begin */
  StrategyFunc func;
  gpointer user;
} StrategyRun;

StrategyRun *strategy_run_new (Bench *bench, guint64 session, const char *expected_serial, GCancellable *cancellable,
                               StrategyFunc func, gpointer user);
/* STRATEGY_SAID and STRATEGY_ANSWERED. */
void strategy_run_said (StrategyRun *run, const char *text);
void strategy_run_answered (StrategyRun *run, const char *text);
/* The two ends; both free the run. */
void strategy_run_accepted (StrategyRun *run, const char *text);
void strategy_run_failed (StrategyRun *run, const GError *error);
/* As strategy_run_failed, but from the loop: for a start that fails at once. Takes the error. */
void strategy_run_failed_later (StrategyRun *run, GError *error);
/* Another tablet than the expected one. */
GError *strategy_serial_error (void);
/* TRUE when `serial`, just read over the link, is the expected one; else the run has failed with DEVICE_ERROR_SERIAL. */
gboolean strategy_run_check_serial (StrategyRun *run, const char *serial);
