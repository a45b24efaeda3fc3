/* Vouchers. */
#include "db/voucher.h"
#include "db/row.h"

#define SELECT_VOUCHER "SELECT code, number, operator_name, product, price, expires_on, state, created_at FROM voucher "
enum { CODE, NUMBER, OPERATOR_NAME, PRODUCT, PRICE, EXPIRES_ON, STATE, CREATED_AT };

void
voucher_free (Voucher *voucher)
{
  if (voucher == NULL)
    return;
  g_free (voucher->number);
  g_free (voucher->operator_name);
  g_free (voucher->product);
  g_free (voucher);
}

static void
voucher_destroy (gpointer voucher)
{
  voucher_free (voucher);
}

static gpointer
voucher_read (Rows *rows, GError **error)
{
  g_autoptr (Voucher) voucher = g_new0 (Voucher, 1);
  row_code (rows, CODE, voucher->code);
  voucher->number = row_dup (rows, NUMBER);
  voucher->operator_name = row_dup (rows, OPERATOR_NAME);
  voucher->product = row_dup (rows, PRODUCT);
  voucher->price = money_of_cents (rows_int (rows, PRICE));
  voucher->expires_on = row_day (rows, EXPIRES_ON);
  voucher->created_at = rows_int (rows, CREATED_AT);
  if (!voucher_state_parse (rows_text (rows, STATE), &voucher->state))
    return row_unreadable ("voucher", voucher->code, error);
  return g_steal_pointer (&voucher);
}

static const RowKind voucher_row = {"voucher", voucher_read, voucher_destroy};

gboolean
voucher_insert (Store *store, const Voucher *voucher, GError **error)
{
  g_autofree char *words = g_strjoin (" ", voucher->code, voucher->number, NULL);
  return store_run (store, NULL, error,
                    "INSERT INTO voucher (code, number, operator_name, product, price, expires_on, state, created_at)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    "ssssissi", voucher->code, voucher->number, voucher->operator_name, voucher->product,
                    voucher->price.cents, row_null_if_empty (voucher->expires_on.text),
                    voucher_state_name (voucher->state), voucher->created_at) &&
         store_search_put (store, voucher->code, "voucher", words, error);
}

Voucher *
voucher_load (Store *store, const char *code, GError **error)
{
  return row_one (&voucher_row, store_query (store, error, SELECT_VOUCHER "WHERE code = $1", "s", code), code, error);
}

Voucher *
voucher_load_by_number (Store *store, const char *number, GError **error)
{
  return row_one (&voucher_row, store_query (store, error, SELECT_VOUCHER "WHERE number = $1", "s", number),
                  "with that number", error);
}

GPtrArray *
voucher_list (Store *store, const VoucherState *state, const char *after_code, guint limit, GError **error)
{
  const char *after = after_code != NULL ? after_code : "";
  Rows *rows = state != NULL
                   ? store_query (store, error, SELECT_VOUCHER "WHERE state = $1 AND code > $2 ORDER BY code LIMIT $3",
                                  "ssi", voucher_state_name (*state), after, (gint64)limit)
                   : store_query (store, error, SELECT_VOUCHER "WHERE code > $1 ORDER BY code LIMIT $2", "si", after,
                                  (gint64)limit);
  return row_all (&voucher_row, rows, error);
}

GPtrArray *
voucher_list_next (Store *store, const char *product, const Day *today, guint limit, GError **error)
{
  g_autoptr (GPtrArray) dated =
      row_all (&voucher_row,
               store_query (store, error,
                            SELECT_VOUCHER "WHERE state = 'stock' AND product = $1 AND expires_on >= $2"
                                           " ORDER BY expires_on, code LIMIT $3",
                            "ssi", product, today->text, (gint64)limit),
               error);
  if (dated == NULL || dated->len == limit)
    return g_steal_pointer (&dated);
  GPtrArray *lasting = row_all (&voucher_row,
                                store_query (store, error,
                                             SELECT_VOUCHER "WHERE state = 'stock' AND product = $1"
                                                            " AND expires_on IS NULL ORDER BY code LIMIT $2",
                                             "si", product, (gint64)(limit - dated->len)),
                                error);
  if (lasting == NULL)
    return NULL;
  g_ptr_array_extend_and_steal (dated, lasting);
  return g_steal_pointer (&dated);
}

gboolean
voucher_set_state (Store *store, const char *code, VoucherState from, VoucherState to, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error, "UPDATE voucher SET state = $3 WHERE code = $1 AND state = $2", "sss", code,
                    voucher_state_name (from), voucher_state_name (to)) &&
         row_changed (changed, DB_ERROR_STALE, "voucher", code, error);
}
