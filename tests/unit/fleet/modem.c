/* The emulated modem against bytes that real hosts and real modems have sent, published by others (each test says where), and
 * against broken bytes. The transport is memory: the model needs no terminal. */
#include "tests/unit/fleet/transport.h"

#include <stdlib.h>

typedef struct {
  Modem *modem;
  struct Sim *sim;
  struct Operator *op;
} Fixture;

/* A modem with a card, plugged and on the network. `settings` is "key=value key=value". */
static void
begin (Fixture *fixture, const char *settings)
{
  struct ModemSettings modem;
  struct SimSettings sim;
  struct OperatorSettings op;
  wire = g_byte_array_new ();
  modem_settings_init (&modem);
  sim_settings_init (&sim);
  operator_settings_init (&op);
  g_auto (GStrv) pairs = g_strsplit (settings, " ", -1);
  for (guint i = 0; pairs[i] != NULL && *pairs[i] != '\0'; i++) {
    g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);
    g_assert_true (modem_settings_set (&modem, pair[0], pair[1], NULL));
  }
  g_assert_true (sim_settings_set (&sim, "iccid", "89470305121011008195", NULL));
  fixture->modem = modem_new ("M", &modem, NULL);
  fixture->sim = sim_new ("S", &sim);
  fixture->op = operator_new ("O", &op);
  g_assert_true (modem_insert (fixture->modem, fixture->sim, fixture->op, NULL));
  g_assert_true (modem_plug (fixture->modem, "3-1", NULL));
}

static void
on_network (Fixture *fixture)
{
  while (fixture->modem->registration != REGISTER_HOME)
    g_main_context_iteration (NULL, TRUE);
}

static void
end (Fixture *fixture)
{
  modem_free (fixture->modem);
  sim_free (fixture->sim);
  operator_free (fixture->op);
  g_byte_array_unref (wire);
}

/* umbim against a D-Link DWM-156: openwrt-devel, message 39434. Its CLOSE has four bytes too many. */
static void
test_max_transfer (void)
{
  Fixture fixture;
  begin (&fixture, "open=refuse max_transfer=512");
  hear ("01 00 00 00 10 00 00 00 01 00 00 00 00 04 00 00");
  assert_said ("04 00 00 80 10 00 00 00 01 00 00 00 08 00 00 00");
  hear ("02 00 00 00 10 00 00 00 02 00 00 00 08 00 00 00");
  assert_said ("02 00 00 80 10 00 00 00 02 00 00 00 02 00 00 00");
  hear ("01 00 00 00 10 00 00 00 03 00 00 00 00 02 00 00");
  assert_said ("01 00 00 80 10 00 00 00 03 00 00 00 00 00 00 00");
  end (&fixture);
}

/* A Surface's modem: linux-kernel, 3 August 2022, "cdc_mbim: adding Microsoft mobile broadband modem". */
static void
test_open_failure (void)
{
  Fixture fixture;
  begin (&fixture, "open=fails");
  hear ("01000000 10000000 01000000 00100000");
  assert_said ("01000080 10000000 01000000 02000000");
  end (&fixture);
}

/* A SIM7600 that does not answer OPEN: users of Genode, October 2021. */
static void
test_open_ignored (void)
{
  Fixture fixture;
  begin (&fixture, "open_ignored=2");
  hear ("01000000 10000000 01000000 00100000");
  hear ("01000000 10000000 02000000 00100000");
  assert_said ("");
  hear ("01000000 10000000 03000000 00100000");
  assert_said ("01000080 10000000 03000000 00000000");
  end (&fixture);
}

/* umbim against a Sierra EM7455 that is on no network: libmbim-devel, April 2016, 728. The published answer is cut after 20 bytes;
 * its length says that it has no information buffer. */
