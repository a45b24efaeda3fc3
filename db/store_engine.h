/* What a database engine gives to db/store.c: one struct of functions, each as the function of the same name in db/store.h.
 * For db/store*.c only. */
#pragma once
#include "db/store_move.h"
#include <stdarg.h>

/* For db/store_move.c. */
typedef struct {
  const char *columns;    /* statement: table, column, "int" "text" or "bytes"; by table, then as the engine has them */
  const char *references; /* statement: table, table that it refers to; twice does no harm */
  const char *documents;  /* statement: code, kind, text */
  gboolean (*put_rows) (Store *to, const StoreTable *table, Rows *rows, guint most, guint *put, GError **error);
  /* As put_rows, of documents (code, kind, text), into a register that has none of them. */
  gboolean (*put_documents) (Store *to, Rows *documents, guint most, guint *put, GError **error);
  /* For a new register alone, both NULL when rows are quick to put in as they are: takes the references away, and gives (array of g_free'd
   * statements) what makes them again; makes them again, which checks every row. */
  GPtrArray *(*loosen) (Store *store, GError **error);
  gboolean (*fasten) (Store *store, const GPtrArray *references, GError **error);
  /* Statement, after all rows are kept: what makes them quick to read, sooner than by itself. NULL for none. */
  const char *settle;
  /* A new register in a transaction. scratch: a file to give the name `destination` at the end, or to remove; NULL for none. Both are set
   * also on failure; caller frees. */
  Store *(*fill) (const char *url, char **scratch, char **destination, GError **error);
} StoreMove;

typedef struct {
  const char *scheme; /* how its addresses begin: "sqlite:" */
  Store *(*open) (const char *url, StoreMode mode, GError **error);
  void (*close) (Store *store); /* never called with NULL */
  int (*schema) (Store *store);
  void (*set_deadline) (Store *store, guint deadline_ms);
  gboolean (*take_time) (Store *store, GError **error);
  void (*end) (Store *store);

  Rows *(*query) (Store *store, GError **error, const char *sql, const char *types, va_list arguments);
  gboolean (*run) (Store *store, gint64 *changed, GError **error, const char *sql, const char *types,
                   va_list arguments);
  void (*expect) (Store *store, const char *sql, const char *types, va_list arguments);
  gboolean (*send) (Store *store, GError **error, const char *sql, const char *types, va_list arguments);
  gboolean (*settle) (Store *store, GError **error); /* what was sent has its answer; FALSE: one of it failed */
  gboolean (*rows_next) (Rows *rows, GError **error);
  gint64 (*rows_int) (Rows *rows, int column);
  const char *(*rows_text) (Rows *rows, int column);
  GBytes *(*rows_bytes) (Rows *rows, int column);
  void (*rows_free) (Rows *rows); /* never called with NULL */

  gboolean (*begin) (Store *store, GError **error);
  gboolean (*commit) (Store *store, GError **error);
  void (*rollback) (Store *store);
  gboolean (*is_alive) (Store *store);

  gboolean (*copy_to) (Store *store, const char *path, GError **error);
  gboolean (*swap_in) (const char *url, const char *path, gint64 epoch, char **kept, GError **error);
  gboolean (*swap_back) (const char *url, const char *kept, GError **error);
  gboolean (*claim_bench) (Store *store, GError **error);
  gboolean (*check) (Store *store, GError **error);
  gboolean (*search_put) (Store *store, const char *code, const char *kind, const char *text, GError **error);
  GPtrArray *(*search) (Store *store, const char *query, guint limit, GError **error);
  StoreMove move;
} StoreEngine;

/* The Store and the Rows of every engine begin with these. */
struct _Store {
  const StoreEngine *engine;
  char site[9];        /* a code */
  gboolean keeps;      /* a transaction is open */
  gboolean takes_time; /* and has leave to */
  GHashTable *kept;    /* name -> Kept; NULL: nothing yet */
};
struct _Rows {
  const StoreEngine *engine;
};

extern const StoreEngine store_sqlite, store_postgresql;
/* By the beginning of the address, which is not repeated in the error. */
const StoreEngine *store_engine_of (const char *url, GError **error);
/* "\"code\", \"name\"". Caller frees. */
char *store_column_names (const StoreTable *table);

/* What the four tokens of a migration become for an engine. */
typedef struct {
  const char *pk, *integer, *bytes, *strict;
  const char *keyed; /* after a table whose primary key is the way to its rows */
} StoreTokens;
/* The text of a migration for that engine. Caller frees. */
char *store_expand (const char *sql, const StoreTokens *tokens);
