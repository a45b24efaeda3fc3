/* The font of labels and documents, through Pango. */
#include "labels/font.h"

#include "labels/labels.h"

#define FAMILY       "DejaVu Sans, Sans" /* package fonts-dejavu-core; Sans is whatever the machine has */
#define PROBE_POINTS 10.0

#ifdef TEMOIN_ASAN
/* The font map of a thread lives as long as the thread, and fontconfig keeps it in ways the leak checker cannot follow.
   The amount does not grow with the number of labels. */
const char *__lsan_default_suppressions (void);
const char *
__lsan_default_suppressions (void)
{
  return "leak:libfontconfig\n";
}

const char *__lsan_default_options (void);
const char *
__lsan_default_options (void)
{
  return "print_suppressions=0";
}
#endif

PangoContext *
font_context_new (gboolean black_only)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ()); /* one per thread */
  cairo_font_options_t *options = cairo_font_options_create ();
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_antialias (options, black_only ? CAIRO_ANTIALIAS_NONE : CAIRO_ANTIALIAS_DEFAULT);
  pango_cairo_context_set_font_options (context, options);
  cairo_font_options_destroy (options);
  pango_cairo_context_set_resolution (context, POINTS_PER_INCH); /* the default, 96, makes text a third too large */
  pango_context_set_round_glyph_positions (context, FALSE);
  return context;
}

PangoFontDescription *
font_new (double points, PangoWeight weight)
{
  PangoFontDescription *font = pango_font_description_from_string (FAMILY);
  pango_font_description_set_weight (font, weight);
  pango_font_description_set_size (font, (int)(points * PANGO_SCALE));
  return font;
}

gboolean
font_check (PangoContext *context, GError **error)
{
  g_autoptr (PangoLayout) probe = pango_layout_new (context);
  g_autoptr (PangoFontDescription) font = font_new (PROBE_POINTS, PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description (probe, font);
  pango_layout_set_text (probe, "AZaz09éèçœÉ", -1);
  if (pango_layout_get_unknown_glyphs_count (probe) == 0)
    return TRUE;
  g_set_error (error, LABEL_ERROR, LABEL_ERROR_NO_FONT,
               "no usable font on this machine: install the package fonts-dejavu-core");
  return FALSE;
}
