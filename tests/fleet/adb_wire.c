#include "tests/fleet/adb_wire.h"

#include <string.h>

#define WORDS (ADB_HEADER_BYTES / sizeof (guint32))

guint32
adb_sum (const guint8 *bytes, gsize length)
{
  guint32 sum = 0;
  for (gsize i = 0; i < length; i++)
    sum += bytes[i];
  return sum;
}

void
adb_header_write (const struct AdbHeader *header, guint8 bytes[ADB_HEADER_BYTES])
{
  const guint32 words[WORDS] = {
      GUINT32_TO_LE (header->command), GUINT32_TO_LE (header->arg0),     GUINT32_TO_LE (header->arg1),
      GUINT32_TO_LE (header->length),  GUINT32_TO_LE (header->checksum), GUINT32_TO_LE (header->magic),
  };
  memcpy (bytes, words, sizeof words);
}

gboolean
adb_header_read (struct AdbHeader *header, const guint8 *bytes, gsize length)
{
  guint32 words[WORDS];
  if (length != ADB_HEADER_BYTES)
    return FALSE;
  memcpy (words, bytes, sizeof words);
  *header = (struct AdbHeader){
      GUINT32_FROM_LE (words[0]), GUINT32_FROM_LE (words[1]), GUINT32_FROM_LE (words[2]),
      GUINT32_FROM_LE (words[3]), GUINT32_FROM_LE (words[4]), GUINT32_FROM_LE (words[5]),
  };
  return TRUE;
}