static void
test_connect (void)
{
  static const char set[] =
      "03 00 00 00 6c 00 00 00 02 00 00 00 01 00 00 00 00 00 00 00 a2 89 cc 33 bc bb 8b 4f b6 b0 13 3e "
      "c2 aa e6 df 0c 00 00 00 01 00 00 00 3c 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 "
      "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 7e 5e 2a 7e "
      "4e 6f 72 72 73 6b 65 6e 7e 5e 2a 7e";
  Fixture fixture;
  begin (&fixture, "radio=off");
  hear ("01 00 00 00 10 00 00 00 01 00 00 00 00 04 00 00");
  assert_said ("01 00 00 80 10 00 00 00 01 00 00 00 00 00 00 00");
  hear (set);
  assert_said (
      "03 00 00 80 30 00 00 00 02 00 00 00 01 00 00 00 00 00 00 00 a2 89 cc 33 bc bb 8b 4f b6 b0 13 3e c2 aa e6 df "
      "0c 00 00 00 0c 00 00 00 00 00 00 00");
  g_assert_true (modem_set (fixture.modem, "radio", "on", NULL));
  on_network (&fixture);
  (void)g_byte_array_set_size (wire, 0); /* indications */
  hear (set);
  g_assert_true (fixture.modem->is_connected);
  end (&fixture);
}

/* An EM7355 whose radio is locked: libmbim-devel, July 2015, 616. The request is not padded. */
static void
test_fcc_unlock (void)
{
  Fixture fixture;
  begin (&fixture, "radio=locked");
  hear ("01 00 00 00 10 00 00 00 01 00 00 00 00 10 00 00");
  g_free (said ());
  hear ("03 00 00 00 3D 00 00 00 07 00 00 00 01 00 00 00 00 00 00 00 D1 A3 0B C2 F9 7A 6E 43 BF 65 C7 E2 4F B0 F0 D3 "
        "01 00 00 00 01 00 00 00 0D 00 00 00 01 0C 00 00 02 14 00 01 00 5F 55 00 00");
  assert_said (
      "03 00 00 80 44 00 00 00 07 00 00 00 01 00 00 00 00 00 00 00 D1 A3 0B C2 F9 7A 6E 43 BF 65 C7 E2 4F B0 F0 D3 "
      "01 00 00 00 00 00 00 00 14 00 00 00 01 13 00 80 02 14 02 01 00 5F 55 07 00 02 04 00 00 00 00 00");
  g_assert_true (fixture.modem->radio_unlocked);
  end (&fixture);
}

/* Windows: windows-driver-docs, network/mb-multiple-pdp.md, transaction 533. The answer repeats the list. */
static void
test_subscribe_list (void)
{
  static const char list[] =
      "0600000034000000640000009800000028000000C000000018000000D80000001C000000F400000034000000280100001C000000"
      "A289CC33BCBB8B4FB6B0133EC2AAE6DF14000000010000000200000003000000040000000500000006000000070000000800000009000000"
      "0A0000000B0000000C0000000D0000000F000000100000001300000014000000150000001600000017000000"
      "533FBEEB14FE44679F9033A223E56C3F050000000100000002000000030000000400000005000000"
      "E550A0C85E82479E82F710ABF4C3351F01000000010000001D2B5FF70AA148B2AA5250F15767174E020000000100000003000000"
      "3D01DCC5FEF54D050D3ABEF7058E9AAF08000000010000000300000004000000050000000600000007000000080000000A000000"
      "68223D049F6C4E0F822D28441FB72340020000000100000002000000";
  static const char head[] = "01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 13000000";
  Fixture fixture;
  begin (&fixture, "extensions=3");
  hear ("01000000 10000000 01000000 00100000");
  g_free (said ());
  g_autofree char *set = g_strconcat ("03000000 74010000 15020000", head, "01000000 44010000", list, NULL);
  g_autofree char *done = g_strconcat ("03000080 74010000 15020000", head, "00000000 44010000", list, NULL);
  hear (set);
  assert_said (done);
  static const char *const wanted[] = {"basic 1", "basic 23", "sms 5", "ussd 1", "extensions 10"};
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_assert_true (g_hash_table_contains (fixture.modem->subscribed, wanted[i]));
  g_assert_false (g_hash_table_contains (fixture.modem->subscribed, "basic 14"));
  end (&fixture);
}

/* What the EM7455 of libmbim-devel, April 2016, 727, says of its PIN: "pin2", three attempts. And the card of openwrt issue 4405. */
static void
test_pin2 (void)
{
  Fixture fixture;
  begin (&fixture, "pin_query=pin2");
  on_network (&fixture);
  hear ("01000000 10000000 01000000 00100000");
  g_free (said ());
  hear ("03000000 30000000 02000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 04000000 00000000 00000000");
  assert_said (
      "03000080 3c000000 02000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 04000000 00000000 0c000000"
      "03000000 00000000 03000000");
  g_autofree char *iccid = sim_iccid_raw (fixture.sim);
  g_assert_cmpstr (iccid, ==, "89470305121011008195");
  end (&fixture);
}

