/* The files of a mirror (db/mirror.h): what is done on the other disk, one step a function. For db/store_sqlite_mirror*.c. */
#pragma once
#include "db/store_sqlite.h"
#include "db/store_sqlite_wal.h"

/* The copy that is being followed. Used by one thread. */
typedef struct {
  gint64 number;       /* N of its names; 0: none yet */
  char *path;          /* of register-N.db; NULL: none */
  char *incoming;      /* of incoming-N.db while it is being made; NULL: none is */
  int log_fd;          /* of its log; -1: none */
  WalHead head;        /* of its log */
  gint64 frames;       /* in its log, of which flushed_... */
  gboolean has_header; /* the log has a head */
} MirrorCopy;

void mirror_copy_init (MirrorCopy *copy);
void mirror_copy_clear (MirrorCopy *copy);

/* Is the folder there (DB_ERROR_NOT_FOUND), on another disk than the file `path` (DB_ERROR_CHECK)? */
gboolean mirror_copy_check_folder (const char *folder, const char *path, GError **error);
/* Begins copy N + 1: writes and flushes what handle's file holds, which must not change meanwhile, into incoming-N.db. Stops with
 * DB_ERROR_BUSY when is_unwanted says so. */
gboolean mirror_copy_file (MirrorCopy *copy, const char *folder, sqlite3 *handle,
                           gboolean (*is_unwanted) (gpointer user), gpointer user, GError **error);
/* Adds its log (NULL: none) and gives it its name; the copies before are removed. */
gboolean mirror_copy_publish (MirrorCopy *copy, const char *folder, GBytes *log, GError **error);
/* Frames of the log of that head, from the first-th; they must follow what is there. Not flushed. Under a new head the engine first
 * writes the old log into the copy's file. */
gboolean mirror_copy_append (MirrorCopy *copy, const WalHead *head, gint64 first, GBytes *frames, GError **error);
gboolean mirror_copy_flush (MirrorCopy *copy, GError **error);
/* Is the copy still under its name? DB_ERROR_NOT_FOUND when the disk was taken away. */
gboolean mirror_copy_is_there (const MirrorCopy *copy, const char *folder, GError **error);
