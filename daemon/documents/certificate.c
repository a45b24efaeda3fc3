/* The certificate of erasure: title and QR code, statement, facts, story, evidence, places to sign. */
#include "daemon/documents/certificate.h"

#include "daemon/documents/flow.h"
#include "labels/labels.h"
#include "labels/qr.h"

#define QR_SIDE          (32.0 * POINTS_PER_MM)
#define QR_MIN_MODULE_MM 0.45
#define HEAD_WIDTH       (FLOW_WIDTH - QR_SIDE - GAP)
#define LABEL_WIDTH      (56.0 * POINTS_PER_MM)
#define VALUE_X          (FLOW_MARGIN + LABEL_WIDTH + GAP)
#define VALUE_WIDTH      (FLOW_WIDTH - LABEL_WIDTH - GAP)
#define GAP              (4.0 * POINTS_PER_MM)
#define INDENT           12.0 /* points: the English of a line of the story */
#define ROW_PADDING      3.0  /* points */
#define SIGNATURE_HEIGHT (34.0 * POINTS_PER_MM)
#define SIGNATURE_WIDTH  ((FLOW_WIDTH - GAP) / 2)
#define KEEP_WITH_NEXT   42.0 /* points: a heading and two lines */

#define HEADING_HEIGHT 26.0 /* points */

typedef struct {
  const char *fr, *en;
} Caption;

static const Caption FACTS = {"Faits constatés", "Facts"};
static const Caption TIMELINE = {"Déroulement", "Timeline"};
static const Caption EVIDENCE = {"Preuves relevées", "Evidence"};
static const Caption SIGNATURES = {"Signatures", "Signatures"};
static const Caption SIGNERS[] = {
    {"Effacement effectué par", "Erased by"},
    {"Résultat vérifié par", "Result verified by"},
};
static const Caption SIGNATURE_HINT = {"Nom, fonction, date, signature", "Name, position, date, signature"};

static void
draw_qr (Flow *flow, cairo_surface_t *mask, double x, double y)
{
  cairo_t *cr = flow_cairo (flow);
  int modules = cairo_image_surface_get_width (mask);
  double module = QR_SIDE / (modules + 2 * QR_QUIET_MODULES);
  cairo_pattern_t *pattern = cairo_pattern_create_for_surface (mask);
  cairo_pattern_set_filter (pattern, CAIRO_FILTER_NEAREST);
  cairo_save (cr);
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_translate (cr, x + module * QR_QUIET_MODULES, y + module * QR_QUIET_MODULES);
  cairo_scale (cr, module, module);
  cairo_mask (cr, pattern);
  cairo_restore (cr);
  cairo_pattern_destroy (pattern);
}

/* At the top right, its text below for who has no camera; flow_y is where it was. */
static void
draw_verification (Flow *flow, const Certificate *certificate, cairo_surface_t *mask)
{
  double top = flow_y (flow);
  double x = FLOW_MARGIN + FLOW_WIDTH - QR_SIDE;
  flow_begin (flow, "Figure");
  draw_qr (flow, mask, x, top - GAP / 2);
  flow_end (flow);
  flow_move_to (flow, top - GAP / 2 + QR_SIDE);
  flow_text (flow, FLOW_TINY, NULL, x, QR_SIDE, certificate->qr);
}

static void
draw_head (Flow *flow, const Certificate *certificate, cairo_surface_t *mask)
{
  double top = flow_y (flow);
  double width = mask ? HEAD_WIDTH : FLOW_WIDTH;
  flow_text (flow, FLOW_TITLE, NULL, FLOW_MARGIN, width, certificate->title_fr);
  flow_text (flow, FLOW_SMALL, NULL, FLOW_MARGIN, width, certificate->title_en);
  flow_move_to (flow, flow_y (flow) + GAP);
  flow_text (flow, FLOW_STRONG, NULL, FLOW_MARGIN, width, certificate->statement_fr);
  flow_move_to (flow, flow_y (flow) + ROW_PADDING);
  flow_text (flow, FLOW_SMALL, NULL, FLOW_MARGIN, width, certificate->statement_en);
  double bottom = flow_y (flow);
  if (mask != NULL && flow_page (flow) == 1) {
    flow_move_to (flow, top);
    draw_verification (flow, certificate, mask);
    flow_move_to (flow, MAX (bottom, flow_y (flow)));
  }
  flow_move_to (flow, flow_y (flow) + GAP);
}

/* The English words, unless they are the French ones. */
static void
draw_english (Flow *flow, double x, double width, const char *fr, const char *en)
{
  if (g_strcmp0 (fr, en) != 0)
    flow_text (flow, FLOW_SMALL, NULL, x, width, en);
}

static void
draw_heading (Flow *flow, Caption caption)
{
  flow_need (flow, KEEP_WITH_NEXT);
  double top = flow_y (flow);
  flow_text (flow, FLOW_HEADING, NULL, FLOW_MARGIN, LABEL_WIDTH, caption.fr);
  double bottom = flow_y (flow);
  flow_move_to (flow, top + ROW_PADDING);
  draw_english (flow, VALUE_X, VALUE_WIDTH, caption.fr, caption.en);
  flow_move_to (flow, bottom + 1);
  flow_rule (flow, FLOW_MARGIN, FLOW_WIDTH);
  flow_move_to (flow, bottom + ROW_PADDING);
}

