/* A cursor going down A4 pages. */
#include "daemon/documents/flow.h"

#include "labels/output.h"

#define PAGE_WIDTH_MM     210.0
#define PAGE_HEIGHT_MM    297.0
#define TOP               FLOW_MARGIN
#define BOTTOM            ((PAGE_HEIGHT_MM - 24.0) * POINTS_PER_MM) /* text ends here */
#define FOOT_TOP          ((PAGE_HEIGHT_MM - 20.0) * POINTS_PER_MM)
#define PAGE_NUMBER_WIDTH (24.0 * POINTS_PER_MM)
#define RULE_WIDTH        0.5
#define MAX_DEPTH         4 /* of open tags */

typedef struct {
  double points;
  PangoWeight weight;
  double grey; /* 0 black; light greys are not readable enough on paper */
  double spacing;
  double hanging; /* how far the rows after the first stand to the right */
  const char *tag;
  PangoAlignment alignment;
} Style;

static const Style STYLES[] = {
    [FLOW_TITLE] = {18, PANGO_WEIGHT_BOLD, 0.0, 2.0, 0, "H1", PANGO_ALIGN_LEFT},
    [FLOW_HEADING] = {11, PANGO_WEIGHT_BOLD, 0.0, 2.0, 0, "H2", PANGO_ALIGN_LEFT},
    [FLOW_BODY] = {9, PANGO_WEIGHT_NORMAL, 0.0, 2.0, 0, "P", PANGO_ALIGN_LEFT},
    [FLOW_ITEM] = {8.5, PANGO_WEIGHT_NORMAL, 0.0, 1.5, 12, "P", PANGO_ALIGN_LEFT},
    [FLOW_STRONG] = {9, PANGO_WEIGHT_BOLD, 0.0, 1.0, 0, "P", PANGO_ALIGN_LEFT},
    [FLOW_SMALL] = {7, PANGO_WEIGHT_NORMAL, 0.3, 0.5, 0, "P", PANGO_ALIGN_LEFT},
    [FLOW_TINY] = {6, PANGO_WEIGHT_NORMAL, 0.3, 0.5, 0, "P", PANGO_ALIGN_LEFT},
    [FLOW_CELL] = {7.5, PANGO_WEIGHT_NORMAL, 0.0, 0.5, 0, "P", PANGO_ALIGN_LEFT},
    [FLOW_AMOUNT] = {7.5, PANGO_WEIGHT_NORMAL, 0.0, 0.5, 0, "P", PANGO_ALIGN_RIGHT},
};

struct Flow {
  LabelOutputFile *file;
  PangoContext *context;
  PangoLayout *layout[G_N_ELEMENTS (STYLES)];
  char *title, *footer;
  guint page, n_pages;
  double y;
  const char *open[MAX_DEPTH];
  guint depth;
};

static PangoLayout *
layout_of (Flow *flow, FlowStyle style, double width, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text ? text : "", -1);
  PangoLayout *layout = flow->layout[style];
  pango_layout_set_width (layout, (int)(width * PANGO_SCALE));
  pango_layout_set_text (layout, valid, -1);
  return layout;
}

static PangoLayout *
style_layout (PangoContext *context, const Style *style)
{
  PangoLayout *layout = pango_layout_new (context);
  g_autoptr (PangoFontDescription) font = font_new (style->points, style->weight);
  /* a hyphen inside a fingerprint would be read as one of its letters */
  PangoAttrList *attributes = pango_attr_list_new ();
  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_indent (layout, -(int)(style->hanging * PANGO_SCALE));
  pango_layout_set_spacing (layout, (int)(style->spacing * PANGO_SCALE));
  pango_layout_set_alignment (layout, style->alignment);
  return layout;
}

Flow *
flow_new (const char *title, const char *footer, gint64 created_at, guint n_pages, GError **error)
{
  g_autoptr (Flow) flow = g_new0 (Flow, 1);
  flow->context = font_context_new (FALSE);
  if (!font_check (flow->context, error))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (STYLES); i++)
    flow->layout[i] = style_layout (flow->context, &STYLES[i]);
  flow->title = g_utf8_make_valid (title ? title : "", -1);
  flow->footer = g_strdup (footer);
  flow->file = output_pdf_new (PAGE_WIDTH_MM, PAGE_HEIGHT_MM, flow->title, created_at);
  flow->n_pages = n_pages;
  flow->page = 1;
  flow->y = TOP;
  return g_steal_pointer (&flow);
}

void
flow_free (Flow *flow)
{
  if (flow == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (STYLES); i++)
    g_clear_object (&flow->layout[i]);
  g_clear_object (&flow->context);
  g_clear_pointer (&flow->file, output_free);
  g_free (flow->title);
  g_free (flow->footer);
  g_free (flow);
}

cairo_t *
flow_cairo (Flow *flow)
{
  return output_cairo (flow->file);
}

double
flow_y (const Flow *flow)
{
  return flow->y;
}

void
flow_move_to (Flow *flow, double y)
{
  flow->y = y;
}

guint
flow_page (const Flow *flow)
{
  return flow->page;
}

