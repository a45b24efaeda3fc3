/* A whole adb link against a device that says anything: greeting, key, a shell command, until it is unplugged. Each question is answered
 * exactly once, and nothing is said after the end. A message is five octets (which one, arg0, arg1, length) and its payload; or raw octets. */
#include "daemon/devices/adb.h"
#include "daemon/devices/adb_message.h"
#include "daemon/devices/shell.h"
#include "tests/fuzz/fuzz_wire.h"

#include <glib/gstdio.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define HEAD_BYTES 4
#define SILENCE_MS 60000

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef struct {
  Adb *adb;
  gboolean is_over, is_asked;
  guint answers;
} Talk;

/* One for all: making it takes a while. */
static const AdbKey *
fuzz_key (void)
{
  static AdbKey *key;
  if (key == NULL) {
    g_autofree char *folder = g_dir_make_tmp ("temoin-fuzz.XXXXXX", NULL);
    g_autofree char *path = g_build_filename (folder, "key", NULL);
    key = adb_key_load (path, NULL);
    (void)g_unlink (path);
    (void)g_rmdir (folder);
  }
  return key;
}

static GBytes *
message_bytes (guint32 command, const guint8 *head, const guint8 *payload, gsize length)
{
  AdbMessage message = {.command = command,
                        .arg0 = command == ADB_CNXN ? ADB_VERSION_CHECKSUM + (head[1] & 1) : head[1],
                        .arg1 = command == ADB_CNXN ? 4096u << (head[2] & 7) : head[2],
                        .length = (guint32)length,
                        .check = adb_message_checksum (payload, length)};
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_byte_array_set_size (bytes, ADB_HEADER_SIZE);
  adb_message_encode (&message, bytes->data);
  g_byte_array_append (bytes, payload, (guint)length);
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static GBytes *
next_transfer (const guint8 **data, gsize *n)
{
  static const guint32 commands[] = {ADB_CNXN, ADB_AUTH, ADB_OKAY, ADB_WRTE, ADB_CLSE, ADB_OPEN, ADB_STLS};
  if (*n < HEAD_BYTES)
    return NULL;
  const guint8 *head = *data, *payload = head + HEAD_BYTES;
  gsize length = MIN (head[3], *n - HEAD_BYTES);
  guint which = head[0] % (G_N_ELEMENTS (commands) + 1);
  *data += HEAD_BYTES + length;
  *n -= HEAD_BYTES + length;
  return which < G_N_ELEMENTS (commands) ? message_bytes (commands[which], head, payload, length)
                                         : g_bytes_new (payload, length);
}

static void
on_answer (const ShellResult *result, const GError *error, gpointer user)
{
  Talk *talk = user;
  g_assert_true (result != NULL && result->out != NULL && result->err != NULL);
  g_assert_true (error != NULL || result->is_written);
  talk->answers++;
}

static void
on_state (AdbState state, const GError *error, gpointer user)
{
  Talk *talk = user;
  g_assert_false (talk->is_over);
  g_assert_true ((state == ADB_LOST) == (error != NULL));
  talk->is_over = state == ADB_LOST || state == ADB_UNTRUSTED;
  if (state != ADB_READY || talk->is_asked)
    return;
  ShellRequest request = {.command = "getprop", .until = "stop", .timeout_ms = SILENCE_MS};
  talk->is_asked = TRUE;
  shell_run (talk->adb, &request, NULL, on_answer, talk);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Talk talk = {0};
  FuzzWire wire;
  if (size == 0)
    return 0;
  fuzz_wire_init (&wire, data + 1, size - 1, next_transfer);
  talk.adb = adb_new (&wire.wire, fuzz_key (), (data[0] & 1) != 0, SILENCE_MS, on_state, &talk);
  while (!talk.is_over && g_main_context_iteration (NULL, FALSE))
    continue;
  talk.is_over = TRUE; /* freed: it says nothing any more */
  adb_free (talk.adb);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (talk.answers, ==, talk.is_asked ? 1 : 0);
  fuzz_wire_clear (&wire);
  return 0;
}
