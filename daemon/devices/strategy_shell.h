/* A strategy that is a few shell commands over adb: each must be answered well before the next is sent. Private to this folder.
 * Not for what the commands are: strategy_*.c. */
#pragma once
#include "daemon/devices/strategy.h"

typedef struct _ShellPlan ShellPlan;
ShellPlan *shell_plan_new (void);
/* A command (taken) that prepares: well answered when its output holds `says` (static), or, when that is NULL, when it ends with exit
 * code 0. */
void shell_plan_add (ShellPlan *plan, char *command, const char *says);
/* The application is there already, or is installed. apk: borrowed until the plan has run; NULL: it cannot be installed from here. */
void shell_plan_install (ShellPlan *plan, const char *component, GBytes *apk);
/* The command (taken) that wipes, and the last one: from its sending on the tablet may be erasing. It is accepted when its output
 * holds `says`, or (NULL) when it ends with exit code 0, and in both cases when the tablet leaves after it was written. */
void shell_plan_wipe (ShellPlan *plan, char *command, const char *says);
/* Checks the serial over the link, then does the plan (taken): the `start` of a Strategy. A plan without a command that wipes is accepted when
 * all of it was answered well. */
void shell_plan_run (ShellPlan *plan, Bench *bench, guint64 session, const char *expected_serial,
                     GCancellable *cancellable, StrategyFunc func, gpointer user);
