/* What of a tablet's words may leave the daemon: the table, its patterns, its placeholders. */
#include "daemon/devices/scrub.h"

#include "daemon/devices/shell.h"

#include <string.h>

/* What is told of an answer, with each run of what is left out shown as "~". */
static char *
told (Scrub *scrub, const char *command, const char *answer)
{
  const ScrubRow *row;
  g_autofree char *service = g_strconcat ("shell,v2,raw:", command, NULL);
  g_free (scrub_service (service, &row));
  g_assert_nonnull (row);
  g_autofree char *said = g_strdup (answer);
  gsize n = strlen (answer);
  scrub_answer (scrub, row, said, n);
  GString *shown = g_string_new (NULL);
  for (gsize i = 0; i < n; i++)
    if (said[i] != SCRUB_LEFT_OUT)
      g_string_append_c (shown, said[i]);
    else if (i == 0 || said[i - 1] != SCRUB_LEFT_OUT)
      g_string_append_c (shown, '~');
  return g_string_free (shown, FALSE);
}

static void
check (const char *command, const char *answer, const char *expected)
{
  g_autoptr (Scrub) scrub = scrub_new ();
  g_autofree char *said = told (scrub, command, answer);
  g_assert_cmpstr (said, ==, expected);
}

static void
test_properties (void)
{
  check ("getprop",
         "[ro.build.version.sdk]: [35]\n[ro.serialno]: [R9TESTBENCH1]\r\n[net.hostname]: [marie]\n[x]: [a\nb]\n"
         "[ro.product.model]: [R9TESTBENCH1 Tab]",
         "[ro.build.version.sdk]: [35]\n[ro.serialno]: [S00000000001]\r\n~"
         "[ro.product.model]: [S00000000001 Tab]");
  check ("getprop ro.serialno", "R9TESTBENCH1\n", "S00000000001\n");
  check ("getprop ro.serialno", "0123456789ABCDEF\n", "0123456789ABCDEF\n"); /* a dummy is a fact and no identity */
}

static void
test_accounts (void)
{
  check ("dumpsys account",
         "User UserInfo{0:Zo\303\251 Martin:4c13}:\n  Accounts: 3\n"
         "    Account {name=zoe, type=x@exemple.test, type=com.google}\n"
         "    Account {name=zoe, type=com.exemple.chat}\n    Account {name=zoe, type=com.exemple.chat}\n"
         "  Accounts History\n",
         "User UserInfo{0:name1xxxxxx:4c13}:\n  Accounts: 3\n"
         "    Account {name=name2xxxxxxxxxxxxxxxxxxx, type=com.google}\n"
         "    Account {name=003, type=type1xxxxxxxxxxx}\n    Account {name=003, type=type1xxxxxxxxxxx}\n"
         "~");
  check ("pm list users", "Users:\n\tUserInfo{0:Marie:4c13} running\n", "Users:\n\tUserInfo{0:name1:4c13} running\n");
}

static void
test_small_answers (void)
{
  check ("dumpsys battery", "  AC powered: false\n  level: 80\n  technology: Li-ion\n  serial: 356938035643809\n",
         "  AC powered: false\n  level: 80\n  technology: Li-ion\n~");
  check ("dpm list-owners", "1 owner:\nUser  0: admin=org.exemple.pret/.Admin,DeviceOwner\n",
         "1 owner:\nUser  0: admin=aaa.aaaaaaa.aaa1/.aaaaa,DeviceOwner\n");
  check ("dumpsys persistent_data_block", "mDataBlockFile: /dev/block/sda7\nFRP state: true\nlast: marie 0639980012\n",
         "mDataBlockFile: xxxxxxxxxxxxxxx\nFRP state: true\nxxxx: xxxxx xxxxxxxxxx\n");
  check ("df -k /data", "Filesystem 1K-blocks Used\n/dev/x  52428800 6291456  46137344  13% /data\n",
         "Filesystem xK-blocks Used\nxxxxxx  52428800 6291456  46137344  13% /data\n");
  check ("pm path org.exemple.pret", "package:/data/app/~~x/org.exemple.pret/base.apk\n",
         "package:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n");
  check ("am broadcast -n org.exemple.pret/.Wipe --ei flags 3",
         "Broadcasting: Intent { act=marie }\nBroadcast completed: result=-1\n",
         "Broadcasting: Intent { act=xxxxx }\nBroadcast completed: result=-1\n");
  check ("cmd recovery wipe", "Rebooting into recovery with --wipe_data\nrc=0\n",
         "Rebooting into recovery with --wipe_data\nrc=0\n");
}

