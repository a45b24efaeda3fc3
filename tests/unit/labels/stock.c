/* The lint of the table of stocks: a wrong row prints on the wrong place of every sheet. */
#include "labels/stock.h"

#include <math.h>
#include <string.h>

#define SYMMETRY_MM 0.6 /* sheets are cut symmetrically; a row further off is a copying mistake */
#define ROUNDING_MM 0.011

static void
every_row_fits_its_page (void)
{
  gsize n;
  const LabelStock *stocks = label_stock_list (&n);
  for (gsize i = 0; i < n; i++) {
    const LabelStock *s = &stocks[i];
    double right = s->page_width_mm - s->left_mm - (s->columns - 1) * s->pitch_x_mm - s->label_width_mm;
    double bottom = s->page_height_mm - s->top_mm - (s->rows - 1) * s->pitch_y_mm - s->label_height_mm;
    g_test_message ("%s: right %.2f bottom %.2f", s->name, right, bottom);
    g_assert_cmpfloat (s->left_mm, >=, 0);
    g_assert_cmpfloat (s->top_mm, >=, 0);
    g_assert_cmpfloat (right, >=, 0);
    g_assert_cmpfloat (bottom, >=, 0);
    g_assert_cmpfloat (fabs (right - s->left_mm), <=, SYMMETRY_MM + ROUNDING_MM);
    g_assert_cmpfloat (fabs (bottom - s->top_mm), <=, SYMMETRY_MM + ROUNDING_MM);
  }
}

static void
no_label_overlaps_the_next (void)
{
  gsize n;
  const LabelStock *stocks = label_stock_list (&n);
  for (gsize i = 0; i < n; i++) {
    g_assert_cmpuint (stocks[i].columns, >=, 1);
    g_assert_cmpuint (stocks[i].rows, >=, 1);
    g_assert_cmpfloat (stocks[i].pitch_x_mm + 1e-9, >=, stocks[i].label_width_mm);
    g_assert_cmpfloat (stocks[i].pitch_y_mm + 1e-9, >=, stocks[i].label_height_mm);
    g_assert_cmpfloat (stocks[i].margin_mm, >, 0);
    g_assert_cmpfloat (stocks[i].min_module_mm, >=, 0.33); /* 4 dots at 300 dpi */
  }
}

static void
every_row_says_its_source (void)
{
  gsize n;
  const LabelStock *stocks = label_stock_list (&n);
  for (gsize i = 0; i < n; i++) {
    g_assert_cmpuint (strlen (stocks[i].source), >, 0);
    g_assert_cmpuint (strlen (stocks[i].title), >, 0);
    g_autofree char *lower = g_ascii_strdown (stocks[i].name, -1);
    g_assert_cmpstr (lower, ==, stocks[i].name);
    for (gsize k = 0; k < i; k++)
      g_assert_cmpstr (stocks[k].name, !=, stocks[i].name);
  }
}

static void
finds_a_stock_in_any_case (void)
{
  g_assert_nonnull (label_stock_find ("avery-l7160"));
  g_assert_true (label_stock_find ("Avery-L7651") == label_stock_find ("avery-l7651"));
  g_assert_null (label_stock_find ("avery-l716"));
  g_assert_null (label_stock_find (""));
  g_assert_null (label_stock_find (NULL));
}

static void
names_all_stocks (void)
{
  g_autofree char *names = label_stock_names ();
  g_assert_true (g_str_has_prefix (names, "avery-l7160, avery-l7651"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/labels/stock/every-row-fits-its-page", every_row_fits_its_page);
  g_test_add_func ("/labels/stock/no-label-overlaps-the-next", no_label_overlaps_the_next);
  g_test_add_func ("/labels/stock/every-row-says-its-source", every_row_says_its_source);
  g_test_add_func ("/labels/stock/finds-a-stock-in-any-case", finds_a_stock_in_any_case);
  g_test_add_func ("/labels/stock/names-all-stocks", names_all_stocks);
  return g_test_run ();
}
