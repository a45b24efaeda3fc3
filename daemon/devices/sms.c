/* A cursor over the octets of a PDU; see the header file. Section numbers are those of TS 23.040. */
#include "daemon/devices/sms.h"

#include "daemon/devices/gsm7.h"
#include "daemon/devices/ucs2.h"
#include <string.h>

enum {
  TYPE_MASK = 0x03,  /* TP-MTI (9.2.3.1): DELIVER is 0 towards the phone, SUBMIT is 1 */
  HAS_HEADER = 0x40, /* TP-UDHI (9.2.3.23) */
  SUBMIT = 0x01,     /* no validity period, no report, duplicates not rejected */
  TON_MASK = 0x70,   /* type of number (9.1.2.5) */
  TON_ALPHA = 0x50,  /* letters in the default alphabet */
  TON_INTERNATIONAL = 0x10,
  TOA_INTERNATIONAL = 0x91,
  TOA_UNKNOWN = 0x81, /* short numbers */
  MAX_ADDRESS_DIGITS = 20,
  TIMESTAMP_OCTETS = 7,       /* TP-SCTS: not used, the bench has a clock */
  IEI_CONCATENATED_8 = 0x00,  /* 9.2.3.24.1 */
  IEI_CONCATENATED_16 = 0x08, /* 9.2.3.24.8 */
  MAX_USER_DATA = 140,        /* octets (9.2.3.24) */
  MAX_SEPTETS = 160,
  DCS_UCS2 = 0x08,
};

static const char address_digits[] = "0123456789*#abc"; /* 9.1.2.3; 15 is the filler */

void
sms_part_free (SmsPart *part)
{
  if (part == NULL)
    return;
  g_free (part->sender);
  g_free (part->text);
  g_free (part);
}

/* What is left to read. */
typedef struct {
  const guint8 *data;
  gsize left;
} Cursor;

static const guint8 *
take (Cursor *cursor, gsize n)
{
  if (n > cursor->left)
    return NULL;
  const guint8 *data = cursor->data;
  cursor->data += n;
  cursor->left -= n;
  return data;
}

static gboolean
take_octet (Cursor *cursor, guint8 *octet)
{
  const guint8 *data = take (cursor, 1);
  if (data != NULL)
    *octet = *data;
  return data != NULL;
}

static char *
read_digits (const guint8 *octets, gsize n_digits, gboolean is_international)
{
  GString *text = g_string_new (is_international ? "+" : NULL);
  for (gsize i = 0; i < n_digits; i++) {
    guint digit = i % 2 == 0 ? octets[i / 2] & 0x0f : octets[i / 2] >> 4;
    if (digit < sizeof address_digits - 1)
      g_string_append_c (text, address_digits[digit]);
  }
  return g_string_free (text, FALSE);
}

/* 9.1.2.5: the length counts semi-octets, for letters too. */
static char *
take_address (Cursor *cursor)
{
  guint8 n_digits, type;
  if (!take_octet (cursor, &n_digits) || n_digits > MAX_ADDRESS_DIGITS + 2 || !take_octet (cursor, &type))
    return NULL;
  gsize n_octets = (n_digits + 1) / 2;
  const guint8 *octets = take (cursor, n_octets);
  if (octets == NULL)
    return NULL;
  if ((type & TON_MASK) != TON_ALPHA)
    return read_digits (octets, n_digits, (type & TON_MASK) == TON_INTERNATIONAL);
  g_autoptr (GByteArray) septets = gsm7_unpack (octets, n_octets, 0, n_digits * 4 / 7);
  return gsm7_decode (septets->data, septets->len);
}

/* One element of the header. FALSE when what it says of itself cannot be. */
static gboolean
read_element (guint8 id, const guint8 *value, gsize n, SmsPart *part)
{
  gsize wide = id == IEI_CONCATENATED_16 ? 1 : 0;
  if (id != IEI_CONCATENATED_8 && id != IEI_CONCATENATED_16)
    return TRUE;
  if (n != 3 + wide)
    return FALSE;
  guint8 total = value[1 + wide], index = value[2 + wide];
  if (total == 0 || index == 0 || index > total)
    return TRUE; /* 9.2.3.24.1: such an element is to be ignored */
  part->reference = wide != 0 ? value[0] << 8 | value[1] : value[0];
  part->total = total;
  part->index = index;
  return TRUE;
}

