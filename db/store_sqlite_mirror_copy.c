/* What is done on the other disk. Each step is flushed before the one that stands on it. */
#include "db/store_sqlite_mirror.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES (1024 * 1024)
#define PREFIX      "register-"
#define INCOMING    "incoming-"
#define SUFFIX      ".db"

static gboolean
fail_errno (const char *path, int number, GError **error)
{
  static const struct {
    int number;
    DbError code;
  } codes[] = {{ENOSPC, DB_ERROR_FULL},       {EDQUOT, DB_ERROR_FULL},      {ENOENT, DB_ERROR_NOT_FOUND},
               {ENOTDIR, DB_ERROR_NOT_FOUND}, {ENODEV, DB_ERROR_NOT_FOUND}, {ENXIO, DB_ERROR_NOT_FOUND}};
  DbError code = DB_ERROR_IO;
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].number == number)
      code = codes[i].code;
  g_set_error (error, DB_ERROR, (int)code, "%s: %s", path, g_strerror (number));
  return FALSE;
}

void
mirror_copy_init (MirrorCopy *copy)
{
  *copy = (MirrorCopy){.log_fd = -1};
}

void
mirror_copy_clear (MirrorCopy *copy)
{
  if (copy->log_fd >= 0)
    (void)close (copy->log_fd); /* what counts was flushed */
  g_free (copy->path);
  g_free (copy->incoming);
  mirror_copy_init (copy);
}

/* ---- the folder ---- */

gboolean
mirror_copy_check_folder (const char *folder, const char *path, GError **error)
{
  GStatBuf there, here;
  g_autofree char *home = g_path_get_dirname (path);
  if (g_stat (folder, &there) != 0)
    return fail_errno (folder, errno, error);
  if (!S_ISDIR (there.st_mode))
    return fail_errno (folder, ENOTDIR, error);
  if (g_stat (home, &here) != 0)
    return fail_errno (home, errno, error);
  if (there.st_dev != here.st_dev)
    return TRUE;
  g_set_error (error, DB_ERROR, DB_ERROR_CHECK, "%s is on the disk of the register itself", folder);
  return FALSE;
}

/* N of "PREFIXN.db" or of a name that begins so; 0 for any other. */
static gint64
number_of (const char *name, const char *prefix)
{
  char *end;
  if (!g_str_has_prefix (name, prefix))
    return 0;
  gint64 number = g_ascii_strtoll (name + strlen (prefix), &end, 10);
  return number > 0 && g_str_has_prefix (end, SUFFIX) ? number : 0;
}

/* Removes what belongs to no copy but `kept` (0: only what is incoming). Gives the highest number seen. */
static gint64
tidy (const char *folder, gint64 kept)
{
  gint64 highest = 0;
  g_autoptr (GDir) names = g_dir_open (folder, 0, NULL);
  for (const char *name; names != NULL && (name = g_dir_read_name (names)) != NULL;) {
    gint64 number = number_of (name, PREFIX);
    highest = MAX (highest, MAX (number, number_of (name, INCOMING)));
    g_autofree char *path = g_build_filename (folder, name, NULL);
    if (number_of (name, INCOMING) > 0 || (kept > 0 && number > 0 && number < kept))
      (void)g_unlink (path); /* costs space only: tried again with the next copy */
  }
  return highest;
}

static gboolean
sync_path (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return fail_errno (path, errno, error);
  int number = fsync (fd) == 0 ? 0 : errno;
  (void)close (fd); /* was only read */
  return number == 0 || fail_errno (path, number, error);
}

static gboolean
write_all (int fd, gconstpointer data, gsize count, gint64 offset, const char *path, GError **error)
{
  const guint8 *bytes = data;
  while (count > 0) {
    ssize_t n = pwrite (fd, bytes, count, offset);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return fail_errno (path, n < 0 ? errno : ENOSPC, error);
    bytes += n;
    offset += n;
    count -= (gsize)n;
  }
  return TRUE;
}

/* ---- a new copy ---- */

/* Through the engine's own descriptor: closing another one of that file would drop the engine's locks on it. */
static gboolean
copy_blocks (sqlite3_file *from, int fd, const char *path, gboolean (*is_unwanted) (gpointer user), gpointer user,
             GError **error)
{
  sqlite3_int64 size = 0;
  g_autofree guint8 *block = g_malloc (BLOCK_BYTES);
  int code = from->pMethods->xFileSize (from, &size);
  for (sqlite3_int64 at = 0; code == SQLITE_OK && at < size; at += BLOCK_BYTES) {
    gsize count = (gsize)MIN (size - at, BLOCK_BYTES);
    if (is_unwanted (user)) {
      g_set_error (error, DB_ERROR, DB_ERROR_BUSY, "the copy was given up");
      return FALSE;
    }
    code = from->pMethods->xRead (from, block, (int)count, at);
    if (code == SQLITE_OK && !write_all (fd, block, count, at, path, error))
      return FALSE;
  }
  if (code != SQLITE_OK)
    return store_sqlite_fail (NULL, code, "copy", error);
  return fdatasync (fd) == 0 || fail_errno (path, errno, error);
}

