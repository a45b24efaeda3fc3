/* Invoices and their shares. */
#include "db/purchase.h"
#include "db/row.h"

#define SELECT_PURCHASE                                                                                                \
  "SELECT code, supplier, invoice, paper_hash, on_day, fund, total, shares, at, cancelled_at FROM purchase "
enum { CODE, SUPPLIER, INVOICE, PAPER_HASH, ON_DAY, FUND, TOTAL, SHARES, AT, CANCELLED_AT };

void
purchase_free (Purchase *purchase)
{
  if (purchase == NULL)
    return;
  g_free (purchase->supplier);
  g_free (purchase->invoice);
  g_free (purchase->paper_hash);
  g_free (purchase);
}

static void
purchase_destroy (gpointer purchase)
{
  purchase_free (purchase);
}

static gpointer
purchase_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  Purchase *purchase = g_new0 (Purchase, 1);
  row_code (rows, CODE, purchase->code);
  purchase->supplier = row_dup (rows, SUPPLIER);
  purchase->invoice = row_dup (rows, INVOICE);
  purchase->paper_hash = row_dup (rows, PAPER_HASH);
  purchase->on = row_day (rows, ON_DAY);
  row_code (rows, FUND, purchase->fund);
  purchase->total = money_of_cents (rows_int (rows, TOTAL));
  purchase->n_shares = rows_int (rows, SHARES);
  purchase->at = rows_int (rows, AT);
  purchase->cancelled_at = rows_int (rows, CANCELLED_AT);
  return purchase;
}

static const RowKind purchase_row = {"purchase", purchase_read, purchase_destroy};

gboolean
purchase_insert (Store *store, const Purchase *purchase, GError **error)
{
  g_autofree char *words = g_strjoin (" ", purchase->code, purchase->supplier, purchase->invoice, NULL);
  return store_run (store, NULL, error,
                    "INSERT INTO purchase (code, supplier, invoice, paper_hash, on_day, fund, total, shares, at)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                    "ssssssiii", purchase->code, purchase->supplier, purchase->invoice,
                    row_null_if_empty (purchase->paper_hash), purchase->on.text, purchase->fund, purchase->total.cents,
                    purchase->n_shares, purchase->at) &&
         store_search_put (store, purchase->code, "purchase", words, error);
}

Purchase *
purchase_load (Store *store, const char *code, GError **error)
{
  return row_one (&purchase_row, store_query (store, error, SELECT_PURCHASE "WHERE code = $1", "s", code), code, error);
}

GPtrArray *
purchase_list (Store *store, const char *fund, const char *after_code, guint limit, GError **error)
{
  const char *after = after_code != NULL ? after_code : "";
  Rows *rows = fund != NULL
                   ? store_query (store, error, SELECT_PURCHASE "WHERE fund = $1 AND code > $2 ORDER BY code LIMIT $3",
                                  "ssi", fund, after, (gint64)limit)
                   : store_query (store, error, SELECT_PURCHASE "WHERE code > $1 ORDER BY code LIMIT $2", "si", after,
                                  (gint64)limit);
  return row_all (&purchase_row, rows, error);
}

GPtrArray *
purchase_list_standing (Store *store, const char *invoice, GError **error)
{
  return row_all (
      &purchase_row,
      store_query (store, error, SELECT_PURCHASE "WHERE invoice = $1 AND cancelled_at = 0 ORDER BY code", "s", invoice),
      error);
}

gboolean
purchase_cancel (Store *store, const char *code, gint64 at, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE purchase SET cancelled_at = $2 WHERE code = $1 AND cancelled_at = 0", "si", code, at) &&
         row_changed (changed, DB_ERROR_STALE, "purchase", code, error);
}

/* ---- shares ---- */

gboolean
purchase_share_insert (Store *store, const char *purchase, const PurchaseShare *share, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO purchase_share (purchase, number, item, price) VALUES ($1, $2, $3, $4)", "sisi",
                    purchase, share->number, row_null_if_empty (share->item), share->price.cents);
}

static gpointer
share_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  enum { NUMBER, ITEM, PRICE };
  PurchaseShare *share = g_new0 (PurchaseShare, 1);
  share->number = rows_int (rows, NUMBER);
  row_code (rows, ITEM, share->item);
  share->price = money_of_cents (rows_int (rows, PRICE));
  return share;
}

static const RowKind share_row = {"share", share_read, g_free};

GPtrArray *
purchase_share_list (Store *store, const char *purchase, GError **error)
{
  return row_all (&share_row,
                  store_query (store, error,
                               "SELECT number, item, price FROM purchase_share WHERE purchase = $1 ORDER BY number",
                               "s", purchase),
                  error);
}

gboolean
purchase_share_assign (Store *store, const char *purchase, gint64 number, const char *item, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE purchase_share SET item = $3 WHERE purchase = $1 AND number = $2 AND item IS NULL", "sis",
                    purchase, number, item) &&
         row_changed (changed, DB_ERROR_STALE, "share of purchase", purchase, error);
}

gboolean
purchase_of_item (Store *store, const char *item, Code code, GError **error)
{
  g_autoptr (GPtrArray) codes =
      row_texts (store_query (store, error,
                              "SELECT purchase.code FROM purchase_share JOIN purchase"
                              " ON purchase.code = purchase_share.purchase WHERE purchase_share.item = $1"
                              " AND purchase.cancelled_at = 0 LIMIT 1",
                              "s", item),
                 error);
  if (codes == NULL)
    return FALSE;
  g_strlcpy (code, codes->len > 0 ? g_ptr_array_index (codes, 0) : "", sizeof (Code));
  return TRUE;
}

GPtrArray *
purchase_reconcile (Store *store, guint limit, GError **error)
{
  if (!store_take_time (store, error))
    return NULL;
  return row_texts (
      store_query (
          store, error,
          "SELECT purchase.code FROM purchase LEFT JOIN (SELECT purchase, SUM(price) AS price, COUNT(*) AS shares"
          " FROM purchase_share GROUP BY purchase) AS shared ON shared.purchase = purchase.code"
          " LEFT JOIN (SELECT subject, SUM(debit - credit) AS paid FROM fund_entry GROUP BY subject) AS ledger"
          " ON ledger.subject = purchase.code WHERE COALESCE(shared.price, 0) <> purchase.total"
          " OR COALESCE(shared.shares, 0) <> purchase.shares OR COALESCE(ledger.paid, 0) <>"
          " CASE WHEN purchase.cancelled_at = 0 THEN purchase.total ELSE 0 END"
          " ORDER BY purchase.code LIMIT $1",
          "i", (gint64)limit),
      error);
}
