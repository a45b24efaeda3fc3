/* A register's tables and rows as they are, over PostgreSQL. Rows go in by COPY, a slice at a time. References are made when all rows are
 * there: nine tenths of the time went into looking them up row by row. */
#include "db/row.h"
#include "db/store_postgresql.h"
#include <string.h>

#define OURS " relnamespace = to_regnamespace(current_schema())"

const char store_postgresql_columns[] =
    "SELECT relname, attname, CASE WHEN atttypid IN ('int8'::regtype, 'int4'::regtype, 'int2'::regtype) THEN 'int'"
    " WHEN atttypid = 'bytea'::regtype THEN 'bytes' ELSE 'text' END"
    " FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
    " WHERE" OURS " AND relkind = 'r' AND relname NOT IN ('register_stamp', 'search', 'search_word')"
    " AND attnum > 0 AND NOT attisdropped ORDER BY relname, attnum";
const char store_postgresql_references[] =
    "SELECT child.relname, parent.relname FROM pg_constraint JOIN pg_class AS child ON child.oid = conrelid"
    " JOIN pg_class AS parent ON parent.oid = confrelid"
    " WHERE contype = 'f' AND connamespace = to_regnamespace(current_schema())";
#define REFERENCES_OF_OURS                                                                                             \
  "conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint"                                         \
  " WHERE contype = 'f' AND connamespace = to_regnamespace(current_schema()) ORDER BY conname, conrelid"
/* Words in their order; folded already, which folding again leaves as they are. */
const char store_postgresql_documents[] = "SELECT code, kind, (SELECT string_agg(lexeme, ' ' ORDER BY position)"
                                          " FROM unnest(words) AS word, unnest(positions) AS position) FROM search";

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PGresult, PQclear)

static void
append_text (GString *line, const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    switch (*at) {
    case '\\':
      g_string_append (line, "\\\\");
      break;
    case '\t':
      g_string_append (line, "\\t");
      break;
    case '\n':
      g_string_append (line, "\\n");
      break;
    case '\r':
      g_string_append (line, "\\r");
      break;
    default:
      g_string_append_c (line, *at);
    }
}

static void
append_bytes (GString *line, GBytes *bytes)
{
  gsize size;
  const guchar *data = g_bytes_get_data (bytes, &size);
  g_string_append (line, "\\\\x");
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (line, "%02x", data[i]);
  g_bytes_unref (bytes);
}

/* A row in the text form of COPY. */
typedef gboolean (*AppendRow) (GString *line, const StoreTable *table, Rows *rows, GError **error);

static gboolean
append_row (GString *line, const StoreTable *table, Rows *rows, G_GNUC_UNUSED GError **error)
{
  for (guint i = 0; i < table->columns->len; i++) {
    const char *text = rows_text (rows, (int)i);
    if (i > 0)
      g_string_append_c (line, '\t');
    if (text == NULL)
      g_string_append (line, "\\N");
    else if (g_array_index (table->columns, StoreColumn, i).type == COLUMN_BYTES)
      append_bytes (line, rows_bytes (rows, (int)i));
    else
      append_text (line, text);
  }
  g_string_append_c (line, '\n');
  return TRUE;
}

/* Of a document: its text becomes words. */
static gboolean
append_document (GString *line, G_GNUC_UNUSED const StoreTable *table, Rows *rows, GError **error)
{
  const char *text = rows_text (rows, 2);
  g_autofree char *words = store_postgresql_document (text != NULL ? text : "", error);
  if (words == NULL)
    return FALSE;
  append_text (line, rows_text (rows, 0));
  g_string_append_c (line, '\t');
  append_text (line, rows_text (rows, 1));
  g_string_append_c (line, '\t');
  append_text (line, words);
  g_string_append_c (line, '\n');
  return TRUE;
}

static gboolean
begin_copy (PGconn *connection, const char *name, const char *columns, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("COPY \"%s\" (%s) FROM STDIN", name, columns);
  g_autoptr (PGresult) result = PQexec (connection, sql);
  return PQresultStatus (result) == PGRES_COPY_IN || store_postgresql_fail (connection, result, error);
}