static void
test_an_imei_is_replaced_in_its_letters_and_masked_in_its_hexadecimal (void)
{
  check ("service call iphonesubinfo 1 s16 com.android.shell",
         "Result: Parcel(\n  0x00000000: 00000000 0000000f 00350033 00390036 '........3.5.6.9.'\n"
         "  0x00000010: 00380033 '3.8.0.3.5.6.4.3.8.0.9...')\n",
         "Result: Parcel(\n  xxxxxxxxxx: xxxxxxxx xxxxxxxx xxxxxxxx xxxxxxxx '........0.0.0.0.'\n"
         "  xxxxxxxxxx: xxxxxxxx '0.0.0.0.0.0.0.0.0.0.1...')\n");
  check ("service call iphonesubinfo 1 s16 com.android.shell", "service: Service iphonesubinfo does not exist\n",
         "service: Service iphonesubinfo does not exist\n");
}

static void
test_a_trade_in_status_keeps_numbers_and_states (void)
{
  check ("tradeinmode getstatus -challenge 0011aabb",
         "{\"serial\": \"R9TESTBENCH1\", \"imei\": \"356938035643809\", \"battery\": {\"cycle_count\": 71, \"health\": "
         "98},\n"
         "\"locks\": {\"factory_reset_protection\": true}, \"wifi\": \"Mairie\", \"pin\": 1234,\n"
         "\"attestation\": {\"certificates\": \"MII\\\"C\\n+=\"}}",
         "{\"serial\": \"S00000000001\", \"imei\": \"000000000000001\", \"battery\": {\"cycle_count\": 71, \"health\": "
         "98},\n"
         "\"locks\": {\"factory_reset_protection\": true}, \"0001\": \"xxxxxx\", \"002\": 0000,\n"
         "\"attestation\": {\"certificates\": \"xxxxxxxxxx\"}}");
}

