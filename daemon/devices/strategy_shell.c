/* The serial first, then step after step over the same link. */
#include "daemon/devices/strategy_shell.h"

#include "daemon/devices/shell.h"

#include <string.h>

#define SERIAL_TIMEOUT_MS  15000
#define STEP_TIMEOUT_MS    30000
#define INSTALL_TIMEOUT_MS 60000
#define WIPE_TIMEOUT_MS    75000 /* preparing the reboot may wait twice 30 s */
#define SERIAL_COMMAND     "getprop ro.serialno"
#define INSTALLED_TEXT     "package:" /* of `pm path` */
#define INSTALL_TEXT       "Success"  /* of `cmd package install` */

typedef struct {
  char *command;    /* or, for an installation, the package */
  const char *says; /* NULL: the exit code tells */
  GBytes *apk;      /* not owned */
  gboolean installs, wipes;
} Step;

struct _ShellPlan {
  StrategyRun *run;
  GPtrArray *steps; /* of Step */
  guint next;
};

static void
step_free (gpointer data)
{
  Step *step = data;
  g_free (step->command);
  g_free (step);
}

ShellPlan *
shell_plan_new (void)
{
  ShellPlan *plan = g_new0 (ShellPlan, 1);
  plan->steps = g_ptr_array_new_with_free_func (step_free);
  return plan;
}

static void
plan_free (ShellPlan *plan)
{
  g_ptr_array_unref (plan->steps);
  g_free (plan);
}

static Step *
add (ShellPlan *plan, char *command, const char *says)
{
  Step *step = g_new0 (Step, 1);
  step->command = command;
  step->says = says;
  g_ptr_array_add (plan->steps, step);
  return step;
}

void
shell_plan_add (ShellPlan *plan, char *command, const char *says)
{
  (void)add (plan, command, says); /* the plan owns it */
}

void
shell_plan_install (ShellPlan *plan, const char *component, GBytes *apk)
{
  Step *step = add (plan, g_strndup (component, strcspn (component, "/")), INSTALL_TEXT);
  step->installs = TRUE;
  step->apk = apk;
}

void
shell_plan_wipe (ShellPlan *plan, char *command, const char *says)
{
  add (plan, command, says)->wipes = TRUE;
}

/* ---- the two ends ---- */

static void
accept (ShellPlan *plan, const char *text)
{
  StrategyRun *run = plan->run;
  plan_free (plan);
  strategy_run_accepted (run, text);
}

static void
fail (ShellPlan *plan, const GError *error)
{
  StrategyRun *run = plan->run;
  plan_free (plan);
  strategy_run_failed (run, error);
}

/* On one line. Caller frees. */
static char *
printed_text (const ShellResult *result)
{
  return g_strdelimit (g_strstrip (g_strconcat (result->out, result->err, NULL)), "\r\n", ' ');
}

/* What it printed, or else how it ended. Caller frees. */
static char *
answer_text (const ShellResult *result)
{
  g_autofree char *text = printed_text (result);
  if (*text != '\0' || result->exit_code == SHELL_EXIT_UNKNOWN)
    return g_steal_pointer (&text);
  return g_strdup_printf ("exit code %d", result->exit_code);
}

static void
fail_with_answer (ShellPlan *plan, const ShellResult *result)
{
  g_autofree char *text = printed_text (result);
  const char *what = ((const Step *)g_ptr_array_index (plan->steps, plan->next))->wipes ? "the reset" : "this";
  g_autoptr (GError) error =
      g_error_new (DEVICE_ERROR, DEVICE_ERROR_REFUSED, "the tablet did not take %s (exit code %d): %s", what,
                   result->exit_code, *text != '\0' ? text : "it said nothing");
  strategy_run_answered (plan->run, text);
  fail (plan, error);
}

/* ---- steps ---- */

static gboolean
is_well_answered (const Step *step, const ShellResult *result)
{
  if (step->says != NULL)
    return strstr (result->out, step->says) != NULL;
  return result->exit_code == 0;
}

static void do_step (ShellPlan *plan);

static void
on_wiped (const ShellResult *result, const GError *error, gpointer user)
{
  ShellPlan *plan = user;
  const Step *step = g_ptr_array_index (plan->steps, plan->next);
  if (is_well_answered (step, result)) {
    g_autofree char *text = answer_text (result);
    strategy_run_answered (plan->run, text);
    accept (plan, text);
  } else if (result->is_written && g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_GONE))
    accept (plan, "the link was lost after the command was written");
  else if (error != NULL)
    fail (plan, error);
  else
    fail_with_answer (plan, result);
}