static gboolean
read_header (const guint8 *header, gsize n, SmsPart *part)
{
  Cursor cursor = {header, n};
  while (cursor.left > 0) {
    guint8 id, length;
    if (!take_octet (&cursor, &id) || !take_octet (&cursor, &length))
      return FALSE;
    const guint8 *value = take (&cursor, length);
    if (value == NULL || !read_element (id, value, length, part))
      return FALSE;
  }
  return TRUE;
}

static char *
read_text (Alphabet alphabet, const guint8 *octets, gsize n, gsize header_octets, guint8 length)
{
  switch (alphabet) {
  case ALPHABET_GSM7: {
    /* the text begins on a septet border after the header */
    guint header_septets = (header_octets * 8 + 6) / 7;
    guint fill_bits = header_septets * 7 - header_octets * 8;
    gsize n_septets = length > header_septets ? length - header_septets : 0;
    g_autoptr (GByteArray) septets = gsm7_unpack (octets, n, fill_bits, n_septets);
    return gsm7_decode (septets->data, septets->len);
  }
  case ALPHABET_UCS2:
    return ucs2_decode (octets, n);
  case ALPHABET_BYTES:
  case ALPHABET_COMPRESSED:
    return g_strdup ("");
  }
  return g_strdup ("");
}

/* TP-UDL counts septets for the default alphabet, octets otherwise (9.2.3.16). */
static gboolean
take_user_data (Cursor *cursor, guint8 dcs, gboolean has_header, SmsPart *part)
{
  guint8 length, header_length = 0;
  Alphabet alphabet = gsm7_sms_alphabet (dcs);
  if (!take_octet (cursor, &length))
    return FALSE;
  gsize n = alphabet == ALPHABET_GSM7 ? (length * 7 + 7) / 8 : length;
  Cursor data = {take (cursor, n), n};
  if (data.data == NULL || n > MAX_USER_DATA)
    return FALSE;
  if (has_header) {
    const guint8 *header;
    if (!take_octet (&data, &header_length) || (header = take (&data, header_length)) == NULL ||
        !read_header (header, header_length, part))
      return FALSE;
  }
  part->text = read_text (alphabet, data.data, data.left, has_header ? header_length + 1 : 0, length);
  return TRUE;
}

static gboolean
take_deliver (Cursor *cursor, guint8 first, SmsPart *part)
{
  guint8 protocol, dcs;
  part->sender = take_address (cursor);
  return part->sender != NULL && take_octet (cursor, &protocol) && take_octet (cursor, &dcs) &&
         take (cursor, TIMESTAMP_OCTETS) != NULL && take_user_data (cursor, dcs, (first & HAS_HEADER) != 0, part);
}

SmsPart *
sms_read_deliver (const guint8 *pdu, gsize n, GError **error)
{
  Cursor cursor = {pdu, n};
  guint8 centre_length, first;
  g_autoptr (SmsPart) part = g_new0 (SmsPart, 1);
  part->total = part->index = 1;
  if (!take_octet (&cursor, &centre_length) || take (&cursor, centre_length) == NULL || !take_octet (&cursor, &first)) {
    g_set_error_literal (error, DEVICE_ERROR, DEVICE_ERROR_PROTOCOL, "the message is cut");
    return NULL;
  }
  if ((first & TYPE_MASK) != 0) {
    g_set_error_literal (error, DEVICE_ERROR, DEVICE_ERROR_UNSUPPORTED, "not a received message");
    return NULL;
  }
  if (!take_deliver (&cursor, first, part)) {
    g_set_error_literal (error, DEVICE_ERROR, DEVICE_ERROR_PROTOCOL, "the message is cut or its lengths are wrong");
    return NULL;
  }
  return g_steal_pointer (&part);
}

/* ---- writing ---- */

static gboolean
append_address (GByteArray *pdu, const char *to)
{
  gboolean is_international = *to == '+';
  const char *digits = is_international ? to + 1 : to;
  gsize n = strlen (digits);
  if (n == 0 || n > MAX_ADDRESS_DIGITS || strspn (digits, "0123456789*#") != n)
    return FALSE;
  const guint8 head[] = {n, is_international ? TOA_INTERNATIONAL : TOA_UNKNOWN};
  g_byte_array_append (pdu, head, sizeof head);
  for (gsize i = 0; i < n; i += 2) {
    guint8 low = strchr (address_digits, digits[i]) - address_digits;
    guint8 high = i + 1 < n ? strchr (address_digits, digits[i + 1]) - address_digits : 0x0f;
    guint8 octet = high << 4 | low;
    g_byte_array_append (pdu, &octet, 1);
  }
  return TRUE;
}

