/* fastboot_reply on any bytes: what it takes is short, printable and without space around; else nothing is touched. */
#include "daemon/devices/fastboot_reply.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  FastbootReplyKind kind = FASTBOOT_DATA;
  g_autofree char *text = NULL;
  if (!fastboot_reply_parse (data, size, &kind, &text)) {
    g_assert_null (text);
    return 0;
  }
  g_assert_cmpuint (strlen (text), <=, FASTBOOT_REPLY_MAX);
  g_assert_false (g_ascii_isspace (*text));
  for (const char *p = text; *p != '\0'; p++)
    g_assert_true (g_ascii_isprint (*p));
  return 0;
}
