/* The register's file compared with what was seen of it before. */
#include "db/store_sqlite_file.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static gboolean
fail (const char *path, const char *what, GError **error)
{
  g_set_error (error, DB_ERROR, DB_ERROR_MOVED, "%s %s", path, what);
  return FALSE;
}

int
store_file_lock (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  int number = errno;
  if (fd >= 0)
    close (fd);
  if (fd >= 0 && number == EWOULDBLOCK)
    g_set_error (error, DB_ERROR, DB_ERROR_BUSY, "another temoind already works on %s", path);
  else
    g_set_error (error, DB_ERROR, DB_ERROR_IO, "%s: %s", path, g_strerror (number));
  return -1;
}

static gboolean
look_at_log (const char *path, struct stat *status)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  return stat (log, status) == 0;
}

static gboolean
is_same_file (const struct stat *a, const struct stat *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

gboolean
store_file_init (StoreFile *known, const char *path, GError **error)
{
  StoreFile seen = {0};
  if (stat (path, &seen.file) != 0)
    return fail (path, "is gone", error);
  seen.has_log = look_at_log (path, &seen.log);
  seen.path = g_strdup (path);
  *known = seen;
  return TRUE;
}

void
store_file_clear (StoreFile *known)
{
  g_clear_pointer (&known->path, g_free);
}

void
store_file_renew (StoreFile *known)
{
  struct stat file;
  if (stat (known->path, &file) != 0 || !is_same_file (&file, &known->file))
    return; /* the next check says so */
  known->file = file;
  known->has_log = look_at_log (known->path, &known->log);
}

/* now: what the file is now, when it is the same. */
static gboolean
look_again (const StoreFile *known, struct stat *now, GError **error)
{
  if (stat (known->path, now) != 0)
    return fail (known->path, "is gone", error);
  return is_same_file (now, &known->file) || fail (known->path, "was replaced", error);
}

gboolean
store_file_check (const StoreFile *known, GError **error)
{
  struct stat now;
  return look_again (known, &now, error);
}

static gboolean
is_unwritten (const struct stat *a, const struct stat *b)
{
  return a->st_size == b->st_size && memcmp (&a->st_mtim, &b->st_mtim, sizeof a->st_mtim) == 0;
}

gboolean
store_file_check_untouched (const StoreFile *known, GError **error)
{
  struct stat file, log;
  if (!look_again (known, &file, error))
    return FALSE;
  if (!is_unwritten (&file, &known->file))
    return fail (known->path, "was written by another program", error);
  if (!known->has_log)
    return TRUE;
  if (!look_at_log (known->path, &log) || !is_same_file (&log, &known->log))
    return fail (known->path, "has lost its log", error);
  return log.st_size >= known->log.st_size || fail (known->path, "has a log that was cut", error);
}

gboolean
store_file_check_orphan (const char *path, GError **error)
{
  struct stat log;
  if (g_file_test (path, G_FILE_TEST_EXISTS) || !look_at_log (path, &log) || log.st_size == 0)
    return TRUE;
  return fail (path, "is gone, but its log is there: put both back together", error);
}
