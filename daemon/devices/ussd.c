/* See the header file; TS 23.038, section 5. */
#include "daemon/devices/ussd.h"

#include "daemon/devices/gsm7.h"
#include "daemon/devices/ucs2.h"
#include <string.h>

#define LANGUAGE_CHARACTERS 3 /* "fr" CR */
#define LANGUAGE_OCTETS     2

/* Text that some networks send as 8-bit data: UTF-8 when it is that, else Latin-1. */
static char *
decode_bytes (const guint8 *octets, gsize n)
{
  const char *bytes = (const char *)octets;
  if (g_utf8_validate (bytes, n, NULL))
    return g_strndup (bytes, n);
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i < n; i++)
    if (octets[i] != 0)
      g_string_append_unichar (text, octets[i]);
  return g_string_free (text, FALSE);
}

static char *
decode_gsm7 (const guint8 *octets, gsize n, gboolean has_language)
{
  g_autofree char *text = gsm7_unpack_ussd (octets, n);
  if (has_language && g_utf8_strlen (text, -1) >= LANGUAGE_CHARACTERS && text[LANGUAGE_CHARACTERS - 1] == '\r')
    return g_strdup (text + LANGUAGE_CHARACTERS);
  return g_steal_pointer (&text);
}

char *
ussd_decode (guint8 dcs, const guint8 *octets, gsize n)
{
  gboolean has_language;
  switch (gsm7_ussd_alphabet (dcs, &has_language)) {
  case ALPHABET_GSM7:
    return decode_gsm7 (octets, n, has_language);
  case ALPHABET_BYTES:
    return decode_bytes (octets, n);
  case ALPHABET_UCS2: {
    gsize skip = has_language ? MIN (n, LANGUAGE_OCTETS) : 0;
    return ucs2_decode (octets + skip, n - skip);
  }
  case ALPHABET_COMPRESSED:
    return NULL;
  }
  return NULL;
}

GByteArray *
ussd_encode (const char *text, guint8 *dcs)
{
  guint8 scheme = USSD_DCS_GSM7;
  g_autoptr (GByteArray) octets = gsm7_pack_ussd (text);
  if (octets == NULL) {
    scheme = USSD_DCS_UCS2;
    octets = ucs2_encode (text);
  }
  if (octets->len == 0 || octets->len > USSD_MAX_OCTETS)
    return NULL;
  *dcs = scheme;
  return g_steal_pointer (&octets);
}
