/* The bench against the emulated fleet, with the real libusb: starts temoin-fleet, then itself again under umockdev's
 * preload. Not for bytes (adb.c, fastboot.c): here plugs go in and out. */
#include "daemon/devices/device.h"

#include "tests/unit/devices/probed.h"
#include "tests/unit/devices/under_fleet.h"

static const char scenario[] =
    "[tablet known]\nport=1-1.1\nserial=KNOWN1\nmaker=Samsung\nmodel=SM-X210\nandroid=15\nplugged=false\n"
    "[tablet tap]\nport=1-1.2\nserial=TAP1\nadb=tap\nplugged=false\n"
    "[tablet never]\nport=1-1.3\nserial=NEVER1\nadb=never\nplugged=false\n"
    "[tablet old]\nport=1-1.4\nserial=OLD1\nandroid=9\nprotocol=1\nmaxdata=4096\nshell_v2=false\nplugged=false\n"
    "[tablet twin]\nport=1-1.5\nserial=KNOWN1\nplugged=false\n"
    "[tablet "
    "fourteen]\nport=1-1.6\nserial=FOURTEEN1\nandroid=14\ngoogle_accounts=2\nsamsung_accounts=1\nplugged=false\n"
    "[tablet locked]\nport=1-1.7\nserial=LOCKED1\nmode=fastboot\nbootloader=locked\nplugged=false\n"
    "[tablet unlocked]\nport=1-2\nserial=UNLOCKED1\nmode=fastboot\nbootloader=unlocked\nplugged=false\n"
    "[tablet plain]\nport=1-3\nserial=PLAIN1\nadb=off\nplugged=false\n"
    "[tablet cheap]\nport=1-4\nserial=0123456789ABCDEF\nplugged=false\n"
    "[tablet quirk]\nport=1-5\nserial=QUIRK1\nquirk=stale\nplugged=false\n"
    "[tablet slow]\nport=1-6\nserial=SLOW1\nanswer_seconds=20\nplugged=false\n"
    "[tablet trade]\nport=1-7\nserial=TRADE1\nadb=tradein\nplugged=false\n"
    "[tablet r1]\nport=1-1.1\nserial=R1\nplugged=false\n[tablet r2]\nport=1-1.2\nserial=R2\nplugged=false\n"
    "[tablet r3]\nport=1-1.3\nserial=R3\nwipe=refused\nplugged=false\n"
    "[tablet w1]\nport=1-1.1\nserial=W1\nplugged=false\n[tablet w2]\nport=1-1.2\nserial=W2\nplugged=false\n"
    "[tablet w3]\nport=1-1.3\nserial=W3\nplugged=false\n[tablet w4]\nport=1-1.4\nserial=W4\nplugged=false\n"
    "[tablet w5]\nport=1-1.5\nserial=W5\nplugged=false\n[tablet w6]\nport=1-1.6\nserial=W6\nplugged=false\n"
    "[tablet w7]\nport=1-1.7\nserial=W7\nplugged=false\n[tablet w8]\nport=1-2\nserial=W8\nplugged=false\n";

/* ---- helpers ---- */

typedef struct {
  Bench *bench;
  GString *events; /* "arrived KNOWN1 changed KNOWN1 ..." */
  gboolean is_late;
} Fixture;

static const StrategySettings nothing;

static void
on_bench (const Device *device, BenchEvent event, gpointer user)
{
  static const char *const names[] = {[BENCH_ARRIVED] = "arrived", [BENCH_CHANGED] = "changed", [BENCH_LEFT] = "left"};
  Fixture *fixture = user;
  const char *serial = device->serial != NULL ? device->serial : "-";
  const char *why = bench_link_error (fixture->bench, device->session);
  g_test_message ("%s %s: %s %s", device->port, names[event], device_link_name (device->link), why != NULL ? why : "");
  g_string_append_printf (fixture->events, "%s %s;", names[event], serial);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  (void)data;
  g_autoptr (GError) error = NULL;
  g_autofree char *key = in_directory ("key.pem");
  fixture->events = g_string_new (NULL);
  fixture->bench = bench_new (key, on_bench, fixture, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void)data;
  bench_free (fixture->bench);
  g_string_free (fixture->events, TRUE);
}

