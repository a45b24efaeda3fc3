/* Any octets as a received message: a part that is read is whole and consistent, and the joiner takes it. */
#include "daemon/devices/sms.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  SmsPart *part = sms_read_deliver (data, size, &error);
  g_assert_true ((part == NULL) == (error != NULL));
  if (part == NULL)
    return 0;
  g_assert_true (part->index >= 1 && part->index <= part->total);
  g_assert_true (g_utf8_validate (part->text, -1, NULL) && g_utf8_validate (part->sender, -1, NULL));
  gboolean is_whole = part->total == 1;
  g_autoptr (SmsJoiner) joiner = sms_joiner_new ();
  g_autofree char *text = sms_joiner_take (joiner, part);
  g_assert_true ((text != NULL) == is_whole);
  return 0;
}
