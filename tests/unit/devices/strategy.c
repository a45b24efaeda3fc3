/* Strategies against scripted devices: what is sent, in which order, and what is said when the cable goes. The three functions
 * of the bench that they use are played here. */
#include "daemon/devices/strategy.h"
#include "tests/unit/devices/script.h"

#include <glib/gstdio.h>

#define V2      ADB_VERSION_NO_CHECKSUM
#define PACKET  512 /* bytes */
#define SESSION 1
#define SENDS(text)                                                                                                    \
  {                                                                                                                    \
    HOST, 0, 0, 0, TEXT (text)                                                                                         \
  }
#define SAYS(text)                                                                                                     \
  {                                                                                                                    \
    DEVICE_RAW, 0, 0, 0, TEXT (text)                                                                                   \
  }
#define LEAVES                                                                                                         \
  {                                                                                                                    \
    DEVICE_LEAVES, 0, 0, 0, NULL, 0                                                                                    \
  }

static AdbKey *key;
static Adb *adb;
static Fastboot *fastboot;
static const Device *device;
static gboolean is_cut_before_payload; /* of the last message of a conversation */

Adb *
bench_adb (Bench *bench, guint64 session, GError **error)
{
  (void)bench;
  g_assert_cmpuint (session, ==, SESSION);
  if (adb != NULL && adb_is_ready (adb))
    return adb;
  g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_GONE, "no link");
  return NULL;
}

Fastboot *
bench_fastboot (Bench *bench, guint64 session, GError **error)
{
  (void)bench;
  g_assert_cmpuint (session, ==, SESSION);
  if (fastboot != NULL && fastboot_is_open (fastboot))
    return fastboot;
  g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_GONE, "no link");
  return NULL;
}

static StrategySettings settings;

const StrategySettings *
bench_settings (const Bench *bench)
{
  (void)bench;
  return &settings;
}

const Device *
bench_find (Bench *bench, guint64 session)
{
  (void)bench;
  g_assert_cmpuint (session, ==, SESSION);
  return device;
}

/* ---- one run ---- */

typedef struct {
  GString *story; /* "said X|answered Y|accepted Z|" */
  gboolean is_over, was_sent;
  GError *error;
} Ran;

