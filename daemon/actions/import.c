/* The file of an import: its header, its records, and the report. Judging is import_stage.c's, making import_apply.c's. */
#include "daemon/actions/import.h"
#include "daemon/actions/field.h"
#include "daemon/actions/import_parts.h"
#include "daemon/actions/vault.h"
#include <string.h>

#define CHUNK_RECORDS 512 /* read at once, outside the register's thread */

void
import_row_free (gpointer data)
{
  ImportRow *row = data;
  finding_free (row->finding);
  g_free (row);
}

const char *
import_verdict_name (ImportVerdict verdict)
{
  static const char *const names[] = {[IMPORT_MAKE] = "make", [IMPORT_KNOWN] = "known", [IMPORT_ERROR] = "error"};
  return names[verdict];
}

/* ---- the report ---- */

void
import_report_init (ImportReport *report)
{
  *report = (ImportReport){.rows = g_ptr_array_new_with_free_func (import_row_free)};
}

void
import_report_clear (ImportReport *report)
{
  g_clear_pointer (&report->rows, g_ptr_array_unref);
}

static void
keep_errors_alone (GPtrArray *rows)
{
  for (guint i = rows->len; i > 0; i--)
    if (((const ImportRow *)g_ptr_array_index (rows, i - 1))->verdict != IMPORT_ERROR)
      (void)g_ptr_array_remove_index (rows, i - 1); /* frees it */
}

void
import_report_add (ImportReport *report, const ImportRow *row)
{
  guint *counts[] = {[IMPORT_MAKE] = &report->made, [IMPORT_KNOWN] = &report->known, [IMPORT_ERROR] = &report->errors};
  report->lines++;
  ++*counts[row->verdict];
  if (report->lines == IMPORT_ROWS_MAX + 1)
    keep_errors_alone (report->rows);
  gboolean is_kept = report->lines <= IMPORT_ROWS_MAX || row->verdict == IMPORT_ERROR;
  if (is_kept && report->rows->len < IMPORT_ROWS_MAX)
    g_ptr_array_add (report->rows, g_memdup2 (row, sizeof *row));
  else
    finding_free (row->finding);
}

/* ---- the header ---- */

static gboolean
choose_kind (Import *import, const char *wanted, GError **error)
{
  if (field_is_absent (wanted) || g_str_equal (wanted, "auto"))
    import->kind = import_kind_of_headings (import->header->fields, import->header->n_fields);
  else if ((import->kind = import_kind_find (wanted)) == NULL) {
    rule_error_set (error, M_WORD_UNKNOWN, wanted, "kind", "auto, tablets, sims, persons, vouchers", NULL);
    return FALSE;
  }
  if (import->kind != NULL)
    return TRUE;
  rule_error_set (error, M_IMPORT_KIND, NULL);
  return FALSE;
}

static gboolean
map_column (Import *import, guint index, gboolean *is_there, GError **error)
{
  const char *heading = import->header->fields[index];
  gsize column;
  if (!import_kind_column (import->kind, heading, &column)) {
    g_autofree char *names = import_kind_column_names (import->kind);
    rule_error_set (error, M_IMPORT_COLUMN_UNKNOWN, heading, names, NULL);
    return FALSE;
  }
  if (is_there[column]) {
    rule_error_set (error, M_IMPORT_COLUMN_TWICE, import->kind->columns[column].name, NULL);
    return FALSE;
  }
  is_there[column] = TRUE;
  import->columns[index] = column;
  return TRUE;
}

static gboolean
read_header (Import *import, GError **error)
{
  if (!choose_kind (import, import->request->kind, error))
    return FALSE;
  const ImportKind *kind = import->kind;
  g_autofree gboolean *is_there = g_new0 (gboolean, kind->n_columns);
  import->n_columns = import->header->n_fields;
  import->columns = g_new0 (gsize, import->n_columns);
  for (guint i = 0; i < import->n_columns; i++)
    if (!map_column (import, i, is_there, error))
      return FALSE;
  import->report.kind = kind->name;
  if (is_there[kind->key])
    return TRUE;
  rule_error_set (error, M_IMPORT_COLUMN_MISSING, kind->columns[kind->key].name, NULL);
  return FALSE;
}

/* Names of the file's columns, as the job keeps them. */
static char *
column_names (const Import *import)
{
  GString *names = g_string_new (NULL);
  for (guint i = 0; i < import->n_columns; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "", import->kind->columns[import->columns[i]].name);
  return g_string_free (names, FALSE);
}

static gint64
random_number (void)
{
  return ((gint64)(g_random_int () >> 1) << 32) | g_random_int ();
}

static ImportJob *
job_of_request (const Import *import)
{
  const ImportRequest *request = import->request;
  ImportJob *job = g_new0 (ImportJob, 1);
  job->number = random_number ();
  job->is_rehearsal = request->context->is_preview;
  job->account = g_strdup (request->context->account);
  job->role = request->context->role;
  job->key = g_strdup (request->key);
  job->kind = g_strdup (import->kind->name);
  job->columns = column_names (import);
  job->fund = g_strdup (request->fund);
  job->at = request->context->now;
  return job;
}

