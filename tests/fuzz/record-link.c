/* Any transfers of both sides of a link that is recorded: each line is JSON in plain letters, and bounded. Each transfer is a byte (1: the host's, 2: fastboot
 * and not adb, for the first one), its length in one byte, then its bytes; an adb header may be short for "the right magic". */
#include "daemon/devices/record.h"

#include "daemon/devices/adb_message.h"
#include "daemon/devices/bytes.h"

#include <stdint.h>
#include <string.h>

#define LINE_MAX_BYTES (8 * 1024 * 1024)

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
on_line (const char *line, gpointer user)
{
  guint *lines = user;
  if (line == NULL)
    return;
  json_t *parsed = json_loads (line, JSON_REJECT_DUPLICATES, NULL);
  g_assert_true (json_is_object (parsed) && strlen (line) < LINE_MAX_BYTES);
  for (const char *letter = line; *letter != '\0'; letter++)
    g_assert_true (g_ascii_isprint (*letter));
  json_decref (parsed);
  ++*lines;
}

/* So that the fuzzer finds its way past the header. */
static void
mend_magic (guint8 *bytes, gsize n)
{
  if (n == ADB_HEADER_SIZE)
    bytes_put_u32 (bytes + 20, bytes_get_u32 (bytes) ^ 0xffffffffu);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  guint lines = 0;
  g_autoptr (GPtrArray) records = g_ptr_array_new ();
  Record *record = record_new (records, "1-1.2", 400, on_line, &lines);
  gboolean is_fastboot = size > 0 && (data[0] & 2) != 0;
  RecordLink *link = record_link_new (record, is_fastboot ? DEVICE_FASTBOOT : DEVICE_ADB);
  while (size >= 2) {
    RecordSide side = (data[0] & 1) != 0 ? RECORD_HOST : RECORD_TABLET;
    gsize n = MIN (data[1], size - 2);
    g_autofree guint8 *bytes = g_malloc (MAX (n, 1)); /* exactly as long, for the address sanitizer */
    memcpy (bytes, data + 2, n);
    if (!is_fastboot)
      mend_magic (bytes, n);
    record_link_said (link, side, bytes, n);
    data += 2 + n;
    size -= 2 + n;
  }
  record_link_free (link);
  record_end (record, "stopped");
  g_assert_cmpuint (records->len, ==, 0);
  g_assert_cmpuint (lines, >=, 3);
  record_free (record);
  return 0;
}