static void
on_event (StrategyEvent event, const char *text, gboolean was_sent, const GError *error, gpointer user)
{
  static const char *const names[] = {[STRATEGY_SAID] = "said",
                                      [STRATEGY_ANSWERED] = "answered",
                                      [STRATEGY_ACCEPTED] = "accepted",
                                      [STRATEGY_FAILED] = "failed"};
  Ran *ran = user;
  g_assert_false (ran->is_over);
  if (event == STRATEGY_FAILED)
    g_string_append (ran->story, "failed");
  else
    g_string_append_printf (ran->story, "%s %s|", names[event], text);
  ran->was_sent = was_sent;
  ran->is_over = event == STRATEGY_ACCEPTED || event == STRATEGY_FAILED;
  ran->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
start (const char *name, const char *serial, Ran *ran)
{
  *ran = (Ran){.story = g_string_new (NULL)};
  strategy_find (name)->start (NULL, SESSION, serial, NULL, on_event, ran);
  g_assert_false (ran->is_over); /* from the loop, not from inside */
  WAIT_FOR (ran->is_over);
}

static void
ran_clear (Ran *ran)
{
  g_string_free (ran->story, TRUE);
  g_clear_error (&ran->error);
}

/* ---- fastboot ---- */

static void
ignore_loss (const GError *error, gpointer user)
{
  (void)error;
  (void)user;
}

static void
run_fastboot (const Row *rows, gsize n, Ran *ran)
{
  Script script;
  script_init (&script, ADB_VERSION_CHECKSUM, PACKET);
  for (gsize i = 0; i < n; i++)
    script_push (&script, rows[i].who, rows[i].payload, rows[i].n);
  fastboot = fastboot_new (&script.wire, ignore_loss, NULL);
  start ("fastboot", "ABC", ran);
  fastboot_free (g_steal_pointer (&fastboot));
  script_clear (&script);
}

#define RUN_FASTBOOT(ran, ...)                                                                                         \
  do {                                                                                                                 \
    const Row run_rows[] = {SENDS ("getvar:serialno"), __VA_ARGS__};                                                   \
    run_fastboot (run_rows, G_N_ELEMENTS (run_rows), ran);                                                             \
  } while (0)

static void
test_fastboot_all (void)
{
  Ran ran;
  RUN_FASTBOOT (&ran, SAYS ("OKAYABC"), SENDS ("getvar:partition-type:userdata"), SAYS ("OKAYf2fs"),
                SENDS ("erase:userdata"), SAYS ("INFOerasing"), SAYS ("OKAY"), SENDS ("getvar:partition-type:metadata"),
                SAYS ("OKAYext4"), SENDS ("erase:metadata"), SAYS ("OKAY"), SENDS ("getvar:partition-type:cache"),
                SAYS ("OKAYraw"), SENDS ("erase:cache"), SAYS ("OKAY"), SENDS ("reboot"), SAYS ("OKAY"));
  g_assert_cmpstr (ran.story->str, ==,
                   "said erase:userdata|answered OKAY|said erase:metadata|answered OKAY|said erase:cache|answered OKAY|"
                   "said reboot|accepted OKAY|");
  g_assert_true (ran.was_sent);
  ran_clear (&ran);
}

/* What is not there is skipped, but userdata is tried whatever its type; and it may leave before it says OKAY. */
static void
test_fastboot_absent (void)
{
  Ran ran;
  RUN_FASTBOOT (&ran, SAYS ("OKAYABC"), SENDS ("getvar:partition-type:userdata"), SAYS ("FAILunknown"),
                SENDS ("erase:userdata"), SAYS ("OKAY"), SENDS ("getvar:partition-type:metadata"), SAYS ("FAILunknown"),
                SENDS ("getvar:partition-type:cache"), SAYS ("OKAY"), SENDS ("reboot"), LEAVES);
  g_assert_cmpstr (ran.story->str, ==,
                   "said erase:userdata|answered OKAY|said reboot|"
                   "accepted the link was lost after the command was written|");
  ran_clear (&ran);
}

static void
test_fastboot_refused (void)
{
  Ran ran;
  RUN_FASTBOOT (&ran, SAYS ("OKAYABC"), SENDS ("getvar:partition-type:userdata"), SAYS ("OKAYf2fs"),
                SENDS ("erase:userdata"), SAYS ("FAILlocked"));
  g_assert_cmpstr (ran.story->str, ==, "said erase:userdata|answered FAIL locked|failed");
  g_assert_error (ran.error, DEVICE_ERROR, DEVICE_ERROR_REFUSED);
  g_assert_true (ran.was_sent);
  ran_clear (&ran);
}

static void
test_fastboot_not_sent (void)
{
  static const struct {
    Row row;
    DeviceError code;
  } rows[] = {{SAYS ("OKAYABD"), DEVICE_ERROR_SERIAL},
              {SAYS ("OKAY"), DEVICE_ERROR_SERIAL},
              {SAYS ("FAILunknown"), DEVICE_ERROR_REFUSED},
              {LEAVES, DEVICE_ERROR_GONE}};
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Ran ran;
    RUN_FASTBOOT (&ran, rows[i].row);
    g_assert_error (ran.error, DEVICE_ERROR, (int)rows[i].code);
    g_assert_false (ran.was_sent);
    ran_clear (&ran);
  }
}

static void
test_fastboot_cut (void)
{
  Ran ran;
  RUN_FASTBOOT (&ran, SAYS ("OKAYABC"), SENDS ("getvar:partition-type:userdata"), SAYS ("OKAYf2fs"),
                SENDS ("erase:userdata"), LEAVES);
  g_assert_cmpstr (ran.story->str, ==, "said erase:userdata|failed"); /* a cable pulled while erasing proves nothing */
  g_assert_error (ran.error, DEVICE_ERROR, DEVICE_ERROR_GONE);
  g_assert_true (ran.was_sent);
  ran_clear (&ran);
}

/* ---- recovery-wipe ---- */

static void
ignore_state (AdbState state, const GError *error, gpointer user)
{
  (void)state;
  (void)error;
  (void)user;
}

