/* Importing a CSV file, in HTTP: the rehearsal and the act answer alike, a verdict a line. */
#include "daemon/actions/import.h"
#include "daemon/api/resources.h"

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

static void
free_report (gpointer data)
{
  import_report_clear (data);
  g_free (data);
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

gboolean
api_import_run (Request *request, Store *store, GError **error)
{
  gint64 dry_run;
  if (!request_query_int (request, "dry_run", 0, 1, 0, &dry_run, error))
    return FALSE;
  request->context.is_preview = dry_run != 0;
  ImportReport *report = g_new0 (ImportReport, 1);
  import_report_init (report);
  request->drawing = report;
  request->drawing_free = free_report;
  const ImportRequest asked = {
      .bytes = request->body->len > 0 ? (const char *)request->body->data : "",
      .length = request->body->len,
      .kind = request_query (request, "kind"),
      .fund = request_query (request, "fund"),
  };
  if (import_run (store, &request->context, &asked, report, error)) {
    tell_of_first (request, report);
    return TRUE;
  }
  if (report->rows->len > 0)
    keep_complaint (request, report);
  return FALSE;
}

gboolean
api_import_reply (Request *request, Store *store, GError **error)
{
  (void)store; /* the report says it all */
  (void)error;
  const ImportReport *report = request->drawing;
  gboolean made = report->made > 0 && !request->context.is_preview;
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  writer_text (&out, "kind", report->kind);
  writer_int (&out, "lines", report->lines);
  writer_int (&out, "made", report->made);
  writer_int (&out, "known", report->known);
  writer_int (&out, "errors", report->errors);
  write_rows (&out, "rows", report);
  writer_close (&out);
  request_answer_json (request, made ? 201 : 200, &out);
  return TRUE;
}
