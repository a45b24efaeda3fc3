/* The store over PostgreSQL: prepared statements, results, transactions. Rows come one at a time over the connection; when another
 * statement has to be sent before the last row was read, what is left is taken into memory first. */
#include "db/store_postgresql.h"
#include "db/migrations.h"
#include "db/store_postgresql_schema.h"
#include <string.h>

#define PARAMETERS_MAX     32
#define BENCH_WITHOUT_SITE 1415933296
#define NUMBER_MAX         24 /* digits of a gint64, a sign, a zero byte */
/* Object identifiers of the server's own types, the same in every database. */
enum { TYPE_BYTEA = 17, TYPE_INT8 = 20, TYPE_TEXT = 25 };
enum { FORMAT_TEXT = 0, FORMAT_BINARY = 1 };

struct _PostgresqlRows {
  Rows base;
  PostgresqlStore *store; /* not owned */
  PGresult *row;          /* the current one; NULL before the first and after the last */
  GQueue kept;            /* of PGresult, owned: received, not read yet */
  gboolean is_over;
};

typedef struct {
  int n;
  Oid types[PARAMETERS_MAX];
  const char *values[PARAMETERS_MAX]; /* borrowed, or in numbers */
  int lengths[PARAMETERS_MAX], formats[PARAMETERS_MAX];
  char numbers[PARAMETERS_MAX][NUMBER_MAX];
} Parameters;

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
  PQfinish (store->connection); /* accepts NULL */
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
settle (PostgresqlStore *store)
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

static gint64
postgresql_rows_int (Rows *base, int column)
{
  return g_ascii_strtoll (PQgetvalue (((PostgresqlRows *)base)->row, 0, column), NULL, 10); /* NULL reads as "" */
}

static const char *
postgresql_rows_text (Rows *base, int column)
{
  const PGresult *row = ((PostgresqlRows *)base)->row;
  return PQgetisnull (row, 0, column) ? NULL : PQgetvalue (row, 0, column);
}

static GBytes *
postgresql_rows_bytes (Rows *base, int column)
{
  const PGresult *row = ((PostgresqlRows *)base)->row;
  if (PQftype (row, column) != TYPE_BYTEA)
    return g_bytes_new (PQgetvalue (row, 0, column), (gsize)PQgetlength (row, 0, column));
  gsize size;
  unsigned char *data = PQunescapeBytea ((const unsigned char *)PQgetvalue (row, 0, column), &size);
  GBytes *bytes = g_bytes_new (data, size);
  PQfreemem (data);
  return bytes;
}

static void
postgresql_rows_free (Rows *base)
{
  PostgresqlRows *rows = (PostgresqlRows *)base;
  settle (rows->store);
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
  for (; types[parameters->n] != '\0' && parameters->n < PARAMETERS_MAX; parameters->n++) {
    int i = parameters->n;
    if (types[i] == 'i') {
      g_snprintf (parameters->numbers[i], NUMBER_MAX, "%" G_GINT64_FORMAT, va_arg (arguments, gint64));
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
  g_set_error (error, DB_ERROR, DB_ERROR_FAILED, "a statement with more than %d parameters", PARAMETERS_MAX);
  return FALSE;
}

/* The name under which the connection knows the statement. Borrowed; NULL on error. */
static const char *
prepared (PostgresqlStore *store, const char *sql, const Parameters *parameters, GError **error)
{
  const char *known = g_hash_table_lookup (store->statements, sql);
  if (known != NULL)
    return known;
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

static Rows *
postgresql_query (Store *base, GError **error, const char *sql, const char *types, va_list arguments)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  Parameters parameters;
  settle (store);
  if (!take_parameters (&parameters, types, arguments, error) || !store_postgresql_link (store, error))
    return NULL;
  const char *name = prepared (store, sql, &parameters, error);
  if (name == NULL)
    return NULL;
  if (!PQsendQueryPrepared (store->connection, name, parameters.n, parameters.values, parameters.lengths,
                            parameters.formats, FORMAT_TEXT)) {
    (void)store_postgresql_fail (store->connection, NULL, error); /* NULL is given below */
    return NULL;
  }
  (void)PQsetSingleRowMode (store->connection); /* right after a send it cannot fail */
  PostgresqlRows *rows = g_new0 (PostgresqlRows, 1);
  rows->base.engine = &store_postgresql;
  rows->store = store;
  g_queue_init (&rows->kept);
  store->reading = rows;
  return &rows->base;
}

static gboolean
postgresql_run (Store *base, gint64 *changed, GError **error, const char *sql, const char *types, va_list arguments)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  Parameters parameters;
  settle (store);
  if (!take_parameters (&parameters, types, arguments, error) || !store_postgresql_link (store, error))
    return FALSE;
  const char *name = prepared (store, sql, &parameters, error);
  if (name == NULL)
    return FALSE;
  g_autoptr (PGresult) result = PQexecPrepared (store->connection, name, parameters.n, parameters.values,
                                                parameters.lengths, parameters.formats, FORMAT_TEXT);
  if (is_error (result))
    return store_postgresql_fail (store->connection, result, error);
  if (changed != NULL)
    *changed = g_ascii_strtoll (PQcmdTuples (result), NULL, 10);
  return TRUE;
}

static gboolean
postgresql_take_time (Store *base, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  settle (store);
  return store->deadline_ms == 0 || store_postgresql_limit (store, 0, TRUE, error);
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
  settle (store);
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
  settle (store);
  if (postgresql_is_alive (base))
    PQclear (PQexec (store->connection, "ROLLBACK")); /* fails only with the connection, which rolls back too */
  store->is_in_transaction = FALSE;
}

/* The server answers a COMMIT of a failed transaction with "ROLLBACK", and no error. */
static gboolean
postgresql_commit (Store *base, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  settle (store);
  if (!store_postgresql_link (store, error))
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
    .query = postgresql_query,
    .run = postgresql_run,
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
             .put_rows = store_postgresql_put_rows,
             .fill = store_postgresql_fill},
};
