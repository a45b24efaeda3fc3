/* adb_message on any bytes: a header that is read is written back as it was; a payload is judged without reading past it. */
#include "daemon/devices/adb_message.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  AdbMessage message;
  guint8 again[ADB_HEADER_SIZE];
  g_assert_true (size == ADB_HEADER_SIZE || !adb_message_parse (data, size, &message));
  if (size < ADB_HEADER_SIZE || !adb_message_parse (data, ADB_HEADER_SIZE, &message))
    return 0;
  adb_message_encode (&message, again);
  g_assert_cmpmem (again, sizeof again, data, ADB_HEADER_SIZE);
  const guint8 *payload = data + ADB_HEADER_SIZE;
  gsize n = size - ADB_HEADER_SIZE;
  gboolean is_good = adb_message_check (&message, ADB_VERSION_CHECKSUM, payload, n);
  g_assert_true (!is_good || n == message.length);
  g_assert_true (!is_good || adb_message_check (&message, ADB_VERSION_NO_CHECKSUM, payload, n));
  return 0;
}
