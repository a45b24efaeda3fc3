/* One import: header, lines, verdicts, all or nothing. See import.h. */
#include "daemon/actions/import.h"
#include "daemon/actions/csv.h"
#include "daemon/actions/field.h"
#include "daemon/actions/import_kind.h"

/* One run over one file. */
typedef struct {
  Store *store;
  ActionContext context; /* of the lines: never a preview, a rehearsal is undone as a whole */
  gboolean is_rehearsal;
  const ImportRequest *request;
  const ImportKind *kind;
  GPtrArray *records; /* CsvRecord; the first is the header */
  gsize *columns;     /* of the kind, one a heading */
  GHashTable *seen;   /* key of a line -> its line number */
  ImportReport report;
} Run;

static void
row_free (gpointer data)
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

void
import_report_init (ImportReport *report)
{
  *report = (ImportReport){.rows = g_ptr_array_new_with_free_func (row_free)};
}

void
import_report_clear (ImportReport *report)
{
  g_clear_pointer (&report->rows, g_ptr_array_unref);
}

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->records, g_ptr_array_unref);
  g_clear_pointer (&run->columns, g_free);
  g_clear_pointer (&run->seen, g_hash_table_unref);
  import_report_clear (&run->report);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static char *
number (guint n)
{
  return g_strdup_printf ("%u", n);
}

/* ---- the header ---- */

static const CsvRecord *
header_of (const Run *run)
{
  return g_ptr_array_index (run->records, 0);
}

static gboolean
choose_kind (Run *run, GError **error)
{
  const CsvRecord *header = header_of (run);
  const char *wanted = run->request->kind;
  if (field_is_absent (wanted) || g_str_equal (wanted, "auto"))
    run->kind = import_kind_of_headings (header->fields, header->n_fields);
  else if ((run->kind = import_kind_find (wanted)) == NULL) {
    rule_error_set (error, M_WORD_UNKNOWN, wanted, "kind", "auto, tablets, sims, persons, vouchers", NULL);
    return FALSE;
  }
  if (run->kind != NULL)
    return TRUE;
  rule_error_set (error, M_IMPORT_KIND, NULL);
  return FALSE;
}

static gboolean
map_column (Run *run, guint index, gboolean *is_there, GError **error)
{
  const char *heading = header_of (run)->fields[index];
  gsize column;
  if (!import_kind_column (run->kind, heading, &column)) {
    g_autofree char *names = import_kind_column_names (run->kind);
    rule_error_set (error, M_IMPORT_COLUMN_UNKNOWN, heading, names, NULL);
    return FALSE;
  }
  if (is_there[column]) {
    rule_error_set (error, M_IMPORT_COLUMN_TWICE, run->kind->columns[column].name, NULL);
    return FALSE;
  }
  is_there[column] = TRUE;
  run->columns[index] = column;
  return TRUE;
}

static gboolean
read_header (Run *run, GError **error)
{
  const CsvRecord *header = header_of (run);
  if (!choose_kind (run, error))
    return FALSE;
  g_autofree gboolean *is_there = g_new0 (gboolean, run->kind->n_columns);
  run->columns = g_new0 (gsize, header->n_fields);
  for (guint i = 0; i < header->n_fields; i++)
    if (!map_column (run, i, is_there, error))
      return FALSE;
  run->report.kind = run->kind->name;
  if (is_there[run->kind->key])
    return TRUE;
  rule_error_set (error, M_IMPORT_COLUMN_MISSING, run->kind->columns[run->kind->key].name, NULL);
  return FALSE;
}

static gboolean
read_file (Run *run, GError **error)
{
  run->records = csv_read (run->request->bytes, run->request->length, IMPORT_LINES_MAX + 1, error);
  if (run->records == NULL)
    return FALSE;
  if (run->records->len == 0) {
    rule_error_set (error, M_IMPORT_EMPTY, NULL);
    return FALSE;
  }
  if (!read_header (run, error))
    return FALSE;
  if (run->records->len > 1)
    return TRUE;
  rule_error_set (error, M_IMPORT_NO_LINES, NULL);
  return FALSE;
}

