/* Cairo surfaces that end as bytes in memory: nothing is written on disk here. */
#include "labels/output.h"

#include <cairo-pdf.h>
#include <math.h>

#include "labels/font.h"
#include "labels/labels.h"
#include "labels/png.h"

#define PNG_HEADER_END   33 /* bytes: signature 8, chunk IHDR 4 + 4 + 13 + 4 */
#define INCHES_PER_METRE 39.3700787

struct LabelOutputFile {
  guint dpi;         /* 0: this is a PDF */
  GByteArray *bytes; /* of a PDF; NULL otherwise */
  cairo_surface_t *surface;
  cairo_t *cr;
};

static cairo_status_t
append_bytes (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static void
set_metadata (cairo_surface_t *surface, const char *title, gint64 created_at)
{
  g_autoptr (GDateTime) instant = g_date_time_new_from_unix_utc (created_at);
  g_autofree char *text = instant ? g_date_time_format (instant, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, title);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATOR, "Témoin");
  if (text != NULL)
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATE_DATE, text);
}

LabelOutputFile *
output_pdf_new (double width_mm, double height_mm, const char *title, gint64 created_at)
{
  LabelOutputFile *file = g_new0 (LabelOutputFile, 1);
  file->bytes = g_byte_array_new ();
  file->surface = cairo_pdf_surface_create_for_stream (append_bytes, file->bytes, width_mm * POINTS_PER_MM,
                                                       height_mm * POINTS_PER_MM);
  set_metadata (file->surface, title, created_at);
  file->cr = cairo_create (file->surface);
  return file;
}

LabelOutputFile *
output_png_new (double width_mm, double height_mm, guint dpi)
{
  LabelOutputFile *file = g_new0 (LabelOutputFile, 1);
  double dots_per_point = dpi / POINTS_PER_INCH;
  file->dpi = dpi;
  file->surface = cairo_image_surface_create (CAIRO_FORMAT_A1, (int)round (width_mm * POINTS_PER_MM * dots_per_point),
                                              (int)round (height_mm * POINTS_PER_MM * dots_per_point));
  file->cr = cairo_create (file->surface);
  cairo_scale (file->cr, dots_per_point, dots_per_point);
  cairo_set_antialias (file->cr, CAIRO_ANTIALIAS_NONE);
  return file;
}

void
output_free (LabelOutputFile *file)
{
  if (file == NULL)
    return;
  cairo_destroy (file->cr);
  cairo_surface_destroy (file->surface);
  g_clear_pointer (&file->bytes, g_byte_array_unref);
  g_free (file);
}

cairo_t *
output_cairo (LabelOutputFile *file)
{
  return file->cr;
}

void
output_next_page (LabelOutputFile *file)
{
  cairo_show_page (file->cr);
}

GBytes *
output_finish (LabelOutputFile *file, GError **error)
{
  if (file->dpi == 0)
    cairo_surface_finish (file->surface); /* writes the end of the PDF */
  cairo_status_t status = cairo_surface_status (file->surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_status (file->cr);
  if (status != CAIRO_STATUS_SUCCESS) {
    g_set_error (error, LABEL_ERROR, LABEL_ERROR_DRAWING, "drawing failed: %s", cairo_status_to_string (status));
    return NULL;
  }
  if (file->dpi != 0)
    return png_from_mask (file->surface, file->dpi, error);
  return g_byte_array_free_to_bytes (g_steal_pointer (&file->bytes));
}
