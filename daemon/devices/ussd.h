/* The text of USSD messages: data coding scheme and payload as MBIM carries them (1 to 160 octets, MBIM 1.0, 10.5.x). */
#pragma once
#include <glib.h>

#define USSD_MAX_OCTETS 160
#define USSD_DCS_GSM7   0x0f /* language unspecified: what phones send */
#define USSD_DCS_UCS2   0x48

/* As UTF-8, without the language code and the padding. Always a text: what cannot be read (compressed) is NULL. Caller frees. */
char *ussd_decode (guint8 dcs, const guint8 *octets, gsize n);
/* In the default alphabet when it can be, else UCS-2; NULL when empty or over 160 octets. Caller unrefs. */
GByteArray *ussd_encode (const char *text, guint8 *dcs);
