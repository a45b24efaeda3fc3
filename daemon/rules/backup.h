/* Is there a backup that can be trusted? Judged from what the register knows of the last one that was restored on trial. */
#pragma once
#include "daemon/rules/message.h"
#include "db/records.h"

#define BACKUP_OLD_DAYS 7 /* acts that are in no verified backup for longer than that are told */

/* Instants are epoch seconds, 0 when there is none. */
typedef struct {
  gint64 began_at;      /* the register's first act */
  gint64 verified_at;   /* when the last backup was restored on trial */
  gint64 missing_since; /* the first act that it does not hold */
} BackupAge;

/* One finding: a note while all is well, trouble when there is no verified backup or an old one. day: verified_at in the calendar, for the
 * sentence (borrowed; NULL when there is none). Caller frees. */
Finding *backup_judge (const BackupAge *age, gint64 now, const char *day);