/* complaint: NULL, or why it must fail. */
static gboolean
end_copy (PGconn *connection, const char *complaint, GError **error)
{
  (void)PQputCopyEnd (connection, complaint); /* what is wrong then is in the result */
  g_autoptr (PGresult) result = PQgetResult (connection);
  gboolean is_good = PQresultStatus (result) == PGRES_COMMAND_OK || store_postgresql_fail (connection, result, error);
  for (PGresult *rest; (rest = PQgetResult (connection)) != NULL;)
    PQclear (rest); /* there is none: one statement was sent */
  return is_good;
}

/* Sends at most `most` rows; *put of them were. FALSE: one could not be read or written. */
static gboolean
send_rows (PGconn *connection, const StoreTable *table, AppendRow append, Rows *rows, guint most, guint *put,
           GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GError) failure = NULL;
  gboolean is_sent = TRUE;
  for (*put = 0; is_sent && failure == NULL && *put < most && rows_next (rows, &failure); (*put)++) {
    g_string_truncate (line, 0);
    is_sent = append (line, table, rows, &failure) && PQputCopyData (connection, line->str, (int)line->len) == 1;
  }
  if (failure == NULL)
    return TRUE; /* what was not sent is told at the end of the COPY */
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
copy_in (Store *base, const char *name, const char *columns, const StoreTable *table, AppendRow append, Rows *rows,
         guint most, guint *put, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *)base;
  if (!store_postgresql_link (store, error) || !begin_copy (store->connection, name, columns, error))
    return FALSE;
  if (send_rows (store->connection, table, append, rows, most, put, error))
    return end_copy (store->connection, NULL, error);
  (void)end_copy (store->connection, "no more rows can be read", NULL); /* the reason for that is told */
  return FALSE;
}

gboolean
store_postgresql_put_rows (Store *to, const StoreTable *table, Rows *rows, guint most, guint *put, GError **error)
{
  g_autofree char *names = store_column_names (table);
  return copy_in (to, table->name, names, table, append_row, rows, most, put, error);
}

gboolean
store_postgresql_put_documents (Store *to, Rows *documents, guint most, guint *put, GError **error)
{
  return copy_in (to, "search", "code, kind, words", NULL, append_document, documents, most, put, error);
}

static gboolean
run_each (Store *store, const GPtrArray *statements, GError **error)
{
  for (guint i = 0; i < statements->len; i++)
    if (!store_run (store, NULL, error, g_ptr_array_index (statements, i), ""))
      return FALSE;
  return TRUE;
}

GPtrArray *
store_postgresql_loosen (Store *store, GError **error)
{
  g_autoptr (GPtrArray) makings = row_texts (
      store_query (store, error, "SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', " REFERENCES_OF_OURS, ""),
      error);
  if (makings == NULL)
    return NULL;
  g_autoptr (GPtrArray) dropping = row_texts (
      store_query (store, error, "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', " REFERENCES_OF_OURS, ""), error);
  return dropping != NULL && run_each (store, dropping, error) ? g_steal_pointer (&makings) : NULL;
}

/* Whole tables are read here, which a session's plans are else kept from. */
gboolean
store_postgresql_fasten (Store *store, const GPtrArray *references, GError **error)
{
  return store_run (store, NULL, error, "SET LOCAL enable_seqscan = on", "") && run_each (store, references, error) &&
         store_run (store, NULL, error, STORE_POSTGRESQL_LIST_WORDS, "") &&
         store_run (store, NULL, error, "SET LOCAL enable_seqscan = off", "");
}

Store *
store_postgresql_fill (const char *url, char **scratch, char **destination, GError **error)
{
  *scratch = *destination = NULL; /* a transaction is enough */
  PostgresqlStore *store = store_postgresql_new (url, STORE_WRITE);
  if (store_postgresql_connect_empty (store, error))
    return &store->base;
  store_close (&store->base);
  return NULL;
}
