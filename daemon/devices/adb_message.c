/* Encoding and reading of adb headers; see the header file. */
#include "daemon/devices/adb_message.h"

#include "daemon/devices/bytes.h"

void
adb_message_encode (const AdbMessage *message, guint8 out[ADB_HEADER_SIZE])
{
  bytes_put_u32 (out, message->command);
  bytes_put_u32 (out + 4, message->arg0);
  bytes_put_u32 (out + 8, message->arg1);
  bytes_put_u32 (out + 12, message->length);
  bytes_put_u32 (out + 16, message->check);
  bytes_put_u32 (out + 20, message->command ^ 0xffffffffu);
}

gboolean
adb_message_parse (const guint8 *data, gsize n, AdbMessage *message)
{
  if (n != ADB_HEADER_SIZE || bytes_get_u32 (data + 20) != (bytes_get_u32 (data) ^ 0xffffffffu))
    return FALSE;
  *message = (AdbMessage){
      .command = bytes_get_u32 (data),
      .arg0 = bytes_get_u32 (data + 4),
      .arg1 = bytes_get_u32 (data + 8),
      .length = bytes_get_u32 (data + 12),
      .check = bytes_get_u32 (data + 16),
  };
  return TRUE;
}

guint32
adb_message_checksum (const guint8 *data, gsize n)
{
  guint32 sum = 0;
  for (gsize i = 0; i < n; i++)
    sum += data[i];
  return sum;
}

gboolean
adb_message_wants_checksum (guint32 command, guint32 version)
{
  return command == ADB_CNXN || command == ADB_AUTH || version < ADB_VERSION_NO_CHECKSUM;
}

gboolean
adb_message_check (const AdbMessage *message, guint32 version, const guint8 *data, gsize n)
{
  if (n != message->length)
    return FALSE;
  if (!adb_message_wants_checksum (message->command, version))
    return TRUE;
  gboolean is_handshake = message->command == ADB_CNXN || message->command == ADB_AUTH;
  return (is_handshake && message->check == 0) || message->check == adb_message_checksum (data, n);
}