/* Text outside the structure of the document: a screen reader skips it. */
static void
draw_aside (Flow *flow, double x, double y, double width, const char *text)
{
  cairo_t *cr = flow_cairo (flow);
  cairo_set_source_rgb (cr, STYLES[FLOW_SMALL].grey, STYLES[FLOW_SMALL].grey, STYLES[FLOW_SMALL].grey);
  cairo_move_to (cr, x, y);
  pango_cairo_show_layout (cr, layout_of (flow, FLOW_SMALL, width, text));
}

static void
draw_foot (Flow *flow)
{
  g_autofree char *number = g_strdup_printf ("page %u / %u", flow->page, flow->n_pages);
  double width = FLOW_WIDTH - PAGE_NUMBER_WIDTH;
  flow->y = FOOT_TOP - 4;
  flow_rule (flow, FLOW_MARGIN, FLOW_WIDTH);
  if (flow->footer != NULL)
    draw_aside (flow, FLOW_MARGIN, FOOT_TOP, width, flow->footer);
  pango_layout_set_alignment (flow->layout[FLOW_SMALL], PANGO_ALIGN_RIGHT);
  draw_aside (flow, FLOW_MARGIN + width, FOOT_TOP, PAGE_NUMBER_WIDTH, number);
  pango_layout_set_alignment (flow->layout[FLOW_SMALL], PANGO_ALIGN_LEFT);
}

/* cairo wants a tag closed on the page where it was opened. */
static void
next_page (Flow *flow)
{
  cairo_t *cr = flow_cairo (flow);
  for (guint i = flow->depth; i > 0; i--)
    cairo_tag_end (cr, flow->open[i - 1]);
  draw_foot (flow);
  output_next_page (flow->file);
  flow->page++;
  draw_aside (flow, FLOW_MARGIN, TOP, FLOW_WIDTH, flow->title);
  flow->y = TOP + 2 * STYLES[FLOW_SMALL].points;
  for (guint i = 0; i < flow->depth; i++)
    cairo_tag_begin (cr, flow->open[i], NULL);
}

void
flow_need (Flow *flow, double height)
{
  double first_line = TOP + 2 * STYLES[FLOW_SMALL].points;
  if (flow->y + MIN (height, BOTTOM - first_line) > BOTTOM)
    next_page (flow);
}

void
flow_begin (Flow *flow, const char *tag)
{
  g_return_if_fail (flow->depth < MAX_DEPTH);
  flow->open[flow->depth++] = tag;
  cairo_tag_begin (flow_cairo (flow), tag, NULL);
}

void
flow_end (Flow *flow)
{
  g_return_if_fail (flow->depth > 0);
  cairo_tag_end (flow_cairo (flow), flow->open[--flow->depth]);
}

void
flow_text (Flow *flow, FlowStyle style, const char *tag, double x, double width, const char *text)
{
  cairo_t *cr = flow_cairo (flow);
  /* a layout of its own: breaking the page draws other texts */
  g_autoptr (PangoLayout) layout = pango_layout_copy (layout_of (flow, style, width, text));
  double grey = STYLES[style].grey;
  double line_space = STYLES[style].spacing;
  flow_begin (flow, tag ? tag : STYLES[style].tag);
  g_autoptr (PangoLayoutIter) line = pango_layout_get_iter (layout);
  do {
    PangoRectangle box;
    pango_layout_iter_get_line_extents (line, NULL, &box);
    double height = (double)box.height / PANGO_SCALE;
    double ascent = (double)(pango_layout_iter_get_baseline (line) - box.y) / PANGO_SCALE;
    flow_need (flow, height);
    cairo_set_source_rgb (cr, grey, grey, grey);
    cairo_move_to (cr, x + (double)box.x / PANGO_SCALE, flow->y + ascent);
    pango_cairo_show_layout_line (cr, pango_layout_iter_get_line_readonly (line));
    flow->y += height + line_space;
  } while (pango_layout_iter_next_line (line));
  flow_end (flow);
}

double
flow_height (Flow *flow, FlowStyle style, double width, const char *text)
{
  int height;
  pango_layout_get_size (layout_of (flow, style, width, text), NULL, &height);
  return (double)height / PANGO_SCALE + STYLES[style].spacing;
}

void
flow_rule (Flow *flow, double x, double width)
{
  cairo_t *cr = flow_cairo (flow);
  cairo_set_source_rgb (cr, 0.6, 0.6, 0.6);
  cairo_set_line_width (cr, RULE_WIDTH);
  cairo_move_to (cr, x, flow->y);
  cairo_line_to (cr, x + width, flow->y);
  cairo_stroke (cr);
}

void
flow_frame (Flow *flow, double x, double top, double width, double height)
{
  cairo_t *cr = flow_cairo (flow);
  cairo_set_source_rgb (cr, 0.3, 0.3, 0.3);
  cairo_set_line_width (cr, RULE_WIDTH);
  cairo_rectangle (cr, x, top, width, height);
  cairo_stroke (cr);
}

GBytes *
flow_finish (Flow *flow, GError **error)
{
  draw_foot (flow);
  return output_finish (flow->file, error);
}
