/* The store over PostgreSQL: prepared statements, results, transactions. A reader's rows come one at a time over the connection; when
 * another statement has to be sent before the last row was read, what is left is taken into memory first. In a write transaction, whose
 * questions are small, results come whole and are known until the next write (store_postgresql_ahead.c). */
#include "db/store_postgresql.h"
#include "db/migrations.h"
#include "db/store_postgresql_schema.h"
#include <string.h>

#define BENCH_WITHOUT_SITE 1415933296
/* Object identifiers of the server's own types, the same in every database. */
enum { TYPE_BYTEA = 17, TYPE_INT8 = 20, TYPE_TEXT = 25 };
enum { FORMAT_TEXT = 0, FORMAT_BINARY = 1 };

struct _PostgresqlRows {
  Rows base;
  PostgresqlStore *store; /* not owned */
  PGresult *row;          /* the current one; NULL before the first and after the last */
  GQueue kept;            /* of PGresult, owned: received, not read yet */
  gboolean is_over;
  PostgresqlKnown *known; /* owned; the rows are in here when it is set */
  int at;                 /* in known: the current one, -1 before the first */
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PGresult, PQclear)

static gboolean
is_error (const PGresult *result)
{
  ExecStatusType status = PQresultStatus (result);
  return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE;
}

/* ---- opening ---- */

static void
postgresql_close (Store *base)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  g_hash_table_unref (store->statements);
  store_postgresql_ahead_clear (store);
  g_hash_table_unref (store->known);
  PQfreeCancel (store->cancel); /* both accept NULL */
  PQfinish (store->connection);
  g_mutex_clear (&store->ending);
  g_free (store->url);
  g_free (store);
}

PostgresqlStore *
store_postgresql_new (const char *url, StoreMode mode)
{
  PostgresqlStore *store = g_new0 (PostgresqlStore, 1);
  store->base.engine = &store_postgresql;
  store->url = g_strdup (url);
  store->mode = mode;
  store->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  store_postgresql_ahead_init (store);
  g_mutex_init (&store->ending);
  return store;
}

static Store *
postgresql_open (const char *url, StoreMode mode, GError **error)
{
  PostgresqlStore *store = store_postgresql_new (url, mode);
  g_autoptr (Store) owned = &store->base;
  return store_postgresql_connect (store, error) ? g_steal_pointer (&owned) : NULL;
}

static int
postgresql_schema (Store *store)
{
  int version = 0; /* stays when the connection is lost: then every query says so too */
  (void)postgresql_schema_read (((PostgresqlStore *)store)->connection, migrations_n, &version, NULL);
  return version;
}

/* A connection that is lost just now is told when it is made again. */
static void
postgresql_set_deadline (Store *base, guint deadline_ms)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  store->deadline_ms = deadline_ms;
  (void)store_postgresql_limit (store, deadline_ms, FALSE, NULL);
}

/* Another thread may be waiting for an answer of the connection: only PQcancel may be called meanwhile. */
static void
postgresql_end (Store *base)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  char why[128];
  g_mutex_lock (&store->ending);
  store->is_ending = TRUE;
  if (store->takes_time && store->cancel != NULL)
    (void)PQcancel (store->cancel, why, sizeof why); /* a server that is gone ends the statement too */
  g_mutex_unlock (&store->ending);
}

/* ---- results ---- */

/* The next result of the connection; NULL when the statement is over. Caller clears. */
static PGresult *
receive (PostgresqlRows *rows)
{
  if (rows->store->reading != rows)
    return NULL;
  PGresult *result = PQgetResult (rows->store->connection);
  if (result == NULL)
    rows->store->reading = NULL;
  return result;
}

/* The connection is free for another statement; whoever was reading goes on from memory. */
static void
take_rest (PostgresqlStore *store)
{
  PostgresqlRows *rows = store->reading;
  if (rows == NULL)
    return;
  for (PGresult *result; (result = receive (rows)) != NULL;)
    g_queue_push_tail (&rows->kept, result);
}

static gboolean
postgresql_rows_next (Rows *base, GError **error)
{
  PostgresqlRows *rows = (PostgresqlRows *)base;
  if (rows->known != NULL)
    return ++rows->at < PQntuples (store_postgresql_known_result (rows->known));
  g_clear_pointer (&rows->row, PQclear);
  if (rows->is_over)
    return FALSE;
  PGresult *result = g_queue_pop_head (&rows->kept);
  if (result == NULL)
    result = receive (rows);
  if (PQresultStatus (result) == PGRES_SINGLE_TUPLE) {
    rows->row = result;
    return TRUE;
  }
  rows->is_over = TRUE;
  if (result != NULL && is_error (result))
    (void)store_postgresql_fail (rows->store->connection, result, error); /* FALSE is given below */
  PQclear (result);
  return FALSE;
}