/* ---- fragments ---- */

#define PIN_QUERY_1 "03000000 20000000 02000000 02000000 00000000 a289cc33bcbb8b4fb6b0133e" /* 12 of the 28 bytes */
#define PIN_QUERY_2 "03000000 24000000 02000000 02000000 01000000 c2aae6df 04000000 00000000 00000000"

static void
test_fragments (void)
{
  Fixture fixture;
  begin (&fixture, "max_transfer=40");
  on_network (&fixture);
  hear ("01000000 10000000 01000000 00100000");
  g_free (said ());
  hear (PIN_QUERY_1);
  assert_said ("");
  hear (PIN_QUERY_2);
  assert_said ("03000080 28000000 02000000 02000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 04000000"
               "03000080 28000000 02000000 02000000 01000000 00000000 0c000000 02000000 00000000 03000000");
  hear (PIN_QUERY_2); /* the first is missing */
  assert_said ("04000080 10000000 02000000 02000000");
  hear (PIN_QUERY_1);
  hear (PIN_QUERY_1); /* twice */
  assert_said ("04000080 10000000 02000000 02000000");
  g_assert_cmpuint (fixture.modem->protocol_errors, ==, 2);
  end (&fixture);
}

static void
test_fragment_late (void)
{
  Fixture fixture;
  begin (&fixture, "");
  hear ("01000000 10000000 01000000 00100000");
  on_network (&fixture);
  g_free (said ());
  hear (PIN_QUERY_1);
  while (fixture.modem->protocol_errors == 0)
    g_main_context_iteration (NULL, TRUE);
  assert_said ("04000080 10000000 02000000 01000000");
  end (&fixture);
}

static void
test_pieces (void)
{
  Fixture fixture;
  begin (&fixture, "");
  g_autoptr (GByteArray) open = from_hex ("01000000 10000000 01000000 00100000 02000000 0c000000 02000000");
  for (guint i = 0; i < open->len; i++)
    write_to_modem (open->data + i, 1);
  assert_said ("01000080 10000000 01000000 00000000 02000080 10000000 02000000 00000000");
  end (&fixture);
}

/* ---- broken bytes ---- */

static void
test_not_open (void)
{
  Fixture fixture;
  begin (&fixture, "");
  hear ("03000000 30000000 02000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 04000000 00000000 00000000");
  assert_said ("04000080 10000000 02000000 05000000");
  end (&fixture);
}

static void
test_broken (void)
{
  static const struct {
    const char *hex;
    guint error;
  } rows[] = {
      {"01000000 0b000000 07000000", 3},                   /* shorter than its header */
      {"01000000 ffffffff 07000000", 3},                   /* longer than anything */
      {"01000000 0c000000 07000000", 3},                   /* OPEN without its word */
      {"03000000 10000000 07000000 01000000", 3},          /* half a fragment header */
      {"03000000 14000000 07000000 00000000 00000000", 3}, /* no fragment at all */
      {"03000000 14000000 07000000 01000000 00000000", 3}, /* no command in it */
      {"63000000 0c000000 07000000", 6},                   /* an unknown type */
      {"03000000 30000000 07000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 04000000 00000000 04000000", 3},
      {"03000000 30000000 07000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 04000000 02000000 00000000", 3},
  };
  Fixture fixture;
  begin (&fixture, "");
  hear ("01000000 10000000 01000000 00100000");
  on_network (&fixture);
  g_free (said ());
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *error = g_strdup_printf ("04000080 10000000 07000000 %02x000000", rows[i].error);
    hear (rows[i].hex);
    assert_said (error);
  }
  g_assert_true (mbim_is_open (fixture.modem->mbim));
  end (&fixture);
}

