/* Moving the register to another database while the daemon serves it: one job at a time, in a thread of its own. From its start nothing is
 * written here; after a success this daemon only reads, until it is started with the new address; after a failure it writes again. */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/actions/events.h"
#include "db/move.h"
#include "db/register.h"

typedef struct _Migration Migration;
/* reg, events: borrowed, must outlive it. url, site: of reg. */
Migration *migration_new (Register *reg, Events *events, const char *url, const char *site);
/* Stops a job that runs, which then leaves nothing. Accepts NULL. */
void migration_free (Migration *migration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Migration, migration_free)

/* As typed; borrowed. */
typedef struct {
  const char *to; /* "postgresql://...", or "sqlite:/PATH" */
} MigrationRequest;
/* Verb "register.move" (its journal line is the last of the new register): judges, and starts the job when everything is well. Any thread with
 * that store. RULE_ERROR: M_MOVE_ADDRESS, M_MOVE_RUNNING, M_MOVE_WIPES (somebody's tablet is being wiped). */
gboolean migration_start (Migration *migration, Store *store, const ActionContext *context,
                          const MigrationRequest *request, Outcome *outcome, GError **error);

typedef enum { MIGRATION_NONE, MIGRATION_RUNNING, MIGRATION_DONE, MIGRATION_FAILED } MigrationState;
typedef struct {
  MigrationState state;
  gint64 done, total; /* rows */
  MoveReport report;  /* of MIGRATION_DONE */
  GError *error;      /* of MIGRATION_FAILED; owned */
} MigrationStatus;
/* Any thread. Each change is told as news of topic "migration". Free with g_clear_error (&status->error). */
void migration_status (Migration *migration, MigrationStatus *status);
const char *migration_state_name (MigrationState state); /* "none" "running" "done" "failed" */
