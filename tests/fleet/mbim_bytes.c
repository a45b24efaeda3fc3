// Little endian numbers; texts, bytes and structures behind (offset, length) pairs; everything padded to four bytes.
#include "tests/fleet/mbim_bytes.h"

#include <string.h>

struct MbimWriter *
mbim_writer_new (void)
{
  struct MbimWriter *writer = g_new (struct MbimWriter, 1);
  *writer = (struct MbimWriter){
      g_byte_array_new (),
      g_byte_array_new (),
      g_array_new (FALSE, FALSE, sizeof (guint)),
  };
  return writer;
}

void
mbim_writer_free (struct MbimWriter *writer)
{
  if (writer == NULL)
    return;
  g_byte_array_unref (writer->fixed);
  g_byte_array_unref (writer->data);
  g_array_unref (writer->offsets);
  g_free (writer);
}

void
mbim_put_raw (struct MbimWriter *writer, gconstpointer bytes, gsize length)
{
  g_byte_array_append (writer->fixed, bytes, (guint)length);
}

void
mbim_put_u16 (struct MbimWriter *writer, guint16 value)
{
  value = GUINT16_TO_LE (value);
  mbim_put_raw (writer, &value, sizeof value);
}

void
mbim_put_u32 (struct MbimWriter *writer, guint32 value)
{
  value = GUINT32_TO_LE (value);
  mbim_put_raw (writer, &value, sizeof value);
}

void
mbim_put_u64 (struct MbimWriter *writer, guint64 value)
{
  value = GUINT64_TO_LE (value);
  mbim_put_raw (writer, &value, sizeof value);
}

static void
pad (GByteArray *bytes)
{
  while (bytes->len % 4 != 0)
    g_byte_array_append (bytes, (const guint8[]){0}, 1);
}

void
mbim_put_bytes (struct MbimWriter *writer, gconstpointer bytes, gsize length)
{
  if (length == 0) {
    mbim_put_u64 (writer, 0);
    return;
  }
  g_array_append_val (writer->offsets, writer->fixed->len);
  mbim_put_u32 (writer, writer->data->len); // the length of the fixed part is added at the end
  mbim_put_u32 (writer, (guint32)length);
  g_byte_array_append (writer->data, bytes, (guint)length);
  pad (writer->data);
}

void
mbim_put_text (struct MbimWriter *writer, const char *text)
{
  glong units = 0;
  g_autofree gunichar2 *utf16 = text != NULL ? g_utf8_to_utf16 (text, -1, NULL, &units, NULL) : NULL;
  for (glong i = 0; i < units; i++)
    utf16[i] = GUINT16_TO_LE (utf16[i]);
  mbim_put_bytes (writer, utf16, (gsize)units * 2);
}

void
mbim_put_struct (struct MbimWriter *writer, struct MbimWriter *inner)
{
  g_autoptr (GByteArray) bytes = mbim_writer_end (inner);
  mbim_put_bytes (writer, bytes->data, bytes->len);
}

GByteArray *
mbim_writer_end (struct MbimWriter *writer)
{
  for (guint i = 0; i < writer->offsets->len; i++) {
    guint8 *where = writer->fixed->data + g_array_index (writer->offsets, guint, i);
    guint32 offset;
    memcpy (&offset, where, sizeof offset);
    offset = GUINT32_TO_LE (GUINT32_FROM_LE (offset) + writer->fixed->len);
    memcpy (where, &offset, sizeof offset);
  }
  g_byte_array_append (writer->fixed, writer->data->data, writer->data->len);
  GByteArray *all = g_byte_array_ref (writer->fixed);
  mbim_writer_free (writer);
  return all;
}

const guint8 *
mbim_get_raw (struct MbimReader *reader, gsize length)
{
  if (reader->is_bad || length > reader->length - reader->at) {
    reader->is_bad = TRUE;
    return NULL;
  }
  const guint8 *bytes = reader->bytes + reader->at;
  reader->at += length;
  return bytes;
}

guint16
mbim_get_u16 (struct MbimReader *reader)
{
  const guint8 *bytes = mbim_get_raw (reader, 2);
  return bytes != NULL ? (guint16)(bytes[0] | bytes[1] << 8) : 0;
}

guint32
mbim_get_u32 (struct MbimReader *reader)
{
  guint32 low = mbim_get_u16 (reader);
  return low | (guint32)mbim_get_u16 (reader) << 16;
}

const guint8 *
mbim_get_bytes (struct MbimReader *reader, gsize *length)
{
  guint32 offset = mbim_get_u32 (reader), size = mbim_get_u32 (reader);
  *length = 0;
  if (size == 0 || reader->is_bad)
    return NULL;
  if (offset > reader->length || size > reader->length - offset) {
    reader->is_bad = TRUE;
    return NULL;
  }
  *length = size;
  return reader->bytes + offset;
}

char *
mbim_get_text (struct MbimReader *reader)
{
  gsize length;
  const guint8 *bytes = mbim_get_bytes (reader, &length);
  g_autofree char *text = NULL;
  if (bytes != NULL)
    text = g_convert ((const char *)bytes, (gssize)(length & ~(gsize)1), "UTF-8", "UTF-16LE", NULL, NULL, NULL);
  if (bytes != NULL && (text == NULL || length % 2 != 0))
    reader->is_bad = TRUE;
  return text != NULL ? g_steal_pointer (&text) : g_strdup ("");
}
