/* What the label tests share: a PDF or PNG read back as grey pixels, and zbar as the judge of a QR code. */
#ifndef TESTS_UNIT_LABELS_PAGE_H
#define TESTS_UNIT_LABELS_PAGE_H

#include <cairo.h>
#include <glib.h>
#include <math.h>
#include <poppler.h>
#include <string.h>
#include <zbar.h>

#include "labels/labels.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PopplerDocument, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PopplerPage, g_object_unref)

#define DARK 128 /* a grey below this is ink */

typedef struct {
  int width, height;
  guint8 *grey;
} Page;

typedef struct {
  int x, y, width, height;
} Area;

static inline void
page_clear (Page *page)
{
  g_clear_pointer (&page->grey, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Page, page_clear)

static inline Page
page_of_surface (cairo_surface_t *surface)
{
  cairo_surface_flush (surface);
  Page page = {.width = cairo_image_surface_get_width (surface), .height = cairo_image_surface_get_height (surface)};
  int stride = cairo_image_surface_get_stride (surface);
  const guint8 *pixels = cairo_image_surface_get_data (surface);
  page.grey = g_malloc ((gsize)page.width * (gsize)page.height);
  for (int y = 0; y < page.height; y++)
    for (int x = 0; x < page.width; x++)
      page.grey[(gsize)y * (gsize)page.width + (gsize)x] = pixels[(gsize)y * (gsize)stride + (gsize)x * 4];
  return page;
}

static inline PopplerDocument *
page_open_pdf (GBytes *pdf)
{
  g_autoptr (GError) error = NULL;
  PopplerDocument *document = poppler_document_new_from_bytes (pdf, NULL, &error);
  g_assert_no_error (error);
  return document;
}

static inline Page
page_of_pdf (GBytes *pdf, int number, double dpi)
{
  g_autoptr (PopplerDocument) document = page_open_pdf (pdf);
  g_autoptr (PopplerPage) source = poppler_document_get_page (document, number);
  g_assert_nonnull (source);
  double width, height;
  poppler_page_get_size (source, &width, &height);
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int)round (width * dpi / 72), (int)round (height * dpi / 72));
  cairo_t *cr = cairo_create (surface);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_scale (cr, dpi / 72, dpi / 72);
  poppler_page_render (source, cr);
  cairo_destroy (cr);
  Page page = page_of_surface (surface);
  cairo_surface_destroy (surface);
  return page;
}

static inline cairo_status_t
page_read_png (void *closure, unsigned char *data, unsigned int length)
{
  GBytes **rest = closure;
  if (g_bytes_get_size (*rest) < length)
    return CAIRO_STATUS_READ_ERROR;
  memcpy (data, g_bytes_get_data (*rest, NULL), length);
  GBytes *after = g_bytes_new_from_bytes (*rest, length, g_bytes_get_size (*rest) - length);
  g_bytes_unref (*rest);
  *rest = after;
  return CAIRO_STATUS_SUCCESS;
}

static inline Page
page_of_png (GBytes *png)
{
  GBytes *rest = g_bytes_ref (png);
  cairo_surface_t *surface = cairo_image_surface_create_from_png_stream (page_read_png, &rest);
  g_assert_cmpint (cairo_surface_status (surface), ==, CAIRO_STATUS_SUCCESS);
  Page page = page_of_surface (surface);
  cairo_surface_destroy (surface);
  g_bytes_unref (rest);
  return page;
}

static inline gboolean
page_is_dark (const Page *page, int x, int y)
{
  return page->grey[(gsize)y * (gsize)page->width + (gsize)x] < DARK;
}

/* Pixels of ink in AREA. */
static inline guint
page_ink (const Page *page, Area area)
{
  guint ink = 0;
  for (int y = MAX (area.y, 0); y < MIN (area.y + area.height, page->height); y++)
    for (int x = MAX (area.x, 0); x < MIN (area.x + area.width, page->width); x++)
      ink += page_is_dark (page, x, y);
  return ink;
}

/* A place given in millimetres, rounded inwards to pixels. */
static inline Area
page_area (double dpi, double x_mm, double y_mm, double width_mm, double height_mm)
{
  double dots = dpi / 25.4;
  int x = (int)ceil (x_mm * dots);
  int y = (int)ceil (y_mm * dots);
  return (Area){x, y, (int)floor ((x_mm + width_mm) * dots) - x, (int)floor ((y_mm + height_mm) * dots) - y};
}

static inline Area
page_cell (const LabelStock *stock, guint cell, double dpi)
{
  return page_area (dpi, stock->left_mm + (cell % stock->columns) * stock->pitch_x_mm,
                    stock->top_mm + (cell / stock->columns) * stock->pitch_y_mm, stock->label_width_mm,
                    stock->label_height_mm);
}

/* The one QR code in AREA, owned by the caller, or NULL when there is none or more than one. */
static inline char *
page_decode (const Page *page, Area area)
{
  guint8 *crop = g_malloc ((gsize)area.width * (gsize)area.height); /* zbar does not free it */
  for (int y = 0; y < area.height; y++)
    memcpy (crop + (gsize)y * (gsize)area.width, page->grey + (gsize)(area.y + y) * (gsize)page->width + (gsize)area.x,
            (gsize)area.width);
  zbar_image_t *image = zbar_image_create ();
  zbar_image_set_format (image, zbar_fourcc ('Y', '8', '0', '0'));
  zbar_image_set_size (image, (unsigned)area.width, (unsigned)area.height);
  zbar_image_set_data (image, crop, (gsize)area.width * (gsize)area.height, NULL);
  zbar_image_scanner_t *scanner = zbar_image_scanner_create ();
  zbar_image_scanner_set_config (scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
  zbar_image_scanner_set_config (scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
  int found = zbar_scan_image (scanner, image);
  char *text = found == 1 ? g_strdup (zbar_symbol_get_data (zbar_image_first_symbol (image))) : NULL;
  zbar_image_scanner_destroy (scanner);
  zbar_image_destroy (image);
  g_free (crop);
  return text;
}

#endif
