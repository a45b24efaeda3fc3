/* Tables and bit shifting of TS 23.038; see the header file. */
#include "daemon/devices/gsm7.h"

#define ESC          0x1b
#define CR           0x0d
#define SEPTET_MASK  0x7f
#define UNASSIGNED   0
#define ALPHABET_LEN 128

/* 6.2.1: the default alphabet. ESC is handled apart. */
static const gunichar default_table[ALPHABET_LEN] = {
    '@',    0xa3, '$',    0xa5,   0xe8,   0xe9,   0xf9,   0xec,   0xf2,   0xc7,   '\n',   0xd8, 0xf8, '\r', 0xc5, 0xe5,
    0x0394, '_',  0x03a6, 0x0393, 0x039b, 0x03a9, 0x03a0, 0x03a8, 0x03a3, 0x0398, 0x039e, ' ',  0xc6, 0xe6, 0xdf, 0xc9,
    ' ',    '!',  '"',    '#',    0xa4,   '%',    '&',    '\'',   '(',    ')',    '*',    '+',  ',',  '-',  '.',  '/',
    '0',    '1',  '2',    '3',    '4',    '5',    '6',    '7',    '8',    '9',    ':',    ';',  '<',  '=',  '>',  '?',
    0xa1,   'A',  'B',    'C',    'D',    'E',    'F',    'G',    'H',    'I',    'J',    'K',  'L',  'M',  'N',  'O',
    'P',    'Q',  'R',    'S',    'T',    'U',    'V',    'W',    'X',    'Y',    'Z',    0xc4, 0xd6, 0xd1, 0xdc, 0xa7,
    0xbf,   'a',  'b',    'c',    'd',    'e',    'f',    'g',    'h',    'i',    'j',    'k',  'l',  'm',  'n',  'o',
    'p',    'q',  'r',    's',    't',    'u',    'v',    'w',    'x',    'y',    'z',    0xe4, 0xf6, 0xf1, 0xfc, 0xe0,
};

/* 6.2.1.1: after ESC. */
static const gunichar extension_table[ALPHABET_LEN] = {
    [0x0a] = '\f', [0x14] = '^', [0x1b] = ' ', [0x28] = '{', [0x29] = '}',    [0x2f] = '\\',
    [0x3c] = '[',  [0x3d] = '~', [0x3e] = ']', [0x40] = '|', [0x65] = 0x20ac,
};

char *
gsm7_decode (const guint8 *septets, gsize n)
{
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i < n; i++) {
    guint8 septet = septets[i] & SEPTET_MASK;
    gunichar c = default_table[septet];
    if (septet == ESC && i + 1 < n) {
      septet = septets[++i] & SEPTET_MASK;
      c = extension_table[septet] != UNASSIGNED ? extension_table[septet] : default_table[septet];
    }
    g_string_append_unichar (text, c);
  }
  return g_string_free (text, FALSE);
}

static gboolean
find_in (const gunichar *table, gunichar c, guint8 *septet)
{
  for (guint i = 0; i < ALPHABET_LEN; i++)
    if (i != ESC && table[i] == c) {
      *septet = i;
      return TRUE;
    }
  return FALSE;
}

GByteArray *
gsm7_encode (const char *text)
{
  static const guint8 escape = ESC;
  g_autoptr (GByteArray) septets = g_byte_array_new ();
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    guint8 septet;
    if (!find_in (default_table, c, &septet)) {
      if (!find_in (extension_table, c, &septet))
        return NULL;
      g_byte_array_append (septets, &escape, 1);
    }
    g_byte_array_append (septets, &septet, 1);
  }
  return g_steal_pointer (&septets);
}

