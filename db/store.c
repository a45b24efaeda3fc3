/* What every engine shares of the store: the error domain, the choice of the engine, savepoints, the tokens of the migrations. */
#include "db/store.h"
#include "db/migrations.h"
#include "db/store_engine.h"

static void forget (Store *store);

static const StoreEngine *const engines[] = {&store_sqlite, &store_postgresql};

GQuark
db_error_quark (void)
{
  return g_quark_from_static_string ("temoin-db-error-quark");
}

/* The address is not repeated in the error: it may hold a password. */
const StoreEngine *
store_engine_of (const char *url, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (engines); i++)
    if (g_str_has_prefix (url, engines[i]->scheme))
      return engines[i];
  g_set_error (error, DB_ERROR, DB_ERROR_FAILED, "not an address of a register (sqlite:PATH or postgresql://...)");
  return NULL;
}

Store *
store_open (const char *url, StoreMode mode, GError **error)
{
  const StoreEngine *engine = store_engine_of (url, error);
  return engine != NULL ? engine->open (url, mode, error) : NULL;
}

void
store_close (Store *store)
{
  if (store == NULL)
    return;
  g_clear_pointer (&store->kept, g_hash_table_unref);
  store->engine->close (store);
}

int
store_schema_newest (void)
{
  return migrations_n;
}

gboolean
store_is_file (Store *store)
{
  return store->engine == &store_sqlite;
}

int
store_schema (Store *store)
{
  return store->engine->schema (store);
}

const char *
store_site (Store *store)
{
  return store->site;
}

void
store_set_site (Store *store, const char *site)
{
  g_strlcpy (store->site, site, sizeof store->site);
  forget (store);
}

char *
store_expand (const char *sql, const StoreTokens *tokens)
{
  const struct {
    const char *token, *text;
  } words[] = {{"@PK@", tokens->pk},
               {"@INT@", tokens->integer},
               {"@BYTES@", tokens->bytes},
               {"@STRICT@", tokens->strict},
               {"@KEYED@", tokens->keyed}};
  GString *text = g_string_new (sql);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    g_string_replace (text, words[i].token, words[i].text, 0);
  return g_string_free (text, FALSE);
}

void
store_set_deadline (Store *store, guint deadline_ms)
{
  store->engine->set_deadline (store, deadline_ms);
}

gboolean
store_take_time (Store *store, GError **error)
{
  store->takes_time = TRUE;
  return store->engine->take_time (store, error);
}

gboolean
store_takes_time (Store *store)
{
  return store->takes_time;
}

void
store_end (Store *store)
{
  store->engine->end (store);
}

/* ---- statements ---- */

Rows *
store_query (Store *store, GError **error, const char *sql, const char *types, ...)
{
  va_list arguments;
  va_start (arguments, types);
  Rows *rows = store->engine->query (store, error, sql, types, arguments);
  va_end (arguments);
  return rows;
}

gboolean
store_run (Store *store, gint64 *changed, GError **error, const char *sql, const char *types, ...)
{
  va_list arguments;
  va_start (arguments, types);
  gboolean is_good = store->engine->run (store, changed, error, sql, types, arguments);
  va_end (arguments);
  return is_good;
}

gboolean
rows_next (Rows *rows, GError **error)
{
  return rows->engine->rows_next (rows, error);
}

gint64
rows_int (Rows *rows, int column)
{
  return rows->engine->rows_int (rows, column);
}

const char *
rows_text (Rows *rows, int column)
{
  return rows->engine->rows_text (rows, column);
}

GBytes *
rows_bytes (Rows *rows, int column)
{
  return rows->engine->rows_bytes (rows, column);
}

void
rows_free (Rows *rows)
{
  if (rows != NULL)
    rows->engine->rows_free (rows);
}

gboolean
store_send (Store *store, GError **error, const char *sql, const char *types, ...)
{
  va_list arguments;
  va_start (arguments, types);
  gboolean is_good = store->engine->send (store, error, sql, types, arguments);
  va_end (arguments);
  return is_good;
}

void
store_expect (Store *store, const char *sql, const char *types, ...)
{
  va_list arguments;
  va_start (arguments, types);
  store->engine->expect (store, sql, types, arguments);
  va_end (arguments);
}

/* ---- what a transaction knows ---- */

typedef struct {
  gpointer value;
  GDestroyNotify destroy;
} Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;
  kept->destroy (kept->value);
  g_free (kept);
}

void
store_keep (Store *store, const char *name, gpointer value, GDestroyNotify destroy)
{
  if (store->kept == NULL)
    store->kept = g_hash_table_new_full (NULL, NULL, NULL, kept_free);
  if (value == NULL || !store->keeps) {
    g_hash_table_remove (store->kept, name);
    if (value != NULL)
      destroy (value);
    return;
  }
  Kept *kept = g_new (Kept, 1);
  *kept = (Kept){value, destroy};
  g_hash_table_insert (store->kept, (gpointer)name, kept);
}

gpointer
store_kept (Store *store, const char *name)
{
  const Kept *kept = store->kept != NULL ? g_hash_table_lookup (store->kept, name) : NULL;
  return kept != NULL ? kept->value : NULL;
}

static void
forget (Store *store)
{
  if (store->kept != NULL)
    g_hash_table_remove_all (store->kept);
}

/* Nothing holds beyond a transaction. */
static void
leave (Store *store)
{
  forget (store);
  store->keeps = store->takes_time = FALSE;
}

/* ---- transactions ---- */

gboolean
store_begin (Store *store, GError **error)
{
  leave (store);
  store->keeps = store->engine->begin (store, error);
  return store->keeps;
}

gboolean
store_commit (Store *store, GError **error)
{
  leave (store);
  return store->engine->commit (store, error);
}

void
store_rollback (Store *store)
{
  leave (store);
  store->engine->rollback (store);
}

gboolean
store_is_alive (Store *store)
{
  return store->engine->is_alive (store);
}

gboolean
store_savepoint (Store *store, GError **error)
{
  return store_send (store, error, "SAVEPOINT request", "");
}

gboolean
store_release (Store *store, GError **error)
{
  return store_run (store, NULL, error, "RELEASE request", "");
}

/* What was sent and failed is undone with the rest. */
gboolean
store_rollback_to_savepoint (Store *store, GError **error)
{
  forget (store);
  (void)store->engine->settle (store, NULL);
  return store_run (store, NULL, error, "ROLLBACK TO request", "") && store_release (store, error);
}

/* ---- services ---- */

gboolean
store_copy_to (Store *store, const char *path, GError **error)
{
  return store->engine->copy_to (store, path, error);
}

gboolean
store_swap_in (const char *url, const char *path, gint64 epoch, char **kept, GError **error)
{
  const StoreEngine *engine = store_engine_of (url, error);
  return engine != NULL && engine->swap_in (url, path, epoch, kept, error);
}

gboolean
store_swap_back (const char *url, const char *kept, GError **error)
{
  const StoreEngine *engine = store_engine_of (url, error);
  return engine != NULL && engine->swap_back (url, kept, error);
}

gboolean
store_check (Store *store, GError **error)
{
  return store_take_time (store, error) && store->engine->check (store, error);
}

gboolean
store_search_put (Store *store, const char *code, const char *kind, const char *text, GError **error)
{
  return store->engine->search_put (store, code, kind, text, error);
}

GPtrArray *
store_search (Store *store, const char *query, guint limit, GError **error)
{
  return store->engine->search (store, query, limit, error);
}

gboolean
store_claim_bench (Store *store, GError **error)
{
  return store->engine->claim_bench (store, error);
}
