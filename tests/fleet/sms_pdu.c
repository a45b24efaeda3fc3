// Octets of the two message types that a bench meets.
#include "tests/fleet/sms_pdu.h"

#include "tests/fleet/gsm_text.h"

#include <string.h>

enum {
  TYPE_SUBMIT = 1,
  NO_MORE_MESSAGES = 0x04,
  HAS_HEADER = 0x40,
  INTERNATIONAL = 0x91,
  NATIONAL = 0x81,
  NAME = 0xd0,
  UCS2 = 0x08,
  CLASS_0 = 0x10,
};

#define USER_DATA_MAX 140 // octets
#define HEADER_BYTES  6   // of a part of a long message

static void
put (GByteArray *out, guint octet)
{
  g_byte_array_append (out, (const guint8[]){(guint8)octet}, 1);
}

// Digits in swapped nibbles, padded with F.
static void
put_digits (GByteArray *out, const char *digits)
{
  gsize length = strlen (digits);
  for (gsize i = 0; i < length; i += 2) {
    guint low = (guint)(digits[i] - '0');
    guint high = i + 1 < length ? (guint)(digits[i + 1] - '0') : 0xf;
    put (out, high << 4 | low);
  }
}

static gboolean
is_number (const char *address)
{
  const char *digits = *address == '+' ? address + 1 : address;
  return *digits != '\0' && strspn (digits, "0123456789") == strlen (digits);
}

static void
put_smsc (GByteArray *out, const char *smsc)
{
  const char *digits = *smsc == '+' ? smsc + 1 : smsc;
  if (!is_number (smsc)) {
    put (out, 0);
    return;
  }
  put (out, 1 + (guint)(strlen (digits) + 1) / 2);
  put (out, INTERNATIONAL);
  put_digits (out, digits);
}

static void
put_address (GByteArray *out, const char *address)
{
  if (is_number (address)) {
    const char *digits = *address == '+' ? address + 1 : address;
    put (out, (guint)strlen (digits));
    put (out, *address == '+' ? INTERNATIONAL : NATIONAL);
    put_digits (out, digits);
    return;
  }
  g_autoptr (GByteArray) septets = gsm_septets (address);
  g_autoptr (GByteArray) packed = gsm_pack (septets->data, septets->len, 0);
  put (out, (septets->len * 7 + 3) / 4); // counted in nibbles
  put (out, NAME);
  g_byte_array_append (out, packed->data, packed->len);
}

static void
put_time (GByteArray *out, gint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);
  g_autofree char *digits = g_date_time_format (time, "%y%m%d%H%M%S");
  put_digits (out, digits);
  put (out, 0); // quarters of an hour from UTC
}

// The user data of one part: `units` are septets or octets of UCS-2. total 1: a short message, without a header.
static void
put_user_data (GByteArray *out, const struct SmsDelivery *delivery, const guint8 *units, gsize count, guint total,
               guint number)
{
  const guint8 header[HEADER_BYTES] = {5, 0, 3, delivery->reference, (guint8)total, (guint8)number};
  gsize header_bytes = total > 1 ? sizeof header : 0;
  if (delivery->is_ucs2) {
    put (out, (guint)(header_bytes + count));
    g_byte_array_append (out, header, (guint)header_bytes);
    g_byte_array_append (out, units, (guint)count);
    return;
  }
  guint fill = total > 1 ? 1 : 0; // seven septets are 49 bits: 48 of the header and one
  g_autoptr (GByteArray) packed = gsm_pack (units, count, fill);
  put (out, (guint)(total > 1 ? 7 + count : count));
  g_byte_array_append (out, header, (guint)header_bytes);
  g_byte_array_append (out, packed->data, packed->len);
}

static GBytes *
part (const struct SmsDelivery *delivery, const guint8 *units, gsize count, guint total, guint number)
{
  GByteArray *out = g_byte_array_new ();
  put_smsc (out, delivery->smsc);
  put (out, NO_MORE_MESSAGES | (total > 1 ? HAS_HEADER : 0));
  put_address (out, delivery->from);
  put (out, 0); // protocol
  put (out, (delivery->is_ucs2 ? UCS2 : 0) | (delivery->is_flash ? CLASS_0 : 0));
  put_time (out, delivery->sent_at);
  put_user_data (out, delivery, units, count, total, number);
  return g_byte_array_free_to_bytes (out);
}

// How many of the units go into the next part; an escape or a surrogate pair is not cut.
static gsize
share (const struct SmsDelivery *delivery, const GByteArray *units, gsize at, gsize most)
{
  gsize left = units->len - at;
  if (left <= most)
    return left;
  const guint8 *end = units->data + at + most;
  if (delivery->is_ucs2)
    return (end[-2] & 0xfc) == 0xd8 ? most - 2 : most;
  return end[-1] == 0x1b ? most - 1 : most;
}