static void
on_answered (const ShellResult *result, const GError *error, gpointer user)
{
  ShellPlan *plan = user;
  if (error != NULL) {
    fail (plan, error);
    return;
  }
  if (!is_well_answered (g_ptr_array_index (plan->steps, plan->next), result)) {
    fail_with_answer (plan, result);
    return;
  }
  g_autofree char *text = answer_text (result);
  strategy_run_answered (plan->run, text);
  plan->next++;
  do_step (plan);
}

/* The link of the next command; NULL: the plan has failed. */
static Adb *
link_of (ShellPlan *plan)
{
  g_autoptr (GError) error = NULL;
  Adb *adb = bench_adb (plan->run->bench, plan->run->session, &error);
  if (adb == NULL)
    fail (plan, error);
  return adb;
}

static void
send_command (ShellPlan *plan, const Step *step)
{
  Adb *adb = link_of (plan);
  if (adb == NULL)
    return;
  ShellRequest request = {.command = step->command,
                          .until = step->wipes ? step->says : NULL,
                          .timeout_ms = step->wipes ? WIPE_TIMEOUT_MS : STEP_TIMEOUT_MS};
  plan->run->was_sent = step->wipes;
  shell_run (adb, &request, plan->run->cancellable, step->wipes ? on_wiped : on_answered, plan);
  strategy_run_said (plan->run, step->command);
}

static void
install (ShellPlan *plan, const Step *step)
{
  Adb *adb = step->apk != NULL ? link_of (plan) : NULL;
  if (step->apk == NULL) {
    g_autoptr (GError) error = g_error_new (DEVICE_ERROR, DEVICE_ERROR_UNSUPPORTED,
                                            "%s is not installed, and no file of it is configured", step->command);
    fail (plan, error);
  }
  if (adb == NULL)
    return;
  g_autofree char *command = g_strdup_printf ("cmd package install -S %zu", g_bytes_get_size (step->apk));
  g_autofree char *said = g_strdup_printf ("%s (%s)", command, step->command);
  ShellRequest request = {.command = command, .input = step->apk, .timeout_ms = INSTALL_TIMEOUT_MS};
  shell_run (adb, &request, plan->run->cancellable, on_answered, plan);
  strategy_run_said (plan->run, said);
}

static void
on_looked_for (const ShellResult *result, const GError *error, gpointer user)
{
  ShellPlan *plan = user;
  if (error != NULL)
    fail (plan, error);
  else if (strstr (result->out, INSTALLED_TEXT) == NULL)
    install (plan, g_ptr_array_index (plan->steps, plan->next));
  else {
    plan->next++;
    do_step (plan);
  }
}

static void
look_for (ShellPlan *plan, const Step *step)
{
  Adb *adb = link_of (plan);
  if (adb == NULL)
    return;
  g_autofree char *command = g_strconcat ("pm path ", step->command, NULL);
  ShellRequest request = {.command = command, .timeout_ms = STEP_TIMEOUT_MS};
  shell_run (adb, &request, plan->run->cancellable, on_looked_for, plan);
}

static void
do_step (ShellPlan *plan)
{
  if (plan->next == plan->steps->len) {
    accept (plan, "every command was answered");
    return;
  }
  const Step *step = g_ptr_array_index (plan->steps, plan->next);
  if (step->installs)
    look_for (plan, step);
  else
    send_command (plan, step);
}

/* ---- the beginning ---- */

static void
on_serial (const ShellResult *result, const GError *error, gpointer user)
{
  ShellPlan *plan = user;
  if (error != NULL) {
    fail (plan, error);
    return;
  }
  g_autofree char *serial = g_strstrip (g_strdup (result->out));
  if (g_strcmp0 (serial, plan->run->expected_serial) == 0) {
    do_step (plan);
    return;
  }
  g_autoptr (GError) other = strategy_serial_error ();
  fail (plan, other);
}

void
shell_plan_run (ShellPlan *plan, Bench *bench, guint64 session, const char *expected_serial, GCancellable *cancellable,
                StrategyFunc func, gpointer user)
{
  GError *error = NULL;
  Adb *adb = bench_adb (bench, session, &error);
  plan->run = strategy_run_new (bench, session, expected_serial, cancellable, func, user);
  if (adb == NULL) {
    strategy_run_failed_later (plan->run, error);
    plan_free (plan);
    return;
  }
  ShellRequest request = {.command = SERIAL_COMMAND, .timeout_ms = SERIAL_TIMEOUT_MS};
  shell_run (adb, &request, cancellable, on_serial, plan);
}
