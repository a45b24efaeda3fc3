/* The rehearsal of a restore: a scratch register takes the backup in the way a real one would, and is used. */
#pragma once
#include "db/backup.h"

/* Makes a register in a new folder inside `folder`, restores the file at path (a backup) into it, migrates it to this program's schema,
 * reads it, counts it, writes in it and removes it again. The backup is only read. report (may be NULL): what the backup holds.
 * Errors: those of backup_check, DB_ERROR_FULL. Needs as much free space in folder as the backup has. Blocks. SQLite only. */
gboolean rehearsal_run (const char *path, const char *folder, BackupReport *report, GError **error);
/* Removes what rehearsals left in folder when the program was killed. Call it when none is under way. */
void rehearsal_clean (const char *folder);
