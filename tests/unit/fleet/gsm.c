/* Texts and PDUs of the emulated network, against bytes that others have published. */
#include "tests/fleet/gsm_text.h"
#include "tests/fleet/sms_pdu.h"

#include <string.h>

static char *
hex (const guint8 *bytes, gsize length)
{
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, "%02X", bytes[i]);
  return g_string_free (text, FALSE);
}

static GByteArray *
bytes_of (const char *text)
{
  GByteArray *bytes = g_byte_array_new ();
  for (; *text != '\0'; text += 2) {
    guint8 octet = (guint8)(g_ascii_xdigit_value (text[0]) << 4 | g_ascii_xdigit_value (text[1]));
    g_byte_array_append (bytes, &octet, 1);
  }
  return bytes;
}

static void
test_ussd (void)
{
  static const struct {
    const char *text;
    guint8 scheme;
    gboolean pads;
    const char *payload;
  } rows[] = {
      {"#123#", 0x0f, TRUE, "A3986C3602"},              /* as libmbim's users send it */
      {"hellohello", 0x0f, TRUE, "E8329BFD4697D9EC37"}, /* the best known example of all */
      {"1234567", 0x0f, TRUE, "31D98C56B3DD1A"},        /* seven bits left: CR in them */
      {"1234567", 0x0f, FALSE, "31D98C56B3DD00"},       /* zeroes, which are an @ for who does not count */
      {"12345678", 0x0f, TRUE, "31D98C56B3DD70"},       /* no bit left */
      {"1234567\r", 0x0f, TRUE, "31D98C56B3DD1A0D"},    /* a true CR there is doubled */
      {"\xc3\xa9\xe2\x82\xac", 0x0f, TRUE, "854D19"},   /* accents and the euro, which takes two */
      {"\xc3\xa9", 0x48, TRUE, "00E9"},
      {"\xc3\xa9", 0x11, TRUE,
       "6639"
       "00E9"},
      {"A", 0x10, TRUE, "66792308"}, /* "fr", CR, then the text */
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GByteArray) payload = gsm_ussd (rows[i].text, rows[i].scheme, rows[i].pads);
    g_autofree char *got = hex (payload->data, payload->len);
    g_test_message ("%s with 0x%02x", rows[i].text, rows[i].scheme);
    g_assert_cmpstr (got, ==, rows[i].payload);
    if (rows[i].scheme != 0x0f || !rows[i].pads || strchr (rows[i].text, '\r') != NULL)
      continue;
    g_autofree char *text = gsm_ussd_text (payload->data, payload->len, rows[i].scheme);
    g_assert_cmpstr (text, ==, rows[i].text);
  }
  g_assert_null (gsm_ussd ("\xd0\x96", 0x0f, TRUE)); /* no Cyrillic in that alphabet */
}

/* The alphabet keeps every character that it has, through packing and back. */
static void
test_alphabet (void)
{
  for (guint8 septet = 0; septet < 128; septet++) {
    if (septet == 0x1b)
      continue;
    g_autofree char *text = gsm_septets_text (&septet, 1);
    g_autoptr (GByteArray) back = gsm_septets (text);
    g_assert_nonnull (back);
    g_assert_cmpmem (back->data, back->len, &septet, 1);
  }
}

/* The example of many tutorials: "How are you?" from +31641600986 on 26 August 2002. Their time zone is not ours. */
static void
test_deliver (void)
{
  struct SmsDelivery delivery = {
      .smsc = "+31624000000", .from = "+31641600986", .text = "How are you?", .sent_at = 1030390661};
  g_autoptr (GPtrArray) parts = sms_deliver (&delivery);
  g_assert_cmpuint (parts->len, ==, 1);
  gsize length;
  const guint8 *pdu = g_bytes_get_data (parts->pdata[0], &length);
  g_autofree char *got = hex (pdu, length);
  g_assert_cmpstr (got, ==, "07911326040000F0040B911346610089F60000208062917314000CC8F71D14969741F977FD07");
  g_assert_false (sms_is_flash (parts->pdata[0]));
  delivery.is_flash = TRUE;
  g_autoptr (GPtrArray) flash = sms_deliver (&delivery);
  g_assert_true (sms_is_flash (flash->pdata[0]));
}

