/* The store over SQLite: connection, prepared statements, transactions. Search and copies are in their own files beside.
 * WAL with synchronous=FULL: what was committed survives a power cut. */
#include "db/store_sqlite.h"
#include "db/migrations.h"
#include "db/store_sqlite_file.h"
#include "db/store_sqlite_schema.h"
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#define BUSY_TIMEOUT_MS     5000
#define STEPS_UNWATCHED     4000 /* instructions of SQLite's machine, some 0.1 ms, between two looks at the clock */
#define WAL_KEPT_BYTES      "67108864"
#define UNDO_IN_MEMORY      (-1)
#define WRITER_CACHE        "PRAGMA cache_size = -16384;" /* KiB: what one group of requests touches */
#define SECURITY_STATEMENTS "PRAGMA trusted_schema = OFF;"

typedef struct _SqliteRows SqliteRows;
typedef struct {
  Store base;
  sqlite3 *handle;
  GHashTable *statements; /* SQL text -> Statement, owned */
  GHashTable *by_address; /* the same, by where their text was last seen: most are constants of the program */
  StoreFile file;
  gint64 deadline_us;   /* of each statement; 0: none */
  gint is_ending;       /* atomic: what takes its time is stopped */
  SqliteRows *stepping; /* the statement that runs, or ran last; not owned */
  int lock_fd;          /* of the one that writes; else -1 */
} SqliteStore;

#define PARAMETERS_MAX 20
typedef struct {
  sqlite3_stmt *statement;
  int indexes[PARAMETERS_MAX]; /* of $1, $2 ..., as the engine numbers them; 0: there is none */
  gboolean is_busy;            /* a Rows is reading it */
  const char *text;            /* not owned: the key in statements */
} Statement;

struct _SqliteRows {
  Rows base;
  SqliteStore *store; /* not owned */
  Statement *cached;  /* not owned; NULL when `statement` is ours to finalize */
  sqlite3_stmt *statement;
  const int *indexes; /* of its parameters; not owned */
  gboolean is_over;   /* one more step would run it again */
  gint64 until_us;    /* monotonic: to be stopped then; 0: short so far */
};

static const struct {
  int code; /* extended, or primary when the extended one is not listed */
  DbError error;
} errors[] = {
    {SQLITE_CONSTRAINT_UNIQUE, DB_ERROR_UNIQUE},
    {SQLITE_CONSTRAINT_PRIMARYKEY, DB_ERROR_UNIQUE},
    {SQLITE_CONSTRAINT_CHECK, DB_ERROR_CHECK},
    {SQLITE_CONSTRAINT_NOTNULL, DB_ERROR_CHECK},
    {SQLITE_CONSTRAINT_DATATYPE, DB_ERROR_CHECK},
    {SQLITE_CONSTRAINT_FOREIGNKEY, DB_ERROR_FOREIGN},
    {SQLITE_BUSY, DB_ERROR_BUSY},
    {SQLITE_LOCKED, DB_ERROR_BUSY},
    {SQLITE_FULL, DB_ERROR_FULL},
    {SQLITE_IOERR, DB_ERROR_IO},
    {SQLITE_READONLY, DB_ERROR_IO},
    {SQLITE_PERM, DB_ERROR_IO},
    {SQLITE_CANTOPEN, DB_ERROR_IO},
    {SQLITE_CORRUPT, DB_ERROR_CORRUPT},
    {SQLITE_NOTADB, DB_ERROR_CORRUPT},
    {SQLITE_INTERRUPT, DB_ERROR_DEADLINE},
};

static DbError
error_of (int code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    if (errors[i].code == code || errors[i].code == (code & 0xff))
      return errors[i].error;
  return DB_ERROR_FAILED;
}

sqlite3 *
store_sqlite_handle (Store *store)
{
  return ((SqliteStore *)store)->handle;
}

gboolean
store_sqlite_fail (sqlite3 *handle, int code, const char *doing, GError **error)
{
  if (handle != NULL && sqlite3_errcode (handle) == (code & 0xff))
    code = sqlite3_extended_errcode (handle);
  const char *said = handle != NULL ? sqlite3_errmsg (handle) : sqlite3_errstr (code);
  g_set_error (error, DB_ERROR, (int)error_of (code), "%s: %s", doing, said);
  return FALSE;
}

gboolean
store_sqlite_exec (sqlite3 *handle, const char *sql, GError **error)
{
  int code = sqlite3_exec (handle, sql, NULL, NULL, NULL);
  return code == SQLITE_OK || store_sqlite_fail (handle, code, "register", error);
}

