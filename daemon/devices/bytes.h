/* Little-endian words in byte buffers, as adb writes them. Not for lengths: callers check those first. */
#pragma once
#include <glib.h>
#include <string.h>

/* Writes 4 bytes. */
static inline void
bytes_put_u32 (guint8 *out, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (out, &value, sizeof value);
}

/* Reads 4 bytes. */
static inline guint32
bytes_get_u32 (const guint8 *data)
{
  guint32 value;
  memcpy (&value, data, sizeof value);
  return GUINT32_FROM_LE (value);
}
