/* Small facts of one register as key and value. */
#include "db/setting.h"

#define KEY_DEMO "demo"

char *
setting_get (Store *store, const char *key, GError **error)
{
  g_autoptr (Rows) rows = store_query (store, error, "SELECT value FROM setting WHERE key = $1", "s", key);
  if (rows == NULL || !rows_next (rows, error))
    return NULL;
  return g_strdup (rows_text (rows, 0));
}

static gboolean
put (Store *store, const char *key, const char *value, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO setting (key, value) VALUES ($1, $2)"
                    " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    "ss", key, value);
}

gboolean
setting_set (Store *store, const char *key, const char *value, GError **error)
{
  if (g_str_equal (key, KEY_DEMO)) {
    g_set_error (error, DB_ERROR, DB_ERROR_CHECK, "only a new register becomes a demonstration");
    return FALSE;
  }
  if (value == NULL)
    return store_run (store, NULL, error, "DELETE FROM setting WHERE key = $1", "s", key);
  return put (store, key, value, error);
}

gboolean
setting_is_demo (Store *store, gboolean *is_demo, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autofree char *value = setting_get (store, KEY_DEMO, &failure);
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  *is_demo = value != NULL;
  return TRUE;
}

gboolean
setting_make_demo (Store *store, GError **error)
{
  gboolean is_demo;
  if (!setting_is_demo (store, &is_demo, error))
    return FALSE;
  if (is_demo)
    return TRUE;
  g_autoptr (Rows) rows = store_query (store, error, "SELECT SUM(number) FROM journal_head", "");
  if (rows == NULL || !rows_next (rows, error))
    return FALSE;
  if (rows_int (rows, 0) != 0) {
    g_set_error (error, DB_ERROR, DB_ERROR_STALE, "this register is in use: it cannot become a demonstration");
    return FALSE;
  }
  return put (store, KEY_DEMO, "1", error);
}