static const Device *
at (Fixture *fixture, const char *port)
{
  return bench_find_port (fixture->bench, port);
}

static DeviceLink
link_at (Fixture *fixture, const char *port)
{
  const Device *device = at (fixture, port);
  return device != NULL ? device->link : DEVICE_LINK_NONE;
}

static guint64
plug (Fixture *fixture, const char *name, const char *port)
{
  TELL_FLEET ("plug %s", name);
  WAIT_FOR (at (fixture, port) != NULL);
  return at (fixture, port)->session;
}

static void
unplug (Fixture *fixture, const char *name, const char *port)
{
  TELL_FLEET ("unplug %s", name);
  WAIT_FOR (at (fixture, port) == NULL);
}

static void
connect_to (Fixture *fixture, guint64 session, BenchConnectFlags flags)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (bench_connect (fixture->bench, session, flags, &error));
  g_assert_no_error (error);
}

static void
make_ready (Fixture *fixture, const char *port)
{
  connect_to (fixture, at (fixture, port)->session, 0);
  WAIT_FOR (link_at (fixture, port) == DEVICE_LINK_READY);
}

static DeviceFacts *
probe (Fixture *fixture, const char *port)
{
  Probed probed = {0};
  bench_probe (fixture->bench, at (fixture, port)->session, NULL, on_probe, &probed);
  WAIT_FOR (probed.calls > 0);
  g_assert_no_error (probed.error);
  return probed.facts;
}

typedef struct {
  GString *story; /* "said X|answered Y|accepted Z" */
  gboolean is_over, was_sent;
  GError *error;
} Ran;