/* Offsets and lengths that lead outside: refused, whatever the command. */
static void
test_lies (void)
{
  static const struct {
    const char *service;
    guint cid;
    const char *info;
  } rows[] = {
      {"a289cc33bcbb8b4fb6b0133ec2aae6df", 4, "02000000 00000000 ffffffff 04000000 00000000 00000000"},
      {"a289cc33bcbb8b4fb6b0133ec2aae6df", 4, "02000000 00000000 18000000 ffffffff 00000000 00000000"},
      {"a289cc33bcbb8b4fb6b0133ec2aae6df", 4, "02000000"},
      {"a289cc33bcbb8b4fb6b0133ec2aae6df", 19, "ffffffff"},
      {"a289cc33bcbb8b4fb6b0133ec2aae6df", 19, "01000000 0c000000 04000000 00000000"},
      {"e550a0c85e82479e82f710abf4c3351f", 1, "00000000 0f000000 10000000 ffffff7f"},
      {"e550a0c85e82479e82f710abf4c3351f", 1, "09000000 0f000000 00000000 00000000"},
      {"533fbeeb14fe44679f9033a223e56c3f", 3, "00000000 0c000000 04000000 01020304"},
      {"533fbeeb14fe44679f9033a223e56c3f", 4, "63000000 01000000"},
      {"4bf384761e6a41dbb1d8bed289c25bdb", 3, "01000000 09000000"},
  };
  Fixture fixture;
  begin (&fixture, "");
  hear ("01000000 10000000 01000000 00100000");
  on_network (&fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_free (said ());
    g_autoptr (GByteArray) info = from_hex (rows[i].info);
    g_autofree char *set =
        g_strdup_printf ("03000000 %02x000000 09000000 01000000 00000000 %s %02x000000 01000000 %02x000000 %s",
                         48 + info->len, rows[i].service, rows[i].cid, info->len, rows[i].info);
    hear (set);
    struct MbimReader done = {.bytes = wire->data, .length = wire->len, .at = 40};
    g_assert_cmpuint (wire->len, >=, 48);
    g_assert_cmpuint (mbim_get_u32 (&done), !=, MBIM_OK);
  }
  g_assert_cmpuint (fixture.sim->pin_tries, ==, 0);
  end (&fixture);
}

/* Any bytes: no crash, and the modem can be opened afterwards. The seed is printed by the test library. */
static void
test_noise (void)
{
  Fixture fixture;
  begin (&fixture, "");
  on_network (&fixture);
  for (guint round = 0; round < 2000; round++) {
    guint8 noise[96];
    for (gsize i = 0; i < sizeof noise; i++)
      noise[i] = (guint8)g_test_rand_int ();
    static const guint8 start[] = {3, 0, 0, 0, sizeof noise, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};
    if (round % 2 == 0) /* half of them look like a command of a service that exists */
      memcpy (noise, start, sizeof start);
    if (round % 4 == 0)
      memcpy (noise + sizeof start, modem_service_at (fixture.modem, round / 4 % 4)->uuid, MBIM_UUID_BYTES);
    if (round % 8 == 0)
      noise[36] = (guint8)(round / 8 % 24), noise[37] = noise[38] = noise[39] = 0;
    write_to_modem (noise, sizeof noise);
    g_byte_array_set_size (wire, 0);
    mbim_reset (fixture.modem->mbim);
    hear ("01000000 10000000 01000000 00100000");
    g_assert_true (mbim_is_open (fixture.modem->mbim));
  }
  end (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fleet/modem/refuses-a-large-transfer-as-a-d-link-did", test_max_transfer);
  g_test_add_func ("/fleet/modem/fails-to-open-as-a-surface-did", test_open_failure);
  g_test_add_func ("/fleet/modem/ignores-open-as-a-sim7600-did", test_open_ignored);
  g_test_add_func ("/fleet/modem/refuses-to-connect-as-an-em7455-did", test_connect);
  g_test_add_func ("/fleet/modem/unlocks-its-radio-as-an-em7355-did", test_fcc_unlock);
  g_test_add_func ("/fleet/modem/takes-the-subscriptions-of-windows", test_subscribe_list);
  g_test_add_func ("/fleet/modem/speaks-of-pin2-as-an-em7455-did", test_pin2);
  g_test_add_func ("/fleet/modem/takes-and-sends-fragments", test_fragments);
  g_test_add_func ("/fleet/modem/complains-of-a-late-fragment", test_fragment_late);
  g_test_add_func ("/fleet/modem/takes-messages-in-pieces", test_pieces);
  g_test_add_func ("/fleet/modem/obeys-only-when-open", test_not_open);
  g_test_add_func ("/fleet/modem/complains-of-broken-messages", test_broken);
  g_test_add_func ("/fleet/modem/refuses-offsets-that-lead-outside", test_lies);
  g_test_add_func ("/fleet/modem/survives-noise", test_noise);
  return g_test_run ();
}
