/* Shell v2 packets: whole, cut at each byte, doubled, and with a length that cannot be. */
#include "daemon/devices/shell_packet.h"

#include <string.h>

static const guint8 bytes[] = "\1\3\0\0\0abc\3\1\0\0\0\7";
#define SIZE (sizeof bytes - 1)

static void
test_whole (void)
{
  gsize offset = 0;
  ShellPacket packet;
  g_assert_true (shell_packet_next (bytes, SIZE, &offset, &packet));
  g_assert_cmpuint (packet.id, ==, SHELL_STDOUT);
  g_assert_cmpmem (packet.data, packet.n, "abc", 3);
  g_assert_true (shell_packet_next (bytes, SIZE, &offset, &packet));
  g_assert_cmpuint (packet.id, ==, SHELL_EXIT);
  g_assert_cmpuint (packet.data[0], ==, 7);
  g_assert_cmpuint (offset, ==, SIZE);
  g_assert_false (shell_packet_next (bytes, SIZE, &offset, &packet));
}

/* Cut at byte n: the packets before it are there, and nothing moves behind the last whole one. */
static void
test_cut (void)
{
  for (gsize n = 0; n <= SIZE; n++) {
    gsize offset = 0;
    guint found = 0;
    ShellPacket packet;
    g_autofree guint8 *cut = g_memdup2 (bytes, n);
    while (shell_packet_next (cut, n, &offset, &packet))
      found++;
    g_assert_cmpuint (found, ==, n < 8 ? 0 : n < SIZE ? 1 : 2);
    g_assert_cmpuint (offset, ==, n < 8 ? 0 : n < SIZE ? 8 : SIZE);
    g_assert_false (shell_packet_is_too_long (cut, n, offset));
  }
}

static void
test_doubled (void)
{
  guint8 doubled[2 * SIZE];
  memcpy (doubled, bytes, SIZE);
  memcpy (doubled + SIZE, bytes, SIZE);
  gsize offset = 0;
  guint found = 0;
  ShellPacket packet;
  while (shell_packet_next (doubled, sizeof doubled, &offset, &packet))
    found++;
  g_assert_cmpuint (found, ==, 4);
}

static void
test_too_long (void)
{
  static const guint8 huge[] = {SHELL_STDOUT, 0xff, 0xff, 0xff, 0xff, 'x'};
  gsize offset = 0;
  ShellPacket packet = {.n = 9};
  g_assert_false (shell_packet_next (huge, sizeof huge, &offset, &packet));
  g_assert_true (shell_packet_is_too_long (huge, sizeof huge, offset));
  g_assert_false (shell_packet_is_too_long (huge, 4, 0));
  g_assert_cmpuint (packet.n, ==, 9); /* untouched */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/shell-packet/reads-one-after-the-other", test_whole);
  g_test_add_func ("/devices/shell-packet/waits-for-what-is-cut", test_cut);
  g_test_add_func ("/devices/shell-packet/reads-doubled-bytes", test_doubled);
  g_test_add_func ("/devices/shell-packet/sees-an-impossible-length", test_too_long);
  return g_test_run ();
}
