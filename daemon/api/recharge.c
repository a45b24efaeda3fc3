/* Recharges of lines, in HTTP. */
#include "daemon/actions/recharge.h"
#include "daemon/api/resources.h"
#include "db/recharge.h"

static const Field fields[] = {
    {"line", FIELD_TEXT, G_STRUCT_OFFSET (RechargeRequest, line), TRUE, 0},
    {"product", FIELD_TEXT, G_STRUCT_OFFSET (RechargeRequest, product), FALSE, 0},
    {"amount", FIELD_TEXT, G_STRUCT_OFFSET (RechargeRequest, amount), FALSE, 0},
    {"amount_cents", FIELD_INT, G_STRUCT_OFFSET (RechargeRequest, amount_cents), FALSE, 0},
    {"fund", FIELD_TEXT, G_STRUCT_OFFSET (RechargeRequest, fund), FALSE, 0},
    {"on", FIELD_TEXT, G_STRUCT_OFFSET (RechargeRequest, on), FALSE, 0},
    {"keep_alive", FIELD_BOOL, G_STRUCT_OFFSET (RechargeRequest, keep_alive), FALSE, 0},
};
const Form api_recharge_form = {sizeof (RechargeRequest), fields, G_N_ELEMENTS (fields)};

static gboolean
write_recharge (View *view, gconstpointer record, GError **error)
{
  (void)error; /* nothing more is read */
  const Recharge *recharge = record;
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
  writer_close (view->out);
  return TRUE;
}

gboolean
api_recharge_show (View *view, const char *code, GError **error)
{
  g_autoptr (Recharge) recharge = recharge_load (view->store, code, error);
  return recharge != NULL && write_recharge (view, recharge, error);
}

gboolean
api_recharge_list (Request *request, Store *store, GError **error)
{
  Page page;
  Code line, fund;
  if (!request_page_by_code (request, 'R', &page, error) || !request_query_code (request, "line", "L", line, error) ||
      !request_query_code (request, "fund", "F", fund, error))
    return FALSE;
  const RechargeFilter filter = {.line = line[0] != '\0' ? line : NULL, .fund = fund[0] != '\0' ? fund : NULL};
  g_autoptr (GPtrArray) recharges = recharge_list (store, &filter, page.after, page.limit + 1, error);
  return recharges != NULL &&
         view_answer_list (request, store, &page, recharges, write_recharge, view_code_cursor, error);
}

gboolean
api_recharge_add (Request *request, Store *store, GError **error)
{
  return recharge_line (store, &request->context, form_data_input (request->form), &request->outcome, error);
}
