/* Answers kept under the caller's Idempotency-Key. */
#include "db/idempotency.h"

void
idempotency_answer_clear (IdempotencyAnswer *answer)
{
  g_clear_pointer (&answer->body, g_free);
}

gboolean
idempotency_find (Store *store, const char *account, const char *key, const char *request_hash,
                  IdempotencyAnswer *answer, GError **error)
{
  g_autoptr (Rows) rows =
      store_query (store, error, "SELECT request_hash, status, body FROM idempotency WHERE account = $1 AND key = $2",
                   "ss", account, key);
  if (rows == NULL)
    return FALSE;
  g_autoptr (GError) failure = NULL;
  IdempotencyAnswer found = {.match = IDEMPOTENCY_NEW};
  if (rows_next (rows, &failure)) {
    found.match = g_strcmp0 (rows_text (rows, 0), request_hash) == 0 ? IDEMPOTENCY_SAME : IDEMPOTENCY_OTHER;
    if (found.match == IDEMPOTENCY_SAME) {
      found.status = (int)rows_int (rows, 1);
      found.body = g_strdup (rows_text (rows, 2));
    }
  }
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  *answer = found;
  return TRUE;
}

gboolean
idempotency_put (Store *store, const char *account, const char *key, const char *request_hash, int status,
                 const char *body, gint64 at, GError **error)
{
  return store_send (store, error,
                     "INSERT INTO idempotency (account, key, request_hash, status, body, at)"
                     " VALUES ($1, $2, $3, $4, $5, $6)",
                     "sssisi", account, key, request_hash, (gint64)status, body, at);
}

gboolean
idempotency_purge (Store *store, gint64 before, gint64 *dropped, GError **error)
{
  return store_run (store, dropped, error, "DELETE FROM idempotency WHERE at < $1", "i", before);
}
