/* SIM cards and phone lines, in HTTP. */
#include "daemon/actions/secret.h"
#include "daemon/actions/sim.h"
#include "daemon/api/resources.h"
#include "daemon/rules/item.h"
#include "db/sim.h"

static const Field fields[] = {
    {"iccid", FIELD_TEXT, G_STRUCT_OFFSET (SimRequest, iccid), TRUE, 0},
    {"msisdn", FIELD_TEXT, G_STRUCT_OFFSET (SimRequest, msisdn), FALSE, 0},
    {"operator", FIELD_TEXT, G_STRUCT_OFFSET (SimRequest, operator_name), FALSE, 0},
    {"offer", FIELD_TEXT, G_STRUCT_OFFSET (SimRequest, offer), FALSE, 0},
    {"pin", FIELD_TEXT, G_STRUCT_OFFSET (SimRequest, pin), FALSE, 0},
    {"puk", FIELD_TEXT, G_STRUCT_OFFSET (SimRequest, puk), FALSE, 0},
};
const Form api_sim_form = {sizeof (SimRequest), fields, G_N_ELEMENTS (fields)};

void
api_pin_write (Writer *out, gint64 pin_on, gint64 pin_left, gint64 puk_left)
{
  if (pin_on >= 0)
    writer_bool (out, "pin_on", pin_on != 0);
  else
    writer_null (out, "pin_on");
  writer_maybe_int (out, "pin_left", pin_left);
  writer_maybe_int (out, "puk_left", puk_left);
}

/* Which PINs of it are sealed in the register: "two" while nobody knows which of them the card has. */
static gboolean
write_kept (View *view, const Card *card, GError **error)
{
  gboolean has_pin, has_next;
  if (!secret_has (view->store, SECRET_PIN, card->code, &has_pin, error) ||
      !secret_has (view->store, SECRET_PIN_NEXT, card->code, &has_next, error))
    return FALSE;
  writer_text (view->out, "pin_kept", has_next ? "two" : has_pin ? "one" : "none");
  return TRUE;
}

static void
open_card (View *view, const Card *card)
{
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "sim");
  writer_text (view->out, "code", card->code);
  writer_text (view->out, "iccid", card->iccid);
  writer_text (view->out, "line", card->line);
  writer_instant (view->out, "created_at", card->created_at);
  writer_instant (view->out, "seen_at", card->seen_at);
  api_pin_write (view->out, card->pin_on, card->pin_left, card->puk_left);
  writer_bool (view->out, "to_erase", card->to_erase);
}

gboolean
api_card_show (View *view, const char *code, GError **error)
{
  g_autoptr (Card) card = card_load (view->store, code, error);
  if (card == NULL)
    return FALSE;
  open_card (view, card);
  if (!write_kept (view, card, error))
    return FALSE;
  writer_close (view->out);
  return TRUE;
}

/* record: a line. Shows its newest card. */
static gboolean
write_card_of_line (View *view, gconstpointer record, GError **error)
{
  const Line *line = record;
  g_autoptr (Card) card = NULL;
  if (!card_find_of_line (view->store, line->code, &card, error))
    return FALSE;
  if (card != NULL) {
    open_card (view, card);
    writer_close (view->out);
  }
  return TRUE;
}

static gboolean
write_line (View *view, gconstpointer record, GError **error)
{
  const Line *line = record;
  g_autoptr (Card) card = NULL;
  if (!card_find_of_line (view->store, line->code, &card, error))
    return FALSE;
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "line");
  writer_text (view->out, "code", line->code);
  writer_text (view->out, "msisdn", line->msisdn);
  writer_text (view->out, "operator", line->operator_name);
  writer_text (view->out, "offer", line->offer);
  writer_text (view->out, "state", line_state_name (line->state));
  writer_text (view->out, "state_fr", line_state_text (line->state, LANGUAGE_FR));
  writer_text (view->out, "state_en", line_state_text (line->state, LANGUAGE_EN));
  writer_text (view->out, "card", card != NULL ? card->iccid : NULL);
  api_line_write_clock (view->out, "credit", &line->credit);
  api_line_write_clock (view->out, "line", &line->end);
  writer_maybe_int (view->out, "balance_cents", line->balance);
  writer_text (view->out, "currency", "EUR");
  writer_maybe_int (view->out, "balance_mb", line->balance_mb);
  writer_instant (view->out, "balance_at", line->balance_at);
  writer_instant (view->out, "created_at", line->created_at);
  if (!api_loan_write_holder (view, line->code, error))
    return FALSE;
  writer_close (view->out);
  return TRUE;
}

gboolean
api_line_show (View *view, const char *code, GError **error)
{
  g_autoptr (Line) line = line_load (view->store, code, error);
  return line != NULL && write_line (view, line, error);
}

static gboolean
list_lines (Request *request, Store *store, const LineState *state, ViewWrite write, GError **error)
{
  Page page;
  if (!request_page_by_code (request, 'L', &page, error))
    return FALSE;
  g_autoptr (GPtrArray) lines = line_list (store, state, page.after, page.limit + 1, error);
  return lines != NULL && view_answer_list (request, store, &page, lines, write, view_code_cursor, error);
}

gboolean
api_card_list (Request *request, Store *store, GError **error)
{
  return list_lines (request, store, NULL, write_card_of_line, error);
}

gboolean
api_line_list (Request *request, Store *store, GError **error)
{
  LineState state;
  const char *word = request_query (request, "state");
  if (word != NULL && !line_state_parse (word, &state)) {
    rule_error_set (error, M_LINE_STATE_UNKNOWN, word, line_state_names (), NULL);
    return FALSE;
  }
  return list_lines (request, store, word != NULL ? &state : NULL, write_line, error);
}

gboolean
api_sim_add (Request *request, Store *store, GError **error)
{
  return sim_add (store, &request->context, form_data_input (request->form), &request->outcome, error);
}
