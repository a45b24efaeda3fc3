/* Chooses version and level of a QR code and has libqrencode make it. The choice is made here, from the capacity
   table of the standard, so that the costly encoding runs once. Level L is never used: a scratch of 2 mm kills it. */
#include "labels/qr.h"

#include <qrencode.h>
#include <string.h>

#include "labels/labels.h"

#define QR_MAX_VERSION          9 /* the count takes more bits from version 10 */
#define MODE_BITS               4
#define ALPHANUMERIC_COUNT_BITS 9 /* versions 1 to 9 */
#define BYTE_COUNT_BITS         8

typedef struct {
  guint version;
  QRecLevel level;
} QrChoice;

/* Data bytes a version holds at each level, ISO/IEC 18004 table 7. */
static const guint8 CAPACITY[QR_MAX_VERSION + 1][QR_ECLEVEL_H + 1] = {
    [1] = {[QR_ECLEVEL_M] = 16, [QR_ECLEVEL_Q] = 13, [QR_ECLEVEL_H] = 9},
    [2] = {[QR_ECLEVEL_M] = 28, [QR_ECLEVEL_Q] = 22, [QR_ECLEVEL_H] = 16},
    [3] = {[QR_ECLEVEL_M] = 44, [QR_ECLEVEL_Q] = 34, [QR_ECLEVEL_H] = 26},
    [4] = {[QR_ECLEVEL_M] = 64, [QR_ECLEVEL_Q] = 48, [QR_ECLEVEL_H] = 36},
    [5] = {[QR_ECLEVEL_M] = 86, [QR_ECLEVEL_Q] = 62, [QR_ECLEVEL_H] = 46},
    [6] = {[QR_ECLEVEL_M] = 108, [QR_ECLEVEL_Q] = 76, [QR_ECLEVEL_H] = 60},
    [7] = {[QR_ECLEVEL_M] = 124, [QR_ECLEVEL_Q] = 88, [QR_ECLEVEL_H] = 66},
    [8] = {[QR_ECLEVEL_M] = 154, [QR_ECLEVEL_Q] = 110, [QR_ECLEVEL_H] = 86},
    [9] = {[QR_ECLEVEL_M] = 182, [QR_ECLEVEL_Q] = 132, [QR_ECLEVEL_H] = 100},
};

static guint
side_of_version (guint version)
{
  return 17 + 4 * version;
}

static gboolean
is_alphanumeric (const char *text)
{
  return strspn (text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:") == strlen (text);
}

static gsize
bytes_needed (const char *text)
{
  gsize n = strlen (text);
  gsize bits = is_alphanumeric (text) ? MODE_BITS + ALPHANUMERIC_COUNT_BITS + 11 * (n / 2) + 6 * (n % 2)
                                      : MODE_BITS + BYTE_COUNT_BITS + 8 * n;
  return (bits + 7) / 8;
}

static gboolean
choose (gsize needed, guint max_modules, QrChoice *choice)
{
  guint version = 1;
  while (version <= QR_MAX_VERSION && CAPACITY[version][QR_ECLEVEL_M] < needed)
    version++;
  if (version > QR_MAX_VERSION || side_of_version (version) + 2 * QR_QUIET_MODULES > max_modules)
    return FALSE;
  int level = QR_ECLEVEL_M;
  while (level < QR_ECLEVEL_H && CAPACITY[version][level + 1] >= needed)
    level++;
  *choice = (QrChoice){.version = version, .level = (QRecLevel)level};
  return TRUE;
}

/* One segment in one mode, or NULL for lack of memory. */
static QRcode *
encode (const char *text, QrChoice choice)
{
  QRinput *input = QRinput_new2 ((int)choice.version, choice.level);
  if (input == NULL)
    return NULL;
  QRencodeMode mode = is_alphanumeric (text) ? QR_MODE_AN : QR_MODE_8;
  gboolean appended = QRinput_append (input, mode, (int)strlen (text), (const unsigned char *)text) == 0;
  QRcode *code = appended ? QRcode_encodeInput (input) : NULL;
  QRinput_free (input);
  return code;
}

/* cairo keeps the first pixel of an A1 row in the lowest bit of a 32-bit word on little-endian machines,
   in the highest on the others (cairo_format_t). */
static void
set_pixel (guint32 *row, int x)
{
  row[x / 32] |= G_BYTE_ORDER == G_LITTLE_ENDIAN ? 1u << (x % 32) : 0x80000000u >> (x % 32);
}

static cairo_surface_t *
mask_of (const QRcode *code)
{
  cairo_surface_t *mask = cairo_image_surface_create (CAIRO_FORMAT_A1, code->width, code->width);
  if (cairo_surface_status (mask) != CAIRO_STATUS_SUCCESS)
    return mask;
  cairo_surface_flush (mask);
  guint8 *pixels = cairo_image_surface_get_data (mask);
  int stride = cairo_image_surface_get_stride (mask);
  for (int y = 0; y < code->width; y++)
    for (int x = 0; x < code->width; x++)
      if (code->data[y * code->width + x] & 1) /* the lowest bit is the colour, see qrencode.h */
        set_pixel ((guint32 *)(void *)(pixels + (gsize)y * (gsize)stride), x);
  cairo_surface_mark_dirty (mask);
  return mask;
}

cairo_surface_t *
qr_mask (const char *text, guint max_modules, GError **error)
{
  if (text == NULL || *text == '\0') {
    g_set_error (error, LABEL_ERROR, LABEL_ERROR_EMPTY, "the label has no QR text");
    return NULL;
  }
  QrChoice choice;
  if (!choose (bytes_needed (text), max_modules, &choice)) {
    g_set_error (error, LABEL_ERROR, LABEL_ERROR_TOO_LONG,
                 "the QR text of %zu characters is too long to be read at this size", strlen (text));
    return NULL;
  }
  QRcode *code = encode (text, choice);
  if (code == NULL) {
    g_set_error (error, LABEL_ERROR, LABEL_ERROR_DRAWING, "the QR code could not be made: %s", g_strerror (errno));
    return NULL;
  }
  cairo_surface_t *mask = mask_of (code);
  QRcode_free (code);
  return mask;
}
