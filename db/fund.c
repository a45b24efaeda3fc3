/* Funds and their balance. Their ledger is in fund_entry.c. */
#include "db/fund.h"
#include "db/fund_entry.h"
#include "db/row.h"

#define SELECT_FUND                                                                                                    \
  "SELECT code, name, strand, from_day, to_day, granted, spent, created_at, reserved, conditions, also_strands,"       \
  " expenses, firm_end FROM fund "
enum {
  CODE,
  NAME,
  STRAND,
  FROM_DAY,
  TO_DAY,
  GRANTED,
  SPENT,
  CREATED_AT,
  RESERVED,
  CONDITIONS,
  ALSO_STRANDS,
  FOR_EXPENSES,
  FIRM_END
};

void
fund_free (Fund *fund)
{
  if (fund == NULL)
    return;
  g_free (fund->name);
  g_free (fund->conditions);
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
  fund->conditions = row_dup (rows, CONDITIONS);
  fund->is_firm = rows_int (rows, FIRM_END) != 0;
  if (!strand_parse (rows_text (rows, STRAND), &fund->strand) ||
      !strand_set (rows_text (rows, ALSO_STRANDS), &fund->also_strands) ||
      !expense_set (rows_text (rows, FOR_EXPENSES), &fund->expenses))
    return row_unreadable ("fund", fund->code, error);
  return g_steal_pointer (&fund);
}

static const RowKind fund_row = {"fund", fund_read, fund_destroy};

static gboolean
make_findable (Store *store, const Fund *fund, GError **error)
{
  g_autofree char *words = g_strjoin (" ", fund->code, fund->name, NULL);
  return store_search_put (store, fund->code, "fund", words, error);
}

gboolean
fund_insert (Store *store, const Fund *fund, GError **error)
{
  g_autofree char *strands = strand_words (fund->also_strands);
  g_autofree char *expenses = expense_words (fund->expenses);
  return store_run (store, NULL, error,
                    "INSERT INTO fund (code, name, strand, from_day, to_day, granted, spent, created_at, conditions,"
                    " also_strands, expenses, firm_end) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11)",
                    "sssssiisssi", fund->code, fund->name, strand_name (fund->strand),
                    row_null_if_empty (fund->from.text), row_null_if_empty (fund->to.text), fund->granted.cents,
                    fund->created_at, row_null_if_empty (fund->conditions), strands, expenses, (gint64)fund->is_firm) &&
         make_findable (store, fund, error);
}

gboolean
fund_update (Store *store, const Fund *fund, GError **error)
{
  gint64 changed;
  g_autofree char *strands = strand_words (fund->also_strands);
  g_autofree char *expenses = expense_words (fund->expenses);
  return store_run (store, &changed, error,
                    "UPDATE fund SET name = $2, from_day = $3, to_day = $4, granted = $5, conditions = $6,"
                    " also_strands = $7, expenses = $8, firm_end = $9 WHERE code = $1",
                    "ssssisssi", fund->code, fund->name, row_null_if_empty (fund->from.text),
                    row_null_if_empty (fund->to.text), fund->granted.cents, row_null_if_empty (fund->conditions),
                    strands, expenses, (gint64)fund->is_firm) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "fund", fund->code, error) && make_findable (store, fund, error);
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

static gboolean
move_month (Store *store, const FundEntry *entry, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO fund_month (fund, month, debit, credit) VALUES ($1, $2, $3, $4)"
                    " ON CONFLICT (fund, month) DO UPDATE SET debit = fund_month.debit + excluded.debit,"
                    " credit = fund_month.credit + excluded.credit",
                    "siii", entry->fund, fund_month_of (entry->at), entry->debit.cents, entry->credit.cents);
}

gint64
fund_month_of (gint64 at)
{
  g_autoptr (GDateTime) instant = g_date_time_new_from_unix_utc (at);
  return instant != NULL ? 12 * g_date_time_get_year (instant) + g_date_time_get_month (instant) - 1 : 0;
}

static gpointer
month_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  enum { MONTH, DEBIT, CREDIT };
  FundMonth *month = g_new0 (FundMonth, 1);
  month->month = rows_int (rows, MONTH);
  month->debit = money_of_cents (rows_int (rows, DEBIT));
  month->credit = money_of_cents (rows_int (rows, CREDIT));
  return month;
}

static const RowKind month_row = {"month", month_read, g_free};

GPtrArray *
fund_month_list (Store *store, const char *code, GError **error)
{
  return row_all (&month_row,
                  store_query (store, error,
                               "SELECT month, debit, credit FROM fund_month WHERE fund = $1 ORDER BY month", "s", code),
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
  return row_changed (changed, DB_ERROR_NOT_FOUND, "fund", code, error) && fund_entry_append (store, entry, error) &&
         move_month (store, entry, error);
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
  return row_texts (store_query (store, error,
                                 "SELECT fund.code FROM fund LEFT JOIN fund_entry ON fund_entry.fund = fund.code"
                                 " GROUP BY fund.code, fund.spent"
                                 " HAVING fund.spent <> COALESCE(SUM(fund_entry.debit - fund_entry.credit), 0)"
                                 " OR COALESCE(MAX(fund_entry.number), 0) <> COUNT(fund_entry.number)"
                                 " OR fund.spent <> (SELECT COALESCE(SUM(debit - credit), 0) FROM fund_month"
                                 " WHERE fund_month.fund = fund.code) ORDER BY fund.code",
                                 ""),
                    error);
}