/* ---- a line ---- */

static void
set_verdict (Run *run, ImportRow *row, ImportVerdict verdict, Finding *finding)
{
  guint *counts[] = {
      [IMPORT_MAKE] = &run->report.made, [IMPORT_KNOWN] = &run->report.known, [IMPORT_ERROR] = &run->report.errors};
  row->verdict = verdict;
  row->finding = finding;
  ++*counts[verdict];
}

/* A rule's refusal becomes the line's verdict. Anything else (the disk is full) ends the run: FALSE with error. */
static gboolean
set_refused (Run *run, ImportRow *row, GError *problem, GError **error)
{
  const Finding *finding = rule_error_finding (problem);
  if (finding == NULL) {
    g_propagate_error (error, problem);
    return FALSE;
  }
  g_autofree char *line = number (row->line);
  set_verdict (run, row, IMPORT_ERROR, finding_around (finding_copy (finding), M_IMPORT_LINE, line, NULL));
  g_error_free (problem);
  return TRUE;
}

/* What is wrong with the line as a line of this file; NULL when nothing is. */
static Finding *
misplaced (const Run *run, const CsvRecord *record)
{
  const CsvRecord *header = header_of (run);
  g_autofree char *line = number (record->line);
  g_autofree char *found = number (record->n_fields);
  g_autofree char *expected = number (header->n_fields);
  if (record->n_fields != header->n_fields)
    return finding_new (M_IMPORT_CELLS, line, found, expected, NULL);
  for (guint i = 0; i < record->n_fields; i++)
    if (!field_same_word (record->fields[i], header->fields[i]))
      return NULL;
  return finding_new (M_IMPORT_SECOND_HEADER, line, NULL);
}

/* The cell without spaces and in lower case; "" for a column that is not there. Caller frees. */
static char *
key_of (const char *cell)
{
  g_autofree char *folded = g_utf8_casefold (cell != NULL ? cell : "", -1);
  g_auto (GStrv) words = g_strsplit (folded, " ", -1);
  return g_strjoinv (NULL, words);
}

/* The same key on two lines: which of them is right is not ours to say. */
static Finding *
seen_before (Run *run, const CsvRecord *record, const char *const *cells)
{
  const ImportKind *kind = run->kind;
  g_autofree char *key = key_of (cells[kind->key]);
  g_autofree char *key_too = key_of (cells[kind->key_too]);
  char *whole = g_strjoin ("|", key, key_too, NULL);
  guint first = GPOINTER_TO_UINT (g_hash_table_lookup (run->seen, whole));
  if (first == 0) {
    g_hash_table_insert (run->seen, whole, GUINT_TO_POINTER (record->line));
    return NULL;
  }
  g_free (whole);
  g_autofree char *line = number (record->line);
  g_autofree char *first_line = number (first);
  return finding_new (M_IMPORT_TWICE, line, kind->columns[kind->key].name, cells[kind->key], first_line, NULL);
}

static gboolean
set_known (Run *run, ImportRow *row, const char *differs)
{
  g_autofree char *line = number (row->line);
  if (differs != NULL)
    set_verdict (run, row, IMPORT_ERROR, finding_new (M_IMPORT_DIFFERS, line, row->code, differs, NULL));
  else
    set_verdict (run, row, IMPORT_KNOWN, finding_new (M_IMPORT_SAME, line, row->code, NULL));
  return TRUE;
}