static void
on_strategy (StrategyEvent event, const char *text, gboolean was_sent, const GError *error, gpointer user)
{
  static const char *const names[] = {
      [STRATEGY_SAID] = "said",
      [STRATEGY_ANSWERED] = "answered",
      [STRATEGY_ACCEPTED] = "accepted",
      [STRATEGY_FAILED] = "failed",
  };
  Ran *ran = user;
  g_assert_false (ran->is_over);
  g_string_append_printf (ran->story, "%s %s|", names[event], text);
  ran->was_sent = was_sent;
  ran->is_over = event == STRATEGY_ACCEPTED || event == STRATEGY_FAILED;
  ran->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
ran_clear (Ran *ran)
{
  g_string_free (ran->story, TRUE);
  g_clear_error (&ran->error);
}

static void
run_strategy (Fixture *fixture, const char *name, const char *port, const char *serial, Ran *ran)
{
  *ran = (Ran){.story = g_string_new (NULL)};
  strategy_find (name)->start (fixture->bench, at (fixture, port)->session, serial, NULL, on_strategy, ran);
  WAIT_FOR (ran->is_over);
}

static int
count_of (const char *name, const char *key)
{
  g_autofree char *state = ask_fleet ("state %s", name);
  g_autofree char *label = g_strdup_printf (" %s=", key);
  const char *found = strstr (state, label);
  g_assert_nonnull (found);
  return atoi (found + strlen (label));
}

/* ---- plugs ---- */

static void
test_arrival (Fixture *fixture, gconstpointer data)
{
  (void)data;
  guint64 first = plug (fixture, "known", "1-1.1");
  const Device *device = at (fixture, "1-1.1");
  g_assert_cmpstr (device->serial, ==, "KNOWN1");
  g_assert_cmpstr (device->maker, ==, "Samsung");
  g_assert_cmpint (device->mode, ==, DEVICE_ADB);
  g_assert_cmpint (device->link, ==, DEVICE_LINK_NONE);
  g_assert_false (device->is_duplicate);
  unplug (fixture, "known", "1-1.1");
  g_assert_null (bench_find (fixture->bench, first));
  g_assert_cmpstr (fixture->events->str, ==, "arrived KNOWN1;left KNOWN1;");
  g_assert_cmpint (count_of ("known", "protocol_errors"), ==, 0);
  guint64 second = plug (fixture, "known", "1-1.1");
  g_assert_cmpuint (second, !=, first);
  g_autoptr (GError) error = NULL;
  g_assert_false (bench_connect (fixture->bench, first, 0, &error));
  g_assert_error (error, DEVICE_ERROR, DEVICE_ERROR_GONE);
  unplug (fixture, "known", "1-1.1");
}

static void
test_enumerates (Fixture *fixture, gconstpointer data)
{
  (void)data;
  TELL_FLEET ("plug known");
  TELL_FLEET ("plug plain");
  g_autofree char *key = in_directory ("key.pem");
  bench_free (fixture->bench);
  fixture->bench = bench_new (key, on_bench, fixture, NULL);
  WAIT_FOR (at (fixture, "1-1.1") != NULL && at (fixture, "1-3") != NULL);
  g_autoptr (GPtrArray) list = bench_list (fixture->bench);
  g_assert_cmpuint (list->len, ==, 2); /* hubs are not on the bench */
  g_assert_cmpstr (((const Device *)g_ptr_array_index (list, 0))->port, ==, "1-1.1");
  g_assert_cmpint (at (fixture, "1-3")->mode, ==, DEVICE_PLAIN);
  g_autoptr (GError) error = NULL;
  g_assert_false (bench_connect (fixture->bench, at (fixture, "1-3")->session, 0, &error));
  g_assert_error (error, DEVICE_ERROR, DEVICE_ERROR_UNSUPPORTED);
  unplug (fixture, "known", "1-1.1");
  unplug (fixture, "plain", "1-3");
}

static void
test_placeholder (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "cheap", "1-4");
  g_assert_null (at (fixture, "1-4")->serial);
  unplug (fixture, "cheap", "1-4");
}

static void
test_duplicate (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "known", "1-1.1");
  plug (fixture, "twin", "1-1.5");
  WAIT_FOR (strstr (fixture->events->str, "changed") != NULL);
  g_assert_true (at (fixture, "1-1.1")->is_duplicate);
  g_assert_true (at (fixture, "1-1.5")->is_duplicate);
  unplug (fixture, "twin", "1-1.5");
  WAIT_FOR (g_str_has_suffix (fixture->events->str, "changed KNOWN1;"));
  g_assert_false (at (fixture, "1-1.1")->is_duplicate);
  unplug (fixture, "known", "1-1.1");
  g_assert_cmpstr (fixture->events->str, ==,
                   "arrived KNOWN1;arrived KNOWN1;changed KNOWN1;left KNOWN1;changed KNOWN1;left KNOWN1;");
}

/* ---- links ---- */

