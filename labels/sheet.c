/* Counts cells on a sheet of labels: row after row, from the first one still free. */
#include "labels/sheet.h"

guint
sheet_capacity (const LabelStock *stock)
{
  return stock->columns * stock->rows;
}

gsize
sheet_pages (const LabelStock *stock, guint start, gsize n_labels)
{
  guint capacity = sheet_capacity (stock);
  return (start - 1 + n_labels + capacity - 1) / capacity;
}

SheetCell
sheet_cell (const LabelStock *stock, guint start, gsize index)
{
  gsize place = start - 1 + index;
  guint cell = (guint)(place % sheet_capacity (stock));
  return (SheetCell){
      .page = (guint)(place / sheet_capacity (stock)),
      .x_mm = stock->left_mm + (cell % stock->columns) * stock->pitch_x_mm,
      .y_mm = stock->top_mm + (cell / stock->columns) * stock->pitch_y_mm,
  };
}
