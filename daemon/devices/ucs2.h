/* UCS-2 as networks send it: big-endian UTF-16 in fact (phones send emoji as pairs), often cut anywhere. */
#pragma once
#include <glib.h>

/* As UTF-8; half a character and lone surrogates become U+FFFD, zeros are left out. Caller frees. */
char *ucs2_decode (const guint8 *octets, gsize n);
/* Valid UTF-8 as octets. Caller unrefs. */
GByteArray *ucs2_encode (const char *text);