static void
test_known_key (Fixture *fixture, gconstpointer data)
{
  (void)data;
  guint64 session = plug (fixture, "known", "1-1.1");
  make_ready (fixture, "1-1.1");
  g_assert_true (at (fixture, "1-1.1")->has_asked);
  g_autoptr (DeviceFacts) facts = probe (fixture, "1-1.1");
  g_assert_cmpstr (facts->serial, ==, "KNOWN1");
  g_assert_cmpstr (facts->maker, ==, "Samsung");
  g_assert_cmpstr (facts->model, ==, "SM-X210");
  g_assert_cmpstr (facts->android_version, ==, "15");
  g_assert_cmpstr (facts->encryption, ==, "file");
  g_assert_cmpint (facts->sdk, ==, 35);
  g_assert_cmpint (facts->battery_percent, ==, 80);
  g_assert_cmpint (facts->is_charging, ==, 1);
  g_assert_cmpint (facts->google_accounts, ==, 0);
  g_assert_cmpint (facts->other_accounts, ==, 0);
  g_assert_cmpint (facts->has_recovery_wipe, ==, 1);
  g_assert_cmpint (facts->has_device_owner, ==, 0);
  g_assert_cmpint (facts->users, ==, 1);
  g_assert_cmpint (facts->has_persistent_data, ==, 1);
  g_assert_cmpint (facts->lock_is_active, ==, 0);
  g_assert_cmpint (facts->oem_unlock_allowed, ==, 0);
  g_assert_cmpint (facts->in_test_mode, ==, 0);
  g_assert_cmpint (facts->is_unlocked, ==, 0);
  g_assert_null (strategy_find ("recovery-wipe")->objection (facts, &nothing));
  g_assert_cmpstr (strategy_find ("fastboot")->objection (facts, &nothing), ==, "needs_fastboot");
  bench_disconnect (fixture->bench, session);
  g_assert_cmpint (link_at (fixture, "1-1.1"), ==, DEVICE_LINK_NONE);
  make_ready (fixture, "1-1.1"); /* the interface is free again */
  g_assert_cmpint (count_of ("known", "protocol_errors"), ==, 0);
  g_assert_cmpint (count_of ("known", "missing_zlps"), ==, 0);
  unplug (fixture, "known", "1-1.1");
}

static void
test_tap (Fixture *fixture, gconstpointer data)
{
  (void)data;
  guint64 session = plug (fixture, "tap", "1-1.2");
  connect_to (fixture, session, 0);
  WAIT_FOR (link_at (fixture, "1-1.2") == DEVICE_LINK_UNTRUSTED);
  connect_to (fixture, session, BENCH_CONNECT_OFFER_KEY);
  WAIT_FOR (link_at (fixture, "1-1.2") == DEVICE_LINK_NEEDS_TAP);
  TELL_FLEET ("wait tap dialog=1 10");
  TELL_FLEET ("allow tap");
  WAIT_FOR (link_at (fixture, "1-1.2") == DEVICE_LINK_READY);
  unplug (fixture, "tap", "1-1.2");
  plug (fixture, "tap", "1-1.2");
  make_ready (fixture, "1-1.2"); /* it remembers */
  unplug (fixture, "tap", "1-1.2");
}

static void
test_never_tapped (Fixture *fixture, gconstpointer data)
{
  (void)data;
  guint64 session = plug (fixture, "never", "1-1.3");
  connect_to (fixture, session, BENCH_CONNECT_OFFER_KEY);
  WAIT_FOR (link_at (fixture, "1-1.3") == DEVICE_LINK_NEEDS_TAP);
  Probed probed = {0};
  bench_probe (fixture->bench, session, NULL, on_probe, &probed);
  g_assert_cmpuint (probed.calls, ==, 0); /* from the loop, not from inside */
  WAIT_FOR (probed.calls > 0);
  g_assert_error (probed.error, DEVICE_ERROR, DEVICE_ERROR_UNSUPPORTED);
  probed_clear (&probed);
  unplug (fixture, "never", "1-1.3");
}

/* Another bench (as an adb server would) holds the interface. */
static void
test_busy (Fixture *fixture, gconstpointer data)
{
  (void)data;
  Fixture other = {0};
  guint64 session = plug (fixture, "known", "1-1.1");
  make_ready (fixture, "1-1.1");
  set_up (&other, NULL);
  WAIT_FOR (at (&other, "1-1.1") != NULL);
  connect_to (&other, at (&other, "1-1.1")->session, 0);
  WAIT_FOR (link_at (&other, "1-1.1") == DEVICE_LINK_BUSY);
  g_assert_nonnull (strstr (bench_link_error (other.bench, at (&other, "1-1.1")->session), "another program"));
  bench_disconnect (fixture->bench, session);
  tear_down (&other, NULL);
  make_ready (fixture, "1-1.1");
  unplug (fixture, "known", "1-1.1");
}

