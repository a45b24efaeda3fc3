/* A register's tables and rows as they are, over SQLite. */
#include "db/store_sqlite.h"
#include <glib/gstdio.h>

const char store_sqlite_columns[] =
    "SELECT tables.name, columns.name,"
    " CASE columns.type WHEN 'INTEGER' THEN 'int' WHEN 'BLOB' THEN 'bytes' ELSE 'text' END"
    " FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns"
    " WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    " AND tables.name NOT IN ('search', 'search_row', 'search_data', 'search_idx', 'search_content', 'search_docsize',"
    " 'search_config') ORDER BY tables.name, columns.cid";
const char store_sqlite_references[] =
    "SELECT tables.name, parents.\"table\" FROM sqlite_schema AS tables"
    " JOIN pragma_foreign_key_list(tables.name) AS parents WHERE tables.type = 'table'";
const char store_sqlite_documents[] = "SELECT search_row.code, search_row.kind, search.text FROM search_row"
                                      " JOIN search ON search.rowid = search_row.id ORDER BY search_row.id";

/* The caller finalizes. NULL on error. */
static sqlite3_stmt *
prepare_insert (sqlite3 *handle, const StoreTable *table, GError **error)
{
  g_autofree char *names = store_column_names (table);
  g_autoptr (GString) sql = g_string_new (NULL);
  g_string_printf (sql, "INSERT INTO \"%s\" (%s) VALUES (", table->name, names);
  for (guint i = 0; i < table->columns->len; i++)
    g_string_append (sql, i > 0 ? ", ?" : "?");
  g_string_append_c (sql, ')');
  sqlite3_stmt *insert = NULL;
  int code = sqlite3_prepare_v2 (handle, sql->str, -1, &insert, NULL);
  if (code != SQLITE_OK)
    (void)store_sqlite_fail (handle, code, table->name, error); /* the caller sees NULL */
  return insert;
}

static int
bind_bytes (sqlite3_stmt *insert, int index, GBytes *bytes)
{
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);
  int code = sqlite3_bind_blob64 (insert, index, size > 0 ? data : "", size, SQLITE_TRANSIENT);
  g_bytes_unref (bytes);
  return code;
}

static int
bind_column (sqlite3_stmt *insert, const StoreTable *table, guint column, Rows *rows)
{
  int index = (int)column + 1;
  const char *text = rows_text (rows, (int)column);
  if (text == NULL)
    return sqlite3_bind_null (insert, index);
  switch (g_array_index (table->columns, StoreColumn, column).type) {
  case COLUMN_INT:
    return sqlite3_bind_int64 (insert, index, rows_int (rows, (int)column));
  case COLUMN_TEXT:
    return sqlite3_bind_text (insert, index, text, -1, SQLITE_TRANSIENT);
  case COLUMN_BYTES:
    return bind_bytes (insert, index, rows_bytes (rows, (int)column));
  }
  return SQLITE_MISUSE;
}

/* The code of the first thing that failed; SQLITE_DONE when nothing did. */
static int
insert_row (sqlite3_stmt *insert, const StoreTable *table, Rows *rows)
{
  int code = SQLITE_OK;
  for (guint i = 0; code == SQLITE_OK && i < table->columns->len; i++)
    code = bind_column (insert, table, i, rows);
  if (code == SQLITE_OK)
    code = sqlite3_step (insert);
  int reset = sqlite3_reset (insert); /* repeats the error of the step, with all it knows */
  return code == SQLITE_DONE ? code : reset != SQLITE_OK ? reset : code;
}

gboolean
store_sqlite_put_rows (Store *to, const StoreTable *table, Rows *rows, guint most, guint *put, GError **error)
{
  sqlite3 *handle = store_sqlite_handle (to);
  sqlite3_stmt *insert = prepare_insert (handle, table, error);
  if (insert == NULL)
    return FALSE;
  guint done = 0;
  int code = SQLITE_DONE;
  g_autoptr (GError) failure = NULL;
  while (code == SQLITE_DONE && done < most && rows_next (rows, &failure)) {
    code = insert_row (insert, table, rows);
    done++;
  }
  gboolean is_good = failure == NULL && (code == SQLITE_DONE || store_sqlite_fail (handle, code, table->name, error));
  (void)sqlite3_finalize (insert); /* its error is told */
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (is_good)
    *put = done;
  return is_good;
}

/* In a file beside, which gets its name when all is there. */
Store *
store_sqlite_fill (const char *url, char **scratch, char **destination, GError **error)
{
  const char *path = store_sqlite_path (url, error);
  if (path == NULL)
    return NULL;
  if (g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, DB_ERROR, DB_ERROR_UNIQUE, "%s exists already", path);
    return NULL;
  }
  g_autofree char *beside = g_strconcat (path, ".moving", NULL);
  g_autofree char *beside_url = g_strconcat ("sqlite:", beside, NULL);
  (void)g_unlink (beside); /* of a move that was cut short */
  g_autoptr (Store) store = store_open (beside_url, STORE_WRITE, error);
  *scratch = g_steal_pointer (&beside);
  *destination = g_strdup (path);
  return store != NULL && store_begin (store, error) ? g_steal_pointer (&store) : NULL;
}
