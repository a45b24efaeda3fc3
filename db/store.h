/* The one seam over the database engine. No other header of the project shows an engine; statements are written in the subset
 * that SQLite and PostgreSQL read alike (tests/sql-lint.sh). Rules of use: one Store belongs to one thread at a time;
 * parameters are $1, $2 ...; every result is checked. */
#pragma once
#include <glib.h>

#define DB_ERROR (db_error_quark ())
GQuark db_error_quark (void);
typedef enum {
  DB_ERROR_FAILED,    /* anything else: a bug or a broken file */
  DB_ERROR_NOT_FOUND, /* no row with that code */
  DB_ERROR_UNIQUE,    /* a unique index refused */
  DB_ERROR_CHECK,     /* a CHECK or NOT NULL refused: a balance below zero, a state that does not exist */
  DB_ERROR_FOREIGN,   /* a reference to nothing */
  DB_ERROR_STALE,     /* a conditional UPDATE met another state than the one expected: somebody was faster */
  DB_ERROR_BUSY,      /* try again */
  DB_ERROR_FULL,      /* disk full */
  DB_ERROR_IO,        /* disk error, read-only disk */
  DB_ERROR_NEWER,     /* made by a newer program: never touched */
  DB_ERROR_CORRUPT,   /* integrity or journal check failed, not a register of ours */
  DB_ERROR_STOPPING,  /* the register is shutting down */
  DB_ERROR_MOVED,     /* the open file is not the register any more (moved, replaced ...): nothing is written */
  DB_ERROR_LOST, /* the database server does not answer. When a commit was under way, nobody knows whether it was made */
  DB_ERROR_HELD,        /* the register is being moved elsewhere, or was: it is only read */
  DB_ERROR_UNSUPPORTED, /* this engine leaves that to its own tools */
  DB_ERROR_DEADLINE,    /* the statement took too long and was stopped; see store_set_deadline */
} DbError;

typedef struct _Store Store;
typedef enum {
  STORE_WRITE, /* creates the file and migrates; one per SQLite file, one per daemon on PostgreSQL */
  STORE_READ,  /* sees what is committed, refuses to write */
} StoreMode;

/* url: "sqlite:PATH" or "postgresql://..." (an address of libpq; "?host=/run/postgresql" for a socket). Migrates to this program's
 * schema (STORE_WRITE), every migration with its stamp in one transaction. DB_ERROR_NEWER leaves the file byte for byte as it was;
 * DB_ERROR_IO when STORE_WRITE may only read it; DB_ERROR_BUSY when a file has a writer already; DB_ERROR_MOVED when only a log of a lost register is there. Free with store_close
 * (accepts NULL). */
Store *store_open (const char *url, StoreMode mode, GError **error);
void store_close (Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Store, store_close)

/* The schema version of this program, and of the open database. */
int store_schema_newest (void);
int store_schema (Store *store);
/* Is the register a file, which this program copies and restores? Else a server's own tools do. */
gboolean store_is_file (Store *store);

/* Whose lines, wipes and counts this Store writes: a site's code, "" for the site without a name (as it is opened). Borrowed. What
 * exists is site_use's affair (db/site.h). */
const char *store_site (Store *store);
void store_set_site (Store *store, const char *site);

/* Statements that run longer than that are stopped (DB_ERROR_DEADLINE): milliseconds, 0 = never, as after store_open; so migrations and
 * the checks of a backup, which open a Store of their own, take the time they need. Of a result the time counts from its first long
 * step to its last row. SQLite loses the whole transaction when the statement was a write: ask store_is_alive. */
void store_set_deadline (Store *store, guint deadline_ms);
/* No deadline from here to the end of the transaction, and results come as they are read, however long they are (elsewhere a write
 * transaction on a server has each result whole in memory). For what reads everything by its nature, and nothing else: journal_verify_sites,
 * fund_reconcile, item_recount, backup_count, store_check. */
gboolean store_take_time (Store *store, GError **error);
gboolean store_takes_time (Store *store); /* was it asked in this transaction? */
/* Stops what takes its time like that (DB_ERROR_DEADLINE), now and from now on: whoever has begun to end the program waits for no count of
 * the whole register. From any thread, while the Store is open and has a deadline. */
void store_end (Store *store);

/* A result being read. rows_next gives FALSE at the end or on error (then *error is set; pass NULL only after a write without
 * rows). Text is borrowed until the next call; NULL for SQL NULL. Columns count from 0. */