/* The result and the number in it of the current row. */
static const PGresult *
current (Rows *base, int *at)
{
  const PostgresqlRows *rows = (const PostgresqlRows *)base;
  *at = rows->known != NULL ? rows->at : 0;
  return rows->known != NULL ? store_postgresql_known_result (rows->known) : rows->row;
}

static gint64
postgresql_rows_int (Rows *base, int column)
{
  int at;
  const PGresult *row = current (base, &at);
  return g_ascii_strtoll (PQgetvalue (row, at, column), NULL, 10); /* NULL reads as "" */
}

static const char *
postgresql_rows_text (Rows *base, int column)
{
  int at;
  const PGresult *row = current (base, &at);
  return PQgetisnull (row, at, column) ? NULL : PQgetvalue (row, at, column);
}

static GBytes *
postgresql_rows_bytes (Rows *base, int column)
{
  int at;
  const PGresult *row = current (base, &at);
  if (PQftype (row, column) != TYPE_BYTEA)
    return g_bytes_new (PQgetvalue (row, at, column), (gsize)PQgetlength (row, at, column));
  gsize size;
  unsigned char *data = PQunescapeBytea ((const unsigned char *)PQgetvalue (row, at, column), &size);
  GBytes *bytes = g_bytes_new (data, size);
  PQfreemem (data);
  return bytes;
}

static void
postgresql_rows_free (Rows *base)
{
  PostgresqlRows *rows = (PostgresqlRows *)base;
  take_rest (rows->store);
  g_clear_pointer (&rows->known, store_postgresql_known_unref);
  g_queue_clear_full (&rows->kept, (GDestroyNotify)PQclear);
  PQclear (rows->row); /* accepts NULL */
  g_free (rows);
}

/* ---- statements ---- */

static void
take_bytes (Parameters *parameters, GBytes *bytes)
{
  gsize size = 0;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  parameters->types[parameters->n] = TYPE_BYTEA;
  parameters->values[parameters->n] = bytes != NULL && data == NULL ? "" : data;
  parameters->lengths[parameters->n] = (int)size;
  parameters->formats[parameters->n] = FORMAT_BINARY;
}

static gboolean
take_parameters (Parameters *parameters, const char *types, va_list arguments, GError **error)
{
  *parameters = (Parameters){0};
  for (; types[parameters->n] != '\0' && parameters->n < POSTGRESQL_PARAMETERS_MAX; parameters->n++) {
    int i = parameters->n;
    if (types[i] == 'i') {
      g_snprintf (parameters->numbers[i], POSTGRESQL_NUMBER_MAX, "%" G_GINT64_FORMAT, va_arg (arguments, gint64));
      parameters->types[i] = TYPE_INT8;
      parameters->values[i] = parameters->numbers[i];
    } else if (types[i] == 's') {
      parameters->types[i] = TYPE_TEXT;
      parameters->values[i] = va_arg (arguments, const char *);
    } else {
      take_bytes (parameters, va_arg (arguments, GBytes *));
    }
  }
  if (types[parameters->n] == '\0')
    return TRUE;
  g_set_error (error, DB_ERROR, DB_ERROR_FAILED, "a statement with more than %d parameters", POSTGRESQL_PARAMETERS_MAX);
  return FALSE;
}

/* The name under which the connection knows the statement. Borrowed; NULL on error. */
static const char *
prepared (PostgresqlStore *store, const char *sql, const Parameters *parameters, GError **error)
{
  const char *known = g_hash_table_lookup (store->statements, sql);
  if (known != NULL)
    return known;
  if (!store_postgresql_settle (store, error)) /* statements are not made known ahead */
    return NULL;
  char *name = g_strdup_printf ("s%u", g_hash_table_size (store->statements));
  g_autofree char *owned = name;
  g_autoptr (PGresult) result = PQprepare (store->connection, name, sql, parameters->n, parameters->types);
  if (is_error (result)) {
    (void)store_postgresql_fail (store->connection, result, error); /* the caller sees NULL */
    return NULL;
  }
  g_hash_table_insert (store->statements, g_strdup (sql), g_steal_pointer (&owned));
  return name;
}

