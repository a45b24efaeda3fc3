/* Which cell of which page a label goes to. Not here: what is drawn in it. */
#ifndef LABELS_SHEET_H
#define LABELS_SHEET_H

#include "labels/stock.h"

typedef struct {
  guint page;        /* from 0 */
  double x_mm, y_mm; /* top left corner of the label on its page */
} SheetCell;

/* Labels on one sheet of STOCK. */
guint sheet_capacity (const LabelStock *stock);

/* Pages that N_LABELS take when the first goes to label START (from 1) of a sheet already begun. */
gsize sheet_pages (const LabelStock *stock, guint start, gsize n_labels);

/* The cell of the label INDEX (from 0), filled left to right, then down; START as above. */
SheetCell sheet_cell (const LabelStock *stock, guint start, gsize index);

#endif
