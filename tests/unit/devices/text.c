/* Text as networks carry it: GSM 7-bit with every padding, UCS-2, coding schemes, USSD, and the forms of a card's number. Vectors are worked out
 * from TS 23.038 by hand, or are well-known public ones. */
#include "daemon/devices/gsm7.h"
#include "daemon/devices/iccid.h"
#include "daemon/devices/ucs2.h"
#include "daemon/devices/ussd.h"

#include <string.h>

static char *
to_hex (const guint8 *data, gsize n)
{
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (text, "%02x", data[i]);
  return g_string_free (text, FALSE);
}

static GByteArray *
from_hex (const char *hex)
{
  GByteArray *data = g_byte_array_new ();
  for (const char *p = hex; p[0] != '\0' && p[1] != '\0'; p += 2) {
    guint8 octet = g_ascii_xdigit_value (p[0]) << 4 | g_ascii_xdigit_value (p[1]);
    g_byte_array_append (data, &octet, 1);
  }
  return data;
}

static void
test_packs (void)
{
  static const struct {
    const char *text, *hex;
  } rows[] = {
      {"hellohello", "e8329bfd4697d9ec37"},
      {"#123#", "a3986c3602"},
      {"1", "31"},
      {"@", "00"},
      {"1234567", "31d98c56b3dd1a"},     /* seven spare bits: CR */
      {"12345678", "31d98c56b3dd70"},    /* no spare bit */
      {"1234567\r", "31d98c56b3dd1a0d"}, /* ends with CR on an octet border: another CR */
      {"\xe2\x82\xac", "9b32"},          /* the euro is ESC e */
      {"a", "61"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GByteArray) octets = gsm7_pack_ussd (rows[i].text);
    g_autofree char *hex = to_hex (octets->data, octets->len);
    g_assert_cmpstr (hex, ==, rows[i].hex);
    g_autofree char *back = gsm7_unpack_ussd (octets->data, octets->len);
    if (!g_str_has_suffix (rows[i].text, "\r")) /* the standard lets the receiver see two */
      g_assert_cmpstr (back, ==, rows[i].text);
  }
}

/* Every length up to a full message, with and without a CR at its end: nothing is lost, at most one CR is added. */
static void
test_padding (void)
{
  for (gsize n = 1; n <= 182; n++) {
    for (int ends_with_cr = 0; ends_with_cr < 2; ends_with_cr++) {
      g_autofree char *text = g_strnfill (n, 'x');
      if (ends_with_cr)
        text[n - 1] = '\r';
      g_autoptr (GByteArray) octets = gsm7_pack_ussd (text);
      g_autofree char *back = gsm7_unpack_ussd (octets->data, octets->len);
      gboolean is_doubled = ends_with_cr && n % 8 == 0;
      g_assert_cmpuint (strlen (back), ==, n + (is_doubled ? 1 : 0));
      g_assert_true (g_str_has_prefix (back, text));
    }
  }
}

/* After a header, the text begins at a septet border: each shift of it. */
static void
test_fill_bits (void)
{
  static const char text[] = "Solde 4,20";
  g_autoptr (GByteArray) septets = gsm7_encode (text);
  for (guint fill = 0; fill < 7; fill++) {
    g_autoptr (GByteArray) octets = gsm7_pack (septets->data, septets->len, fill);
    g_autoptr (GByteArray) back = gsm7_unpack (octets->data, octets->len, fill, septets->len);
    g_autofree char *read = gsm7_decode (back->data, back->len);
    g_assert_cmpstr (read, ==, text);
    g_assert_cmpuint (octets->len, ==, (fill + septets->len * 7 + 7) / 8);
    g_autoptr (GByteArray) cut = gsm7_unpack (octets->data, octets->len - 1, fill, septets->len);
    g_assert_cmpuint (cut->len, <, septets->len);
  }
}

