/* The stamp of a register in a PostgreSQL database, and the way from one version to the next. For db/store_postgresql*.c. */
#pragma once
#include "db/migrations.h"
#include <glib.h>
#include <libpq-fe.h>

/* Reads the version stamp; 0 for an empty schema. DB_ERROR_CORRUPT when the tables are somebody else's, DB_ERROR_NEWER when the
 * version is above newest. Writes nothing. */
gboolean postgresql_schema_read (PGconn *connection, int newest, int *version, GError **error);
/* Brings the schema to the last of `n` migrations, each with its stamp in one transaction, under the lock of all writers: of several
 * daemons that start at once, one does it and the others find it done. */
gboolean postgresql_schema_migrate (PGconn *connection, const Migration *list, int n, GError **error);
/* All migrations at once into an empty database, inside the transaction of the caller. DB_ERROR_UNIQUE when it has tables. */
gboolean postgresql_schema_make (PGconn *connection, const Migration *list, int n, GError **error);