const char *
store_sqlite_path (const char *url, GError **error)
{
  static const char prefix[] = "sqlite:";
  if (g_str_has_prefix (url, prefix) && url[strlen (prefix)] != '\0')
    return url + strlen (prefix);
  g_set_error (error, DB_ERROR, DB_ERROR_FAILED, "not an address of a register: %s (sqlite:PATH)", url);
  return NULL;
}

static void
statement_free (gpointer data)
{
  Statement *cached = data;
  sqlite3_finalize (cached->statement);
  g_free (cached);
}

/* ---- opening ---- */

/* The register holds people's names: ours alone from the first byte. A file that exists is not even opened, because closing it
 * would drop the engine's locks on it. When it cannot be made, the engine says why. */
static void
create_private (const char *path)
{
  int fd = open (path, O_CREAT | O_EXCL | O_RDONLY | O_CLOEXEC, 0600);
  if (fd >= 0)
    close (fd);
}

/* Before the engine has the file. */
static gboolean
claim_file (SqliteStore *store, const char *path, GError **error)
{
  if (!store_file_check_orphan (path, error))
    return FALSE;
  create_private (path);
  store->lock_fd = store_file_lock (path, error);
  return store->lock_fd >= 0;
}

static gboolean
open_handle (SqliteStore *store, const char *path, StoreMode mode, GError **error)
{
  int flags = mode == STORE_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  if (mode == STORE_READ && !g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, DB_ERROR, DB_ERROR_NOT_FOUND, "no file %s", path);
    return FALSE;
  }
  if (mode == STORE_WRITE && !claim_file (store, path, error))
    return FALSE;
  int code = sqlite3_open_v2 (path, &store->handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
  if (code != SQLITE_OK)
    return store_sqlite_fail (store->handle, code, path, error);
  if (mode == STORE_WRITE && sqlite3_db_readonly (store->handle, "main") == 1) { /* the engine was content with that */
    g_set_error (error, DB_ERROR, DB_ERROR_IO, "%s may only be read", path);
    return FALSE;
  }
  (void)sqlite3_busy_timeout (store->handle, BUSY_TIMEOUT_MS); /* cannot fail on an open handle */
  return store_file_init (&store->file, path, error);
}

/* Until the stamp was read, closing must not move anything from the write-ahead log into a file that may not be ours. */
static void
keep_file_untouched (sqlite3 *handle, gboolean is_kept)
{
  (void)sqlite3_db_config (handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, (int)is_kept,
                           NULL); /* known option, open handle */
}

static gboolean
prepare_for_writing (sqlite3 *handle, int version, GError **error)
{
  return store_sqlite_exec (handle,
                            SECURITY_STATEMENTS "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                                "PRAGMA journal_size_limit = " WAL_KEPT_BYTES ";" WRITER_CACHE
                                                "PRAGMA foreign_keys = ON",
                            error) &&
         schema_migrate (handle, version, migrations, migrations_n, error);
}

/* Called by the engine in the middle of a statement that is not short. Other than 0 stops it. */
static int
on_steps (void *data)
{
  const SqliteStore *store = data;
  SqliteRows *rows = store->stepping;
  if (store->base.takes_time)
    return g_atomic_int_get (&store->is_ending);
  if (rows == NULL || store->deadline_us == 0)
    return 0;
  gint64 now = g_get_monotonic_time ();
  if (rows->until_us == 0)
    rows->until_us = now + store->deadline_us;
  return now > rows->until_us;
}

static void
sqlite_set_deadline (Store *base, guint deadline_ms)
{
  SqliteStore *store = (SqliteStore *)base;
  store->deadline_us = deadline_ms * G_TIME_SPAN_MILLISECOND;
  sqlite3_progress_handler (store->handle, deadline_ms > 0 ? STEPS_UNWATCHED : 0, on_steps, store);
}

static void
sqlite_end (Store *base)
{
  g_atomic_int_set (&((SqliteStore *)base)->is_ending, TRUE);
}

/* on_steps looks at the Store's own flag. */
static gboolean
sqlite_take_time (G_GNUC_UNUSED Store *store, G_GNUC_UNUSED GError **error)
{
  return TRUE;
}