static void
test_old_protocol (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "old", "1-1.4");
  make_ready (fixture, "1-1.4");
  g_autoptr (DeviceFacts) facts = probe (fixture, "1-1.4");
  g_assert_cmpstr (facts->serial, ==, "OLD1");
  g_assert_cmpint (facts->sdk, ==, 28);
  g_assert_cmpint (facts->has_recovery_wipe, ==, 0);
  g_assert_cmpint (count_of ("old", "protocol_errors"), ==, 0);
  unplug (fixture, "old", "1-1.4");
}

/* A freshly reset Android 16 lets anybody in: that is no trust, and it tells nothing to a shell. */
static void
test_trade_in (Fixture *fixture, gconstpointer data)
{
  (void)data;
  guint64 session = plug (fixture, "trade", "1-7");
  make_ready (fixture, "1-7");
  g_assert_false (at (fixture, "1-7")->has_asked);
  Probed probed = {0};
  bench_probe (fixture->bench, session, NULL, on_probe, &probed);
  WAIT_FOR (probed.calls > 0);
  g_assert_error (probed.error, DEVICE_ERROR, DEVICE_ERROR_REFUSED);
  probed_clear (&probed);
  unplug (fixture, "trade", "1-7");
}

static void
test_quirks (Fixture *fixture, gconstpointer data)
{
  (void)data;
  static const struct {
    const char *quirk;
    DeviceLink link;
  } rows[] = {
      {"stale", DEVICE_LINK_READY},      {"no-features", DEVICE_LINK_READY}, {"delayed-ack", DEVICE_LINK_READY},
      {"close-zero", DEVICE_LINK_READY}, {"stls", DEVICE_LINK_BROKEN},       {"huge-length", DEVICE_LINK_BROKEN},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    TELL_FLEET ("set quirk quirk=%s", rows[i].quirk);
    guint64 session = plug (fixture, "quirk", "1-5");
    connect_to (fixture, session, 0);
    g_test_message ("quirk %s", rows[i].quirk);
    WAIT_FOR (link_at (fixture, "1-5") == rows[i].link);
    if (rows[i].link == DEVICE_LINK_READY) {
      g_autoptr (DeviceFacts) facts = probe (fixture, "1-5");
      g_assert_cmpstr (facts->serial, ==, "QUIRK1");
    } else
      g_assert_nonnull (bench_link_error (fixture->bench, session));
    unplug (fixture, "quirk", "1-5");
  }
}

/* ---- what ends early ---- */

static void
test_unplug_while_probing (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "slow", "1-6");
  make_ready (fixture, "1-6");
  Probed probed = {0};
  bench_probe (fixture->bench, at (fixture, "1-6")->session, NULL, on_probe, &probed);
  TELL_FLEET ("unplug slow");
  WAIT_FOR (at (fixture, "1-6") == NULL && probed.calls > 0);
  g_assert_error (probed.error, DEVICE_ERROR, DEVICE_ERROR_GONE);
  probed_clear (&probed);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "slow", "1-6");
  make_ready (fixture, "1-6");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Probed probed = {0};
  bench_probe (fixture->bench, at (fixture, "1-6")->session, cancellable, on_probe, &probed);
  g_cancellable_cancel (cancellable);
  g_assert_cmpuint (probed.calls, ==, 0);
  WAIT_FOR (probed.calls > 0);
  g_assert_error (probed.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  probed_clear (&probed);
  g_assert_cmpint (link_at (fixture, "1-6"), ==, DEVICE_LINK_READY);
  unplug (fixture, "slow", "1-6");
}

