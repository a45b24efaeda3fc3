/* Codes: the bijection, the check letter, and what scanners and people make of them. */
#include "daemon/rules/code.h"

#define ALPHABET "BCDFGHJKLNPRSTVX"
#define COUNTERS (CODE_COUNTER_MAX + 1)

/* Labels are printed on plastic: these never change. */
static void
test_is_frozen (void)
{
  static const struct {
    char kind;
    gint64 counter;
    const char *code;
  } vectors[] = {
      {'T', 0, "TNKDVTPF"}, {'T', 1, "TRLDRXTL"},     {'T', 2, "TRDNGHHR"}, {'T', CODE_COUNTER_MAX, "TVPFGCVC"},
      {'S', 1, "SRNHNPLX"}, {'P', 12345, "PLPGVSVK"}, {'X', 7, "XFFJSTGK"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++) {
    Code code;
    g_assert_true (code_make (vectors[i].kind, vectors[i].counter, code));
    g_assert_cmpstr (code, ==, vectors[i].code);
  }
}

static void
test_refuses_a_counter_out_of_range (void)
{
  Code code = "kept";
  g_assert_false (code_make ('T', -1, code));
  g_assert_false (code_make ('T', COUNTERS, code));
  g_assert_false (code_make ('T', G_MAXINT64, code));
  g_assert_false (code_make ('A', 1, code));
  g_assert_false (code_make ('\0', 1, code));
  g_assert_cmpstr (code, ==, "kept");
}

/* Every counter has a code of its own: the 2^24 codes of a kind fill a bitmap exactly. */
static void
test_is_a_bijection (void)
{
  g_autofree guint8 *seen = g_malloc0 (COUNTERS);
  for (gint64 counter = 0; counter < COUNTERS; counter++) {
    Code code;
    guint bits = 0;
    code_make ('T', counter, code);
    for (int i = 1; i < 7; i++)
      bits = bits << 4 | (guint)(strchr (ALPHABET, code[i]) - ALPHABET);
    if (seen[bits]++ != 0)
      g_error ("%s stands for two counters", code);
  }
}

static guint
differences (const char *a, const char *b)
{
  guint n = 0;
  for (int i = 0; i < 8; i++)
    n += a[i] != b[i];
  return n;
}

static void
test_neighbours_differ_in_several_letters (void)
{
  guint total = 0;
  for (gint64 counter = 0; counter < 2000; counter++) {
    Code code, next;
    code_make ('T', counter, code);
    code_make ('T', counter + 1, next);
    g_assert_cmpuint (differences (code, next), >=, 2);
    total += differences (code, next);
  }
  g_assert_cmpuint (total / 2000, >=, 5);
}

static gboolean
reads (const char *text)
{
  Code code;
  return code_parse (text, code, NULL);
}

static void
test_every_single_mistake_is_caught (void)
{
  for (gint64 counter = 0; counter < 2000; counter++) {
    Code code;
    code_make ('T', counter * 8388, code);
    g_assert_true (reads (code));
    for (int i = 0; i < 8; i++)
      for (const char *letter = ALPHABET; *letter != '\0'; letter++) {
        Code wrong;
        memcpy (wrong, code, sizeof wrong);
        wrong[i] = *letter;
        g_assert_true (reads (wrong) == (*letter == code[i]));
      }
  }
}

static void
test_every_swap_is_caught (void)
{
  for (gint64 counter = 0; counter < 2000; counter++) {
    Code code;
    code_make ('S', counter * 8388 + 1, code);
    for (int i = 0; i < 8; i++)
      for (int j = i + 1; j < 8; j++) {
        Code wrong;
        memcpy (wrong, code, sizeof wrong);
        wrong[i] = code[j];
        wrong[j] = code[i];
        g_assert_true (reads (wrong) == (code[i] == code[j]));
      }
  }
}

/* %s is the code in upper case, %l in lower case. */
static char *
fill (const char *pattern, const char *code)
{
  g_autofree char *lower = g_ascii_strdown (code, -1);
  g_autofree char *display = code_display (code);
  g_autoptr (GString) text = g_string_new (pattern);
  g_string_replace (text, "%s", code, 0);
  g_string_replace (text, "%l", lower, 0);
  g_string_replace (text, "%d", display, 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_reads_what_scanners_type (void)
{
  static const char *const patterns[] = {
      "%s",
      "%l",
      "%d",
      " %s ",
      "%s\r\n",
      "\t%l\n",
      "HTTPS://PRET.EXEMPLE.FR/%s",
      "https://pret.exemple.fr/%l",
      "HTTPSM!!PRET:EXE?PLE:FR!%s",
      "httpsm!!pret:exe?ple:fr!%l",
      "HTTPSM!!PRET:EXE?PLE:FR!%s\r",
      "HTTPS://PRET.EXEMPLE.FR/%s/",
      "HTTPS://PRET-A.FR/%s",
      "HTTPS:\\\\PRET\\%s",
      "1234567890/%d",
      "\u00a0%d\u202f",
      "¬%s",
      "É%s.",
  };
  Code code;
  code_make ('T', 4217, code);
  for (gsize i = 0; i < G_N_ELEMENTS (patterns); i++) {
    g_autofree char *text = fill (patterns[i], code);
    g_autoptr (GError) error = NULL;
    Code read;
    g_test_message ("%s", text);
    code_parse (text, read, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (read, ==, code);
  }
}

static void
test_reads_hyphens_and_spaces_anywhere (void)
{
  Code code, read;
  code_make ('T', 4217, code);
  g_autofree char *spaced = g_strdup_printf ("%.2s %.2s-%.2s\u2011%.2s", code, code + 2, code + 4, code + 6);
  g_assert_true (code_parse (spaced, read, NULL));
  g_assert_cmpstr (read, ==, code);
}

static void
test_says_what_is_wrong (void)
{
  static const struct {
    const char *text;
    int id; /* MessageId; GError.code is an int */
  } rows[] = {
      {NULL, M_CODE_LENGTH},
      {"", M_CODE_LENGTH},
      {"    ", M_CODE_LENGTH},
      {"TBCDFGH", M_CODE_LENGTH},
      {"TBCDFGHKL", M_CODE_LENGTH},
      {"12345678", M_CODE_LETTER},
      {"TACDFGHK", M_CODE_LETTER},
      {"TBCD0GHK", M_CODE_LETTER},
      {"TBCDÉGHK", M_CODE_LETTER},
      {"TBCDFGHK\xff", M_CODE_LENGTH},
      {"HTTPS://PRET.FR/", M_CODE_LENGTH},
      {"HTTPS://PRET.FR/T/3", M_CODE_LENGTH},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    Code code = "kept";
    g_test_message ("%s", rows[i].text != NULL ? rows[i].text : "NULL");
    g_assert_false (code_parse (rows[i].text, code, &error));
    g_assert_error (error, RULE_ERROR, rows[i].id);
    g_assert_cmpstr (code, ==, "kept");
  }
}

static void
test_names_the_wrong_letter (void)
{
  g_autoptr (GError) error = NULL;
  Code code;
  g_assert_false (code_parse ("TBCD-ÉGHK", code, &error));
  g_assert_cmpstr (error->message, ==,
                   "The letter \"É\" is never in a code (read: TBCD-ÉGHK). Scan the label or type the code again.");
}

static void
test_refuses_another_kind (void)
{
  g_autoptr (GError) error = NULL;
  Code sim, code = "kept";
  code_make ('S', 3, sim);
  g_assert_true (code_parse_kind (sim, "TS", code, NULL));
  g_assert_cmpstr (code, ==, sim);
  g_assert_false (code_parse_kind (sim, "TN", code, &error));
  g_assert_error (error, RULE_ERROR, M_CODE_NOT_A);
  g_autofree char *fr = finding_text (rule_error_finding (error), LANGUAGE_FR);
  g_assert_true (g_str_has_suffix (fr, " désigne une carte SIM ; il faut ici une tablette ou un prêt."));
  g_assert_false (code_parse_kind ("TBC", "T", code, NULL));
}

static void
test_every_letter_is_a_kind (void)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  for (const char *letter = ALPHABET; *letter != '\0'; letter++) {
    g_assert_nonnull (code_kind_text (*letter, LANGUAGE_FR));
    g_assert_true (g_hash_table_add (names, (gpointer)code_kind_name (*letter)));
  }
  g_assert_cmpstr (code_kind_name ('T'), ==, "tablet");
  g_assert_null (code_kind_name ('A'));
  g_assert_null (code_kind_text ('A', LANGUAGE_EN));
}

static gboolean
has_neighbour (const char *typed, const char *code)
{
  g_autoptr (GPtrArray) codes = code_neighbours (typed);
  g_assert_cmpuint (codes->len, <=, 15);
  return g_ptr_array_find_with_equal_func (codes, code, g_str_equal, NULL);
}

/* Every code that differs by one letter or one swap is told, and few others. */
static void
test_neighbours_hold_what_was_meant (void)
{
  Code code;
  code_make ('T', 4711, code);
  for (int i = 0; i < 8; i++) {
    for (const char *letter = ALPHABET "A8"; *letter != '\0'; letter++) {
      g_autofree char *typed = g_strdup (code);
      typed[i] = *letter;
      g_assert_true (has_neighbour (typed, code));
    }
    g_autofree char *swapped = g_strdup (code);
    swapped[i] = code[(i + 1) % 8];
    swapped[(i + 1) % 8] = code[i];
    g_assert_true (i == 7 || has_neighbour (swapped, code));
  }
}

static void
test_what_is_no_code_has_no_neighbour (void)
{
  static const char *const texts[] = {"", "TBC", "TBCDFGHKL", "Bernards", "\xff\xff\xff\xff\xff\xff\xff\xff", "éééé"};
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GPtrArray) codes = code_neighbours (texts[i]);
    g_assert_cmpuint (codes->len, ==, 0);
  }
}

static void
test_display (void)
{
  static const char *const rows[][2] = {{"TBCDFGHK", "TBCD-FGHK"}, {"TAB-0001", "TAB-0001"}, {"", ""}, {"TBC", "TBC"}};
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *shown = code_display (rows[i][0]);
    g_assert_cmpstr (shown, ==, rows[i][1]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/code/is-frozen", test_is_frozen);
  g_test_add_func ("/rules/code/refuses-a-counter-out-of-range", test_refuses_a_counter_out_of_range);
  g_test_add_func ("/rules/code/is-a-bijection", test_is_a_bijection);
  g_test_add_func ("/rules/code/neighbours-differ-in-several-letters", test_neighbours_differ_in_several_letters);
  g_test_add_func ("/rules/code/every-single-mistake-is-caught", test_every_single_mistake_is_caught);
  g_test_add_func ("/rules/code/every-swap-is-caught", test_every_swap_is_caught);
  g_test_add_func ("/rules/code/reads-what-scanners-type", test_reads_what_scanners_type);
  g_test_add_func ("/rules/code/reads-hyphens-and-spaces-anywhere", test_reads_hyphens_and_spaces_anywhere);
  g_test_add_func ("/rules/code/says-what-is-wrong", test_says_what_is_wrong);
  g_test_add_func ("/rules/code/names-the-wrong-letter", test_names_the_wrong_letter);
  g_test_add_func ("/rules/code/refuses-another-kind", test_refuses_another_kind);
  g_test_add_func ("/rules/code/every-letter-is-a-kind", test_every_letter_is_a_kind);
  g_test_add_func ("/rules/code/neighbours-hold-what-was-meant", test_neighbours_hold_what_was_meant);
  g_test_add_func ("/rules/code/what-is-no-code-has-no-neighbour", test_what_is_no_code_has_no_neighbour);
  g_test_add_func ("/rules/code/display", test_display);
  return g_test_run ();
}
