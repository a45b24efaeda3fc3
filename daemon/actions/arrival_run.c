/* A small step machine: each answer of the bench leads to the next question, or to the end. */
#include "daemon/actions/arrival_run.h"
#include "daemon/actions/device_trouble.h"
#include "daemon/devices/deadline.h"
#include "daemon/rules/field.h"
#include "daemon/rules/message.h"
#include "db/check.h"

struct _ArrivalRun {
  grefcount references;
  WipeRunWorld *world;
  char *port, *serial, *account;
  guint64 session;
  gboolean is_over, is_freed, is_reading;
  Deadline wait;
  GCancellable *cancellable;
  DeviceFacts *facts;
};

static ArrivalRun *
run_ref (ArrivalRun *run)
{
  g_ref_count_inc (&run->references);
  return run;
}

static void
run_unref (ArrivalRun *run)
{
  if (!g_ref_count_dec (&run->references))
    return;
  g_object_unref (run->cancellable);
  device_facts_free (run->facts);
  g_free (run->port);
  g_free (run->serial);
  g_free (run->account);
  g_free (run);
}

/* ---- writing down ---- */

typedef struct {
  WipeRunWorld *world;
  Arrival *arrival;
} Writing;

static gboolean
put_in_register (Store *store, gpointer user, GError **error)
{
  const Writing *writing = user;
  return arrival_put (store, writing->arrival, error);
}

static gboolean
on_written (gpointer user)
{
  Writing *writing = user;
  writing->world->pending--;
  arrival_free (writing->arrival);
  g_free (writing);
  return G_SOURCE_REMOVE;
}

static void
written_in_register (gpointer user, const GError *error)
{
  if (error != NULL)
    g_warning ("what a tablet said at its arrival is not written: %s", error->message);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_written, user, NULL);
}

/* reason and facts: copied, NULL without. */
static void
put (const ArrivalRun *run, ArrivalState state, const char *reason, const char *facts)
{
  Writing *writing = g_new0 (Writing, 1);
  Arrival *arrival = g_new0 (Arrival, 1);
  *arrival = (Arrival){.serial = g_strdup (run->serial),
                       .port = g_strdup (run->port),
                       .state = state,
                       .reason = g_strdup (reason),
                       .facts = g_strdup (facts),
                       .at = run->world->now (run->world->now_data),
                       .account = g_strdup (run->account)};
  *writing = (Writing){.world = run->world, .arrival = arrival};
  run->world->pending++;
  register_write (run->world->reg, put_in_register, written_in_register, writing);
}

static void
end (ArrivalRun *run, ArrivalState state, const char *reason, const char *facts)
{
  deadline_clear (&run->wait);
  run->is_over = TRUE;
  put (run, state, reason, facts);
  if (run->session != 0)
    bench_disconnect (run->world->bench, run->session);
}

static void
fail (ArrivalRun *run, MessageId id)
{
  if (!run->is_over && !run->is_freed)
    end (run, ARRIVAL_FAILED, message_code (id), NULL);
}

static void
fail_because (ArrivalRun *run, const GError *error)
{
  g_autofree char *reason = device_failure (error, bench_find (run->world->bench, run->session), M_ARRIVAL_CABLE);
  if (!run->is_over && !run->is_freed)
    end (run, ARRIVAL_FAILED, reason, NULL);
}

/* ---- what is written ---- */

static void
add (GString *facts, const char *name, const char *value)
{
  g_autofree char *line = value != NULL ? g_strdelimit (g_strdup (value), "\n\r", ' ') : NULL;
  if (line != NULL)
    g_string_append_printf (facts, "%s=%s\n", name, line);
}

static char *
facts_text (const DeviceFacts *device, const ArrivalFacts *arrival)
{
  GString *facts = g_string_new (NULL);
  g_autofree char *percent = device->battery_percent >= 0 ? g_strdup_printf ("%d", device->battery_percent) : NULL;
  g_autofree char *storage =
      arrival->storage_bytes >= 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, arrival->storage_bytes) : NULL;
  g_autofree char *imei =
      arrival->imei != NULL ? imei_check (arrival->imei, NULL) : NULL; /* digits of something else */
  const struct {
    const char *name, *value;
  } rows[] = {{"serial", device->serial},
              {"maker", device->maker},
              {"model", device->model},
              {"imei", imei},
              {"android", device->android_version},
              {"security_patch", device->security_patch},
              {"fingerprint", device->fingerprint},
              {"encryption", device->encryption},
              {"storage_bytes", storage},
              {"battery_percent", percent},
              {"battery_health", arrival->battery_health}};
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    add (facts, rows[i].name, rows[i].value);
  return g_string_free (facts, FALSE);
}

