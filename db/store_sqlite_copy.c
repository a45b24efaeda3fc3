/* Online copies and the engine's own checks, over SQLite. */
#include "db/store_sqlite.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define ALL_PAGES (-1)

static gboolean
fail_errno (const char *path, int number, GError **error)
{
  DbError code = number == EEXIST ? DB_ERROR_UNIQUE : number == ENOSPC ? DB_ERROR_FULL : DB_ERROR_IO;
  g_set_error (error, DB_ERROR, (int)code, "%s: %s", path, g_strerror (number));
  return FALSE;
}

/* The new file is ours alone from the first byte: it holds people's names. */
static gboolean
create_file (const char *path, GError **error)
{
  int fd = open (path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail_errno (path, errno, error);
  close (fd);
  return TRUE;
}

static gboolean
sync_file (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return fail_errno (path, errno, error);
  int failed = fsync (fd);
  int number = errno;
  close (fd);
  return failed == 0 || fail_errno (path, number, error);
}

/* All pages in one step: a copy in small steps starts again whenever somebody writes, and may never end. */
static gboolean
copy_pages (sqlite3 *from, sqlite3 *to, GError **error)
{
  sqlite3_backup *backup = sqlite3_backup_init (to, "main", from, "main");
  if (backup == NULL)
    return store_sqlite_fail (to, sqlite3_errcode (to), "copy", error);
  int step = sqlite3_backup_step (backup, ALL_PAGES);
  int finish = sqlite3_backup_finish (backup);
  if (step != SQLITE_DONE)
    return store_sqlite_fail (NULL, step, "copy", error);
  if (finish != SQLITE_OK)
    return store_sqlite_fail (to, finish, "copy", error);
  /* one file, without a write-ahead log beside it */
  return store_sqlite_exec (to, "PRAGMA journal_mode = DELETE", error);
}

static gboolean
copy_into (sqlite3 *from, const char *path, GError **error)
{
  sqlite3 *to = NULL;
  int code = sqlite3_open_v2 (path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
  gboolean is_copied = code == SQLITE_OK ? copy_pages (from, to, error) : store_sqlite_fail (to, code, path, error);
  (void)sqlite3_close (to); /* nothing is open in it; a lost write shows in the check of the copy */
  return is_copied && sync_file (path, error);
}

gboolean
store_sqlite_copy_to (Store *store, const char *path, GError **error)
{
  if (!create_file (path, error))
    return FALSE;
  if (copy_into (store_sqlite_handle (store), path, error))
    return TRUE;
  (void)g_unlink (path); /* a half copy is worth nothing; that it was there is told by the error */
  return FALSE;
}

/* The names of files are on the disk too only when their folder is. */
static gboolean
sync_folder_of (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  return sync_file (folder, error);
}

gboolean
store_publish (const char *unproven, const char *path, GError **error)
{
  if (link (unproven, path) != 0) /* unlike rename, never over a file that came meanwhile */
    return fail_errno (path, errno, error);
  (void)g_unlink (unproven); /* a second name of the same file */
  return sync_folder_of (path, error);
}

/* What SQLite keeps beside a database. Left there, it would be read as part of the file that takes the name. */
static void
remove_leftovers (const char *path)
{
  static const char *const suffixes[] = {"-wal", "-shm"};
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++) {
    g_autofree char *beside = g_strconcat (path, suffixes[i], NULL);
    (void)g_unlink (beside); /* mostly there is none */
  }
}

/* A log with something in it means that somebody else still has the database open. */
static gboolean
is_unused (const char *path, GError **error)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  GStatBuf status;
  if (g_stat (log, &status) != 0 || status.st_size == 0)
    return TRUE;
  g_set_error (error, DB_ERROR, DB_ERROR_BUSY, "%s is open in another program", path);
  return FALSE;
}

/* A second name for the file in use, for the time after. Two restores may fall in one second. NULL on error; caller frees. */
static char *
keep_aside (const char *path, gint64 epoch, GError **error)
{
  g_autofree char *kept = g_strdup_printf ("%s.before-restore-%" G_GINT64_FORMAT, path, epoch);
  int number = link (path, kept) == 0 ? 0 : errno;
  for (int n = 2; number == EEXIST; n++) {
    g_free (kept);
    kept = g_strdup_printf ("%s.before-restore-%" G_GINT64_FORMAT "-%d", path, epoch, n);
    number = link (path, kept) == 0 ? 0 : errno;
  }
  if (number == 0)
    return g_steal_pointer (&kept);
  (void)fail_errno (kept, number, error); /* the caller sees NULL */
  return NULL;
}

static gboolean
put_in_place (const char *incoming, const char *path, gint64 epoch, char **kept, GError **error)
{
  g_autofree char *aside = is_unused (path, error) ? keep_aside (path, epoch, error) : NULL;
  if (aside == NULL)
    return FALSE;
  remove_leftovers (path);
  if (g_rename (incoming, path) != 0) {
    int number = errno;
    (void)g_unlink (aside); /* a second name of the file in use */
    return fail_errno (path, number, error);
  }
  if (!sync_folder_of (path, error))
    return FALSE;
  *kept = g_steal_pointer (&aside);
  return TRUE;
}

gboolean
store_sqlite_swap_in (const char *url, const char *path, gint64 epoch, char **kept, GError **error)
{
  const char *target = store_sqlite_path (url, error);
  if (target == NULL)
    return FALSE;
  g_autofree char *from_url = g_strconcat ("sqlite:", path, NULL);
  g_autofree char *incoming = g_strconcat (target, ".restoring", NULL);
  (void)g_unlink (incoming); /* of a restore that was cut short */
  g_autoptr (Store) from = store_open (from_url, STORE_READ, error);
  if (from == NULL || !store_copy_to (from, incoming, error))
    return FALSE;
  if (put_in_place (incoming, target, epoch, kept, error))
    return TRUE;
  (void)g_unlink (incoming); /* the error tells more */
  return FALSE;
}

gboolean
store_sqlite_swap_back (const char *url, const char *kept, GError **error)
{
  const char *target = store_sqlite_path (url, error);
  if (target == NULL)
    return FALSE;
  remove_leftovers (target);
  if (g_rename (kept, target) != 0)
    return fail_errno (kept, errno, error);
  return sync_folder_of (target, error);
}

gboolean
store_sqlite_check (Store *store, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (Rows) rows = store_query (store, error, "PRAGMA integrity_check(1)", "");
  if (rows == NULL)
    return FALSE;
  if (!rows_next (rows, &failure) || g_strcmp0 (rows_text (rows, 0), "ok") != 0) {
    g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "integrity: %s",
                 failure != NULL ? failure->message : rows_text (rows, 0));
    return FALSE;
  }
  g_autoptr (Rows) orphans = store_query (store, error, "PRAGMA foreign_key_check", "");
  if (orphans == NULL)
    return FALSE;
  if (rows_next (orphans, &failure)) {
    g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "a %s refers to nothing", rows_text (orphans, 0));
    return FALSE;
  }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
