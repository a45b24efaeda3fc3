/* A statement on A4 paper: facts, the lines of the journal as a table, the papers with their hashes, places to sign. */
#include "daemon/documents/flow.h"
#include "daemon/documents/regie_parts.h"
#include "daemon/rules/argument.h"
#include "daemon/rules/regie.h"
#include <string.h>

#define GAP              (4.0 * POINTS_PER_MM)
#define LABEL_WIDTH      (60.0 * POINTS_PER_MM)
#define CELL_GAP         4.0  /* points */
#define ROW_PADDING      2.0  /* points */
#define KEEP_WITH_NEXT   60.0 /* points: a heading and two rows */
#define SIGNATURE_HEIGHT (30.0 * POINTS_PER_MM)
#define SIGNATURE_WIDTH  ((FLOW_WIDTH - GAP) / 2)

enum { TEXT_MAX = 512, HASH_LETTERS = 64 }; /* bytes of a text that is put together; of a SHA-256 in hex */

/* ---- the cells of a line ---- */

typedef char *(*Cell) (const RegieEntry *entry);

static char *
cell_number (const RegieEntry *entry)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, entry->number);
}

static char *
cell_day (const RegieEntry *entry)
{
  return argument_text ('d', entry->on.text, LANGUAGE_FR);
}

/* "Dépense · Recharges : carte SIM de l'accueil (corrige n° 4)" */
static char *
cell_object (const RegieEntry *entry)
{
  g_autoptr (GString) text = g_string_new (regie_kind_text (entry->kind, LANGUAGE_FR));
  if (entry->nature != NULL)
    g_string_append_printf (text, " · %s", entry->nature);
  if (entry->object != NULL)
    g_string_append_printf (text, " : %s", entry->object);
  if (entry->reverses != 0)
    g_string_append_printf (text, " (corrige n° %" G_GINT64_FORMAT ")", entry->reverses);
  return g_strdup (text->str);
}

static char *
cell_means (const RegieEntry *entry)
{
  return g_strdup (entry->has_means ? pay_means_text (entry->means, LANGUAGE_FR) : "");
}

static char *
cell_paper (const RegieEntry *entry)
{
  return g_strdup (entry->paper != NULL ? entry->paper : "");
}

/* Nothing for nothing. */
static char *
amount_text (Money amount)
{
  g_autofree char *cents = g_strdup_printf ("%" G_GINT64_FORMAT, amount.cents);
  return amount.cents != 0 ? argument_text ('m', cents, LANGUAGE_FR) : g_strdup ("");
}

static char *
cell_received (const RegieEntry *entry)
{
  return amount_text (entry->received);
}

static char *
cell_paid (const RegieEntry *entry)
{
  return amount_text (entry->paid);
}

static char *
cell_balance (const RegieEntry *entry)
{
  g_autofree char *cents = g_strdup_printf ("%" G_GINT64_FORMAT, entry->balance.cents);
  return argument_text ('m', cents, LANGUAGE_FR);
}

static const struct {
  const char *title;
  double share; /* of the width; together 1 */
  FlowStyle style;
  Cell text;
} columns[] = {
    {"N°", 0.05, FLOW_CELL, cell_number},
    {"Date", 0.10, FLOW_CELL, cell_day},
    {"Genre, nature et objet", 0.30, FLOW_CELL, cell_object},
    {"Moyen", 0.10, FLOW_CELL, cell_means},
    {"Pièce", 0.13, FLOW_CELL, cell_paper},
    {"Encaissé", 0.105, FLOW_AMOUNT, cell_received},
    {"Payé", 0.105, FLOW_AMOUNT, cell_paid},
    {"Solde", 0.11, FLOW_AMOUNT, cell_balance},
};

/* ---- drawing ---- */

/* texts: one a column. A row is never cut by a page. */
static void
draw_row (Flow *flow, const char *const *texts, const char *tag)
{
  double height = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    height = MAX (height, flow_height (flow, columns[i].style, columns[i].share * FLOW_WIDTH - CELL_GAP, texts[i]));
  flow_need (flow, height + ROW_PADDING);
  double top = flow_y (flow), x = FLOW_MARGIN;
  flow_begin (flow, "TR");
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++) {
    double width = columns[i].share * FLOW_WIDTH;
    flow_move_to (flow, top);
    flow_text (flow, columns[i].style, tag, x, width - CELL_GAP, texts[i]);
    x += width;
  }
  flow_end (flow);
  flow_move_to (flow, top + height + 1);
  flow_rule (flow, FLOW_MARGIN, FLOW_WIDTH);
  flow_move_to (flow, top + height + ROW_PADDING);
}

static void
draw_titles (Flow *flow)
{
  const char *titles[G_N_ELEMENTS (columns)];
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    titles[i] = columns[i].title;
  draw_row (flow, titles, "TH");
}

static void
draw_entry (Flow *flow, const RegieEntry *entry)
{
  char *texts[G_N_ELEMENTS (columns)];
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    texts[i] = columns[i].text (entry);
  draw_row (flow, (const char *const *)texts, "TD");
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    g_free (texts[i]);
}

