/* How the house sets type: one font, exact metrics, and the guard against a machine without fonts.
   Not here: sizes and places, which belong to what is drawn (layout.h, the documents). */
#ifndef LABELS_FONT_H
#define LABELS_FONT_H

#include <glib.h>
#include <pango/pangocairo.h>

#define POINTS_PER_INCH 72.0
#define POINTS_PER_MM   (POINTS_PER_INCH / 25.4)

/* A context whose unit is the point and whose widths do not depend on the output, for the calling thread only; owned
   by the caller. BLACK_ONLY draws letters without grey, for 1-bit images. */
PangoContext *font_context_new (gboolean black_only);

/* The face of the house at POINTS; owned by the caller. */
PangoFontDescription *font_new (double points, PangoWeight weight);

/* FALSE with LABEL_ERROR_NO_FONT when text drawn through CONTEXT would come out as nothing: without a font, cairo makes
   a PDF without any error and without any text. */
gboolean font_check (PangoContext *context, GError **error);

#endif
