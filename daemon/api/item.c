/* Tablets, other items and their pieces, in HTTP. */
#include "daemon/actions/item.h"
#include "daemon/api/resources.h"
#include "daemon/rules/item.h"
#include "db/item.h"
#include "db/wipe.h"

static const Field fields[] = {
    {"kind", FIELD_TEXT, G_STRUCT_OFFSET (ItemRequest, kind), FALSE, 0},
    {"serial", FIELD_TEXT, G_STRUCT_OFFSET (ItemRequest, serial), TRUE, 0},
    {"model", FIELD_TEXT, G_STRUCT_OFFSET (ItemRequest, model), FALSE, 0},
    {"imei", FIELD_TEXT, G_STRUCT_OFFSET (ItemRequest, imei), FALSE, 0},
    {"inventory_no", FIELD_TEXT, G_STRUCT_OFFSET (ItemRequest, inventory_no), FALSE, 0},
    {"price", FIELD_TEXT, G_STRUCT_OFFSET (ItemRequest, price), FALSE, 0},
    {"price_cents", FIELD_INT, G_STRUCT_OFFSET (ItemRequest, price_cents), FALSE, 0},
    {"fund", FIELD_TEXT, G_STRUCT_OFFSET (ItemRequest, fund), FALSE, 0},
    {"pieces", FIELD_TEXTS, G_STRUCT_OFFSET (ItemRequest, pieces), FALSE, 0},
};
const Form api_item_form = {sizeof (ItemRequest), fields, G_N_ELEMENTS (fields)};

static void
write_piece (View *view, const Piece *piece)
{
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "piece");
  writer_text (view->out, "code", piece->code);
  writer_text (view->out, "item", piece->item);
  writer_text (view->out, "name", piece->name);
  writer_text (view->out, "state", piece_state_name (piece->state));
  writer_close (view->out);
}

gboolean
api_piece_show (View *view, const char *code, GError **error)
{
  g_autoptr (Piece) piece = piece_load (view->store, code, error);
  if (piece == NULL)
    return FALSE;
  write_piece (view, piece);
  return TRUE;
}

static gboolean
write_pieces (View *view, const char *item, GError **error)
{
  g_autoptr (GPtrArray) pieces = piece_list (view->store, item, error);
  if (pieces == NULL)
    return FALSE;
  writer_open_array (view->out, "pieces");
  for (guint i = 0; i < pieces->len; i++)
    write_piece (view, g_ptr_array_index (pieces, i));
  writer_close (view->out);
  return TRUE;
}

static gboolean
write_last_wipe (View *view, const char *item, GError **error)
{
  g_autoptr (GPtrArray) wipes = wipe_list (view->store, item, 1, error);
  if (wipes == NULL)
    return FALSE;
  const Wipe *last = wipes->len > 0 ? g_ptr_array_index (wipes, 0) : NULL;
  writer_text (view->out, "wipe", last != NULL ? last->code : NULL);
  return TRUE;
}

/* A reason is often that of the wipe that left it so; then it has a sentence. */
static void
write_reason (Writer *out, const char *reason)
{
  g_autofree char *french = reason_text (reason, LANGUAGE_FR);
  g_autofree char *english = reason_text (reason, LANGUAGE_EN);
  writer_text (out, "state_reason", reason);
  if (french != NULL) {
    writer_text (out, "state_reason_fr", french);
    writer_text (out, "state_reason_en", english);
  }
}

static gboolean
write_item (View *view, gconstpointer record, GError **error)
{
  const Item *item = record;
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", item_kind_name (item->kind));
  writer_text (view->out, "code", item->code);
  writer_text (view->out, "serial", item->serial);
  writer_text (view->out, "model", item->model);
  writer_text (view->out, "imei", item->imei);
  writer_text (view->out, "inventory_no", item->inventory_no);
  writer_money (view->out, "price_cents", item->price);
  writer_text (view->out, "currency", "EUR");
  writer_word (view->out, "fund", item->fund);
  writer_text (view->out, "state", item_state_name (item->state));
  writer_text (view->out, "state_fr", item_state_text (item->state, LANGUAGE_FR));
  writer_text (view->out, "state_en", item_state_text (item->state, LANGUAGE_EN));
  write_reason (view->out, item->state_reason);
  writer_instant (view->out, "created_at", item->created_at);
  if (!api_loan_write_holder (view, item->code, error) || !write_pieces (view, item->code, error) ||
      !write_last_wipe (view, item->code, error) ||
      (view->is_full &&
       (!api_purchase_write_of (view, item->code, error) || !api_check_write (view, item->code, item->kind, error) ||
        !api_repair_write (view, item->code, error))))
    return FALSE;
  writer_close (view->out);
  return TRUE;
}

gboolean
api_item_show (View *view, const char *code, GError **error)
{
  g_autoptr (Item) item = item_load (view->store, code, error);
  return item != NULL && write_item (view, item, error);
}

/* Reads the query words "state" and "kind" into the places given; the filter points to them. */
static gboolean
read_filter (const Request *request, ItemState *state, ItemKind *kind, ItemFilter *filter, GError **error)
{
  const char *state_word = request_query (request, "state");
  const char *kind_word = request_query (request, "kind");
  if (state_word != NULL && !item_state_parse (state_word, state)) {
    rule_error_set (error, M_ITEM_STATE_UNKNOWN, state_word, item_state_names (), NULL);
    return FALSE;
  }
  if (kind_word != NULL && !item_kind_parse (kind_word, kind)) {
    rule_error_set (error, M_ITEM_KIND_UNKNOWN, kind_word, NULL);
    return FALSE;
  }
  *filter = (ItemFilter){.state = state_word != NULL ? state : NULL, .kind = kind_word != NULL ? kind : NULL};
  return TRUE;
}

gboolean
api_item_list (Request *request, Store *store, GError **error)
{
  Page page;
  ItemState state;
  ItemKind kind;
  ItemFilter filter;
  if (!request_page_by_code (request, 'T', &page, error) || !read_filter (request, &state, &kind, &filter, error))
    return FALSE;
  g_autoptr (GPtrArray) items = item_list (store, &filter, page.after, page.limit + 1, error);
  return items != NULL && view_answer_list (request, store, &page, items, write_item, view_code_cursor, error);
}

gboolean
api_item_add (Request *request, Store *store, GError **error)
{
  return item_add (store, &request->context, form_data_input (request->form), &request->outcome, error);
}