GByteArray *
gsm7_pack (const guint8 *septets, gsize n, guint fill_bits)
{
  GByteArray *octets = g_byte_array_new ();
  guint bits = 0, n_bits = fill_bits; /* fewer than 8 bits wait in `bits` */
  for (gsize i = 0; i < n; i++) {
    bits |= (guint)(septets[i] & SEPTET_MASK) << n_bits;
    n_bits += 7;
    if (n_bits >= 8) {
      guint8 octet = bits & 0xff;
      g_byte_array_append (octets, &octet, 1);
      bits >>= 8;
      n_bits -= 8;
    }
  }
  if (n_bits > 0 && n > 0) {
    guint8 octet = bits & 0xff;
    g_byte_array_append (octets, &octet, 1);
  }
  return octets;
}

GByteArray *
gsm7_unpack (const guint8 *octets, gsize n, guint fill_bits, gsize n_septets)
{
  GByteArray *septets = g_byte_array_new ();
  for (gsize i = 0; i < n_septets; i++) {
    gsize bit = fill_bits + i * 7;
    if (bit + 7 > n * 8)
      break;
    guint two = octets[bit / 8];
    if (bit / 8 + 1 < n)
      two |= (guint)octets[bit / 8 + 1] << 8;
    guint8 septet = (two >> (bit % 8)) & SEPTET_MASK;
    g_byte_array_append (septets, &septet, 1);
  }
  return septets;
}

GByteArray *
gsm7_pack_ussd (const char *text)
{
  static const guint8 padding = CR;
  g_autoptr (GByteArray) septets = gsm7_encode (text);
  if (septets == NULL)
    return NULL;
  gboolean has_seven_spare_bits = septets->len % 8 == 7;
  gboolean ends_full_with_cr = septets->len > 0 && septets->len % 8 == 0 && septets->data[septets->len - 1] == CR;
  if (has_seven_spare_bits || ends_full_with_cr)
    g_byte_array_append (septets, &padding, 1);
  return gsm7_pack (septets->data, septets->len, 0);
}

char *
gsm7_unpack_ussd (const guint8 *octets, gsize n)
{
  g_autoptr (GByteArray) septets = gsm7_unpack (octets, n, 0, n * 8 / 7);
  gsize count = septets->len;
  if (count > 0 && count % 8 == 0 && septets->data[count - 1] == CR)
    count--;
  return gsm7_decode (septets->data, count);
}

/* Bits 3 and 2 of the general groups. */
static Alphabet
general_alphabet (guint8 dcs)
{
  static const Alphabet alphabets[] = {ALPHABET_GSM7, ALPHABET_BYTES, ALPHABET_UCS2, ALPHABET_GSM7};
  return alphabets[(dcs >> 2) & 3];
}

Alphabet
gsm7_sms_alphabet (guint8 dcs)
{
  if (dcs < 0x80) /* 00xx, and 01xx: the same with automatic deletion */
    return (dcs & 0x20) != 0 ? ALPHABET_COMPRESSED : general_alphabet (dcs);
  if (dcs >= 0xf0) /* data coding and message class */
    return (dcs & 0x04) != 0 ? ALPHABET_BYTES : ALPHABET_GSM7;
  return dcs >= 0xe0 ? ALPHABET_UCS2 : ALPHABET_GSM7; /* 1110: message waiting, UCS-2 */
}

Alphabet
gsm7_ussd_alphabet (guint8 dcs, gboolean *has_language)
{
  *has_language = dcs == 0x10 || dcs == 0x11;
  if (dcs == 0x11)
    return ALPHABET_UCS2;
  if (dcs >= 0x40 && dcs < 0x80)
    return (dcs & 0x20) != 0 ? ALPHABET_COMPRESSED : general_alphabet (dcs);
  if (dcs >= 0x90 && dcs < 0xa0) /* messages with a user data header: bits 3 and 2 as in the general group */
    return general_alphabet (dcs);
  if (dcs >= 0xf0)
    return (dcs & 0x04) != 0 ? ALPHABET_BYTES : ALPHABET_GSM7;
  return ALPHABET_GSM7; /* languages, and the reserved groups */
}
