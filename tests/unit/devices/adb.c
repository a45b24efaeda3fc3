/* Whole adb conversations against a scripted peer: greetings, streams, shells, and what must not be believed. */
#include "daemon/devices/adb.h"
#include "daemon/devices/shell.h"
#include "tests/unit/devices/script.h"

#include <glib/gstdio.h>

#define V1         ADB_VERSION_CHECKSUM
#define V2         ADB_VERSION_NO_CHECKSUM
#define PACKET     512 /* bytes */
#define SILENCE_MS 150
#define HOST_CNXN                                                                                                      \
  {                                                                                                                    \
    HOST, ADB_CNXN, V2, 65536, TEXT ("host::features=shell_v2,cmd")                                                    \
  }
#define BANNER "device::ro.product.name=tab;ro.product.model=Tab;features=cmd,shell_v2,delayed_ack"
#define CNXN                                                                                                           \
  {                                                                                                                    \
    DEVICE, ADB_CNXN, V2, 262144, TEXT (BANNER)                                                                        \
  }
#define TOKEN_1                                                                                                        \
  {                                                                                                                    \
    DEVICE, ADB_AUTH, 1, 0, TEXT ("abcdefghijklmnopqrst")                                                              \
  }
#define TOKEN_2                                                                                                        \
  {                                                                                                                    \
    DEVICE, ADB_AUTH, 1, 0, TEXT ("ABCDEFGHIJKLMNOPQRST")                                                              \
  }
#define SIGNATURE                                                                                                      \
  {                                                                                                                    \
    HOST, ADB_AUTH, 2, 0, ANY_BYTES, 256                                                                               \
  }
#define END_STDIN                                                                                                      \
  {                                                                                                                    \
    HOST, ADB_WRTE, 1, 7, TEXT ("\4\0\0\0\0")                                                                          \
  }
#define PLAY(script, ...)                                                                                              \
  do {                                                                                                                 \
    const Row played[] = {__VA_ARGS__};                                                                                \
    script_play (script, played, G_N_ELEMENTS (played));                                                               \
  } while (0)

static AdbKey *key; /* one for all: making it takes a while */

typedef struct {
  Script script;
  Adb *adb;
  GString *states; /* "needs_tap ready " */
  GError *lost;
} Fixture;

typedef struct {
  guint calls;
  char *out, *err;
  int exit_code;
  gboolean is_written;
  GError *error;
} Answer;

static void
on_state (AdbState state, const GError *error, gpointer user)
{
  static const char *const names[] = {[ADB_GREETING] = "greeting ",
                                      [ADB_NEEDS_TAP] = "needs_tap ",
                                      [ADB_UNTRUSTED] = "untrusted ",
                                      [ADB_READY] = "ready ",
                                      [ADB_LOST] = "lost "};
  Fixture *fixture = user;
  g_string_append (fixture->states, names[state]);
  if (error != NULL)
    fixture->lost = g_error_copy (error);
}

static void
begin (Fixture *fixture, guint32 version, gboolean offers_key, const Row *rows, gsize n)
{
  gsize packet = fixture->script.wire.packet_size != 0 ? fixture->script.wire.packet_size : PACKET;
  script_init (&fixture->script, version, packet);
  fixture->states = g_string_new (NULL);
  script_play (&fixture->script, rows, n);
  fixture->adb = adb_new (&fixture->script.wire, key, offers_key, SILENCE_MS, on_state, fixture);
}

#define BEGIN(fixture, version, offers_key, ...)                                                                       \
  do {                                                                                                                 \
    const Row first[] = {__VA_ARGS__};                                                                                 \
    begin (fixture, version, offers_key, first, G_N_ELEMENTS (first));                                                 \
  } while (0)

static gboolean
was (const Fixture *fixture, const char *states)
{
  return strcmp (fixture->states->str, states) == 0;
}

static void
end (Fixture *fixture)
{
  adb_free (fixture->adb);
  script_clear (&fixture->script);
  g_string_free (fixture->states, TRUE);
  g_clear_error (&fixture->lost);
}