/* The engine's own count of its memory is one lock that all threads take at every allocation. What a savepoint may have to undo it would
 * write to a file from 64 KiB on, which is fewer than a lend has; a higher limit is none: from 128 KiB on the engine cannot write out what it
 * has kept, and says that the disk is full (os_unix.c cuts a write down to 0x1ffff bytes, and what is left of it to none). Both are refused
 * when the engine is in use already: slower, no worse. */
static void
configure_engine (void)
{
  static gsize is_done;
  if (!g_once_init_enter (&is_done))
    return;
  (void)sqlite3_config (SQLITE_CONFIG_STMTJRNL_SPILL, UNDO_IN_MEMORY);
  (void)sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
  g_once_init_leave (&is_done, 1);
}

static Store *
sqlite_open (const char *url, StoreMode mode, GError **error)
{
  const char *path = store_sqlite_path (url, error);
  if (path == NULL)
    return NULL;
  configure_engine ();
  SqliteStore *store = g_new0 (SqliteStore, 1);
  g_autoptr (Store) owned = &store->base;
  owned->engine = &store_sqlite;
  store->lock_fd = -1;
  store->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, statement_free);
  store->by_address = g_hash_table_new (NULL, NULL);
  if (!open_handle (store, path, mode, error))
    return NULL;
  keep_file_untouched (store->handle, TRUE);
  int version;
  if (!schema_read (store->handle, migrations_n, &version, error))
    return NULL;
  if (mode == STORE_READ && version == 0) {
    g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "%s is empty: not a register", path);
    return NULL;
  }
  if (mode == STORE_WRITE && !prepare_for_writing (store->handle, version, error))
    return NULL;
  if (mode == STORE_READ && !store_sqlite_exec (store->handle, SECURITY_STATEMENTS "PRAGMA query_only = ON", error))
    return NULL;
  keep_file_untouched (store->handle, FALSE);
  store_file_renew (&store->file);
  return g_steal_pointer (&owned);
}

/* The engine ends by writing its log into the file that it has open and by removing the log's name, which may be another register's by
 * now. A file that was moved gets what belongs to it; no name is removed. */
static void
part_from_lost_file (SqliteStore *store)
{
  gboolean is_writer = store->file.path != NULL && sqlite3_db_readonly (store->handle, "main") == 0;
  if (!is_writer || store_file_check_untouched (&store->file, NULL))
    return;
  keep_file_untouched (store->handle, TRUE);
  if (!store_file_check (&store->file, NULL))
    (void)store_sqlite_exec (store->handle, "PRAGMA wal_checkpoint(TRUNCATE)", NULL); /* else the log keeps it */
}

static void
sqlite_close (Store *base)
{
  SqliteStore *store = (SqliteStore *)base;
  g_clear_pointer (&store->by_address, g_hash_table_unref);
  g_clear_pointer (&store->statements, g_hash_table_unref);
  part_from_lost_file (store);
  (void)sqlite3_close (store->handle); /* every statement is finalized: nothing can keep it open */
  if (store->lock_fd >= 0)
    (void)close (store->lock_fd); /* frees the lock */
  store_file_clear (&store->file);
  g_free (store);
}

static int
sqlite_schema (Store *store)
{
  int version = 0; /* stays when the file broke since it was opened: then every query says so too */
  (void)schema_read (store_sqlite_handle (store), migrations_n, &version, NULL);
  return version;
}

/* ---- statements ---- */