static void
test_free_while_probing (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "slow", "1-6");
  make_ready (fixture, "1-6");
  Probed probed = {0};
  bench_probe (fixture->bench, at (fixture, "1-6")->session, NULL, on_probe, &probed);
  bench_free (g_steal_pointer (&fixture->bench));
  g_assert_error (probed.error, DEVICE_ERROR, DEVICE_ERROR_GONE);
  probed_clear (&probed);
  TELL_FLEET ("unplug slow");
}

/* The cable goes at each step of a conversation. (While the node itself is being opened is left out: the emulator cannot.) */
static void
test_unplug_at_each_step (Fixture *fixture, gconstpointer data)
{
  (void)data;
  static const char *const steps[] = {"cnxn", "auth", "open", "shell-answer"};
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_test_message ("unplug at %s", steps[i]);
    TELL_FLEET ("fail known unplug@%s", steps[i]);
    guint64 session = plug (fixture, "known", "1-1.1");
    connect_to (fixture, session, 0);
    WAIT_FOR (at (fixture, "1-1.1") == NULL || link_at (fixture, "1-1.1") == DEVICE_LINK_READY);
    if (i < 2)
      g_assert_null (at (fixture, "1-1.1"));
    Probed probed = {0};
    bench_probe (fixture->bench, session, NULL, on_probe, &probed);
    WAIT_FOR (at (fixture, "1-1.1") == NULL && probed.calls > 0);
    g_assert_error (probed.error, DEVICE_ERROR, DEVICE_ERROR_GONE);
    probed_clear (&probed);
  }
  plug (fixture, "known", "1-1.1");
  make_ready (fixture, "1-1.1");
  unplug (fixture, "known", "1-1.1");
}

/* ---- strategies ---- */

static void
test_recovery_wipe (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "r1", "1-1.1");
  make_ready (fixture, "1-1.1");
  Ran ran;
  run_strategy (fixture, "recovery-wipe", "1-1.1", "R1", &ran);
  g_assert_no_error (ran.error); /* its answer may or may not come through before it leaves */
  g_assert_true (g_str_has_prefix (ran.story->str, "said cmd recovery wipe|"));
  g_assert_true (ran.was_sent);
  ran_clear (&ran);
  WAIT_FOR (at (fixture, "1-1.1") == NULL);
  WAIT_FOR (at (fixture, "1-1.1") != NULL);
  g_assert_cmpstr (at (fixture, "1-1.1")->serial, ==, "R1");
  g_assert_cmpint (count_of ("r1", "wiped"), ==, 1);
  g_assert_cmpint (count_of ("r1", "wipe_commands"), ==, 1);
  unplug (fixture, "r1", "1-1.1");
}

static void
test_recovery_wipe_cut (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "r2", "1-1.2");
  make_ready (fixture, "1-1.2");
  TELL_FLEET ("fail r2 unplug@wipe-command");
  Ran ran;
  run_strategy (fixture, "recovery-wipe", "1-1.2", "R2", &ran);
  g_assert_cmpstr (ran.story->str, ==,
                   "said cmd recovery wipe|accepted the link was lost after the command was written|");
  ran_clear (&ran);
  WAIT_FOR (at (fixture, "1-1.2") == NULL);
}

static void
test_recovery_wipe_refused (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "r3", "1-1.3");
  make_ready (fixture, "1-1.3");
  Ran ran;
  run_strategy (fixture, "recovery-wipe", "1-1.3", "OTHER", &ran);
  g_assert_error (ran.error, DEVICE_ERROR, DEVICE_ERROR_SERIAL);
  g_assert_false (ran.was_sent);
  g_assert_cmpint (count_of ("r3", "wipe_commands"), ==, 0);
  ran_clear (&ran);
  run_strategy (fixture, "recovery-wipe", "1-1.3", "R3", &ran);
  g_assert_error (ran.error, DEVICE_ERROR, DEVICE_ERROR_REFUSED);
  g_assert_true (ran.was_sent);
  g_assert_nonnull (strstr (ran.error->message, "Requires RECOVERY permission"));
  ran_clear (&ran);
  TELL_FLEET ("set r3 wipe=ignored"); /* it says so, and stays */
  run_strategy (fixture, "recovery-wipe", "1-1.3", "R3", &ran);
  g_assert_cmpstr (ran.story->str, ==,
                   "said cmd recovery wipe|answered Rebooting into recovery with --wipe_data|"
                   "accepted Rebooting into recovery with --wipe_data|");
  ran_clear (&ran);
  unplug (fixture, "r3", "1-1.3");
}