static void
test_services (void)
{
  static const struct {
    const char *service, *told;
    gboolean is_known;
  } rows[] = {
      {"shell,v2,raw:getprop", "shell,v2,raw:getprop", TRUE},
      {"shell:getprop" SHELL_EXIT_ECHO, "shell:getprop" SHELL_EXIT_ECHO, TRUE},
      {"shell,v2,raw:getprop net.dns1", "shell,v2,raw:?", FALSE},
      {"shell,v2,raw:tradeinmode getstatus -challenge 00ff", "shell,v2,raw:tradeinmode getstatus -challenge *", TRUE},
      {"exec:cmd package install -S 300000", "exec:cmd package install -S *", TRUE},
      {"shell,v2,raw:sh /sdcard/marie.sh", "shell,v2,raw:?", FALSE},
      {"reboot:recovery", "reboot:recovery", FALSE},
      {"sync:", "?", FALSE},
      {"shell:;", "shell:?", FALSE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const ScrubRow *row;
    g_autofree char *service = scrub_service (rows[i].service, &row);
    g_assert_cmpstr (service, ==, rows[i].told);
    g_assert_cmpint (row != NULL, ==, rows[i].is_known);
  }
}

static void
test_a_banner_keeps_what_tells_systems_apart (void)
{
  g_autoptr (Scrub) scrub = scrub_new ();
  char banner[] = "device::ro.product.name=tab;ro.serialno=R9TESTBENCH1;features=cmd,shell_v2";
  char other[] = "device::marie";
  scrub_banner (scrub, banner, strlen (banner));
  scrub_banner (scrub, other, strlen (other));
  g_assert_cmpstr (banner, ==, "device::ro.product.name=tab;xxxxxxxxxxxxxxxxxxxxxxxx;features=cmd,shell_v2");
  g_assert_cmpstr (other, ==, "device::xxxxx");
}

static void
check_fastboot (const char *command, const char *reply, const char *expected)
{
  g_autoptr (Scrub) scrub = scrub_new ();
  g_autofree char *said = g_strdup (reply);
  scrub_fastboot (scrub, command, said, strlen (said));
  g_assert_cmpstr (said, ==, expected);
}

static void
test_fastboot (void)
{
  check_fastboot ("getvar:serialno", "OKAYR9TESTBENCH1", "OKAYS00000000001");
  check_fastboot ("getvar:product", "OKAYtab", "OKAYtab");
  check_fastboot ("erase:userdata", "FAILErase of R9TESTBENCH1 is not allowed on locked devices",
                  "FAILErase of xxxxxxxxxxxx is not allowed on locked devices");
  check_fastboot ("getvar:product", "INFOmarie 0639980012", "INFOxxxxx xxxxxxxxxx");
  check_fastboot ("getvar:product", "marie", "xxxxx");
  g_autoptr (Scrub) scrub = scrub_new ();
  char hidden[] = "OKAY\0R9TESTBENCH1";
  scrub_fastboot (scrub, "getvar:serialno", hidden, sizeof hidden - 1);
  g_assert_cmpstr (hidden, ==, "OKAYS000000000001");
  g_assert_true (scrub_knows_fastboot ("erase:userdata"));
  g_assert_false (scrub_knows_fastboot ("getvar:imei"));
}

static void
test_the_same_value_has_the_same_placeholder_everywhere (void)
{
  g_autoptr (Scrub) scrub = scrub_new ();
  char first[] = "R9TESTBENCH1", second[] = "R9TESTBENCH2", again[] = "R9TESTBENCH1";
  scrub_value (scrub, SCRUB_SERIAL, first, strlen (first));
  scrub_value (scrub, SCRUB_SERIAL, second, strlen (second));
  scrub_value (scrub, SCRUB_SERIAL, again, strlen (again));
  g_assert_cmpstr (first, ==, "S00000000001");
  g_assert_cmpstr (second, ==, "S00000000002");
  g_assert_cmpstr (again, ==, first);
  g_autofree char *status = told (scrub, "tradeinmode getstatus -challenge 1", "{\"serial\": \"R9TESTBENCH2\"}");
  g_assert_cmpstr (status, ==, "{\"serial\": \"S00000000002\"}");
}

static void
test_an_empty_answer_stays_one (void)
{
  g_autoptr (Scrub) scrub = scrub_new ();
  const ScrubRow *row;
  char serial[] = "R9TESTBENCH1";
  scrub_value (scrub, SCRUB_SERIAL, serial, strlen (serial));
  g_free (scrub_service ("shell,v2,raw:cmd testharness enable", &row));
  scrub_answer (scrub, row, NULL, 0); /* what the sanitizer looks at */
  g_autofree char *said = told (scrub, "cmd testharness enable", "");
  g_assert_cmpstr (said, ==, "");
}

static void
test_a_tablet_that_tells_names_without_end_fills_no_memory (void)
{
  g_autoptr (Scrub) scrub = scrub_new ();
  char last[] = "one too many", first[] = "name 0 of them";
  for (guint i = 0; i < 10000; i++) {
    g_autofree char *name = g_strdup_printf ("name %u of them", i);
    scrub_value (scrub, SCRUB_NAME, name, strlen (name));
    g_assert_true (g_str_has_prefix (name, "name") && name[4] != ' ');
  }
  scrub_value (scrub, SCRUB_NAME, last, strlen (last));
  scrub_value (scrub, SCRUB_NAME, first, strlen (first));
  g_assert_cmpstr (last, ==, "xxxxxxxxxxxx");
  g_assert_cmpstr (first, ==, "name1xxxxxxxxx");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/scrub/properties", test_properties);
  g_test_add_func ("/devices/scrub/accounts-and-users", test_accounts);
  g_test_add_func ("/devices/scrub/small-answers", test_small_answers);
  g_test_add_func ("/devices/scrub/an-imei-is-replaced-in-its-letters-and-masked-in-its-hexadecimal",
                   test_an_imei_is_replaced_in_its_letters_and_masked_in_its_hexadecimal);
  g_test_add_func ("/devices/scrub/a-trade-in-status-keeps-numbers-and-states",
                   test_a_trade_in_status_keeps_numbers_and_states);
  g_test_add_func ("/devices/scrub/services", test_services);
  g_test_add_func ("/devices/scrub/a-banner-keeps-what-tells-systems-apart",
                   test_a_banner_keeps_what_tells_systems_apart);
  g_test_add_func ("/devices/scrub/fastboot", test_fastboot);
  g_test_add_func ("/devices/scrub/the-same-value-has-the-same-placeholder-everywhere",
                   test_the_same_value_has_the_same_placeholder_everywhere);
  g_test_add_func ("/devices/scrub/an-empty-answer-stays-one", test_an_empty_answer_stays_one);
  g_test_add_func ("/devices/scrub/a-tablet-that-tells-names-without-end-fills-no-memory",
                   test_a_tablet_that_tells_names_without_end_fills_no_memory);
  return g_test_run ();
}
