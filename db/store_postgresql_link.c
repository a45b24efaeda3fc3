/* The connection to PostgreSQL: made, set up, lost, made again; and what the server's errors mean. */
#include "db/migrations.h"
#include "db/store_postgresql.h"
#include "db/store_postgresql_schema.h"
#include <string.h>

#define FIRST_DELAY_US (100 * G_TIME_SPAN_MILLISECOND)
#define LAST_DELAY_US  (10 * G_TIME_SPAN_SECOND)

/* SQLSTATE, or how it begins; the first that fits. */
static const struct {
  const char *state;
  DbError error;
} errors[] = {
    {"23505", DB_ERROR_UNIQUE},   {"23514", DB_ERROR_CHECK},
    {"23502", DB_ERROR_CHECK},    {"22", DB_ERROR_CHECK}, /* no number, no UTF-8: what a STRICT table refuses */
    {"23503", DB_ERROR_FOREIGN},  {"40", DB_ERROR_BUSY},  /* serialisation, deadlock */
    {"55P03", DB_ERROR_BUSY},                             /* lock_timeout */
    {"57014", DB_ERROR_DEADLINE},                         /* statement_timeout */
    {"53100", DB_ERROR_FULL},     {"58", DB_ERROR_IO},
    {"25006", DB_ERROR_IO}, /* a reader that writes, a standby */
    {"08", DB_ERROR_LOST},        {"57P", DB_ERROR_LOST},
    {"25P03", DB_ERROR_LOST}, /* idle_in_transaction_session_timeout */
    {"53", DB_ERROR_LOST},    /* no connection or memory is left */
    {"XX00", DB_ERROR_CORRUPT},
};

/* The plans are those that tests/store/plans.c explains. Left to itself the server reads the whole table for a rare word, because a short answer
 * might come early. */
#define PLANS "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; SET jit = off;"

/* What a new session is told. Each commit waits for the disk, whatever the server's default; a daemon that hangs in the middle of a
 * transaction does not hold the others for ever. */
static const char *const session[] = {
    [STORE_WRITE] = PLANS "SET client_min_messages = error; SET lock_timeout = '15s';"
                          "SET idle_in_transaction_session_timeout = '60s';"
                          "SELECT set_config('synchronous_commit', 'on', false)"
                          " WHERE current_setting('synchronous_commit') = 'off'",
    [STORE_READ] = PLANS "SET client_min_messages = error; SET default_transaction_read_only = on;"
                         "SET default_transaction_isolation = 'repeatable read'",
};

static DbError
error_of (PGconn *connection, const PGresult *result)
{
  const char *state = result != NULL ? PQresultErrorField (result, PG_DIAG_SQLSTATE) : NULL;
  if (PQstatus (connection) != CONNECTION_OK)
    return DB_ERROR_LOST;
  for (gsize i = 0; state != NULL && i < G_N_ELEMENTS (errors); i++)
    if (g_str_has_prefix (state, errors[i].state))
      return errors[i].error;
  return DB_ERROR_FAILED;
}

gboolean
store_postgresql_fail (PGconn *connection, const PGresult *result, GError **error)
{
  /* the first sentence alone: the details repeat what people wrote */
  const char *said = result != NULL ? PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
  g_autofree char *text = g_strdup (said != NULL ? said : PQerrorMessage (connection));
  DbError code = error_of (connection, result);
  g_set_error (error, DB_ERROR, (int)code, "%s: %s",
               code == DB_ERROR_LOST ? "the database server does not answer" : "register", g_strchomp (text));
  return FALSE;
}

gboolean
store_postgresql_exec (PGconn *connection, const char *sql, GError **error)
{
  PGresult *result = PQexec (connection, sql);
  ExecStatusType status = PQresultStatus (result);
  gboolean is_done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY ||
                     store_postgresql_fail (connection, result, error);
  PQclear (result);
  return is_done;
}

gboolean
store_postgresql_limit (PostgresqlStore *store, guint deadline_ms, gboolean is_local, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SET %s statement_timeout = %u", is_local ? "LOCAL" : "SESSION", deadline_ms);
  return store_postgresql_exec (store->connection, sql, error);
}

