/* Vouchers and products, in HTTP. A voucher's code is taken, and never shown here (secret.c). */
#include "daemon/actions/product.h"
#include "daemon/actions/voucher.h"
#include "daemon/api/problem.h"
#include "daemon/api/resources.h"
#include "daemon/rules/line.h"
#include "daemon/rules/voucher.h"
#include "db/product.h"

static const Field voucher_fields[] = {
    {"number", FIELD_TEXT, G_STRUCT_OFFSET (VoucherRequest, number), TRUE, 0},
    {"code", FIELD_TEXT, G_STRUCT_OFFSET (VoucherRequest, code), TRUE, 0},
    {"operator", FIELD_TEXT, G_STRUCT_OFFSET (VoucherRequest, operator_name), TRUE, 0},
    {"product", FIELD_TEXT, G_STRUCT_OFFSET (VoucherRequest, product), TRUE, 0},
    {"price", FIELD_TEXT, G_STRUCT_OFFSET (VoucherRequest, price), FALSE, 0},
    {"expires_on", FIELD_TEXT, G_STRUCT_OFFSET (VoucherRequest, expires_on), FALSE, 0},
};
const Form api_voucher_form = {sizeof (VoucherRequest), voucher_fields, G_N_ELEMENTS (voucher_fields)};

static const Field product_fields[] = {
    {"id", FIELD_TEXT, G_STRUCT_OFFSET (ProductRequest, id), TRUE, 0},
    {"operator", FIELD_TEXT, G_STRUCT_OFFSET (ProductRequest, operator_name), TRUE, 0},
    {"offer", FIELD_TEXT, G_STRUCT_OFFSET (ProductRequest, offer), FALSE, 0},
    {"name", FIELD_TEXT, G_STRUCT_OFFSET (ProductRequest, name), TRUE, 0},
    {"price", FIELD_TEXT, G_STRUCT_OFFSET (ProductRequest, price), FALSE, 0},
    {"price_cents", FIELD_INT, G_STRUCT_OFFSET (ProductRequest, price_cents), FALSE, 0},
    {"credit_valid", FIELD_TEXT, G_STRUCT_OFFSET (ProductRequest, credit_valid), FALSE, 0},
    {"line_valid", FIELD_TEXT, G_STRUCT_OFFSET (ProductRequest, line_valid), FALSE, 0},
    {"retired", FIELD_BOOL, G_STRUCT_OFFSET (ProductRequest, is_retired), FALSE, 0},
};
const Form api_product_form = {sizeof (ProductRequest), product_fields, G_N_ELEMENTS (product_fields)};

static gboolean
write_voucher (View *view, gconstpointer record, GError **error)
{
  (void)error; /* nothing more is read */
  const Voucher *voucher = record;
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "voucher");
  writer_text (view->out, "code", voucher->code);
  writer_text (view->out, "number", voucher->number);
  writer_text (view->out, "operator", voucher->operator_name);
  writer_text (view->out, "product", voucher->product);
  writer_money (view->out, "price_cents", voucher->price);
  writer_text (view->out, "currency", "EUR");
  writer_word (view->out, "expires_on", voucher->expires_on.text);
  writer_text (view->out, "state", voucher_state_name (voucher->state));
  writer_text (view->out, "state_fr", voucher_state_text (voucher->state, LANGUAGE_FR));
  writer_text (view->out, "state_en", voucher_state_text (voucher->state, LANGUAGE_EN));
  writer_instant (view->out, "created_at", voucher->created_at);
  writer_close (view->out);
  return TRUE;
}

gboolean
api_voucher_show (View *view, const char *code, GError **error)
{
  g_autoptr (Voucher) voucher = voucher_load (view->store, code, error);
  return voucher != NULL && write_voucher (view, voucher, error);
}

gboolean
api_voucher_list (Request *request, Store *store, GError **error)
{
  Page page;
  VoucherState state;
  const char *word = request_query (request, "state");
  if (!request_page_by_code (request, 'V', &page, error))
    return FALSE;
  if (word != NULL && !voucher_state_parse (word, &state)) {
    rule_error_set (error, M_VOUCHER_STATE_UNKNOWN, word, "stock, reserved, used, rejected, ambiguous", NULL);
    return FALSE;
  }
  g_autoptr (GPtrArray) vouchers =
      voucher_list (store, word != NULL ? &state : NULL, page.after, page.limit + 1, error);
  return vouchers != NULL && view_answer_list (request, store, &page, vouchers, write_voucher, view_code_cursor, error);
}

