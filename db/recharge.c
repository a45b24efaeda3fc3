/* Recharges of phone lines: what was paid, and how far it is. */
#include "db/recharge.h"
#include "db/row.h"

#define SELECT_RECHARGE                                                                                                \
  "SELECT code, line, fund, person, product, amount, on_day, at, state, channel, voucher, keep_alive, sent_at,"        \
  " settled_at, evidence FROM recharge "
#define PAGE "code > $2 ORDER BY code LIMIT $3"
enum {
  CODE,
  LINE,
  FUND,
  PERSON,
  PRODUCT,
  AMOUNT,
  ON_DAY,
  AT,
  STATE,
  CHANNEL,
  VOUCHER,
  KEEP_ALIVE,
  SENT_AT,
  SETTLED_AT,
  EVIDENCE
};

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
recharge_read (Rows *rows, GError **error)
{
  g_autoptr (Recharge) recharge = g_new0 (Recharge, 1);
  row_code (rows, CODE, recharge->code);
  row_code (rows, LINE, recharge->line);
  row_code (rows, FUND, recharge->fund);
  row_code (rows, PERSON, recharge->person);
  recharge->product = row_dup (rows, PRODUCT);
  recharge->amount = money_of_cents (rows_int (rows, AMOUNT));
  recharge->on = row_day (rows, ON_DAY);
  recharge->at = rows_int (rows, AT);
  row_code (rows, VOUCHER, recharge->voucher);
  recharge->keep_alive = rows_int (rows, KEEP_ALIVE) != 0;
  recharge->sent_at = rows_int (rows, SENT_AT);
  recharge->settled_at = rows_int (rows, SETTLED_AT);
  recharge->has_evidence = recharge_evidence_parse (rows_text (rows, EVIDENCE), &recharge->evidence);
  if (!recharge_state_parse (rows_text (rows, STATE), &recharge->state) ||
      !recharge_channel_parse (rows_text (rows, CHANNEL), &recharge->channel))
    return row_unreadable ("recharge", recharge->code, error);
  return g_steal_pointer (&recharge);
}

static const RowKind recharge_row = {"recharge", recharge_read, recharge_destroy};

gboolean
recharge_insert (Store *store, const Recharge *recharge, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO recharge (code, line, fund, person, product, amount, on_day, at, state, channel,"
                    " voucher, keep_alive, settled_at)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                    "sssssisisssii", recharge->code, recharge->line, row_null_if_empty (recharge->fund),
                    row_null_if_empty (recharge->person), recharge->product, recharge->amount.cents, recharge->on.text,
                    recharge->at, recharge_state_name (recharge->state), recharge_channel_name (recharge->channel),
                    row_null_if_empty (recharge->voucher), (gint64)recharge->keep_alive, recharge->settled_at);
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
  } else if (filter != NULL && filter->open != NULL) {
    sql = SELECT_RECHARGE "WHERE state = $1 AND state IN ('prepared', 'sent', 'ambiguous') AND " PAGE;
    wanted = recharge_state_name (*filter->open);
  }
  return row_all (&recharge_row,
                  store_query (store, error, sql, "ssi", wanted, after_code != NULL ? after_code : "", (gint64)limit),
                  error);
}

gboolean
recharge_move (Store *store, const char *code, RechargeState from, const RechargeMove *move, GError **error)
{
  static const char sent[] =
      "UPDATE recharge SET state = $3, sent_at = $4, evidence = $5 WHERE code = $1 AND state = $2";
  static const char settled[] =
      "UPDATE recharge SET state = $3, settled_at = $4, evidence = $5 WHERE code = $1 AND state = $2";
  gboolean is_back = move->to == RECHARGE_PREPARED; /* it was not sent after all */
  gint64 changed;
  return store_run (store, &changed, error, move->to == RECHARGE_SENT || is_back ? sent : settled, "sssis", code,
                    recharge_state_name (from), recharge_state_name (move->to), is_back ? 0 : move->at,
                    move->evidence != NULL ? recharge_evidence_name (*move->evidence) : NULL) &&
         row_changed (changed, DB_ERROR_STALE, "recharge", code, error);
}

GPtrArray *
recharge_list_sent (Store *store, RechargeChannel channel, gint64 before, guint limit, GError **error)
{
  return row_all (&recharge_row,
                  store_query (store, error,
                               SELECT_RECHARGE "WHERE channel = $1 AND state = 'sent' AND sent_at < $2"
                                               " ORDER BY sent_at, code LIMIT $3",
                               "sii", recharge_channel_name (channel), before, (gint64)limit),
                  error);
}

static gboolean
read_number (Rows *rows, gint64 *number, GError **error)
{
  g_autoptr (Rows) owned = rows;
  if (owned == NULL || !rows_next (owned, error))
    return FALSE;
  *number = rows_int (owned, 0);
  return TRUE;
}

gboolean
recharge_sum_of_person (Store *store, const char *person, const Day *from, const Day *to, Money *sum, GError **error)
{
  gint64 cents;
  if (!read_number (store_query (store, error,
                                 "SELECT COALESCE(SUM(amount), 0) FROM recharge WHERE person = $1 AND on_day >= $2"
                                 " AND on_day <= $3 AND keep_alive = 0 AND state NOT IN ('rejected', 'cancelled')",
                                 "sss", person, from->text, to->text),
                    &cents, error))
    return FALSE;
  *sum = money_of_cents (cents);
  return TRUE;
}

gboolean
recharge_first_of_person (Store *store, const char *person, Day *first, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (Rows) rows = store_query (store, &failure,
                                       "SELECT on_day FROM recharge WHERE person = $1 AND keep_alive = 0"
                                       " AND state NOT IN ('rejected', 'cancelled') ORDER BY on_day LIMIT 1",
                                       "s", person);
  gboolean found = rows != NULL && rows_next (rows, &failure);
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  *first = found ? row_day (rows, 0) : (Day){""};
  return TRUE;
}

gboolean
recharge_count_open (Store *store, RechargeState state, gint64 *count, GError **error)
{
  return read_number (store_query (store, error,
                                   "SELECT COUNT(*) FROM recharge WHERE state = $1"
                                   " AND state IN ('prepared', 'sent', 'ambiguous')",
                                   "s", recharge_state_name (state)),
                      count, error);
}

GPtrArray *
recharge_reconcile (Store *store, guint limit, GError **error)
{
  if (!store_take_time (store, error))
    return NULL;
  return row_texts (
      store_query (
          store, error,
          /* both sides once: to look for each recharge's lines in the ledgers took the square of their number */
          "SELECT code FROM (SELECT code, CASE WHEN state IN ('rejected', 'cancelled') THEN 0 ELSE amount END"
          " AS cents FROM recharge WHERE fund IS NOT NULL UNION ALL SELECT subject, credit - debit"
          " FROM fund_entry WHERE subject LIKE 'R%') AS sides GROUP BY code HAVING SUM(cents) <> 0"
          " ORDER BY code LIMIT $1",
          "i", (gint64)limit),
      error);
}
