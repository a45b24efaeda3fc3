/* Staging: every line of the file is judged, and what it will take is claimed, before anything is made. */
#include "daemon/actions/fund.h"
#include "daemon/actions/import_parts.h"
#include "daemon/actions/field.h"
#include "daemon/actions/once.h"
#include "daemon/rules/fund.h"
#include <string.h>

#define LINE_KEY "line" /* the field of claims that tell lines of a file apart */

static char *
number (gint64 n)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, n);
}

/* ---- the job ---- */

/* Looks the key up. TRUE with import->stored. */
static gboolean
find_key (Store *store, Import *import, GError **error)
{
  const ImportRequest *request = import->request;
  const OnceRequest once =
      once_request (request->key, request->method, request->target, import->body_digest, strlen (import->body_digest));
  import->job->request_hash = g_strdup (once.digest);
  return once_find (store, request->context, &once, &import->stored, error);
}

gboolean
import_begin (Store *store, gpointer data, GError **error)
{
  Import *import = data;
  if (!clock_check (store, &import->context, import->clock, error) ||
      (import->request->key != NULL && !find_key (store, import, error)))
    return FALSE;
  return import->stored.match == IDEMPOTENCY_SAME || import_job_insert (store, import->job, error);
}

/* ---- a line ---- */

/* One line on its way through the judges. */
typedef struct {
  Store *store;
  Import *import;
  const CsvRecord *record;
  const char *const *cells; /* in the order of the kind's columns */
  ImportRow row;
} Candidate;

/* A rule's refusal becomes the line's verdict. Anything else (the disk is full) ends the run: FALSE with error. */
static gboolean
set_refused (Candidate *line, GError *problem, GError **error)
{
  const Finding *finding = rule_error_finding (problem);
  if (finding == NULL) {
    g_propagate_error (error, problem);
    return FALSE;
  }
  g_autofree char *where = number (line->row.line);
  line->row.verdict = IMPORT_ERROR;
  line->row.finding = finding_around (finding_copy (finding), M_IMPORT_LINE, where, NULL);
  g_error_free (problem);
  return TRUE;
}

static void
set_wrong (Candidate *line, Finding *finding)
{
  line->row.verdict = IMPORT_ERROR;
  line->row.finding = finding;
}

