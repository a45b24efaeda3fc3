/* A person resets the tablet in its Settings; the host only watches the port. The one common way that also clears Google's
 * lock, and the one that works on every tablet. Nothing is sent. */
#include "daemon/devices/strategy.h"

#define REQUEST "asked the technician: Settings, General management or System, Reset, Erase all data"

static gboolean
on_start (gpointer user)
{
  StrategyRun *run = user;
  strategy_run_said (run, REQUEST);
  strategy_run_accepted (run, "nothing was sent: a person resets the tablet");
  return G_SOURCE_REMOVE;
}

/* Without a link the serial is the one of the USB descriptor. */
static void
start (Bench *bench, guint64 session, const char *expected_serial, GCancellable *cancellable, StrategyFunc func,
       gpointer user)
{
  StrategyRun *run = strategy_run_new (bench, session, expected_serial, cancellable, func, user);
  const Device *device = bench_find (bench, session);
  if (device == NULL)
    strategy_run_failed_later (run, g_error_new (DEVICE_ERROR, DEVICE_ERROR_GONE, "the device was unplugged"));
  else if (g_strcmp0 (device->serial, expected_serial) != 0)
    strategy_run_failed_later (run, strategy_serial_error ());
  else
    g_idle_add (on_start, run);
}

static gboolean
always (const StrategySettings *settings)
{
  (void)settings; /* Settings asks who may, and clears the lock */
  return TRUE;
}

const Strategy strategy_guided = {
    .name = "guided",
    .title_fr = "Réinitialisation guidée, à la main dans les réglages",
    .title_en = "Guided reset, by hand in Settings",
    .because = "nothing_else",
    .choice = STRATEGY_FALLBACK,
    .link = STRATEGY_LINK_NONE,
    .by_hand = STRATEGY_HAND_SETTINGS,
    .clears_google_lock = always,
    .start = start,
};
