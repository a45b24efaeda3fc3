/* The order of an import's steps, and what happens when one fails. */
#include "daemon/actions/importer.h"
#include "daemon/actions/import_parts.h"

#define RETRY_US   (2 * G_TIME_SPAN_SECOND)
#define TELL_EACH  (200 * G_TIME_SPAN_MILLISECOND)
#define NUMBER_MAX 24 /* digits of a gint64 */

struct _Importer {
  ImporterWorld world;
  GMutex turn; /* held while a job is worked on */
  GMutex lock;
  GCond changed;
  /* under the lock */
  gboolean is_stopping, has_left; /* jobs may be left over */
  GThread *thread;                /* NULL before importer_start */
  gint64 told_at;                 /* monotonic; under turn */
};

static gboolean
is_stopping (Importer *importer)
{
  g_mutex_lock (&importer->lock);
  gboolean stopping = importer->is_stopping;
  g_mutex_unlock (&importer->lock);
  return stopping;
}

static gboolean
step (Importer *importer, RegisterFunc func, Import *import, GError **error)
{
  if (!is_stopping (importer))
    return importer->world.write (importer->world.user, func, import, error);
  g_set_error (error, DB_ERROR, DB_ERROR_STOPPING, "the importer is stopping");
  return FALSE;
}

/* Not more often than a person can read; always at the ends. */
static void
tell (Importer *importer, const Import *import, gboolean is_end)
{
  gint64 now = g_get_monotonic_time ();
  char number[NUMBER_MAX];
  if (importer->world.events == NULL || (!is_end && now - importer->told_at < TELL_EACH))
    return;
  importer->told_at = now;
  g_snprintf (number, sizeof number, "%" G_GINT64_FORMAT, import->job->number);
  events_publish (importer->world.events, "import", number);
}

/* Steps of one sort until there is nothing left for them. */
static gboolean
repeat (Importer *importer, RegisterFunc func, Import *import, GError **error)
{
  do {
    if (!step (importer, func, import, error))
      return FALSE;
    tell (importer, import, FALSE);
  } while (!import->is_over);
  return TRUE;
}

static void
init (const Importer *importer, Import *import)
{
  const ImporterWorld *world = &importer->world;
  import_init (import);
  import->clock = world->clock;
  import->print = world->print;
  import->slice_lines = world->slice_lines > 0 ? world->slice_lines : G_MAXUINT;
  import->lines_max = world->lines_max > 0 ? world->lines_max : IMPORT_LINES_MAX;
}

/* ---- what is left over ---- */

/* Its answer was given: what cannot be cleared now is cleared later. */
static void
clean (Importer *importer, Import *import)
{
  gboolean is_clean = repeat (importer, import_clean, import, NULL);
  tell (importer, import, TRUE);
  if (!is_clean)
    importer_wake (importer);
}

static gboolean
finish (Importer *importer, Import *import, GError **error)
{
  return repeat (importer, import_apply, import, error) && step (importer, import_finish, import, error);
}

typedef struct {
  const char *owner;
  GPtrArray *jobs; /* ImportJob */
} Left;

static gboolean
list_jobs (Store *store, gpointer data, GError **error)
{
  Left *left = data;
  left->jobs = import_job_list (store, left->owner, error);
  return left->jobs != NULL;
}

static gboolean
resume_job (Importer *importer, ImportJob *job, GError **error)
{
  g_auto (Import) import;
  init (importer, &import);
  const ImporterWorld *world = &importer->world;
  const ActionContext context = {
      .calendar = world->calendar, .vault = world->vault, .offers = world->offers, .limits = world->limits};
  if (!import_resume (&import, job, &context, error))
    return FALSE;
  ImportState state = import.job->state; /* the job itself is read again by each step */
  gboolean is_ended = state == IMPORT_OVER || (state == IMPORT_SEALED && finish (importer, &import, error)) ||
                      (state == IMPORT_STAGING && step (importer, import_drop, &import, error));
  if (is_ended)
    clean (importer, &import);
  return is_ended;
}

/* Under turn. */
static gboolean
resume_all (Importer *importer, GError **error)
{
  Left left = {.owner = importer->world.owner};
  g_mutex_lock (&importer->lock);
  importer->has_left = FALSE;
  g_mutex_unlock (&importer->lock);
  gboolean is_good = importer->world.write (importer->world.user, list_jobs, &left, error);
  g_autoptr (GPtrArray) jobs = left.jobs;
  for (; is_good && jobs->len > 0;)
    is_good = resume_job (importer, g_ptr_array_steal_index (jobs, 0), error);
  if (!is_good)
    importer_wake (importer);
  return is_good;
}

gboolean
importer_resume (Importer *importer, GError **error)
{
  g_mutex_lock (&importer->turn);
  gboolean is_good = resume_all (importer, error);
  g_mutex_unlock (&importer->turn);
  return is_good;
}

void
importer_wake (Importer *importer)
{
  g_mutex_lock (&importer->lock);
  importer->has_left = TRUE;
  g_cond_broadcast (&importer->changed);
  g_mutex_unlock (&importer->lock);
}

