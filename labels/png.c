/* Writes PNG chunks; the compression is GLib's. */
#include "labels/png.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

#define METRES_PER_INCH   0.0254
#define COMPRESSION_LEVEL 6

static guint32
crc_of (const guint8 *data, gsize length)
{
  guint32 crc = 0xffffffffu;
  for (gsize i = 0; i < length; i++) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; bit++)
      crc = (crc & 1) ? (crc >> 1) ^ 0xedb88320u : crc >> 1;
  }
  return ~crc;
}

static void
put_number (guint8 *where, guint32 number)
{
  guint32 big_endian = GUINT32_TO_BE (number);
  memcpy (where, &big_endian, sizeof big_endian);
}

static void
append_number (GByteArray *png, guint32 number)
{
  guint8 bytes[4];
  put_number (bytes, number);
  g_byte_array_append (png, bytes, sizeof bytes);
}

static void
append_chunk (GByteArray *png, const char *type, gconstpointer data, gsize length)
{
  append_number (png, (guint32)length);
  guint type_at = png->len;
  g_byte_array_append (png, (const guint8 *)type, 4);
  g_byte_array_append (png, data, (guint)length);
  append_number (png, crc_of (png->data + type_at, length + 4));
}

/* Eight pixels of a PNG, the first in the highest bit, 0 black; from eight of cairo's. */
static guint8
pixels_of (guint8 cairo_bits)
{
  guint8 pixels = cairo_bits;
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN) {
    pixels = (guint8)((pixels & 0xf0) >> 4 | (pixels & 0x0f) << 4);
    pixels = (guint8)((pixels & 0xcc) >> 2 | (pixels & 0x33) << 2);
    pixels = (guint8)((pixels & 0xaa) >> 1 | (pixels & 0x55) << 1);
  }
  return (guint8)~pixels;
}

/* The rows of the image, each after its filter byte (0: none), compressed. */
static GBytes *
compressed_rows (cairo_surface_t *mask, GError **error)
{
  gsize width = (gsize)cairo_image_surface_get_width (mask);
  gsize height = (gsize)cairo_image_surface_get_height (mask);
  gsize stride = (gsize)cairo_image_surface_get_stride (mask);
  gsize row_size = (width + 7) / 8;
  cairo_surface_flush (mask);
  const guint8 *bits = cairo_image_surface_get_data (mask);
  g_autofree guint8 *row = g_malloc0 (1 + row_size);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GZlibCompressor) zlib = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, COMPRESSION_LEVEL);
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, G_CONVERTER (zlib));
  for (gsize y = 0; y < height; y++) {
    for (gsize i = 0; i < row_size; i++)
      row[1 + i] = pixels_of (bits[y * stride + i]);
    if (!g_output_stream_write_all (stream, row, 1 + row_size, NULL, NULL, error))
      return NULL;
  }
  if (!g_output_stream_close (stream, NULL, error))
    return NULL;
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

GBytes *
png_from_mask (cairo_surface_t *mask, guint dpi, GError **error)
{
  g_autoptr (GBytes) rows = compressed_rows (mask, error);
  if (rows == NULL)
    return NULL;
  guint8 header[13] = {[8] = 1 /* bit a pixel */};
  put_number (header, (guint32)cairo_image_surface_get_width (mask));
  put_number (header + 4, (guint32)cairo_image_surface_get_height (mask));
  guint8 density[9] = {[8] = 1 /* per metre */};
  put_number (density, (guint32)lround (dpi / METRES_PER_INCH));
  put_number (density + 4, (guint32)lround (dpi / METRES_PER_INCH));
  gsize size;
  gconstpointer data = g_bytes_get_data (rows, &size);
  GByteArray *png = g_byte_array_new ();
  g_byte_array_append (png, (const guint8 *)"\x89PNG\r\n\x1a\n", 8);
  append_chunk (png, "IHDR", header, sizeof header);
  append_chunk (png, "pHYs", density, sizeof density);
  append_chunk (png, "IDAT", data, size);
  append_chunk (png, "IEND", "", 0);
  return g_byte_array_free_to_bytes (png);
}
