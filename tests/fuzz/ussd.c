/* First octet: the coding scheme; the rest: a payload. What is read is UTF-8; what can be written back is read the same. */
#include "daemon/devices/ussd.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  guint8 dcs;
  if (size == 0)
    return 0;
  g_autofree char *text = ussd_decode (data[0], data + 1, size - 1);
  if (text == NULL)
    return 0;
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_autoptr (GByteArray) octets = ussd_encode (text, &dcs);
  if (octets == NULL)
    return 0;
  g_autofree char *back = ussd_decode (dcs, octets->data, octets->len);
  /* a CR at the very end may be doubled (TS 23.038, 6.1.2.3.1) or be taken for padding */
  g_strchomp (text);
  g_strchomp (back);
  g_assert_cmpstr (back, ==, text);
  return 0;
}