GPtrArray *
sms_deliver (const struct SmsDelivery *given)
{
  struct SmsDelivery delivery = *given;
  g_autoptr (GByteArray) units = delivery.is_ucs2 ? NULL : gsm_septets (delivery.text);
  if (units == NULL) { // asked for, or a character that the alphabet lacks
    delivery.is_ucs2 = TRUE;
    units = gsm_ucs2 (delivery.text);
  }
  gsize short_most = delivery.is_ucs2 ? USER_DATA_MAX : 160;
  gsize long_most = delivery.is_ucs2 ? USER_DATA_MAX - HEADER_BYTES : 153;
  GPtrArray *parts = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  if (units->len <= short_most) {
    g_ptr_array_add (parts, part (&delivery, units->data, units->len, 1, 1));
    return parts;
  }
  guint total = 0;
  for (gsize at = 0; at < units->len; at += share (&delivery, units, at, long_most))
    total++;
  gsize at = 0;
  for (guint number = 1; number <= total; number++) {
    gsize count = share (&delivery, units, at, long_most);
    g_ptr_array_add (parts, part (&delivery, units->data + at, count, total, number));
    at += count;
  }
  return parts;
}

// ---- reading ----

struct Cursor {
  const guint8 *bytes;
  gsize length, at;
  gboolean is_bad;
};

static const guint8 *
take (struct Cursor *cursor, gsize count)
{
  if (cursor->is_bad || count > cursor->length - cursor->at) {
    cursor->is_bad = TRUE;
    return NULL;
  }
  cursor->at += count;
  return cursor->bytes + cursor->at - count;
}

static guint
take_octet (struct Cursor *cursor)
{
  const guint8 *octet = take (cursor, 1);
  return octet != NULL ? *octet : 0;
}

static char *
take_address (struct Cursor *cursor)
{
  guint count = take_octet (cursor), type = take_octet (cursor);
  const guint8 *octets = take (cursor, (count + 1) / 2);
  GString *text = g_string_new (type == INTERNATIONAL ? "+" : NULL);
  for (guint i = 0; octets != NULL && i < count; i++)
    g_string_append_c (text, (char)('0' + ((octets[i / 2] >> (i % 2 * 4)) & 0xf)));
  return g_string_free (text, FALSE);
}

// The data coding scheme is behind the address and the protocol, in both types.
gboolean
sms_is_flash (GBytes *pdu)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (pdu, &length);
  struct Cursor cursor = {bytes, length, 0, FALSE};
  (void)take (&cursor, take_octet (&cursor)); // SMSC
  (void)take_octet (&cursor);                 // type
  g_free (take_address (&cursor));
  (void)take_octet (&cursor); // protocol
  guint scheme = take_octet (&cursor);
  return !cursor.is_bad && (scheme & 0xf3) == CLASS_0;
}

static char *
read_text (struct Cursor *cursor, guint scheme, gboolean has_header)
{
  gsize count = take_octet (cursor);
  gboolean is_ucs2 = (scheme & 0x0c) == UCS2;
  gsize octets = is_ucs2 ? count : (count * 7 + 7) / 8;
  const guint8 *data = take (cursor, octets);
  gsize header = has_header && data != NULL && octets > 0 ? data[0] + 1u : 0;
  if (data == NULL || header > octets) {
    cursor->is_bad = TRUE;
    return g_strdup ("");
  }
  if (is_ucs2)
    return gsm_ucs2_text (data + header, octets - header);
  gsize skipped = (header * 8 + 6) / 7; // septets
  g_autoptr (GByteArray) septets =
      gsm_unpack (data + header, octets - header, count - MIN (skipped, count), (guint)(skipped * 7 - header * 8));
  return gsm_septets_text (septets->data, septets->len);
}

gboolean
sms_submit_read (const guint8 *pdu, gsize length, char **to, char **text)
{
  static const guint8 validity_octets[4] = {0, 7, 1, 7};
  struct Cursor cursor = {pdu, length, 0, FALSE};
  (void)take (&cursor, take_octet (&cursor)); // SMSC
  guint first = take_octet (&cursor);
  (void)take_octet (&cursor); // reference
  g_autofree char *address = take_address (&cursor);
  (void)take_octet (&cursor); // protocol
  guint scheme = take_octet (&cursor);
  (void)take (&cursor, validity_octets[(first >> 3) & 3]);
  g_autofree char *said = read_text (&cursor, scheme, (first & HAS_HEADER) != 0);
  if (cursor.is_bad || (first & 3) != TYPE_SUBMIT || cursor.at != cursor.length)
    return FALSE;
  *to = g_steal_pointer (&address);
  *text = g_steal_pointer (&said);
  return TRUE;
}
