/* One counter per kind of code. */
#include "db/counter.h"

gboolean
counter_next (Store *store, char kind, gint64 *value, GError **error)
{
  if (!g_ascii_isupper (kind)) {
    g_set_error (error, DB_ERROR, DB_ERROR_CHECK, "a kind of code is an upper-case letter");
    return FALSE;
  }
  const char letter[] = {kind, '\0'};
  /* RETURNING would make SQLite build a table for its one row each time */
  if (!store_send (store, error,
                   "INSERT INTO counter (kind, value) VALUES ($1, 1)"
                   " ON CONFLICT (kind) DO UPDATE SET value = counter.value + 1",
                   "s", letter))
    return FALSE;
  g_autoptr (Rows) rows = store_query (store, error, "SELECT value FROM counter WHERE kind = $1", "s", letter);
  if (rows == NULL || !rows_next (rows, error))
    return FALSE;
  *value = rows_int (rows, 0);
  return TRUE;
}