/* Of the file's bytes: the request that a key stands for. NULL with error. */
static char *
digest_file (FILE *file, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  guchar bytes[4096];
  gsize size;
  long at = ftell (file);
  rewind (file);
  while ((size = fread (bytes, 1, sizeof bytes, file)) > 0)
    g_checksum_update (sum, bytes, (gssize)size);
  if (ferror (file) == 0 && fseek (file, at, SEEK_SET) == 0)
    return g_strdup (g_checksum_get_string (sum));
  g_set_error (error, DB_ERROR, DB_ERROR_IO, "the file cannot be read");
  return NULL;
}

static gboolean
read_digest (Import *import, GError **error)
{
  g_autofree char *plain = digest_file (import->request->file, error);
  if (plain == NULL)
    return FALSE;
  /* a plain digest of a file with one unknown code is soon guessed: keyed, where there is a key */
  Vault *vault = import->context.vault;
  g_auto (GStrv) prints = vault != NULL ? vault_prints (vault, plain, strlen (plain)) : g_new0 (char *, 1);
  import->body_digest = g_strdup (prints[0] != NULL ? prints[0] : plain);
  return TRUE;
}

/* The first record that is not empty. */
static gboolean
read_first (Import *import, GError **error)
{
  g_autoptr (GError) problem = NULL;
  import->header = csv_reader_next (import->reader, &problem);
  if (import->header != NULL)
    return TRUE;
  if (problem == NULL)
    rule_error_set (&problem, M_IMPORT_EMPTY, NULL);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
read_first_lines (Import *import, GError **error)
{
  g_autoptr (GError) problem = NULL;
  if (import_read (import, &problem))
    return TRUE;
  if (problem == NULL)
    rule_error_set (&problem, M_IMPORT_NO_LINES, NULL);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
import_open (Import *import, const ImportRequest *request, GError **error)
{
  import->request = request;
  import->context = *request->context;
  import->context.is_preview = FALSE;
  import->report.is_rehearsal = request->context->is_preview;
  import->reader = csv_reader_new (request->file, error);
  if (import->reader == NULL || !read_first (import, error) || !read_header (import, error) ||
      !read_first_lines (import, error))
    return FALSE;
  import->job = job_of_request (import);
  return request->key == NULL || read_digest (import, error);
}

/* ---- the records ---- */

static gboolean
check_number (const Import *import, GError **error)
{
  if (import->report.lines + import->chunk->len <= import->lines_max)
    return TRUE;
  g_autofree char *most = g_strdup_printf ("%u", import->lines_max);
  rule_error_set (error, M_IMPORT_TOO_MANY, most, NULL);
  return FALSE;
}

gboolean
import_read (Import *import, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_ptr_array_set_size (import->chunk, 0);
  import->staged = 0;
  while (!import->has_all && import->chunk->len < CHUNK_RECORDS) {
    CsvRecord *record = csv_reader_next (import->reader, &problem);
    import->has_all = record == NULL;
    if (record != NULL)
      g_ptr_array_add (import->chunk, record);
  }
  if (problem == NULL)
    return check_number (import, error) && import->chunk->len > 0;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

const char **
import_cells (const Import *import, char *const *fields)
{
  const char **cells = g_new0 (const char *, import->kind->n_columns);
  for (guint i = 0; i < import->n_columns; i++)
    cells[import->columns[i]] = fields[i];
  return cells;
}

/* ---- the whole ---- */

gboolean
import_slice_goes_on (const Import *import, gint64 began_us, guint n)
{
  return n == 0 || (n < import->slice_lines && g_get_monotonic_time () - began_us < IMPORT_SLICE_US);
}

static void
free_record (gpointer record)
{
  csv_record_free (record);
}

void
import_init (Import *import)
{
  *import = (Import){.chunk = g_ptr_array_new_with_free_func (free_record)};
  import_report_init (&import->report);
}

void
import_clear (Import *import)
{
  g_clear_pointer (&import->job, import_job_free);
  g_clear_pointer (&import->columns, g_free);
  g_clear_pointer (&import->reader, csv_reader_free);
  g_clear_pointer (&import->header, csv_record_free);
  g_clear_pointer (&import->chunk, g_ptr_array_unref);
  g_clear_pointer (&import->body_digest, g_free);
  import_report_clear (&import->report);
  idempotency_answer_clear (&import->stored);
}

/* The words are those of the table of kinds, written by job_of_request. */
static gboolean
read_columns (Import *import, GError **error)
{
  g_auto (GStrv) names = g_strsplit (import->job->columns, " ", -1);
  import->kind = import_kind_find (import->job->kind);
  import->n_columns = g_strv_length (names);
  import->columns = g_new0 (gsize, import->n_columns);
  gboolean is_known = import->kind != NULL;
  for (guint i = 0; is_known && i < import->n_columns; i++)
    is_known = import_kind_column (import->kind, names[i], &import->columns[i]);
  if (!is_known)
    g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "an import of %s: its columns are not known", import->job->kind);
  return is_known;
}

gboolean
import_resume (Import *import, ImportJob *job, const ActionContext *world, GError **error)
{
  import->job = job;
  if (!read_columns (import, error))
    return FALSE;
  import->context = *world;
  import->context.now = job->at;
  import->context.account = job->account;
  import->context.role = job->role;
  import->report.kind = import->kind->name;
  import->report.is_rehearsal = job->is_rehearsal;
  import->report.lines = (guint)job->lines;
  import->report.made = (guint)job->made;
  import->report.known = (guint)job->known;
  import->report.errors = (guint)job->errors;
  return TRUE;
}
