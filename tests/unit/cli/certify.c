/* What a certificate and the register differ in, and what a scanned text names. */
#include "cli/certify.h"

#define GOOD                                                                                                           \
  "{\"kind\":\"certificate\",\"issued_at\":\"2026-11-22T10:00:00Z\",\"fields\":[{\"name\":\"serial\","                 \
  "\"label_fr\":\"Numéro de série\",\"label_en\":\"Serial number\",\"value\":\"R9TEST0001\"}],"                      \
  "\"evidence\":[{\"note\":\"left-port: 1-1.2\"}]}"

static void
assert_differences (const char *shown_text, const char *expected)
{
  json_t *shown = json_loads (shown_text, 0, NULL);
  json_t *known = json_loads (GOOD, 0, NULL);
  g_assert_nonnull (shown);
  g_autoptr (GPtrArray) differences = certify_compare (shown, known, LANGUAGE_ENGLISH);
  g_autoptr (GString) all = g_string_new (NULL);
  for (guint i = 0; i < differences->len; i++)
    g_string_append_printf (all, "%s\n", (const char *)g_ptr_array_index (differences, i));
  g_assert_cmpstr (all->str, ==, expected);
  json_decref (shown);
  json_decref (known);
}

/* GOOD with one part replaced. */
static void
assert_changed (const char *part, const char *by, const char *expected)
{
  g_auto (GStrv) around = g_strsplit (GOOD, part, 2);
  g_assert_cmpuint (g_strv_length (around), ==, 2);
  g_autofree char *changed = g_strconcat (around[0], by, around[1], NULL);
  assert_differences (changed, expected);
}

static void
test_the_same_is_the_same (void)
{
  assert_differences (GOOD, "");
  assert_changed ("2026-11-22", "2027-01-01", ""); /* printed again */
}

static void
test_every_change_is_told (void)
{
  assert_changed ("R9TEST0001", "R9TEST0002",
                  "Serial number: the certificate says \"R9TEST0002\", the register says \"R9TEST0001\"\n");
  assert_changed ("\"R9TEST0001\"", "null",
                  "Serial number: the certificate says \"—\", the register says \"R9TEST0001\"\n");
  assert_changed (
      "left-port", "attested",
      "evidence 1.note: the certificate says \"attested: 1-1.2\", the register says \"left-port: 1-1.2\"\n");
  assert_changed ("[{\"note\":\"left-port: 1-1.2\"}]", "[]",
                  "evidence 1: the certificate says \"—\", the register says \"{\"note\":\"left-port: 1-1.2\"}\"\n");
  assert_changed ("{\"kind\"", "{\"more\":true,\"kind\"",
                  "more: the certificate says \"true\", the register says \"—\"\n");
  assert_changed ("\"Serial number\"", "7",
                  "fields 1.label_en: the certificate says \"7\", the register says \"Serial number\"\n");
}

static void
assert_text (const char *text, const char *code, const char *digest)
{
  char read[9] = "", letters[33] = "";
  gboolean is_read = certify_read_text (text, read, letters);
  g_assert_true (is_read == (code != NULL));
  g_assert_cmpstr (read, ==, code != NULL ? code : "");
  g_assert_cmpstr (letters, ==, digest);
}

static void
test_what_a_text_names (void)
{
  assert_text ("XBCDFGHK", "XBCDFGHK", "");
  assert_text ("xbcd-fghk", "XBCDFGHK", "");
  assert_text ("HTTPS://TEMOIN.EXAMPLE.ORG/V/0123456789ABCDEF0123456789ABCDEF/XBCDFGHK", "XBCDFGHK",
               "0123456789abcdef0123456789abcdef");
  assert_text ("https://temoin.example.org/v/0123456789abcdef0123456789abcdef/xbcdfghk", "XBCDFGHK",
               "0123456789abcdef0123456789abcdef");
  assert_text ("HTTPS://TEMOIN.EXAMPLE.ORG/V/0123/XBCDFGHK", "XBCDFGHK", "");
  assert_text ("certificate.json", NULL, "");
  assert_text ("./a/folder/cert.pdf", NULL, "");
  assert_text ("XBCDFGH", NULL, "");
  assert_text ("XBCDFGHKX", NULL, "");
  assert_text ("", NULL, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/certify/the-same-is-the-same", test_the_same_is_the_same);
  g_test_add_func ("/cli/certify/every-change-is-told", test_every_change_is_told);
  g_test_add_func ("/cli/certify/what-a-text-names", test_what_a_text_names);
  return g_test_run ();
}
