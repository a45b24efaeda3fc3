/* What this body buys for its lines. The offers that are shipped as files know more products: rules/offer.h. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Frees the record and its strings. Accepts NULL. */
void product_free (Product *product);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Product, product_free)

/* Adds a product, or replaces all of it but created_at. DB_ERROR_CHECK: no name, no price ... */
gboolean product_put (Store *store, const Product *product, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Product *product_load (Store *store, const char *id, GError **error);
/* At most limit products by id after after_id (NULL or "" = from the first). Array of Product; caller unrefs. */
GPtrArray *product_list (Store *store, const char *after_id, guint limit, GError **error);
