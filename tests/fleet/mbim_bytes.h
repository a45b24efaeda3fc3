// The information buffers of MBIM (USB-IF, revision 1.0, chapter 10): written and read with their offsets and lengths.
// Written from the specification, without libmbim, so that libmbim checks it and a shared mistake cannot hide.
#pragma once

#include <glib.h>

// An information buffer, or a structure inside of one, that is being written. Fixed part first, then the data it points to.
struct MbimWriter {
  GByteArray *fixed, *data;
  GArray *offsets; // of guint: where in the fixed part an offset into the data stands
};

struct MbimWriter *mbim_writer_new (void);

// NULL is accepted.
void mbim_writer_free (struct MbimWriter *writer);

void mbim_put_u16 (struct MbimWriter *writer, guint16 value);
void mbim_put_u32 (struct MbimWriter *writer, guint32 value);
void mbim_put_u64 (struct MbimWriter *writer, guint64 value);

// Bytes in the fixed part, a UUID or an address.
void mbim_put_raw (struct MbimWriter *writer, gconstpointer bytes, gsize length);

// Offset and length here, the text in UTF-16LE in the data. NULL or "": both zero, as the specification says.
void mbim_put_text (struct MbimWriter *writer, const char *text);

// Offset and length here, the bytes in the data.
void mbim_put_bytes (struct MbimWriter *writer, gconstpointer bytes, gsize length);

// Offset and length here, a whole structure in the data. Takes over `inner`.
void mbim_put_struct (struct MbimWriter *writer, struct MbimWriter *inner);

// All of it; the writer is freed. The caller owns the array.
GByteArray *mbim_writer_end (struct MbimWriter *writer);

// An information buffer that is being read. Whatever leads outside of it sets `is_bad` and reads as zero or NULL.
struct MbimReader {
  const guint8 *bytes;
  gsize length, at;
  gboolean is_bad;
};

guint16 mbim_get_u16 (struct MbimReader *reader);
guint32 mbim_get_u32 (struct MbimReader *reader);

// Bytes of the fixed part, pointing into the buffer; NULL when there are not as many.
const guint8 *mbim_get_raw (struct MbimReader *reader, gsize length);

// The text behind an offset and a length, "" when there is none. The caller owns it.
char *mbim_get_text (struct MbimReader *reader);

// The bytes behind an offset and a length, pointing into the buffer; NULL and 0 when there are none.
const guint8 *mbim_get_bytes (struct MbimReader *reader, gsize *length);
