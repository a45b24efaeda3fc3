/* The journal: appended and read. journal_line.c makes the hashes, journal_verify.c checks them. */
#include "db/journal.h"
#include "db/journal_line.h"

typedef struct {
  gint64 number;
  char *hash;
  gint64 seq; /* of the newest line of all sites */
} Head;

static void
head_clear (Head *head)
{
  g_clear_pointer (&head->hash, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Head, head_clear)

/* The end of the chain of the store's own site. */
static gboolean
head_read (Store *store, Head *head, GError **error)
{
  g_autoptr (Rows) rows = store_query (store, error,
                                       "SELECT number, hash, (SELECT COALESCE(MAX(seq), 0) FROM journal)"
                                       " FROM journal_head WHERE site = $1",
                                       "s", store_site (store));
  if (rows == NULL)
    return FALSE;
  g_autoptr (GError) failure = NULL;
  if (!rows_next (rows, &failure)) {
    if (failure != NULL)
      g_propagate_error (error, g_steal_pointer (&failure));
    else
      g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "the journal of site \"%s\" has lost its head",
                   store_site (store));
    return FALSE;
  }
  head->number = rows_int (rows, 0);
  head->hash = row_dup (rows, 1);
  head->seq = rows_int (rows, 2);
  return TRUE;
}

static gboolean
write_line (Store *store, const JournalLine *line, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO journal (seq, at, account, verb, subjects, before, after, reason, previous_hash, hash,"
                    " site, number) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                    "iisssssssssi", line->seq, line->at, line->account, line->verb, line->subjects, line->before,
                    line->after, line->reason, line->previous_hash, line->hash, line->site, line->number) &&
         store_run (store, NULL, error, "UPDATE journal_head SET number = $1, hash = $2 WHERE site = $3", "iss",
                    line->number, line->hash, line->site);
}

static gboolean
write_subjects (Store *store, const JournalLine *line, GError **error)
{
  g_auto (GStrv) codes = g_strsplit (line->subjects, " ", -1);
  for (char **code = codes; *code != NULL; code++)
    if (**code != '\0' && !store_run (store, NULL, error,
                                      "INSERT INTO journal_subject (code, seq) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                                      "si", *code, line->seq))
      return FALSE;
  return TRUE;
}

static gboolean
check_texts (const char *const *texts, gsize n, GError **error)
{
  for (gsize i = 0; i < n; i++)
    if (!g_utf8_validate (texts[i], -1, NULL)) {
      g_set_error (error, DB_ERROR, DB_ERROR_CHECK, "a journal line is not valid UTF-8");
      return FALSE;
    }
  return TRUE;
}

gboolean
journal_append (Store *store, gint64 at, const char *account, const char *verb, const char *subjects,
                const char *before, const char *after, const char *reason, GError **error)
{
  const char *const texts[] = {account,
                               verb,
                               subjects != NULL ? subjects : "",
                               before != NULL ? before : "",
                               after != NULL ? after : "",
                               reason != NULL ? reason : ""};
  g_auto (Head) head = {0};
  if (!check_texts (texts, G_N_ELEMENTS (texts), error) || !head_read (store, &head, error))
    return FALSE;
  g_autoptr (JournalLine) line = g_new0 (JournalLine, 1);
  g_strlcpy (line->site, store_site (store), sizeof line->site);
  line->number = head.number + 1;
  line->seq = head.seq + 1;
  line->at = at;
  char **const fields[] = {&line->account, &line->verb, &line->subjects, &line->before, &line->after, &line->reason};
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    *fields[i] = g_strdup (texts[i]);
  line->previous_hash = g_steal_pointer (&head.hash);
  line->hash = journal_line_hash (line);
  return write_line (store, line, error) && write_subjects (store, line, error);
}

gboolean
journal_newest_at (Store *store, gint64 *at, GError **error)
{
  g_autoptr (Rows) rows = store_query (
      store, error, "SELECT at FROM journal WHERE site = $1 ORDER BY number DESC LIMIT 1", "s", store_site (store));
  if (rows == NULL)
    return FALSE;
  g_autoptr (GError) failure = NULL;
  gint64 found = rows_next (rows, &failure) ? rows_int (rows, 0) : 0;
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  *at = found;
  return TRUE;
}

GPtrArray *
journal_list (Store *store, gint64 after_seq, guint limit, GError **error)
{
  return row_all (
      &journal_row,
      store_query (store, error, JOURNAL_SELECT "WHERE seq > $1 ORDER BY seq LIMIT $2", "ii", after_seq, (gint64)limit),
      error);
}

GPtrArray *
journal_list_of_site (Store *store, const char *site, gint64 after_number, guint limit, GError **error)
{
  return row_all (&journal_row,
                  store_query (store, error, JOURNAL_SELECT "WHERE site = $1 AND number > $2 ORDER BY number LIMIT $3",
                               "sii", site, after_number, (gint64)limit),
                  error);
}

GPtrArray *
journal_list_of (Store *store, const char *code, guint limit, GError **error)
{
  return row_all (&journal_row,
                  store_query (store, error,
                               JOURNAL_SELECT "JOIN journal_subject ON journal_subject.seq = journal.seq"
                                              " WHERE journal_subject.code = $1"
                                              " ORDER BY journal_subject.seq DESC LIMIT $2",
                               "si", code, (gint64)limit),
                  error);
}
