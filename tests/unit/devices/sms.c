/* Short messages: whole, cut at every octet, with lengths that lie, in parts of any order. PDUs are worked out from TS 23.040 by hand. */
#include "daemon/devices/gsm7.h"
#include "daemon/devices/sms.h"

#include <string.h>

#define CENTRE "07913336990800f0"
#define TIME   "62118101000004"

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

static SmsPart *
read_hex (const char *hex, GError **error)
{
  g_autoptr (GByteArray) pdu = from_hex (hex);
  return sms_read_deliver (pdu->data, pdu->len, error);
}

static void
test_reads (void)
{
  static const struct {
    const char *hex, *sender, *text;
    guint reference, total, index;
  } rows[] = {
      {CENTRE "040b913336990800f10000" TIME "0ae8329bfd4697d9ec37", "+33639980001", "hellohello", 0, 1, 1},
      {"0004038155f50000" TIME "0ae8329bfd4697d9ec37", "555", "hellohello", 0, 1, 1},
      {"00040cd04f79d87d2e030000" TIME "0131", "Orange", "1", 0, 1, 1},
      {"0004038155f50008" TIME "0400e90074", "555", "ét", 0, 1, 1},
      {"0004038155f50004" TIME "0400010203", "555", "", 0, 1, 1},
      {"0044038155f50000" TIME "0c"
       "050003a70201"
       "d06536fb0d",
       "555", "hello", 0xa7, 2, 1},
      {"0044038155f50008" TIME "0b"
       "06080412340302"
       "00410042",
       "555", "AB", 0x1234, 3, 2},
      {"0044038155f50008" TIME "08"
       "050003a70200"
       "0041",
       "555", "A", 0, 1, 1}, /* part 0 of 2: ignored (9.2.3.24.1) */
      {"0044038155f50008" TIME "07"
       "0401020506"
       "0041",
       "555", "A", 0, 1, 1}, /* an element of another kind */
      {"0004038155f50000" TIME "00", "555", "", 0, 1, 1},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (SmsPart) part = read_hex (rows[i].hex, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (part->sender, ==, rows[i].sender);
    g_assert_cmpstr (part->text, ==, rows[i].text);
    g_assert_cmpuint (part->reference, ==, rows[i].reference);
    g_assert_cmpuint (part->total, ==, rows[i].total);
    g_assert_cmpuint (part->index, ==, rows[i].index);
  }
}

/* The header's shift of the text, checked against the packer for every reference. */
static void
test_header_shift (void)
{
  g_autoptr (GByteArray) septets = gsm7_encode ("Crédit valable jusqu'au 30/11/2026");
  g_autoptr (GByteArray) packed =
      gsm7_pack (septets->data, septets->len, 1); /* 6 octets of header: 48 bits, 1 to fill */
  g_autoptr (GByteArray) pdu = from_hex ("0044038155f50000" TIME);
  const guint8 length_and_header[] = {septets->len + 7, 5, 0, 3, 9, 2, 2};
  g_byte_array_append (pdu, length_and_header, sizeof length_and_header);
  g_byte_array_append (pdu, packed->data, packed->len);
  g_autoptr (SmsPart) part = sms_read_deliver (pdu->data, pdu->len, NULL);
  g_assert_cmpstr (part->text, ==, "Crédit valable jusqu'au 30/11/2026");
  g_assert_cmpuint (part->index, ==, 2);
}

static void
test_cut (void)
{
  static const char *const pdus[] = {CENTRE "040b913336990800f10000" TIME "0ae8329bfd4697d9ec37",
                                     "0044038155f50008" TIME "0b0608041234030200410042"};
  for (gsize i = 0; i < G_N_ELEMENTS (pdus); i++) {
    g_autoptr (GByteArray) pdu = from_hex (pdus[i]);
    for (gsize n = 0; n < pdu->len; n++) {
      g_autoptr (GError) error = NULL;
      g_autofree guint8 *cut = g_memdup2 (pdu->data, n); /* its own end, for the sanitizer */
      g_assert_null (sms_read_deliver (cut, n, &error));
      g_assert_error (error, DEVICE_ERROR, DEVICE_ERROR_PROTOCOL);
    }
  }
}

static void
test_refused (void)
{
  static const struct {
    const char *hex;
    int code;
  } rows[] = {
      {"000100038155f50000" TIME "00", DEVICE_ERROR_UNSUPPORTED},          /* a submit */
      {"0006000b913336990800f1" TIME TIME "00", DEVICE_ERROR_UNSUPPORTED}, /* a report */
      {"0044038155f50008" TIME "0305ff0341", DEVICE_ERROR_PROTOCOL},       /* header longer than the data */
      {"0044038155f50008" TIME "0605000aa70201", DEVICE_ERROR_PROTOCOL},   /* element longer than the header */
      {"0044038155f50008" TIME "05040002a702", DEVICE_ERROR_PROTOCOL},     /* element too short */
      {"0004ff8155f50000" TIME "00", DEVICE_ERROR_PROTOCOL},               /* 255 digits */
      {"ff04038155f50000" TIME "00", DEVICE_ERROR_PROTOCOL},               /* centre of 255 octets */
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (read_hex (rows[i].hex, &error));
    g_assert_error (error, DEVICE_ERROR, rows[i].code);
  }
}

static void
test_writes (void)
{
  static const struct {
    const char *to, *text, *hex; /* hex NULL: refused */
  } rows[] = {
      {"555", "hellohello", "000100038155f500000ae8329bfd4697d9ec37"},
      {"+33639980001", "1", "0001000b913336990800f100000131"},
      {"9445", "é",
       "00010004814954000001"
       "05"},
      {"555", "ê", "000100038155f500080200ea"},
      {"", "x", NULL},
      {"+", "x", NULL},
      {"Orange", "x", NULL},
      {"123456789012345678901", "x", NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GByteArray) pdu = sms_write_submit (rows[i].to, rows[i].text, &error);
    g_autoptr (GByteArray) expected = rows[i].hex != NULL ? from_hex (rows[i].hex) : NULL;
    if (expected == NULL)
      g_assert_error (error, DEVICE_ERROR, DEVICE_ERROR_UNSUPPORTED);
    else
      g_assert_cmpmem (pdu->data, pdu->len, expected->data, expected->len);
  }
}

static void
test_limits (void)
{
  g_autofree char *full = g_strnfill (160, 'x'), *over = g_strnfill (161, 'x');
  g_autofree char *wide = g_strconcat (full + 91, "ê", NULL), *wider = g_strconcat (full + 90, "ê", NULL);
  g_autoptr (GByteArray) seven = sms_write_submit ("555", full, NULL);
  g_autoptr (GByteArray) two = sms_write_submit ("555", wide, NULL);
  g_assert_nonnull (seven);
  g_assert_nonnull (two);
  g_assert_null (sms_write_submit ("555", over, NULL));
  g_assert_null (sms_write_submit ("555", wider, NULL));
}

static SmsPart *
part (const char *sender, guint16 reference, guint8 index, guint8 total)
{
  SmsPart *made = g_new0 (SmsPart, 1);
  made->sender = g_strdup (sender);
  made->text = g_strdup_printf ("<%u>", index);
  made->reference = reference;
  made->total = total;
  made->index = index;
  return made;
}

static void
test_joins (void)
{
  static const guint8 orders[][3] = {{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}};
  for (gsize i = 0; i < G_N_ELEMENTS (orders); i++) {
    g_autoptr (SmsJoiner) joiner = sms_joiner_new ();
    for (int j = 0; j < 2; j++) {
      g_assert_null (sms_joiner_take (joiner, part ("555", 7, orders[i][j], 3)));
      g_assert_null (sms_joiner_take (joiner, part ("555", 7, orders[i][j], 3))); /* a double */
      g_assert_null (sms_joiner_take (joiner, part ("556", 7, orders[i][j], 3))); /* another sender */
      g_assert_null (sms_joiner_take (joiner, part ("555", 8, orders[i][j], 3))); /* another message */
    }
    g_autofree char *whole = sms_joiner_take (joiner, part ("555", 7, orders[i][2], 3));
    g_assert_cmpstr (whole, ==, "<1><2><3>");
    g_autofree char *single = sms_joiner_take (joiner, part ("555", 0, 1, 1));
    g_assert_cmpstr (single, ==, "<1>");
  }
}

/* Unfinished messages are dropped, oldest first: a flood takes no memory. */
static void
test_flood (void)
{
  g_autoptr (SmsJoiner) joiner = sms_joiner_new ();
  for (guint i = 0; i < SMS_JOINER_MAX + 1; i++)
    g_assert_null (sms_joiner_take (joiner, part ("555", i, 1, 2)));
  g_assert_null (sms_joiner_take (joiner, part ("555", 0, 2, 2))); /* its first part is gone */
  g_autofree char *kept = sms_joiner_take (joiner, part ("555", SMS_JOINER_MAX, 2, 2));
  g_assert_cmpstr (kept, ==, "<1><2>");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/sms/reads", test_reads);
  g_test_add_func ("/devices/sms/text-after-the-header", test_header_shift);
  g_test_add_func ("/devices/sms/cut-anywhere-is-refused", test_cut);
  g_test_add_func ("/devices/sms/lengths-that-lie-are-refused", test_refused);
  g_test_add_func ("/devices/sms/writes", test_writes);
  g_test_add_func ("/devices/sms/one-part-at-most", test_limits);
  g_test_add_func ("/devices/sms/joins-in-any-order", test_joins);
  g_test_add_func ("/devices/sms/a-flood-takes-no-memory", test_flood);
  return g_test_run ();
}