/* Plays until the wipe command is sent (rows go on from there), in streams 1 and 2. */
static void
run_wipe (const char *serial, const Row *rows, gsize n, Ran *ran)
{
  const Row greeting[] = {
      {HOST, ADB_CNXN, V2, ADB_MAX_PAYLOAD, TEXT ("host::features=shell_v2,cmd")},
      {DEVICE, ADB_CNXN, V2, 4096, TEXT ("device::")},
  };
  const Row ask[] = {
      {HOST, ADB_OPEN, 1, 0, ZTEXT ("shell:getprop ro.serialno;echo rc=$?")},
      {DEVICE, ADB_OKAY, 7, 1, NULL, 0},
      {DEVICE, ADB_WRTE, 7, 1, TEXT ("ABC\nrc=0\n")},
      {HOST, ADB_OKAY, 1, 7, NULL, 0},
      {DEVICE, ADB_CLSE, 7, 1, NULL, 0},
      {HOST, ADB_CLSE, 1, 7, NULL, 0},
  };
  Script script;
  script_init (&script, V2, PACKET);
  script_play (&script, greeting, G_N_ELEMENTS (greeting));
  adb = adb_new (&script.wire, key, FALSE, SCRIPT_DEADLINE_MS, ignore_state, NULL);
  WAIT_FOR (adb_is_ready (adb));
  script_play (&script, ask, G_N_ELEMENTS (ask));
  script_play (&script, rows, n);
  if (is_cut_before_payload) { /* the last transfer expected is the payload */
    transfer_free (g_queue_pop_tail (&script.todo));
    script_push (&script, DEVICE_LEAVES, NULL, 0);
    script.cuts_writes = TRUE;
  }
  start ("recovery-wipe", serial, ran);
  while (g_main_context_iteration (NULL, FALSE)) /* what the host still has to write */
    ;
  adb_free (g_steal_pointer (&adb));
  script_clear (&script);
}

#define SENDS_WIPE                                                                                                     \
  {                                                                                                                    \
    HOST, ADB_OPEN, 2, 0, ZTEXT ("shell:cmd recovery wipe;echo rc=$?")                                                 \
  }

static void
test_wipe_says (void)
{
  Ran ran;
  const Row played[] = {SENDS_WIPE,
                        {DEVICE, ADB_OKAY, 8, 2, NULL, 0},
                        {DEVICE, ADB_WRTE, 8, 2, TEXT ("Rebooting into recovery with --wipe_data\n")},
                        {HOST, ADB_OKAY, 2, 8, NULL, 0}};
  run_wipe ("ABC", played, G_N_ELEMENTS (played), &ran);
  g_assert_cmpstr (ran.story->str, ==,
                   "said cmd recovery wipe|answered Rebooting into recovery with --wipe_data|"
                   "accepted Rebooting into recovery with --wipe_data|");
  ran_clear (&ran);
}

static void
test_wipe_refused (void)
{
  Ran ran;
  const Row played[] = {SENDS_WIPE,
                        {DEVICE, ADB_OKAY, 8, 2, NULL, 0},
                        {DEVICE, ADB_WRTE, 8, 2, TEXT ("Unknown command: wipe\nrc=255\n")},
                        {HOST, ADB_OKAY, 2, 8, NULL, 0},
                        {DEVICE, ADB_CLSE, 8, 2, NULL, 0},
                        {HOST, ADB_CLSE, 2, 8, NULL, 0}};
  run_wipe ("ABC", played, G_N_ELEMENTS (played), &ran);
  g_assert_cmpstr (ran.story->str, ==, "said cmd recovery wipe|answered Unknown command: wipe|failed");
  g_assert_error (ran.error, DEVICE_ERROR, DEVICE_ERROR_REFUSED);
  g_assert_true (ran.was_sent);
  ran_clear (&ran);
}

static void
test_wipe_lost (void)
{
  Ran ran;
  const Row played[] = {SENDS_WIPE, LEAVES};
  run_wipe ("ABC", played, G_N_ELEMENTS (played), &ran);
  g_assert_cmpstr (ran.story->str, ==,
                   "said cmd recovery wipe|accepted the link was lost after the command was written|");
  g_assert_true (ran.was_sent);
  ran_clear (&ran);
}

static void
test_wipe_other (void)
{
  Ran ran;
  run_wipe ("ABD", NULL, 0, &ran);
  g_assert_error (ran.error, DEVICE_ERROR, DEVICE_ERROR_SERIAL);
  g_assert_false (ran.was_sent);
  ran_clear (&ran);
}

/* The link goes when only the header of the command has left: nobody knows, so it is not accepted. */
static void
test_wipe_lost_before (void)
{
  Ran ran;
  const Row played[] = {{HOST, ADB_OPEN, 2, 0, ANY_BYTES, sizeof "shell:cmd recovery wipe;echo rc=$?"}};
  is_cut_before_payload = TRUE;
  run_wipe ("ABC", played, G_N_ELEMENTS (played), &ran);
  is_cut_before_payload = FALSE;
  g_assert_cmpstr (ran.story->str, ==, "said cmd recovery wipe|failed");
  g_assert_error (ran.error, DEVICE_ERROR, DEVICE_ERROR_GONE);
  g_assert_true (ran.was_sent);
  ran_clear (&ran);
}

/* ---- the rest ---- */