static void
test_android_14 (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "fourteen", "1-1.6");
  make_ready (fixture, "1-1.6");
  g_autoptr (DeviceFacts) facts = probe (fixture, "1-1.6");
  g_assert_cmpint (facts->has_recovery_wipe, ==, 0);
  g_assert_cmpint (facts->google_accounts, ==, 2);
  g_assert_cmpint (facts->maker_accounts, ==, 1);
  g_assert_cmpint (facts->other_accounts, ==, 0);
  g_assert_cmpstr (strategy_find ("recovery-wipe")->objection (facts, &nothing), ==, "needs_android_15");
  facts->sdk = 35;
  g_assert_cmpstr (strategy_find ("recovery-wipe")->objection (facts, &nothing), ==, "needs_recovery_wipe");
  unplug (fixture, "fourteen", "1-1.6");
}

static void
test_fastboot_locked (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "locked", "1-1.7");
  make_ready (fixture, "1-1.7");
  g_assert_cmpint (at (fixture, "1-1.7")->mode, ==, DEVICE_FASTBOOT);
  g_autoptr (DeviceFacts) facts = probe (fixture, "1-1.7");
  g_assert_cmpstr (facts->serial, ==, "LOCKED1");
  g_assert_cmpstr (strategy_find ("fastboot")->objection (facts, &nothing), ==, "needs_unlocked_bootloader");
  Ran ran;
  run_strategy (fixture, "fastboot", "1-1.7", "LOCKED1", &ran);
  g_assert_error (ran.error, DEVICE_ERROR, DEVICE_ERROR_REFUSED);
  g_assert_nonnull (strstr (ran.story->str, "answered FAIL"));
  g_assert_cmpint (count_of ("locked", "wiped"), ==, 0);
  ran_clear (&ran);
  unplug (fixture, "locked", "1-1.7");
}

static void
test_fastboot_unlocked (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "unlocked", "1-2");
  make_ready (fixture, "1-2");
  g_autoptr (DeviceFacts) facts = probe (fixture, "1-2");
  g_assert_null (strategy_find ("fastboot")->objection (facts, &nothing));
  Ran ran;
  run_strategy (fixture, "fastboot", "1-2", "UNLOCKED2", &ran);
  g_assert_error (ran.error, DEVICE_ERROR, DEVICE_ERROR_SERIAL);
  ran_clear (&ran);
  run_strategy (fixture, "fastboot", "1-2", "UNLOCKED1", &ran);
  g_assert_no_error (ran.error);
  g_assert_true (g_str_has_prefix (ran.story->str, "said erase:userdata|answered OKAY|"));
  g_assert_nonnull (strstr (ran.story->str, "said reboot|accepted "));
  ran_clear (&ran);
  WAIT_FOR (at (fixture, "1-2") == NULL);
  g_assert_cmpint (count_of ("unlocked", "wiped"), ==, 1);
  WAIT_FOR (at (fixture, "1-2") != NULL);
  unplug (fixture, "unlocked", "1-2");
}

static void
test_guided (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "plain", "1-3");
  Ran ran;
  run_strategy (fixture, "guided", "1-3", "OTHER", &ran);
  g_assert_error (ran.error, DEVICE_ERROR, DEVICE_ERROR_SERIAL);
  ran_clear (&ran);
  run_strategy (fixture, "guided", "1-3", "PLAIN1", &ran);
  g_assert_no_error (ran.error);
  g_assert_false (ran.was_sent);
  ran_clear (&ran);
  unplug (fixture, "plain", "1-3");
}

