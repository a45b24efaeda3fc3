/* The AT ports of emulated Samsung tablets, with the real libusb: starts temoin-fleet, then itself again under umockdev's preload. */
#include "daemon/devices/device.h"

#include "tests/unit/devices/probed.h"
#include "tests/unit/devices/under_fleet.h"

#define IMEI "351544000001232"

static const char scenario[] =
    "[tablet honest]\nport=1-1.1\nserial=R9TESTAT001\nmaker=Samsung\nmodel=SM-X115\n"
    "usb_name=SAMSUNG_Android\nadb=off\nat=honest\nimei=" IMEI "\n"
    "[tablet box]\nport=1-1.2\nserial=ce0000000000000003\nmaker=Samsung\nmodel=SM-T590\nadb=off\nat=box\n"
    "[tablet other]\nport=1-1.3\nserial=R9TESTAT003\nmaker=Samsung\nadb=off\nat=other-serial\n"
    "[tablet lenovo]\nport=1-1.4\nserial=LENOVO1\nmaker=Lenovo\nadb=off\nat=honest\n"
    "[tablet plain]\nport=1-1.5\nserial=R9TESTAT005\nmaker=Samsung\nadb=off\n"
    "[tablet adb]\nport=1-1.6\nserial=R9TESTAT006\nmaker=Samsung\nat=honest\n"
    "[tablet faulty]\nport=1-2\nserial=R9TESTAT007\nmaker=Samsung\nadb=off\nat=error\n";

static Bench *bench;

static void
on_bench (const Device *device, BenchEvent event, gpointer user)
{
  (void)user;
  g_test_message ("%s %d: %s", device->port, (int)event, device_link_name (device->link));
}

static void
set_up (gpointer *fixture, gconstpointer data)
{
  (void)fixture;
  g_autoptr (GError) error = NULL;
  g_autofree char *key = in_directory ("key.pem");
  bench = bench_new (key, on_bench, NULL, &error);
  g_assert_no_error (error);
  if (data != NULL)
    bench_allow_samsung_at (bench);
  WAIT_FOR (bench_find_port (bench, "1-1.1") != NULL && bench_find_port (bench, "1-2") != NULL &&
            !bench_is_reading (bench, NULL));
}

static void
tear_down (gpointer *fixture, gconstpointer data)
{
  (void)fixture;
  (void)data;
  bench_free (bench);
}

static gboolean
ask (const char *port, Probed *said)
{
  *said = (Probed){0};
  return bench_identify (bench, bench_find_port (bench, port)->session, on_probe, said);
}

static DeviceFacts *
facts_at (const char *port)
{
  Probed said;
  g_assert_true (ask (port, &said));
  g_assert_cmpuint (said.calls, ==, 0); /* from the loop */
  WAIT_FOR (said.calls > 0);
  g_assert_no_error (said.error);
  g_assert_cmpint (bench_find_port (bench, port)->link, ==, DEVICE_LINK_NONE);
  return said.facts;
}

static void
assert_counts (const char *name, const char *counts)
{
  g_autofree char *state = ask_fleet ("state %s", name);
  if (strstr (state, counts) == NULL)
    g_error ("%s: %s, not %s", name, state, counts);
}

static void
test_identifies (gpointer *fixture, gconstpointer data)
{
  (void)fixture;
  (void)data;
  g_assert_cmpstr (bench_find_port (bench, "1-1.1")->name, ==, "SAMSUNG_Android");
  for (int i = 0; i < 2; i++) { /* the port is free again */
    g_autoptr (DeviceFacts) facts = facts_at ("1-1.1");
    g_assert_cmpstr (facts->serial, ==, "R9TESTAT001");
    g_assert_cmpstr (facts->model, ==, "SM-X115");
    g_assert_cmpstr (facts->imei, ==, IMEI);
    g_assert_cmpint (facts->mode, ==, DEVICE_PLAIN);
    g_assert_cmpint (facts->google_accounts, ==, -1);
  }
  g_assert_cmpstr (bench_find_port (bench, "1-1.1")->name, ==, "SM-X115");
  assert_counts ("honest", "at_commands=2 at_others=0");
  g_autoptr (DeviceFacts) box = facts_at ("1-1.2");
  g_assert_cmpstr (box->serial, ==, "ce0000000000000003"); /* as the cable has it, not its box */
  g_assert_null (box->imei);
  g_autoptr (DeviceFacts) other = facts_at ("1-1.3");
  g_assert_cmpstr (other->serial, ==, "R9TESTFOREIGN");
}

/* What the port says opens no way to wipe, and no link. */
static void
test_no_strategy (gpointer *fixture, gconstpointer data)
{
  (void)fixture;
  (void)data;
  static const StrategySettings nothing;
  g_autoptr (DeviceFacts) facts = facts_at ("1-1.1");
  g_autoptr (GError) error = NULL;
  gsize n;
  const Strategy *const *list = strategy_list (&n);
  for (gsize i = 0; i < n; i++)
    if (list[i]->link == STRATEGY_LINK_NEEDED)
      g_assert_nonnull (list[i]->objection (facts, &nothing));
  g_assert_false (bench_connect (bench, bench_find_port (bench, "1-1.1")->session, 0, &error));
  g_assert_error (error, DEVICE_ERROR, DEVICE_ERROR_UNSUPPORTED);
  Probed said = {0};
  bench_probe (bench, bench_find_port (bench, "1-1.1")->session, NULL, on_probe, &said);
  WAIT_FOR (said.calls > 0);
  g_assert_error (said.error, DEVICE_ERROR, DEVICE_ERROR_UNSUPPORTED);
  probed_clear (&said);
}