static void
test_no_link (void)
{
  static const char *const names[] = {"recovery-wipe", "fastboot",      "fastbootd",
                                      "guided",        "recovery-keys", "test-harness"};
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    Ran ran;
    start (names[i], "ABC", &ran);
    g_assert_error (ran.error, DEVICE_ERROR, DEVICE_ERROR_GONE);
    g_assert_false (ran.was_sent);
    ran_clear (&ran);
  }
}

static void
test_guided (void)
{
  static const struct {
    const char *serial;
    const char *start;
  } rows[] = {{"ABC", "said asked the technician"}, {"ABD", "failed"}, {NULL, "failed"}};
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const Device shown = {.session = SESSION, .port = "1-1", .serial = rows[i].serial, .mode = DEVICE_PLAIN};
    Ran ran;
    device = &shown;
    start ("guided", "ABC", &ran);
    g_assert_true (g_str_has_prefix (ran.story->str, rows[i].start));
    g_assert_false (ran.was_sent);
    ran_clear (&ran);
  }
  device = NULL;
}

static void
test_table (void)
{
  static const struct {
    const char *name;
    DeviceFacts facts;
    const char *objection;
  } rows[] = {
      {"recovery-wipe", {.mode = DEVICE_ADB, .sdk = 35, .has_recovery_wipe = 1}, NULL},
      {"recovery-wipe", {.mode = DEVICE_ADB, .sdk = 35, .has_recovery_wipe = 1, .merge_pending = 1}, "update_pending"},
      {"recovery-wipe", {.mode = DEVICE_ADB, .sdk = 34, .has_recovery_wipe = 1}, "needs_android_15"},
      {"recovery-wipe", {.mode = DEVICE_ADB, .sdk = -1, .has_recovery_wipe = 1}, "needs_android_15"},
      {"recovery-wipe", {.mode = DEVICE_ADB, .sdk = 35, .has_recovery_wipe = -1}, "needs_recovery_wipe"},
      {"recovery-wipe", {.mode = DEVICE_FASTBOOT}, "needs_adb"},
      {"fastboot", {.mode = DEVICE_FASTBOOT, .is_unlocked = 1}, NULL},
      {"fastboot", {.mode = DEVICE_FASTBOOT, .is_unlocked = 1, .merge_pending = 1}, "update_pending"},
      {"fastboot", {.mode = DEVICE_FASTBOOT, .is_unlocked = 0}, "needs_unlocked_bootloader"},
      {"fastboot", {.mode = DEVICE_FASTBOOT, .is_unlocked = -1}, "needs_unlocked_bootloader"},
      {"fastboot", {.mode = DEVICE_ADB, .is_unlocked = 1}, "needs_fastboot"},
      {"fastboot", {.mode = DEVICE_FASTBOOT, .is_unlocked = 1, .is_userspace = 1}, "needs_bootloader"},
      {"fastbootd", {.mode = DEVICE_FASTBOOT, .is_unlocked = 1, .is_userspace = 1}, NULL},
      {"fastbootd", {.mode = DEVICE_FASTBOOT, .is_userspace = 1}, "needs_unlocked_bootloader"},
      {"fastbootd", {.mode = DEVICE_FASTBOOT, .is_unlocked = 1}, "needs_fastbootd"},
      {"fastbootd", {.mode = DEVICE_FASTBOOT, .is_unlocked = 1, .is_userspace = -1}, "needs_fastbootd"},
      {"owner", {.mode = DEVICE_ADB, .owner = (char *)"org.exemple/org.exemple.Admin"}, NULL},
      {"owner", {.mode = DEVICE_ADB, .owner = (char *)"org.exemple/.Admin", .merge_pending = 1}, "update_pending"},
      {"owner", {.mode = DEVICE_ADB, .owner = (char *)"org.autre/.Admin"}, "not_enrolled"},
      {"owner", {.mode = DEVICE_ADB}, "not_enrolled"},
      {"owner", {.mode = DEVICE_FASTBOOT}, "needs_adb"},
      {"helper", {.mode = DEVICE_ADB}, NULL},
      {"helper", {.mode = DEVICE_FASTBOOT}, "needs_adb"},
      {"test-harness", {.mode = DEVICE_ADB, .sdk = 29, .has_persistent_data = 1}, NULL},
      {"test-harness", {.mode = DEVICE_ADB, .sdk = 28, .has_persistent_data = 1}, "needs_android_10"},
      {"test-harness", {.mode = DEVICE_ADB, .sdk = 35}, "needs_persistent_data"},
      {"test-harness", {.mode = DEVICE_ADB, .sdk = 35, .has_persistent_data = -1, .in_test_mode = 1}, "in_test_mode"},
  };
  settings =
      (StrategySettings){.owner = {.component = (char *)"org.exemple/.Admin", .command = (char *)"am", .flags = 3},
                         .helper = {.component = (char *)"org.aide/.Admin", .command = (char *)"am"}};
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpstr (strategy_find (rows[i].name)->objection (&rows[i].facts, &settings), ==, rows[i].objection);
  g_assert_null (strategy_find ("hammer"));
  g_assert_null (strategy_find (NULL));
}

