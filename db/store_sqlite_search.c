/* Full-text search over SQLite's FTS5. search_row gives each code the row number that the FTS table needs, so that replacing a
 * document does not read them all. Beginnings of two to nine letters have lists of their own, which are read as far as the LIMIT; of
 * a longer one, the lists of all words that begin so are merged first. No positions are kept: a question has words, no phrases. */
#include "db/row.h"
#include "db/store_sqlite.h"

#define WORDS_MAX 12 /* more words in a question than anybody types at a desk */

gboolean
store_sqlite_search_create (sqlite3 *handle, GError **error)
{
  return store_sqlite_exec (
      handle,
      "CREATE TABLE search_row (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, kind TEXT NOT NULL) STRICT;"
      "CREATE VIRTUAL TABLE search USING fts5(text, tokenize = 'unicode61 remove_diacritics 2', detail = none,"
      " prefix = '2 3 4 5 6 7 8 9')",
      error);
}

/* The row number of a code, 0 when it has no document. */
static gboolean
find_row (Store *store, const char *code, gint64 *id, GError **error)
{
  g_autoptr (Rows) rows = store_query (store, error, "SELECT id FROM search_row WHERE code = $1", "s", code);
  if (rows == NULL)
    return FALSE;
  g_autoptr (GError) failure = NULL;
  gint64 found = rows_next (rows, &failure) ? rows_int (rows, 0) : 0;
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  *id = found;
  return TRUE;
}

gboolean
store_sqlite_search_put (Store *store, const char *code, const char *kind, const char *text, GError **error)
{
  gint64 id;
  if (!find_row (store, code, &id, error))
    return FALSE;
  if (id != 0 && (!store_run (store, NULL, error, "DELETE FROM search WHERE rowid = $1", "i", id) ||
                  !store_run (store, NULL, error, "DELETE FROM search_row WHERE id = $1", "i", id)))
    return FALSE;
  if (text == NULL)
    return TRUE;
  return store_run (store, NULL, error, "INSERT INTO search_row (code, kind) VALUES ($1, $2)", "ss", code, kind) &&
         store_run (store, NULL, error,
                    "INSERT INTO search (rowid, text) SELECT id, $2 FROM search_row WHERE code = $1", "ss", code, text);
}

gboolean
store_sqlite_put_documents (Store *to, Rows *documents, guint most, guint *put, GError **error)
{
  g_autoptr (GError) failure = NULL;
  for (*put = 0; *put < most && rows_next (documents, &failure); (*put)++)
    if (!store_sqlite_search_put (to, rows_text (documents, 0), rows_text (documents, 1), rows_text (documents, 2),
                                  error))
      return FALSE;
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* As the tokenizer sees it: letters, digits and the marks upon them. */
static gboolean
is_of_word (gunichar c)
{
  return g_unichar_isalnum (c) || g_unichar_ismark (c);
}

/* The next word from *text on, which is moved behind it. NULL when none is left; caller frees. */
static char *
next_word (const char **text)
{
  const char *start = *text;
  while (*start != '\0' && !is_of_word (g_utf8_get_char (start)))
    start = g_utf8_next_char (start);
  const char *end = start;
  while (*end != '\0' && is_of_word (g_utf8_get_char (end)))
    end = g_utf8_next_char (end);
  *text = end;
  return end > start ? g_strndup (start, (gsize)(end - start)) : NULL;
}

/* Each word quoted, as a prefix: "lev"* "mar"*. Nothing a person types is an operator. NULL when no word is left. */
static char *
match_of (const char *query)
{
  if (!g_utf8_validate (query, -1, NULL))
    return NULL;
  g_autoptr (GString) match = g_string_new (NULL);
  for (guint n = 0; n < WORDS_MAX; n++) {
    g_autofree char *word = next_word (&query);
    if (word == NULL)
      break;
    g_string_append_printf (match, "\"%s\"* ", word);
  }
  return match->len > 0 ? g_string_free (g_steal_pointer (&match), FALSE) : NULL;
}

GPtrArray *
store_sqlite_search (Store *store, const char *query, guint limit, GError **error)
{
  g_autofree char *match = match_of (query);
  if (match == NULL)
    return g_ptr_array_new_with_free_func (g_free);
  return row_texts (store_query (store, error,
                                 "SELECT search_row.code FROM search JOIN search_row ON search_row.id = search.rowid"
                                 " WHERE search MATCH $1 LIMIT $2",
                                 "si", match, (gint64)limit),
                    error);
}
