/* Whole sheets: every cell is read back with zbar, one cell at a time (a scan of the whole page would miss good codes). */
#include "labels/sheet.h"

#include "page.h"

#define MAX_LABELS 80

typedef struct {
  const char *format;
  LabelOutput output;
  guint dpi;
} Case;

static char *texts[MAX_LABELS];
static Label labels[MAX_LABELS];

/* Distinct codes that differ in one letter only: a label in the wrong cell is found out. */
static void
fill_labels (void)
{
  for (guint i = 0; i < MAX_LABELS; i++) {
    texts[i] = g_strdup_printf ("HTTPS://PRET.EXEMPLE.FR/TBCDF%c%cK", 'A' + i / 26, 'A' + i % 26);
    labels[i] = (Label){.qr = texts[i], .lines = {texts[i] + 24, "Tablette prêtée", "CIAS des Quatre Vallées"}};
  }
}

static GBytes *
render (const LabelSheet *sheet, guint n_labels)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes = label_render (sheet, labels, n_labels, &error);
  g_assert_no_error (error);
  return bytes;
}

static void
every_cell_decodes (gconstpointer data)
{
  const Case *c = data;
  const LabelStock *stock = label_stock_find (c->format);
  guint capacity = sheet_capacity (stock);
  const LabelSheet sheet = {.format = c->format, .start = 1, .output = c->output, .dpi = c->dpi};
  g_autoptr (GBytes) bytes = render (&sheet, capacity);
  g_auto (Page) page = c->output == LABEL_PDF ? page_of_pdf (bytes, 0, c->dpi) : page_of_png (bytes);
  for (guint i = 0; i < capacity; i++) {
    g_autofree char *read = page_decode (&page, page_cell (stock, i, c->dpi));
    g_assert_cmpstr (read, ==, texts[i]);
  }
}

static void
starts_where_the_used_sheet_ends (void)
{
  const LabelStock *stock = label_stock_find ("avery-l7160");
  const LabelSheet sheet = {.format = stock->name, .start = 20, .output = LABEL_PDF};
  g_autoptr (GBytes) pdf = render (&sheet, 4);
  g_autoptr (PopplerDocument) document = page_open_pdf (pdf);
  g_assert_cmpint (poppler_document_get_n_pages (document), ==, 2);
  for (int number = 0; number < 2; number++) {
    g_auto (Page) page = page_of_pdf (pdf, number, 300);
    for (guint cell = 0; cell < sheet_capacity (stock); cell++) {
      guint place = (guint)number * 21 + cell; /* labels 20 to 23 counted from 1: places 19 to 22 */
      gboolean used = place >= 19 && place <= 22;
      if (used) {
        g_autofree char *read = page_decode (&page, page_cell (stock, cell, 300));
        g_assert_cmpstr (read, ==, texts[place - 19]);
      } else {
        g_assert_cmpuint (page_ink (&page, page_cell (stock, cell, 300)), ==, 0);
      }
    }
  }
}

/* Ink between the labels would be text or a code running over. */
static void
nothing_is_drawn_between_labels (void)
{
  const LabelStock *stock = label_stock_find ("avery-l7651");
  const LabelSheet sheet = {.format = stock->name, .start = 1, .output = LABEL_PNG, .dpi = 300};
  g_autoptr (GBytes) png = render (&sheet, 65);
  g_auto (Page) page = page_of_png (png);
  guint in_cells = 0;
  for (guint cell = 0; cell < 65; cell++)
    in_cells += page_ink (&page, page_cell (stock, cell, 300));
  g_assert_cmpuint (in_cells, >, 0);
  g_assert_cmpuint (page_ink (&page, (Area){0, 0, page.width, page.height}), ==, in_cells);
}

static void
counts_pages (void)
{
  const LabelStock *stock = label_stock_find ("avery-l7651");
  g_assert_cmpuint (sheet_capacity (stock), ==, 65);
  g_assert_cmpuint (sheet_pages (stock, 1, 65), ==, 1);
  g_assert_cmpuint (sheet_pages (stock, 2, 65), ==, 2);
  g_assert_cmpuint (sheet_pages (stock, 65, 1), ==, 1);
  g_assert_cmpuint (sheet_pages (stock, 65, 67), ==, 3);
}

static const Case CASES[] = {
    {"avery-l7160", LABEL_PDF, 203}, {"avery-l7160", LABEL_PDF, 300}, {"avery-l7160", LABEL_PDF, 600},
    {"avery-l7651", LABEL_PDF, 203}, {"avery-l7651", LABEL_PDF, 300}, {"avery-l7651", LABEL_PDF, 600},
    {"avery-l7160", LABEL_PNG, 203}, {"avery-l7160", LABEL_PNG, 300}, {"avery-l7160", LABEL_PNG, 600},
    {"avery-l7651", LABEL_PNG, 203}, {"avery-l7651", LABEL_PNG, 300}, {"avery-l7651", LABEL_PNG, 600},
    {"avery-l7636", LABEL_PDF, 300}, {"avery-l4732", LABEL_PDF, 300},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fill_labels ();
  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    const Case *c = &CASES[i];
    g_autofree char *name = g_strdup_printf ("/labels/sheet/every-cell-decodes/%s/%s/%u", c->format,
                                             c->output == LABEL_PDF ? "pdf" : "png", c->dpi);
    g_test_add_data_func (name, c, every_cell_decodes);
  }
  g_test_add_func ("/labels/sheet/starts-where-the-used-sheet-ends", starts_where_the_used_sheet_ends);
  g_test_add_func ("/labels/sheet/nothing-is-drawn-between-labels", nothing_is_drawn_between_labels);
  g_test_add_func ("/labels/sheet/counts-pages", counts_pages);
  int status = g_test_run ();
  for (guint i = 0; i < MAX_LABELS; i++)
    g_free (texts[i]);
  return status;
}