static void
draw_field (Flow *flow, const CertificateField *field)
{
  const char *value = field->value && *field->value ? field->value : "—";
  double label_height = flow_height (flow, FLOW_STRONG, LABEL_WIDTH, field->label_fr) +
                        flow_height (flow, FLOW_SMALL, LABEL_WIDTH, field->label_en);
  flow_need (flow, MAX (label_height, flow_height (flow, FLOW_BODY, VALUE_WIDTH, value)) + ROW_PADDING);
  double top = flow_y (flow);
  flow_begin (flow, "TR");
  flow_begin (flow, "TH");
  flow_text (flow, FLOW_STRONG, NULL, FLOW_MARGIN, LABEL_WIDTH, field->label_fr);
  draw_english (flow, FLOW_MARGIN, LABEL_WIDTH, field->label_fr, field->label_en);
  flow_end (flow);
  double bottom = flow_y (flow);
  guint page = flow_page (flow);
  flow_move_to (flow, top);
  flow_text (flow, FLOW_BODY, "TD", VALUE_X, VALUE_WIDTH, value);
  if (flow_page (flow) == page)
    flow_move_to (flow, MAX (bottom, flow_y (flow)));
  flow_end (flow);
  flow_move_to (flow, flow_y (flow) + 1);
  flow_rule (flow, FLOW_MARGIN, FLOW_WIDTH);
  flow_move_to (flow, flow_y (flow) + ROW_PADDING);
}

static void
draw_fields (Flow *flow, const Certificate *certificate)
{
  if (certificate->n_fields == 0)
    return;
  draw_heading (flow, FACTS);
  flow_begin (flow, "Table");
  for (gsize i = 0; i < certificate->n_fields; i++)
    draw_field (flow, &certificate->fields[i]);
  flow_end (flow);
  flow_move_to (flow, flow_y (flow) + GAP);
}

/* A line and its English are never on two pages, unless they are longer than one. */
static void
draw_line (Flow *flow, const CertificateLine *line)
{
  g_autofree char *text =
      g_strjoin ("  ", line->at != NULL ? line->at : line->fr, line->at != NULL ? line->fr : NULL, NULL);
  double width = FLOW_WIDTH - INDENT;
  flow_need (flow, flow_height (flow, FLOW_ITEM, FLOW_WIDTH, text) + flow_height (flow, FLOW_SMALL, width, line->en));
  flow_text (flow, FLOW_ITEM, NULL, FLOW_MARGIN, FLOW_WIDTH, text);
  draw_english (flow, FLOW_MARGIN + INDENT, width, line->fr, line->en);
}

static void
draw_list (Flow *flow, Caption caption, const CertificateLine *lines, gsize n_lines)
{
  if (n_lines == 0)
    return;
  draw_heading (flow, caption);
  for (gsize i = 0; i < n_lines; i++)
    draw_line (flow, &lines[i]);
  flow_move_to (flow, flow_y (flow) + GAP);
}

static void
draw_signature (Flow *flow, Caption signer, double x, double top)
{
  cairo_t *cr = flow_cairo (flow);
  double text_x = x + GAP / 2;
  double width = SIGNATURE_WIDTH - GAP;
  cairo_set_source_rgb (cr, 0.3, 0.3, 0.3);
  cairo_set_line_width (cr, 0.7);
  cairo_rectangle (cr, x, top, SIGNATURE_WIDTH, SIGNATURE_HEIGHT);
  cairo_stroke (cr);
  g_autofree char *hint = g_strdup_printf ("%s\n%s", SIGNATURE_HINT.fr, SIGNATURE_HINT.en);
  flow_move_to (flow, top + ROW_PADDING);
  flow_text (flow, FLOW_STRONG, NULL, text_x, width, signer.fr);
  flow_text (flow, FLOW_SMALL, NULL, text_x, width, signer.en);
  flow_text (flow, FLOW_TINY, NULL, text_x, width, hint);
}

/* Never cut in two by a page. */
static void
draw_signatures (Flow *flow)
{
  flow_need (flow, SIGNATURE_HEIGHT + HEADING_HEIGHT);
  draw_heading (flow, SIGNATURES);
  double top = flow_y (flow) + ROW_PADDING;
  for (gsize i = 0; i < G_N_ELEMENTS (SIGNERS); i++)
    draw_signature (flow, SIGNERS[i], FLOW_MARGIN + (double)i * (SIGNATURE_WIDTH + GAP), top);
  flow_move_to (flow, top + SIGNATURE_HEIGHT);
}

static void
draw_all (Flow *flow, const Certificate *certificate, cairo_surface_t *mask)
{
  draw_head (flow, certificate, mask);
  draw_fields (flow, certificate);
  draw_list (flow, TIMELINE, certificate->timeline, certificate->n_timeline);
  draw_list (flow, EVIDENCE, certificate->evidence, certificate->n_evidence);
  draw_signatures (flow);
}

/* Draws once to count the pages, then with their number at the foot of each. */
static GBytes *
draw_twice (const Certificate *certificate, cairo_surface_t *mask, GError **error)
{
  g_autoptr (Flow) rehearsal = flow_new (certificate->title_fr, NULL, certificate->created_at, 0, error);
  if (rehearsal == NULL)
    return NULL;
  draw_all (rehearsal, certificate, mask);
  g_autoptr (Flow) flow =
      flow_new (certificate->title_fr, certificate->footer, certificate->created_at, flow_page (rehearsal), error);
  if (flow == NULL)
    return NULL;
  draw_all (flow, certificate, mask);
  return flow_finish (flow, error);
}

GBytes *
certificate_render (const Certificate *certificate, GError **error)
{
  cairo_surface_t *mask = NULL;
  if (certificate->qr != NULL) {
    mask = qr_mask (certificate->qr, (guint)(QR_SIDE / POINTS_PER_MM / QR_MIN_MODULE_MM), error);
    if (mask == NULL)
      return NULL;
  }
  GBytes *pdf = draw_twice (certificate, mask, error);
  if (mask != NULL)
    cairo_surface_destroy (mask);
  return pdf;
}
