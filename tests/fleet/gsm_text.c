// One table for the alphabet, one for its extension; packing by counting bits.
#include "tests/fleet/gsm_text.h"

#include <string.h>

#define ESCAPE 0x1b
#define CR     0x0d

static const gunichar alphabet[128] = {
    '@',   0xa3, '$',   0xa5,  0xe8,  0xe9,  0xf9,  0xec,  0xf2,  0xc7,  '\n',  0xd8, 0xf8, '\r', 0xc5, 0xe5, //
    0x394, '_',  0x3a6, 0x393, 0x39b, 0x3a9, 0x3a0, 0x3a8, 0x3a3, 0x398, 0x39e, 0xa0, 0xc6, 0xe6, 0xdf, 0xc9, //
    ' ',   '!',  '"',   '#',   0xa4,  '%',   '&',   '\'',  '(',   ')',   '*',   '+',  ',',  '-',  '.',  '/',  //
    '0',   '1',  '2',   '3',   '4',   '5',   '6',   '7',   '8',   '9',   ':',   ';',  '<',  '=',  '>',  '?',  //
    0xa1,  'A',  'B',   'C',   'D',   'E',   'F',   'G',   'H',   'I',   'J',   'K',  'L',  'M',  'N',  'O',  //
    'P',   'Q',  'R',   'S',   'T',   'U',   'V',   'W',   'X',   'Y',   'Z',   0xc4, 0xd6, 0xd1, 0xdc, 0xa7, //
    0xbf,  'a',  'b',   'c',   'd',   'e',   'f',   'g',   'h',   'i',   'j',   'k',  'l',  'm',  'n',  'o',  //
    'p',   'q',  'r',   's',   't',   'u',   'v',   'w',   'x',   'y',   'z',   0xe4, 0xf6, 0xf1, 0xfc, 0xe0, //
};

static const struct {
  guint8 septet; // after the escape
  gunichar character;
} extension[] = {
    {0x0a, '\f'}, {0x14, '^'}, {0x28, '{'}, {0x29, '}'}, {0x2f, '\\'},
    {0x3c, '['},  {0x3d, '~'}, {0x3e, ']'}, {0x40, '|'}, {0x65, 0x20ac}, // euro
};

static gboolean
append_septet (GByteArray *out, gunichar character)
{
  for (guint8 i = 0; i < G_N_ELEMENTS (alphabet); i++)
    if (alphabet[i] == character && i != ESCAPE) {
      g_byte_array_append (out, &i, 1);
      return TRUE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (extension); i++)
    if (extension[i].character == character) {
      g_byte_array_append (out, (const guint8[]){ESCAPE, extension[i].septet}, 2);
      return TRUE;
    }
  return FALSE;
}

GByteArray *
gsm_septets (const char *text)
{
  GByteArray *out = g_byte_array_new ();
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (!append_septet (out, g_utf8_get_char (at))) {
      g_byte_array_unref (out);
      return NULL;
    }
  return out;
}

static gunichar
extended (guint8 septet)
{
  for (gsize i = 0; i < G_N_ELEMENTS (extension); i++)
    if (extension[i].septet == septet)
      return extension[i].character;
  return '?';
}

char *
gsm_septets_text (const guint8 *septets, gsize count)
{
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i < count; i++) {
    gboolean is_escaped = septets[i] == ESCAPE && i + 1 < count;
    g_string_append_unichar (text, is_escaped ? extended (septets[++i]) : alphabet[septets[i] & 0x7f]);
  }
  return g_string_free (text, FALSE);
}

GByteArray *
gsm_pack (const guint8 *septets, gsize count, guint fill)
{
  gsize octets = (fill + count * 7 + 7) / 8;
  GByteArray *out = g_byte_array_new ();
  g_byte_array_set_size (out, (guint)octets);
  if (octets > 0)
    memset (out->data, 0, octets);
  for (gsize i = 0; i < count * 7; i++) {
    gsize at = fill + i;
    guint bit = (septets[i / 7] >> (i % 7)) & 1;
    out->data[at / 8] |= (guint8)(bit << (at % 8));
  }
  return out;
}

GByteArray *
gsm_unpack (const guint8 *octets, gsize length, gsize count, guint fill)
{
  GByteArray *out = g_byte_array_new ();
  for (gsize i = 0; i < count && fill + (i + 1) * 7 <= length * 8; i++) {
    guint8 septet = 0;
    for (gsize bit = 0; bit < 7; bit++) {
      gsize at = fill + i * 7 + bit;
      septet |= (guint8)(((octets[at / 8] >> (at % 8)) & 1) << bit);
    }
    g_byte_array_append (out, &septet, 1);
  }
  return out;
}

GByteArray *
gsm_ucs2 (const char *text)
{
  glong units = 0;
  g_autofree gunichar2 *utf16 = g_utf8_to_utf16 (text, -1, NULL, &units, NULL);
  GByteArray *out = g_byte_array_new ();
  for (glong i = 0; i < units; i++)
    g_byte_array_append (out, (const guint8[]){(guint8)(utf16[i] >> 8), (guint8)(utf16[i] & 0xff)}, 2);
  return out;
}

char *
gsm_ucs2_text (const guint8 *octets, gsize length)
{
  if (length == 0)
    return g_strdup ("");
  char *text = g_convert ((const char *)octets, (gssize)length, "UTF-8", "UTF-16BE", NULL, NULL, NULL);
  return text != NULL ? text : g_strdup ("");
}

static GByteArray *
ussd_7bit (const char *text, gboolean pads_with_cr)
{
  g_autoptr (GByteArray) septets = gsm_septets (text);
  if (septets == NULL)
    return NULL;
  gboolean leaves_seven_bits = septets->len % 8 == 7;
  gboolean ends_like_padding = septets->len > 0 && septets->len % 8 == 0 && septets->data[septets->len - 1] == CR;
  if (pads_with_cr && (leaves_seven_bits || ends_like_padding))
    g_byte_array_append (septets, (const guint8[]){CR}, 1);
  return gsm_pack (septets->data, septets->len, 0);
}

// Two 7-bit characters of language in two octets, then UCS-2.
static GByteArray *
ussd_ucs2_with_language (const char *text)
{
  GByteArray *out = ussd_7bit ("fr", FALSE);
  g_autoptr (GByteArray) rest = gsm_ucs2 (text);
  g_byte_array_append (out, rest->data, rest->len);
  return out;
}

GByteArray *
gsm_ussd (const char *text, guint8 scheme, gboolean pads_with_cr)
{
  g_autofree char *with_language = g_strconcat ("fr\r", text, NULL);
  switch (scheme) {
  case 0x0f:
    return ussd_7bit (text, pads_with_cr);
  case 0x10:
    return ussd_7bit (with_language, pads_with_cr);
  case 0x48:
    return gsm_ucs2 (text);
  case 0x11:
    return ussd_ucs2_with_language (text);
  default:
    return NULL;
  }
}

char *
gsm_ussd_text (const guint8 *octets, gsize length, guint8 scheme)
{
  if (scheme == 0x48)
    return gsm_ucs2_text (octets, length);
  gsize count = length * 8 / 7;
  g_autoptr (GByteArray) septets = gsm_unpack (octets, length, count, 0);
  if (septets->len > 0 && septets->len % 8 == 0 && septets->data[septets->len - 1] == CR)
    g_byte_array_set_size (septets, septets->len - 1); // seven bits were left over
  return gsm_septets_text (septets->data, septets->len);
}
