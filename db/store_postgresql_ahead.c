/* What is sent to the server ahead of its answer (libpq's pipeline mode, PostgreSQL's manual 34.5), so that one way to the server and back
 * serves many statements: writes that nobody waits for, and results that will be asked for soon. Only inside a write transaction; the
 * connection is in pipeline mode exactly while an answer is outstanding. */
#include "db/store_postgresql.h"
#include <string.h>

#define AHEAD_MAX 64 /* statements: what they and their answers need fits the buffers of a socket */

struct _PostgresqlKnown {
  PGresult *result; /* NULL: not here yet, or it failed */
};

static void
known_clear (gpointer data)
{
  PQclear (((PostgresqlKnown *)data)->result); /* accepts NULL */
}

void
store_postgresql_known_unref (PostgresqlKnown *known)
{
  g_rc_box_release_full (known, known_clear);
}

static void
known_destroy (gpointer data)
{
  if (data != NULL)
    store_postgresql_known_unref (data);
}

void
store_postgresql_ahead_init (PostgresqlStore *store)
{
  g_queue_init (&store->ahead);
  store->known = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, known_destroy);
}

void
store_postgresql_ahead_clear (PostgresqlStore *store)
{
  g_queue_clear_full (&store->ahead, known_destroy);
  store_postgresql_forget (store);
}

void
store_postgresql_forget (PostgresqlStore *store)
{
  g_hash_table_remove_all (store->known);
}

/* The statement and its parameters as one string of bytes: name, then each value with its length before it. */
static GBytes *
key_of (const char *name, const Parameters *parameters)
{
  GByteArray *bytes = g_byte_array_new ();
  g_byte_array_append (bytes, (const guint8 *)name, (guint)strlen (name) + 1);
  for (int i = 0; i < parameters->n; i++) {
    const char *value = parameters->values[i];
    gboolean is_binary = parameters->formats[i] != 0;
    gint64 length = value == NULL ? -1 : is_binary ? parameters->lengths[i] : (gint64)strlen (value);
    g_byte_array_append (bytes, (const guint8 *)&length, sizeof length);
    if (length > 0)
      g_byte_array_append (bytes, (const guint8 *)value, (guint)length);
  }
  return g_byte_array_free_to_bytes (bytes);
}

PostgresqlKnown *
store_postgresql_known (PostgresqlStore *store, const char *name, const Parameters *parameters)
{
  g_autoptr (GBytes) key = key_of (name, parameters);
  PostgresqlKnown *known = g_hash_table_lookup (store->known, key);
  return known != NULL ? g_rc_box_acquire (known) : NULL;
}

const PGresult *
store_postgresql_known_result (const PostgresqlKnown *known)
{
  return known->result;
}

/* answer: for whom it is, handed over; NULL: a write, which only succeeds or fails. */
static gboolean
send_one (PostgresqlStore *store, const char *name, const Parameters *parameters, PostgresqlKnown *answer,
          GError **error)
{
  PGconn *connection = store->connection;
  gboolean is_sent = (PQpipelineStatus (connection) == PQ_PIPELINE_ON || PQenterPipelineMode (connection)) &&
                     PQsendQueryPrepared (connection, name, parameters->n, parameters->values, parameters->lengths,
                                          parameters->formats, 0);
  if (is_sent)
    g_queue_push_tail (&store->ahead, answer);
  else
    known_destroy (answer);
  return is_sent || store_postgresql_fail (connection, NULL, error);
}

gboolean
store_postgresql_send_write (PostgresqlStore *store, const char *name, const Parameters *parameters, GError **error)
{
  store_postgresql_forget (store);
  if (store->ahead.length >= AHEAD_MAX && !store_postgresql_settle (store, error))
    return FALSE;
  return send_one (store, name, parameters, NULL, error);
}

PostgresqlKnown *
store_postgresql_send_read (PostgresqlStore *store, const char *name, const Parameters *parameters, GError **error)
{
  if (store->ahead.length >= AHEAD_MAX && !store_postgresql_settle (store, error))
    return NULL;
  PostgresqlKnown *known = g_rc_box_new0 (PostgresqlKnown);
  g_hash_table_insert (store->known, key_of (name, parameters), g_rc_box_acquire (known));
  return send_one (store, name, parameters, g_rc_box_acquire (known), error)
             ? known
             : (store_postgresql_known_unref (known), NULL);
}

/* Takes the answer of the oldest statement that is outstanding. After an error the server skips the rest. */
static gboolean
receive_one (PostgresqlStore *store, PostgresqlKnown *known, GError **error)
{
  PGresult *result = PQgetResult (store->connection);
  ExecStatusType status = PQresultStatus (result);
  gboolean is_good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
                     store_postgresql_fail (store->connection, result, error);
  if (is_good && known != NULL)
    known->result = g_steal_pointer (&result);
  PQclear (result);
  while ((result = PQgetResult (store->connection)) != NULL) /* NULL ends each answer */
    PQclear (result);
  return is_good;
}

/* The first error is the reason; the later ones only say that they were skipped. */
gboolean
store_postgresql_settle (PostgresqlStore *store, GError **error)
{
  if (PQpipelineStatus (store->connection) != PQ_PIPELINE_ON)
    return TRUE;
  g_autoptr (GError) failure = NULL;
  if (!PQpipelineSync (store->connection))
    (void)store_postgresql_fail (store->connection, NULL, &failure); /* told below */
  while (store->ahead.length > 0) {
    PostgresqlKnown *known = g_queue_pop_head (&store->ahead);
    (void)receive_one (store, known, failure == NULL ? &failure : NULL);
    known_destroy (known);
  }
  PQclear (PQgetResult (store->connection));    /* that of the sync itself */
  (void)PQexitPipelineMode (store->connection); /* nothing is outstanding, or the connection is gone */
  if (failure == NULL)
    return TRUE;
  store_postgresql_forget (store);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
