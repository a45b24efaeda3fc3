/* Headers of adb: as captured, cut, doubled, with a wrong magic. */
#include "daemon/devices/adb_message.h"

#include <string.h>

/* CNXN of a device: version 1.1, 256 KiB, 13 bytes of banner. */
static const guint8 captured[] = {0x43, 0x4e, 0x58, 0x4e, 0x01, 0x00, 0x00, 0x01, 0x00, 0x00, 0x04, 0x00,
                                  0x0d, 0x00, 0x00, 0x00, 0x9a, 0x04, 0x00, 0x00, 0xbc, 0xb1, 0xa7, 0xb1};

static void
test_whole (void)
{
  AdbMessage message;
  guint8 again[ADB_HEADER_SIZE];
  g_assert_true (adb_message_parse (captured, sizeof captured, &message));
  g_assert_cmphex (message.command, ==, ADB_CNXN);
  g_assert_cmphex (message.arg0, ==, ADB_VERSION_NO_CHECKSUM);
  g_assert_cmpuint (message.arg1, ==, 262144);
  g_assert_cmpuint (message.length, ==, 13);
  g_assert_cmphex (message.check, ==, 0x49a);
  adb_message_encode (&message, again);
  g_assert_cmpmem (again, sizeof again, captured, sizeof captured);
}

static void
test_damaged (void)
{
  guint8 doubled[2 * sizeof captured], wrong[sizeof captured];
  memcpy (doubled, captured, sizeof captured);
  memcpy (doubled + sizeof captured, captured, sizeof captured);
  AdbMessage message = {.length = 77};
  for (gsize n = 0; n <= sizeof doubled; n++)
    if (n != ADB_HEADER_SIZE)
      g_assert_false (adb_message_parse (doubled, n, &message));
  for (gsize i = 0; i < sizeof captured; i++) {
    gboolean matters = i < 4 || i >= 20; /* the command and its mirror */
    memcpy (wrong, captured, sizeof captured);
    wrong[i] ^= 0x10;
    AdbMessage other;
    g_assert_cmpint (adb_message_parse (wrong, sizeof wrong, &other), ==, !matters);
  }
  g_assert_cmpuint (message.length, ==, 77); /* untouched */
}

static void
test_checksum (void)
{
  static const guint8 bytes[] = {0xff, 0xff, 1};
  AdbMessage write = {.command = ADB_WRTE, .length = sizeof bytes, .check = 0x1ff};
  AdbMessage wrong = {.command = ADB_WRTE, .length = sizeof bytes, .check = 0x1fe};
  AdbMessage auth = {.command = ADB_AUTH, .length = sizeof bytes, .check = 0};
  g_assert_cmphex (adb_message_checksum (bytes, sizeof bytes), ==, 0x1ff);
  g_assert_true (adb_message_check (&write, ADB_VERSION_CHECKSUM, bytes, sizeof bytes));
  g_assert_false (adb_message_check (&wrong, ADB_VERSION_CHECKSUM, bytes, sizeof bytes));
  g_assert_true (adb_message_check (&wrong, ADB_VERSION_NO_CHECKSUM, bytes, sizeof bytes));
  g_assert_false (adb_message_check (&write, ADB_VERSION_CHECKSUM, bytes, sizeof bytes - 1));
  g_assert_true (adb_message_check (&auth, ADB_VERSION_NO_CHECKSUM, bytes, sizeof bytes));
  auth.check = 1;
  g_assert_false (adb_message_check (&auth, ADB_VERSION_NO_CHECKSUM, bytes, sizeof bytes));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/adb-message/reads-what-it-writes", test_whole);
  g_test_add_func ("/devices/adb-message/refuses-cut-doubled-and-wrong", test_damaged);
  g_test_add_func ("/devices/adb-message/sums-where-the-version-asks", test_checksum);
  return g_test_run ();
}