/* ---- steps ---- */

static void
on_arrival (const ArrivalFacts *arrival, const GError *error, gpointer user)
{
  ArrivalRun *run = user;
  if (error != NULL)
    fail_because (run, error);
  else if (!run->is_over && !run->is_freed) {
    g_autofree char *facts = facts_text (run->facts, arrival);
    end (run, ARRIVAL_READ, NULL, facts);
  }
  run_unref (run);
}

static void
on_probed (DeviceFacts *facts, const GError *error, gpointer user)
{
  ArrivalRun *run = user;
  run->facts = facts;
  if (error != NULL)
    fail_because (run, error);
  else if (g_strcmp0 (facts->serial, run->serial) != 0)
    fail (run, M_WIPE_SWAPPED);
  else if (!run->is_over && !run->is_freed)
    bench_read_arrival (run->world->bench, run->session, run->cancellable, on_arrival, run_ref (run));
  run_unref (run);
}

static void
on_timeout (gpointer user)
{
  ArrivalRun *run = user;
  fail (run, run->is_reading ? M_DEVICE_TIMEOUT : M_WIPE_NO_TAP);
}

static void
wait_at_most (ArrivalRun *run, guint ms)
{
  deadline_set (&run->wait, ms, on_timeout, run);
}

static void
read_it (ArrivalRun *run)
{
  if (run->is_reading)
    return;
  run->is_reading = TRUE;
  wait_at_most (run, run->world->timeouts->probe_ms);
  bench_probe (run->world->bench, run->session, run->cancellable, on_probed, run_ref (run));
}

static void
take_link (ArrivalRun *run, DeviceLink link)
{
  switch (link) {
  case DEVICE_LINK_READY:
    read_it (run);
    return;
  case DEVICE_LINK_NEEDS_TAP:
    put (run, ARRIVAL_TAP, NULL, NULL);
    wait_at_most (run, run->world->timeouts->tap_ms);
    return;
  case DEVICE_LINK_BUSY:
    fail (run, M_DEVICE_BUSY);
    return;
  case DEVICE_LINK_NO_PERMISSION:
    fail (run, M_DEVICE_PERMISSION);
    return;
  case DEVICE_LINK_NO_ROOM:
    fail (run, M_DEVICE_NO_ROOM);
    return;
  case DEVICE_LINK_BROKEN:
    fail (run, M_DEVICE_PROTOCOL);
    return;
  case DEVICE_LINK_NONE:
  case DEVICE_LINK_OPENING:
  case DEVICE_LINK_UNTRUSTED:
    return;
  }
}

void
arrival_run_give_way (ArrivalRun *run, const char *port)
{
  if (run->is_over || g_strcmp0 (run->port, port) != 0)
    return;
  run->session = 0; /* not ours to close */
  g_cancellable_cancel (run->cancellable);
  fail (run, M_WIPE_PORT_TAKEN);
}

void
arrival_run_bench (ArrivalRun *run, const Device *device, BenchEvent event)
{
  if (device->session != run->session || run->is_over)
    return;
  if (event == BENCH_LEFT)
    fail (run, M_ARRIVAL_CABLE);
  else
    take_link (run, device->link);
}

/* ---- life ---- */

ArrivalRun *
arrival_run_new (WipeRunWorld *world, const char *port, const char *serial, const char *account, gboolean is_taken)
{
  ArrivalRun *run = g_new0 (ArrivalRun, 1);
  const Device *device = bench_find_port (world->bench, port);
  g_ref_count_init (&run->references);
  run->world = world;
  run->port = g_strdup (port);
  run->serial = g_strdup (serial);
  run->account = g_strdup (account);
  run->cancellable = g_cancellable_new ();
  if (is_taken || device == NULL || device->is_duplicate || g_strcmp0 (device->serial, serial) != 0) {
    fail (run, is_taken ? M_WIPE_PORT_TAKEN : M_WIPE_SWAPPED);
    return run;
  }
  run->session = device->session;
  wait_at_most (run, world->timeouts->probe_ms);
  if (device->link == DEVICE_LINK_READY)
    read_it (run);
  else if (!bench_connect (world->bench, run->session, BENCH_CONNECT_OFFER_KEY, NULL))
    fail (run, M_ARRIVAL_NO_ADB); /* debugging is off */
  return run;
}

void
arrival_run_free (ArrivalRun *run)
{
  if (run == NULL)
    return;
  run->is_freed = TRUE;
  deadline_clear (&run->wait);
  g_cancellable_cancel (run->cancellable);
  run_unref (run);
}

gboolean
arrival_run_is_over (const ArrivalRun *run)
{
  return run->is_over;
}