/* Waits until something is left over. FALSE: stop. */
static gboolean
wait_for_work (Importer *importer)
{
  g_mutex_lock (&importer->lock);
  while (!importer->is_stopping && !importer->has_left)
    g_cond_wait (&importer->changed, &importer->lock);
  gboolean goes_on = !importer->is_stopping;
  g_mutex_unlock (&importer->lock);
  return goes_on;
}

static void
wait_before_next_try (Importer *importer)
{
  gint64 until = g_get_monotonic_time () + RETRY_US;
  g_mutex_lock (&importer->lock);
  while (!importer->is_stopping && g_cond_wait_until (&importer->changed, &importer->lock, until))
    continue;
  g_mutex_unlock (&importer->lock);
}

static gpointer
importer_thread (gpointer data)
{
  Importer *importer = data;
  while (wait_for_work (importer)) {
    g_autoptr (GError) error = NULL;
    if (importer_resume (importer, &error))
      continue;
    if (!is_stopping (importer))
      g_warning ("an import waits to be finished: %s", error->message);
    wait_before_next_try (importer);
  }
  return NULL;
}

/* ---- a file ---- */

/* A rehearsal says what is wrong, and is not wrong itself. */
static gboolean
check_right (const ImportReport *report, GError **error)
{
  if (report->is_rehearsal || report->errors == 0)
    return TRUE;
  g_autofree char *errors = g_strdup_printf ("%u", report->errors);
  g_autofree char *lines = g_strdup_printf ("%u", report->lines);
  rule_error_set (error, M_IMPORT_WRONG, errors, lines, NULL);
  return FALSE;
}

/* Judges the whole file. */
static gboolean
stage (Importer *importer, Import *import, GError **error)
{
  g_autoptr (GError) problem = NULL;
  do {
    if (!repeat (importer, import_stage, import, error))
      return FALSE;
  } while (import_read (import, &problem));
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* A file that will not be imported: why is in *error, or nothing is wrong with it. */
static void
drop (Importer *importer, Import *import)
{
  if (step (importer, import_drop, import, NULL))
    clean (importer, import);
  else
    importer_wake (importer);
}

/* Nobody may send it again because a part of it is not there yet. */
static gboolean
apply (Importer *importer, Import *import, GError **error)
{
  g_autoptr (GError) problem = NULL;
  if (finish (importer, import, &problem)) {
    clean (importer, import);
    return TRUE;
  }
  g_warning ("an import waits to be finished: %s", problem->message);
  importer_wake (importer);
  rule_error_set (error, M_IMPORT_PAUSED, NULL);
  return FALSE;
}

/* The file was judged. TRUE: it is to be made. */
static gboolean
is_wanted (const ImportReport *report)
{
  return !report->is_rehearsal && report->errors == 0 && report->made > 0;
}

static gboolean
take_file (Importer *importer, Import *import, GError **error)
{
  if (!step (importer, import_begin, import, error))
    return FALSE;
  if (import->stored.match == IDEMPOTENCY_SAME)
    return TRUE;
  tell (importer, import, TRUE);
  gboolean is_judged = stage (importer, import, error);
  if (!is_judged || !is_wanted (&import->report)) {
    drop (importer, import);
    return is_judged && check_right (&import->report, error);
  }
  if (step (importer, import_seal, import, error))
    return apply (importer, import, error);
  drop (importer, import);
  return FALSE;
}

/* Under turn. */
static gboolean
run (Importer *importer, Import *import, const ImportRequest *request, GError **error)
{
  g_autoptr (GError) problem = NULL;
  if (!import_open (import, request, error))
    return FALSE;
  g_free (import->job->owner);
  import->job->owner = g_strdup (importer->world.owner);
  if (resume_all (importer, &problem))
    return take_file (importer, import, error);
  g_warning ("an import waits for another one: %s", problem->message);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
importer_run (Importer *importer, const ImportRequest *request, ImportReport *report, IdempotencyAnswer *answer,
              GError **error)
{
  g_auto (Import) import;
  init (importer, &import);
  g_mutex_lock (&importer->turn);
  gboolean is_done = run (importer, &import, request, error);
  g_mutex_unlock (&importer->turn);
  import_report_clear (report);
  *report = import.report;
  import_report_init (&import.report);
  idempotency_answer_clear (answer);
  *answer = import.stored;
  import.stored = (IdempotencyAnswer){0};
  return is_done;
}

/* ---- life ---- */

Importer *
importer_new (const ImporterWorld *world)
{
  Importer *importer = g_new0 (Importer, 1);
  importer->world = *world;
  importer->has_left = TRUE;
  g_mutex_init (&importer->turn);
  g_mutex_init (&importer->lock);
  g_cond_init (&importer->changed);
  return importer;
}

void
importer_start (Importer *importer)
{
  importer->thread = g_thread_new ("importer", importer_thread, importer);
}

void
importer_stop (Importer *importer)
{
  g_mutex_lock (&importer->lock);
  importer->is_stopping = TRUE;
  g_cond_broadcast (&importer->changed);
  g_mutex_unlock (&importer->lock);
}

void
importer_free (Importer *importer)
{
  if (importer == NULL)
    return;
  importer_stop (importer);
  g_clear_pointer (&importer->thread, g_thread_join);
  g_cond_clear (&importer->changed);
  g_mutex_clear (&importer->lock);
  g_mutex_clear (&importer->turn);
  g_free (importer);
}
