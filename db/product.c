/* Products. */
#include "db/product.h"
#include "db/row.h"

#define SELECT_PRODUCT                                                                                                 \
  "SELECT id, operator_name, offer, name, price, credit_valid, line_valid, active, created_at FROM product "
enum { ID, OPERATOR_NAME, OFFER, NAME, PRICE, CREDIT_VALID, LINE_VALID, ACTIVE, CREATED_AT };

void
product_free (Product *product)
{
  if (product == NULL)
    return;
  g_free (product->id);
  g_free (product->operator_name);
  g_free (product->offer);
  g_free (product->name);
  g_free (product->credit_valid);
  g_free (product->line_valid);
  g_free (product);
}

static void
product_destroy (gpointer product)
{
  product_free (product);
}

static gpointer
product_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  Product *product = g_new0 (Product, 1);
  product->id = row_dup (rows, ID);
  product->operator_name = row_dup (rows, OPERATOR_NAME);
  product->offer = row_dup (rows, OFFER);
  product->name = row_dup (rows, NAME);
  product->price = money_of_cents (rows_int (rows, PRICE));
  product->credit_valid = row_dup (rows, CREDIT_VALID);
  product->line_valid = row_dup (rows, LINE_VALID);
  product->is_active = rows_int (rows, ACTIVE) != 0;
  product->created_at = rows_int (rows, CREATED_AT);
  return product;
}

static const RowKind product_row = {"product", product_read, product_destroy};

gboolean
product_put (Store *store, const Product *product, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO product (id, operator_name, offer, name, price, credit_valid, line_valid, active,"
                    " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET"
                    " operator_name = $2, offer = $3, name = $4, price = $5, credit_valid = $6, line_valid = $7,"
                    " active = $8",
                    "ssssissii", product->id, product->operator_name, product->offer, product->name,
                    product->price.cents, product->credit_valid, product->line_valid, (gint64)product->is_active,
                    product->created_at);
}

Product *
product_load (Store *store, const char *id, GError **error)
{
  return row_one (&product_row, store_query (store, error, SELECT_PRODUCT "WHERE id = $1", "s", id), id, error);
}

GPtrArray *
product_list (Store *store, const char *after_id, guint limit, GError **error)
{
  return row_all (&product_row,
                  store_query (store, error, SELECT_PRODUCT "WHERE id > $1 ORDER BY id LIMIT $2", "si",
                               after_id != NULL ? after_id : "", (gint64)limit),
                  error);
}
