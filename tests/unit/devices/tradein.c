/* What `tradeinmode getstatus` prints, and what somebody prints who wants to be believed. */
#include "daemon/devices/tradein.h"
#include <string.h>

#define UNLOCKED "\"locks\":{\"factory_reset_protection\":false}"

static void
test_reads_what_android_prints (void)
{
  static const char text[] =
      "{\"attestation\":{\"certificates\":\"MIIB\\nAgMEBQYH\\n\"},\"battery\":{\"cycle_count\":16,\"health\":98,"
      "\"state\":2,"
      "\"manufacturing_date\":1653004800,\"first_usage_date\":0},\"storage\":{\"useful_lifetime_remaining\":99,"
      "\"capacity_bytes\":\"128000000000\"},\"launch_level\":36," UNLOCKED ",\"product\":{\"model\":\"Tab\"}}\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (TradeinStatus) status = tradein_parse (text, &error);
  g_assert_no_error (error);
  g_assert_false (status->is_locked);
  g_assert_cmpint (status->battery_health, ==, 98);
  g_assert_cmpint (status->battery_cycles, ==, 16);
  g_assert_cmpuint (g_bytes_get_size (status->chain), ==, 9);
  g_assert_null (status->no_chain_because);
}

static void
test_a_locked_tablet_says_nothing_else (void)
{
  g_autoptr (TradeinStatus) status = tradein_parse ("{\"locks\":{\"factory_reset_protection\":true}}", NULL);
  g_assert_nonnull (status);
  g_assert_true (status->is_locked);
  g_assert_null (status->chain);
  g_assert_cmpint (status->battery_health, ==, -1);
}

static void
test_why_there_is_no_chain (void)
{
  g_autoptr (TradeinStatus) status =
      tradein_parse ("{\"attestation\":{\"error\":\"Network connection\\nneeded\"}," UNLOCKED "}", NULL);
  g_assert_cmpstr (status->no_chain_because, ==, "Network connection needed");
  g_autofree char *words = g_strnfill (5000, 'x');
  g_autofree char *chatty = g_strdup_printf ("{\"attestation\":{\"error\":\"%s\"}," UNLOCKED "}", words);
  g_autoptr (TradeinStatus) shortened = tradein_parse (chatty, NULL);
  g_assert_cmpuint (strlen (shortened->no_chain_because), ==, 200);
}

static void
test_refuses_the_rest (void)
{
  static const char *const texts[] = {
      "",
      "null",
      "[]",
      "{}",
      "{\"locks\":{}}",
      "{\"locks\":[false]}",
      "{\"locks\":{\"factory_reset_protection\":0}}",
      "{\"locks\":{\"factory_reset_protection\":\"false\"}}",
      "{" UNLOCKED "," UNLOCKED "}",
      "{" UNLOCKED "} {" UNLOCKED "}",
      "{" UNLOCKED,
      "{" UNLOCKED ",\"battery\":7}",
      "{" UNLOCKED ",\"battery\":{\"health\":101}}",
      "{" UNLOCKED ",\"battery\":{\"health\":-1}}",
      "{" UNLOCKED ",\"battery\":{\"cycle_count\":1e3}}",
      "{" UNLOCKED ",\"battery\":{\"cycle_count\":99999999999999999999}}",
      "{" UNLOCKED ",\"storage\":[]}",
      "{" UNLOCKED ",\"attestation\":\"yes\"}",
      "{" UNLOCKED ",\"attestation\":{\"certificates\":[]}}",
      "{" UNLOCKED ",\"attestation\":{\"certificates\":\"\"}}",
      "{" UNLOCKED ",\"attestation\":{\"certificates\":\"MI IB\"}}",
      "{" UNLOCKED ",\"attestation\":{\"error\":7}}",
      "{" UNLOCKED ",\"attestation\":{\"error\":\"\\u0000\"}}",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (tradein_parse (texts[i], &error));
    g_assert_error (error, DEVICE_ERROR, DEVICE_ERROR_PROTOCOL);
  }
}

static void
test_refuses_depth_and_length (void)
{
  g_autofree char *deep = g_strnfill (100000, '[');
  g_assert_null (tradein_parse (deep, NULL));
  g_autofree char *blanks = g_strnfill (256 * 1024, ' ');
  g_autofree char *tall = g_strconcat ("{" UNLOCKED "}", blanks, NULL);
  g_assert_null (tradein_parse (tall, NULL));
}

static void
test_only_plain_challenges_go_into_a_command (void)
{
  g_autofree char *longest = g_strnfill (128, 'a');
  g_autofree char *longer = g_strnfill (129, 'a');
  g_assert_true (tradein_challenge_is_plain ("00ffAZ"));
  g_assert_true (tradein_challenge_is_plain (longest));
  g_assert_false (tradein_challenge_is_plain (longer));
  g_assert_false (tradein_challenge_is_plain (""));
  g_assert_false (tradein_challenge_is_plain ("a;reboot"));
  g_assert_false (tradein_challenge_is_plain ("\xc3\xa9"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/tradein/reads-what-android-prints", test_reads_what_android_prints);
  g_test_add_func ("/devices/tradein/a-locked-tablet-says-nothing-else", test_a_locked_tablet_says_nothing_else);
  g_test_add_func ("/devices/tradein/why-there-is-no-chain", test_why_there_is_no_chain);
  g_test_add_func ("/devices/tradein/refuses-the-rest", test_refuses_the_rest);
  g_test_add_func ("/devices/tradein/refuses-depth-and-length", test_refuses_depth_and_length);
  g_test_add_func ("/devices/tradein/only-plain-challenges-go-into-a-command",
                   test_only_plain_challenges_go_into_a_command);
  return g_test_run ();
}
