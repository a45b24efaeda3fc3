/* A 1-bit PNG of a 1-bit mask: what a label printer takes, an eighth of what cairo would write. */
#ifndef LABELS_PNG_H
#define LABELS_PNG_H

#include <cairo.h>
#include <glib.h>

/* MASK (CAIRO_FORMAT_A1) as a black and white PNG, set bits black, at DPI dots per inch; owned by the caller.
   NULL with ERROR (G_IO_ERROR or G_CONVERT_ERROR) when the compression fails. W3C PNG specification, second edition. */
GBytes *png_from_mask (cairo_surface_t *mask, guint dpi, GError **error);

#endif
