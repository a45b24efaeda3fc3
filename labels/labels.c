/* label_render: checks the request, then puts each label in its cell of its page. */
#include "labels/labels.h"

#include "labels/actual_size.h"
#include "labels/layout.h"
#include "labels/output.h"
#include "labels/sheet.h"

#define DPI_MIN 100
#define DPI_MAX 1200

typedef struct {
  guint label;
} LabelErrorPrivate;

static void
label_error_private_init (LabelErrorPrivate *detail)
{
  detail->label = 0;
}

static void
label_error_private_copy (const LabelErrorPrivate *from, LabelErrorPrivate *to)
{
  *to = *from;
}

static void
label_error_private_clear (LabelErrorPrivate *detail)
{
  (void)detail; /* owns nothing */
}

G_DEFINE_EXTENDED_ERROR (LabelError, label_error)

guint
label_error_get_label (const GError *error)
{
  return label_error_get_private (error)->label;
}

static gboolean
check_dpi (const LabelSheet *sheet, GError **error)
{
  if (sheet->output == LABEL_PDF || (sheet->dpi >= DPI_MIN && sheet->dpi <= DPI_MAX))
    return TRUE;
  g_set_error (error, LABEL_ERROR, LABEL_ERROR_DPI, "%u dots per inch: a PNG takes %d to %d", sheet->dpi, DPI_MIN,
               DPI_MAX);
  return FALSE;
}

static gboolean
check_count (const LabelSheet *sheet, const LabelStock *stock, guint start, gsize n_labels, GError **error)
{
  if (n_labels == 0) {
    g_set_error (error, LABEL_ERROR, LABEL_ERROR_EMPTY, "there is no label to draw");
    return FALSE;
  }
  gboolean fits = sheet->output == LABEL_PDF || (sheet->output == LABEL_PNG_LABEL && n_labels == 1) ||
                  (sheet->output == LABEL_PNG && sheet_pages (stock, start, n_labels) == 1);
  if (!fits)
    g_set_error (error, LABEL_ERROR, LABEL_ERROR_TOO_MANY, "a PNG holds one page only: ask for a PDF");
  return fits;
}

static const LabelStock *
check_request (const LabelSheet *sheet, gsize n_labels, GError **error)
{
  const LabelStock *stock = label_stock_find (sheet->format);
  if (stock == NULL) {
    g_autofree char *names = label_stock_names ();
    g_set_error (error, LABEL_ERROR, LABEL_ERROR_UNKNOWN_FORMAT, "unknown label format \"%s\"; known: %s",
                 sheet->format ? sheet->format : "", names);
    return NULL;
  }
  gboolean one = sheet->output == LABEL_PNG_LABEL;
  if (!one && (sheet->start < 1 || sheet->start > sheet_capacity (stock))) {
    g_set_error (error, LABEL_ERROR, LABEL_ERROR_START, "start is %u: a sheet of %s has labels 1 to %u", sheet->start,
                 stock->name, sheet_capacity (stock));
    return NULL;
  }
  if (!check_dpi (sheet, error) || !check_count (sheet, stock, one ? 1 : sheet->start, n_labels, error))
    return NULL;
  return stock;
}

static LabelOutputFile *
open_output (const LabelSheet *sheet, const LabelStock *stock)
{
  switch (sheet->output) {
  case LABEL_PDF:
    return output_pdf_new (stock->page_width_mm, stock->page_height_mm, stock->name, sheet->created_at);
  case LABEL_PNG:
    return output_png_new (stock->page_width_mm, stock->page_height_mm, sheet->dpi);
  case LABEL_PNG_LABEL:
    return output_png_new (stock->label_width_mm, stock->label_height_mm, sheet->dpi);
  }
  g_assert_not_reached ();
}

static SheetCell
cell_of (const LabelSheet *sheet, const LabelStock *stock, gsize index)
{
  if (sheet->output == LABEL_PNG_LABEL)
    return (SheetCell){0};
  return sheet_cell (stock, sheet->start, index);
}

GBytes *
label_render (const LabelSheet *sheet, const Label *labels, gsize n_labels, GError **error)
{
  const LabelStock *stock = check_request (sheet, n_labels, error);
  if (stock == NULL)
    return NULL;
  guint dpi = sheet->output == LABEL_PDF ? 0 : sheet->dpi;
  g_autoptr (LabelLayout) layout = layout_new (stock, dpi, error);
  if (layout == NULL)
    return NULL;
  g_autoptr (LabelOutputFile) file = open_output (sheet, stock);
  guint page = 0;
  for (gsize i = 0; i < n_labels; i++) {
    SheetCell cell = cell_of (sheet, stock, i);
    for (; page < cell.page; page++)
      output_next_page (file);
    GError *fault = NULL;
    if (!layout_draw (layout, output_cairo (file), cell.x_mm, cell.y_mm, &labels[i], &fault)) {
      label_error_get_private (fault)->label = (guint)i + 1;
      g_propagate_prefixed_error (error, fault, "label %zu: ", i + 1);
      return NULL;
    }
  }
  GBytes *bytes = output_finish (file, error);
  return bytes != NULL && sheet->output == LABEL_PDF ? actual_size_pdf (bytes) : bytes;
}
