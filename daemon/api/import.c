/* Importing a CSV file, in HTTP: the rehearsal and the act answer alike, a verdict a line. */
#include "daemon/actions/importer.h"
#include "daemon/api/resources.h"
#include "db/import_job.h"
#include <errno.h>
#include <string.h>

static void
write_row (Writer *out, const ImportRow *row)
{
  g_autofree char *french = finding_text (row->finding, LANGUAGE_FR);
  g_autofree char *english = finding_text (row->finding, LANGUAGE_EN);
  gboolean has_code = row->verdict != IMPORT_ERROR;
  writer_open_object (out, NULL);
  writer_int (out, "line", row->line);
  writer_text (out, "verdict", import_verdict_name (row->verdict));
  writer_word (out, "code", has_code ? row->code : message_code (row->finding->id));
  writer_text (out, "fr", french);
  writer_text (out, "en", english);
  writer_close (out);
}

/* number as text: it is no quantity, and too long for some readers of JSON. */
static void
write_job (Writer *out, const ImportJob *job)
{
  char number[24];
  g_snprintf (number, sizeof number, "%" G_GINT64_FORMAT, job->number);
  writer_open_object (out, NULL);
  writer_text (out, "kind", "import");
  writer_text (out, "number", number);
  writer_text (out, "state", import_state_name (job->state));
  writer_bool (out, "is_rehearsal", job->is_rehearsal);
  writer_text (out, "of", job->kind);
  writer_text (out, "account", job->account);
  writer_instant (out, "started_at", job->at);
  writer_int (out, "lines", job->lines);
  writer_int (out, "made", job->made);
  writer_int (out, "known", job->known);
  writer_int (out, "errors", job->errors);
  writer_int (out, "applied", job->applied);
  writer_close (out);
}

static void
write_rows (Writer *out, const char *name, const ImportReport *report)
{
  writer_open_array (out, name);
  for (guint i = 0; i < report->rows->len; i++)
    write_row (out, g_ptr_array_index (report->rows, i));
  writer_close (out);
}

/* A problem carries the rows, so that the person sees all that is to mend. */
static void
keep_complaint (Request *request, const ImportReport *report)
{
  g_auto (Writer) out;
  writer_init (&out);
  write_rows (&out, NULL, report);
  g_autoptr (GBytes) rows = writer_take (&out);
  request->complaint = g_strndup (g_bytes_get_data (rows, NULL), g_bytes_get_size (rows));
}

/* One piece of news is enough for a whole file: who watches a list reads it again. */
static void
tell_of_first (Request *request, const ImportReport *report)
{
  for (guint i = 0; i < report->rows->len; i++) {
    const ImportRow *row = g_ptr_array_index (report->rows, i);
    if (row->verdict != IMPORT_MAKE || row->code[0] == '\0')
      continue;
    outcome_add_code (&request->outcome, row->code);
    return;
  }
}

char *
api_import_print (const ImportReport *report, int *status)
{
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  writer_text (&out, "kind", report->kind);
  writer_int (&out, "lines", report->lines);
  writer_int (&out, "made", report->made);
  writer_int (&out, "known", report->known);
  writer_int (&out, "errors", report->errors);
  writer_int (&out, "rows_left_out", report->lines - report->rows->len);
  write_rows (&out, "rows", report);
  writer_close (&out);
  g_autoptr (GBytes) text = writer_take (&out);
  *status = report->made > 0 && !report->is_rehearsal ? 201 : 200;
  return g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
}

static void
answer (Request *request, const char *body, int status, gboolean is_replayed)
{
  request_answer_bytes (request, "application/json", g_bytes_new (body, strlen (body)));
  request->answer.status = (guint)status;
  request->answer.is_replayed = is_replayed;
}

static gboolean
run (Request *request, FILE *file, gboolean is_rehearsal, GError **error)
{
  const ActionContext context = {
      .now = clock_now (request->world->clock),
      .calendar = request->world->calendar,
      .account = request->account->code,
      .role = request->account->role,
      .is_preview = is_rehearsal,
      .vault = request->world->vault,
      .offers = request->world->offers,
      .limits = request->world->limits,
  };
  g_autofree char *target = request_target (request);
  const ImportRequest asked = {.file = file,
                               .kind = request_query (request, "kind"),
                               .fund = request_query (request, "fund"),
                               .context = &context,
                               .key = request->key,
                               .method = request->route->method,
                               .target = target};
  g_auto (ImportReport) report;
  g_auto (IdempotencyAnswer) stored = {0};
  import_report_init (&report);
  if (!importer_run (request->world->importer, &asked, &report, &stored, error)) {
    if (report.rows->len > 0)
      keep_complaint (request, &report);
    return FALSE;
  }
  if (stored.match == IDEMPOTENCY_SAME) {
    answer (request, stored.body, stored.status, TRUE);
    return TRUE;
  }
  int status;
  g_autofree char *body = api_import_print (&report, &status);
  answer (request, body, status, FALSE);
  tell_of_first (request, &report);
  return TRUE;
}

gboolean
api_import_run (Request *request, GError **error)
{
  gint64 dry_run;
  if (!request_query_int (request, "dry_run", 0, 1, 0, &dry_run, error))
    return FALSE;
  FILE *file = fopen (request->upload, "re");
  if (file == NULL) {
    g_set_error (error, DB_ERROR, DB_ERROR_IO, "the file that was sent cannot be read: %s", g_strerror (errno));
    return FALSE;
  }
  gboolean is_done = run (request, file, dry_run != 0, error);
  (void)fclose (file); /* only read from */
  return is_done;
}

gboolean
api_import_list (Request *request, Store *store, GError **error)
{
  Page page;
  if (!request_page (request, &page, error))
    return FALSE;
  g_autoptr (GPtrArray) jobs = import_job_list (store, NULL, error);
  if (jobs == NULL)
    return FALSE;
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  writer_open_array (&out, "items");
  for (guint i = 0; i < MIN (jobs->len, page.limit); i++)
    write_job (&out, g_ptr_array_index (jobs, i));
  writer_close (&out);
  writer_null (&out, "next");
  writer_close (&out);
  request_answer_json (request, 200, &out);
  return TRUE;
}
