/* The journal: appended, chained, verified. journal.h says how the hashes are made. */
#include "db/journal.h"
#include "db/row.h"

#define SELECT_JOURNAL                                                                                                 \
  "SELECT journal.seq, journal.at, journal.account, journal.verb, journal.subjects, journal.before, journal.after,"    \
  " journal.reason, journal.previous_hash, journal.hash FROM journal "
enum { SEQ, AT, ACCOUNT, VERB, SUBJECTS, BEFORE, AFTER, REASON, PREVIOUS_HASH, HASH };
#define FIRST_PREVIOUS "0000000000000000000000000000000000000000000000000000000000000000"

typedef struct {
  gint64 seq;
  char *hash;
} Head;

static void
head_clear (Head *head)
{
  g_clear_pointer (&head->hash, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Head, head_clear)

void
journal_line_free (JournalLine *line)
{
  if (line == NULL)
    return;
  g_free (line->account);
  g_free (line->verb);
  g_free (line->subjects);
  g_free (line->before);
  g_free (line->after);
  g_free (line->reason);
  g_free (line->previous_hash);
  g_free (line->hash);
  g_free (line);
}

static void
journal_line_destroy (gpointer line)
{
  journal_line_free (line);
}

static gpointer
journal_line_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  JournalLine *line = g_new0 (JournalLine, 1);
  line->seq = rows_int (rows, SEQ);
  line->at = rows_int (rows, AT);
  line->account = row_dup (rows, ACCOUNT);
  line->verb = row_dup (rows, VERB);
  line->subjects = row_dup (rows, SUBJECTS);
  line->before = row_dup (rows, BEFORE);
  line->after = row_dup (rows, AFTER);
  line->reason = row_dup (rows, REASON);
  line->previous_hash = row_dup (rows, PREVIOUS_HASH);
  line->hash = row_dup (rows, HASH);
  return line;
}

static const RowKind journal_row = {"journal line", journal_line_read, journal_line_destroy};

static void
add_text (GString *bytes, const char *text)
{
  g_string_append_printf (bytes, "%zu:%s,", strlen (text), text);
}

static void
add_number (GString *bytes, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);
  add_text (bytes, text);
}

static char *
hash_of (const JournalLine *line)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  add_number (bytes, line->seq);
  add_number (bytes, line->at);
  const char *const texts[] = {line->account, line->verb,   line->subjects,     line->before,
                               line->after,   line->reason, line->previous_hash};
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    add_text (bytes, texts[i]);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)bytes->str, bytes->len);
}

static gboolean
head_read (Store *store, Head *head, GError **error)
{
  g_autoptr (Rows) rows = store_query (store, error, "SELECT seq, hash FROM journal_head WHERE one = 1", "");
  if (rows == NULL)
    return FALSE;
  g_autoptr (GError) failure = NULL;
  if (!rows_next (rows, &failure)) {
    if (failure != NULL)
      g_propagate_error (error, g_steal_pointer (&failure));
    else
      g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "the journal has lost its head");
    return FALSE;
  }
  head->seq = rows_int (rows, 0);
  head->hash = row_dup (rows, 1);
  return TRUE;
}

static gboolean
write_line (Store *store, const JournalLine *line, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO journal (seq, at, account, verb, subjects, before, after, reason, previous_hash, hash)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                    "iissssssss", line->seq, line->at, line->account, line->verb, line->subjects, line->before,
                    line->after, line->reason, line->previous_hash, line->hash) &&
         store_run (store, NULL, error, "UPDATE journal_head SET seq = $1, hash = $2 WHERE one = 1", "is", line->seq,
                    line->hash);
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
  line->seq = head.seq + 1;
  line->at = at;
  char **const fields[] = {&line->account, &line->verb, &line->subjects, &line->before, &line->after, &line->reason};
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    *fields[i] = g_strdup (texts[i]);
  line->previous_hash = g_steal_pointer (&head.hash);
  line->hash = hash_of (line);
  return write_line (store, line, error) && write_subjects (store, line, error);
}

gboolean
journal_newest_at (Store *store, gint64 *at, GError **error)
{
  g_auto (Head) head = {0};
  if (!head_read (store, &head, error))
    return FALSE;
  g_autoptr (Rows) rows = store_query (store, error, "SELECT at FROM journal WHERE seq = $1", "i", head.seq);
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
      store_query (store, error, SELECT_JOURNAL "WHERE seq > $1 ORDER BY seq LIMIT $2", "ii", after_seq, (gint64)limit),
      error);
}

GPtrArray *
journal_list_of (Store *store, const char *code, guint limit, GError **error)
{
  return row_all (&journal_row,
                  store_query (store, error,
                               SELECT_JOURNAL "JOIN journal_subject ON journal_subject.seq = journal.seq"
                                              " WHERE journal_subject.code = $1"
                                              " ORDER BY journal_subject.seq DESC LIMIT $2",
                               "si", code, (gint64)limit),
                  error);
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

/* What is wrong with a line that should follow `last`. */
static JournalProblem
judge_line (const Head *last, const JournalLine *line)
{
  g_autofree char *hash = hash_of (line);
  if (line->seq != last->seq + 1)
    return JOURNAL_GAP;
  if (!g_str_equal (line->previous_hash, last->hash))
    return JOURNAL_PREVIOUS;
  return g_str_equal (line->hash, hash) ? JOURNAL_WHOLE : JOURNAL_HASH;
}

/* Walks the lines until the first bad one; last: the last good line. FALSE only when a row cannot be read. */
static gboolean
walk (Rows *rows, Head *last, JournalReport *report, GError **error)
{
  g_autoptr (GError) failure = NULL;
  while (report->problem == JOURNAL_WHOLE && rows_next (rows, &failure)) {
    g_autoptr (JournalLine) line = journal_line_read (rows, error);
    report->problem = judge_line (last, line);
    report->bad_seq = line->seq;
    if (report->problem != JOURNAL_WHOLE)
      break;
    report->lines++;
    last->seq = line->seq;
    g_free (last->hash);
    last->hash = g_steal_pointer (&line->hash);
  }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
journal_verify (Store *store, JournalReport *report, GError **error)
{
  JournalReport found = {.problem = JOURNAL_WHOLE};
  g_auto (Head) head = {0};
  g_auto (Head) last = {.seq = 0, .hash = g_strdup (FIRST_PREVIOUS)};
  if (!store_take_time (store, error) || !head_read (store, &head, error))
    return FALSE;
  g_autoptr (Rows) rows = store_query (store, error, SELECT_JOURNAL "ORDER BY seq", "");
  if (rows == NULL || !walk (rows, &last, &found, error))
    return FALSE;
  gboolean is_whole = found.problem == JOURNAL_WHOLE;
  if (is_whole && (last.seq != head.seq || !g_str_equal (last.hash, head.hash))) {
    found.problem = JOURNAL_TAIL;
    found.bad_seq = MIN (last.seq, head.seq) + 1;
  } else if (is_whole) {
    found.bad_seq = 0;
  }
  *report = found;
  return TRUE;
}
