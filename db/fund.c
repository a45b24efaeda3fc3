/* Funds and their balance. Their ledger is in fund_entry.c. */
#include "db/fund.h"
#include "db/fund_entry.h"
#include "db/row.h"

#define SELECT_FUND "SELECT code, name, strand, from_day, to_day, granted, spent, created_at, reserved FROM fund "
enum { CODE, NAME, STRAND, FROM_DAY, TO_DAY, GRANTED, SPENT, CREATED_AT, RESERVED };

void
fund_free (Fund *fund)
{
  if (fund == NULL)
    return;
  g_free (fund->name);
  g_free (fund);
}

static void
fund_destroy (gpointer fund)
{
  fund_free (fund);
}

static gpointer
fund_read (Rows *rows, GError **error)
{
  g_autoptr (Fund) fund = g_new0 (Fund, 1);
  row_code (rows, CODE, fund->code);
  fund->name = row_dup (rows, NAME);
  fund->from = row_day (rows, FROM_DAY);
  fund->to = row_day (rows, TO_DAY);
  fund->granted = money_of_cents (rows_int (rows, GRANTED));
  fund->spent = money_of_cents (rows_int (rows, SPENT));
  fund->created_at = rows_int (rows, CREATED_AT);
  fund->reserved = money_of_cents (rows_int (rows, RESERVED));
  if (!strand_parse (rows_text (rows, STRAND), &fund->strand))
    return row_unreadable ("fund", fund->code, error);
  return g_steal_pointer (&fund);
}

static const RowKind fund_row = {"fund", fund_read, fund_destroy};

gboolean
fund_insert (Store *store, const Fund *fund, GError **error)
{
  g_autofree char *words = g_strjoin (" ", fund->code, fund->name, NULL);
  return store_run (store, NULL, error,
                    "INSERT INTO fund (code, name, strand, from_day, to_day, granted, spent, created_at)"
                    " VALUES ($1, $2, $3, $4, $5, $6, 0, $7)",
                    "sssssii", fund->code, fund->name, strand_name (fund->strand), row_null_if_empty (fund->from.text),
                    row_null_if_empty (fund->to.text), fund->granted.cents, fund->created_at) &&
         store_search_put (store, fund->code, "fund", words, error);
}

Fund *
fund_load (Store *store, const char *code, GError **error)
{
  return row_one (&fund_row, store_query (store, error, SELECT_FUND "WHERE code = $1", "s", code), code, error);
}

GPtrArray *
fund_list (Store *store, const char *after_code, guint limit, GError **error)
{
  return row_all (&fund_row,
                  store_query (store, error, SELECT_FUND "WHERE code > $1 ORDER BY code LIMIT $2", "si",
                               after_code != NULL ? after_code : "", (gint64)limit),
                  error);
}

/* Moves the balance and writes the ledger line. The CHECK of the table is the judge: it refuses a balance below zero and a
 * correction of more than was spent, however many ask at once. */
static gboolean
move (Store *store, const FundEntry *entry, GError **error)
{
  const char *code = entry->fund;
  if (entry->debit.cents < 0 || entry->credit.cents < 0 || entry->debit.cents == entry->credit.cents) {
    g_set_error (error, DB_ERROR, DB_ERROR_CHECK, "fund %s: the amount must be above zero", code);
    return FALSE;
  }
  gint64 changed;
  if (!store_run (store, &changed, error, "UPDATE fund SET spent = spent + $2 - $3 WHERE code = $1", "sii", code,
                  entry->debit.cents, entry->credit.cents)) {
    g_prefix_error (error, "fund %s: ", code);
    return FALSE;
  }
  return row_changed (changed, DB_ERROR_NOT_FOUND, "fund", code, error) && fund_entry_append (store, entry, error);
}

/* A line to be written: reason stays the caller's. */
static FundEntry
entry_of (const char *code, const char *subject, const char *reason, gint64 at)
{
  FundEntry entry = {.at = at, .reason = (char *)reason};
  g_strlcpy (entry.fund, code, sizeof entry.fund);
  g_strlcpy (entry.subject, subject != NULL ? subject : "", sizeof entry.subject);
  return entry;
}

gboolean
fund_spend (Store *store, const char *code, Money amount, const char *subject, const char *reason, gint64 at,
            GError **error)
{
  FundEntry entry = entry_of (code, subject, reason, at);
  entry.debit = amount;
  return move (store, &entry, error);
}

gboolean
fund_credit (Store *store, const char *code, Money amount, const char *subject, const char *reason, gint64 at,
             GError **error)
{
  FundEntry entry = entry_of (code, subject, reason, at);
  entry.credit = amount;
  return move (store, &entry, error);
}

gboolean
fund_reserve (Store *store, const char *code, Money amount, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error, "UPDATE fund SET reserved = reserved + $2 WHERE code = $1", "si", code,
                    amount.cents) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "fund", code, error);
}

GPtrArray *
fund_reconcile (Store *store, GError **error)
{
  if (!store_take_time (store, error))
    return NULL;
  g_autoptr (Rows) rows =
      store_query (store, error,
                   "SELECT fund.code FROM fund LEFT JOIN fund_entry ON fund_entry.fund = fund.code"
                   " GROUP BY fund.code, fund.spent"
                   " HAVING fund.spent <> COALESCE(SUM(fund_entry.debit - fund_entry.credit), 0)"
                   " OR COALESCE(MAX(fund_entry.number), 0) <> COUNT(fund_entry.number) ORDER BY fund.code",
                   "");
  if (rows == NULL)
    return NULL;
  g_autoptr (GPtrArray) codes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) failure = NULL;
  while (rows_next (rows, &failure))
    g_ptr_array_add (codes, row_dup (rows, 0));
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return NULL;
  }
  return g_steal_pointer (&codes);
}
