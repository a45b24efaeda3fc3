/* The JSON that the daemon writes, read back by another library. */
#include "daemon/api/writer.h"
#include <jansson.h>
#include <string.h>

typedef json_t Json;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Json, json_decref)

static Json *
read_back (Writer *writer)
{
  g_autoptr (GBytes) bytes = writer_take (writer);
  json_error_t error;
  Json *root = json_loadb (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                           JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
  if (root == NULL)
    g_error ("%s in %.*s", error.text, (int)g_bytes_get_size (bytes), (const char *)g_bytes_get_data (bytes, NULL));
  return root;
}

static void
assert_text (const Json *object, const char *name, const char *expected)
{
  g_assert_cmpstr (json_string_value (json_object_get (object, name)), ==, expected);
}

static void
test_members (void)
{
  g_auto (Writer) writer;
  writer_init (&writer);
  writer_open_object (&writer, NULL);
  writer_text (&writer, "name", "Élodie");
  writer_text (&writer, "phone", NULL);
  writer_word (&writer, "fund", "");
  writer_word (&writer, "day", "2026-11-21");
  writer_int (&writer, "least", G_MININT64);
  writer_int (&writer, "most", G_MAXINT64);
  writer_bool (&writer, "yes", TRUE);
  writer_money (&writer, "price_cents", money_of_cents (52667));
  writer_open_array (&writer, "list");
  writer_text (&writer, NULL, "a");
  writer_open_object (&writer, NULL);
  writer_close (&writer);
  writer_raw (&writer, NULL, "[1,2]");
  writer_close (&writer);
  writer_null (&writer, "last");
  writer_close (&writer);
  g_autoptr (Json) root = read_back (&writer);
  assert_text (root, "name", "Élodie");
  g_assert_true (json_is_null (json_object_get (root, "phone")));
  g_assert_true (json_is_null (json_object_get (root, "fund")));
  assert_text (root, "day", "2026-11-21");
  g_assert_cmpint (json_integer_value (json_object_get (root, "least")), ==, G_MININT64);
  g_assert_cmpint (json_integer_value (json_object_get (root, "most")), ==, G_MAXINT64);
  g_assert_true (json_is_true (json_object_get (root, "yes")));
  g_assert_cmpint (json_integer_value (json_object_get (root, "price_cents")), ==, 52667);
  g_assert_cmpuint (json_array_size (json_object_get (root, "list")), ==, 3);
  g_assert_true (json_is_null (json_object_get (root, "last")));
}

/* Every byte that needs care, alone and amid others. */
static void
test_escapes (void)
{
  for (int c = 1; c < 128; c++) {
    const char text[] = {'a', (char)c, '"', (char)c, '\\', '\0'};
    g_auto (Writer) writer;
    writer_init (&writer);
    writer_open_array (&writer, NULL);
    writer_text (&writer, NULL, text);
    writer_close (&writer);
    g_autoptr (Json) root = read_back (&writer);
    g_assert_cmpstr (json_string_value (json_array_get (root, 0)), ==, text);
  }
}

/* What a USB device says of itself may be anything. */
static void
test_bad_utf8 (void)
{
  static const char *const texts[] = {"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\xaf", "ok\xf4\x90\x80\x80"};
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_auto (Writer) writer;
    writer_init (&writer);
    writer_text (&writer, NULL, texts[i]);
    g_autoptr (Json) root = read_back (&writer);
    g_assert_true (json_is_string (root));
    g_assert_nonnull (strstr (json_string_value (root), "\xef\xbf\xbd"));
  }
}

static void
test_instants (void)
{
  g_auto (Writer) writer;
  writer_init (&writer);
  writer_open_object (&writer, NULL);
  writer_instant (&writer, "at", 1795302206);
  writer_instant (&writer, "never", 0);
  writer_instant (&writer, "beyond", G_MAXINT64);
  writer_instant_ms (&writer, "at_ms", 1795302206007);
  writer_close (&writer);
  g_autoptr (Json) root = read_back (&writer);
  assert_text (root, "at", "2026-11-21T23:03:26Z");
  assert_text (root, "never", NULL);
  assert_text (root, "beyond", NULL);
  assert_text (root, "at_ms", "2026-11-21T23:03:26.007Z");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/api/writer/members-come-back-as-they-were", test_members);
  g_test_add_func ("/api/writer/every-ascii-byte-survives", test_escapes);
  g_test_add_func ("/api/writer/bytes-that-are-not-utf8-are-replaced", test_bad_utf8);
  g_test_add_func ("/api/writer/instants-are-rfc3339-in-utc", test_instants);
  return g_test_run ();
}
