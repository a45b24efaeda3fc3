/* Sealed secrets. */
#include "db/secret.h"
#include "db/row.h"

#define SELECT_SECRET "SELECT kind, owner, key_id, box, print, at FROM secret "
enum { KIND, OWNER, KEY_ID, BOX, PRINT, AT };

void
secret_free (Secret *secret)
{
  if (secret == NULL)
    return;
  g_free (secret->key_id);
  g_clear_pointer (&secret->box, g_bytes_unref);
  g_free (secret->print);
  g_free (secret);
}

static void
secret_destroy (gpointer secret)
{
  secret_free (secret);
}

static gpointer
secret_read (Rows *rows, GError **error)
{
  g_autoptr (Secret) secret = g_new0 (Secret, 1);
  row_code (rows, OWNER, secret->owner);
  secret->key_id = row_dup (rows, KEY_ID);
  secret->box = rows_bytes (rows, BOX);
  secret->print = row_dup (rows, PRINT);
  secret->at = rows_int (rows, AT);
  if (!secret_kind_parse (rows_text (rows, KIND), &secret->kind))
    return row_unreadable ("secret", secret->owner, error);
  return g_steal_pointer (&secret);
}

static const RowKind secret_row = {"secret", secret_read, secret_destroy};

gboolean
secret_put (Store *store, const Secret *secret, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO secret (kind, owner, key_id, box, print, at) VALUES ($1, $2, $3, $4, $5, $6)"
                    " ON CONFLICT (kind, owner) DO UPDATE SET key_id = $3, box = $4, print = $5, at = $6",
                    "sssbsi", secret_kind_name (secret->kind), secret->owner, secret->key_id, secret->box,
                    secret->print, secret->at);
}

Secret *
secret_load (Store *store, SecretKind kind, const char *owner, GError **error)
{
  return row_one (
      &secret_row,
      store_query (store, error, SELECT_SECRET "WHERE kind = $1 AND owner = $2", "ss", secret_kind_name (kind), owner),
      owner, error);
}

gboolean
secret_delete (Store *store, SecretKind kind, const char *owner, GError **error)
{
  return store_run (store, NULL, error, "DELETE FROM secret WHERE kind = $1 AND owner = $2", "ss",
                    secret_kind_name (kind), owner);
}

gboolean
secret_owner_of_print (Store *store, SecretKind kind, const char *print, Code owner, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (Secret) secret = row_maybe (&secret_row,
                                         store_query (store, &failure, SELECT_SECRET "WHERE kind = $1 AND print = $2",
                                                      "ss", secret_kind_name (kind), print),
                                         &failure);
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  g_strlcpy (owner, secret != NULL ? secret->owner : "", sizeof (Code));
  return TRUE;
}

/* Two ranges of an index, for "another one than" is none. */
GPtrArray *
secret_list_under_others (Store *store, const char *key_id, guint limit, GError **error)
{
  g_autoptr (GPtrArray) below =
      row_all (&secret_row,
               store_query (store, error, SELECT_SECRET "WHERE key_id < $1 ORDER BY key_id, kind, owner LIMIT $2", "si",
                            key_id, (gint64)limit),
               error);
  if (below == NULL || below->len == limit)
    return g_steal_pointer (&below);
  GPtrArray *above =
      row_all (&secret_row,
               store_query (store, error, SELECT_SECRET "WHERE key_id > $1 ORDER BY key_id, kind, owner LIMIT $2", "si",
                            key_id, (gint64)(limit - below->len)),
               error);
  if (above == NULL)
    return NULL;
  g_ptr_array_extend_and_steal (below, above);
  return g_steal_pointer (&below);
}

static void
count_free (gpointer data)
{
  SecretCount *count = data;
  g_free (count->key_id);
  g_free (count);
}

static gpointer
count_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  SecretCount *count = g_new0 (SecretCount, 1);
  count->key_id = row_dup (rows, 0);
  count->secrets = rows_int (rows, 1);
  return count;
}

static const RowKind count_row = {"key", count_read, count_free};

GPtrArray *
secret_count_by_key (Store *store, GError **error)
{
  return row_all (&count_row,
                  store_query (store, error, "SELECT key_id, COUNT(*) FROM secret GROUP BY key_id ORDER BY key_id", ""),
                  error);
}
