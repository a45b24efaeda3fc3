/* One line of the journal, read and hashed. */
#include "db/journal_line.h"
#include "db/chain.h"

enum { SEQ, AT, ACCOUNT, VERB, SUBJECTS, BEFORE, AFTER, REASON, PREVIOUS_HASH, HASH, SITE, NUMBER };

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
  row_code (rows, SITE, line->site);
  line->number = rows_int (rows, NUMBER);
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

const RowKind journal_row = {"journal line", journal_line_read, journal_line_destroy};

char *
journal_line_hash (const JournalLine *line)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  if (line->site[0] != '\0') /* lines from before there were sites keep their hash */
    chain_add_text (bytes, line->site);
  chain_add_number (bytes, line->number);
  chain_add_number (bytes, line->at);
  const char *const texts[] = {line->account, line->verb,   line->subjects,     line->before,
                               line->after,   line->reason, line->previous_hash};
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    chain_add_text (bytes, texts[i]);
  return chain_hash (bytes);
}
