/* The label stocks we can print on: sizes in millimetres, one row each.
   Not here: what is drawn on a label (layout.h), which cell comes next (sheet.h). */
#ifndef LABELS_STOCK_H
#define LABELS_STOCK_H

#include <glib.h>

typedef struct {
  const char *name;  /* what a user types, lower case */
  const char *title; /* "63.5 x 38.1 mm, 21 per A4 sheet" */
  double page_width_mm, page_height_mm;
  double label_width_mm, label_height_mm;
  guint columns, rows;
  double left_mm, top_mm;        /* from the corner of the page to the corner of the first label */
  double pitch_x_mm, pitch_y_mm; /* from one label to the next */
  double margin_mm;              /* around the QR square, which carries its own quiet zone */
  double min_module_mm;          /* a QR code with finer modules is refused */
  const char *source;            /* where the figures come from */
} LabelStock;

/* All stocks; their number goes to N. Static memory, never NULL. */
const LabelStock *label_stock_list (gsize *n);

/* The stock called NAME, in capitals or not; static memory, or NULL when there is none or NAME is NULL. */
const LabelStock *label_stock_find (const char *name);

/* The names of all stocks, separated by ", "; owned by the caller. */
char *label_stock_names (void);

#endif