static void
test_eight (Fixture *fixture, gconstpointer data)
{
  (void)data;
  static const char *const ports[] = {"1-1.1", "1-1.2", "1-1.3", "1-1.4", "1-1.5", "1-1.6", "1-1.7", "1-2"};
  Ran ran[G_N_ELEMENTS (ports)];
  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    plug (fixture, (const char *[]){"w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8"}[i], ports[i]);
  for (guint i = 0; i < G_N_ELEMENTS (ports); i++) {
    connect_to (fixture, at (fixture, ports[i])->session, 0);
  }
  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    WAIT_FOR (link_at (fixture, ports[i]) == DEVICE_LINK_READY);
  for (guint i = 0; i < G_N_ELEMENTS (ports); i++) {
    g_autofree char *serial = g_strdup_printf ("W%u", i + 1);
    ran[i] = (Ran){.story = g_string_new (NULL)};
    strategy_find ("recovery-wipe")
        ->start (fixture->bench, at (fixture, ports[i])->session, serial, NULL, on_strategy, &ran[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (ports); i++) {
    WAIT_FOR (ran[i].is_over);
    g_assert_no_error (ran[i].error);
    ran_clear (&ran[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    WAIT_FOR (at (fixture, ports[i]) == NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ports); i++) {
    WAIT_FOR (at (fixture, ports[i]) != NULL);
    g_autofree char *name = g_strdup_printf ("w%u", i + 1);
    unplug (fixture, name, ports[i]);
  }
}

static int
run_tests (int argc, char **argv)
{
  static const struct {
    const char *path;
    void (*run) (Fixture *fixture, gconstpointer data);
  } tests[] = {
      {"/devices/bench/arrives-and-leaves-with-its-serial", test_arrival},
      {"/devices/bench/shows-what-was-plugged-in-before", test_enumerates},
      {"/devices/bench/a-placeholder-is-no-serial", test_placeholder},
      {"/devices/bench/flags-both-of-two-equal-serials", test_duplicate},
      {"/devices/bench/a-known-key-opens-and-probes", test_known_key},
      {"/devices/bench/waits-for-the-tap", test_tap},
      {"/devices/bench/is-never-tapped", test_never_tapped},
      {"/devices/bench/says-when-another-program-holds-it", test_busy},
      {"/devices/bench/speaks-the-old-protocol", test_old_protocol},
      {"/devices/bench/marks-a-tablet-that-does-not-ask", test_trade_in},
      {"/devices/bench/survives-quirks", test_quirks},
      {"/devices/bench/unplugged-while-probing", test_unplug_while_probing},
      {"/devices/bench/cancelled-while-probing", test_cancel},
      {"/devices/bench/freed-while-probing", test_free_while_probing},
      {"/devices/bench/unplugged-at-each-step", test_unplug_at_each_step},
      {"/devices/strategy/recovery-wipe-is-accepted-and-the-tablet-leaves", test_recovery_wipe},
      {"/devices/strategy/recovery-wipe-cut-after-the-command", test_recovery_wipe_cut},
      {"/devices/strategy/recovery-wipe-is-refused", test_recovery_wipe_refused},
      {"/devices/strategy/android-14-has-an-objection", test_android_14},
      {"/devices/strategy/fastboot-is-refused-by-a-locked-tablet", test_fastboot_locked},
      {"/devices/strategy/fastboot-erases-an-unlocked-tablet", test_fastboot_unlocked},
      {"/devices/strategy/guided-sends-nothing", test_guided},
      {"/devices/strategy/eight-at-once", test_eight},
  };
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}

int
main (int argc, char **argv)
{
  return under_fleet (argc, argv, scenario, run_tests);
}