static gboolean
make (Run *run, const ImportLine *line, ImportRow *row, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_auto (Outcome) outcome;
  outcome_init (&outcome);
  if (!run->kind->add (run->store, &run->context, line, &outcome, &problem))
    return set_refused (run, row, g_steal_pointer (&problem), error);
  g_autofree char *number_of_line = number (row->line);
  const char *label = line->cells[run->kind->label];
  if (run->is_rehearsal) {
    set_verdict (run, row, IMPORT_MAKE, finding_new (M_IMPORT_NEW, number_of_line, label, NULL));
    return TRUE;
  }
  g_strlcpy (row->code, g_ptr_array_index (outcome.codes, 0), sizeof row->code);
  set_verdict (run, row, IMPORT_MAKE, finding_new (M_IMPORT_MADE, number_of_line, label, row->code, NULL));
  return TRUE;
}

static gboolean
take_cells (Run *run, const char *const *cells, ImportRow *row, GError **error)
{
  g_autoptr (GError) problem = NULL;
  const ImportLine line = {.cells = cells, .fund = run->request->fund, .context = &run->context};
  const char *differs;
  if (!run->kind->known (run->store, &line, row->code, &differs, &problem))
    return set_refused (run, row, g_steal_pointer (&problem), error);
  return row->code[0] != '\0' ? set_known (run, row, differs) : make (run, &line, row, error);
}

/* FALSE only when the run cannot go on; a wrong line is an error in the report. */
static gboolean
take_record (Run *run, const CsvRecord *record, GError **error)
{
  ImportRow *row = g_new0 (ImportRow, 1);
  row->line = record->line;
  g_ptr_array_add (run->report.rows, row);
  run->report.lines++;
  Finding *wrong = misplaced (run, record);
  if (wrong != NULL) {
    set_verdict (run, row, IMPORT_ERROR, wrong);
    return TRUE;
  }
  g_autofree const char **cells = g_new0 (const char *, run->kind->n_columns);
  for (guint i = 0; i < record->n_fields; i++)
    cells[run->columns[i]] = record->fields[i];
  wrong = seen_before (run, record, cells);
  if (wrong == NULL)
    return take_cells (run, cells, row, error);
  set_verdict (run, row, IMPORT_ERROR, wrong);
  return TRUE;
}

/* ---- the whole ---- */

static gboolean
take_records (Run *run, GError **error)
{
  for (guint i = 1; i < run->records->len; i++)
    if (!take_record (run, g_ptr_array_index (run->records, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
write_journal (Run *run, GError **error)
{
  const ImportReport *report = &run->report;
  if (report->made == 0)
    return TRUE;
  g_autofree char *after =
      g_strdup_printf ("kind=%s lines=%u made=%u known=%u", report->kind, report->lines, report->made, report->known);
  return action_journal (run->store, &run->context, "import", NULL, NULL, after, error);
}

/* The rehearsal: the same path inside a savepoint of its own, which is always undone. */
static gboolean
rehearse (Run *run, GError **error)
{
  g_autoptr (GError) problem = NULL;
  if (!store_savepoint (run->store, error))
    return FALSE;
  gboolean went_through = take_records (run, &problem);
  if (!store_is_alive (run->store) || !store_rollback_to_savepoint (run->store, went_through ? error : NULL))
    went_through = FALSE;
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return went_through;
}

static gboolean
really_import (Run *run, GError **error)
{
  if (!take_records (run, error))
    return FALSE;
  if (run->report.errors == 0)
    return write_journal (run, error);
  g_autofree char *errors = number (run->report.errors);
  g_autofree char *lines = number (run->report.lines);
  rule_error_set (error, M_IMPORT_WRONG, errors, lines, NULL);
  return FALSE;
}

gboolean
import_run (Store *store, const ActionContext *context, const ImportRequest *request, ImportReport *report,
            GError **error)
{
  g_auto (Run) run = {.store = store, .context = *context, .is_rehearsal = context->is_preview, .request = request};
  run.context.is_preview = FALSE;
  run.seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  import_report_init (&run.report);
  if (!read_file (&run, error))
    return FALSE;
  gboolean is_done = run.is_rehearsal ? rehearse (&run, error) : really_import (&run, error);
  import_report_clear (report);
  *report = run.report;
  run.report = (ImportReport){0};
  return is_done;
}