/* Everything that comes before a statement is sent. Its name; NULL on error. */
static const char *
make_ready (PostgresqlStore *store, Parameters *parameters, const char *sql, const char *types, va_list arguments,
            GError **error)
{
  take_rest (store);
  if (!take_parameters (parameters, types, arguments, error) || !store_postgresql_link (store, error))
    return NULL;
  return prepared (store, sql, parameters, error);
}

static PostgresqlRows *
rows_new (PostgresqlStore *store)
{
  PostgresqlRows *rows = g_new0 (PostgresqlRows, 1);
  rows->base.engine = &store_postgresql;
  rows->store = store;
  g_queue_init (&rows->kept);
  return rows;
}

/* Rows come as they are read. */
static Rows *
query_now (PostgresqlStore *store, const char *name, const Parameters *parameters, GError **error)
{
  if (!PQsendQueryPrepared (store->connection, name, parameters->n, parameters->values, parameters->lengths,
                            parameters->formats, FORMAT_TEXT)) {
    (void)store_postgresql_fail (store->connection, NULL, error); /* NULL is given below */
    return NULL;
  }
  (void)PQsetSingleRowMode (store->connection); /* right after a send it cannot fail */
  store->reading = rows_new (store);
  return &store->reading->base;
}

/* Of a question that was asked ahead, or is asked behind what was sent ahead. Takes known over; NULL: an error that was told. */
static Rows *
query_known (PostgresqlStore *store, PostgresqlKnown *known, GError **error)
{
  if (known == NULL)
    return NULL;
  gboolean is_here = store_postgresql_known_result (known) != NULL || store_postgresql_settle (store, error);
  if (!is_here) {
    store_postgresql_known_unref (known);
    return NULL;
  }
  PostgresqlRows *rows = rows_new (store);
  rows->known = known;
  rows->at = -1;
  return &rows->base;
}

static gboolean
is_writing (const PostgresqlStore *store)
{
  return store->mode == STORE_WRITE && store->is_in_transaction;
}

/* The question, asked now unless it was since the last write. Caller unrefs; NULL on error. */
static PostgresqlKnown *
ask (PostgresqlStore *store, const char *name, const Parameters *parameters, GError **error)
{
  PostgresqlKnown *known = store_postgresql_known (store, name, parameters);
  return known != NULL ? known : store_postgresql_send_read (store, name, parameters, error);
}

/* A write, also one that returns rows: what was known may have changed, and what it answers it answers once. */
static PostgresqlKnown *
act (PostgresqlStore *store, const char *name, const Parameters *parameters, GError **error)
{
  PostgresqlKnown *answer = store_postgresql_send_read (store, name, parameters, error);
  store_postgresql_forget (store);
  return answer;
}

static Rows *
query_writing (PostgresqlStore *store, const char *sql, const char *name, const Parameters *parameters, GError **error)
{
  gboolean is_question = g_str_has_prefix (sql, "SELECT ");
  return query_known (store, (is_question ? ask : act) (store, name, parameters, error), error);
}

static Rows *
postgresql_query (Store *base, GError **error, const char *sql, const char *types, va_list arguments)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  Parameters parameters;
  const char *name = make_ready (store, &parameters, sql, types, arguments, error);
  if (name == NULL)
    return NULL;
  if (is_writing (store) && !base->takes_time)
    return query_writing (store, sql, name, &parameters, error);
  return store_postgresql_settle (store, error) ? query_now (store, name, &parameters, error) : NULL;
}

static void
postgresql_expect (Store *base, const char *sql, const char *types, va_list arguments)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  Parameters parameters;
  const char *name = is_writing (store) ? make_ready (store, &parameters, sql, types, arguments, NULL) : NULL;
  PostgresqlKnown *known = name != NULL ? ask (store, name, &parameters, NULL) : NULL;
  if (known != NULL)
    store_postgresql_known_unref (known);
}

static gboolean
run_now (PostgresqlStore *store, const char *name, const Parameters *parameters, gint64 *changed, GError **error)
{
  g_autoptr (PGresult) result = PQexecPrepared (store->connection, name, parameters->n, parameters->values,
                                                parameters->lengths, parameters->formats, FORMAT_TEXT);
  if (is_error (result))
    return store_postgresql_fail (store->connection, result, error);
  if (changed != NULL)
    *changed = g_ascii_strtoll (PQcmdTuples (result), NULL, 10);
  return TRUE;
}

