/* Counters, settings, kept answers, full-text search. */
#include "db/counter.h"
#include "db/idempotency.h"
#include "db/setting.h"
#include "tests/store/fixture.h"

static void
counter_counts_per_kind (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  for (gint64 i = 1; i <= 3; i++) {
    gint64 value;
    MUST (counter_next (store, 'T', &value, &error));
    g_assert_cmpint (value, ==, i);
  }
  gint64 value = 77;
  MUST (counter_next (store, 'P', &value, &error));
  g_assert_cmpint (value, ==, 1);
  value = 77;
  REFUSED (counter_next (store, 't', &value, &error), DB_ERROR_CHECK);
  g_assert_cmpint (value, ==, 77);
}

static void
answer_is_given_again (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  IdempotencyAnswer answer;
  MUST (idempotency_find (store, "C1", "key-1", "hash", &answer, &error));
  g_assert_cmpint (answer.match, ==, IDEMPOTENCY_NEW);
  MUST (idempotency_put (store, "C1", "key-1", "hash", 201, "{\"code\":\"N1\"}", 1000, &error));
  REFUSED (idempotency_put (store, "C1", "key-1", "hash", 201, "{}", 1001, &error), DB_ERROR_UNIQUE);
  g_auto (IdempotencyAnswer) same = {0};
  MUST (idempotency_find (store, "C1", "key-1", "hash", &same, &error));
  g_assert_cmpint (same.match, ==, IDEMPOTENCY_SAME);
  g_assert_cmpint (same.status, ==, 201);
  g_assert_cmpstr (same.body, ==, "{\"code\":\"N1\"}");
  MUST (idempotency_find (store, "C1", "key-1", "other", &answer, &error));
  g_assert_cmpint (answer.match, ==, IDEMPOTENCY_OTHER);
  MUST (idempotency_find (store, "C2", "key-1", "hash", &answer, &error));
  g_assert_cmpint (answer.match, ==, IDEMPOTENCY_NEW);
}

static void
answers_are_dropped_when_old (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  MUST (idempotency_put (store, "", "old", "h", 200, "{}", 1000, &error));
  MUST (idempotency_put (store, "", "new", "h", 200, "{}", 2000, &error));
  gint64 dropped;
  MUST (idempotency_purge (store, 2000, &dropped, &error));
  g_assert_cmpint (dropped, ==, 1);
  g_auto (IdempotencyAnswer) kept = {0};
  MUST (idempotency_find (store, "", "new", "h", &kept, &error));
  g_assert_cmpint (kept.match, ==, IDEMPOTENCY_SAME);
}

static void
settings_are_replaced_and_removed (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  g_autoptr (GError) failure = NULL;
  g_assert_null (setting_get (store, "site", &failure));
  g_assert_no_error (failure);
  MUST (setting_set (store, "site", "CIAS d'essai", &error));
  MUST (setting_set (store, "site", "CCAS d'essai", &error));
  g_autofree char *site = setting_get (store, "site", &failure);
  g_assert_cmpstr (site, ==, "CCAS d'essai");
  MUST (setting_set (store, "site", NULL, &error));
  g_assert_null (setting_get (store, "site", &failure));
  g_assert_no_error (failure);
}

static void
register_in_use_never_becomes_a_demo (void)
{
  g_auto (Place) place, real_place;
  place_init (&place);
  place_init (&real_place);
  g_autoptr (Store) demo = open_store (&place);
  g_autoptr (Store) real = open_store (&real_place);
  gboolean is_demo = TRUE;
  MUST (setting_is_demo (demo, &is_demo, &error));
  g_assert_false (is_demo);
  MUST (setting_make_demo (demo, &error));
  MUST (journal_append (demo, 1, "", "demo", NULL, NULL, NULL, NULL, &error));
  MUST (setting_make_demo (demo, &error));
  MUST (setting_is_demo (demo, &is_demo, &error));
  g_assert_true (is_demo);
  MUST (journal_append (real, 1, "", "init", NULL, NULL, NULL, NULL, &error));
  REFUSED (setting_make_demo (real, &error), DB_ERROR_STALE);
  REFUSED (setting_set (real, "demo", "1", &error), DB_ERROR_CHECK);
  MUST (setting_is_demo (real, &is_demo, &error));
  g_assert_false (is_demo);
}

static void
assert_found (Store *store, const char *query, const char *expected)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GPtrArray) codes = store_search (store, query, 10, &failure);
  g_test_message ("%s", query);
  g_assert_no_error (failure);
  g_autoptr (GString) found = g_string_new (NULL);
  for (guint i = 0; i < codes->len; i++)
    g_string_append_printf (found, "%s ", (const char *)g_ptr_array_index (codes, i));
  g_assert_cmpstr (found->str, ==, expected);
}

static void
search_folds_accents_and_prefixes (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_person (store, "P0000001", "Zoé Lévêque");
  add_person (store, "P0000002", "Jean-Pierre O'Exemple");
  add_item (store, "T0000001", "R9XX0001", ITEM_READY);
  assert_found (store, "leveque", "P0000001 ");
  assert_found (store, "LÉV", "P0000001 ");
  assert_found (store, "zo lev", "P0000001 ");
  assert_found (store, "zo jean", "");
  assert_found (store, "jean-pierre", "P0000002 ");
  assert_found (store, "o'ex", "P0000002 ");
  assert_found (store, "r9xx", "T0000001 ");
  assert_found (store, "T0000001", "T0000001 ");
  assert_found (store, "tab", "T0000001 ");
}

