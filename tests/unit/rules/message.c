/* The table of messages, findings, verdicts and the errors that carry them. */
#include "daemon/rules/argument.h"
#include "daemon/rules/message.h"

static void
test_codes_are_unique (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (MessageId id = 0; id < MESSAGES_N; id++) {
    const char *code = message_code (id);
    g_assert_true (g_ascii_islower (code[0]));
    g_assert_cmpuint (strspn (code, "abcdefghijklmnopqrstuvwxyz0123456789_"), ==, strlen (code));
    g_test_message ("%s", code);
    g_assert_true (g_hash_table_add (seen, (gpointer)code));
  }
}

static void
test_codes_are_found (void)
{
  static const char *const others[] = {"", "waived", "item_held|T0000001", "ITEM_HELD"};
  MessageId found;
  for (MessageId id = 0; id < MESSAGES_N; id++) {
    g_assert_true (message_find (message_code (id), &found));
    g_assert_cmpint (found, ==, id);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (message_find (others[i], &found));
}

static void
test_only_confirmations_have_a_right (void)
{
  for (MessageId id = 0; id < MESSAGES_N; id++) {
    const char *right = message_right (id);
    g_test_message ("%s", message_code (id));
    g_assert_true ((right != NULL) == (message_kind (id) == MESSAGE_CONFIRM));
    if (right != NULL)
      g_assert_cmpuint (strspn (right, "abcdefghijklmnopqrstuvwxyz-"), ==, strlen (right));
  }
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* The places of a sentence, sorted: "{1c} {2} ". Every one must be well formed: finding_text relies on it. */
static char *
places_of (const char *sentence)
{
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (g_free);
  GString *joined = g_string_new (NULL);
  for (const char *open = sentence; (open = strchr (open, '{')) != NULL; open++) {
    gboolean is_inside = g_str_has_prefix (open, "{*}");
    gboolean is_argument =
        open[1] >= '1' && open[1] <= '4' &&
        (open[2] == '}' || (open[2] != '\0' && strchr ("dmckilowvgqsueyrbfp", open[2]) && open[3] == '}'));
    g_assert_true (is_inside || is_argument);
    g_ptr_array_add (places, g_strndup (open, (gsize)(strchr (open, '}') - open) + 1));
  }
  g_ptr_array_sort (places, compare_places);
  for (guint i = 0; i < places->len; i++)
    g_string_append_printf (joined, "%s ", (const char *)g_ptr_array_index (places, i));
  return g_string_free (joined, FALSE);
}

static void
test_french_and_english_say_the_same_things (void)
{
  for (MessageId id = 0; id < MESSAGES_N; id++) {
    g_autofree char *fr = places_of (message_sentence (id, LANGUAGE_FR));
    g_autofree char *en = places_of (message_sentence (id, LANGUAGE_EN));
    g_test_message ("%s", message_code (id));
    g_assert_cmpstr (fr, ==, en);
  }
}

/* A sentence begins with a capital or a place and ends with a point (or with words of a device). */
static void
test_sentences_are_sentences (void)
{
  for (MessageId id = 0; id < MESSAGES_N; id++)
    for (int language = LANGUAGE_FR; language <= LANGUAGE_EN; language++) {
      const char *sentence = message_sentence (id, (Language)language);
      g_test_message ("%s", sentence);
      g_assert_true (g_utf8_validate (sentence, -1, NULL));
      g_assert_false (g_ascii_islower (sentence[0]));
      g_assert_true (g_str_has_suffix (sentence, ".") || g_str_has_suffix (sentence, "?") ||
                     g_str_has_suffix (sentence, "}"));
      g_assert_null (strstr (sentence, "  "));
    }
}

static void
test_prints_arguments (void)
{
  static const struct {
    char how;
    const char *text, *fr, *en;
  } rows[] = {
      {'\0', "x", "x", "x"},
      {'d', "2026-11-21", "21/11/2026", "21/11/2026"},
      {'d', "hier", "hier", "hier"},
      {'m', "790000", "7\u202f900,00\u00a0€", "€7,900.00"},
      {'m', "5", "0,05\u00a0€", "€0.05"},
      {'m', "100000", "1\u202f000,00\u00a0€", "€1,000.00"},
      {'m', "99999", "999,99\u00a0€", "€999.99"},
      {'m', "123456789012", "1\u202f234\u202f567\u202f890,12\u00a0€", "€1,234,567,890.12"},
      {'m', "-1250", "-12,50\u00a0€", "-€12.50"},
      {'m', "12.5", "12.5", "12.5"},
      {'c', "TBCDFGHK", "TBCD-FGHK", "TBCD-FGHK"},
      {'c', "TAB-014", "TAB-014", "TAB-014"},
      {'k', "T", "une tablette", "a tablet"},
      {'k', "TS", "une tablette ou une carte SIM", "a tablet or a SIM card"},
      {'k', "?", "?", "?"},
      {'k', "TLS", "une tablette, une ligne ou une carte SIM", "a tablet, a line or a SIM card"},
      {'f', "amount", "somme", "amount"},
      {'f', "shoe_size", "shoe_size", "shoe_size"},
      {'p', "sleeve", "housse", "sleeve"},
      {'p', "charger, clé, sleeve", "chargeur, clé, housse", "charger, clé, sleeve"},
      {'p', "", "", ""},
      {'i', "to_wipe", "à effacer", "to be wiped"},
      {'i', "eaten", "eaten", "eaten"},
      {'i', "new, lent", "neuve, en prêt", "new, lent"},
      {'i', "new, eaten", "new, eaten", "new, eaten"},
      {'l', "suspended", "suspendue", "suspended"},
      {'o', "partly_returned", "rendu en partie", "partly returned"},
      {'w', "wait_human", "attend une personne", "waiting for a person"},
      {'v', "attested", "attesté", "attested"},
      {'s', "connection", "connexion", "connection"},
      {'r', "sunday", "un dimanche", "a Sunday"},
      {'b', "needs_android_15", "il faut Android 15 ou plus récent", "Android 15 or later is needed"},
      {'b', "needs_magic", "needs_magic", "needs_magic"},
      {'z', "x", "x", "x"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *fr = argument_text (rows[i].how, rows[i].text, LANGUAGE_FR);
    g_autofree char *en = argument_text (rows[i].how, rows[i].text, LANGUAGE_EN);
    g_assert_cmpstr (fr, ==, rows[i].fr);
    g_assert_cmpstr (en, ==, rows[i].en);
  }
}

static void
assert_text (const Finding *finding, const char *fr, const char *en)
{
  g_autofree char *in_french = finding_text (finding, LANGUAGE_FR);
  g_autofree char *in_english = finding_text (finding, LANGUAGE_EN);
  g_assert_cmpstr (in_french, ==, fr);
  g_assert_cmpstr (in_english, ==, en);
}

static void
test_prints_a_finding (void)
{
  g_autoptr (Finding) held = finding_new (M_ITEM_HELD, "TBCDFGHK", "Odile Martin", "2026-11-02", NULL);
  g_autoptr (Finding) copy = finding_copy (held);
  assert_text (copy,
               "TBCD-FGHK est déjà en prêt : Odile Martin l'a depuis le 02/11/2026. Enregistrez d'abord son retour.",
               "TBCD-FGHK is already lent: Odile Martin has had it since 02/11/2026. Record its return first.");
  g_autoptr (Finding) bare = finding_new (M_FIELD_MISSING, NULL);
  assert_text (bare, "Il manque le champ « ? ».", "The field \"?\" is missing.");
  g_assert_null (finding_copy (NULL));
}

static void
test_prints_a_finding_inside_another (void)
{
  g_autoptr (Finding) cell = finding_around (finding_new (M_ICCID_LETTERS, "89A", NULL), M_IMPORT_LINE, "3", NULL);
  g_autoptr (Finding) copy = finding_copy (cell);
  assert_text (copy, "Ligne 3 : Le numéro de carte SIM « 89A » contient autre chose que des chiffres.",
               "Line 3: The SIM card number \"89A\" has something else than digits.");
  g_autoptr (Finding) empty = finding_around (NULL, M_IMPORT_LINE, "3", NULL);
  assert_text (empty, "Ligne 3 : ?", "Line 3: ?");
}

/* What a scanner, a file or a device says may hold anything; braces in it are not places. */
static void
test_cleans_arguments (void)
{
  g_autofree char *endless = g_strnfill (100000, 'A');
  g_autoptr (Finding) nasty = finding_new (M_FIELD_MISSING, "a\nb\r\x1b[31m\xff{1}{*}\u2028\u202e", NULL);
  g_autoptr (Finding) huge = finding_new (M_FIELD_MISSING, endless, NULL);
  g_assert_cmpstr (nasty->args[0], ==, "a b  [31m\ufffd{1}{*}  ");
  g_assert_cmpint (g_utf8_strlen (huge->args[0], -1), ==, 201);
}

static void
test_sorts_findings_into_three_lists (void)
{
  g_autoptr (Verdict) verdict = verdict_new ();
  verdict_add (verdict, M_WIPE_SD_SIM, NULL);
  g_assert_true (verdict_allows (verdict, NULL));
  verdict_add (verdict, M_LEND_SECOND, "A", "1", NULL);
  verdict_add (verdict, M_LEND_OVERDUE, "A", "1", NULL);
  g_assert_false (verdict_allows (verdict, NULL));
  g_assert_false (verdict_allows (verdict, (const char *[]){"lend-second", NULL}));
  g_assert_true (verdict_allows (verdict, (const char *[]){"lend-overdue", "lend-second", NULL}));
  verdict_take (verdict, finding_new (M_STALE, "TBCDFGHK", NULL));
  g_assert_false (verdict_allows (verdict, (const char *[]){"lend-overdue", "lend-second", NULL}));
  g_assert_cmpuint (verdict->to_know->len, ==, 1);
  g_assert_cmpuint (verdict->needs_confirmation->len, ==, 2);
  g_assert_cmpuint (verdict->impossible->len, ==, 1);
  verdict_free (NULL);
}

static void
test_every_kind_but_two_stops (void)
{
  for (MessageId id = 0; id < MESSAGES_N; id++) {
    g_autoptr (Verdict) verdict = verdict_new ();
    verdict_add (verdict, id, NULL);
    MessageKind kind = message_kind (id);
    g_assert_cmpuint (verdict->impossible->len, ==, kind != MESSAGE_NOTE && kind != MESSAGE_CONFIRM);
  }
}

static void
test_an_error_carries_its_finding (void)
{
  g_autoptr (GError) error = NULL, other = g_error_new_literal (G_FILE_ERROR, 0, "x");
  rule_error_set (&error, M_FIELD_MISSING, "name", NULL);
  g_assert_error (error, RULE_ERROR, M_FIELD_MISSING);
  g_assert_cmpstr (error->message, ==, "The field \"name\" is missing.");
  g_prefix_error (&error, "person: ");
  g_autoptr (GError) copy = g_error_copy (error);
  g_clear_error (&error);
  assert_text (rule_error_finding (copy), "Il manque le champ « nom ».", "The field \"name\" is missing.");
  g_assert_null (rule_error_finding (other));
  g_assert_null (rule_error_finding (NULL));
  rule_error_set (NULL, M_FIELD_MISSING, "name", NULL);
}

static void
test_an_error_names_what_stops_first (void)
{
  g_autoptr (Verdict) verdict = verdict_new ();
  g_autoptr (GError) none = NULL, first = NULL, second = NULL, third = NULL;
  verdict_add (verdict, M_LEND_SECOND, "A", "1", NULL);
  verdict_add (verdict, M_LEND_OVERDUE, "A", "1", NULL);
  rule_error_set_verdict (&first, verdict, NULL);
  g_assert_error (first, RULE_ERROR, M_LEND_SECOND);
  rule_error_set_verdict (&second, verdict, (const char *[]){"lend-second", NULL});
  g_assert_error (second, RULE_ERROR, M_LEND_OVERDUE);
  rule_error_set_verdict (&none, verdict, (const char *[]){"lend-second", "lend-overdue", NULL});
  g_assert_no_error (none);
  verdict_add (verdict, M_STALE, "TBCDFGHK", NULL);
  rule_error_set_verdict (&third, verdict, NULL);
  g_assert_error (third, RULE_ERROR, M_STALE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/message/codes-are-unique", test_codes_are_unique);
  g_test_add_func ("/rules/message/codes-are-found", test_codes_are_found);
  g_test_add_func ("/rules/message/only-confirmations-have-a-right", test_only_confirmations_have_a_right);
  g_test_add_func ("/rules/message/french-and-english-say-the-same-things",
                   test_french_and_english_say_the_same_things);
  g_test_add_func ("/rules/message/sentences-are-sentences", test_sentences_are_sentences);
  g_test_add_func ("/rules/message/prints-arguments", test_prints_arguments);
  g_test_add_func ("/rules/message/prints-a-finding", test_prints_a_finding);
  g_test_add_func ("/rules/message/prints-a-finding-inside-another", test_prints_a_finding_inside_another);
  g_test_add_func ("/rules/message/cleans-arguments", test_cleans_arguments);
  g_test_add_func ("/rules/verdict/sorts-findings-into-three-lists", test_sorts_findings_into_three_lists);
  g_test_add_func ("/rules/verdict/every-kind-but-two-stops", test_every_kind_but_two_stops);
  g_test_add_func ("/rules/error/carries-its-finding", test_an_error_carries_its_finding);
  g_test_add_func ("/rules/error/names-what-stops-first", test_an_error_names_what_stops_first);
  return g_test_run ();
}
