/* The journal: appended and read. journal_line.c makes the hashes, journal_verify.c checks them. */
#include "db/journal.h"
#include "db/journal_line.h"

/* The end of a chain. The one writer may keep it to the end of its transaction: nobody else appends meanwhile. */
typedef struct {
  gint64 number;
  char *hash;
  gint64 seq; /* of the newest line of all sites */
  gint64 at;  /* of the newest line of this site, once one was appended; else -1 */
} Head;
static const char head_name[] = "journal head";

static void
head_free (gpointer data)
{
  Head *head = data;
  g_free (head->hash);
  g_free (head);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Head, head_free)

/* The end of the chain of the store's own site. Caller frees. */
static Head *
head_read (Store *store, GError **error)
{
  g_autoptr (Rows) rows = store_query (store, error,
                                       "SELECT number, hash, (SELECT COALESCE(MAX(seq), 0) FROM journal)"
                                       " FROM journal_head WHERE site = $1",
                                       "s", store_site (store));
  if (rows == NULL)
    return NULL;
  g_autoptr (GError) failure = NULL;
  if (!rows_next (rows, &failure)) {
    if (failure != NULL)
      g_propagate_error (error, g_steal_pointer (&failure));
    else
      g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "the journal of site \"%s\" has lost its head",
                   store_site (store));
    return NULL;
  }
  Head *head = g_new (Head, 1);
  *head = (Head){.number = rows_int (rows, 0), .hash = row_dup (rows, 1), .seq = rows_int (rows, 2), .at = -1};
  return head;
}

static void
head_move (Head *head, const JournalLine *line)
{
  g_free (head->hash);
  head->hash = g_strdup (line->hash);
  head->number = line->number;
  head->seq = line->seq;
  head->at = line->at;
}

static gboolean
write_line (Store *store, const JournalLine *line, GError **error)
{
  return store_send (
             store, error,
             "INSERT INTO journal (seq, at, account, verb, subjects, before, after, reason, previous_hash, hash,"
             " site, number) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
             "iisssssssssi", line->seq, line->at, line->account, line->verb, line->subjects, line->before, line->after,
             line->reason, line->previous_hash, line->hash, line->site, line->number) &&
         store_send (store, error, "UPDATE journal_head SET number = $1, hash = $2 WHERE site = $3", "iss",
                     line->number, line->hash, line->site);
}

static gboolean
write_subjects (Store *store, const JournalLine *line, GError **error)
{
  g_auto (GStrv) codes = g_strsplit (line->subjects, " ", -1);
  for (char **code = codes; *code != NULL; code++)
    if (**code != '\0' &&
        !store_send (store, error, "INSERT INTO journal_subject (code, seq) VALUES ($1, $2) ON CONFLICT DO NOTHING",
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

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

/* texts: account, verb, subjects, before, after, reason. Caller frees. */
static JournalLine *
line_after (const Head *head, const char *site, gint64 at, const char *const *texts)
{
  JournalLine *line = g_new0 (JournalLine, 1);
  g_strlcpy (line->site, site, sizeof line->site);
  line->number = head->number + 1;
  line->seq = head->seq + 1;
  line->at = at;
  char **const fields[] = {&line->account, &line->verb, &line->subjects, &line->before, &line->after, &line->reason};
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    *fields[i] = g_strdup (texts[i]);
  line->previous_hash = g_strdup (head->hash);
  line->hash = journal_line_hash (line);
  return line;
}

gboolean
journal_append (Store *store, gint64 at, const char *account, const char *verb, const char *subjects,
                const char *before, const char *after, const char *reason, GError **error)
{
  const char *const texts[] = {account,          verb, or_empty (subjects), or_empty (before), or_empty (after),
                               or_empty (reason)};
  if (!check_texts (texts, G_N_ELEMENTS (texts), error))
    return FALSE;
  g_autoptr (Head) read = NULL;
  Head *head = store_kept (store, head_name);
  if (head == NULL && (head = read = head_read (store, error)) == NULL)
    return FALSE;
  g_autoptr (JournalLine) line = line_after (head, store_site (store), at, texts);
  if (!write_line (store, line, error) || !write_subjects (store, line, error))
    return FALSE;
  head_move (head, line);
  if (read != NULL)
    store_keep (store, head_name, g_steal_pointer (&read), head_free);
  return TRUE;
}

gboolean
journal_newest_at (Store *store, gint64 *at, GError **error)
{
  const Head *head = store_kept (store, head_name);
  if (head != NULL && head->at >= 0) {
    *at = head->at;
    return TRUE;
  }
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
