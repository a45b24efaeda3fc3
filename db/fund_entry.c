/* A fund's ledger: lines are added, never changed. */
#include "db/fund_entry.h"
#include "db/fund.h"
#include "db/row.h"

#define SELECT_ENTRY "SELECT fund, number, at, debit, credit, subject, reason FROM fund_entry "
enum { FUND, NUMBER, AT, DEBIT, CREDIT, SUBJECT, REASON };

void
fund_entry_free (FundEntry *entry)
{
  if (entry == NULL)
    return;
  g_free (entry->reason);
  g_free (entry);
}

static void
fund_entry_destroy (gpointer entry)
{
  fund_entry_free (entry);
}

static gpointer
fund_entry_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  FundEntry *entry = g_new0 (FundEntry, 1);
  row_code (rows, FUND, entry->fund);
  entry->number = rows_int (rows, NUMBER);
  entry->at = rows_int (rows, AT);
  entry->debit = money_of_cents (rows_int (rows, DEBIT));
  entry->credit = money_of_cents (rows_int (rows, CREDIT));
  row_code (rows, SUBJECT, entry->subject);
  entry->reason = row_dup (rows, REASON);
  return entry;
}

static const RowKind fund_entry_row = {"ledger line", fund_entry_read, fund_entry_destroy};

gboolean
fund_entry_append (Store *store, const FundEntry *entry, GError **error)
{
  return store_send (store, error,
                     "INSERT INTO fund_entry (fund, number, at, debit, credit, subject, reason)"
                     " SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6 FROM fund_entry WHERE fund = $1",
                     "siiiss", entry->fund, entry->at, entry->debit.cents, entry->credit.cents,
                     row_null_if_empty (entry->subject), entry->reason);
}

GPtrArray *
fund_entry_list (Store *store, const char *code, gint64 after_number, guint limit, GError **error)
{
  return row_all (&fund_entry_row,
                  store_query (store, error, SELECT_ENTRY "WHERE fund = $1 AND number > $2 ORDER BY number LIMIT $3",
                               "sii", code, after_number, (gint64)limit),
                  error);
}

gboolean
fund_entry_count (Store *store, const char *code, gint64 *count, GError **error)
{
  /* numbers have no gap: the last one is the count */
  g_autoptr (Rows) rows =
      store_query (store, error, "SELECT COALESCE(MAX(number), 0) FROM fund_entry WHERE fund = $1", "s", code);
  if (rows == NULL || !rows_next (rows, error))
    return FALSE;
  *count = rows_int (rows, 0);
  return TRUE;
}
