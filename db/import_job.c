/* Imports under way: see import_job.h and the migration 0003. */
#include "db/import_job.h"
#include "db/fund.h"
#include "db/row.h"

#define SELECT_JOB                                                                                                     \
  "SELECT number, owner, state, is_rehearsal, account, role, key, request_hash, kind, columns, fund, at, lines, made," \
  " known, errors, applied, last_line FROM import_job "
enum {
  NUMBER,
  OWNER,
  STATE,
  IS_REHEARSAL,
  ACCOUNT,
  ROLE,
  KEY,
  REQUEST_HASH,
  KIND,
  COLUMNS,
  FUND,
  AT,
  LINES,
  MADE,
  KNOWN,
  ERRORS,
  APPLIED,
  LAST_LINE
};

static const char *const state_names[] = {
    [IMPORT_STAGING] = "staging", [IMPORT_SEALED] = "sealed", [IMPORT_OVER] = "over"};

const char *
import_state_name (ImportState state)
{
  return state_names[state];
}

static gboolean
state_parse (const char *text, ImportState *state)
{
  for (gsize i = 0; i < G_N_ELEMENTS (state_names); i++)
    if (g_strcmp0 (state_names[i], text) == 0) {
      *state = (ImportState)i;
      return TRUE;
    }
  return FALSE;
}

void
import_job_free (ImportJob *job)
{
  if (job == NULL)
    return;
  g_free (job->owner);
  g_free (job->account);
  g_free (job->key);
  g_free (job->request_hash);
  g_free (job->kind);
  g_free (job->columns);
  g_free (job->fund);
  g_free (job);
}

static void
job_destroy (gpointer job)
{
  import_job_free (job);
}

static gpointer
job_read (Rows *rows, GError **error)
{
  g_autoptr (ImportJob) job = g_new0 (ImportJob, 1);
  job->number = rows_int (rows, NUMBER);
  job->owner = row_dup (rows, OWNER);
  job->is_rehearsal = rows_int (rows, IS_REHEARSAL) != 0;
  job->account = row_dup (rows, ACCOUNT);
  job->key = row_dup (rows, KEY);
  job->request_hash = row_dup (rows, REQUEST_HASH);
  job->kind = row_dup (rows, KIND);
  job->columns = row_dup (rows, COLUMNS);
  job->fund = row_dup (rows, FUND);
  job->at = rows_int (rows, AT);
  job->lines = rows_int (rows, LINES);
  job->made = rows_int (rows, MADE);
  job->known = rows_int (rows, KNOWN);
  job->errors = rows_int (rows, ERRORS);
  job->applied = rows_int (rows, APPLIED);
  job->last_line = rows_int (rows, LAST_LINE);
  if (!state_parse (rows_text (rows, STATE), &job->state) || !role_parse (rows_text (rows, ROLE), &job->role))
    return row_unreadable ("import", job->kind, error);
  return g_steal_pointer (&job);
}

static const RowKind job_row = {"import", job_read, job_destroy};

gboolean
import_job_insert (Store *store, const ImportJob *job, GError **error)
{
  return store_run (
      store, NULL, error,
      "INSERT INTO import_job (number, owner, state, is_rehearsal, account, role, key, request_hash, kind,"
      " columns, fund, at, lines, made, known, errors, applied, last_line)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, 0, 0, 0)",
      "ississsssssi", job->number, job->owner, state_names[job->state], (gint64)job->is_rehearsal, job->account,
      role_name (job->role), job->key, job->request_hash, job->kind, job->columns, job->fund, job->at);
}

ImportJob *
import_job_load (Store *store, gint64 number, GError **error)
{
  return row_one (&job_row, store_query (store, error, SELECT_JOB "WHERE number = $1", "i", number), "under way",
                  error);
}

GPtrArray *
import_job_list (Store *store, const char *owner, GError **error)
{
  return row_all (
      &job_row,
      store_query (store, error, SELECT_JOB "WHERE owner = COALESCE($1, owner) ORDER BY at, number", "s", owner),
      error);
}

gboolean
import_job_update (Store *store, const ImportJob *job, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE import_job SET state = $2, lines = $3, made = $4, known = $5, errors = $6, applied = $7,"
                    " last_line = $8 WHERE number = $1",
                    "isiiiiii", job->number, state_names[job->state], job->lines, job->made, job->known, job->errors,
                    job->applied, job->last_line) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "import", "under way", error);
}

gboolean
import_job_delete (Store *store, gint64 number, GError **error)
{
  return store_run (store, NULL, error, "DELETE FROM import_job WHERE number = $1", "i", number);
}

