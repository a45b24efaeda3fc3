/* product.put: see product.h. */
#include "daemon/actions/product.h"
#include "daemon/actions/field.h"
#include "daemon/rules/field.h"
#include "daemon/rules/offer.h"
#include "db/product.h"

/* As it is stored; NULL when absent. */
static gboolean
read_span (const char *name, const char *text, char **stored, GError **error)
{
  Span span;
  if (field_is_absent (text)) {
    *stored = NULL;
    return TRUE;
  }
  if (!span_parse (text, &span)) {
    rule_error_set (error, M_SPAN_FORMAT, name, text, NULL);
    return FALSE;
  }
  *stored = span_text (&span);
  return TRUE;
}

static gboolean
read_required (const char *name, const char *text, char **value, GError **error)
{
  if (!field_text (name, text, value, error))
    return FALSE;
  if (*value == NULL)
    rule_error_set (error, M_FIELD_MISSING, name, NULL);
  return *value != NULL;
}

static Product *
product_of_request (const ProductRequest *request, GError **error)
{
  g_autoptr (Product) product = g_new0 (Product, 1);
  product->id = product_id_check (request->id, error);
  if (product->id == NULL || !read_required ("operator", request->operator_name, &product->operator_name, error) ||
      !field_text ("offer", request->offer, &product->offer, error) ||
      !read_required ("name", request->name, &product->name, error) ||
      !field_amount ("price", request->price, request->price_cents, TRUE, &product->price, error) ||
      !read_span ("credit_valid", request->credit_valid, &product->credit_valid, error) ||
      !read_span ("line_valid", request->line_valid, &product->line_valid, error))
    return NULL;
  product->is_active = !request->is_retired;
  if (product->price.cents > 0)
    return g_steal_pointer (&product);
  rule_error_set (error, M_MONEY_ZERO, NULL);
  return NULL;
}

gboolean
product_add (Store *store, const ActionContext *context, const ProductRequest *request, Outcome *outcome,
             GError **error)
{
  g_autoptr (Product) product = product_of_request (request, error);
  if (product == NULL)
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  product->created_at = context->now;
  g_autofree char *after =
      g_strdup_printf ("id=%s price_cents=%" G_GINT64_FORMAT " credit=%s line=%s active=%d", product->id,
                       product->price.cents, product->credit_valid != NULL ? product->credit_valid : "-",
                       product->line_valid != NULL ? product->line_valid : "-", product->is_active);
  return product_put (store, product, error) && action_journal (store, context, "product.put", "", NULL, after, error);
}
