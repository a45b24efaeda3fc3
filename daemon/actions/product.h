/* What this body buys for its lines, at which price, and how long it lasts. */
#pragma once
#include "daemon/actions/action.h"

/* As typed; borrowed, NULL or "" = absent. id, operator, name and one of the prices are required. */
typedef struct {
  const char *id; /* "orange-5": a short word; one that is known is replaced */
  const char *operator_name;
  const char *offer; /* for that offer alone; absent: for all of the operator */
  const char *name;
  const char *price;
  const gint64 *price_cents;
  const char *credit_valid, *line_valid; /* "7 jours", "6 months"; absent: the offer's rule tells */
  gboolean is_retired;                   /* not bought any more */
} ProductRequest;
/* Verb "product.put". outcome has no code: a product is no thing with a label. RULE_ERROR: M_PRODUCT_ID, M_SPAN_FORMAT, M_MONEY_*. */
gboolean product_add (Store *store, const ActionContext *context, const ProductRequest *request, Outcome *outcome,
                      GError **error);
