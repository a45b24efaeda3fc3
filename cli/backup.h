/* Backups from the command line: made, sealed, tried, restored. */
#pragma once
#include "cli/commands.h"

/* Writes a checked copy of the register to FILE (sealed when there is a key), then reads the file back and has it restored on trial. */
Leave backup_do_make (const Session *session, const Typed *typed, GError **error);
/* Has a file that was written before restored on trial. */
Leave backup_do_verify (const Session *session, const Typed *typed, GError **error);
/* Makes a key. */
Leave backup_do_key (const Session *session, const Typed *typed, GError **error);
/* Puts a backup in the place of the register, after a question on a terminal or with --yes. */
Leave backup_do_restore (const Session *session, const Typed *typed, GError **error);