/* Ours come first: what the address says wins, but for the encoding. */
static PGconn *
connect_to (const char *url)
{
  static const struct {
    const char *keyword, *value;
  } options[] = {
      {"connect_timeout", "5"},   {"fallback_application_name", "temoind"},
      {"keepalives_idle", "10"},  {"keepalives_interval", "5"},
      {"keepalives_count", "3"},  {"tcp_user_timeout", "20000"},
      {"dbname", NULL /* url */}, {"client_encoding", "UTF8"},
  };
  const char *keywords[G_N_ELEMENTS (options) + 1] = {NULL}, *values[G_N_ELEMENTS (options) + 1] = {NULL};
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++) {
    keywords[i] = options[i].keyword;
    values[i] = options[i].value != NULL ? options[i].value : url;
  }
  return PQconnectdbParams (keywords, values, TRUE);
}

static gboolean
check_encoding (PGconn *connection, GError **error)
{
  if (g_strcmp0 (PQparameterStatus (connection, "server_encoding"), "UTF8") == 0)
    return TRUE;
  g_set_error (error, DB_ERROR, DB_ERROR_FAILED, "the database must be made with the encoding UTF8");
  return FALSE;
}

/* The stamp is looked at before anything is changed. */
static gboolean
prepare_session (PGconn *connection, StoreMode mode, GError **error)
{
  int version;
  if (!check_encoding (connection, error) || !store_postgresql_exec (connection, session[mode], error) ||
      !postgresql_schema_read (connection, migrations_n, &version, error))
    return FALSE;
  if (mode == STORE_WRITE)
    return postgresql_schema_migrate (connection, migrations, migrations_n, error);
  if (version == 0)
    g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "the database is empty: not a register");
  return version > 0;
}

static void
set_cancel (PostgresqlStore *store, PGcancel *cancel)
{
  g_mutex_lock (&store->ending);
  PQfreeCancel (store->cancel); /* accepts NULL */
  store->cancel = cancel;
  g_mutex_unlock (&store->ending);
}

gboolean
store_postgresql_connect (PostgresqlStore *store, GError **error)
{
  g_hash_table_remove_all (store->statements);
  store_postgresql_ahead_clear (store);
  set_cancel (store, NULL);
  g_clear_pointer (&store->connection, PQfinish);
  store->connection = connect_to (store->url);
  if (PQstatus (store->connection) != CONNECTION_OK)
    return store_postgresql_fail (store->connection, NULL, error);
  set_cancel (store, PQgetCancel (store->connection));
  return prepare_session (store->connection, store->mode, error) &&
         (store->deadline_ms == 0 || store_postgresql_limit (store, store->deadline_ms, FALSE, error));
}

gboolean
store_postgresql_connect_empty (PostgresqlStore *store, GError **error)
{
  store->connection = connect_to (store->url);
  if (PQstatus (store->connection) != CONNECTION_OK)
    return store_postgresql_fail (store->connection, NULL, error);
  /* it is silent for as long as the other register is read */
  store->is_in_transaction =
      check_encoding (store->connection, error) &&
      store_postgresql_exec (store->connection, session[STORE_WRITE], error) &&
      store_postgresql_exec (store->connection, "SET idle_in_transaction_session_timeout = 0; BEGIN", error) &&
      postgresql_schema_make (store->connection, migrations, migrations_n, error);
  return store->is_in_transaction;
}

static gboolean
fail_lost (GError **error, const char *why)
{
  g_set_error (error, DB_ERROR, DB_ERROR_LOST, "the database server does not answer: %s", why);
  return FALSE;
}

gboolean
store_postgresql_link (PostgresqlStore *store, GError **error)
{
  gboolean is_usable = PQstatus (store->connection) == CONNECTION_OK && store->retry_delay_us == 0;
  if (is_usable)
    return TRUE;
  if (store->is_in_transaction)
    return fail_lost (error, "the transaction is lost");
  if (g_get_monotonic_time () < store->retry_at_us)
    return fail_lost (error, "the next attempt comes soon");
  if (store_postgresql_connect (store, error)) {
    store->retry_delay_us = 0;
    return TRUE;
  }
  store->retry_delay_us = CLAMP (store->retry_delay_us * 2, FIRST_DELAY_US, LAST_DELAY_US);
  store->retry_at_us = g_get_monotonic_time () + store->retry_delay_us;
  return FALSE;
}