/* What each row says of itself holds together. */
static void
test_rows (void)
{
  gsize n;
  int fallbacks = 0;
  const Strategy *const *list = strategy_list (&n);
  for (gsize i = 0; i < n; i++) {
    g_assert_true (strategy_find (list[i]->name) == list[i]);
    g_assert_true ((list[i]->because == NULL) == (list[i]->choice == STRATEGY_ON_DEMAND));
    g_assert_true (list[i]->choice != STRATEGY_AUTOMATIC || list[i]->link == STRATEGY_LINK_NEEDED);
    g_assert_true ((list[i]->by_hand != STRATEGY_HAND_NONE) == (list[i]->link != STRATEGY_LINK_NEEDED));
    g_assert_true (!list[i]->leaves_test_mode || list[i]->choice == STRATEGY_ON_DEMAND);
    fallbacks += list[i]->choice == STRATEGY_FALLBACK;
  }
  g_assert_cmpint (fallbacks, ==, 1);
}

/* Only Settings, and an owner that is told so, clear Google's lock. */
static void
test_lock (void)
{
  gsize n;
  const Strategy *const *list = strategy_list (&n);
  for (int flags = 0; flags < 8; flags++) {
    settings = (StrategySettings){.owner = {.flags = flags}, .helper = {.flags = flags}};
    for (gsize i = 0; i < n; i++) {
      gboolean is_owner_told = strcmp (list[i]->name, "owner") == 0 && (flags & 2) != 0;
      g_assert_cmpint (strategy_clears_google_lock (list[i], &settings), ==,
                       is_owner_told || strcmp (list[i]->name, "guided") == 0);
    }
  }
}

/* Without an application in the configuration these two never work. */
static void
test_not_configured (void)
{
  const DeviceFacts facts = {.mode = DEVICE_ADB, .owner = (char *)"org.exemple/.Admin"};
  settings = (StrategySettings){.owner = {.component = (char *)"org.exemple/.Admin"}};
  g_assert_cmpstr (strategy_find ("owner")->objection (&facts, &settings), ==, "needs_owner_app");
  g_assert_cmpstr (strategy_find ("helper")->objection (&facts, &settings), ==, "needs_helper_app");
  g_assert_true (strategy_owner_is_ours (&facts, &settings));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autofree char *directory = g_dir_make_tmp ("temoin-strategy.XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "key.pem", NULL);
  key = adb_key_load (path, NULL);
  g_assert_nonnull (key);
  g_test_add_func ("/devices/strategy/fastboot/erases-three-partitions", test_fastboot_all);
  g_test_add_func ("/devices/strategy/fastboot/skips-what-is-not-there", test_fastboot_absent);
  g_test_add_func ("/devices/strategy/fastboot/stops-at-a-refusal", test_fastboot_refused);
  g_test_add_func ("/devices/strategy/fastboot/sends-nothing-to-another-tablet", test_fastboot_not_sent);
  g_test_add_func ("/devices/strategy/fastboot/does-not-believe-a-pulled-cable", test_fastboot_cut);
  g_test_add_func ("/devices/strategy/recovery-wipe/is-accepted-by-its-text", test_wipe_says);
  g_test_add_func ("/devices/strategy/recovery-wipe/keeps-the-text-of-a-refusal", test_wipe_refused);
  g_test_add_func ("/devices/strategy/recovery-wipe/is-accepted-by-a-departure", test_wipe_lost);
  g_test_add_func ("/devices/strategy/recovery-wipe/sends-nothing-to-another-tablet", test_wipe_other);
  g_test_add_func ("/devices/strategy/recovery-wipe/is-not-accepted-half-written", test_wipe_lost_before);
  g_test_add_func ("/devices/strategy/fails-without-a-link", test_no_link);
  g_test_add_func ("/devices/strategy/guided/wants-the-serial-too", test_guided);
  g_test_add_func ("/devices/strategy/table", test_table);
  g_test_add_func ("/devices/strategy/rows-hold-together", test_rows);
  g_test_add_func ("/devices/strategy/who-clears-googles-lock", test_lock);
  g_test_add_func ("/devices/strategy/applications-are-configuration", test_not_configured);
  int status = g_test_run ();
  adb_key_free (key);
  g_remove (path);
  g_rmdir (directory);
  return status;
}
