/* The stamp of a register in a PostgreSQL database (table register_stamp), and the migrations. */
#include "db/store_postgresql_schema.h"
#include "db/store_postgresql.h"

static const StoreTokens tokens = {
    .pk = "BIGINT PRIMARY KEY", .integer = "BIGINT", .bytes = "BYTEA", .strict = "", .keyed = ""};

static const char create_stamp[] = "CREATE TABLE register_stamp ("
                                   " one SMALLINT NOT NULL PRIMARY KEY CHECK (one = 1),"
                                   " version BIGINT NOT NULL CHECK (version > 0))";
/* Is there a stamp, and is there any table, where ours would be? */
static const char look[] = "SELECT to_regclass('register_stamp') IS NOT NULL, EXISTS (SELECT 1 FROM pg_class"
                           " WHERE relnamespace = to_regnamespace(current_schema()) AND relkind IN ('r', 'p'))";

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PGresult, PQclear)

static PGresult *
ask (PGconn *connection, const char *sql, GError **error)
{
  g_autoptr (PGresult) result = PQexec (connection, sql);
  if (PQresultStatus (result) == PGRES_TUPLES_OK && PQntuples (result) == 1)
    return g_steal_pointer (&result);
  if (PQresultStatus (result) == PGRES_TUPLES_OK)
    g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "the register's stamp is not one row");
  else
    (void)store_postgresql_fail (connection, result, error); /* the caller sees NULL */
  return NULL;
}

gboolean
postgresql_schema_read (PGconn *connection, int newest, int *version, GError **error)
{
  g_autoptr (PGresult) found = ask (connection, look, error);
  if (found == NULL)
    return FALSE;
  gboolean has_stamp = *PQgetvalue (found, 0, 0) == 't', has_tables = *PQgetvalue (found, 0, 1) == 't';
  if (!has_stamp && has_tables) {
    g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "this database has tables of another program");
    return FALSE;
  }
  if (!has_stamp) {
    *version = 0;
    return TRUE;
  }
  g_autoptr (PGresult) stamp = ask (connection, "SELECT version FROM register_stamp", error);
  if (stamp == NULL)
    return FALSE;
  gint64 read = g_ascii_strtoll (PQgetvalue (stamp, 0, 0), NULL, 10);
  if (read > newest) {
    g_set_error (error, DB_ERROR, DB_ERROR_NEWER, "the register has version %d, this program knows %d", (int)read,
                 newest);
    return FALSE;
  }
  *version = (int)read;
  return TRUE;
}

static gboolean
apply_to_search (PGconn *connection, int version, GError **error)
{
  for (const StorePostgresqlStep *step = store_postgresql_search_steps; step->sql != NULL; step++)
    if (step->version == version && !store_postgresql_exec (connection, step->sql, error))
      return FALSE;
  return TRUE;
}

/* One migration and its stamp, inside the transaction of the caller. */
static gboolean
apply (PGconn *connection, const Migration *migration, int version, GError **error)
{
  g_autofree char *sql = store_expand (migration->sql, &tokens);
  g_autofree char *stamp = g_strdup_printf ("INSERT INTO register_stamp (one, version) VALUES (1, %d)"
                                            " ON CONFLICT (one) DO UPDATE SET version = excluded.version",
                                            version);
  gboolean is_done = store_postgresql_exec (connection, sql, error) &&
                     (version > 1 || store_postgresql_exec (connection, create_stamp, error)) &&
                     apply_to_search (connection, version, error) && store_postgresql_exec (connection, stamp, error);
  if (!is_done)
    g_prefix_error (error, "migration %s: ", migration->name);
  return is_done;
}

/* One step under the lock; version: what it is then. */
static gboolean
step (PGconn *connection, const Migration *list, int n, int *version, GError **error)
{
  int found;
  if (!store_postgresql_exec (connection, POSTGRESQL_WRITE_LOCK, error) ||
      !postgresql_schema_read (connection, n, &found, error))
    return FALSE;
  if (found < n && !apply (connection, &list[found], found + 1, error))
    return FALSE;
  *version = MIN (found + 1, n);
  return TRUE;
}

gboolean
postgresql_schema_migrate (PGconn *connection, const Migration *list, int n, GError **error)
{
  int version;
  if (!postgresql_schema_read (connection, n, &version, error))
    return FALSE;
  while (version < n) {
    if (!store_postgresql_exec (connection, "BEGIN", error))
      return FALSE;
    if (!step (connection, list, n, &version, error) || !store_postgresql_exec (connection, "COMMIT", error)) {
      PQclear (PQexec (connection, "ROLLBACK")); /* fails only with the connection, which rolls back too */
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
postgresql_schema_make (PGconn *connection, const Migration *list, int n, GError **error)
{
  g_autoptr (PGresult) found = NULL;
  if (!store_postgresql_exec (connection, POSTGRESQL_WRITE_LOCK, error) ||
      (found = ask (connection, look, error)) == NULL)
    return FALSE;
  if (*PQgetvalue (found, 0, 0) == 't' || *PQgetvalue (found, 0, 1) == 't') {
    g_set_error (error, DB_ERROR, DB_ERROR_UNIQUE, "the database is not empty");
    return FALSE;
  }
  for (int i = 0; i < n; i++)
    if (!apply (connection, &list[i], i + 1, error))
      return FALSE;
  return TRUE;
}