gboolean
mirror_copy_file (MirrorCopy *copy, const char *folder, sqlite3 *handle, gboolean (*is_unwanted) (gpointer user),
                  gpointer user, GError **error)
{
  sqlite3_file *from = NULL;
  gint64 number = tidy (folder, 0) + 1;
  g_autofree char *path = g_strdup_printf ("%s/" INCOMING "%" G_GINT64_FORMAT SUFFIX, folder, number);
  int code = sqlite3_file_control (handle, "main", SQLITE_FCNTL_FILE_POINTER, &from);
  if (code != SQLITE_OK)
    return store_sqlite_fail (handle, code, "copy", error);
  int fd = open (path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600); /* it holds people's names */
  if (fd < 0)
    return fail_errno (path, errno, error);
  gboolean is_copied = copy_blocks (from, fd, path, is_unwanted, user, error);
  if (close (fd) != 0 && is_copied)
    is_copied = fail_errno (path, errno, error);
  if (!is_copied) {
    (void)g_unlink (path); /* else it goes with the next copy */
    return FALSE;
  }
  mirror_copy_clear (copy);
  copy->number = number;
  copy->incoming = g_steal_pointer (&path);
  return TRUE;
}

static gboolean
write_log (MirrorCopy *copy, const char *path, GBytes *log, GError **error)
{
  copy->log_fd = open (path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
  if (copy->log_fd < 0)
    return fail_errno (path, errno, error);
  if (log != NULL) {
    gsize size;
    const guint8 *bytes = g_bytes_get_data (log, &size);
    if (!write_all (copy->log_fd, bytes, size, 0, path, error))
      return FALSE;
    copy->has_header = wal_read_head (copy->log_fd, &copy->head);
    copy->frames = wal_frames (&copy->head, size);
  }
  return fsync (copy->log_fd) == 0 || fail_errno (path, errno, error);
}

gboolean
mirror_copy_publish (MirrorCopy *copy, const char *folder, GBytes *log, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s/" PREFIX "%" G_GINT64_FORMAT SUFFIX, folder, copy->number);
  g_autofree char *log_path = g_strconcat (path, "-wal", NULL);
  if (!write_log (copy, log_path, log, error) || !sync_path (folder, error))
    return FALSE;
  if (g_rename (copy->incoming, path) != 0)
    return fail_errno (path, errno, error);
  g_clear_pointer (&copy->incoming, g_free);
  copy->path = g_steal_pointer (&path);
  if (!sync_path (folder, error))
    return FALSE;
  (void)tidy (folder, copy->number); /* the highest number is known */
  return TRUE;
}

/* ---- following ---- */

/* The engine writes the log into the file, flushes it, and cuts the log to nothing. Its index stays in memory: no third file. */
static gboolean
fold_open (sqlite3 *handle, GError **error)
{
  int keep = 1, left = 0; /* the log's name stays: we have it open */
  if (!store_sqlite_exec (handle, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL", error) ||
      !store_sqlite_exec (handle, "SELECT COUNT(*) FROM sqlite_schema", error))
    return FALSE;
  int code = sqlite3_file_control (handle, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  if (code == SQLITE_OK)
    code = sqlite3_wal_checkpoint_v2 (handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, &left, NULL);
  return (code == SQLITE_OK && left == 0) || store_sqlite_fail (handle, code, "checkpoint of the copy", error);
}

static gboolean
fold (MirrorCopy *copy, GError **error)
{
  sqlite3 *handle = NULL;
  int code = sqlite3_open_v2 (copy->path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  gboolean is_folded =
      code == SQLITE_OK ? fold_open (handle, error) : store_sqlite_fail (handle, code, copy->path, error);
  code = sqlite3_close (handle);
  if (is_folded && code != SQLITE_OK)
    is_folded = store_sqlite_fail (NULL, code, copy->path, error);
  return is_folded;
}

/* The new head must not meet frames of the old log, nor new frames the old head: each step is on the disk before the next. */
static gboolean
start_log (MirrorCopy *copy, const WalHead *head, GError **error)
{
  if (copy->frames > 0 && !fold (copy, error))
    return FALSE;
  copy->has_header = FALSE;
  copy->frames = 0;
  if (ftruncate (copy->log_fd, 0) != 0 || fsync (copy->log_fd) != 0)
    return fail_errno (copy->path, errno, error);
  if (!write_all (copy->log_fd, head->header, WAL_HEADER, 0, copy->path, error) || !mirror_copy_flush (copy, error))
    return FALSE;
  copy->head = *head;
  copy->has_header = TRUE;
  return TRUE;
}

gboolean
mirror_copy_append (MirrorCopy *copy, const WalHead *head, gint64 first, GBytes *frames, GError **error)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (frames, &size);
  if ((!copy->has_header || !wal_is_same (head, &copy->head)) && !start_log (copy, head, error))
    return FALSE;
  if (first != copy->frames) {
    g_set_error (error, DB_ERROR, DB_ERROR_BUSY, "frames %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " are missing",
                 copy->frames, first);
    return FALSE;
  }
  if (!write_all (copy->log_fd, bytes, size, wal_size (head, first), copy->path, error))
    return FALSE;
  copy->frames += wal_frames (head, size + WAL_HEADER);
  return TRUE;
}

gboolean
mirror_copy_flush (MirrorCopy *copy, GError **error)
{
  return fdatasync (copy->log_fd) == 0 || fail_errno (copy->path, errno, error);
}

gboolean
mirror_copy_is_there (const MirrorCopy *copy, const char *folder, GError **error)
{
  GStatBuf named, open_log;
  g_autofree char *log_path = g_strconcat (copy->path, "-wal", NULL);
  if (g_stat (log_path, &named) != 0)
    return fail_errno (folder, errno, error);
  if (fstat (copy->log_fd, &open_log) != 0)
    return fail_errno (folder, errno, error);
  if (named.st_dev == open_log.st_dev && named.st_ino == open_log.st_ino)
    return TRUE;
  return fail_errno (folder, ENOENT, error);
}
