/* From the seal on: the staged lines are made, whatever happens. And the end of every job: what is left of it is cleared. */
#include "daemon/actions/import_parts.h"

#define APPLY_LINES 256 /* looked up at once */
#define CLEAN_LINES 100 /* numbers of lines that are cleared at once */

/* What was known of the job may be of before a restart. DB_ERROR_STALE when it is not in that state. */
static gboolean
load (Store *store, Import *import, ImportState state, GError **error)
{
  ImportJob *job = import_job_load (store, import->job->number, error);
  if (job == NULL)
    return FALSE;
  import_job_free (import->job);
  import->job = job;
  import->context.account = job->account;
  if (job->state == state)
    return TRUE;
  g_set_error (error, DB_ERROR, DB_ERROR_STALE, "an import is %s, not %s", import_state_name (job->state),
               import_state_name (state));
  return FALSE;
}

static gboolean
move (Store *store, Import *import, ImportState to, GError **error)
{
  import->job->state = to;
  return import_job_update (store, import->job, error);
}

static gboolean
write_journal (Store *store, Import *import, const char *verb, GError **error)
{
  const ImportJob *job = import->job;
  g_autofree char *after =
      g_strdup_printf ("kind=%s lines=%" G_GINT64_FORMAT " made=%" G_GINT64_FORMAT " known=%" G_GINT64_FORMAT,
                       job->kind, job->lines, job->made, job->known);
  return action_journal (store, &import->context, verb, NULL, NULL, after, error);
}

gboolean
import_seal (Store *store, gpointer data, GError **error)
{
  Import *import = data;
  return load (store, import, IMPORT_STAGING, error) && move (store, import, IMPORT_SEALED, error) &&
         write_journal (store, import, "import.seal", error);
}

/* ---- making ---- */

/* The row of the report that announced the line says what was made of it. */
static void
tell_made (Import *import, const StagedLine *staged, const char *label, const char *code)
{
  GPtrArray *rows = import->report.rows;
  while (import->next_row < rows->len &&
         ((const ImportRow *)g_ptr_array_index (rows, import->next_row))->line < staged->line)
    import->next_row++;
  ImportRow *row = import->next_row < rows->len ? g_ptr_array_index (rows, import->next_row) : NULL;
  if (row == NULL || row->line != staged->line)
    return;
  g_autofree char *where = g_strdup_printf ("%u", row->line);
  g_strlcpy (row->code, code, sizeof row->code);
  finding_free (row->finding);
  row->finding = finding_new (M_IMPORT_MADE, where, label, code, NULL);
}

/* What it had claimed and reserved is given back in the same transaction: the verb takes it. */
static gboolean
make (Store *store, Import *import, const StagedLine *staged, GError **error)
{
  g_auto (GStrv) fields = import_unpack (import, staged, error);
  if (fields == NULL)
    return FALSE;
  g_autofree const char **cells = import_cells (import, fields);
  const ImportLine line = {.cells = cells, .fund = import->job->fund, .context = &import->context};
  g_auto (Claims) claims = {0};
  g_auto (Outcome) outcome;
  outcome_init (&outcome);
  if (!import->kind->claims (store, &line, &claims, error) ||
      !import_line_drop (store, import->job->number, staged->line, staged->line, error))
    return FALSE;
  if (claims.fund[0] != '\0' &&
      !import_fund_reserve (store, import->job, claims.fund, money_of_cents (-claims.price.cents), error))
    return FALSE;
  if (!import->kind->add (store, &import->context, &line, &outcome, error))
    return FALSE;
  import->job->applied++;
  tell_made (import, staged, cells[import->kind->label], g_ptr_array_index (outcome.codes, 0));
  return TRUE;
}

gboolean
import_apply (Store *store, gpointer data, GError **error)
{
  Import *import = data;
  gint64 began = g_get_monotonic_time ();
  if (!load (store, import, IMPORT_SEALED, error))
    return FALSE;
  g_autoptr (GPtrArray) lines = import_line_next (store, import->job->number, APPLY_LINES, error);
  if (lines == NULL)
    return FALSE;
  import->is_over = lines->len == 0;
  import->next_row = 0; /* a slice that failed is told anew */
  for (guint i = 0; i < lines->len && import_slice_goes_on (import, began, i); i++)
    if (!make (store, import, g_ptr_array_index (lines, i), error))
      return FALSE;
  return import_job_update (store, import->job, error);
}

/* ---- the end ---- */

/* The answer of the key that it came with, also when nobody waits for it any more. */
static gboolean
keep_answer (Store *store, Import *import, GError **error)
{
  const ImportJob *job = import->job;
  if (job->key == NULL || import->print == NULL)
    return TRUE;
  int status;
  g_autofree char *body = import->print (&import->report, &status);
  return idempotency_put (store, job->account, job->key, job->request_hash, status, body, job->at, error);
}

gboolean
import_finish (Store *store, gpointer data, GError **error)
{
  Import *import = data;
  return load (store, import, IMPORT_SEALED, error) && import_fund_release (store, import->job, error) &&
         write_journal (store, import, "import", error) && keep_answer (store, import, error) &&
         move (store, import, IMPORT_OVER, error);
}

gboolean
import_drop (Store *store, gpointer data, GError **error)
{
  Import *import = data;
  if (!load (store, import, IMPORT_STAGING, error) || !import_fund_release (store, import->job, error))
    return FALSE;
  const ImportJob *job = import->job;
  gboolean is_answer = import->has_all && !job->is_rehearsal && job->errors == 0 && job->made == 0;
  return (!is_answer || keep_answer (store, import, error)) && move (store, import, IMPORT_OVER, error);
}

/* last_line comes down to 0 by and by. */
gboolean
import_clean (Store *store, gpointer data, GError **error)
{
  Import *import = data;
  if (!load (store, import, IMPORT_OVER, error))
    return FALSE;
  ImportJob *job = import->job;
  import->is_over = job->last_line == 0;
  if (import->is_over)
    return import_job_delete (store, job->number, error);
  gint64 began = g_get_monotonic_time ();
  for (guint n = 0; job->last_line > 0 && import_slice_goes_on (import, began, n); n++) {
    gint64 last = job->last_line;
    job->last_line = MAX (last - CLEAN_LINES, 0);
    if (!import_line_drop (store, job->number, job->last_line + 1, last, error))
      return FALSE;
  }
  return import_job_update (store, job, error);
}
