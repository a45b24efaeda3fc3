/* See the header file. Unit by unit: g_convert stops at the first bad one, and the rest of a bill is worth reading. */
#include "daemon/devices/ucs2.h"

#define REPLACEMENT  0xfffd
#define IS_HIGH(u)   ((u) >= 0xd800 && (u) < 0xdc00)
#define IS_LOW(u)    ((u) >= 0xdc00 && (u) < 0xe000)
#define PLANE_OFFSET 0x10000

static gunichar
unit_at (const guint8 *octets, gsize i)
{
  return (gunichar)octets[i] << 8 | octets[i + 1];
}

char *
ucs2_decode (const guint8 *octets, gsize n)
{
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i + 1 < n; i += 2) {
    gunichar unit = unit_at (octets, i);
    if (IS_HIGH (unit) && i + 3 < n && IS_LOW (unit_at (octets, i + 2))) {
      unit = PLANE_OFFSET + ((unit & 0x3ff) << 10 | (unit_at (octets, i + 2) & 0x3ff));
      i += 2;
    } else if (IS_HIGH (unit) || IS_LOW (unit))
      unit = REPLACEMENT;
    if (unit != 0)
      g_string_append_unichar (text, unit);
  }
  if (n % 2 != 0)
    g_string_append_unichar (text, REPLACEMENT);
  return g_string_free (text, FALSE);
}

static void
append_unit (GByteArray *octets, gunichar unit)
{
  const guint8 pair[] = {unit >> 8 & 0xff, unit & 0xff};
  g_byte_array_append (octets, pair, sizeof pair);
}

GByteArray *
ucs2_encode (const char *text)
{
  GByteArray *octets = g_byte_array_new ();
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (c < PLANE_OFFSET) {
      append_unit (octets, c);
      continue;
    }
    append_unit (octets, 0xd800 + ((c - PLANE_OFFSET) >> 10));
    append_unit (octets, 0xdc00 + ((c - PLANE_OFFSET) & 0x3ff));
  }
  return octets;
}
