/* Recharges of lines, in HTTP. */
#include "daemon/actions/recharge.h"
#include "daemon/api/resources.h"
#include "daemon/rules/voucher.h"
#include "db/modem_act.h"
#include "db/recharge.h"

static const Field fields[] = {
    {"line", FIELD_TEXT, G_STRUCT_OFFSET (RechargeRequest, line), FALSE, 0},
    {"lines", FIELD_TEXTS, G_STRUCT_OFFSET (RechargeRequest, lines), FALSE, 0},
    {"product", FIELD_TEXT, G_STRUCT_OFFSET (RechargeRequest, product), FALSE, 0},
    {"amount", FIELD_TEXT, G_STRUCT_OFFSET (RechargeRequest, amount), FALSE, 0},
    {"amount_cents", FIELD_INT, G_STRUCT_OFFSET (RechargeRequest, amount_cents), FALSE, 0},
    {"fund", FIELD_TEXT, G_STRUCT_OFFSET (RechargeRequest, fund), FALSE, 0},
    {"on", FIELD_TEXT, G_STRUCT_OFFSET (RechargeRequest, on), FALSE, 0},
    {"keep_alive", FIELD_BOOL, G_STRUCT_OFFSET (RechargeRequest, keep_alive), FALSE, 0},
    {"voucher", FIELD_TEXT, G_STRUCT_OFFSET (RechargeRequest, voucher), FALSE, 0},
    {"from_stock", FIELD_BOOL, G_STRUCT_OFFSET (RechargeRequest, from_stock), FALSE, 0},
    {"bench", FIELD_BOOL, G_STRUCT_OFFSET (RechargeRequest, on_bench), FALSE, 0},
    {"dialogue", FIELD_TEXT, G_STRUCT_OFFSET (RechargeRequest, dialogue), FALSE, 0},
};
const Form api_recharge_form = {sizeof (RechargeRequest), fields, G_N_ELEMENTS (fields)};

static const Field settle_fields[] = {
    {"recharge", FIELD_TEXT, G_STRUCT_OFFSET (SettleRequest, recharge), TRUE, 0},
    {"outcome", FIELD_TEXT, G_STRUCT_OFFSET (SettleRequest, outcome), TRUE, 0},
    {"evidence", FIELD_TEXT, G_STRUCT_OFFSET (SettleRequest, evidence), FALSE, 0},
};
const Form api_settle_form = {sizeof (SettleRequest), settle_fields, G_N_ELEMENTS (settle_fields)};

static const Field cancel_fields[] = {
    {"recharge", FIELD_TEXT, G_STRUCT_OFFSET (CancelRechargeRequest, recharge), TRUE, 0},
};
const Form api_recharge_cancel_form = {sizeof (CancelRechargeRequest), cancel_fields, G_N_ELEMENTS (cancel_fields)};

static gboolean
write_recharge (View *view, gconstpointer record, GError **error)
{
  const Recharge *recharge = record;
  g_autoptr (GError) problem = NULL;
  gboolean is_bench = recharge->channel == CHANNEL_BENCH;
  g_autoptr (ModemAct) act = is_bench ? modem_act_of_recharge (view->store, recharge->code, &problem) : NULL;
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "recharge");
  writer_text (view->out, "code", recharge->code);
  writer_text (view->out, "line", recharge->line);
  writer_word (view->out, "fund", recharge->fund);
  writer_word (view->out, "person", recharge->person);
  writer_text (view->out, "product", recharge->product);
  writer_money (view->out, "amount_cents", recharge->amount);
  writer_text (view->out, "currency", "EUR");
  writer_word (view->out, "on", recharge->on.text);
  writer_instant (view->out, "at", recharge->at);
  writer_text (view->out, "state", recharge_state_name (recharge->state));
  writer_text (view->out, "state_fr", recharge_state_text (recharge->state, LANGUAGE_FR));
  writer_text (view->out, "state_en", recharge_state_text (recharge->state, LANGUAGE_EN));
  writer_text (view->out, "channel", recharge_channel_name (recharge->channel));
  writer_word (view->out, "voucher", recharge->voucher);
  writer_maybe_int (view->out, "act", act != NULL ? act->number : -1);
  writer_bool (view->out, "keep_alive", recharge->keep_alive);
  writer_instant (view->out, "sent_at", recharge->sent_at);
  writer_instant (view->out, "settled_at", recharge->settled_at);
  writer_text (view->out, "evidence", recharge->has_evidence ? recharge_evidence_name (recharge->evidence) : NULL);
  writer_close (view->out);
  return TRUE;
}

gboolean
api_recharge_show (View *view, const char *code, GError **error)
{
  g_autoptr (Recharge) recharge = recharge_load (view->store, code, error);
  return recharge != NULL && write_recharge (view, recharge, error);
}

/* Lists by state hold what is not settled; the rest is found by line or fund. */
static gboolean
read_state (const Request *request, RechargeState *state, gboolean *is_open, GError **error)
{
  const char *word = request_query (request, "state");
  *is_open = word != NULL;
  if (word == NULL || (recharge_state_parse (word, state) &&
                       (*state == RECHARGE_PREPARED || *state == RECHARGE_SENT || *state == RECHARGE_AMBIGUOUS)))
    return TRUE;
  rule_error_set (error, M_WORD_UNKNOWN, word, "state", "prepared, sent, ambiguous", NULL);
  return FALSE;
}

gboolean
api_recharge_list (Request *request, Store *store, GError **error)
{
  Page page;
  Code line, fund;
  RechargeState state;
  gboolean is_open;
  if (!request_page_by_code (request, 'R', &page, error) || !request_query_code (request, "line", "L", line, error) ||
      !request_query_code (request, "fund", "F", fund, error) || !read_state (request, &state, &is_open, error))
    return FALSE;
  const RechargeFilter filter = {
      .line = line[0] != '\0' ? line : NULL, .fund = fund[0] != '\0' ? fund : NULL, .open = is_open ? &state : NULL};
  g_autoptr (GPtrArray) recharges = recharge_list (store, &filter, page.after, page.limit + 1, error);
  return recharges != NULL &&
         view_answer_list (request, store, &page, recharges, write_recharge, view_code_cursor, error);
}

gboolean
api_recharge_add (Request *request, Store *store, GError **error)
{
  SimBench bench;
  g_autoptr (GPtrArray) slots = NULL;
  const RechargeRequest *asked = form_data_input (request->form);
  if (!asked->on_bench)
    return recharge_line (store, &request->context, asked, &request->outcome, error);
  return api_bench_open (request, &bench, &slots, error) &&
         sim_recharge (store, &request->context, asked, &bench, &request->outcome, error);
}

gboolean
api_recharge_settle (Request *request, Store *store, GError **error)
{
  return recharge_settle (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_recharge_cancel (Request *request, Store *store, GError **error)
{
  return recharge_cancel (store, &request->context, form_data_input (request->form), &request->outcome, error);
}