/* ---- lines ---- */

static void
line_destroy (gpointer data)
{
  StagedLine *line = data;
  g_free (line->cells);
  g_free (line);
}

static gpointer
line_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  StagedLine *line = g_new0 (StagedLine, 1);
  line->line = rows_int (rows, 0);
  line->cells = row_dup (rows, 1);
  return line;
}

static const RowKind line_row = {"line of an import", line_read, line_destroy};

gboolean
import_line_add (Store *store, gint64 job, gint64 line, const char *cells, GError **error)
{
  return store_send (store, error, "INSERT INTO import_line (job, line, cells) VALUES ($1, $2, $3)", "iis", job, line,
                     cells);
}

GPtrArray *
import_line_next (Store *store, gint64 job, guint limit, GError **error)
{
  return row_all (&line_row,
                  store_query (store, error,
                               "SELECT line, cells FROM import_line WHERE job = $1 ORDER BY line LIMIT $2", "ii", job,
                               (gint64)limit),
                  error);
}

gboolean
import_line_drop (Store *store, gint64 job, gint64 first, gint64 last, GError **error)
{
  return store_send (store, error, "DELETE FROM import_line WHERE job = $1 AND line BETWEEN $2 AND $3", "iii", job,
                     first, last) &&
         store_send (store, error, "DELETE FROM import_claim WHERE job = $1 AND line BETWEEN $2 AND $3", "iii", job,
                     first, last);
}

/* ---- claims ---- */

gboolean
import_claim_add (Store *store, gint64 job, gint64 line, const char *field, const char *value, GError **error)
{
  return store_run (store, NULL, error, "INSERT INTO import_claim (field, value, job, line) VALUES ($1, $2, $3, $4)",
                    "ssii", field, value, job, line);
}

/* rows (taken; NULL = the query failed): one number at most; 0 for none. */
static gboolean
read_number (Rows *rows, gint64 *number, GError **error)
{
  g_autoptr (Rows) owned = rows;
  g_autoptr (GError) failure = NULL;
  if (owned == NULL)
    return FALSE;
  gint64 found = rows_next (owned, &failure) ? rows_int (owned, 0) : 0;
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  *number = found;
  return TRUE;
}

gboolean
import_claim_in_job (Store *store, gint64 job, const char *field, const char *value, gint64 *line, GError **error)
{
  return read_number (store_query (store, error,
                                   "SELECT line FROM import_claim WHERE field = $1 AND value = $2 AND job = $3", "ssi",
                                   field, value, job),
                      line, error);
}

gboolean
import_claim_find (Store *store, const char *field, const char *value, gint64 *line, GError **error)
{
  return read_number (store_query (store, error,
                                   "SELECT import_claim.line FROM import_claim"
                                   " JOIN import_job ON import_job.number = import_claim.job"
                                   " WHERE import_claim.field = $1 AND import_claim.value = $2"
                                   " AND import_job.is_rehearsal = 0 AND import_job.state <> 'over' LIMIT 1",
                                   "ss", field, value),
                      line, error);
}

/* ---- money ---- */

gboolean
import_fund_reserve (Store *store, const ImportJob *job, const char *fund, Money amount, GError **error)
{
  gint64 changed;
  if (!store_run (store, &changed, error,
                  "UPDATE import_fund SET reserved = reserved + $3 WHERE job = $1 AND fund = $2", "isi", job->number,
                  fund, amount.cents))
    return FALSE;
  if (changed == 0 &&
      !store_run (store, NULL, error, "INSERT INTO import_fund (job, fund, reserved) VALUES ($1, $2, $3)", "isi",
                  job->number, fund, amount.cents))
    return FALSE;
  return job->is_rehearsal || fund_reserve (store, fund, amount, error);
}

gboolean
import_fund_reserved (Store *store, gint64 job, const char *fund, Money *reserved, GError **error)
{
  return read_number (
      store_query (store, error, "SELECT reserved FROM import_fund WHERE job = $1 AND fund = $2", "is", job, fund),
      &reserved->cents, error);
}

gboolean
import_fund_release (Store *store, const ImportJob *job, GError **error)
{
  return (job->is_rehearsal ||
          store_run (store, NULL, error,
                     "UPDATE fund SET reserved = fund.reserved - import_fund.reserved FROM import_fund"
                     " WHERE import_fund.job = $1 AND import_fund.fund = fund.code",
                     "i", job->number)) &&
         store_run (store, NULL, error, "DELETE FROM import_fund WHERE job = $1", "i", job->number);
}