/* What is wrong with the line as a line of this file; NULL when nothing is. */
static Finding *
misplaced (const CsvRecord *header, const CsvRecord *record)
{
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

/* Claims a value for the line. The same on two lines: which of them is right is not ours to say. column, cell: how a person calls it. */
static gboolean
claim (Candidate *line, const char *field, const char *value, const char *column, const char *cell, GError **error)
{
  gint64 first;
  gint64 job = line->import->job->number;
  if (!import_claim_in_job (line->store, job, field, value, &first, error))
    return FALSE;
  if (first == 0)
    return import_claim_add (line->store, job, line->row.line, field, value, error);
  if (first == line->row.line || line->row.finding != NULL)
    return TRUE;
  g_autofree char *where = number (line->row.line);
  g_autofree char *first_line = number (first);
  set_wrong (line, finding_new (M_IMPORT_TWICE, where, column, cell, first_line, NULL));
  return TRUE;
}

/* How a sentence names a claimed value: a code is claimed by its digest, and is not to be shown. */
static const char *
shown (const Candidate *line, const char *field, const char *value)
{
  const ImportKind *kind = line->import->kind;
  for (gsize i = 0; i < kind->n_columns; i++)
    if (kind->columns[i].is_secret && g_str_equal (kind->columns[i].name, field))
      return line->cells[kind->label];
  return value;
}

static gboolean
claim_line (Candidate *line, GError **error)
{
  const ImportKind *kind = line->import->kind;
  g_autofree char *key = key_of (line->cells[kind->key]);
  g_autofree char *key_too = key_of (line->cells[kind->key_too]);
  g_autofree char *whole = g_strjoin ("|", key, key_too, NULL);
  return claim (line, LINE_KEY, whole, kind->columns[kind->key].name, line->cells[kind->key], error);
}

static void
set_known (Candidate *line, const char *differs)
{
  g_autofree char *where = number (line->row.line);
  line->row.verdict = differs != NULL ? IMPORT_ERROR : IMPORT_KNOWN;
  line->row.finding = differs != NULL ? finding_new (M_IMPORT_DIFFERS, where, line->row.code, differs, NULL)
                                      : finding_new (M_IMPORT_SAME, where, line->row.code, NULL);
}

/* A rehearsal takes nothing from the fund: what its lines before would have spent is counted here. */
static gboolean
judge_money (const Candidate *line, const Claims *claims, Verdict *verdict, GError **error)
{
  const ImportJob *job = line->import->job;
  Money reserved;
  g_autoptr (Fund) fund = fund_load (line->store, claims->fund, error);
  if (fund == NULL || !import_fund_reserved (line->store, job->number, claims->fund, &reserved, error))
    return FALSE;
  fund->reserved.cents += job->is_rehearsal ? reserved.cents : 0;
  const ActionContext *context = &line->import->context;
  const SpendFacts facts = {.fund = fund,
                            .amount = claims->price,
                            .strand = STRAND_EQUIPMENT,
                            .expense = claims->expense,
                            .today = day_of_instant (context->calendar, context->now)};
  fund_judge_spend (&facts, verdict);
  return TRUE;
}

/* The verb itself says whether it would do it. */
static gboolean
judge (const Candidate *line, const ImportLine *asked, const Claims *claims, GError **error)
{
  ActionContext preview = line->import->context;
  preview.is_preview = TRUE;
  g_auto (Outcome) outcome;
  outcome_init (&outcome);
  if (!line->import->kind->add (line->store, &preview, asked, &outcome, error))
    return FALSE;
  if (verdict_allows (outcome.verdict, NULL) && claims->fund[0] != '\0' &&
      !judge_money (line, claims, outcome.verdict, error))
    return FALSE;
  if (verdict_allows (outcome.verdict, NULL))
    return TRUE;
  rule_error_set_verdict (error, outcome.verdict, NULL);
  return FALSE;
}

/* What the line takes for itself, and the line. */
static gboolean
stage (Candidate *line, const Claims *claims, GError **error)
{
  Import *import = line->import;
  g_autofree char *cells = import_pack (import, line->row.line, line->record->fields, error);
  g_autofree char *where = number (line->row.line);
  line->row.verdict = IMPORT_MAKE;
  line->row.finding = finding_new (M_IMPORT_NEW, where, line->cells[import->kind->label], NULL);
  return cells != NULL && import_line_add (line->store, import->job->number, line->row.line, cells, error) &&
         (claims->fund[0] == '\0' ||
          import_fund_reserve (line->store, import->job, claims->fund, claims->price, error));
}

static gboolean
take_new (Candidate *line, const ImportLine *asked, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_auto (Claims) claims = {0};
  if (!line->import->kind->claims (line->store, asked, &claims, &problem))
    return set_refused (line, g_steal_pointer (&problem), error);
  /* first the verb, which knows what other imports have claimed; then this file's own lines */
  if (!judge (line, asked, &claims, &problem)) {
    const Finding *finding = rule_error_finding (problem);
    if (finding == NULL || finding->id != M_IMPORT_CLAIMED)
      return set_refused (line, g_steal_pointer (&problem), error);
  }
  for (guint i = 0; i < claims.n; i++) {
    const char *field = claims.keys[i].field, *value = claims.keys[i].value;
    if (!claim (line, field, value, field, shown (line, field, value), error))
      return FALSE;
  }
  if (line->row.finding != NULL)
    return TRUE;
  return problem == NULL ? stage (line, &claims, error) : set_refused (line, g_steal_pointer (&problem), error);
}

static gboolean
take_cells (Candidate *line, GError **error)
{
  g_autoptr (GError) problem = NULL;
  const ImportLine asked = {.cells = line->cells, .fund = line->import->job->fund, .context = &line->import->context};
  const char *differs;
  if (!claim_line (line, error))
    return FALSE;
  if (line->row.finding != NULL)
    return TRUE;
  if (!line->import->kind->known (line->store, &asked, line->row.code, &differs, &problem))
    return set_refused (line, g_steal_pointer (&problem), error);
  if (line->row.code[0] == '\0')
    return take_new (line, &asked, error);
  set_known (line, differs);
  return TRUE;
}

/* FALSE only when the run cannot go on; a wrong line is an error in the report. */
static gboolean
take_record (Store *store, Import *import, const CsvRecord *record, GError **error)
{
  Candidate line = {.store = store, .import = import, .record = record, .row = {.line = record->line}};
  Finding *wrong = misplaced (import->header, record);
  if (wrong != NULL) {
    set_wrong (&line, wrong);
    import_report_add (&import->report, &line.row);
    return TRUE;
  }
  g_autofree const char **cells = import_cells (import, record->fields);
  line.cells = cells;
  if (!take_cells (&line, error)) {
    finding_free (line.row.finding);
    return FALSE;
  }
  import_report_add (&import->report, &line.row);
  return TRUE;
}

gboolean
import_stage (Store *store, gpointer data, GError **error)
{
  Import *import = data;
  ImportJob *job = import->job;
  gint64 began = g_get_monotonic_time ();
  for (guint n = 0; import->staged < import->chunk->len && import_slice_goes_on (import, began, n); n++) {
    const CsvRecord *record = g_ptr_array_index (import->chunk, import->staged);
    if (!take_record (store, import, record, error))
      return FALSE;
    job->last_line = record->line;
    import->staged++;
  }
  import->is_over = import->staged == import->chunk->len;
  job->lines = import->report.lines;
  job->made = import->report.made;
  job->known = import->report.known;
  job->errors = import->report.errors;
  return import_job_update (store, job, error);
}