static gboolean
append_user_data (GByteArray *pdu, const char *text)
{
  g_autoptr (GByteArray) septets = gsm7_encode (text);
  if (septets != NULL && septets->len <= MAX_SEPTETS) {
    const guint8 head[] = {0 /* protocol */, 0 /* coding */, septets->len};
    g_autoptr (GByteArray) octets = gsm7_pack (septets->data, septets->len, 0);
    g_byte_array_append (pdu, head, sizeof head);
    g_byte_array_append (pdu, octets->data, octets->len);
    return TRUE;
  }
  g_autoptr (GByteArray) octets = ucs2_encode (text);
  if (septets != NULL || octets->len > MAX_USER_DATA)
    return FALSE;
  const guint8 head[] = {0, DCS_UCS2, octets->len};
  g_byte_array_append (pdu, head, sizeof head);
  g_byte_array_append (pdu, octets->data, octets->len);
  return TRUE;
}

GByteArray *
sms_write_submit (const char *to, const char *text, GError **error)
{
  static const guint8 start[] = {0 /* the card's message centre */, SUBMIT, 0 /* reference, given by the modem */};
  g_autoptr (GByteArray) pdu = g_byte_array_new ();
  g_byte_array_append (pdu, start, sizeof start);
  if (!append_address (pdu, to)) {
    g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_UNSUPPORTED, "\"%s\" is not a number to send a message to", to);
    return NULL;
  }
  if (!append_user_data (pdu, text)) {
    g_set_error_literal (error, DEVICE_ERROR, DEVICE_ERROR_UNSUPPORTED, "the message is too long for one part");
    return NULL;
  }
  return g_steal_pointer (&pdu);
}

/* ---- joining ---- */

/* A message of which some parts are here. */
typedef struct {
  char *sender;
  guint16 reference;
  guint8 total, n_here;
  char **texts; /* total slots, NULL = not here yet */
} Unfinished;

struct _SmsJoiner {
  GPtrArray *messages; /* of Unfinished, oldest first */
};

static void
unfinished_free (gpointer data)
{
  Unfinished *message = data;
  for (guint i = 0; i < message->total; i++)
    g_free (message->texts[i]);
  g_free (message->texts);
  g_free (message->sender);
  g_free (message);
}

SmsJoiner *
sms_joiner_new (void)
{
  SmsJoiner *joiner = g_new0 (SmsJoiner, 1);
  joiner->messages = g_ptr_array_new_with_free_func (unfinished_free);
  return joiner;
}

void
sms_joiner_free (SmsJoiner *joiner)
{
  if (joiner == NULL)
    return;
  g_ptr_array_unref (joiner->messages);
  g_free (joiner);
}

static Unfinished *
find_message (SmsJoiner *joiner, const SmsPart *part)
{
  for (guint i = 0; i < joiner->messages->len; i++) {
    Unfinished *message = g_ptr_array_index (joiner->messages, i);
    if (message->reference == part->reference && message->total == part->total &&
        g_str_equal (message->sender, part->sender))
      return message;
  }
  if (joiner->messages->len >= SMS_JOINER_MAX)
    g_ptr_array_remove_index (joiner->messages, 0);
  Unfinished *message = g_new0 (Unfinished, 1);
  message->sender = g_strdup (part->sender);
  message->reference = part->reference;
  message->total = part->total;
  message->texts = g_new0 (char *, part->total);
  g_ptr_array_add (joiner->messages, message);
  return message;
}

char *
sms_joiner_take (SmsJoiner *joiner, SmsPart *part)
{
  g_autoptr (SmsPart) taken = part;
  if (taken->total <= 1)
    return g_steal_pointer (&taken->text);
  Unfinished *message = find_message (joiner, taken);
  char **slot = &message->texts[taken->index - 1];
  if (*slot != NULL)
    return NULL; /* a double */
  *slot = g_steal_pointer (&taken->text);
  if (++message->n_here < message->total)
    return NULL;
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < message->total; i++)
    g_string_append (text, message->texts[i]);
  g_ptr_array_remove (joiner->messages, message);
  return g_string_free (text, FALSE);
}
