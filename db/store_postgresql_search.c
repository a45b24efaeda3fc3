/* Full-text search over PostgreSQL's tsvector. Words are cut and folded here, not by the server: its own parser depends on the
 * database's locale, and its "unaccent" on an extension that the role may not have. */
#include "db/store_postgresql.h"

#define WORDS_MAX   12 /* more words in a question than anybody types at a desk */
#define LETTERS_MAX 60 /* of a word; the server refuses lexemes of 2 kB */

const char store_postgresql_search_schema[] =
    "CREATE TABLE search (code TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, words TSVECTOR NOT NULL);"
    "CREATE INDEX search_words ON search USING gin (words)";

/* "Lévêque" -> "leveque": decomposed, small, without the marks. Caller frees. */
static char *
fold (const char *text)
{
  g_autofree char *small = g_utf8_casefold (text, -1);
  g_autofree char *apart = g_utf8_normalize (small, -1, G_NORMALIZE_ALL);
  GString *folded = g_string_new (NULL);
  for (const char *at = apart; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar letter = g_utf8_get_char (at);
    if (!g_unichar_ismark (letter))
      g_string_append_unichar (folded, g_unichar_isalnum (letter) ? letter : ' ');
  }
  return g_string_free (folded, FALSE);
}

static void
append_lexeme (GString *into, const char *word)
{
  g_autofree char *cut = g_utf8_substring (word, 0, MIN (g_utf8_strlen (word, -1), LETTERS_MAX));
  g_string_append_printf (into, "'%s'", cut); /* letters and digits only: nothing to quote */
}

/* 'zoe':1 'leveque':2. Caller frees. */
static char *
document_of (const char *text)
{
  g_autofree char *folded = fold (text);
  g_auto (GStrv) words = g_strsplit (folded, " ", -1);
  GString *document = g_string_new (NULL);
  int position = 0;
  for (char **word = words; *word != NULL; word++)
    if (**word != '\0') {
      append_lexeme (document, *word);
      g_string_append_printf (document, ":%d ", ++position);
    }
  return g_string_free (document, FALSE);
}

/* What one typed word asks for, 'jean' <-> 'pierre':*; "" when it has no letter. Caller frees. */
static char *
phrase_of (const char *typed)
{
  g_autofree char *folded = fold (typed);
  g_auto (GStrv) words = g_strsplit (folded, " ", -1);
  GString *phrase = g_string_new (NULL);
  for (char **word = words; *word != NULL; word++)
    if (**word != '\0') {
      g_string_append (phrase, phrase->len > 0 ? " <-> " : "");
      append_lexeme (phrase, *word);
    }
  if (phrase->len > 0)
    g_string_append (phrase, ":*");
  return g_string_free (phrase, FALSE);
}

/* NULL when no word is left. Caller frees. */
static char *
match_of (const char *query)
{
  if (!g_utf8_validate (query, -1, NULL))
    return NULL;
  g_auto (GStrv) typed = g_strsplit_set (query, " \t\r\n", -1);
  g_autoptr (GString) match = g_string_new (NULL);
  guint n = 0;
  for (char **word = typed; *word != NULL && n < WORDS_MAX; word++) {
    g_autofree char *phrase = phrase_of (*word);
    if (*phrase == '\0')
      continue;
    g_string_append_printf (match, "%s(%s)", n > 0 ? " & " : "", phrase);
    n++;
  }
  return n > 0 ? g_string_free (g_steal_pointer (&match), FALSE) : NULL;
}

gboolean
store_postgresql_search_put (Store *store, const char *code, const char *kind, const char *text, GError **error)
{
  if (text == NULL)
    return store_run (store, NULL, error, "DELETE FROM search WHERE code = $1", "s", code);
  if (!g_utf8_validate (text, -1, NULL)) {
    g_set_error (error, DB_ERROR, DB_ERROR_CHECK, "a text to search is not valid UTF-8");
    return FALSE;
  }
  g_autofree char *document = document_of (text);
  return store_send (store, error,
                     "INSERT INTO search (code, kind, words) VALUES ($1, $2, CAST($3 AS tsvector))"
                     " ON CONFLICT (code) DO UPDATE SET kind = excluded.kind, words = excluded.words",
                     "sss", code, kind, document);
}

GPtrArray *
store_postgresql_search (Store *store, const char *query, guint limit, GError **error)
{
  g_autoptr (GPtrArray) codes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *match = match_of (query);
  if (match == NULL)
    return g_steal_pointer (&codes);
  g_autoptr (Rows) rows = store_query (
      store, error, "SELECT code FROM search WHERE words @@ CAST($1 AS tsquery) LIMIT $2", "si", match, (gint64)limit);
  if (rows == NULL)
    return NULL;
  g_autoptr (GError) failure = NULL;
  while (rows_next (rows, &failure))
    g_ptr_array_add (codes, g_strdup (rows_text (rows, 0)));
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return NULL;
  }
  return g_steal_pointer (&codes);
}
