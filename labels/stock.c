/* The table of label stocks. Figures that centre the labels on the page are preferred: published tables disagree
   by up to half a millimetre, and a sheet is cut symmetrically. A unit test refuses a row that cannot be right. */
#include "labels/stock.h"

#define A4 .page_width_mm = 210.0, .page_height_mm = 297.0

/* 0.45 mm: 3.6 dots of a 203 dpi printer; a phone's camera at 15 cm still reads it, a hand scanner reads half of it */
#define MIN_MODULE_MM 0.45

static const LabelStock STOCKS[] = {
    {.name = "avery-l7160",
     .title = "63.5 x 38.1 mm, 3 x 7 / A4",
     A4,
     .label_width_mm = 63.5,
     .label_height_mm = 38.1,
     .columns = 3,
     .rows = 7,
     .left_mm = 7.21,
     .top_mm = 15.15,
     .pitch_x_mm = 66.04,
     .pitch_y_mm = 38.1,
     .margin_mm = 2.0,
     .min_module_mm = MIN_MODULE_MM,
     .source = "published sheet Endisch 6406338x, same cut; not measured on paper"},
    {.name = "avery-l7651",
     .title = "38.1 x 21.2 mm, 5 x 13 / A4",
     A4,
     .label_width_mm = 38.1,
     .label_height_mm = 21.2,
     .columns = 5,
     .rows = 13,
     .left_mm = 4.75,
     .top_mm = 10.7,
     .pitch_x_mm = 40.6,
     .pitch_y_mm = 21.2,
     .margin_mm = 0.6,
     .min_module_mm = MIN_MODULE_MM,
     .source = "glabels-data 3.4.1 (4.70, 10.90) centred on the page; not measured on paper"},
    {.name = "avery-l7636",
     .title = "45.7 x 21.2 mm, 4 x 12 / A4",
     A4,
     .label_width_mm = 45.7,
     .label_height_mm = 21.2,
     .columns = 4,
     .rows = 12,
     .left_mm = 9.7,
     .top_mm = 21.3,
     .pitch_x_mm = 48.3,
     .pitch_y_mm = 21.2,
     .margin_mm = 0.6,
     .min_module_mm = MIN_MODULE_MM,
     .source = "published sheet Rayfilm 2645, taken to be the same cut; not measured on paper"},
    {.name = "avery-l4732",
     .title = "35.6 x 16.9 mm, 5 x 16 / A4",
     A4,
     .label_width_mm = 35.6,
     .label_height_mm = 16.9,
     .columns = 5,
     .rows = 16,
     .left_mm = 11.0,
     .top_mm = 13.3,
     .pitch_x_mm = 38.1,
     .pitch_y_mm = 16.9,
     .margin_mm = 0.6,
     .min_module_mm = MIN_MODULE_MM,
     .source = "glabels-data 3.4.1 (11, 13) centred on the page; not measured on paper"},
};

const LabelStock *
label_stock_list (gsize *n)
{
  *n = G_N_ELEMENTS (STOCKS);
  return STOCKS;
}

const LabelStock *
label_stock_find (const char *name)
{
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (STOCKS); i++)
    if (g_ascii_strcasecmp (name, STOCKS[i].name) == 0)
      return &STOCKS[i];
  return NULL;
}

char *
label_stock_names (void)
{
  GString *names = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (STOCKS); i++)
    g_string_append_printf (names, "%s%s", i ? ", " : "", STOCKS[i].name);
  return g_string_free (names, FALSE);
}
