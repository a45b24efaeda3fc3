/* Reading of fastboot replies; see the header file. */
#include "daemon/devices/fastboot_reply.h"

#include <string.h>

#define PREFIX_SIZE 4 /* bytes */

/* Bootloaders pad with NUL, spaces or line ends. */
static char *
clean_text (const guint8 *data, gsize n)
{
  char *text = g_strndup ((const char *)data, n);
  for (char *p = text; *p != '\0'; p++)
    if (!g_ascii_isprint (*p))
      *p = ' ';
  return g_strstrip (text);
}

gboolean
fastboot_reply_parse (const guint8 *data, gsize n, FastbootReplyKind *kind, char **text)
{
  static const char *const prefixes[] = {
      [FASTBOOT_OKAY] = "OKAY", [FASTBOOT_FAIL] = "FAIL", [FASTBOOT_INFO] = "INFO",
      [FASTBOOT_TEXT] = "TEXT", [FASTBOOT_DATA] = "DATA",
  };
  if (n < PREFIX_SIZE || n > FASTBOOT_REPLY_MAX)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (memcmp (data, prefixes[i], PREFIX_SIZE) == 0) {
      *kind = (FastbootReplyKind)i;
      *text = clean_text (data + PREFIX_SIZE, n - PREFIX_SIZE);
      return TRUE;
    }
  return FALSE;
}