/* In a write transaction: behind what was sent ahead, on the same way to the server and back. */
static gboolean
run_behind (PostgresqlStore *store, const char *name, const Parameters *parameters, gint64 *changed, GError **error)
{
  PostgresqlKnown *answer = act (store, name, parameters, error);
  if (answer == NULL)
    return FALSE;
  gboolean is_good = store_postgresql_settle (store, error);
  if (is_good && changed != NULL)
    *changed = g_ascii_strtoll (PQcmdTuples ((PGresult *)store_postgresql_known_result (answer)), NULL, 10);
  store_postgresql_known_unref (answer);
  return is_good;
}

static gboolean
postgresql_run (Store *base, gint64 *changed, GError **error, const char *sql, const char *types, va_list arguments)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  Parameters parameters;
  const char *name = make_ready (store, &parameters, sql, types, arguments, error);
  if (name == NULL)
    return FALSE;
  return is_writing (store) ? run_behind (store, name, &parameters, changed, error)
                            : run_now (store, name, &parameters, changed, error);
}

/* Outside a transaction nothing would come behind it. */
static gboolean
postgresql_send (Store *base, GError **error, const char *sql, const char *types, va_list arguments)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  if (!is_writing (store))
    return postgresql_run (base, NULL, error, sql, types, arguments);
  Parameters parameters;
  const char *name = make_ready (store, &parameters, sql, types, arguments, error);
  return name != NULL && store_postgresql_send_write (store, name, &parameters, error);
}

static gboolean
postgresql_settle (Store *base, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  take_rest (store);
  return store_postgresql_settle (store, error);
}

static gboolean
set_takes_time (PostgresqlStore *store, gboolean takes_time, GError **error)
{
  g_mutex_lock (&store->ending);
  store->takes_time = takes_time && !store->is_ending;
  gboolean may = !takes_time || store->takes_time;
  g_mutex_unlock (&store->ending);
  if (!may)
    g_set_error (error, DB_ERROR, DB_ERROR_DEADLINE, "the program is ending");
  return may;
}

static gboolean
postgresql_take_time (Store *base, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  return postgresql_settle (base, error) && set_takes_time (store, TRUE, error) &&
         (store->deadline_ms == 0 || store_postgresql_limit (store, 0, TRUE, error));
}

/* ---- transactions ---- */

/* The writers of all daemons come one after the other, as the one writer of an SQLite file does; and each looks whether a newer
 * program has migrated meanwhile. Waiting for one's turn has a limit of its own (lock_timeout). One way to the server and back. */
static gboolean
begin_write (PostgresqlStore *store, GError **error)
{
  PGconn *connection = store->connection;
  g_autofree char *sql = g_strdup_printf ("BEGIN; SET LOCAL statement_timeout = 0;" POSTGRESQL_WRITE_LOCK
                                          "; SET LOCAL statement_timeout = %u; SELECT version FROM register_stamp",
                                          store->deadline_ms);
  g_autoptr (PGresult) result = PQexec (connection, sql);
  if (is_error (result))
    return store_postgresql_fail (connection, result, error);
  if (PQntuples (result) == 1 && g_ascii_strtoll (PQgetvalue (result, 0, 0), NULL, 10) == migrations_n)
    return TRUE;
  g_set_error (error, DB_ERROR, DB_ERROR_NEWER, "another program has changed the register: start again");
  return FALSE;
}

static gboolean
begin (PostgresqlStore *store, GError **error)
{
  take_rest (store);
  store_postgresql_forget (store); /* others may have written since */
  (void)set_takes_time (store, FALSE, NULL);
  if (!store_postgresql_link (store, error))
    return FALSE;
  store->is_in_transaction = store->mode == STORE_WRITE ? begin_write (store, error)
                                                        : store_postgresql_exec (store->connection, "BEGIN", error);
  if (!store->is_in_transaction)
    PQclear (PQexec (store->connection, "ROLLBACK")); /* fails only with the connection, which rolls back too */
  return store->is_in_transaction;
}

