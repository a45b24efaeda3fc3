/* Spreadsheet files as they come: separators, quotes, encodings, line ends; and what is no such file at all. */
#include "tests/unit/actions/csv_read.h"
#include <string.h>

/* Records as "line:field|field" joined by a slash. Caller frees. */
static char *
read_all (const char *bytes, gsize length, GError **error)
{
  g_autoptr (GPtrArray) records = csv_read (bytes, length, error);
  if (records == NULL)
    return NULL;
  GString *all = g_string_new (NULL);
  for (guint i = 0; i < records->len; i++) {
    const CsvRecord *record = g_ptr_array_index (records, i);
    g_autofree char *fields = g_strjoinv ("|", record->fields);
    g_assert_cmpuint (g_strv_length (record->fields), ==, record->n_fields);
    g_string_append_printf (all, "%s%u:%s", i > 0 ? "/" : "", record->line, fields);
  }
  return g_string_free (all, FALSE);
}

static void
good_files_are_read (void)
{
  static const struct {
    const char *bytes, *records;
  } cases[] = {
      {"", ""},
      {"\n\r\n  \n;;\n", ""},
      {"a;b\n1;2\n", "1:a|b/2:1|2"},
      {"a,b\n1,2", "1:a|b/2:1|2"},
      {"a\tb\n1\t2\n", "1:a|b/2:1|2"},
      {"a;b\r\n1;2\r\n", "1:a|b/2:1|2"},
      {"a;b\r1;2\r", "1:a|b/2:1|2"},
      {"a;b\n\n\n1;2\n", "1:a|b/4:1|2"},
      {"\xef\xbb\xbf"
       "a;b\n1;2\n",
       "1:a|b/2:1|2"},
      {"a;b\n\" x ; y \";2\n", "1:a|b/2:x ; y|2"},
      {"a;b\n\"he said \"\"hi\"\"\";2\n", "1:a|b/2:he said \"hi\"|2"},
      {"a;b\n\"two\nlines\";2\n3;4\n", "1:a|b/2:two lines|2/4:3|4"},
      {"a;b\n \"x\" ; 2 \n", "1:a|b/2:x|2"},
      {"a;b\nTab A9 8.7\";2\n", "1:a|b/2:Tab A9 8.7\"|2"},
      {"a;b\n1;\n", "1:a|b/2:1|"},
      {"a;b\n1;", "1:a|b/2:1|"},
      {"a\n1\n", "1:a/2:1"},
      {"\"a,b\";c\n1;2\n", "1:a,b|c/2:1|2"},
      {"mod\xe8le;ann\xe9"
       "e\n\x80 5;\x9cuvre\n",
       "1:modèle|année/2:€ 5|œuvre"},
      {"modèle;année\n", "1:modèle|année"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *records = read_all (cases[i].bytes, strlen (cases[i].bytes), &error);
    g_assert_no_error (error);
    g_assert_cmpstr (records, ==, cases[i].records);
  }
}

static void
assert_refused (const char *bytes, gsize length, MessageId message)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (csv_read (bytes, length, &error));
  g_assert_error (error, RULE_ERROR, (int)message);
}

static void
what_is_no_csv_is_refused (void)
{
  static const char utf16[] = "\xff\xfe"
                              "a\0;\0b\0\n\0",
                    zip[] = "PK\x03\x04\x14", picture[] = "\x89PNG\r\n\x1a\n";
  static const char undefined[] = "a;b\n\x81;\xff\n"; /* 0x81 is no sign of Windows-1252 */
  assert_refused (utf16, sizeof utf16 - 1, M_IMPORT_NOT_TEXT);
  assert_refused (zip, sizeof zip - 1, M_IMPORT_NOT_TEXT);
  assert_refused (picture, sizeof picture - 1, M_IMPORT_NOT_TEXT);
  assert_refused (undefined, sizeof undefined - 1, M_IMPORT_NOT_TEXT);
  assert_refused ("a;b\n\"1;2\n", 9, M_IMPORT_QUOTE);
  assert_refused ("a;b\n\"1\"x;2\n", 11, M_IMPORT_QUOTE);
  assert_refused ("\"", 1, M_IMPORT_QUOTE);
}

static void
ten_megabytes_without_a_line_are_refused (void)
{
  gsize length = 10 * 1024 * 1024;
  g_autofree char *bytes = g_malloc (length);
  memset (bytes, 'x', length);
  assert_refused (bytes, length, M_IMPORT_LINE_LONG);
  memcpy (bytes, "a;b\r\nc;d\r\n", 10);
  g_autoptr (GError) error = NULL;
  g_assert_null (csv_read (bytes, length, &error));
  g_assert_cmpstr (rule_error_finding (error)->args[0], ==, "3");
}

/* What opens a quotation and never closes it would be read as one field to the end of the file. */
static void
quote_that_never_closes_ends_soon (void)
{
  g_autoptr (GString) text = g_string_new ("a;b\n\"1;2\n");
  for (int i = 0; i < 100000; i++)
    g_string_append (text, "1;2\n");
  g_autoptr (GError) error = NULL;
  g_assert_null (csv_read (text->str, text->len, &error));
  g_assert_error (error, RULE_ERROR, (int)M_IMPORT_QUOTE);
  g_assert_cmpstr (rule_error_finding (error)->args[0], ==, "2");
}

/* The survey reads in parts: a sign that lies on the border of two is one sign. */
static void
signs_on_the_border_of_parts_are_read (void)
{
  for (gsize before = 65536 - 5; before < 65536 + 2; before++) {
    g_autoptr (GString) text = g_string_new ("a;b\n");
    while (text->len + 4 < before)
      g_string_append (text, "1;2\n");
    while (text->len < before)
      g_string_append_c (text, 'x');
    g_string_append (text, "€€;é\n");
    g_autofree char *records = read_all (text->str, text->len, NULL);
    g_assert_nonnull (records);
    g_assert_true (g_str_has_suffix (records, "€€|é"));
  }
}

/* Every cut of a file either reads or is refused with a message: nothing else. */
static void
cut_and_doubled_files_never_surprise (void)
{
  static const char file[] = "\xef\xbb\xbf"
                             "série;modèle\r\n\"R9;1\";\"a \"\"b\"\" c\"\r\nR92;\t\r\n";
  for (gsize length = 0; length < sizeof file; length++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *cut = g_memdup2 (file, length > 0 ? length : 1); /* exact size: a read too far is seen */
    g_autoptr (GPtrArray) records = csv_read (cut, length, &error);
    g_assert_true ((records != NULL) == (error == NULL));
    g_assert_true (error == NULL || error->domain == RULE_ERROR);
    g_autofree char *doubled = g_strdup_printf ("%.*s%.*s", (int)length, file, (int)length, file);
    g_autoptr (GPtrArray) twice = csv_read (doubled, strlen (doubled), NULL);
    (void)twice; /* refused or read: it only must not crash */
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/csv/good-files-are-read", good_files_are_read);
  g_test_add_func ("/actions/csv/what-is-no-csv-is-refused", what_is_no_csv_is_refused);
  g_test_add_func ("/actions/csv/ten-megabytes-without-a-line-are-refused", ten_megabytes_without_a_line_are_refused);
  g_test_add_func ("/actions/csv/quote-that-never-closes-ends-soon", quote_that_never_closes_ends_soon);
  g_test_add_func ("/actions/csv/signs-on-the-border-of-parts-are-read", signs_on_the_border_of_parts_are_read);
  g_test_add_func ("/actions/csv/cut-and-doubled-files-never-surprise", cut_and_doubled_files_never_surprise);
  return g_test_run ();
}