static sqlite3_stmt *
prepare (SqliteStore *store, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v3 (store->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  if (code != SQLITE_OK)
    (void)store_sqlite_fail (store->handle, code, sql, error); /* the caller sees NULL */
  return statement;
}

/* $1 is a named parameter here, numbered by first appearance. Asked once: by name each of them is looked for. */
static void
find_parameters (Statement *kept)
{
  static const char *const names[PARAMETERS_MAX] = {"$1",  "$2",  "$3",  "$4",  "$5",  "$6",  "$7",
                                                    "$8",  "$9",  "$10", "$11", "$12", "$13", "$14",
                                                    "$15", "$16", "$17", "$18", "$19", "$20"};
  for (int i = 0; i < PARAMETERS_MAX; i++)
    kept->indexes[i] = sqlite3_bind_parameter_index (kept->statement, names[i]);
}

/* The kept statement of that text, which is prepared once. NULL on error. */
static Statement *
kept_statement (SqliteStore *store, const char *sql, GError **error)
{
  Statement *cached = g_hash_table_lookup (store->by_address, sql);
  if (cached != NULL && g_str_equal (cached->text, sql)) /* another text may stand there by now */
    return cached;
  cached = g_hash_table_lookup (store->statements, sql);
  if (cached == NULL) {
    sqlite3_stmt *statement = prepare (store, sql, error);
    if (statement == NULL)
      return NULL;
    cached = g_new0 (Statement, 1);
    cached->statement = statement;
    find_parameters (cached);
    char *text = g_strdup (sql);
    cached->text = text;
    g_hash_table_insert (store->statements, text, cached);
  }
  g_hash_table_insert (store->by_address, (gpointer)sql, cached);
  return cached;
}

/* A result over the kept statement of that text, or over a new one while somebody reads the kept one. */
static SqliteRows *
rows_new (SqliteStore *store, const char *sql, GError **error)
{
  Statement *cached = kept_statement (store, sql, error);
  if (cached == NULL)
    return NULL;
  sqlite3_stmt *own = NULL;
  if (cached->is_busy && (own = prepare (store, sql, error)) == NULL)
    return NULL;
  SqliteRows *rows = g_new0 (SqliteRows, 1);
  rows->base.engine = &store_sqlite;
  rows->store = store;
  rows->cached = own == NULL ? cached : NULL;
  rows->statement = own == NULL ? cached->statement : own;
  rows->indexes = cached->indexes;
  if (rows->cached != NULL)
    rows->cached->is_busy = TRUE;
  return rows;
}

static int
bind_text (sqlite3_stmt *statement, int index, const char *text)
{
  return text == NULL ? sqlite3_bind_null (statement, index)
                      : sqlite3_bind_text (statement, index, text, -1, SQLITE_TRANSIENT);
}

static int
bind_bytes (sqlite3_stmt *statement, int index, GBytes *bytes)
{
  if (bytes == NULL)
    return sqlite3_bind_null (statement, index);
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);
  return sqlite3_bind_blob64 (statement, index, size > 0 ? data : "", size, SQLITE_TRANSIENT);
}

static gboolean
bind_all (SqliteRows *rows, const char *types, va_list arguments, GError **error)
{
  for (int i = 0; types[i] != '\0'; i++) {
    g_return_val_if_fail (i < PARAMETERS_MAX, FALSE);
    int index = rows->indexes[i];
    int code = SQLITE_MISUSE;
    if (types[i] == 'i')
      code = sqlite3_bind_int64 (rows->statement, index, va_arg (arguments, gint64));
    else if (types[i] == 's')
      code = bind_text (rows->statement, index, va_arg (arguments, const char *));
    else if (types[i] == 'b')
      code = bind_bytes (rows->statement, index, va_arg (arguments, GBytes *));
    if (code != SQLITE_OK)
      return store_sqlite_fail (rows->store->handle, code, sqlite3_sql (rows->statement), error);
  }
  return TRUE;
}

static Rows *
sqlite_query (Store *store, GError **error, const char *sql, const char *types, va_list arguments)
{
  SqliteRows *rows = rows_new ((SqliteStore *)store, sql, error);
  g_autoptr (Rows) owned = (Rows *)rows;
  if (rows == NULL || !bind_all (rows, types, arguments, error))
    return NULL;
  return g_steal_pointer (&owned);
}

static int
step (SqliteRows *rows)
{
  rows->store->stepping = rows;
  return sqlite3_step (rows->statement);
}

static gboolean
sqlite_run (Store *store, gint64 *changed, GError **error, const char *sql, const char *types, va_list arguments)
{
  g_autoptr (Rows) rows = sqlite_query (store, error, sql, types, arguments);
  if (rows == NULL)
    return FALSE;
  int code;
  while ((code = step ((SqliteRows *)rows)) == SQLITE_ROW)
    continue;
  if (code != SQLITE_DONE)
    return store_sqlite_fail (store_sqlite_handle (store), code, "register", error);
  if (changed != NULL)
    *changed = sqlite3_changes64 (store_sqlite_handle (store));
  return TRUE;
}

/* Nothing is gained by waiting, or by asking early. */
static gboolean
sqlite_send (Store *store, GError **error, const char *sql, const char *types, va_list arguments)
{
  return sqlite_run (store, NULL, error, sql, types, arguments);
}

static void
sqlite_expect (G_GNUC_UNUSED Store *store, G_GNUC_UNUSED const char *sql, G_GNUC_UNUSED const char *types,
               G_GNUC_UNUSED va_list arguments)
{
}

static gboolean
sqlite_settle (G_GNUC_UNUSED Store *store, G_GNUC_UNUSED GError **error)
{
  return TRUE;
}

