/* What is known of the last verified backup: see rules/backup.h for the judgement, db/rehearsal.h for the trial itself. */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/rules/backup.h"
#include "db/backup.h"

/* Verb "backup.verify": this backup was restored on trial and is whole. When its history is this register's (is_ours), it is the last
 * verified one from now on, with a line in the journal; else nothing is noted. */
gboolean backup_note_verified (Store *store, const ActionContext *context, const BackupReport *backup,
                               gboolean *is_ours, GError **error);
gboolean backup_age (Store *store, BackupAge *age, GError **error);