static void
test_alphabet (void)
{
  static const char all[] =
      "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
      "¿abcdefghijklmnopqrstuvwxyzäöñüà";
  g_autoptr (GByteArray) septets = gsm7_encode (all);
  g_assert_cmpuint (septets->len, ==, 127); /* 128 without ESC */
  for (guint i = 0, value = 0; i < septets->len; i++, value++) {
    value += value == 0x1b;
    g_assert_cmpuint (septets->data[i], ==, value);
  }
  g_autofree char *back = gsm7_decode (septets->data, septets->len);
  g_assert_cmpstr (back, ==, all);
  g_autoptr (GByteArray) extended = gsm7_encode ("^{}\\[~]|€");
  g_assert_cmpuint (extended->len, ==, 18);
  g_autofree char *text = gsm7_decode (extended->data, extended->len);
  g_assert_cmpstr (text, ==, "^{}\\[~]|€");
  g_assert_null (gsm7_encode ("ê")); /* a French letter that is not in it */
  static const guint8 odd[] = {0x1b, 'A', 0x1b, 0x1b, 0x1b};
  g_autofree char *shown = gsm7_decode (odd, sizeof odd);
  g_assert_cmpstr (shown, ==, "A  ");
}

static void
test_schemes (void)
{
  for (guint dcs = 0; dcs <= 0xff; dcs++) {
    gboolean has_language;
    Alphabet ussd = gsm7_ussd_alphabet (dcs, &has_language);
    g_assert_cmpint (has_language, ==, dcs == 0x10 || dcs == 0x11);
    if (dcs < 0x40)
      g_assert_cmpint (ussd, ==, dcs == 0x11 ? ALPHABET_UCS2 : ALPHABET_GSM7);
    else if (dcs >= 0x60 && dcs < 0x80)
      g_assert_cmpint (ussd, ==, ALPHABET_COMPRESSED);
  }
  gboolean unused;
  g_assert_cmpint (gsm7_ussd_alphabet (0x48, &unused), ==, ALPHABET_UCS2);
  g_assert_cmpint (gsm7_ussd_alphabet (0x44, &unused), ==, ALPHABET_BYTES);
  g_assert_cmpint (gsm7_ussd_alphabet (0xf0, &unused), ==, ALPHABET_GSM7);
  g_assert_cmpint (gsm7_ussd_alphabet (0xf4, &unused), ==, ALPHABET_BYTES);
  g_assert_cmpint (gsm7_sms_alphabet (0x08), ==, ALPHABET_UCS2);
  g_assert_cmpint (gsm7_sms_alphabet (0x18), ==, ALPHABET_UCS2);
  g_assert_cmpint (gsm7_sms_alphabet (0x20), ==, ALPHABET_COMPRESSED);
  g_assert_cmpint (gsm7_sms_alphabet (0xe8), ==, ALPHABET_UCS2);
  g_assert_cmpint (gsm7_sms_alphabet (0xc8), ==, ALPHABET_GSM7);
  g_assert_cmpint (gsm7_sms_alphabet (0xf5), ==, ALPHABET_BYTES);
}

static void
test_ussd (void)
{
  static const struct {
    guint8 dcs;
    const char *hex, *text; /* NULL: cannot be read */
  } rows[] = {
      {0x0f, "a3986c3602", "#123#"},
      {0x01, "a3986c3602", "#123#"},
      {0x48, "0053006f006c006400e9", "Soldé"},
      {0x11, "66390053006f", "So"}, /* "fr" in two octets, then UCS-2 */
      {0x44, "536f6c6465", "Solde"},
      {0x44, "536f6ce9", "Solé"}, /* Latin-1 */
      {0x6f, "a3986c3602", NULL},
      {0x48, "d83d", "\xef\xbf\xbd"},
      {0x48, "d83dde00", "\xf0\x9f\x98\x80"},
      {0x48, "00410000004200", "AB\xef\xbf\xbd"},
      {0x0f, "", ""},
      {0x11, "66", ""},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GByteArray) octets = from_hex (rows[i].hex);
    g_autofree char *text = ussd_decode (rows[i].dcs, octets->data, octets->len);
    g_assert_cmpstr (text, ==, rows[i].text);
  }
  g_autoptr (GByteArray) with_language = gsm7_pack_ussd ("fr\rSolde");
  g_autofree char *plain = ussd_decode (0x10, with_language->data, with_language->len);
  g_assert_cmpstr (plain, ==, "Solde");
}

