/* shell_packet on any bytes: packets lie inside the buffer, one behind the other, and it ends. */
#include "daemon/devices/shell_packet.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gsize offset = 0, before = 0;
  ShellPacket packet;
  while (shell_packet_next (data, size, &offset, &packet)) {
    g_assert_true (packet.data == data + before + SHELL_PACKET_HEADER_SIZE);
    g_assert_cmpuint (offset, ==, before + SHELL_PACKET_HEADER_SIZE + packet.n);
    g_assert_cmpuint (offset, <=, size);
    g_assert_true (packet.n == 0 || packet.data[packet.n - 1] == data[offset - 1]);
    before = offset;
  }
  g_assert_cmpuint (offset, ==, before);
  g_assert_true (size - offset >= SHELL_PACKET_HEADER_SIZE || !shell_packet_is_too_long (data, size, offset));
  return 0;
}