static gboolean
sqlite_rows_next (Rows *base, GError **error)
{
  SqliteRows *rows = (SqliteRows *)base;
  if (rows->is_over)
    return FALSE;
  int code = step (rows);
  rows->is_over = code != SQLITE_ROW;
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return store_sqlite_fail (rows->store->handle, code, "register", error);
  return code == SQLITE_ROW;
}

static gint64
sqlite_rows_int (Rows *base, int column)
{
  SqliteRows *rows = (SqliteRows *)base;
  return sqlite3_column_int64 (rows->statement, column);
}

static const char *
sqlite_rows_text (Rows *base, int column)
{
  SqliteRows *rows = (SqliteRows *)base;
  return (const char *)sqlite3_column_text (rows->statement, column);
}

static GBytes *
sqlite_rows_bytes (Rows *base, int column)
{
  SqliteRows *rows = (SqliteRows *)base;
  const void *data = sqlite3_column_blob (rows->statement, column);
  return g_bytes_new (data, (gsize)sqlite3_column_bytes (rows->statement, column));
}

static void
sqlite_rows_free (Rows *base)
{
  SqliteRows *rows = (SqliteRows *)base;
  if (rows->store->stepping == rows)
    rows->store->stepping = NULL;
  if (rows->cached != NULL) {
    (void)sqlite3_reset (rows->statement); /* repeats the error of the last step, already told */
    (void)sqlite3_clear_bindings (rows->statement);
    rows->cached->is_busy = FALSE;
  } else {
    (void)sqlite3_finalize (rows->statement); /* the same */
  }
  g_free (rows);
}

/* ---- transactions ---- */

static gboolean
is_writer (const SqliteStore *store)
{
  return sqlite3_db_readonly (store->handle, "main") == 0;
}

static gboolean
sqlite_begin (Store *store, GError **error)
{
  SqliteStore *file_store = (SqliteStore *)store;
  if (!is_writer (file_store))
    return store_file_check (&file_store->file, error) && store_run (store, NULL, error, "BEGIN", "");
  return store_file_check_untouched (&file_store->file, error) && store_run (store, NULL, error, "BEGIN IMMEDIATE", "");
}

static gboolean
sqlite_commit (Store *store, GError **error)
{
  gboolean is_good = store_run (store, NULL, error, "COMMIT", "");
  store_file_renew (&((SqliteStore *)store)->file);
  return is_good;
}

static gboolean
sqlite_is_alive (Store *store)
{
  return sqlite3_get_autocommit (store_sqlite_handle (store)) == 0;
}

static void
sqlite_rollback (Store *store)
{
  if (sqlite_is_alive (store))
    (void)store_run (store, NULL, NULL, "ROLLBACK", ""); /* fails only when the engine rolled back by itself */
  if (is_writer ((SqliteStore *)store))
    store_file_renew (&((SqliteStore *)store)->file); /* what did not fit in memory was written to the log */
}

/* The file has one writer. */
static gboolean
sqlite_claim_bench (Store *store, GError **error)
{
  (void)store;
  (void)error;
  return TRUE;
}

const StoreEngine store_sqlite = {
    .scheme = "sqlite:",
    .open = sqlite_open,
    .close = sqlite_close,
    .schema = sqlite_schema,
    .set_deadline = sqlite_set_deadline,
    .take_time = sqlite_take_time,
    .end = sqlite_end,
    .query = sqlite_query,
    .run = sqlite_run,
    .send = sqlite_send,
    .expect = sqlite_expect,
    .settle = sqlite_settle,
    .rows_next = sqlite_rows_next,
    .rows_int = sqlite_rows_int,
    .rows_text = sqlite_rows_text,
    .rows_bytes = sqlite_rows_bytes,
    .rows_free = sqlite_rows_free,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .is_alive = sqlite_is_alive,
    .copy_to = store_sqlite_copy_to,
    .swap_in = store_sqlite_swap_in,
    .swap_back = store_sqlite_swap_back,
    .claim_bench = sqlite_claim_bench,
    .check = store_sqlite_check,
    .search_put = store_sqlite_search_put,
    .search = store_sqlite_search,
    .move = {.columns = store_sqlite_columns,
             .references = store_sqlite_references,
             .documents = store_sqlite_documents,
             .put_rows = store_sqlite_put_rows,
             .put_documents = store_sqlite_put_documents,
             .fill = store_sqlite_fill},
};
