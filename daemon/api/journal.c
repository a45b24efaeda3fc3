/* The journal, in HTTP: reading it and verifying its chain. */
#include "daemon/api/resources.h"
#include "db/journal.h"

static gboolean
write_journal_line (View *view, gconstpointer record, GError **error)
{
  (void)error; /* nothing more is read */
  const JournalLine *line = record;
  writer_open_object (view->out, NULL);
  writer_int (view->out, "seq", line->seq);
  writer_instant (view->out, "at", line->at);
  writer_text (view->out, "account", line->account);
  writer_text (view->out, "verb", line->verb);
  writer_text (view->out, "subjects", line->subjects);
  writer_text (view->out, "before", line->before);
  writer_text (view->out, "after", line->after);
  writer_text (view->out, "reason", line->reason);
  writer_text (view->out, "hash", line->hash);
  writer_close (view->out);
  return TRUE;
}

static char *
seq_cursor (gconstpointer record)
{
  const JournalLine *line = record;
  return g_strdup_printf ("%" G_GINT64_FORMAT, line->seq);
}

gboolean
api_journal_list (Request *request, Store *store, GError **error)
{
  Page page;
  gint64 after;
  if (!request_page (request, &page, error) || !request_query_int (request, "after", 0, G_MAXINT64, 0, &after, error))
    return FALSE;
  g_autoptr (GPtrArray) lines = journal_list (store, after, page.limit + 1, error);
  return lines != NULL && view_answer_list (request, store, &page, lines, write_journal_line, seq_cursor, error);
}

gboolean
api_journal_verify (Request *request, Store *store, GError **error)
{
  JournalReport report;
  if (!journal_verify (store, &report, error))
    return FALSE;
  gboolean is_whole = report.problem == JOURNAL_WHOLE;
  g_autoptr (GPtrArray) last = journal_list (store, MAX (report.lines - 1, 0), 1, error);
  if (last == NULL)
    return FALSE;
  const JournalLine *head = is_whole && last->len > 0 ? g_ptr_array_index (last, 0) : NULL;
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  writer_bool (&out, "ok", is_whole);
  writer_int (&out, "lines", report.lines);
  writer_text (&out, "problem", journal_problem_name (report.problem));
  if (is_whole)
    writer_null (&out, "first_bad");
  else
    writer_int (&out, "first_bad", report.bad_seq);
  writer_text (&out, "head_hash", head != NULL ? head->hash : NULL);
  writer_close (&out);
  request_answer_json (request, 200, &out);
  return TRUE;
}
