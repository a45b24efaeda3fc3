/* One descriptor, whatever its length says. */
#include "daemon/devices/usb_text.h"

#include <libusb.h>

char *
usb_text_read (const guint8 *data, gsize n)
{
  if (n < 2 || data[1] != LIBUSB_DT_STRING || data[0] < 2)
    return NULL;
  gsize units = (MIN (n, data[0]) - 2) / 2;
  gunichar2 text[USB_TEXT_MAX / 2];
  for (gsize i = 0; i < units; i++)
    text[i] = (gunichar2)(data[2 + 2 * i] | data[3 + 2 * i] << 8);
  g_autofree char *utf8 = g_utf16_to_utf8 (text, (glong)units, NULL, NULL, NULL);
  GString *clean = g_string_new (NULL);
  for (const char *p = utf8 != NULL ? utf8 : ""; *p != '\0'; p = g_utf8_next_char (p))
    g_string_append_unichar (clean, g_unichar_isprint (g_utf8_get_char (p)) ? g_utf8_get_char (p) : '?');
  char *stripped = g_strstrip (g_string_free (clean, FALSE));
  if (*stripped == '\0')
    g_clear_pointer (&stripped, g_free);
  return stripped;
}
