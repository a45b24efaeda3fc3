/* What moving a register from one engine to the other needs of them: what tables there are, rows in and out whatever the noun, and a
 * new register of which nothing stays unless all of it does. For db/move.c. */
#pragma once
#include "db/store.h"

typedef enum { COLUMN_INT, COLUMN_TEXT, COLUMN_BYTES } StoreColumnType;
typedef struct {
  char *name;
  StoreColumnType type;
} StoreColumn;
typedef struct {
  char *name;
  GArray *columns; /* of StoreColumn, in the engine's order */
} StoreTable;
void store_table_free (StoreTable *table);

/* The tables of the register as the engine's catalogue has them, so also those of migrations that are yet to be written; none comes
 * before one that it refers to (DB_ERROR_FAILED when that cannot be, a table that refers to itself included). Without the stamp and
 * the tables of search, which each engine makes its own way. Array of StoreTable; caller unrefs. */
GPtrArray *store_tables (Store *store, GError **error);
/* All rows of a table, with the columns in that order. */
Rows *store_rows_of (Store *store, const StoreTable *table, GError **error);
/* Puts at most `most` of the rows (of store_rows_of, of another store) into the table of the same name. *put: how many; fewer than most at
 * the end. Outputs on success only. */
gboolean store_put_rows (Store *to, const StoreTable *table, Rows *rows, guint most, guint *put, GError **error);
gboolean store_empty_table (Store *store, const StoreTable *table, GError **error);
/* How many rows. */
gboolean store_count_rows (Store *store, const StoreTable *table, gint64 *count, GError **error);
/* The documents of search: code, kind, and a text that store_search_put makes the same document of. */
Rows *store_documents (Store *store, GError **error);
/* As store_put_rows, of documents (of store_documents, of another store), into a register in the making; they are found after
 * store_fill_fasten. */
gboolean store_put_documents (Store *to, Rows *documents, guint most, guint *put, GError **error);

/* A register being made at url, in one transaction: its schema is that of this program, and other programs do not see it. */
typedef struct _StoreFill StoreFill;
/* DB_ERROR_UNIQUE: there is something at url already. NULL on error. */
StoreFill *store_fill_begin (const char *url, GError **error);
Store *store_fill_store (StoreFill *fill); /* borrowed; inside a transaction that is not the caller's to end */
/* Call when all rows and documents are there: what finds the documents is made, and references that a server would have looked up row by row are made
 * and checked. DB_ERROR_FOREIGN: one leads to nothing. */
gboolean store_fill_fasten (StoreFill *fill, GError **error);
/* Makes it the register at url, durable. After it, also when it failed, only store_fill_free. */
gboolean store_fill_keep (StoreFill *fill, GError **error);
/* Unless it was kept, url is as it was before. Accepts NULL. */
void store_fill_free (StoreFill *fill);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreFill, store_fill_free)