static void
test_names_and_short_numbers (void)
{
  struct SmsDelivery delivery = {.smsc = "", .from = "555", .text = "a"};
  g_autoptr (GPtrArray) number = sms_deliver (&delivery);
  g_autofree char *got = hex (g_bytes_get_data (number->pdata[0], NULL), 7);
  g_assert_cmpstr (got, ==, "0004038155F500");
  delivery.from = "SFR";
  g_autoptr (GPtrArray) name = sms_deliver (&delivery);
  g_autofree char *named = hex (g_bytes_get_data (name->pdata[0], NULL), 8);
  g_assert_cmpstr (named, ==,
                   "000406D053A314"
                   "00"); /* six nibbles */
}

/* Joins the parts of a message again, from the octets alone. */
static char *
join (GPtrArray *parts, gboolean is_ucs2, gsize address_octets)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < parts->len; i++) {
    gsize length, at = 1 + 1 + 2 + address_octets + 2 + 7;
    const guint8 *pdu = g_bytes_get_data (parts->pdata[i], &length);
    guint units = pdu[at++];
    g_assert_cmpuint (pdu[at + 4], ==, parts->len);
    g_assert_cmpuint (pdu[at + 5], ==, i + 1);
    g_assert_cmpuint (length - at, <=, 140);
    g_autoptr (GByteArray) septets = gsm_unpack (pdu + at + 6, length - at - 6, units - 7, 1);
    g_autofree char *part =
        is_ucs2 ? gsm_ucs2_text (pdu + at + 6, length - at - 6) : gsm_septets_text (septets->data, septets->len);
    g_string_append (text, part);
  }
  return g_string_free (text, FALSE);
}

static void
test_long_messages (void)
{
  g_autoptr (GString) plain = g_string_new (NULL);
  g_autoptr (GString) wide = g_string_new (NULL);
  while (plain->len < 152)
    g_string_append (plain, "abcdefgh");
  g_string_append (plain, "\xe2\x82\xac"); /* its escape would be the 153rd */
  while (plain->len < 400)
    g_string_append (plain, "0123456789");
  for (guint i = 0; i < 100; i++)
    g_string_append (wide, i == 66 ? "\xf0\x9f\x93\xb6" : "\xd0\x96"); /* a surrogate pair across the cut */
  struct SmsDelivery delivery = {.smsc = "", .from = "5555", .text = plain->str, .reference = 7};
  g_autoptr (GPtrArray) parts = sms_deliver (&delivery);
  g_assert_cmpuint (parts->len, ==, 3);
  g_autofree char *joined = join (parts, FALSE, 2);
  g_assert_cmpstr (joined, ==, plain->str);
  delivery.text = wide->str;
  g_autoptr (GPtrArray) wide_parts = sms_deliver (&delivery);
  g_assert_cmpuint (wide_parts->len, ==, 2);
  g_autofree char *wide_joined = join (wide_parts, TRUE, 2);
  g_assert_cmpstr (wide_joined, ==, wide->str);
}

static void
test_submit (void)
{
  static const struct {
    const char *pdu, *to, *text; /* to NULL: refused */
  } rows[] = {
      {"0011000B916407281553F80000AA0AE8329BFD4697D9EC37", "+46708251358", "hellohello"},
      {"000100038155F5000005E3B77BFE06", "555", "conso"},
      {"000100038155F50008040043006F", "555", "Co"},
      {"000100038155F5000005E3B77BFE0600", NULL, NULL}, /* an octet too many */
      {"000100038155F5000006E3B77BFE", NULL, NULL},     /* cut */
      {"000000038155F5000005E3B77BFE06", NULL, NULL},   /* not a message that is sent */
      {"0A01", NULL, NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GByteArray) pdu = bytes_of (rows[i].pdu);
    char *to = NULL, *text = NULL;
    gboolean is_read = sms_submit_read (pdu->data, pdu->len, &to, &text);
    g_test_message ("%s", rows[i].pdu);
    g_assert_cmpint (is_read, ==, rows[i].to != NULL);
    g_assert_cmpstr (to, ==, rows[i].to);
    g_assert_cmpstr (text, ==, rows[i].text);
    g_free (to);
    g_free (text);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fleet/gsm/codes-ussd-with-every-padding", test_ussd);
  g_test_add_func ("/fleet/gsm/keeps-every-character", test_alphabet);
  g_test_add_func ("/fleet/gsm/writes-the-message-of-the-tutorials", test_deliver);
  g_test_add_func ("/fleet/gsm/writes-names-and-short-numbers", test_names_and_short_numbers);
  g_test_add_func ("/fleet/gsm/cuts-long-messages-between-characters", test_long_messages);
  g_test_add_func ("/fleet/gsm/reads-messages-that-are-sent", test_submit);
  return g_test_run ();
}
