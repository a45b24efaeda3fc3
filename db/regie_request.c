/* What the accountant is asked to give back to a regie. */
#include "db/regie.h"
#include "db/row.h"

#define SELECT_REQUEST                                                                                                 \
  "SELECT regie, number, year, first_number, last_number, amount, state, at, account, entry FROM regie_request "
enum { REGIE_CODE, NUMBER, YEAR, FIRST, LAST, AMOUNT, STATE, AT, ACCOUNT, ENTRY };

void
regie_request_free (RegieRequest *request)
{
  if (request == NULL)
    return;
  g_free (request->account);
  g_free (request);
}

static void
regie_request_destroy (gpointer request)
{
  regie_request_free (request);
}

static gpointer
regie_request_read (Rows *rows, GError **error)
{
  g_autoptr (RegieRequest) request = g_new0 (RegieRequest, 1);
  row_code (rows, REGIE_CODE, request->regie);
  request->number = rows_int (rows, NUMBER);
  g_strlcpy (request->year, rows_text (rows, YEAR), sizeof request->year);
  request->first = rows_int (rows, FIRST);
  request->last = rows_int (rows, LAST);
  request->amount = money_of_cents (rows_int (rows, AMOUNT));
  request->at = rows_int (rows, AT);
  request->account = row_dup (rows, ACCOUNT);
  request->entry = rows_int (rows, ENTRY);
  if (!regie_request_state_parse (rows_text (rows, STATE), &request->state))
    return row_unreadable ("request of a regie", request->regie, error);
  return g_steal_pointer (&request);
}

static const RowKind request_row = {"request of a regie", regie_request_read, regie_request_destroy};

gboolean
regie_request_insert (Store *store, Regie *regie, RegieRequest *request, GError **error)
{
  gint64 changed;
  g_strlcpy (request->regie, regie->code, sizeof request->regie);
  request->number = regie->requests + 1;
  if (!store_run (store, NULL, error,
                  "INSERT INTO regie_request (regie, number, year, first_number, last_number, amount, state, at,"
                  " account) VALUES ($1, $2, $3, $4, $5, $6, 'asked', $7, $8)",
                  "sisiiiis", request->regie, request->number, request->year, request->first, request->last,
                  request->amount.cents, request->at, request->account) ||
      !store_run (store, &changed, error,
                  "UPDATE regie SET requests = $3, asked_to = $4 WHERE code = $1 AND requests = $2", "siii",
                  request->regie, regie->requests, request->number, request->last) ||
      !row_changed (changed, DB_ERROR_STALE, "regie", regie->code, error))
    return FALSE;
  regie->requests = request->number;
  regie->asked_to = request->last;
  return TRUE;
}

RegieRequest *
regie_request_load (Store *store, const char *regie, gint64 number, GError **error)
{
  return row_one (&request_row,
                  store_query (store, error, SELECT_REQUEST "WHERE regie = $1 AND number = $2", "si", regie, number),
                  regie, error);
}

GPtrArray *
regie_request_list (Store *store, const char *regie, gint64 after, guint limit, GError **error)
{
  return row_all (&request_row,
                  store_query (store, error, SELECT_REQUEST "WHERE regie = $1 AND number > $2 ORDER BY number LIMIT $3",
                               "sii", regie, after, (gint64)limit),
                  error);
}

gboolean
regie_request_settle (Store *store, const char *regie, gint64 number, gint64 entry, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE regie_request SET state = CASE WHEN $3 = 0 THEN 'asked' ELSE 'received' END,"
                    " entry = NULLIF($3, 0) WHERE regie = $1 AND number = $2"
                    " AND state = CASE WHEN $3 = 0 THEN 'received' ELSE 'asked' END",
                    "sii", regie, number, entry) &&
         row_changed (changed, DB_ERROR_STALE, "request of regie", regie, error);
}

RegieRequest *
regie_request_of_entry (Store *store, const char *regie, gint64 entry, GError **error)
{
  return row_maybe (&request_row,
                    store_query (store, error, SELECT_REQUEST "WHERE regie = $1 AND entry = $2", "si", regie, entry),
                    error);
}
