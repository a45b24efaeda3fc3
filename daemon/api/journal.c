/* The journal, in HTTP: reading it and verifying its chain. */
#include "daemon/api/resources.h"
#include "db/journal.h"
#include "db/site.h"

static gboolean
write_journal_line (View *view, gconstpointer record, GError **error)
{
  (void)error; /* nothing more is read */
  const JournalLine *line = record;
  writer_open_object (view->out, NULL);
  writer_int (view->out, "seq", line->seq);
  writer_text (view->out, "site", line->site[0] != '\0' ? line->site : NULL);
  writer_int (view->out, "number", line->number);
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

static char *
number_cursor (gconstpointer record)
{
  const JournalLine *line = record;
  return g_strdup_printf ("%" G_GINT64_FORMAT, line->number);
}

/* is_given: was a site named? Then it exists. */
static gboolean
site_asked (Request *request, Store *store, Code site, gboolean *is_given, GError **error)
{
  if (!request_query_code (request, "site", "B", site, error))
    return FALSE;
  *is_given = site[0] != '\0';
  g_autoptr (Site) known = *is_given ? site_load (store, site, error) : NULL;
  action_explain_missing (error, M_SITE_NOT_FOUND, site);
  return !*is_given || known != NULL;
}

gboolean
api_journal_list (Request *request, Store *store, GError **error)
{
  Page page;
  gint64 after;
  Code site;
  gboolean is_of_site;
  if (!request_page (request, &page, error) || !request_query_int (request, "after", 0, G_MAXINT64, 0, &after, error) ||
      !site_asked (request, store, site, &is_of_site, error))
    return FALSE;
  g_autoptr (GPtrArray) lines = is_of_site ? journal_list_of_site (store, site, after, page.limit + 1, error)
                                           : journal_list (store, after, page.limit + 1, error);
  return lines != NULL && view_answer_list (request, store, &page, lines, write_journal_line,
                                            is_of_site ? number_cursor : seq_cursor, error);
}

/* "" for the site without a name, and for a hash that is not known: null. */
static void
write_or_null (Writer *out, const char *name, const char *text)
{
  writer_text (out, name, text[0] != '\0' ? text : NULL);
}

static void
write_chain (Writer *out, const JournalChain *chain)
{
  gboolean is_whole = chain->problem == JOURNAL_WHOLE;
  write_or_null (out, "site", chain->site);
  writer_int (out, "lines", chain->lines);
  writer_text (out, "problem", journal_problem_name (chain->problem));
  if (is_whole)
    writer_null (out, "first_bad");
  else
    writer_int (out, "first_bad", chain->bad_number);
  write_or_null (out, "head_hash", chain->head_hash);
}

static const JournalChain *
first_broken (const GPtrArray *chains)
{
  for (guint i = 0; i < chains->len; i++) {
    const JournalChain *chain = g_ptr_array_index (chains, i);
    if (chain->problem != JOURNAL_WHOLE)
      return chain;
  }
  return NULL;
}

/* What is said of all: the first chain that is broken, else the only one; of several that are whole, their lines alone. */
static JournalChain
sum_of (const GPtrArray *chains)
{
  const JournalChain *broken = first_broken (chains);
  JournalChain sum = {.problem = JOURNAL_WHOLE};
  if (broken != NULL)
    sum = *broken;
  else if (chains->len == 1)
    sum = *(const JournalChain *)g_ptr_array_index (chains, 0);
  sum.lines = 0;
  for (guint i = 0; i < chains->len; i++)
    sum.lines += ((const JournalChain *)g_ptr_array_index (chains, i))->lines;
  return sum;
}

gboolean
api_journal_verify (Request *request, Store *store, GError **error)
{
  Code site;
  gboolean is_of_site;
  if (!site_asked (request, store, site, &is_of_site, error))
    return FALSE;
  g_autoptr (GPtrArray) chains = journal_verify_sites (store, is_of_site ? site : NULL, error);
  if (chains == NULL)
    return FALSE;
  const JournalChain sum = sum_of (chains);
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  writer_bool (&out, "ok", sum.problem == JOURNAL_WHOLE);
  write_chain (&out, &sum);
  writer_open_array (&out, "sites");
  for (guint i = 0; i < chains->len; i++) {
    writer_open_object (&out, NULL);
    write_chain (&out, g_ptr_array_index (chains, i));
    writer_close (&out);
  }
  writer_close (&out);
  writer_close (&out);
  request_answer_json (request, 200, &out);
  return TRUE;
}
