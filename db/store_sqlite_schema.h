/* The stamp of a register in an SQLite file, and the way from one version to the next. For db/store_sqlite.c. */
#pragma once
#include "db/migrations.h"
#include <glib.h>
#include <sqlite3.h>

/* "Temo": marks the file as a register of ours (PRAGMA application_id). */
#define SCHEMA_APPLICATION_ID 0x54656d6f

/* Reads the version stamp; 0 for an empty file. DB_ERROR_CORRUPT when the file is somebody else's, DB_ERROR_NEWER when the
 * version is above newest. Writes nothing. */
gboolean schema_read (sqlite3 *handle, int newest, int *version, GError **error);
/* Brings the schema from `version` to the last of `n` migrations, each with its stamp in one transaction. */
gboolean schema_migrate (sqlite3 *handle, int version, const Migration *list, int n, GError **error);
