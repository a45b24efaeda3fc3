/* What the files of the PostgreSQL store share. Only db/store_*.c include this. */
#pragma once
#include "db/store_engine.h"
#include <libpq-fe.h>

/* Who drives a bench: a lock of the writer's connection, one a site. Asking again for a lock that one has is granted. */
#define POSTGRESQL_BENCH_LOCK "SELECT CASE WHEN pg_try_advisory_lock($1) THEN 1 ELSE 0 END"
/* One for all daemons of a database: whoever writes or migrates holds it (an advisory lock of the transaction). */
#define POSTGRESQL_WRITE_LOCK "SELECT pg_advisory_xact_lock(1415933295)"

#define POSTGRESQL_PARAMETERS_MAX 32
#define POSTGRESQL_NUMBER_MAX     24 /* digits of a gint64, a sign, a zero byte */
/* As libpq takes them. */
typedef struct {
  int n;
  Oid types[POSTGRESQL_PARAMETERS_MAX];
  const char *values[POSTGRESQL_PARAMETERS_MAX]; /* borrowed, or in numbers */
  int lengths[POSTGRESQL_PARAMETERS_MAX], formats[POSTGRESQL_PARAMETERS_MAX];
  char numbers[POSTGRESQL_PARAMETERS_MAX][POSTGRESQL_NUMBER_MAX];
} Parameters;

typedef struct _PostgresqlRows PostgresqlRows;
/* A result that was asked for ahead; it comes with the next store_postgresql_settle. */
typedef struct _PostgresqlKnown PostgresqlKnown;
typedef struct {
  Store base;
  char *url;
  StoreMode mode;
  PGconn *connection;      /* NULL before the first attempt; may be broken: store_postgresql_link mends it */
  GHashTable *statements;  /* SQL text -> name under which this connection has prepared it; both owned */
  PostgresqlRows *reading; /* the result whose rows still come over the connection; not owned */
  GQueue ahead;            /* what was sent and has no answer yet, in order: PostgresqlKnown, owned; NULL for a write */
  GHashTable *known;       /* what was asked for ahead since the last write: GBytes -> PostgresqlKnown, both owned */
  gboolean is_in_transaction;
  guint deadline_ms; /* of each statement; 0: none */
  GMutex ending;
  /* under that lock */
  PGcancel *cancel; /* of the connection; NULL: there is none */
  gboolean takes_time, is_ending;
  /* the writer's or reader's own again */
  gint64 retry_at_us, retry_delay_us; /* monotonic: no new connection before */
} PostgresqlStore;

/* Not connected yet. Free with store_close. */
PostgresqlStore *store_postgresql_new (const char *url, StoreMode mode);

/* ---- store_postgresql_link.c: the connection ---- */

/* Sets *error: DbError from the SQLSTATE of result (may be NULL), and the server's sentence. Always FALSE. */
gboolean store_postgresql_fail (PGconn *connection, const PGresult *result, GError **error);
/* Tells the server how long a statement may take, as store->deadline_ms says. is_local: to the end of the transaction. */
gboolean store_postgresql_limit (PostgresqlStore *store, guint deadline_ms, gboolean is_local, GError **error);
/* Runs statements without parameters or rows. */
gboolean store_postgresql_exec (PGconn *connection, const char *sql, GError **error);
/* Connects, sets the session up, reads the stamp and, for STORE_WRITE, migrates. The old connection is given up. */
gboolean store_postgresql_connect (PostgresqlStore *store, GError **error);
/* Connects to an empty database and makes the schema in a transaction that stays open: for the caller to commit. DB_ERROR_UNIQUE when it
 * has tables. */
gboolean store_postgresql_connect_empty (PostgresqlStore *store, GError **error);
/* TRUE when the connection can be used. A broken one is made again, but never inside a transaction, and after a failure not
 * before its delay is over: then DB_ERROR_LOST at once. */
gboolean store_postgresql_link (PostgresqlStore *store, GError **error);

/* ---- store_postgresql_ahead.c: what is sent ahead of its answer; inside a write transaction ---- */

void store_postgresql_ahead_init (PostgresqlStore *store);
/* Drops everything, for a connection that is given up or a transaction that ends. */
void store_postgresql_ahead_clear (PostgresqlStore *store);
/* What was asked may have changed: it will be asked again. */
void store_postgresql_forget (PostgresqlStore *store);
/* Sends a prepared statement. What was known is forgotten: it may have changed. */
gboolean store_postgresql_send_write (PostgresqlStore *store, const char *name, const Parameters *parameters,
                                      GError **error);
/* Sends a question, whose answer is known from the next settling on. Caller unrefs; NULL on error. */
PostgresqlKnown *store_postgresql_send_read (PostgresqlStore *store, const char *name, const Parameters *parameters,
                                             GError **error);
/* That question when it was asked before; NULL when it was not. Caller unrefs. */
PostgresqlKnown *store_postgresql_known (PostgresqlStore *store, const char *name, const Parameters *parameters);
/* All its rows. Borrowed; NULL before its answer is there, or when it has none. */
const PGresult *store_postgresql_known_result (const PostgresqlKnown *known);
void store_postgresql_known_unref (PostgresqlKnown *known);
/* Waits for all answers that are outstanding: one way to the server and back, none when there is nothing. Afterwards the connection takes
 * any call again. FALSE: one of the statements failed, with its error, and those after it were not run. */
gboolean store_postgresql_settle (PostgresqlStore *store, GError **error);

/* ---- store_postgresql_search.c, _check.c, _move.c: as in db/store.h, db/store_engine.h ---- */

/* What a migration does besides in this engine. */
typedef struct {
  int version; /* the one it leads to; 0 ends the list */
  const char *sql;
} StorePostgresqlStep;
extern const StorePostgresqlStep store_postgresql_search_steps[];
/* Gives each word of each text its place in the list of words. */
#define STORE_POSTGRESQL_LIST_WORDS                                                                                    \
  "INSERT INTO search_word (word, code) SELECT unnest(tsvector_to_array(words)), code FROM search ORDER BY 1, 2"
/* The words of a text as a tsvector: 'zoe':1 'leveque':2. Caller frees; NULL with DB_ERROR_CHECK: it is not valid UTF-8. */
char *store_postgresql_document (const char *text, GError **error);
gboolean store_postgresql_search_put (Store *store, const char *code, const char *kind, const char *text,
                                      GError **error);
extern const char store_postgresql_columns[], store_postgresql_references[], store_postgresql_documents[];
gboolean store_postgresql_put_rows (Store *to, const StoreTable *table, Rows *rows, guint most, guint *put,
                                    GError **error);
gboolean store_postgresql_put_documents (Store *to, Rows *documents, guint most, guint *put, GError **error);
GPtrArray *store_postgresql_loosen (Store *store, GError **error);
gboolean store_postgresql_fasten (Store *store, const GPtrArray *references, GError **error);
Store *store_postgresql_fill (const char *url, char **scratch, char **destination, GError **error);
GPtrArray *store_postgresql_search (Store *store, const char *query, guint limit, GError **error);
gboolean store_postgresql_check (Store *store, GError **error);
