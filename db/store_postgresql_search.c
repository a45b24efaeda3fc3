/* Full-text search over PostgreSQL. The words of a text are its tsvector, and each stands in one list of all words (search_word), which is
 * read from a beginning on, as far as the answer needs: a GIN index on the tsvector goes through all texts that have a word before it
 * gives the first. Words are cut and folded here, not by the server: its own parser depends on the database's locale, and its
 * "unaccent" on an extension that the role may not have. */
#include "db/store_postgresql.h"

#define WORDS_MAX   12   /* more words in a question than anybody types at a desk */
#define LETTERS_MAX 60   /* of a word; the server refuses lexemes of 2 kB */
#define FEW         1000 /* places in a list that are looked at one by one */
#define SAME_TEXT   4    /* times as many places, when those of several words were of the same texts */
#define LAST_LETTER "\U0010ffff"

const StorePostgresqlStep store_postgresql_search_steps[] = {
    {1, "CREATE TABLE search (code TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, words TSVECTOR NOT NULL);"
        "CREATE INDEX search_words ON search USING gin (words)"},
    /* a page that the server knows to be seen by all need not be looked at: places are counted in the index alone */
    {12, "CREATE TABLE search_word (word TEXT COLLATE \"C\" NOT NULL, code TEXT NOT NULL, PRIMARY KEY (word, code))"
         " WITH (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000);"
         "DROP INDEX search_words;" STORE_POSTGRESQL_LIST_WORDS},
    {0, NULL},
};

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

/* Letters and digits only: nothing to quote. Array of g_free'd strings; caller unrefs. */
static GPtrArray *
words_of (const char *text)
{
  g_autofree char *folded = fold (text);
  g_auto (GStrv) parts = g_strsplit (folded, " ", -1);
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  for (char **part = parts; *part != NULL; part++)
    if (**part != '\0')
      g_ptr_array_add (words, g_utf8_substring (*part, 0, MIN (g_utf8_strlen (*part, -1), LETTERS_MAX)));
  return words;
}

char *
store_postgresql_document (const char *text, GError **error)
{
  if (!g_utf8_validate (text, -1, NULL)) {
    g_set_error (error, DB_ERROR, DB_ERROR_CHECK, "a text to search is not valid UTF-8");
    return NULL;
  }
  g_autoptr (GPtrArray) words = words_of (text);
  GString *document = g_string_new (NULL);
  for (guint i = 0; i < words->len; i++)
    g_string_append_printf (document, "'%s':%u ", (const char *)g_ptr_array_index (words, i), i + 1);
  return g_string_free (document, FALSE);
}

gboolean
store_postgresql_search_put (Store *store, const char *code, const char *kind, const char *text, GError **error)
{
  g_autofree char *document = text != NULL ? store_postgresql_document (text, error) : NULL;
  if (text != NULL && document == NULL)
    return FALSE;
  if (!store_send (store, error,
                   "DELETE FROM search_word WHERE code = $1"
                   " AND word = ANY (tsvector_to_array((SELECT words FROM search WHERE code = $1)))",
                   "s", code))
    return FALSE;
  if (text == NULL)
    return store_run (store, NULL, error, "DELETE FROM search WHERE code = $1", "s", code);
  return store_send (store, error,
                     "INSERT INTO search (code, kind, words) VALUES ($1, $2, CAST($3 AS tsvector))"
                     " ON CONFLICT (code) DO UPDATE SET kind = excluded.kind, words = excluded.words",
                     "sss", code, kind, document) &&
         store_send (store, error,
                     "INSERT INTO search_word (word, code)"
                     " SELECT unnest(tsvector_to_array(CAST($2 AS tsvector))), $1",
                     "ss", code, document);
}

/* ---- questions ---- */

/* The places of the list of words that begin so: from low on, up to high. */
typedef struct {
  char *low, *high;
} Range;

static void
range_clear (gpointer data)
{
  Range *range = data;
  g_free (range->low);
  g_free (range->high);
}

typedef struct {
  GString *match; /* ('jean' <-> 'pierre':*) & ('zo':*) */
  GArray *ranges; /* of Range: of jean, pierre, zo */
} Question;

static void
question_clear (Question *question)
{
  g_string_free (question->match, TRUE);
  g_array_unref (question->ranges);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Question, question_clear)

/* What one typed word asks for: ('jean' <-> 'pierre':*). FALSE when it has no letter. */
static gboolean
question_add (Question *question, const char *typed)
{
  g_autoptr (GPtrArray) words = words_of (typed);
  for (guint i = 0; i < words->len; i++) {
    const char *word = g_ptr_array_index (words, i);
    const char *before = question->ranges->len > 0 ? " & (" : "(";
    g_string_append_printf (question->match, "%s'%s'", i > 0 ? " <-> " : before, word);
    if (question->ranges->len < WORDS_MAX) { /* the others are looked for in the texts */
      const Range range = {g_strdup (word), g_strconcat (word, LAST_LETTER, NULL)};
      g_array_append_val (question->ranges, range);
    }
  }
  if (words->len > 0)
    g_string_append (question->match, ":*)");
  return words->len > 0;
}

