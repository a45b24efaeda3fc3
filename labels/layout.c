/* One label: a QR square and a text box. The QR code is drawn as a 1-bit mask, not as rectangles: five times cheaper,
   and the printers' "any part of a pixel" rule does not fatten it. Text is laid out once per distinct line. */
#include "labels/layout.h"

#include <math.h>

#include "labels/font.h"
#include "labels/qr.h"

#define TEXT_MARGIN_MM      1.5  /* between text and the edge of the label: paper drifts in the printer */
#define QR_MAX_SHARE        0.53 /* of the width of the label */
#define HEADLINE_MAX_POINTS 14.0
#define BODY_MAX_POINTS     9.0
#define BODY_PER_HEADLINE   0.8
#define HEADLINE_EM         6.9  /* width of the widest code of nine signs, in ems of the bold face */
#define HEADLINE_SHARE      0.25 /* of the height of the text box, at most */
#define LINE_EM             1.17 /* height of a row of DejaVu Sans, in ems */
#define BODY_MAX_ROWS       2
#define MIN_DOTS_PER_MODULE 2
#define CACHED_TEXTS        128 /* per line; then all are forgotten: lines that never repeat must not fill the memory */

struct LabelLayout {
  const LabelStock *stock;
  double dots_per_point; /* 0: vector output */
  LayoutBox qr, text;
  guint max_modules;
  PangoContext *context;
  PangoFontDescription *headline, *body;
  int body_rows;
  GHashTable *cache[LABEL_LINES]; /* text -> PangoLayout */
};

LayoutBox
layout_qr_box (const LabelStock *stock)
{
  double side = fmin (stock->label_height_mm - 2 * stock->margin_mm, stock->label_width_mm * QR_MAX_SHARE);
  return (LayoutBox){
      .x_mm = stock->margin_mm,
      .y_mm = (stock->label_height_mm - side) / 2,
      .width_mm = side,
      .height_mm = side,
  };
}

LayoutBox
layout_text_box (const LabelStock *stock)
{
  LayoutBox qr = layout_qr_box (stock);
  double x = qr.x_mm + qr.width_mm;
  return (LayoutBox){
      .x_mm = x,
      .y_mm = TEXT_MARGIN_MM,
      .width_mm = stock->label_width_mm - TEXT_MARGIN_MM - x,
      .height_mm = stock->label_height_mm - 2 * TEXT_MARGIN_MM,
  };
}

/* Sizes of the two faces, so that a code of nine signs and three lines of two rows fit where they can. */
static void
set_fonts (LabelLayout *layout)
{
  double width = layout->text.width_mm * POINTS_PER_MM;
  double height = layout->text.height_mm * POINTS_PER_MM;
  double headline = CLAMP (fmin (width / HEADLINE_EM, height * HEADLINE_SHARE), LAYOUT_MIN_POINTS, HEADLINE_MAX_POINTS);
  double body = CLAMP (headline * BODY_PER_HEADLINE, LAYOUT_MIN_POINTS, BODY_MAX_POINTS);
  double rows = (height - headline * LINE_EM) / (body * LINE_EM * (LABEL_LINES - 1));
  layout->headline = font_new (headline, PANGO_WEIGHT_BOLD);
  layout->body = font_new (body, PANGO_WEIGHT_NORMAL);
  layout->body_rows = (int)CLAMP (floor (rows), 1, BODY_MAX_ROWS);
}

static gboolean
check_dots (const LabelLayout *layout, GError **error)
{
  double finest = layout->stock->min_module_mm * POINTS_PER_MM * layout->dots_per_point;
  if (layout->dots_per_point <= 0 || finest >= MIN_DOTS_PER_MODULE)
    return TRUE;
  g_set_error (error, LABEL_ERROR, LABEL_ERROR_DPI, "%.0f dots per inch are too few to draw a QR code of this size",
               layout->dots_per_point * POINTS_PER_INCH);
  return FALSE;
}

