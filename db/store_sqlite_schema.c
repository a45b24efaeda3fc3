/* The stamp of a register in an SQLite file (application_id and user_version), and the migrations. */
#include "db/store_sqlite_schema.h"
#include "db/store_sqlite.h"

/* What the portable tokens of a migration become here. BIGINT is refused by a STRICT table. */
static const StoreTokens tokens = {.pk = "INTEGER PRIMARY KEY",
                                   .integer = "INTEGER",
                                   .bytes = "BLOB",
                                   .strict = "STRICT",
                                   .keyed = "STRICT, WITHOUT ROWID"};

/* The one whole number that a statement gives. */
static gboolean
read_number (sqlite3 *handle, const char *sql, gint64 *number, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (handle, sql, -1, &statement, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    *number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return code == SQLITE_ROW || store_sqlite_fail (handle, code, "read the register's stamp", error);
}

gboolean
schema_read (sqlite3 *handle, int newest, int *version, GError **error)
{
  gint64 application, stamp, tables;
  if (!read_number (handle, "PRAGMA application_id", &application, error) ||
      !read_number (handle, "PRAGMA user_version", &stamp, error) ||
      !read_number (handle, "SELECT count(*) FROM sqlite_schema", &tables, error))
    return FALSE;
  gboolean is_empty = application == 0 && stamp == 0 && tables == 0;
  if (!is_empty && (application != SCHEMA_APPLICATION_ID || stamp < 1)) {
    g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "this file is a database of another program");
    return FALSE;
  }
  if (stamp > newest) {
    g_set_error (error, DB_ERROR, DB_ERROR_NEWER, "the register has version %d, this program knows %d", (int)stamp,
                 newest);
    return FALSE;
  }
  *version = (int)stamp;
  return TRUE;
}

/* One migration and its stamp, inside the transaction of the caller. */
static gboolean
apply (sqlite3 *handle, const Migration *migration, int version, GError **error)
{
  g_autofree char *sql = store_expand (migration->sql, &tokens);
  g_autofree char *stamp =
      g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d", SCHEMA_APPLICATION_ID, version);
  return store_sqlite_exec (handle, sql, error) && (version > 1 || store_sqlite_search_create (handle, error)) &&
         store_sqlite_exec (handle, stamp, error);
}

gboolean
schema_migrate (sqlite3 *handle, int version, const Migration *list, int n, GError **error)
{
  for (int i = version; i < n; i++) {
    if (!store_sqlite_exec (handle, "BEGIN IMMEDIATE", error))
      return FALSE;
    if (!apply (handle, &list[i], i + 1, error) || !store_sqlite_exec (handle, "COMMIT", error)) {
      g_prefix_error (error, "migration %s: ", list[i].name);
      (void)sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL); /* fails only when the engine did it already */
      return FALSE;
    }
  }
  return TRUE;
}
