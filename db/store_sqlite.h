/* What the files of the SQLite store share. Only db/store_*.c and tests that must reach the engine include this. */
#pragma once
#include "db/store.h"
#include "db/store_engine.h"
#include <sqlite3.h>

/* The engine's connection. Borrowed. */
sqlite3 *store_sqlite_handle (Store *store);
/* Sets *error from an engine code: DbError from a table, and the engine's message (handle may be NULL). Always FALSE. */
gboolean store_sqlite_fail (sqlite3 *handle, int code, const char *doing, GError **error);
/* Runs engine-specific statements without parameters or rows. */
gboolean store_sqlite_exec (sqlite3 *handle, const char *sql, GError **error);
/* The path in "sqlite:PATH". Borrowed. NULL with DB_ERROR_FAILED for another kind of address. */
const char *store_sqlite_path (const char *url, GError **error);
/* Makes the tables of full-text search: part of migration 1 for this engine. */
gboolean store_sqlite_search_create (sqlite3 *handle, GError **error);
/* The engine's parts that have files of their own: as in db/store.h. */
gboolean store_sqlite_copy_to (Store *store, const char *path, GError **error);
gboolean store_sqlite_swap_in (const char *url, const char *path, gint64 epoch, char **kept, GError **error);
gboolean store_sqlite_swap_back (const char *url, const char *kept, GError **error);
gboolean store_sqlite_check (Store *store, GError **error);
gboolean store_sqlite_search_put (Store *store, const char *code, const char *kind, const char *text, GError **error);
extern const char store_sqlite_columns[], store_sqlite_references[], store_sqlite_documents[];
gboolean store_sqlite_put_rows (Store *to, const StoreTable *table, Rows *rows, guint most, guint *put, GError **error);
gboolean store_sqlite_put_documents (Store *to, Rows *documents, guint most, guint *put, GError **error);
Store *store_sqlite_fill (const char *url, char **scratch, char **destination, GError **error);
GPtrArray *store_sqlite_search (Store *store, const char *query, guint limit, GError **error);
