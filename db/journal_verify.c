/* The chains of the journal, recomputed: one for each site, all in one walk. journal.h says what may be wrong. */
#include "db/journal_line.h"
#include <string.h>

/* A chain on the way. */
typedef struct {
  JournalChain report;
  gint64 head_number; /* what is kept apart: 0 and "" when nothing is */
  char *head_hash;
  char *last_hash; /* of the last good line */
} Chain;

static void
chain_free (gpointer data)
{
  Chain *chain = data;
  g_free (chain->head_hash);
  g_free (chain->last_hash);
  g_free (chain);
}

/* In chains, which owns it. */
static Chain *
chain_new (GHashTable *chains, const char *site, gint64 head_number, const char *head_hash)
{
  Chain *chain = g_new0 (Chain, 1);
  g_strlcpy (chain->report.site, site, sizeof chain->report.site);
  chain->head_number = head_number;
  chain->head_hash = g_strdup (head_hash);
  chain->last_hash = g_strdup (JOURNAL_FIRST_PREVIOUS);
  g_hash_table_insert (chains, chain->report.site, chain);
  return chain;
}

/* What is kept apart of each site, and what sites there are: one without a head has lost it. site NULL: of all. */
static gboolean
read_heads (Store *store, const char *site, GHashTable *chains, GError **error)
{
  g_autoptr (Rows) rows = store_query (store, error,
                                       "SELECT site, number, hash FROM journal_head"
                                       " UNION ALL SELECT code, 0, '' FROM site"
                                       " WHERE NOT EXISTS (SELECT 1 FROM journal_head WHERE site = code)",
                                       "");
  if (rows == NULL)
    return FALSE;
  g_autoptr (GError) failure = NULL;
  while (rows_next (rows, &failure))
    if (site == NULL || g_str_equal (site, rows_text (rows, 0)))
      (void)chain_new (chains, rows_text (rows, 0), rows_int (rows, 1), rows_text (rows, 2)); /* chains has it */
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* What is wrong with a line that should be the next of its chain. */
static JournalProblem
judge_line (const Chain *chain, const JournalLine *line)
{
  g_autofree char *hash = journal_line_hash (line);
  if (line->number != chain->report.lines + 1)
    return JOURNAL_GAP;
  if (!g_str_equal (line->previous_hash, chain->last_hash))
    return JOURNAL_PREVIOUS;
  return g_str_equal (line->hash, hash) ? JOURNAL_WHOLE : JOURNAL_HASH;
}

/* A chain is followed to its first bad line. */
static void
follow (Chain *chain, JournalLine *line)
{
  if (chain->report.problem != JOURNAL_WHOLE)
    return;
  chain->report.problem = judge_line (chain, line);
  if (chain->report.problem != JOURNAL_WHOLE) {
    chain->report.bad_number = line->number;
    return;
  }
  chain->report.lines++;
  g_free (chain->last_hash);
  chain->last_hash = g_steal_pointer (&line->hash);
}

/* FALSE only when a row cannot be read. */
static gboolean
walk (Rows *rows, GHashTable *chains, GError **error)
{
  g_autoptr (GError) failure = NULL;
  while (rows_next (rows, &failure)) {
    g_autoptr (JournalLine) line = journal_row.read (rows, error);
    Chain *chain = g_hash_table_lookup (chains, line->site);
    follow (chain != NULL ? chain : chain_new (chains, line->site, 0, ""), line);
  }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* The last line must be the one that is kept apart. */
static void
end (Chain *chain)
{
  JournalChain *report = &chain->report;
  if (report->problem != JOURNAL_WHOLE)
    return;
  g_strlcpy (report->head_hash, report->lines > 0 ? chain->last_hash : "", sizeof report->head_hash);
  if (report->lines == chain->head_number && g_str_equal (chain->last_hash, chain->head_hash))
    return;
  report->problem = JOURNAL_TAIL;
  report->bad_number = MIN (report->lines, chain->head_number) + 1;
}

static int
by_site (gconstpointer a, gconstpointer b)
{
  const JournalChain *const *left = a, *const *right = b;
  return strcmp ((*left)->site, (*right)->site);
}

GPtrArray *
journal_verify_sites (Store *store, const char *site, GError **error)
{
  g_autoptr (GHashTable) chains = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, chain_free);
  if (!store_take_time (store, error) || !read_heads (store, site, chains, error))
    return NULL;
  g_autoptr (Rows) rows = site == NULL
                              ? store_query (store, error, JOURNAL_SELECT "ORDER BY seq", "")
                              : store_query (store, error, JOURNAL_SELECT "WHERE site = $1 ORDER BY number", "s", site);
  if (rows == NULL || !walk (rows, chains, error))
    return NULL;
  GPtrArray *reports = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iterator;
  gpointer chain;
  g_hash_table_iter_init (&iterator, chains);
  while (g_hash_table_iter_next (&iterator, NULL, &chain)) {
    end (chain);
    g_ptr_array_add (reports, g_memdup2 (&((Chain *)chain)->report, sizeof (JournalChain)));
  }
  g_ptr_array_sort (reports, by_site);
  return reports;
}

gboolean
journal_verify (Store *store, JournalChain *report, GError **error)
{
  g_autoptr (GPtrArray) chains = journal_verify_sites (store, NULL, error);
  if (chains == NULL)
    return FALSE;
  JournalChain found = {.problem = JOURNAL_WHOLE};
  for (guint i = 0; i < chains->len; i++) {
    const JournalChain *chain = g_ptr_array_index (chains, i);
    gint64 lines = found.lines + chain->lines;
    if (found.problem == JOURNAL_WHOLE)
      found = *chain;
    found.lines = lines;
  }
  *report = found;
  return TRUE;
}

const char *
journal_problem_name (JournalProblem problem)
{
  static const char *const names[] = {[JOURNAL_WHOLE] = "whole",
                                      [JOURNAL_GAP] = "gap",
                                      [JOURNAL_PREVIOUS] = "previous",
                                      [JOURNAL_HASH] = "hash",
                                      [JOURNAL_TAIL] = "tail"};
  return names[problem];
}