static void
test_ussd_encode (void)
{
  guint8 dcs = 0;
  g_autoptr (GByteArray) seven = ussd_encode ("#124*12345678901234#", &dcs);
  g_assert_cmpint (dcs, ==, USSD_DCS_GSM7);
  g_assert_cmpuint (seven->len, ==, 18); /* 20 septets */
  g_autoptr (GByteArray) wide = ussd_encode ("forêt", &dcs);
  g_assert_cmpint (dcs, ==, USSD_DCS_UCS2);
  g_assert_cmpuint (wide->len, ==, 10);
  g_assert_null (ussd_encode ("", &dcs));
  g_autofree char *full = g_strnfill (182, '1');
  g_autofree char *over = g_strnfill (183, '1');
  g_autoptr (GByteArray) at_limit = ussd_encode (full, &dcs);
  g_assert_cmpuint (at_limit->len, ==, USSD_MAX_OCTETS);
  g_assert_null (ussd_encode (over, &dcs));
}

static void
test_iccid (void)
{
  static const struct {
    const char *raw, *canonical;
  } rows[] = {
      {"8933010000000000001", "8933010000000000001"},
      {" 8933 0100 0000 0000 001 ", "8933010000000000001"},
      {"8933010000000000001F", "8933010000000000001"},
      {"8933010000000000001f", "8933010000000000001"},
      {"98331000000000000010", "89330100000000000001"}, /* EF_ICCID, 20 digits */
      {"983310000000000000f1", "8933010000000000001"},  /* EF_ICCID, 19 digits and the filler */
      {"893301000000000000ff", "893301000000000000"},   /* 18 */
      {"898600A1B2C3D4E5F601", "898600A1B2C3D4E5F601"}, /* China Mobile: letters */
      {"89330A0000000000001", NULL},                    /* a letter too early */
      {"8833010000000000001", NULL},
      {"89330100000000000", NULL},
      {"893301000000000000012", NULL},
      {"", NULL},
      {NULL, NULL},
      {"89330100000000000z1", NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *canonical = iccid_canonical (rows[i].raw);
    g_assert_cmpstr (canonical, ==, rows[i].canonical);
  }
}

static void
test_iccid_same (void)
{
  g_assert_true (iccid_is_same ("8933010000000000001", "8933010000000000001"));
  /* 8933010000000000001 has the Luhn digit 8 when it is taken as the first 19 of 20 */
  for (char digit = '0'; digit <= '9'; digit++) {
    g_autofree char *longer = g_strdup_printf ("8933010000000000001%c", digit);
    g_assert_cmpint (iccid_is_same (longer, "8933010000000000001"), ==, iccid_has_luhn (longer));
    g_assert_cmpint (iccid_is_same ("8933010000000000001", longer), ==, iccid_has_luhn (longer));
  }
  g_assert_false (iccid_is_same ("8933010000000000001", "8933010000000000002"));
  g_assert_false (iccid_is_same ("893301000000000000", "89330100000000000018"));
  g_assert_false (iccid_is_same (NULL, "8933010000000000001"));
  g_assert_false (iccid_is_same (NULL, NULL));
  g_assert_true (
      iccid_has_luhn ("89470305121011008195")); /* a real one, published by its user (openwrt/openwrt#4405) */
  g_assert_false (iccid_has_luhn ("89470305121011008196"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/gsm7/packs-known-strings", test_packs);
  g_test_add_func ("/devices/gsm7/every-padding-comes-back", test_padding);
  g_test_add_func ("/devices/gsm7/text-after-a-header", test_fill_bits);
  g_test_add_func ("/devices/gsm7/the-whole-alphabet", test_alphabet);
  g_test_add_func ("/devices/gsm7/coding-schemes", test_schemes);
  g_test_add_func ("/devices/ussd/reads", test_ussd);
  g_test_add_func ("/devices/ussd/writes", test_ussd_encode);
  g_test_add_func ("/devices/iccid/one-form", test_iccid);
  g_test_add_func ("/devices/iccid/a-barcode-meets-its-card", test_iccid_same);
  return g_test_run ();
}
