/* The job that moves the register. The copying and comparing is db/move's. */
#include "daemon/actions/migration.h"
#include "daemon/actions/field.h"
#include "db/site.h"
#include "db/wipe.h"
#include <string.h>

#define NEWS_US (G_USEC_PER_SEC / 5) /* between two tellings of the progress */

struct _Migration {
  Register *reg;
  Events *events;
  char *url;
  Code site;
  GThread *thread; /* of the last job; NULL before the first */
  gint64 told_at_us;
  int is_stopping; /* atomic */
  GMutex lock;
  MigrationStatus status; /* under the lock */
};

/* What the job needs of the request, which ends before it. */
typedef struct {
  Migration *migration;
  char *to, *account, *comment;
  gint64 now;
  Role role;
} Job;

static void
job_free (Job *job)
{
  g_free (job->to);
  g_free (job->account);
  g_free (job->comment);
  g_free (job);
}

Migration *
migration_new (Register *reg, Events *events, const char *url, const char *site)
{
  Migration *migration = g_new0 (Migration, 1);
  migration->reg = reg;
  migration->events = events;
  migration->url = g_strdup (url);
  g_strlcpy (migration->site, site, sizeof migration->site);
  g_mutex_init (&migration->lock);
  return migration;
}

void
migration_free (Migration *migration)
{
  if (migration == NULL)
    return;
  g_atomic_int_set (&migration->is_stopping, 1);
  g_clear_pointer (&migration->thread, g_thread_join);
  g_clear_error (&migration->status.error);
  g_mutex_clear (&migration->lock);
  g_free (migration->url);
  g_free (migration);
}

const char *
migration_state_name (MigrationState state)
{
  static const char *const names[] = {[MIGRATION_NONE] = "none",
                                      [MIGRATION_RUNNING] = "running",
                                      [MIGRATION_DONE] = "done",
                                      [MIGRATION_FAILED] = "failed"};
  return names[state];
}

void
migration_status (Migration *migration, MigrationStatus *status)
{
  g_mutex_lock (&migration->lock);
  *status = migration->status;
  if (status->error != NULL)
    status->error = g_error_copy (status->error);
  g_mutex_unlock (&migration->lock);
}

/* ---- the job ---- */

static gboolean
on_progress (gint64 done, gint64 total, gpointer user)
{
  Migration *migration = ((const Job *)user)->migration;
  g_mutex_lock (&migration->lock);
  migration->status.done = done;
  migration->status.total = total;
  g_mutex_unlock (&migration->lock);
  gint64 now_us = g_get_monotonic_time ();
  if (now_us - migration->told_at_us >= NEWS_US) {
    migration->told_at_us = now_us;
    events_publish (migration->events, "migration", "");
  }
  return g_atomic_int_get (&migration->is_stopping) == 0;
}

static gboolean
on_finish (Store *to, const MoveReport *report, gpointer user, GError **error)
{
  const Job *job = user;
  const ActionContext context = {.now = job->now, .account = job->account, .role = job->role, .comment = job->comment};
  g_autofree char *after = g_strdup_printf ("rows=%" G_GINT64_FORMAT " journal_lines=%" G_GINT64_FORMAT, report->rows,
                                            report->journal_lines);
  return action_journal (to, &context, "register.move", "", NULL, after, error);
}

static gboolean
move (const Job *job, MoveReport *report, GError **error)
{
  const MoveHooks hooks = {.progress = on_progress, .finish = on_finish, .user = (gpointer)job};
  g_autoptr (Store) from = store_open (job->migration->url, STORE_READ, error);
  return from != NULL && site_use (from, job->migration->site, error) &&
         register_move (from, job->to, &hooks, report, error);
}

static void
end (Migration *migration, const MoveReport *report, GError *failure)
{
  g_mutex_lock (&migration->lock);
  migration->status.state = failure == NULL ? MIGRATION_DONE : MIGRATION_FAILED;
  migration->status.report = *report;
  migration->status.error = failure;
  g_mutex_unlock (&migration->lock);
  events_publish (migration->events, "migration", "");
}

static gpointer
run (gpointer data)
{
  Job *job = data;
  Migration *migration = job->migration;
  MoveReport report = {0};
  GError *failure = NULL;
  gboolean is_held = register_hold (migration->reg, &failure);
  if (is_held && !move (job, &report, &failure))
    register_release (migration->reg); /* the register is still here */
  if (failure != NULL)
    g_warning ("the register was not moved: %s", failure->message);
  else
    g_message ("the register was moved; it is only read here from now on");
  job_free (job);
  end (migration, &report, failure);
  return NULL;
}

/* ---- starting it ---- */

static gboolean
check_address (const char *to, GError **error)
{
  static const char *const forms[] = {"postgresql://", "sqlite:/"};
  for (gsize i = 0; to != NULL && i < G_N_ELEMENTS (forms); i++)
    if (g_str_has_prefix (to, forms[i]) && to[strlen (forms[i])] != '\0')
      return TRUE;
  rule_error_set (error, M_MOVE_ADDRESS, NULL);
  return FALSE;
}

static gboolean
judge (Migration *migration, Store *store, Verdict *verdict, GError **error)
{
  MigrationStatus status;
  migration_status (migration, &status);
  g_clear_error (&status.error);
  if (status.state == MIGRATION_RUNNING)
    verdict_add (verdict, M_MOVE_RUNNING, NULL);
  g_autoptr (GPtrArray) wipes = wipe_list_unfinished (store, error);
  if (wipes == NULL)
    return FALSE;
  if (wipes->len > 0)
    verdict_add (verdict, M_MOVE_WIPES, ((const Wipe *)g_ptr_array_index (wipes, 0))->code, NULL);
  return TRUE;
}

gboolean
migration_start (Migration *migration, Store *store, const ActionContext *context, const MigrationRequest *request,
                 Outcome *outcome, GError **error)
{
  if (!check_address (request->to, error) || !judge (migration, store, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  g_clear_pointer (&migration->thread, g_thread_join); /* of a job that is over */
  g_mutex_lock (&migration->lock);
  g_clear_error (&migration->status.error);
  migration->status = (MigrationStatus){.state = MIGRATION_RUNNING};
  g_mutex_unlock (&migration->lock);
  Job *job = g_new0 (Job, 1);
  *job = (Job){.migration = migration,
               .to = g_strdup (request->to),
               .account = g_strdup (context->account),
               .comment = g_strdup (context->comment),
               .now = context->now,
               .role = context->role};
  migration->thread = g_thread_new ("migration", run, job);
  return TRUE;
}