static void
draw_heading (Flow *flow, const char *text)
{
  flow_need (flow, KEEP_WITH_NEXT);
  flow_move_to (flow, flow_y (flow) + GAP);
  flow_text (flow, FLOW_HEADING, NULL, FLOW_MARGIN, FLOW_WIDTH, text);
  flow_rule (flow, FLOW_MARGIN, FLOW_WIDTH);
  flow_move_to (flow, flow_y (flow) + ROW_PADDING);
}

static void
draw_fact (Flow *flow, const StatementFact *fact)
{
  double width = FLOW_WIDTH - LABEL_WIDTH;
  FlowStyle style = strlen (fact->value) == HASH_LETTERS ? FLOW_CELL : FLOW_BODY; /* a hash on one line */
  flow_need (flow, MAX (flow_height (flow, FLOW_STRONG, LABEL_WIDTH - GAP, fact->label),
                        flow_height (flow, style, width, fact->value)));
  double top = flow_y (flow);
  flow_begin (flow, "TR");
  flow_text (flow, FLOW_STRONG, "TH", FLOW_MARGIN, LABEL_WIDTH - GAP, fact->label);
  double bottom = flow_y (flow);
  flow_move_to (flow, top);
  flow_text (flow, style, "TD", FLOW_MARGIN + LABEL_WIDTH, width, fact->value);
  flow_end (flow);
  flow_move_to (flow, MAX (bottom, flow_y (flow)));
}

static void
draw_facts (Flow *flow, const Statement *statement)
{
  flow_begin (flow, "Table");
  for (guint i = 0; i < statement->facts->len; i++)
    draw_fact (flow, &g_array_index (statement->facts, StatementFact, i));
  flow_end (flow);
}

static void
draw_lines (Flow *flow, const Statement *statement)
{
  draw_heading (flow, "Journal");
  flow_begin (flow, "Table");
  draw_titles (flow);
  for (guint i = 0; i < statement->lines->len; i++)
    draw_entry (flow, g_ptr_array_index (statement->lines, i));
  flow_end (flow);
  if (statement->lines->len == 0)
    flow_text (flow, FLOW_BODY, NULL, FLOW_MARGIN, FLOW_WIDTH, "Aucune écriture.");
}

/* The reference on one line, the hash of its file below: whole, so that it can be compared. */
static void
draw_papers (Flow *flow, const Statement *statement)
{
  draw_heading (flow, "Pièces justificatives et empreintes (SHA-256)");
  for (guint i = 0; i < statement->lines->len; i++) {
    const RegieEntry *entry = g_ptr_array_index (statement->lines, i);
    char text[TEXT_MAX];
    if (entry->kind != REGIE_EXPENSE || entry->reverses != 0)
      continue;
    g_snprintf (text, sizeof text, "n° %" G_GINT64_FORMAT " : %s — %s", entry->number,
                entry->paper != NULL ? entry->paper : "sans référence",
                entry->paper_hash != NULL ? entry->paper_hash : "papier seul, sans fichier");
    flow_text (flow, FLOW_ITEM, NULL, FLOW_MARGIN, FLOW_WIDTH, text);
  }
}

/* Never cut in two by a page. */
static void
draw_signatures (Flow *flow)
{
  static const char *const signers[] = {"Le régisseur\nDate, nom, signature", "Le comptable\nDate, nom, visa"};
  flow_need (flow, SIGNATURE_HEIGHT + 2 * GAP);
  double top = flow_y (flow) + GAP;
  for (gsize i = 0; i < G_N_ELEMENTS (signers); i++) {
    double x = FLOW_MARGIN + (double)i * (SIGNATURE_WIDTH + GAP);
    flow_frame (flow, x, top, SIGNATURE_WIDTH, SIGNATURE_HEIGHT);
    flow_move_to (flow, top + ROW_PADDING);
    flow_text (flow, FLOW_BODY, NULL, x + GAP / 2, SIGNATURE_WIDTH - GAP, signers[i]);
  }
  flow_move_to (flow, top + SIGNATURE_HEIGHT);
}

static void
draw_all (Flow *flow, const Statement *statement)
{
  flow_text (flow, FLOW_TITLE, NULL, FLOW_MARGIN, FLOW_WIDTH, statement->title);
  flow_move_to (flow, flow_y (flow) + GAP);
  flow_text (flow, FLOW_BODY, NULL, FLOW_MARGIN, FLOW_WIDTH, statement->sentence);
  flow_move_to (flow, flow_y (flow) + GAP);
  draw_facts (flow, statement);
  draw_lines (flow, statement);
  draw_papers (flow, statement);
  draw_signatures (flow);
}

GBytes *
statement_pdf (const Statement *statement, GError **error)
{
  /* once to count the pages, then with their number at the foot of each */
  g_autoptr (Flow) rehearsal = flow_new (statement->title, NULL, statement->created_at, 0, error);
  if (rehearsal == NULL)
    return NULL;
  draw_all (rehearsal, statement);
  g_autoptr (Flow) flow =
      flow_new (statement->title, statement->footer, statement->created_at, flow_page (rehearsal), error);
  if (flow == NULL)
    return NULL;
  draw_all (flow, statement);
  return flow_finish (flow, error);
}
