/* How values, tables and languages look on a terminal. */
#include "cli/display.h"
#include "cli/fields.h"
#include "cli/table.h"
#include "cli/words.h"

static void
expect_text (char *got, const char *expected)
{
  g_assert_cmpstr (got, ==, expected);
  g_free (got);
}

static void
test_code (void)
{
  expect_text (display_code ("TBCDFGHK"), "TBCD-FGHK");
  expect_text (display_code ("TBCDFGH"), "TBCDFGH");
  expect_text (display_code ("tablette"), "tablette");
  expect_text (display_code (NULL), "");
}

static void
test_day (void)
{
  expect_text (display_day ("2026-11-21", LANGUAGE_FRENCH), "21/11/2026");
  expect_text (display_day ("2026-11-21", LANGUAGE_ENGLISH), "2026-11-21");
  const char *const odd[] = {"", "2026", "2026-11-2", "2026-11-211", "20x6-11-21", "hier"};
  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    expect_text (display_day (odd[i], LANGUAGE_FRENCH), odd[i]);
}

static void
test_money (void)
{
  expect_text (display_money (790000, LANGUAGE_FRENCH), "7 900,00 €");
  expect_text (display_money (790000, LANGUAGE_ENGLISH), "€7,900.00");
  expect_text (display_money (52667, LANGUAGE_FRENCH), "526,67 €");
  expect_text (display_money (123456789, LANGUAGE_FRENCH), "1 234 567,89 €");
  expect_text (display_money (5, LANGUAGE_FRENCH), "0,05 €");
  expect_text (display_money (-105, LANGUAGE_ENGLISH), "-€1.05");
  expect_text (display_money (G_MININT64, LANGUAGE_ENGLISH), "-€92,233,720,368,547,758.08");
}

static void
test_phone (void)
{
  expect_text (display_phone ("+33639980012"), "06 39 98 00 12");
  expect_text (display_phone ("+4915123456"), "+4915123456");
}

static void
test_bytes (void)
{
  expect_text (display_bytes (0, LANGUAGE_FRENCH), "0 o");
  expect_text (display_bytes (1536, LANGUAGE_FRENCH), "1,5 Ko");
  expect_text (display_bytes (1536, LANGUAGE_ENGLISH), "1.5 KB");
  expect_text (display_bytes (G_GUINT64_CONSTANT (5) << 40, LANGUAGE_ENGLISH), "5120.0 GB");
}

static void
test_control (void)
{
  expect_text (display_clean ("a\033[2Jb\nc\tdé"), "a?[2Jb?c?dé");
  expect_text (display_clean ("\xc2\x9b"
                              "31m"),
               "?31m"); /* the 8-bit escape */
  g_autofree char *repaired = display_clean ("caf\xe9");
  g_assert_true (g_utf8_validate (repaired, -1, NULL));
}

static void
test_width (void)
{
  g_assert_cmpuint (display_width ("étiquette"), ==, 9);
  g_assert_cmpuint (display_width ("e\xcc\x81"), ==, 1); /* combining accent */
  g_assert_cmpuint (display_width ("漢字"), ==, 4);
  expect_text (display_cut ("étiquette", 9), "étiquette");
  expect_text (display_cut ("étiquette", 4), "éti…");
  expect_text (display_cut ("漢字漢字", 4), "漢…");
  expect_text (display_cut ("abc", 0), "");
}

static void
test_table (void)
{
  const gboolean is_number[] = {FALSE, TRUE, FALSE};
  g_autoptr (Table) table = table_new ((const char *const[]){"Nom", "Prix", "Fin"}, is_number, 3);
  g_autoptr (GString) out = g_string_new (NULL);
  table_add (table, (const char *const[]){"Éloïse", "1,00 €", NULL});
  table_print (table, out, FALSE, 0);
  g_assert_cmpstr (out->str, ==, "Nom       Prix  Fin\nÉloïse  1,00 €\n");
}

static void
test_table_pages (void)
{
  g_autoptr (Table) table = table_new ((const char *const[]){"A", "B"}, NULL, 2);
  g_autoptr (GString) out = g_string_new (NULL);
  table_add (table, (const char *const[]){"longue", "x"});
  table_print (table, out, FALSE, 0);
  table_add (table, (const char *const[]){"c", "y"});
  table_print (table, out, FALSE, 0);
  g_assert_cmpstr (out->str, ==, "A       B\nlongue  x\nc       y\n");
}

static void
test_table_cut (void)
{
  g_autoptr (Table) table = table_new ((const char *const[]){"Quoi"}, NULL, 1);
  g_autoptr (GString) out = g_string_new (NULL);
  table_add (table, (const char *const[]){"une phrase trop longue"});
  table_print (table, out, TRUE, 10);
  g_assert_cmpstr (out->str, ==, "\033[1mQuoi\033[0m\nune phras…\n");
}

static json_t *
load (const char *text)
{
  json_t *value = json_loads (text, 0, NULL);
  g_assert_nonnull (value);
  return value;
}

