/* The register at run time: one thread that writes, with group commit, and two that read. The only way to the database for the
 * running daemon. Functions given to it run in its threads: they touch the Store they are given and their own data, nothing else. */
#pragma once
#include "db/mirror.h"

typedef struct _Register Register;

/* One request. Runs inside a savepoint of a batch; FALSE (with error) undoes this request alone. When it undid the whole batch (disk
 * full, a write that took too long), every request of it fails; those that had no part in a missed deadline with DB_ERROR_BUSY. */
typedef gboolean (*RegisterFunc) (Store *store, gpointer data, GError **error);
/* Called once, in the register's thread (or in the caller's, when the request is refused at once), after the batch is durable
 * (error NULL) or after it failed. Must not block, nor wait for the register. error is borrowed. */
typedef void (*RegisterDone) (gpointer data, const GError *error);

/* Opens (and migrates) url and starts the threads. NULL on error. */
Register *register_open (const char *url, GError **error);
/* The same for a daemon of that site (a code; "" for the one without a name). DB_ERROR_NOT_FOUND when the register has no such site. */
Register *register_open_site (const char *url, const char *site, GError **error);
/* Stops the reads that take their time (see store_end), now and from now on; the rest goes on. For a program that ends, before it waits for who
 * asked for them. From any thread. */
void register_end (Register *reg);
/* register_end, then finishes what is queued, stops the threads, closes. Accepts NULL. */
void register_close (Register *reg);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Register, register_close)

#define REGISTER_DEADLINE_MS 5000
/* How long a statement may take (store_set_deadline); REGISTER_DEADLINE_MS as it is opened, 0 = for ever. Before anything is asked. */
void register_set_deadline (Register *reg, guint deadline_ms);

/* Queues a write. done (may be NULL) is always called, with DB_ERROR_STOPPING when the register is closing. DB_ERROR_BUSY at
 * once (through done) when more than 4096 requests wait, or a backup is being restored. */
void register_write (Register *reg, RegisterFunc func, RegisterDone done, gpointer data);
/* Queues a read on one of the reader connections; func sees one consistent snapshot, which it may share with reads that were queued
 * with it. */
void register_read (Register *reg, RegisterFunc func, RegisterDone done, gpointer data);
/* The same, waiting for the result: for start-up and tests, never in the main loop of a running daemon. */
gboolean register_write_wait (Register *reg, RegisterFunc func, gpointer data, GError **error);
gboolean register_read_wait (Register *reg, RegisterFunc func, gpointer data, GError **error);

/* Replaces the whole database by the file at path (a checked backup): waits for the queue, keeps the old file beside as
 * "NAME.before-restore-EPOCH", swaps, reopens. On error the old database is in use as before. For SQLite only. */
gboolean register_replace (Register *reg, const char *path, GError **error);
/* For moving the register elsewhere: from now on writes are refused (DB_ERROR_HELD); returns when those that were queued are done. Reads
 * go on. DB_ERROR_HELD when it is held already; DB_ERROR_BUSY while a backup is being restored. */
gboolean register_hold (Register *reg, GError **error);
void register_release (Register *reg);
/* Counts what may have changed the register; what was read after it was asked for is as new as that number at least. It changes before anyone is
 * told that a write is done, so an answer of the same number is the one that a reader would give now. Never 0. FALSE: others may write too, on a
 * server. Any thread. */
gboolean register_version (Register *reg, guint64 *version);
/* Batches and requests committed since start, and the last error seen by the writer ("" when the last batch was committed): for /metrics, /healthz. */
typedef struct {
  guint64 batches, requests, failed_batches;
  char last_error[128];
} RegisterStats;
void register_stats (Register *reg, RegisterStats *stats);
/* Copies every commit to a folder on another disk from now on (mirror.h), also after register_replace. Once, before anything is asked.
 * DB_ERROR_UNSUPPORTED on PostgreSQL. A disk that is not there is no error: it is waited for. */
gboolean register_copy_to (Register *reg, const char *folder, GError **error);
/* How far that copy is. FALSE when there is none. */
gboolean register_copy_status (Register *reg, MirrorStatus *status);
