/* A cursor over shell v2 packets; see the header file. */
#include "daemon/devices/shell_packet.h"

#include "daemon/devices/bytes.h"

gboolean
shell_packet_next (const guint8 *buffer, gsize size, gsize *offset, ShellPacket *packet)
{
  gsize left = size - *offset;
  if (left < SHELL_PACKET_HEADER_SIZE)
    return FALSE;
  const guint8 *start = buffer + *offset;
  guint32 n = bytes_get_u32 (start + 1);
  if (n > left - SHELL_PACKET_HEADER_SIZE)
    return FALSE;
  *packet = (ShellPacket){.id = start[0], .data = start + SHELL_PACKET_HEADER_SIZE, .n = n};
  *offset += SHELL_PACKET_HEADER_SIZE + n;
  return TRUE;
}

gboolean
shell_packet_is_too_long (const guint8 *buffer, gsize size, gsize offset)
{
  return size - offset >= SHELL_PACKET_HEADER_SIZE && bytes_get_u32 (buffer + offset + 1) > SHELL_PACKET_MAX;
}
