/* Tables in order, and statements made from the names of the catalogue: the only SQL here that is put together, because nobody can
 * write down the tables of later migrations. */
#include "db/store_move.h"
#include "db/store_engine.h"
#include <glib/gstdio.h>

struct _StoreFill {
  Store *store;          /* NULL when it was kept */
  char *scratch;         /* the file that it is made in; NULL for a server */
  char *destination;     /* what that file will be called; NULL for a server */
  GPtrArray *references; /* that are made when all rows are there; NULL: they always were */
};

void
store_table_free (StoreTable *table)
{
  if (table == NULL)
    return;
  g_array_unref (table->columns);
  g_free (table->name);
  g_free (table);
}

static void
column_clear (gpointer data)
{
  g_free (((StoreColumn *)data)->name);
}

static void
table_destroy (gpointer table)
{
  store_table_free (table);
}

static GPtrArray *
tables_new (void)
{
  return g_ptr_array_new_with_free_func (table_destroy);
}

/* ---- what tables there are ---- */

static StoreColumnType
type_of (const char *name)
{
  static const char *const names[] = {[COLUMN_INT] = "int", [COLUMN_TEXT] = "text", [COLUMN_BYTES] = "bytes"};
  StoreColumnType type = COLUMN_INT;
  while (type < COLUMN_BYTES && !g_str_equal (names[type], name))
    type++;
  return type;
}

static StoreTable *
last_table (GPtrArray *tables, const char *name)
{
  StoreTable *last = tables->len > 0 ? g_ptr_array_index (tables, tables->len - 1) : NULL;
  if (last != NULL && g_str_equal (last->name, name))
    return last;
  StoreTable *table = g_new0 (StoreTable, 1);
  table->name = g_strdup (name);
  table->columns = g_array_new (FALSE, FALSE, sizeof (StoreColumn));
  g_array_set_clear_func (table->columns, column_clear);
  g_ptr_array_add (tables, table);
  return table;
}

