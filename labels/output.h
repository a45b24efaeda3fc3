/* Files in memory: a PDF of many pages, or one 1-bit PNG. Not here: what is drawn on them. */
#ifndef LABELS_OUTPUT_H
#define LABELS_OUTPUT_H

#include <cairo.h>
#include <glib.h>

typedef struct LabelOutputFile LabelOutputFile;

/* A PDF with pages of WIDTH_MM x HEIGHT_MM, titled TITLE, dated CREATED_AT (seconds since 1970, UTC). */
LabelOutputFile *output_pdf_new (double width_mm, double height_mm, const char *title, gint64 created_at);

/* A PNG of one page, black on white, 1 bit a pixel, at DPI dots per inch (also written in the file). */
LabelOutputFile *output_png_new (double width_mm, double height_mm, guint dpi);
void output_free (LabelOutputFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabelOutputFile, output_free)

/* Where to draw, in points (1/72 inch) from the top left corner of the current page; owned by FILE. */
cairo_t *output_cairo (LabelOutputFile *file);

/* Ends the current page and begins the next one. PDF only. */
void output_next_page (LabelOutputFile *file);

/* Ends FILE (it can only be freed afterwards) and returns its bytes, owned by the caller; NULL with
   LABEL_ERROR_DRAWING when cairo failed at any time since output_*_new. */
GBytes *output_finish (LabelOutputFile *file, GError **error);

#endif