/* A connection that was lost while nobody used it is made again unnoticed: nothing was asked on it. */
static gboolean
postgresql_begin (Store *base, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  gboolean was_usable = PQstatus (store->connection) == CONNECTION_OK;
  g_autoptr (GError) failure = NULL;
  if (begin (store, &failure))
    return TRUE;
  if (was_usable && PQstatus (store->connection) != CONNECTION_OK)
    return begin (store, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
postgresql_is_alive (Store *base)
{
  const PostgresqlStore *store = (const PostgresqlStore *)base;
  PGTransactionStatusType status = PQtransactionStatus (store->connection);
  return store->is_in_transaction && status != PQTRANS_IDLE && status != PQTRANS_UNKNOWN;
}

static void
postgresql_rollback (Store *base)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  (void)postgresql_settle (base, NULL); /* undone in any case */
  if (postgresql_is_alive (base))
    PQclear (PQexec (store->connection, "ROLLBACK")); /* fails only with the connection, which rolls back too */
  store->is_in_transaction = FALSE;
  store_postgresql_ahead_clear (store);
}

/* The server answers a COMMIT of a failed transaction with "ROLLBACK", and no error. */
static gboolean
postgresql_commit (Store *base, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  if (!postgresql_settle (base, error) || !store_postgresql_link (store, error))
    return FALSE;
  g_autoptr (PGresult) result = PQexec (store->connection, "COMMIT");
  store->is_in_transaction = FALSE;
  if (is_error (result))
    return store_postgresql_fail (store->connection, result, error);
  if (g_str_equal (PQcmdStatus (result), "COMMIT"))
    return TRUE;
  g_set_error (error, DB_ERROR, DB_ERROR_FAILED, "the transaction had failed and was rolled back");
  return FALSE;
}

/* ---- what PostgreSQL does with its own programs ---- */

static gboolean
fail_unsupported (GError **error)
{
  g_set_error (error, DB_ERROR, DB_ERROR_UNSUPPORTED,
               "a register on PostgreSQL is saved with pg_dump and restored with pg_restore");
  return FALSE;
}

static gboolean
postgresql_copy_to (G_GNUC_UNUSED Store *store, G_GNUC_UNUSED const char *path, GError **error)
{
  return fail_unsupported (error);
}

static gboolean
postgresql_swap_in (G_GNUC_UNUSED const char *url, G_GNUC_UNUSED const char *path, G_GNUC_UNUSED gint64 epoch,
                    G_GNUC_UNUSED char **kept, GError **error)
{
  return fail_unsupported (error);
}

static gboolean
postgresql_swap_back (G_GNUC_UNUSED const char *url, G_GNUC_UNUSED const char *kept, GError **error)
{
  return fail_unsupported (error);
}

/* The number of its lock: the eight letters of its code as they are, so that no two sites share one. */
static gint64
bench_of (const char *site)
{
  guint64 number = 0;
  for (const char *letter = site; *letter != '\0'; letter++)
    number = number << 8 | (guchar)*letter;
  return number == 0 ? BENCH_WITHOUT_SITE : (gint64)number;
}

static gboolean
postgresql_claim_bench (Store *store, GError **error)
{
  g_autoptr (Rows) rows = store_query (store, error, POSTGRESQL_BENCH_LOCK, "i", bench_of (store_site (store)));
  if (rows == NULL || !rows_next (rows, error))
    return FALSE;
  if (rows_int (rows, 0) == 1)
    return TRUE;
  g_set_error (error, DB_ERROR, DB_ERROR_BUSY, "another daemon of this site drives the bench");
  return FALSE;
}

const StoreEngine store_postgresql = {
    .scheme = "postgresql://",
    .open = postgresql_open,
    .close = postgresql_close,
    .schema = postgresql_schema,
    .set_deadline = postgresql_set_deadline,
    .take_time = postgresql_take_time,
    .end = postgresql_end,
    .query = postgresql_query,
    .run = postgresql_run,
    .send = postgresql_send,
    .expect = postgresql_expect,
    .settle = postgresql_settle,
    .rows_next = postgresql_rows_next,
    .rows_int = postgresql_rows_int,
    .rows_text = postgresql_rows_text,
    .rows_bytes = postgresql_rows_bytes,
    .rows_free = postgresql_rows_free,
    .begin = postgresql_begin,
    .commit = postgresql_commit,
    .rollback = postgresql_rollback,
    .is_alive = postgresql_is_alive,
    .copy_to = postgresql_copy_to,
    .swap_in = postgresql_swap_in,
    .swap_back = postgresql_swap_back,
    .claim_bench = postgresql_claim_bench,
    .check = store_postgresql_check,
    .search_put = store_postgresql_search_put,
    .search = store_postgresql_search,
    .move = {.columns = store_postgresql_columns,
             .references = store_postgresql_references,
             .documents = store_postgresql_documents,
             .put_documents = store_postgresql_put_documents,
             .loosen = store_postgresql_loosen,
             .fasten = store_postgresql_fasten,
             .settle = "VACUUM (ANALYZE)",
             .put_rows = store_postgresql_put_rows,
             .fill = store_postgresql_fill},
};
