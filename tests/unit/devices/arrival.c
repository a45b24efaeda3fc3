/* What tablets print of their storage, battery and IMEI, and what else may stand there. */
#include "daemon/devices/arrival.h"

static void
test_storage (void)
{
  static const char good[] = "Filesystem     1K-blocks    Used Available Use% Mounted on\n"
                             "/dev/block/dm-44  52428800 6291456  46137344  13% /data\n";
  g_assert_cmpint (arrival_storage (good), ==, 52428800LL * 1024);
  g_assert_cmpint (arrival_storage (""), ==, -1);
  g_assert_cmpint (arrival_storage ("df: /data: Permission denied"), ==, -1);
  g_assert_cmpint (arrival_storage ("Filesystem 1K-blocks\n/dev/x\n"), ==, -1);
  g_assert_cmpint (arrival_storage ("Filesystem\n/dev/x -5 1 1\n"), ==, -1);
  g_assert_cmpint (arrival_storage ("Filesystem\n/dev/x 99999999999999999999 1\n"), ==, -1);
  g_assert_cmpint (arrival_storage ("Filesystem\n/dev/x 9223372036854775807 1\n"), ==, -1); /* bytes would not fit */
}

static void
test_battery (void)
{
  g_assert_cmpstr (arrival_battery ("  status: 3\n  health: 2\n  level: 80\n"), ==, "good");
  g_assert_cmpstr (arrival_battery ("health: 4"), ==, "dead");
  g_assert_null (arrival_battery ("health: 1")); /* unknown */
  g_assert_null (arrival_battery ("health: 99999999999999999999"));
  g_assert_null (arrival_battery ("health: good"));
  g_assert_null (arrival_battery ("level: 80"));
}

static void
assert_imei (const char *text, const char *expected)
{
  g_autofree char *imei = arrival_imei (text);
  g_assert_cmpstr (imei, ==, expected);
}

static void
test_imei (void)
{
  assert_imei ("Result: Parcel(\n"
               "  0x00000000: 00000000 0000000f 00350033 00310035 '........3.5.1.5.'\n"
               "  0x00000010: 00340034 00300030 00300030 00310030 '4.4.0.0.0.0.0.1.'\n"
               "  0x00000020: 00330032 00000036 00000000 00000000 '2.3.6...........')\n",
               "351544000001236");
  assert_imei ("Result: Parcel(00000000 ffffffff '........')", NULL);
  assert_imei ("Result: Parcel(fffffffc 0000000f 00650052 '....R.e.q.u.i.r.')", NULL);
  assert_imei ("service: Service iphonesubinfo does not exist", NULL);
  assert_imei ("'1.2.3.4.5.6.7.8.9.0.1.2.3.4.'", NULL);     /* 14 */
  assert_imei ("'1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.'", NULL); /* 16 */
  assert_imei ("'1.2.3.4.5.6.7.8.9.0.1.2.3.4.5", "123456789012345");
  assert_imei ("", NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/arrival/storage", test_storage);
  g_test_add_func ("/devices/arrival/battery", test_battery);
  g_test_add_func ("/devices/arrival/imei", test_imei);
  return g_test_run ();
}