gboolean
api_voucher_add (Request *request, Store *store, GError **error)
{
  return voucher_add (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

/* ---- products ---- */

/* "7d", and as people say it. */
static void
write_span (Writer *out, const char *name, const Span *span)
{
  g_autofree char *text = span_text (span);
  writer_text (out, name, text);
  if (text == NULL)
    return;
  static const char *const suffixes[] = {[LANGUAGE_FR] = "fr", [LANGUAGE_EN] = "en"};
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++) {
    g_autofree char *member = g_strconcat (name, "_", suffixes[i], NULL);
    g_autofree char *said = span_said (span, (Language)i);
    writer_text (out, member, said);
  }
}

static gboolean
write_product (View *view, gconstpointer record, GError **error)
{
  (void)error; /* nothing more is read */
  const Product *product = record;
  Span credit = {0}, line = {0};
  (void)span_parse (product->credit_valid, &credit); /* NULL: the offer's rule tells */
  (void)span_parse (product->line_valid, &line);
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "product");
  writer_text (view->out, "id", product->id);
  writer_text (view->out, "operator", product->operator_name);
  writer_text (view->out, "offer", product->offer);
  writer_text (view->out, "name", product->name);
  writer_money (view->out, "price_cents", product->price);
  writer_text (view->out, "currency", "EUR");
  write_span (view->out, "credit_valid", &credit);
  write_span (view->out, "line_valid", &line);
  writer_bool (view->out, "active", product->is_active);
  writer_instant (view->out, "created_at", product->created_at);
  writer_close (view->out);
  return TRUE;
}

static char *
id_cursor (gconstpointer record)
{
  return g_strdup (((const Product *)record)->id);
}

gboolean
api_product_list (Request *request, Store *store, GError **error)
{
  Page page;
  if (!request_page (request, &page, error))
    return FALSE;
  g_autoptr (GPtrArray) products = product_list (store, page.after, page.limit + 1, error);
  return products != NULL && view_answer_list (request, store, &page, products, write_product, id_cursor, error);
}

gboolean
api_product_add (Request *request, Store *store, GError **error)
{
  return product_add (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

/* ---- offers: files, not rows ---- */

static void
write_sale (Writer *out, const Sale *sale)
{
  writer_open_object (out, NULL);
  writer_text (out, "id", sale->id);
  writer_text (out, "name", sale->name);
  writer_money (out, "price_cents", sale->price);
  write_span (out, "credit_valid", &sale->credit_valid);
  write_span (out, "line_valid", &sale->line_valid);
  writer_text (out, "confidence", confidence_name (sale->confidence));
  writer_close (out);
}

static gboolean
write_offer (View *view, gconstpointer record, GError **error)
{
  (void)error; /* nothing is read */
  const Offer *offer = record;
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "offer");
  writer_text (view->out, "id", offer->id);
  writer_text (view->out, "operator", offer->operator_name);
  write_span (view->out, "line_valid", &offer->line_valid);
  writer_text (view->out, "line_from", offer->line_from == OFFER_FROM_CREDIT_END ? "credit_end" : "recharge");
  writer_text (view->out, "confidence", confidence_name (offer->confidence));
  writer_word (view->out, "verified_on", offer->verified_on.text);
  writer_text (view->out, "source", offer->source);
  writer_open_array (view->out, "products");
  for (guint i = 0; i < offer->sales->len; i++)
    write_sale (view->out, &g_array_index (offer->sales, Sale, i));
  writer_close (view->out);
  writer_close (view->out);
  return TRUE;
}

gboolean
api_offer_list (Request *request, Store *store, GError **error)
{
  g_auto (Writer) out;
  writer_init (&out);
  View view = view_of (request, store, &out);
  writer_open_object (&out, NULL);
  writer_open_array (&out, "items");
  for (guint i = 0; view.offers != NULL && i < offers_all (view.offers)->len; i++)
    if (!write_offer (&view, g_ptr_array_index (offers_all (view.offers), i), error))
      return FALSE;
  writer_close (&out);
  writer_null (&out, "next");
  writer_open_array (&out, "to_know");
  for (guint i = 0; view.offers != NULL && i < offers_problems (view.offers)->len; i++)
    problem_write_finding (&out, g_ptr_array_index (offers_problems (view.offers), i));
  writer_close (&out);
  writer_close (&out);
  request_answer_json (request, 200, &out);
  return TRUE;
}