static void
nothing_in_a_query_is_syntax (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_person (store, "P0000001", "Ada NOT Exemple");
  static const char *const queries[] = {"\"",
                                        "\"\"",
                                        "*",
                                        "(",
                                        ")",
                                        "^ada^^",
                                        "ada*",
                                        "text:ada",
                                        "ada\"",
                                        "\"ada",
                                        "NEAR(",
                                        "a AND",
                                        "OR",
                                        "-ada",
                                        "{x}",
                                        "ada + ex",
                                        "';--",
                                        "\\",
                                        "%",
                                        ("ada\xc2\xa0"
                                         "ex"),
                                        "\xf0\x9f\x98\x80",
                                        "\t\n",
                                        "",
                                        " "};
  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++) {
    g_autoptr (GError) failure = NULL;
    g_autoptr (GPtrArray) codes = store_search (store, queries[i], 10, &failure);
    g_test_message ("%s", queries[i]);
    g_assert_no_error (failure);
    g_assert_nonnull (codes);
  }
  assert_found (store, "not", "P0000001 ");
  assert_found (store, "\"ada", "P0000001 ");
  assert_found (store, "ada \" exemple", "P0000001 ");
  assert_found (store, "ada\xff", "");
  g_autoptr (GString) endless = g_string_new ("ada");
  for (int i = 0; i < 2000; i++)
    g_string_append (endless, "-ada");
  g_autoptr (GPtrArray) codes = store_search (store, endless->str, 10, NULL); /* words in a row, or not */
  g_assert_nonnull (codes);
}

static void
search_document_is_replaced (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_person (store, "P0000001", "Ada Exemple");
  MUST (store_search_put (store, "P0000001", "person", "Bob Autre", &error));
  assert_found (store, "ada", "");
  assert_found (store, "bob", "P0000001 ");
  MUST (store_search_put (store, "P0000001", "person", NULL, &error));
  MUST (store_search_put (store, "P0000001", "person", NULL, &error));
  assert_found (store, "bob", "");
  MUST (store_search_put (store, "P0000001", "person", "Carl", &error));
  assert_found (store, "carl", "P0000001 ");
}

/* Documents numbered from `from` on, with code T and that number. */
static void
add_texts (Store *store, int from, int count, const char *text)
{
  for (int number = from; number < from + count; number++) {
    Code code;
    g_snprintf (code, sizeof code, "T%07d", number);
    MUST (store_search_put (store, code, "item", text, &error));
  }
}

/* How many different codes are given. */
static guint
count_found (Store *store, const char *query, guint limit)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GPtrArray) codes = store_search (store, query, limit, &failure);
  g_assert_no_error (failure);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < codes->len; i++)
    g_assert_true (g_hash_table_add (seen, g_ptr_array_index (codes, i)));
  return codes->len;
}

/* More texts than are looked at one by one. */
static void
frequent_words_that_seldom_meet_are_found (void)
{
  enum { MANY = 1200 };
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  MUST (store_begin (store, &error));
  add_texts (store, 1, MANY, "lot rouge carmin");
  add_texts (store, 1 + MANY, MANY, "lot bleu");
  add_texts (store, 1 + 2 * MANY, 1, "bleu rouge");
  add_texts (store, 2 + 2 * MANY, 1, "lot rouge-vif");
  MUST (store_commit (store, &error));
  assert_found (store, "rouge bleu", "T0002401 ");
  assert_found (store, "bleu rou", "T0002401 ");
  assert_found (store, "carmin bleu", "");
  assert_found (store, "lot rouge-vif", "T0002402 ");
  assert_found (store, "lot vif rouge", "T0002402 ");
  g_assert_cmpuint (count_found (store, "lot", 20), ==, 20);
  g_assert_cmpuint (count_found (store, "rouge lo", 500), ==, 500);
  g_assert_cmpuint (count_found (store, "rouge lot", 2000), ==, MANY + 1);
}

static void
text_of_words_that_begin_alike_is_given_once (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  MUST (store_begin (store, &error));
  add_texts (store, 1, 30, "mara marc mare mari maro mars mara");
  add_texts (store, 31, 1, "maz");
  MUST (store_commit (store, &error));
  g_assert_cmpuint (count_found (store, "ma", 20), ==, 20);
  g_assert_cmpuint (count_found (store, "ma", 40), ==, 31);
  g_assert_cmpuint (count_found (store, "mar ma", 30), ==, 30);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_on_each ("/store/counter/counts-per-kind", counter_counts_per_kind);
  test_on_each ("/store/idempotency/answer-is-given-again", answer_is_given_again);
  test_on_each ("/store/idempotency/dropped-when-old", answers_are_dropped_when_old);
  test_on_each ("/store/setting/replaced-and-removed", settings_are_replaced_and_removed);
  test_on_each ("/store/setting/register-in-use-never-becomes-a-demo", register_in_use_never_becomes_a_demo);
  test_on_each ("/store/search/folds-accents-and-prefixes", search_folds_accents_and_prefixes);
  test_on_each ("/store/search/nothing-is-syntax", nothing_in_a_query_is_syntax);
  test_on_each ("/store/search/document-is-replaced", search_document_is_replaced);
  test_on_each ("/store/search/frequent-words-that-seldom-meet", frequent_words_that_seldom_meet_are_found);
  test_on_each ("/store/search/text-is-given-once", text_of_words_that_begin_alike_is_given_once);
  return g_test_run ();
}
