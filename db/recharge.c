/* Recharges of phone lines, as they were paid. */
#include "db/recharge.h"
#include "db/row.h"

#define SELECT_RECHARGE "SELECT code, line, fund, person, product, amount, on_day, at FROM recharge "
#define PAGE            "code > $2 ORDER BY code LIMIT $3"
enum { CODE, LINE, FUND, PERSON, PRODUCT, AMOUNT, ON_DAY, AT };

void
recharge_free (Recharge *recharge)
{
  if (recharge == NULL)
    return;
  g_free (recharge->product);
  g_free (recharge);
}

static void
recharge_destroy (gpointer recharge)
{
  recharge_free (recharge);
}

static gpointer
recharge_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  Recharge *recharge = g_new0 (Recharge, 1);
  row_code (rows, CODE, recharge->code);
  row_code (rows, LINE, recharge->line);
  row_code (rows, FUND, recharge->fund);
  row_code (rows, PERSON, recharge->person);
  recharge->product = row_dup (rows, PRODUCT);
  recharge->amount = money_of_cents (rows_int (rows, AMOUNT));
  recharge->on = row_day (rows, ON_DAY);
  recharge->at = rows_int (rows, AT);
  return recharge;
}

static const RowKind recharge_row = {"recharge", recharge_read, recharge_destroy};

gboolean
recharge_insert (Store *store, const Recharge *recharge, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO recharge (code, line, fund, person, product, amount, on_day, at)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    "sssssisi", recharge->code, recharge->line, row_null_if_empty (recharge->fund),
                    row_null_if_empty (recharge->person), recharge->product, recharge->amount.cents, recharge->on.text,
                    recharge->at);
}

Recharge *
recharge_load (Store *store, const char *code, GError **error)
{
  return row_one (&recharge_row, store_query (store, error, SELECT_RECHARGE "WHERE code = $1", "s", code), code, error);
}

GPtrArray *
recharge_list (Store *store, const RechargeFilter *filter, const char *after_code, guint limit, GError **error)
{
  const char *sql = SELECT_RECHARGE "WHERE $1 = $1 AND " PAGE;
  const char *wanted = "";
  if (filter != NULL && filter->line != NULL) {
    sql = SELECT_RECHARGE "WHERE line = $1 AND " PAGE;
    wanted = filter->line;
  } else if (filter != NULL && filter->fund != NULL) {
    sql = SELECT_RECHARGE "WHERE fund = $1 AND " PAGE;
    wanted = filter->fund;
  }
  return row_all (&recharge_row,
                  store_query (store, error, sql, "ssi", wanted, after_code != NULL ? after_code : "", (gint64)limit),
                  error);
}