typedef struct _Rows Rows;
/* types: one letter a parameter: i gint64 · s const char * (NULL allowed) · b const GBytes *. Prepared once and kept. NULL on error. */
Rows *store_query (Store *store, GError **error, const char *sql, const char *types, ...);
gboolean rows_next (Rows *rows, GError **error);
gint64 rows_int (Rows *rows, int column);
const char *rows_text (Rows *rows, int column);
GBytes *rows_bytes (Rows *rows, int column); /* caller unrefs */
void rows_free (Rows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rows, rows_free)
/* Runs to the end and drops rows. changed (may be NULL): how many rows a write touched. */
gboolean store_run (Store *store, gint64 *changed, GError **error, const char *sql, const char *types, ...);
/* A write whose failure only a fault can be (no rule rests on it): a server gets it together with the next statement that has an answer.
 * An error of it is told by a later call, at the latest by store_release or store_commit, so the request still fails as a whole. */
gboolean store_send (Store *store, GError **error, const char *sql, const char *types, ...);
/* A result that store_query will be asked for soon, word for word: several are fetched in one way to a server and back. Forgotten at
 * the next write. Does nothing for a file, and never fails: store_query then tells. */
void store_expect (Store *store, const char *sql, const char *types, ...);

/* What a transaction has found out and need not ask again: a value under a name (compared by its address). The Store owns it and
 * drops it when the transaction ends, and whenever part of it is undone; at once outside a transaction. value NULL drops what is kept. */
void store_keep (Store *store, const char *name, gpointer value, GDestroyNotify destroy);
/* Borrowed until the next call that may drop it; NULL when nothing is kept. */
gpointer store_kept (Store *store, const char *name);

/* Transactions. In STORE_WRITE one of them at a time is open in the whole database, however many daemons share it; in STORE_READ it
 * sees one instant. A statement that fails spoils the transaction until the savepoint is rolled back to (SQLite is milder: do not
 * count on it). store_begin fails with DB_ERROR_MOVED, and goes on doing so, when the register was taken away from under us; open it
 * again. store_is_alive: FALSE when an error rolled the whole transaction back (disk full, I/O, connection lost): then every
 * request in it failed. A lost connection is made again by a later statement outside transactions. */
gboolean store_begin (Store *store, GError **error);
gboolean store_commit (Store *store, GError **error);
void store_rollback (Store *store);
gboolean store_is_alive (Store *store);
gboolean store_savepoint (Store *store, GError **error); /* one level, named "request" */
gboolean store_release (Store *store, GError **error);
gboolean store_rollback_to_savepoint (Store *store, GError **error);

/* Engine-specific services. Online copy of the whole database into a new file (refused when it exists), consistent, fsynced.
 * SQLite only, like store_swap_in: DB_ERROR_UNSUPPORTED elsewhere. */
gboolean store_copy_to (Store *store, const char *path, GError **error);
/* Gives the copy its final name, which must be free (DB_ERROR_UNIQUE), and makes the name durable. */
gboolean store_publish (const char *unproven, const char *path, GError **error);
/* Puts a copy of the register in the file `path` in the place of url's, atomically. The old file stays beside it: its path
 * ("NAME.before-restore-EPOCH", with "-2" when that is there already) is given in kept, caller frees. No Store may be open on url. swap_back undoes it. SQLite only. */
gboolean store_swap_in (const char *url, const char *path, gint64 epoch, char **kept, GError **error);
gboolean store_swap_back (const char *url, const char *kept, GError **error);
/* Engine's own integrity check and foreign keys. DB_ERROR_CORRUPT with the first complaint. */
gboolean store_check (Store *store, GError **error);
/* Full-text search: one document per code, replaced at each call, removed with text NULL. Accents and case are folded. */
gboolean store_search_put (Store *store, const char *code, const char *kind, const char *text, GError **error);
/* Makes this process the only one that drives the bench of the store's site, or finds that it is. DB_ERROR_BUSY when another one does:
 * port names and wipes of two machines must not mix. Held until the connection ends, so ask again before each act. In the writer only. */
gboolean store_claim_bench (Store *store, GError **error);
/* Codes whose text has every word of query (each as a prefix), at most limit. Array of g_free'd strings. query is free text: nothing in it is syntax. */
GPtrArray *store_search (Store *store, const char *query, guint limit, GError **error);