LabelLayout *
layout_new (const LabelStock *stock, guint dpi, GError **error)
{
  g_autoptr (LabelLayout) layout = g_new0 (LabelLayout, 1);
  layout->stock = stock;
  layout->dots_per_point = dpi / POINTS_PER_INCH;
  layout->qr = layout_qr_box (stock);
  layout->text = layout_text_box (stock);
  layout->max_modules = (guint)(layout->qr.width_mm / stock->min_module_mm);
  layout->context = font_context_new (dpi > 0);
  if (!check_dots (layout, error) || !font_check (layout->context, error))
    return NULL;
  set_fonts (layout);
  for (guint i = 0; i < LABEL_LINES; i++)
    layout->cache[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  return g_steal_pointer (&layout);
}

void
layout_free (LabelLayout *layout)
{
  if (layout == NULL)
    return;
  for (guint i = 0; i < LABEL_LINES; i++)
    g_clear_pointer (&layout->cache[i], g_hash_table_unref);
  g_clear_pointer (&layout->headline, pango_font_description_free);
  g_clear_pointer (&layout->body, pango_font_description_free);
  g_clear_object (&layout->context);
  g_free (layout);
}

static int
natural_width (PangoLayout *line)
{
  int width;
  pango_layout_set_width (line, -1);
  pango_layout_get_size (line, &width, NULL);
  return width;
}

/* Line 0 is never cut while a smaller size, down to the smallest allowed, can hold it. */
static void
shrink (PangoLayout *line, const PangoFontDescription *nominal, int box_width)
{
  int width = natural_width (line);
  if (width <= box_width)
    return;
  int size = pango_font_description_get_size (nominal);
  int smaller = (int)((double)size * box_width / width) - 1;
  g_autoptr (PangoFontDescription) font = pango_font_description_copy (nominal);
  pango_font_description_set_size (font, MAX (smaller, (int)(LAYOUT_MIN_POINTS * PANGO_SCALE)));
  pango_layout_set_font_description (line, font);
}

/* The first N_BYTES of TEXT and an ellipsis; never splits a letter from the accent that follows it. */
static void
set_cut_text (PangoLayout *line, const char *text, gsize n_bytes)
{
  while (n_bytes > 0 && g_unichar_ismark (g_utf8_get_char (text + n_bytes)))
    n_bytes = (gsize)(g_utf8_find_prev_char (text, text + n_bytes) - text);
  g_autofree char *kept = g_strndup (text, n_bytes);
  g_autofree char *cut = g_strconcat (g_strchomp (kept), "…", NULL);
  pango_layout_set_text (line, cut, -1);
}

/* Pango would keep the hidden end of an ellipsized text in the PDF, where anyone can copy it: so the text itself is
   cut, at the longest beginning that fits. */
static void
cut_to_fit (PangoLayout *line, const char *text)
{
  if (!pango_layout_is_ellipsized (line))
    return;
  glong fits = 0;
  glong too_long = g_utf8_strlen (text, -1);
  while (too_long - fits > 1) {
    glong middle = (fits + too_long) / 2;
    set_cut_text (line, text, (gsize)(g_utf8_offset_to_pointer (text, middle) - text));
    if (pango_layout_is_ellipsized (line))
      too_long = middle;
    else
      fits = middle;
  }
  set_cut_text (line, text, (gsize)(g_utf8_offset_to_pointer (text, fits) - text));
}

static PangoLayout *
line_new (const LabelLayout *layout, guint index, const char *text)
{
  const PangoFontDescription *font = index == 0 ? layout->headline : layout->body;
  int box_width = (int)(layout->text.width_mm * POINTS_PER_MM * PANGO_SCALE);
  PangoLayout *line = pango_layout_new (layout->context);
  pango_layout_set_font_description (line, font);
  pango_layout_set_text (line, text, -1);
  if (index == 0)
    shrink (line, font, box_width);
  pango_layout_set_width (line, box_width);
  pango_layout_set_height (line, index == 0 ? -1 : -layout->body_rows);
  pango_layout_set_wrap (line, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_ellipsize (line, PANGO_ELLIPSIZE_END);
  cut_to_fit (line, text);
  return line;
}

/* The line as it is drawn; owned by the cache, good until the next call. */
static PangoLayout *
cached_line (LabelLayout *layout, guint index, const char *text)
{
  GHashTable *cache = layout->cache[index];
  PangoLayout *line = g_hash_table_lookup (cache, text);
  if (line != NULL)
    return line;
  if (g_hash_table_size (cache) >= CACHED_TEXTS)
    g_hash_table_remove_all (cache);
  line = line_new (layout, index, text);
  g_hash_table_insert (cache, g_strdup (text), line);
  return line;
}

static gboolean
check_line (const char *text, GError **error)
{
  if (!g_utf8_validate (text, -1, NULL)) {
    g_set_error (error, LABEL_ERROR, LABEL_ERROR_TEXT, "a line of text is not UTF-8");
    return FALSE;
  }
  for (const char *c = text; *c; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)) ||
        g_unichar_break_type (g_utf8_get_char (c)) == G_UNICODE_BREAK_MANDATORY) {
      g_set_error (error, LABEL_ERROR, LABEL_ERROR_TEXT, "a line of text holds a control character");
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_lines (const Label *label, GError **error)
{
  for (guint i = 0; i < LABEL_LINES; i++)
    if (label->lines[i] != NULL && !check_line (label->lines[i], error))
      return FALSE;
  return TRUE;
}

/* The block of lines, centred from top to bottom. */
static void
draw_text (LabelLayout *layout, cairo_t *cr, double x_mm, double y_mm, const Label *label)
{
  PangoLayout *lines[LABEL_LINES];
  int heights[LABEL_LINES];
  int total = 0;
  for (guint i = 0; i < LABEL_LINES; i++) {
    const char *text = label->lines[i];
    lines[i] = text != NULL && *text ? cached_line (layout, i, text) : NULL;
    heights[i] = 0;
    if (lines[i] != NULL)
      pango_layout_get_size (lines[i], NULL, &heights[i]);
    total += heights[i];
  }
  double x = (x_mm + layout->text.x_mm) * POINTS_PER_MM;
  double y = (y_mm + layout->text.y_mm + layout->text.height_mm / 2) * POINTS_PER_MM - total / 2.0 / PANGO_SCALE;
  for (guint i = 0; i < LABEL_LINES; i++) {
    if (lines[i] == NULL)
      continue;
    cairo_move_to (cr, x, y);
    pango_cairo_show_layout (cr, lines[i]);
    y += (double)heights[i] / PANGO_SCALE;
  }
}

static void
draw_qr (const LabelLayout *layout, cairo_t *cr, double x_mm, double y_mm, cairo_surface_t *mask)
{
  double side = layout->qr.width_mm * POINTS_PER_MM;
  int modules = cairo_image_surface_get_width (mask);
  double module = side / (modules + 2 * QR_QUIET_MODULES);
  double dots = layout->dots_per_point;
  if (dots > 0)
    module = floor (module * dots) / dots;
  double inset = (side - module * modules) / 2;
  double x = (x_mm + layout->qr.x_mm) * POINTS_PER_MM + inset;
  double y = (y_mm + layout->qr.y_mm) * POINTS_PER_MM + inset;
  if (dots > 0) {
    x = round (x * dots) / dots;
    y = round (y * dots) / dots;
  }
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, module, module);
  cairo_pattern_t *pattern = cairo_pattern_create_for_surface (mask);
  cairo_pattern_set_filter (pattern, CAIRO_FILTER_NEAREST);
  cairo_mask (cr, pattern);
  cairo_pattern_destroy (pattern);
  cairo_restore (cr);
}

gboolean
layout_draw (LabelLayout *layout, cairo_t *cr, double x_mm, double y_mm, const Label *label, GError **error)
{
  if (!check_lines (label, error))
    return FALSE;
  cairo_surface_t *mask = qr_mask (label->qr, layout->max_modules, error);
  if (mask == NULL)
    return FALSE;
  cairo_set_source_rgb (cr, 0, 0, 0);
  draw_qr (layout, cr, x_mm, y_mm, mask);
  cairo_surface_destroy (mask);
  draw_text (layout, cr, x_mm, y_mm, label);
  return TRUE;
}
