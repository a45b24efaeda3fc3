/* Draws one label: the QR square on the left, two to four lines of text on its right.
   Not here: pages and files (output.h). A layout belongs to one thread and to one stock. */
#ifndef LABELS_LAYOUT_H
#define LABELS_LAYOUT_H

#include <cairo.h>

#include "labels/labels.h"

#define POINTS_PER_INCH   72.0
#define POINTS_PER_MM     (POINTS_PER_INCH / 25.4)
#define LAYOUT_MIN_POINTS 5.0 /* no text is drawn smaller */

typedef struct LabelLayout LabelLayout;

/* A rectangle in millimetres from the corner of the label. */
typedef struct {
  double x_mm, y_mm, width_mm, height_mm;
} LayoutBox;

/* A layout for labels of STOCK (borrowed, must outlive it). DPI 0 means a vector output; otherwise QR modules and
   corners are set on whole dots and text has no grey. Fails with LABEL_ERROR_NO_FONT when no font can write French,
   with LABEL_ERROR_DPI when a module would be finer than 2 dots. */
LabelLayout *layout_new (const LabelStock *stock, guint dpi, GError **error);
void layout_free (LabelLayout *layout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabelLayout, layout_free)

/* Draws LABEL in black on CR, whose unit must be the point (1/72 inch), with the corner of the label at (X_MM, Y_MM).
   A line 0 too wide is set smaller, then cut; the others take two rows, then are cut: what is cut away is not in the
   file. Fails with LABEL_ERROR_EMPTY, _TOO_LONG or _TEXT before anything is drawn. */
gboolean layout_draw (LabelLayout *layout, cairo_t *cr, double x_mm, double y_mm, const Label *label, GError **error);

/* Where the QR square (quiet zone included) and the text of a label of STOCK go. */
LayoutBox layout_qr_box (const LabelStock *stock);
LayoutBox layout_text_box (const LabelStock *stock);

#endif
