/* A small step machine: each answer of the bench leads to the next question, or to the end. */
#include "daemon/actions/tablet_run.h"
#include "daemon/actions/device_trouble.h"

TabletRun *
tablet_run_ref (TabletRun *run)
{
  g_ref_count_inc (&run->references);
  return run;
}

void
tablet_run_unref (TabletRun *run)
{
  if (!g_ref_count_dec (&run->references))
    return;
  g_object_unref (run->cancellable);
  g_free (run->port);
  g_free (run->serial);
  g_free (run->account);
  g_free (run->reason);
  run->kind->free (run);
}

/* ---- the end ---- */

gboolean
tablet_run_goes_on (const TabletRun *run)
{
  return !run->is_over && !run->is_freed;
}

void
tablet_run_end (TabletRun *run, char *reason)
{
  if (!tablet_run_goes_on (run)) {
    g_free (reason);
    return;
  }
  deadline_clear (&run->wait);
  run->is_over = TRUE;
  run->reason = reason;
  if (run->session != 0 && !run->has_left && !run->has_given_way)
    bench_disconnect (run->world->bench, run->session);
  run->kind->end (run);
}

static void
refuse (TabletRun *run, MessageId id)
{
  tablet_run_end (run, g_strdup (message_code (id)));
}

void
tablet_run_fail (TabletRun *run, const GError *error)
{
  tablet_run_end (run, device_failure (error, bench_find (run->world->bench, run->session), run->kind->cable));
}

/* ---- steps ---- */

static void
on_timeout (gpointer user)
{
  TabletRun *run = user;
  refuse (run, run->is_tapping ? M_WIPE_NO_TAP : M_DEVICE_TIMEOUT);
}

static void
wait_at_most (TabletRun *run, guint ms)
{
  deadline_set (&run->wait, ms, on_timeout, run);
}

static void
on_probed (DeviceFacts *taken, const GError *error, gpointer user)
{
  TabletRun *run = user;
  g_autoptr (DeviceFacts) facts = taken;
  if (error != NULL)
    tablet_run_fail (run, error);
  else if (g_strcmp0 (facts->serial, run->serial) != 0)
    refuse (run, M_WIPE_SWAPPED);
  else if (tablet_run_goes_on (run))
    run->kind->take (run, g_steal_pointer (&facts));
  tablet_run_unref (run);
}

static void
read_it (TabletRun *run)
{
  if (run->is_reading)
    return;
  run->is_reading = TRUE;
  run->is_tapping = FALSE;
  wait_at_most (run, run->world->timeouts->probe_ms);
  bench_probe (run->world->bench, run->session, run->cancellable, on_probed, tablet_run_ref (run));
}

/* FALSE: it cannot be, or may not. */
static gboolean
identify (TabletRun *run)
{
  if (!run->kind->needs_no_adb || run->is_identifying)
    return run->is_identifying;
  run->is_identifying = bench_identify (run->world->bench, run->session, on_probed, tablet_run_ref (run));
  if (!run->is_identifying)
    tablet_run_unref (run); /* nobody will answer */
  return run->is_identifying;
}

static void
connect_to (TabletRun *run)
{
  if (!bench_connect (run->world->bench, run->session, BENCH_CONNECT_OFFER_KEY, NULL) && !identify (run))
    refuse (run, run->kind->no_adb); /* debugging is off */
}

static void
ask_for_tap (TabletRun *run)
{
  run->is_tapping = TRUE;
  wait_at_most (run, run->world->timeouts->tap_ms);
  run->kind->tap (run);
}

static void
take_link (TabletRun *run, DeviceLink link)
{
  switch (link) {
  case DEVICE_LINK_READY:
    read_it (run);
    return;
  case DEVICE_LINK_NEEDS_TAP:
    ask_for_tap (run);
    return;
  case DEVICE_LINK_BUSY:
    refuse (run, M_DEVICE_BUSY);
    return;
  case DEVICE_LINK_NO_PERMISSION:
    refuse (run, M_DEVICE_PERMISSION);
    return;
  case DEVICE_LINK_NO_ROOM:
    refuse (run, M_DEVICE_NO_ROOM);
    return;
  case DEVICE_LINK_BROKEN:
    refuse (run, M_DEVICE_PROTOCOL);
    return;
  case DEVICE_LINK_NONE: /* closed by a wipe that was just cancelled: it is free now */
    connect_to (run);
    return;
  case DEVICE_LINK_OPENING:
  case DEVICE_LINK_UNTRUSTED:
    return;
  }
}

void
tablet_run_bench (TabletRun *run, const Device *device, BenchEvent event)
{
  if (device->session != run->session)
    return;
  if (event == BENCH_LEFT)
    run->has_left = TRUE;
  if (run->is_over)
    return;
  if (event == BENCH_LEFT)
    refuse (run, run->kind->cable);
  else if (device->is_duplicate)
    refuse (run, M_WIPE_SWAPPED);
  else
    take_link (run, device->link);
}

gboolean
tablet_run_holds (const TabletRun *run, const char *port)
{
  return !run->is_over && g_str_equal (run->port, port);
}

void
tablet_run_give_way (TabletRun *run, const char *port)
{
  if (!tablet_run_holds (run, port))
    return;
  run->has_given_way = !run->is_identifying; /* that link is of no use to a wipe */
  refuse (run, M_WIPE_PORT_TAKEN);           /* first: what is cancelled ends it no other way */
  g_cancellable_cancel (run->cancellable);
}

gboolean
tablet_run_is_past (const TabletRun *run)
{
  return run->is_over && (!run->kind->stays || run->has_left || run->session == 0);
}

/* ---- life ---- */

void
tablet_run_begin (TabletRun *run, const TabletRunKind *kind, WipeRunWorld *world, const char *port, const char *serial,
                  const char *account, gboolean is_taken)
{
  const Device *device = bench_find_port (world->bench, port);
  g_ref_count_init (&run->references);
  run->kind = kind;
  run->world = world;
  run->port = g_strdup (port);
  run->serial = g_strdup (serial);
  run->account = g_strdup (account);
  run->cancellable = g_cancellable_new ();
  if (is_taken || device == NULL || device->is_duplicate || g_strcmp0 (device->serial, serial) != 0) {
    refuse (run, is_taken ? M_WIPE_PORT_TAKEN : M_WIPE_SWAPPED);
    return;
  }
  run->session = device->session;
  wait_at_most (run, world->timeouts->probe_ms);
  if (device->link == DEVICE_LINK_READY)
    read_it (run);
  else
    connect_to (run);
}

void
tablet_run_free (TabletRun *run)
{
  if (run == NULL)
    return;
  run->is_freed = TRUE;
  deadline_clear (&run->wait);
  g_cancellable_cancel (run->cancellable);
  tablet_run_unref (run);
}
