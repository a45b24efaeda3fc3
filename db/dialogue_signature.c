/* Signed dialogues. */
#include "db/dialogue_signature.h"
#include "db/row.h"

gboolean
dialogue_sign (Store *store, const char *dialogue, const char *hash, const char *signed_by, gint64 at, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO dialogue_signature (dialogue, hash, signed_by, at) VALUES ($1, $2, $3, $4)"
                    " ON CONFLICT (dialogue, hash) DO NOTHING",
                    "sssi", dialogue, hash, signed_by, at);
}

gboolean
dialogue_is_signed (Store *store, const char *dialogue, const char *hash, gboolean *is_signed, char **signed_by,
                    gint64 *at, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (Rows) rows =
      store_query (store, &failure, "SELECT signed_by, at FROM dialogue_signature WHERE dialogue = $1 AND hash = $2",
                   "ss", dialogue, hash);
  gboolean found = rows != NULL && rows_next (rows, &failure);
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  *is_signed = found;
  if (found) {
    *signed_by = row_dup (rows, 0);
    *at = rows_int (rows, 1);
  }
  return TRUE;
}
