/* From a result to a record: the few lines that every noun of db/ would repeat. For db/ only. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* How one noun is read. read: a new record from the current row, NULL on error. */
typedef struct {
  const char *noun; /* for messages: "item" */
  gpointer (*read) (Rows *rows, GError **error);
  void (*destroy) (gpointer record);
} RowKind;

/* Columns. A NULL column is "" for a code or a day, NULL for a copied text (caller frees). */
void row_code (Rows *rows, int column, Code code);
Day row_day (Rows *rows, int column);
char *row_dup (Rows *rows, int column);
/* The texts of a record: which column, and where it is kept (a char * in the record). One table reads and frees them. */
typedef struct {
  int column;
  gsize offset;
} RowText;
void row_take_texts (Rows *rows, const RowText *texts, gsize n, gpointer record);
void row_free_texts (const RowText *texts, gsize n, gpointer record);
/* A number that is never below zero: -1 for NULL. */
gint64 row_maybe_int (Rows *rows, int column);
/* The other way: NULL for "" (and for NULL), to be bound as SQL NULL. Borrowed. */
const char *row_null_if_empty (const char *text);
/* For a read function that met a word of no list: sets DB_ERROR_CORRUPT. Always NULL. */
gpointer row_unreadable (const char *noun, const char *code, GError **error);

/* These take rows over (NULL = the query failed, *error is set) and free it. one: DB_ERROR_NOT_FOUND when there is no row, key is
 * for the message. maybe: NULL with *error untouched when there is no row. all: array that frees its records. */
gpointer row_one (const RowKind *kind, Rows *rows, const char *key, GError **error);
gpointer row_maybe (const RowKind *kind, Rows *rows, GError **error);
GPtrArray *row_all (const RowKind *kind, Rows *rows, GError **error);
/* The texts of the first column. Array that g_free's them. */
GPtrArray *row_texts (Rows *rows, GError **error);

/* After a conditional write: TRUE when it touched exactly one row, else sets `code` (DB_ERROR_STALE, DB_ERROR_NOT_FOUND). */
gboolean row_changed (gint64 changed, DbError code, const char *noun, const char *key, GError **error);
