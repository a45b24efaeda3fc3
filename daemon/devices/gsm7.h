/* The GSM 7-bit default alphabet (3GPP TS 23.038, 6.1.2 and 6.2.1) as septets, packed octets and UTF-8, and which alphabet a data coding
 * scheme names (sections 4 and 5). National shift tables are not here: a text that uses them shows the default letters. */
#pragma once
#include <glib.h>

/* Septets (one a byte) as UTF-8. ESC and a letter without extension show the letter; ESC ESC a space (6.2.1.1). Caller frees. */
char *gsm7_decode (const guint8 *septets, gsize n);
/* The septets of text; NULL when a character is in neither table. Caller unrefs. */
GByteArray *gsm7_encode (const char *text);

/* Eight septets in seven octets, least significant bit first (6.1.2.1). fill_bits: 0..6 zero bits before the first septet, as after a user
 * data header (TS 23.040, 9.2.3.24). Caller unrefs. */
GByteArray *gsm7_pack (const guint8 *septets, gsize n, guint fill_bits);
/* The reverse; at most n_septets, fewer when the octets do not hold them. Caller unrefs. */
GByteArray *gsm7_unpack (const guint8 *octets, gsize n, guint fill_bits, gsize n_septets);

/* USSD has no count of septets: seven spare bits at the end are filled with CR, and a text that ends with CR on an octet boundary gets a
 * second one (6.1.2.3.1). NULL when a character is in neither table. Caller unrefs. */
GByteArray *gsm7_pack_ussd (const char *text);
/* The reverse: a CR that fills the last octet is taken away. Caller frees. */
char *gsm7_unpack_ussd (const guint8 *octets, gsize n);

typedef enum {
  ALPHABET_GSM7,
  ALPHABET_BYTES, /* 8-bit data */
  ALPHABET_UCS2,
  ALPHABET_COMPRESSED, /* cannot be read here */
} Alphabet;
/* Of a short message (section 4). Reserved groups are the default alphabet, as the section says. */
Alphabet gsm7_sms_alphabet (guint8 dcs);
/* Of USSD and cell broadcast (section 5). has_language: the text begins with a language code (0x10: two letters and CR in the default
 * alphabet; 0x11: two letters packed in two octets). */
Alphabet gsm7_ussd_alphabet (guint8 dcs, gboolean *has_language);
