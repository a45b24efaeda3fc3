/* Backups that were checked: an online copy, the engine's check, the journal's check, counts and sums. Restoring one is
 * register_replace's, rehearsing that is rehearsal.h's. */
#pragma once
#include "db/store.h"

/* What a backup holds. */
typedef struct {
  int schema; /* version stamp of the register in it */
  gint64 items, people, loans, wipes, recharges, journal_lines;
  gint64 recharged_cents, granted_cents, spent_cents; /* of all recharges; of all funds, and by their ledgers */
  gint64 bytes;                                       /* size of the file */
  char journal_hash[65];                              /* of the last line; "" when the journal is empty */
} BackupReport;

/* Copies the register that store reads into a new file at path (refused with DB_ERROR_UNIQUE when it exists), and checks the copy as
 * backup_check does before it gets its name. Run it in register_read: it blocks, and sees one instant. Nothing is left behind
 * on error. report may be NULL. */
gboolean backup_make (Store *store, const char *path, BackupReport *report, GError **error);
/* Opens the file read-only, as a restore would, and reads all of it. DB_ERROR_CORRUPT: not a register, damaged, or its journal was
 * tampered with; DB_ERROR_NEWER: made by a newer program; DB_ERROR_NOT_FOUND: no such file. One of an older version is brought up to date in a
 * copy beside it, which is removed; report->schema is the file's. report may be NULL. */
gboolean backup_check (const char *path, BackupReport *report, GError **error);
/* Counts and sums of an open register; bytes stays as it is. Reads every row of several tables. */
gboolean backup_count (Store *store, BackupReport *report, GError **error);
/* Do both hold the same? DB_ERROR_CORRUPT when not. bytes may differ. */
gboolean backup_compare (const BackupReport *one, const BackupReport *other, GError **error);
