// Texts as mobile networks carry them (3GPP TS 23.038): the 7-bit alphabet with its extension, packed, and UCS-2. The daemon has
// its own: this is a second, independent implementation on purpose, so that a shared mistake cannot hide.
#pragma once

#include <glib.h>

// The septets of a UTF-8 text, one a byte, or NULL when the alphabet lacks a character. The caller owns the array.
GByteArray *gsm_septets (const char *text);

// The text of septets, with '?' for what the alphabet does not define. The caller owns it.
char *gsm_septets_text (const guint8 *septets, gsize count);

// Packs septets into octets after `fill` bits of zero (0 to 6). The caller owns the array.
GByteArray *gsm_pack (const guint8 *septets, gsize count, guint fill);

// Unpacks `count` septets that begin after `fill` bits; fewer when the octets end before. The caller owns the array.
GByteArray *gsm_unpack (const guint8 *octets, gsize length, gsize count, guint fill);

// Big endian UCS-2 (with surrogates, as networks do). The caller owns what comes back; the text is "" when it is broken.
GByteArray *gsm_ucs2 (const char *text);
char *gsm_ucs2_text (const guint8 *octets, gsize length);

// The payload of a USSD message for a data coding scheme: 0x0f 7-bit, 0x10 7-bit after a language, 0x48 UCS-2, 0x11 UCS-2 after
// a language. `pads_with_cr`: seven bits left over hold a carriage return, as section 6.1.2.3.1 says; else zeroes, which is a
// wrong '@' at the end. NULL when the text does not fit the alphabet. The caller owns the array.
GByteArray *gsm_ussd (const char *text, guint8 scheme, gboolean pads_with_cr);

// The text of a USSD payload from the host. The caller owns it.
char *gsm_ussd_text (const guint8 *octets, gsize length, guint8 scheme);
