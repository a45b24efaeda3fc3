/* A text as a QR code, one pixel a module. Not here: where it goes and how large it is drawn. */
#ifndef LABELS_QR_H
#define LABELS_QR_H

#include <cairo.h>
#include <glib.h>

#define QR_QUIET_MODULES 4 /* blank modules on each side, ISO/IEC 18004 section 5.3.8; not part of the mask */

/* TEXT as a square 1-bit mask (CAIRO_FORMAT_A1, set = black) without its quiet zone, owned by the caller.
   Takes the smallest version at error correction level M, then the best level that version still holds.
   MAX_MODULES is the side of the code with its quiet zone, at most; a text that needs more, or more than version 9,
   fails with LABEL_ERROR_TOO_LONG; an empty text with LABEL_ERROR_EMPTY. */
cairo_surface_t *qr_mask (const char *text, guint max_modules, GError **error);

#endif
