/* What an arrival does with a tablet that was read: ask it some more, and write down what it says. The rest of its life is tablet_run's. */
#include "daemon/actions/arrival_run.h"
#include "daemon/rules/field.h"
#include "db/check.h"

typedef struct {
  TabletRun base;     /* first: what tablet_run calls with is this */
  DeviceFacts *facts; /* read, or NULL */
  char *said;         /* all of it, as it is written down; NULL: it did not come to that */
} ArrivalRun;

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
put (const TabletRun *run, ArrivalState state, const char *reason, const char *facts)
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
put_tap (TabletRun *base)
{
  put (base, ARRIVAL_TAP, NULL, NULL);
}

static void
put_end (TabletRun *base)
{
  put (base, base->reason == NULL ? ARRIVAL_READ : ARRIVAL_FAILED, base->reason, ((const ArrivalRun *)base)->said);
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
    tablet_run_fail (&run->base, error);
  else if (tablet_run_goes_on (&run->base)) {
    run->said = facts_text (run->facts, arrival);
    tablet_run_end (&run->base, NULL);
  }
  tablet_run_unref (&run->base);
}

static void
take_facts (TabletRun *base, DeviceFacts *facts)
{
  const ArrivalFacts identity = {.storage_bytes = -1, .imei = facts->imei};
  ((ArrivalRun *)base)->facts = facts;
  if (facts->mode == DEVICE_PLAIN) /* it has said all it says */
    on_arrival (&identity, NULL, tablet_run_ref (base));
  else
    bench_read_arrival (base->world->bench, base->session, base->cancellable, on_arrival, tablet_run_ref (base));
}

static void
free_run (TabletRun *base)
{
  ArrivalRun *run = (ArrivalRun *)base;
  device_facts_free (run->facts);
  g_free (run->said);
  g_free (run);
}

static const TabletRunKind kind = {
    .cable = M_ARRIVAL_CABLE,
    .no_adb = M_ARRIVAL_NO_ADB,
    .needs_no_adb = TRUE,
    .tap = put_tap,
    .take = take_facts,
    .end = put_end,
    .free = free_run,
};

TabletRun *
arrival_run_new (WipeRunWorld *world, const char *port, const char *serial, const char *account, gboolean is_taken)
{
  ArrivalRun *run = g_new0 (ArrivalRun, 1);
  tablet_run_begin (&run->base, &kind, world, port, serial, account, is_taken);
  return &run->base;
}