static void
on_answer (const ShellResult *result, const GError *error, gpointer user)
{
  Answer *answer = user;
  answer->calls++;
  answer->out = g_strdup (result->out);
  answer->err = g_strdup (result->err);
  answer->exit_code = result->exit_code;
  answer->is_written = result->is_written;
  answer->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
answer_clear (Answer *answer)
{
  g_assert_cmpuint (answer->calls, ==, 1);
  g_free (answer->out);
  g_free (answer->err);
  g_clear_error (&answer->error);
}

static void
run (Fixture *fixture, const char *command, const char *until, Answer *answer)
{
  ShellRequest request = {.command = command, .until = until, .timeout_ms = SILENCE_MS};
  *answer = (Answer){0};
  shell_run (fixture->adb, &request, NULL, on_answer, answer);
}

/* ---- greetings ---- */

static void
test_known (void)
{
  Fixture fixture = {0};
  BEGIN (&fixture, V2, FALSE, HOST_CNXN, TOKEN_1, SIGNATURE, CNXN);
  WAIT_FOR (was (&fixture, "ready "));
  g_assert_true (adb_has_shell_v2 (fixture.adb));
  g_assert_true (adb_has_asked (fixture.adb));
  end (&fixture);
}

static void
test_open_to_all (void)
{
  Fixture fixture = {0};
  BEGIN (&fixture, V2, FALSE, HOST_CNXN, {DEVICE, ADB_CNXN, V2, 4096, TEXT ("device::")});
  WAIT_FOR (was (&fixture, "ready "));
  g_assert_false (adb_has_asked (fixture.adb));
  g_assert_false (adb_has_shell_v2 (fixture.adb));
  end (&fixture);
}

static void
test_stale (void)
{
  guint8 garbage[PACKET];
  memset (garbage, 'x', sizeof garbage);
  Fixture fixture = {0};
  BEGIN (&fixture, V2, FALSE, {DEVICE_RAW, 0, 0, 0, garbage, sizeof garbage}, {DEVICE_RAW, 0, 0, 0, garbage, 12},
         {DEVICE_RAW, 0, 0, 0, garbage, ADB_HEADER_SIZE}, {DEVICE, ADB_WRTE, 9, 3, TEXT ("left over")},
         {DEVICE, ADB_OKAY, 9, 3, NULL, 0}, HOST_CNXN, TOKEN_1, SIGNATURE, CNXN);
  WAIT_FOR (was (&fixture, "ready "));
  end (&fixture);
}

static void
test_stale_token (void)
{
  Fixture fixture = {0};
  BEGIN (&fixture, V2, FALSE, TOKEN_1, HOST_CNXN, TOKEN_2, SIGNATURE, SIGNATURE, CNXN);
  WAIT_FOR (was (&fixture, "ready "));
  end (&fixture);
}

static void
test_untrusted (void)
{
  Fixture fixture = {0};
  BEGIN (&fixture, V2, FALSE, HOST_CNXN, TOKEN_1, SIGNATURE, TOKEN_2, SIGNATURE, TOKEN_1);
  WAIT_FOR (was (&fixture, "untrusted "));
  end (&fixture);
}

static void
test_tap (void)
{
  gsize n;
  const void *text = g_bytes_get_data (adb_key_public (key), &n);
  Fixture fixture = {0};
  BEGIN (&fixture, V2, TRUE, HOST_CNXN, TOKEN_1, SIGNATURE, TOKEN_2, SIGNATURE, TOKEN_1,
         {HOST, ADB_AUTH, 3, 0, text, n});
  WAIT_FOR (was (&fixture, "needs_tap ") && fixture.script.todo.length == 0);
  gboolean has_waited = FALSE;
  g_timeout_add (2 * SILENCE_MS, script_on_late, &has_waited);
  WAIT_FOR (has_waited); /* a person takes longer than a device may be silent */
  PLAY (&fixture.script, CNXN);
  WAIT_FOR (was (&fixture, "needs_tap ready "));
  end (&fixture);
}

static void
test_starts_over (void)
{
  Fixture fixture = {0};
  Answer answer;
  BEGIN (&fixture, V2, FALSE, HOST_CNXN, CNXN);
  WAIT_FOR (was (&fixture, "ready "));
  PLAY (&fixture.script, {HOST, ADB_OPEN, 1, 0, ZTEXT ("shell,v2,raw:id")}, TOKEN_1, SIGNATURE, CNXN);
  run (&fixture, "id", NULL, &answer);
  WAIT_FOR (was (&fixture, "ready greeting ready "));
  g_assert_error (answer.error, DEVICE_ERROR, DEVICE_ERROR_GONE);
  answer_clear (&answer);
  end (&fixture);
}

/* One row per answer that ends the link. */
static void
test_nonsense (void)
{
  static const guint8 zeros[2 * PACKET] = {0};
  static const struct {
    const char *what;
    Row row[2];
    DeviceError code;
  } rows[] = {
      {"TLS", {{DEVICE, ADB_STLS, 0x01000000, 0, NULL, 0}}, DEVICE_ERROR_PROTOCOL},
      {"a short header", {TOKEN_1, {DEVICE_RAW, 0, 0, 0, zeros, 12}}, DEVICE_ERROR_PROTOCOL},
      {"a bad magic", {TOKEN_1, {DEVICE_RAW, 0, 0, 0, zeros, ADB_HEADER_SIZE}}, DEVICE_ERROR_PROTOCOL},
      {"a token of another size", {{DEVICE, ADB_AUTH, 1, 0, TEXT ("short")}}, DEVICE_ERROR_PROTOCOL},
      {"an AUTH of another kind", {{DEVICE, ADB_AUTH, 9, 0, TEXT ("abcdefghijklmnopqrst")}}, DEVICE_ERROR_PROTOCOL},
      {"version 0", {{DEVICE, ADB_CNXN, 0, 4096, TEXT (BANNER)}}, DEVICE_ERROR_PROTOCOL},
      {"no room", {{DEVICE, ADB_CNXN, V2, 0, TEXT (BANNER)}}, DEVICE_ERROR_PROTOCOL},
      {"a recovery", {{DEVICE, ADB_CNXN, V2, 4096, TEXT ("recovery::")}}, DEVICE_ERROR_UNSUPPORTED},
      {"a departure", {{DEVICE_LEAVES, 0, 0, 0, NULL, 0}}, DEVICE_ERROR_GONE},
      {"a halt, which is not read again and again", {{DEVICE_HALTS, 0, 0, 0, NULL, 0}}, DEVICE_ERROR_PROTOCOL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Fixture fixture = {0};
    g_test_message ("%s", rows[i].what);
    gboolean is_signed = rows[i].row[1].n > 0;
    const Row first[] = {HOST_CNXN, rows[i].row[0], SIGNATURE, rows[i].row[1]};
    begin (&fixture, V2, FALSE, first, is_signed ? 4 : 2);
    WAIT_FOR (was (&fixture, "lost "));
    g_assert_error (fixture.lost, DEVICE_ERROR, (int)rows[i].code);
    end (&fixture);
  }
}

static void
test_too_long (void)
{
  const AdbMessage huge[] = {{.command = ADB_CNXN, .arg0 = V2, .arg1 = 4096, .length = ADB_MAX_HANDSHAKE_PAYLOAD + 1},
                             {.command = ADB_AUTH, .arg0 = 1, .length = 0xffffffff}};
  for (gsize i = 0; i < G_N_ELEMENTS (huge); i++) {
    guint8 header[ADB_HEADER_SIZE];
    adb_message_encode (&huge[i], header);
    Fixture fixture = {0};
    BEGIN (&fixture, V2, FALSE, HOST_CNXN, {DEVICE_RAW, 0, 0, 0, header, sizeof header});
    WAIT_FOR (was (&fixture, "lost "));
    g_assert_error (fixture.lost, DEVICE_ERROR, DEVICE_ERROR_PROTOCOL);
    end (&fixture);
  }
}

static void
test_longer_than_announced (void)
{
  const AdbMessage message = {.command = ADB_CNXN, .arg0 = V2, .arg1 = 4096, .length = 4};
  guint8 header[ADB_HEADER_SIZE];
  adb_message_encode (&message, header);
  Fixture fixture = {0};
  BEGIN (&fixture, V2, FALSE, HOST_CNXN, {DEVICE_RAW, 0, 0, 0, header, sizeof header},
         {DEVICE_RAW, 0, 0, 0, TEXT ("device::")});
  WAIT_FOR (was (&fixture, "lost "));
  g_assert_error (fixture.lost, DEVICE_ERROR, DEVICE_ERROR_PROTOCOL);
  end (&fixture);
}

static void
test_silence (void)
{
  Fixture fixture = {0};
  BEGIN (&fixture, V2, FALSE, HOST_CNXN);
  WAIT_FOR (was (&fixture, "lost "));
  g_assert_error (fixture.lost, DEVICE_ERROR, DEVICE_ERROR_TIMEOUT);
  end (&fixture);
}

/* A signature fills four packets of 64 bytes: an empty one must follow (script.h expects it). */
static void
test_zero_length_packet (void)
{
  Fixture fixture = {.script.wire.packet_size = 64};
  Answer answer;
  BEGIN (&fixture, V2, FALSE, HOST_CNXN, TOKEN_1, SIGNATURE, CNXN);
  WAIT_FOR (was (&fixture, "ready "));
  PLAY (&fixture.script,
        {HOST, ADB_OPEN, 1, 0, ZTEXT ("shell,v2,raw:echo 0123456789012345678901234567890123456789012345")},
        {DEVICE, ADB_OKAY, 7, 1, NULL, 0}, END_STDIN, {DEVICE, ADB_CLSE, 7, 1, NULL, 0},
        {HOST, ADB_CLSE, 1, 7, NULL, 0});
  run (&fixture, "echo 0123456789012345678901234567890123456789012345", NULL, &answer);
  WAIT_FOR (answer.calls > 0);
  g_assert_no_error (answer.error);
  answer_clear (&answer);
  WAIT_FOR (fixture.script.todo.length == 0);
  end (&fixture);
}

/* ---- shells ---- */

static void
test_shell (void)
{
  Fixture fixture = {0};
  Answer answer;
  BEGIN (&fixture, V2, FALSE, HOST_CNXN, CNXN);
  WAIT_FOR (was (&fixture, "ready "));
  PLAY (&fixture.script, {HOST, ADB_OPEN, 1, 0, ZTEXT ("shell,v2,raw:id")}, {DEVICE, ADB_OKAY, 7, 1, NULL, 0},
        END_STDIN, {DEVICE, ADB_OKAY, 7, 1, NULL, 0},
        {DEVICE, ADB_WRTE, 7, 1, TEXT ("\1\5\0\0")}, /* cut inside a packet's header */
        {HOST, ADB_OKAY, 1, 7, NULL, 0}, {DEVICE, ADB_WRTE, 7, 1, TEXT ("\0hel")}, {HOST, ADB_OKAY, 1, 7, NULL, 0},
        {DEVICE, ADB_WRTE, 7, 1, TEXT ("lo\2\3\0\0\0bad\3\1\0\0\0\5")}, {HOST, ADB_OKAY, 1, 7, NULL, 0},
        {DEVICE, ADB_WRTE, 7, 99, TEXT ("for nobody")}, {DEVICE, ADB_CLSE, 7, 1, NULL, 0},
        {HOST, ADB_CLSE, 1, 7, NULL, 0});
  run (&fixture, "id", NULL, &answer);
  WAIT_FOR (answer.calls > 0);
  g_assert_no_error (answer.error);
  g_assert_cmpstr (answer.out, ==, "hello");
  g_assert_cmpstr (answer.err, ==, "bad");
  g_assert_cmpint (answer.exit_code, ==, 5);
  g_assert_true (answer.is_written);
  answer_clear (&answer);
  WAIT_FOR (fixture.script.todo.length == 0);
  end (&fixture);
}

static void
test_until (void)
{
  Fixture fixture = {0};
  Answer answer;
  BEGIN (&fixture, V2, FALSE, HOST_CNXN, CNXN);
  WAIT_FOR (was (&fixture, "ready "));
  PLAY (&fixture.script, {HOST, ADB_OPEN, 1, 0, ZTEXT ("shell,v2,raw:wipe")}, {DEVICE, ADB_OKAY, 7, 1, NULL, 0},
        END_STDIN, {DEVICE, ADB_WRTE, 7, 1, TEXT ("\1\7\0\0\0Reboot\n")}, {HOST, ADB_OKAY, 1, 7, NULL, 0},
        {DEVICE, ADB_WRTE, 7, 1, TEXT ("\1\1\0\0\0.")}, {HOST, ADB_OKAY, 1, 7, NULL, 0}); /* and no CLSE from us */
  run (&fixture, "wipe", "Reboot", &answer);
  WAIT_FOR (answer.calls > 0 && fixture.script.todo.length == 0);
  g_assert_no_error (answer.error);
  g_assert_cmpstr (answer.out, ==, "Reboot\n");
  g_assert_cmpint (answer.exit_code, ==, SHELL_EXIT_UNKNOWN);
  answer_clear (&answer);
  end (&fixture);
}

/* Version 1: sums on every packet, no shell v2, and a normal close that looks like a refusal. */
static void
test_old (void)
{
  Fixture fixture = {0};
  Answer answer;
  BEGIN (&fixture, V1, FALSE, HOST_CNXN, TOKEN_1, SIGNATURE,
         {DEVICE, ADB_CNXN, V1, 4096, TEXT ("device::ro.product.name=old;")});
  WAIT_FOR (was (&fixture, "ready "));
  PLAY (&fixture.script, {HOST, ADB_OPEN, 1, 0, ZTEXT ("shell:id;echo rc=$?")}, {DEVICE, ADB_OKAY, 7, 1, NULL, 0},
        {DEVICE, ADB_WRTE, 7, 1, TEXT ("uid=2000\nrc=3\n")}, {HOST, ADB_OKAY, 1, 7, NULL, 0},
        {DEVICE, ADB_CLSE, 0, 1, NULL, 0});
  run (&fixture, "id", NULL, &answer);
  WAIT_FOR (answer.calls > 0);
  g_assert_no_error (answer.error);
  g_assert_cmpstr (answer.out, ==, "uid=2000\n");
  g_assert_cmpint (answer.exit_code, ==, 3);
  answer_clear (&answer);
  end (&fixture);
}

static void
test_wrong_sum (void)
{
  AdbMessage message = {.command = ADB_WRTE, .arg0 = 7, .arg1 = 1, .length = 4, .check = 1};
  guint8 header[ADB_HEADER_SIZE];
  adb_message_encode (&message, header);
  Fixture fixture = {0};
  Answer answer;
  BEGIN (&fixture, V1, FALSE, HOST_CNXN, {DEVICE, ADB_CNXN, V1, 4096, TEXT ("device::")});
  WAIT_FOR (was (&fixture, "ready "));
  PLAY (&fixture.script, {HOST, ADB_OPEN, 1, 0, ZTEXT ("shell:id;echo rc=$?")}, {DEVICE, ADB_OKAY, 7, 1, NULL, 0},
        {DEVICE_RAW, 0, 0, 0, header, sizeof header}, {DEVICE_RAW, 0, 0, 0, TEXT ("uid=")});
  run (&fixture, "id", NULL, &answer);
  WAIT_FOR (was (&fixture, "ready lost "));
  g_assert_error (answer.error, DEVICE_ERROR, DEVICE_ERROR_PROTOCOL);
  answer_clear (&answer);
  end (&fixture);
}

static void
test_refused (void)
{
  Fixture fixture = {0};
  Answer answer;
  BEGIN (&fixture, V2, FALSE, HOST_CNXN, CNXN);
  WAIT_FOR (was (&fixture, "ready "));
  PLAY (&fixture.script, {HOST, ADB_OPEN, 1, 0, ZTEXT ("shell,v2,raw:id")}, {DEVICE, ADB_CLSE, 0, 1, NULL, 0});
  run (&fixture, "id", NULL, &answer);
  WAIT_FOR (answer.calls > 0);
  g_assert_error (answer.error, DEVICE_ERROR, DEVICE_ERROR_REFUSED);
  answer_clear (&answer);
  end (&fixture);
}

static void
test_late_answer (void)
{
  Fixture fixture = {0};
  Answer answer;
  BEGIN (&fixture, V2, FALSE, HOST_CNXN, CNXN);
  WAIT_FOR (was (&fixture, "ready "));
  PLAY (&fixture.script, {HOST, ADB_OPEN, 1, 0, ZTEXT ("shell,v2,raw:id")});
  run (&fixture, "id", NULL, &answer);
  WAIT_FOR (answer.calls > 0);
  g_assert_error (answer.error, DEVICE_ERROR, DEVICE_ERROR_TIMEOUT);
  PLAY (&fixture.script, {DEVICE, ADB_OKAY, 7, 1, NULL, 0}, {HOST, ADB_CLSE, 1, 7, NULL, 0});
  WAIT_FOR (fixture.script.todo.length == 0);
  answer_clear (&answer);
  end (&fixture);
}

/* The cable goes after the header of an answer. */
static void
test_gone (void)
{
  AdbMessage message = {.command = ADB_WRTE, .arg0 = 7, .arg1 = 1, .length = 4};
  guint8 header[ADB_HEADER_SIZE];
  adb_message_encode (&message, header);
  Fixture fixture = {0};
  Answer answer;
  BEGIN (&fixture, V2, FALSE, HOST_CNXN, CNXN);
  WAIT_FOR (was (&fixture, "ready "));
  PLAY (&fixture.script, {HOST, ADB_OPEN, 1, 0, ZTEXT ("shell,v2,raw:id")}, {DEVICE, ADB_OKAY, 7, 1, NULL, 0},
        END_STDIN, {DEVICE_RAW, 0, 0, 0, header, sizeof header}, {DEVICE_LEAVES, 0, 0, 0, NULL, 0});
  run (&fixture, "id", NULL, &answer);
  WAIT_FOR (was (&fixture, "ready lost "));
  g_assert_error (answer.error, DEVICE_ERROR, DEVICE_ERROR_GONE);
  g_assert_true (answer.is_written);
  answer_clear (&answer);
  end (&fixture);
}

static void
test_freed (void)
{
  Fixture fixture = {0};
  Answer answer;
  BEGIN (&fixture, V2, FALSE, HOST_CNXN, CNXN);
  WAIT_FOR (was (&fixture, "ready "));
  PLAY (&fixture.script, {HOST, ADB_OPEN, 1, 0, ZTEXT ("shell,v2,raw:id")});
  run (&fixture, "id", NULL, &answer);
  WAIT_FOR (fixture.script.todo.length == 0);
  end (&fixture);
  g_assert_error (answer.error, DEVICE_ERROR, DEVICE_ERROR_GONE);
  answer_clear (&answer);
}

/* ---- streams ---- */

static void
on_nothing (gpointer user)
{
  (void)user;
}

static void
on_no_data (const guint8 *data, gsize n, gpointer user)
{
  (void)data;
  (void)n;
  (void)user;
}

static void
on_closed (const GError *error, gpointer user)
{
  (void)error;
  ++*(guint *)user;
}

/* 5000 bytes to a device that takes 4096 at a time: the second WRTE waits for the OKAY of the first. */
static void
test_one_in_flight (void)
{
  static const AdbStreamFuncs funcs = {on_nothing, on_no_data, on_closed};
  static const guint8 bytes[5000] = {0};
  guint closed = 0;
  Fixture fixture = {0};
  BEGIN (&fixture, V2, FALSE, HOST_CNXN, {DEVICE, ADB_CNXN, V2, 4096, TEXT (BANNER)});
  WAIT_FOR (was (&fixture, "ready "));
  PLAY (&fixture.script, {HOST, ADB_OPEN, 1, 0, ZTEXT ("sink:")}, {DEVICE, ADB_OKAY, 7, 1, NULL, 0},
        {HOST, ADB_WRTE, 1, 7, bytes, 4096});
  guint32 stream = adb_stream_open (fixture.adb, "sink:", &funcs, &closed);
  adb_stream_write (fixture.adb, stream, bytes, sizeof bytes);
  WAIT_FOR (fixture.script.todo.length == 0);
  adb_stream_write (fixture.adb, stream, bytes, 10);
  while (g_main_context_iteration (NULL, FALSE)) /* the script would not have it now */
    ;
  PLAY (&fixture.script, {DEVICE, ADB_OKAY, 7, 1, NULL, 0}, {HOST, ADB_WRTE, 1, 7, bytes, 914});
  WAIT_FOR (fixture.script.todo.length == 0);
  end (&fixture);
  g_assert_cmpuint (closed, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autofree char *directory = g_dir_make_tmp ("temoin-adb.XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "key.pem", NULL);
  key = adb_key_load (path, NULL);
  g_assert_nonnull (key);
  g_test_add_func ("/devices/adb/a-known-key-opens", test_known);
  g_test_add_func ("/devices/adb/a-device-that-does-not-ask-is-marked", test_open_to_all);
  g_test_add_func ("/devices/adb/drops-what-a-former-session-left", test_stale);
  g_test_add_func ("/devices/adb/signs-again-after-a-stale-token", test_stale_token);
  g_test_add_func ("/devices/adb/is-untrusted-without-an-offer", test_untrusted);
  g_test_add_func ("/devices/adb/offers-the-key-and-waits-for-the-tap", test_tap);
  g_test_add_func ("/devices/adb/greets-again-when-the-device-starts-over", test_starts_over);
  g_test_add_func ("/devices/adb/ends-the-link-on-nonsense", test_nonsense);
  g_test_add_func ("/devices/adb/refuses-a-length-over-the-limit", test_too_long);
  g_test_add_func ("/devices/adb/refuses-more-than-announced", test_longer_than_announced);
  g_test_add_func ("/devices/adb/gives-up-on-silence", test_silence);
  g_test_add_func ("/devices/adb/ends-full-packets-with-an-empty-one", test_zero_length_packet);
  g_test_add_func ("/devices/adb/has-one-write-in-flight", test_one_in_flight);
  g_test_add_func ("/devices/shell/joins-packets-and-reads-the-exit-code", test_shell);
  g_test_add_func ("/devices/shell/ends-at-a-text-and-leaves-the-command-running", test_until);
  g_test_add_func ("/devices/shell/speaks-version-1-without-shell-v2", test_old);
  g_test_add_func ("/devices/shell/refuses-a-wrong-sum", test_wrong_sum);
  g_test_add_func ("/devices/shell/is-refused", test_refused);
  g_test_add_func ("/devices/shell/closes-a-stream-that-opens-too-late", test_late_answer);
  g_test_add_func ("/devices/shell/ends-when-the-cable-goes", test_gone);
  g_test_add_func ("/devices/shell/ends-when-the-link-is-freed", test_freed);
  int status = g_test_run ();
  adb_key_free (key);
  g_remove (path);
  g_rmdir (directory);
  return status;
}
