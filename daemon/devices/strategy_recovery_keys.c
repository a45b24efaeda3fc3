/* A person resets the tablet in its recovery menu, with the keys: for a tablet whose PIN nobody knows. When our key still opens adb we send it
 * to the menu (service "reboot:recovery"); otherwise the person holds the keys from the start. It does not clear Google's lock. */
#include "daemon/devices/strategy.h"

#include "daemon/devices/shell.h"

#define SERVICE         "reboot:recovery"
#define REQUEST         "asked the technician: recovery menu by the keys, Wipe data/factory reset"
#define SERIAL_COMMAND  "getprop ro.serialno"
#define STEP_TIMEOUT_MS 15000

static void
hand_over (StrategyRun *run, const char *text)
{
  strategy_run_said (run, REQUEST);
  strategy_run_accepted (run, text);
}

/* It answers by leaving; older ones close the service first. */
static void
on_closed (const GError *error, gpointer user)
{
  StrategyRun *run = user;
  if (error == NULL || g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_GONE))
    hand_over (run, "the tablet restarts into its recovery menu");
  else
    strategy_run_failed (run, error);
}

static void
on_written (gpointer user)
{
  (void)user; /* nothing is erased by it */
}

static void
on_data (const guint8 *data, gsize n, gpointer user)
{
  (void)data; /* it says nothing of use */
  (void)n;
  (void)user;
}

static const AdbStreamFuncs stream_funcs = {.written = on_written, .data = on_data, .closed = on_closed};

static void
on_serial (const ShellResult *result, const GError *error, gpointer user)
{
  StrategyRun *run = user;
  g_autofree char *serial = g_strstrip (g_strdup (result->out));
  g_autoptr (GError) lost = NULL;
  if (error != NULL) {
    strategy_run_failed (run, error);
    return;
  }
  if (!strategy_run_check_serial (run, serial))
    return;
  Adb *adb = bench_adb (run->bench, run->session, &lost);
  if (adb == NULL) {
    strategy_run_failed (run, lost);
    return;
  }
  (void)adb_stream_open (adb, SERVICE, &stream_funcs, run); /* its end tells */
  strategy_run_said (run, SERVICE);
}

static gboolean
on_start (gpointer user)
{
  hand_over (user, "nothing was sent: a person resets the tablet with the keys");
  return G_SOURCE_REMOVE;
}

static void
start (Bench *bench, guint64 session, const char *expected_serial, GCancellable *cancellable, StrategyFunc func,
       gpointer user)
{
  const Device *device = bench_find (bench, session);
  StrategyRun *run = strategy_run_new (bench, session, expected_serial, cancellable, func, user);
  if (device == NULL)
    strategy_run_failed_later (run, g_error_new (DEVICE_ERROR, DEVICE_ERROR_GONE, "the device was unplugged"));
  else if (g_strcmp0 (device->serial, expected_serial) != 0)
    strategy_run_failed_later (run, strategy_serial_error ());
  else if (device->mode == DEVICE_ADB && device->link == DEVICE_LINK_READY) {
    ShellRequest request = {.command = SERIAL_COMMAND, .timeout_ms = STEP_TIMEOUT_MS};
    shell_run (bench_adb (bench, session, NULL), &request, cancellable, on_serial, run);
  } else
    g_idle_add (on_start, run);
}

const Strategy strategy_recovery_keys = {
    .name = "recovery-keys",
    .title_fr = "Menu de récupération, avec les touches (code de l'écran perdu)",
    .title_en = "Recovery menu, by the keys (screen code lost)",
    .choice = STRATEGY_ON_DEMAND,
    .link = STRATEGY_LINK_IF_TRUSTED,
    .by_hand = STRATEGY_HAND_KEYS,
    .start = start,
};