static void
test_fields (void)
{
  json_t *object =
      load ("{\"code\":\"TBCDFGHK\",\"state\":\"to_wipe\",\"price_cents\":52667,\"serial\":\"HA1XYZ0042\","
            "\"holder\":{\"name\":\"Amina Diallo\",\"since\":\"2026-11-21\"},\"imei\":null,\"name\":\"sleeve\","
            "\"todo_fr\":\"Faites\",\"todo_en\":\"Do\",\"is_duplicate\":true,\"on\":7}");
  expect_text (fields_text (object, "code", LANGUAGE_FRENCH), "TBCD-FGHK");
  expect_text (fields_text (object, "state", LANGUAGE_FRENCH), "à effacer");
  expect_text (fields_text (object, "state", LANGUAGE_ENGLISH), "to be wiped");
  expect_text (fields_text (object, "price_cents", LANGUAGE_FRENCH), "526,67 €");
  expect_text (fields_text (object, "serial_end", LANGUAGE_FRENCH), "…0042");
  expect_text (fields_text (object, "holder.name", LANGUAGE_FRENCH), "Amina Diallo");
  expect_text (fields_text (object, "holder.since", LANGUAGE_FRENCH), "21/11/2026");
  expect_text (fields_text (object, "imei", LANGUAGE_FRENCH), "");
  expect_text (fields_text (object, "absent.name", LANGUAGE_FRENCH), "");
  expect_text (fields_text (object, "name", LANGUAGE_FRENCH), "sleeve");
  expect_text (fields_text (object, "piece", LANGUAGE_FRENCH), "housse");
  expect_text (fields_text (object, "todo", LANGUAGE_ENGLISH), "Do");
  expect_text (fields_text (object, "is_duplicate", LANGUAGE_FRENCH), "oui");
  expect_text (fields_text (object, "on", LANGUAGE_FRENCH), "7"); /* not the type expected: shown as it is */
  expect_text (fields_fill ("{code} {absent}: {price_cents} {", object, LANGUAGE_ENGLISH), "TBCD-FGHK : €526.67 {");
  json_decref (object);
}

static void
test_words (void)
{
  g_assert_cmpstr (words_read ("équipement"), ==, "equipment");
  g_assert_cmpstr (words_read ("EQUIPEMENT"), ==, "equipment");
  g_assert_cmpstr (words_read ("A effacer"), ==, "to_wipe");
  g_assert_cmpstr (words_read ("to be wiped"), ==, "to_wipe");
  g_assert_cmpstr (words_read ("to_wipe"), ==, "to_wipe");
  g_assert_cmpstr (words_read ("housse"), ==, "sleeve");
  g_assert_cmpstr (words_read ("recovery-wipe"), ==, "recovery-wipe");
  g_assert_cmpstr (words_read (""), ==, "");
}

static const char *
lookup_c (const char *name)
{
  return g_str_equal (name, "LANG") ? "C.UTF-8" : "";
}
static const char *
lookup_english (const char *name)
{
  return g_str_equal (name, "LC_ALL") ? "en_GB.UTF-8" : g_str_equal (name, "LANG") ? "fr_FR.UTF-8" : NULL;
}
static const char *
lookup_own (const char *name)
{
  return g_str_equal (name, "TEMOIN_LANG") ? "fr" : "en_US.UTF-8";
}

static void
test_language (void)
{
  g_assert_cmpint (language_choose (NULL, lookup_c), ==, LANGUAGE_FRENCH);
  g_assert_cmpint (language_choose (NULL, lookup_english), ==, LANGUAGE_ENGLISH);
  g_assert_cmpint (language_choose (NULL, lookup_own), ==, LANGUAGE_FRENCH);
  g_assert_cmpint (language_choose ("en", lookup_own), ==, LANGUAGE_ENGLISH);
  g_assert_cmpint (language_choose ("fr", lookup_english), ==, LANGUAGE_FRENCH);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/display/codes-have-a-hyphen", test_code);
  g_test_add_func ("/cli/display/days-as-people-write-them", test_day);
  g_test_add_func ("/cli/display/money", test_money);
  g_test_add_func ("/cli/display/phone", test_phone);
  g_test_add_func ("/cli/display/bytes", test_bytes);
  g_test_add_func ("/cli/display/control-characters-never-reach-the-terminal", test_control);
  g_test_add_func ("/cli/display/width-counts-columns", test_width);
  g_test_add_func ("/cli/table/aligns-accents-and-numbers", test_table);
  g_test_add_func ("/cli/table/pages-stay-aligned", test_table_pages);
  g_test_add_func ("/cli/table/cuts-to-the-terminal", test_table_cut);
  g_test_add_func ("/cli/fields/values-as-people-read-them", test_fields);
  g_test_add_func ("/cli/words/read-in-both-languages", test_words);
  g_test_add_func ("/cli/language/french-unless-english-is-asked", test_language);
  return g_test_run ();
}
