/* The engine's own checks, over PostgreSQL: what the server itself knows to be wrong. It cannot reread its files for us: that is
 * pg_amcheck's and the checksums' work (docs/decisions/0010-postgresql.md). */
#include "db/store_postgresql.h"

/* Each gives the name of the first thing that is wrong, or no row. */
static const struct {
  const char *sql, *complaint;
} checks[] = {
    {"SELECT conname FROM pg_constraint WHERE NOT convalidated"
     " AND connamespace = to_regnamespace(current_schema()) LIMIT 1",
     "was never checked"},
    {"SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = pg_index.indexrelid"
     " WHERE NOT (indisvalid AND indisready) AND relnamespace = to_regnamespace(current_schema()) LIMIT 1",
     "is not a whole index"},
    {"SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgenabled = 'D' AND tgisinternal LIMIT 1",
     "does not check its references"},
    {"SELECT datname FROM pg_stat_database WHERE datname = current_database() AND checksum_failures > 0",
     "has pages with a wrong checksum"},
};

gboolean
store_postgresql_check (Store *store, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++) {
    g_autoptr (GError) failure = NULL;
    g_autoptr (Rows) rows = store_query (store, error, checks[i].sql, "");
    if (rows == NULL)
      return FALSE;
    if (rows_next (rows, &failure)) {
      g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "integrity: %s %s", rows_text (rows, 0), checks[i].complaint);
      return FALSE;
    }
    if (failure != NULL) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  }
  return TRUE;
}
