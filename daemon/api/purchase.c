/* Invoices and their shares, in HTTP. */
#include "daemon/actions/purchase.h"
#include "daemon/api/resources.h"

static const Field fields[] = {
    {"supplier", FIELD_TEXT, G_STRUCT_OFFSET (PurchaseRequest, supplier), TRUE, 0},
    {"invoice", FIELD_TEXT, G_STRUCT_OFFSET (PurchaseRequest, invoice), TRUE, 0},
    {"paper_hash", FIELD_TEXT, G_STRUCT_OFFSET (PurchaseRequest, paper_hash), FALSE, 0},
    {"on", FIELD_TEXT, G_STRUCT_OFFSET (PurchaseRequest, on), FALSE, 0},
    {"fund", FIELD_TEXT, G_STRUCT_OFFSET (PurchaseRequest, fund), TRUE, 0},
    {"total", FIELD_TEXT, G_STRUCT_OFFSET (PurchaseRequest, total), FALSE, 0},
    {"total_cents", FIELD_INT, G_STRUCT_OFFSET (PurchaseRequest, total_cents), FALSE, 0},
    {"items", FIELD_TEXTS, G_STRUCT_OFFSET (PurchaseRequest, items), FALSE, 0},
    {"count", FIELD_INT, G_STRUCT_OFFSET (PurchaseRequest, count), FALSE, 0},
    {"kind", FIELD_TEXT, G_STRUCT_OFFSET (PurchaseRequest, kind), FALSE, 0},
};
const Form api_purchase_form = {sizeof (PurchaseRequest), fields, G_N_ELEMENTS (fields)};

static const Field cancel_fields[] = {
    {"purchase", FIELD_TEXT, G_STRUCT_OFFSET (PurchaseCancelRequest, purchase), TRUE, 0},
};
const Form api_purchase_cancel_form = {sizeof (PurchaseCancelRequest), cancel_fields, G_N_ELEMENTS (cancel_fields)};

static const Field assign_fields[] = {
    {"purchase", FIELD_TEXT, G_STRUCT_OFFSET (PurchaseAssignRequest, purchase), TRUE, 0},
    {"items", FIELD_TEXTS, G_STRUCT_OFFSET (PurchaseAssignRequest, items), TRUE, 0},
};
const Form api_purchase_assign_form = {sizeof (PurchaseAssignRequest), assign_fields, G_N_ELEMENTS (assign_fields)};

static gboolean
write_shares (View *view, const Purchase *purchase, GError **error)
{
  g_autoptr (GPtrArray) shares = purchase_share_list (view->store, purchase->code, error);
  if (shares == NULL)
    return FALSE;
  writer_open_array (view->out, "shares");
  for (guint i = 0; i < shares->len; i++) {
    const PurchaseShare *share = g_ptr_array_index (shares, i);
    writer_open_object (view->out, NULL);
    writer_int (view->out, "number", share->number);
    writer_word (view->out, "item", share->item);
    writer_money (view->out, "price_cents", share->price);
    writer_close (view->out);
  }
  writer_close (view->out);
  return TRUE;
}

static void
write_members (View *view, const Purchase *purchase)
{
  writer_text (view->out, "kind", "purchase");
  writer_text (view->out, "code", purchase->code);
  writer_text (view->out, "supplier", purchase->supplier);
  writer_text (view->out, "invoice", purchase->invoice);
  writer_text (view->out, "paper_hash", purchase->paper_hash);
  writer_word (view->out, "on", purchase->on.text);
  writer_text (view->out, "fund", purchase->fund);
  writer_money (view->out, "total_cents", purchase->total);
  writer_text (view->out, "currency", "EUR");
  writer_int (view->out, "count", purchase->n_shares);
  writer_text (view->out, "state", purchase->cancelled_at == 0 ? "standing" : "cancelled");
  writer_instant (view->out, "at", purchase->at);
  writer_instant (view->out, "cancelled_at", purchase->cancelled_at);
}

/* In a list, without its shares. */
static gboolean
write_short (View *view, gconstpointer record, GError **error)
{
  (void)error; /* nothing more is read */
  writer_open_object (view->out, NULL);
  write_members (view, record);
  writer_close (view->out);
  return TRUE;
}

gboolean
api_purchase_write_of (View *view, const char *item, GError **error)
{
  Code code;
  if (!purchase_of_item (view->store, item, code, error))
    return FALSE;
  writer_word (view->out, "purchase", code);
  return TRUE;
}

gboolean
api_purchase_show (View *view, const char *code, GError **error)
{
  g_autoptr (Purchase) purchase = purchase_load (view->store, code, error);
  if (purchase == NULL)
    return FALSE;
  writer_open_object (view->out, NULL);
  write_members (view, purchase);
  if (!write_shares (view, purchase, error))
    return FALSE;
  writer_close (view->out);
  return TRUE;
}

gboolean
api_purchase_list (Request *request, Store *store, GError **error)
{
  Page page;
  Code fund;
  if (!request_page_by_code (request, 'D', &page, error) || !request_query_code (request, "fund", "F", fund, error))
    return FALSE;
  g_autoptr (GPtrArray) purchases =
      purchase_list (store, fund[0] != '\0' ? fund : NULL, page.after, page.limit + 1, error);
  return purchases != NULL && view_answer_list (request, store, &page, purchases, write_short, view_code_cursor, error);
}

gboolean
api_purchase_add (Request *request, Store *store, GError **error)
{
  return purchase_add (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_purchase_cancel (Request *request, Store *store, GError **error)
{
  return purchase_undo (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_purchase_assign (Request *request, Store *store, GError **error)
{
  return purchase_assign (store, &request->context, form_data_input (request->form), &request->outcome, error);
}