/* Has no range when no word is left. */
static void
question_init (Question *question, const char *query)
{
  *question = (Question){g_string_new (NULL), g_array_new (FALSE, FALSE, sizeof (Range))};
  g_array_set_clear_func (question->ranges, range_clear);
  if (!g_utf8_validate (query, -1, NULL))
    return;
  g_auto (GStrv) typed = g_strsplit_set (query, " \t\r\n", -1);
  guint n = 0;
  for (char **word = typed; *word != NULL && n < WORDS_MAX; word++)
    if (question_add (question, *word))
      n++;
}

/* How long a range is; not counted beyond most. -1 on error. */
static gint64
count_range (Store *store, const Range *range, gint64 most, GError **error)
{
  g_autoptr (Rows) rows = store_query (
      store, error, "SELECT COUNT(*) FROM (SELECT 1 FROM search_word WHERE word >= $1 AND word < $2 LIMIT $3) AS part",
      "ssi", range->low, range->high, most);
  return rows != NULL && rows_next (rows, error) ? rows_int (rows, 0) : -1;
}

/* Puts the shortest range first. *count: its length, FEW for any that is longer. */
static gboolean
rarest_first (Store *store, GArray *ranges, gint64 *count, GError **error)
{
  *count = FEW;
  for (guint i = 0; i < ranges->len; i++) {
    gint64 counted = count_range (store, &g_array_index (ranges, Range, i), *count, error);
    if (counted < 0)
      return FALSE;
    if (counted < *count) {
      Range first = g_array_index (ranges, Range, 0);
      g_array_index (ranges, Range, 0) = g_array_index (ranges, Range, i);
      g_array_index (ranges, Range, i) = first;
      *count = counted;
    }
  }
  return TRUE;
}

/* ---- answers ---- */

/* Adds what rows (codes; NULL: they could not be had) has to codes, each once, at most limit; *read of them were read. Takes rows. */
static gboolean
take_codes (Rows *had, GPtrArray *codes, guint limit, guint *read, GError **error)
{
  g_autoptr (Rows) rows = had;
  if (rows == NULL)
    return FALSE;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) failure = NULL;
  for (*read = 0; codes->len < limit && rows_next (rows, &failure); (*read)++)
    if (!g_hash_table_contains (seen, rows_text (rows, 0))) {
      g_ptr_array_add (codes, g_strdup (rows_text (rows, 0)));
      g_hash_table_add (seen, g_ptr_array_index (codes, codes->len - 1));
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* At most `most` of the texts at the first places of a range, of those that have the other words too. */
static Rows *
look_at_few (Store *store, const Question *question, guint most, GError **error)
{
  const Range *range = &g_array_index (question->ranges, Range, 0);
  return store_query (store, error,
                      "SELECT code FROM (SELECT code FROM search_word WHERE word >= $1 AND word < $2 LIMIT $3) AS part"
                      " WHERE (SELECT words @@ CAST($4 AS tsquery) FROM search WHERE search.code = part.code) LIMIT $5",
                      "ssisi", range->low, range->high, (gint64)MAX (FEW, most), question->match->str, (gint64)most);
}

/* Compares the whole lists of two words that many texts have, and few of them both. */
static Rows *
compare_lists (Store *store, const Question *question, guint limit, GError **error)
{
  const Range *one = &g_array_index (question->ranges, Range, 0);
  const Range *other = &g_array_index (question->ranges, Range, question->ranges->len - 1);
  return store_query (store, error,
                      "SELECT DISTINCT code FROM search_word WHERE word >= $1 AND word < $2"
                      " AND code IN (SELECT code FROM search_word WHERE word >= $3 AND word < $4)"
                      " AND (SELECT words @@ CAST($5 AS tsquery) FROM search WHERE search.code = search_word.code)"
                      " LIMIT $6",
                      "sssssi", one->low, one->high, other->low, other->high, question->match->str, (gint64)limit);
}

/* *is_whole: more would not be found by comparing lists. */
static gboolean
look (Store *store, Question *question, guint limit, GPtrArray *codes, gboolean *is_whole, GError **error)
{
  gint64 count;
  guint read = 0, most = 0;
  if (!rarest_first (store, question->ranges, &count, error))
    return FALSE;
  while (codes->len < limit && read == most && most < FEW) {
    most = most == 0 ? limit : most * SAME_TEXT;
    g_ptr_array_set_size (codes, 0);
    if (!take_codes (look_at_few (store, question, most, error), codes, limit, &read, error))
      return FALSE;
  }
  *is_whole = codes->len == limit || (count < FEW && read < most);
  return TRUE;
}

GPtrArray *
store_postgresql_search (Store *store, const char *query, guint limit, GError **error)
{
  g_autoptr (GPtrArray) codes = g_ptr_array_new_with_free_func (g_free);
  g_auto (Question) question = {NULL, NULL};
  question_init (&question, query);
  gboolean is_whole = question.ranges->len == 0;
  guint read;
  if (!is_whole && !look (store, &question, limit, codes, &is_whole, error))
    return NULL;
  if (is_whole)
    return g_steal_pointer (&codes);
  g_ptr_array_set_size (codes, 0);
  if (!take_codes (compare_lists (store, &question, limit, error), codes, limit, &read, error))
    return NULL;
  return g_steal_pointer (&codes);
}