static GPtrArray *
read_tables (Store *store, GError **error)
{
  g_autoptr (GPtrArray) tables = tables_new ();
  g_autoptr (Rows) rows = store_query (store, error, store->engine->move.columns, "");
  if (rows == NULL)
    return NULL;
  g_autoptr (GError) failure = NULL;
  while (rows_next (rows, &failure)) {
    StoreTable *table = last_table (tables, rows_text (rows, 0));
    const StoreColumn column = {.name = g_strdup (rows_text (rows, 1)), .type = type_of (rows_text (rows, 2))};
    g_array_append_val (table->columns, column);
  }
  if (failure == NULL)
    return g_steal_pointer (&tables);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

/* A set of "child parent". */
static GHashTable *
read_references (Store *store, GError **error)
{
  g_autoptr (GHashTable) references = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (Rows) rows = store_query (store, error, store->engine->move.references, "");
  if (rows == NULL)
    return NULL;
  g_autoptr (GError) failure = NULL;
  while (rows_next (rows, &failure))
    g_hash_table_add (references, g_strdup_printf ("%s %s", rows_text (rows, 0), rows_text (rows, 1)));
  if (failure == NULL)
    return g_steal_pointer (&references);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

/* Does it refer to a table that is still waiting? */
static gboolean
must_wait (const GHashTable *references, const StoreTable *table, const GPtrArray *waiting)
{
  for (guint i = 0; i < waiting->len; i++) {
    const StoreTable *other = g_ptr_array_index (waiting, i);
    g_autofree char *reference = g_strdup_printf ("%s %s", table->name, other->name);
    if (g_hash_table_contains ((GHashTable *)references, reference))
      return TRUE;
  }
  return FALSE;
}

GPtrArray *
store_tables (Store *store, GError **error)
{
  g_autoptr (GPtrArray) waiting = read_tables (store, error);
  g_autoptr (GHashTable) references = waiting != NULL ? read_references (store, error) : NULL;
  if (references == NULL)
    return NULL;
  g_autoptr (GPtrArray) ordered = tables_new ();
  while (waiting->len > 0) {
    guint i = 0;
    while (i < waiting->len && must_wait (references, g_ptr_array_index (waiting, i), waiting))
      i++;
    if (i == waiting->len) {
      g_set_error (error, DB_ERROR, DB_ERROR_FAILED, "table %s refers to itself, by way of others or not",
                   ((const StoreTable *)g_ptr_array_index (waiting, 0))->name);
      return NULL;
    }
    g_ptr_array_add (ordered, g_ptr_array_steal_index (waiting, i));
  }
  return g_steal_pointer (&ordered);
}

/* ---- rows ---- */

char *
store_column_names (const StoreTable *table)
{
  GString *names = g_string_new (NULL);
  for (guint i = 0; i < table->columns->len; i++)
    g_string_append_printf (names, "%s\"%s\"", i > 0 ? ", " : "", g_array_index (table->columns, StoreColumn, i).name);
  return g_string_free (names, FALSE);
}

Rows *
store_rows_of (Store *store, const StoreTable *table, GError **error)
{
  g_autofree char *names = store_column_names (table);
  g_autofree char *sql = g_strdup_printf ("SELECT %s FROM \"%s\"", names, table->name);
  return store_query (store, error, sql, "");
}

gboolean
store_put_rows (Store *to, const StoreTable *table, Rows *rows, guint most, guint *put, GError **error)
{
  return to->engine->move.put_rows (to, table, rows, most, put, error);
}

gboolean
store_empty_table (Store *store, const StoreTable *table, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("DELETE FROM \"%s\"", table->name);
  return store_run (store, NULL, error, sql, "");
}

gboolean
store_count_rows (Store *store, const StoreTable *table, gint64 *count, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT COUNT(*) FROM \"%s\"", table->name);
  g_autoptr (Rows) rows = store_query (store, error, sql, "");
  if (rows == NULL || !rows_next (rows, error))
    return FALSE;
  *count = rows_int (rows, 0);
  return TRUE;
}

Rows *
store_documents (Store *store, GError **error)
{
  return store_query (store, error, store->engine->move.documents, "");
}

gboolean
store_put_documents (Store *to, Rows *documents, guint most, guint *put, GError **error)
{
  return to->engine->move.put_documents (to, documents, most, put, error);
}

/* ---- a register in the making ---- */

StoreFill *
store_fill_begin (const char *url, GError **error)
{
  const StoreEngine *engine = store_engine_of (url, error);
  if (engine == NULL)
    return NULL;
  g_autoptr (StoreFill) fill = g_new0 (StoreFill, 1);
  fill->store = engine->move.fill (url, &fill->scratch, &fill->destination, error);
  if (fill->store != NULL && engine->move.loosen != NULL)
    fill->references = engine->move.loosen (fill->store, error);
  gboolean is_ready = fill->store != NULL && (engine->move.loosen == NULL || fill->references != NULL);
  return is_ready ? g_steal_pointer (&fill) : NULL;
}

gboolean
store_fill_fasten (StoreFill *fill, GError **error)
{
  return fill->references == NULL || fill->store->engine->move.fasten (fill->store, fill->references, error);
}

Store *
store_fill_store (StoreFill *fill)
{
  return fill->store;
}

gboolean
store_fill_keep (StoreFill *fill, GError **error)
{
  const char *settle = fill->store->engine->move.settle;
  if (!store_commit (fill->store, error))
    return FALSE;
  if (settle != NULL)
    (void)store_run (fill->store, NULL, NULL, settle, ""); /* it is kept in any case */
  g_clear_pointer (&fill->store, store_close);             /* of a file: its log is written into it */
  if (fill->scratch == NULL || store_publish (fill->scratch, fill->destination, error))
    return TRUE;
  return FALSE;
}

void
store_fill_free (StoreFill *fill)
{
  static const char *const suffixes[] = {"", "-wal", "-shm"};
  if (fill == NULL)
    return;
  store_close (fill->store); /* a transaction that was not committed is none */
  for (gsize i = 0; fill->scratch != NULL && i < G_N_ELEMENTS (suffixes); i++) {
    g_autofree char *path = g_strconcat (fill->scratch, suffixes[i], NULL);
    (void)g_unlink (path); /* mostly there is none: it has its own name now */
  }
  g_clear_pointer (&fill->references, g_ptr_array_unref);
  g_free (fill->scratch);
  g_free (fill->destination);
  g_free (fill);
}