/* data NULL: nobody allowed it. */
static void
test_leaves_alone (gpointer *fixture, gconstpointer data)
{
  (void)fixture;
  static const char *const ports[] = {"1-1.4", "1-1.5", "1-1.6", "1-1.1"};
  static const char *const names[] = {"lenovo", "plain", "adb", "honest"};
  for (gsize i = 0; i < G_N_ELEMENTS (ports) - (data != NULL); i++) {
    Probed said;
    TELL_FLEET ("unplug %s", names[i]); /* its counts remain: it is asked about what happens from here on */
    WAIT_FOR (bench_find_port (bench, ports[i]) == NULL);
    g_autofree char *before = ask_fleet ("state %s", names[i]);
    TELL_FLEET ("plug %s", names[i]);
    WAIT_FOR (bench_find_port (bench, ports[i]) != NULL);
    g_assert_false (ask (ports[i], &said));
    g_autofree char *after = ask_fleet ("state %s", names[i]);
    g_assert_cmpuint (said.calls, ==, 0);
    g_assert_cmpint (bench_find_port (bench, ports[i])->link, ==, DEVICE_LINK_NONE);
    g_assert_cmpstr (strstr (before, "opened="), ==, strstr (after, "opened="));
  }
}

static void
test_failures (gpointer *fixture, gconstpointer data)
{
  (void)fixture;
  (void)data;
  static const struct {
    const char *settings;
    DeviceError code;
    DeviceLink link;
  } rows[] = {
      {"at=error", DEVICE_ERROR_REFUSED, DEVICE_LINK_BROKEN},
      {"at=no-serial", DEVICE_ERROR_PROTOCOL, DEVICE_LINK_BROKEN},
      {"at=flood", DEVICE_ERROR_PROTOCOL, DEVICE_LINK_BROKEN},
      {"at=garbage", DEVICE_ERROR_PROTOCOL, DEVICE_LINK_BROKEN}, /* 5 s */
      {"at=silent", DEVICE_ERROR_TIMEOUT, DEVICE_LINK_BROKEN},   /* 5 s */
      {"busy=true", DEVICE_ERROR_BUSY, DEVICE_LINK_BUSY},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Probed said;
    guint64 session = bench_find_port (bench, "1-2")->session;
    TELL_FLEET ("set faulty %s", rows[i].settings);
    if (g_str_has_prefix (rows[i].settings, "at="))
      WAIT_FOR (bench_find_port (bench, "1-2") != NULL && bench_find_port (bench, "1-2")->session != session);
    g_assert_true (ask ("1-2", &said));
    WAIT_FOR (said.calls > 0);
    g_assert_error (said.error, DEVICE_ERROR, (gint)rows[i].code);
    g_assert_cmpint (bench_find_port (bench, "1-2")->link, ==, rows[i].link);
    g_assert_cmpint (bench_find_port (bench, "1-2")->is_silent, ==, rows[i].code == DEVICE_ERROR_TIMEOUT);
    probed_clear (&said);
  }
  TELL_FLEET ("set faulty busy=false");
  assert_counts ("faulty", "at_others=0");
}

static void
test_ends_early (gpointer *fixture, gconstpointer data)
{
  (void)fixture;
  (void)data;
  Probed said;
  TELL_FLEET ("fail honest unplug@at-answer");
  g_assert_true (ask ("1-1.1", &said));
  WAIT_FOR (said.calls > 0);
  g_assert_error (said.error, DEVICE_ERROR, DEVICE_ERROR_GONE);
  probed_clear (&said);
  WAIT_FOR (bench_find_port (bench, "1-1.1") == NULL);
  TELL_FLEET ("plug honest");
  WAIT_FOR (bench_find_port (bench, "1-1.1") != NULL);
  g_assert_true (ask ("1-1.1", &said));
  g_assert_false (
      bench_identify (bench, bench_find_port (bench, "1-1.1")->session, on_probe, &said)); /* one at a time */
  bench_disconnect (bench, bench_find_port (bench, "1-1.1")->session);
  g_assert_error (said.error, DEVICE_ERROR, DEVICE_ERROR_GONE);
  g_assert_cmpint (bench_find_port (bench, "1-1.1")->link, ==, DEVICE_LINK_NONE);
  probed_clear (&said);
  g_autoptr (DeviceFacts) facts = facts_at ("1-1.1"); /* behind the closing */
  g_assert_cmpstr (facts->serial, ==, "R9TESTAT001");
  g_assert_true (ask ("1-1.1", &said));
  tear_down (NULL, NULL); /* the bench goes with a question under way */
  g_assert_error (said.error, DEVICE_ERROR, DEVICE_ERROR_GONE);
  probed_clear (&said);
  set_up (NULL, NULL);
}

static int
run_tests (int argc, char **argv)
{
  static const struct {
    const char *path;
    gboolean is_allowed;
    void (*run) (gpointer *fixture, gconstpointer data);
  } tests[] = {
      {"/devices/at-fleet/opens-nothing-when-nobody-allowed-it", FALSE, test_leaves_alone},
      {"/devices/at-fleet/knows-a-tablet-by-what-it-says", TRUE, test_identifies},
      {"/devices/at-fleet/opens-no-way-to-wipe", TRUE, test_no_strategy},
      {"/devices/at-fleet/leaves-all-others-alone", TRUE, test_leaves_alone},
      {"/devices/at-fleet/says-how-it-failed", TRUE, test_failures},
      {"/devices/at-fleet/ends-early", TRUE, test_ends_early},
  };
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, gpointer, tests[i].is_allowed ? &tests[i] : NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}

int
main (int argc, char **argv)
{
  return under_fleet (argc, argv, scenario, run_tests);
}
