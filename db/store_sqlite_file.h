/* Is the file that the engine has open still the register? The engine holds descriptors, so that it would go on writing into a file that
 * was moved, removed or replaced, and everything acknowledged from then on would be in a ghost. Only db/store_*.c include this. */
#pragma once
#include "db/store.h"
#include <sys/stat.h>

/* What was seen of the register's file and of its write-ahead log ("PATH-wal"). */
typedef struct {
  char *path;
  struct stat file, log;
  gboolean has_log;
} StoreFile;

/* Looks at the file at path, which is open by now. DB_ERROR_MOVED when it is not there. store_file_clear frees; works on zeros. */
gboolean store_file_init (StoreFile *known, const char *path, GError **error);
void store_file_clear (StoreFile *known);
/* One writer a file, whatever its name and state directory: a lock of the file itself (flock, which the engine and copies of the file know nothing
 * of), gone with the process. The descriptor; -1 with DB_ERROR_BUSY when another writer has it. Take it before the engine opens the file
 * and close it after the engine has closed it everywhere in this process: closing drops the engine's own locks. */
int store_file_lock (const char *path, GError **error);
/* After our own writes: what is there now is known from now on. */
void store_file_renew (StoreFile *known);
/* Still the same file? DB_ERROR_MOVED when it is another one, or gone. */
gboolean store_file_check (const StoreFile *known, GError **error);
/* The same, and nobody else wrote in it or shortened its log since store_file_renew. For the one that writes. */
gboolean store_file_check_untouched (const StoreFile *known, GError **error);
/* Before a register is made at path: DB_ERROR_MOVED when only the log of one is there, with something in it. The engine would
 * throw it away. */
gboolean store_file_check_orphan (const char *path, GError **error);
