/* JSON bodies read after a table: what is filled in, and what is refused by name. */
#include "daemon/api/form.h"
#include "daemon/actions/take_back.h"
#include <string.h>

typedef struct {
  const char *name;
  gboolean keep;
  const gint64 *cents;
  const char *const *list;
  const PieceSaid *pieces;
  gsize n_pieces;
} Input;
static const Field fields[] = {
    {"name", FIELD_TEXT, G_STRUCT_OFFSET (Input, name), TRUE, 0},
    {"keep", FIELD_BOOL, G_STRUCT_OFFSET (Input, keep), FALSE, 0},
    {"cents", FIELD_INT, G_STRUCT_OFFSET (Input, cents), FALSE, 0},
    {"list", FIELD_TEXTS, G_STRUCT_OFFSET (Input, list), FALSE, 0},
    {"pieces", FIELD_PAIRS, G_STRUCT_OFFSET (Input, pieces), FALSE, G_STRUCT_OFFSET (Input, n_pieces)},
};
static const Form form = {sizeof (Input), fields, G_N_ELEMENTS (fields)};
static const char *const whole =
    "{\"name\":\"Zo\\u00eb\",\"keep\":true,\"cents\":-7,\"list\":[\"a\",\"b\"],\"pieces\":{\"sleeve\":\"missing\"},"
    "\"preview\":true,\"overrides\":[\"lend-second\"],\"comment\":\"why\"}";

static void
test_all_types (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FormData) data = form_read (&form, whole, strlen (whole), &error);
  g_assert_no_error (error);
  const Input *input = form_data_input (data);
  g_assert_cmpstr (input->name, ==, "Zoë");
  g_assert_true (input->keep);
  g_assert_cmpint (*input->cents, ==, -7);
  g_assert_cmpstr (input->list[1], ==, "b");
  g_assert_null (input->list[2]);
  g_assert_cmpuint (input->n_pieces, ==, 1);
  g_assert_cmpstr (input->pieces[0].name, ==, "sleeve");
  g_assert_cmpstr (input->pieces[0].state, ==, "missing");
  const FormCommon *common = form_data_common (data);
  g_assert_true (common->preview);
  g_assert_cmpstr (common->overrides[0], ==, "lend-second");
  g_assert_cmpstr (common->comment, ==, "why");
}

static void
test_absent (void)
{
  const char *text = "{\"name\":\"A\",\"cents\":null,\"list\":[]}";
  g_autoptr (FormData) data = form_read (&form, text, strlen (text), NULL);
  const Input *input = form_data_input (data);
  g_assert_false (input->keep);
  g_assert_null (input->cents);
  g_assert_null (input->list[0]);
  g_assert_null (input->pieces);
  g_assert_cmpuint (input->n_pieces, ==, 0);
  g_assert_null (form_data_common (data)->overrides);
}

static void
assert_refused (const char *text, gsize length, MessageId id, const char *argument)
{
  g_autoptr (GError) error = NULL;
  FormData *data = form_read (&form, text, length, &error);
  g_assert_null (data);
  g_assert_error (error, RULE_ERROR, (int)id);
  if (argument != NULL)
    g_assert_cmpstr (rule_error_finding (error)->args[0], ==, argument);
}

static void
test_refusals (void)
{
  static const struct {
    const char *text;
    MessageId id;
    const char *argument;
  } cases[] = {
      {"", M_BODY_NOT_JSON, "1"},
      {"null", M_BODY_NOT_OBJECT, NULL},
      {"[{}]", M_BODY_NOT_OBJECT, NULL},
      {"{}", M_FIELD_MISSING, "name"},
      {"{\"name\":\"A\",\"nmae\":\"B\"}", M_FIELD_UNKNOWN, "nmae"},
      {"{\"name\":1}", M_FIELD_TYPE, "name"},
      {"{\"name\":\"A\",\"keep\":1}", M_FIELD_TYPE, "keep"},
      {"{\"name\":\"A\",\"cents\":1.5}", M_FIELD_TYPE, "cents"},
      {"{\"name\":\"A\",\"cents\":\"1\"}", M_FIELD_TYPE, "cents"},
      {"{\"name\":\"A\",\"list\":\"a\"}", M_FIELD_TYPE, "list"},
      {"{\"name\":\"A\",\"list\":[\"a\",null]}", M_FIELD_TYPE, "list"},
      {"{\"name\":\"A\",\"pieces\":[\"sleeve\"]}", M_FIELD_TYPE, "pieces"},
      {"{\"name\":\"A\",\"pieces\":{\"sleeve\":{}}}", M_FIELD_TYPE, "pieces"},
      {"{\"name\":\"A\",\"comment\":{}}", M_FIELD_TYPE, "comment"},
      {"{\"name\":\"A\",\"cents\":9223372036854775808}", M_BODY_NOT_JSON, NULL},
      {"{\"name\":\"A\",\"name\":\"A\"}", M_BODY_NOT_JSON, NULL},
      {"{\"name\":'A'}", M_BODY_NOT_JSON, NULL},
      {"{\"name\":\"A\",}", M_BODY_NOT_JSON, NULL},
      {"{\"name\":\"\\ud800\"}", M_BODY_NOT_JSON, NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_refused (cases[i].text, strlen (cases[i].text), cases[i].id, cases[i].argument);
}

/* Cut at every byte, and doubled: never taken, never a crash. */
static void
test_cut_and_doubled (void)
{
  for (gsize length = 0; length < strlen (whole); length++) {
    g_autofree char *exact = g_memdup2 (whole, length + 1); /* so that the sanitizer sees a read beyond */
    assert_refused (exact, length, M_BODY_NOT_JSON, NULL);
  }
  g_autofree char *doubled = g_strconcat (whole, whole, NULL);
  assert_refused (doubled, strlen (doubled), M_BODY_NOT_JSON, NULL);
}

static void
test_depth (void)
{
  static const char *const bombs[] = {"[", "{\"a\":", "[{\"a\":"};
  for (gsize i = 0; i < G_N_ELEMENTS (bombs); i++) {
    g_autoptr (GString) bomb = g_string_new (NULL);
    for (int n = 0; n < 100000; n++)
      g_string_append (bomb, bombs[i]);
    assert_refused (bomb->str, bomb->len, M_BODY_NOT_JSON, NULL);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/api/form/fills-every-type", test_all_types);
  g_test_add_func ("/api/form/absent-and-null-are-the-same", test_absent);
  g_test_add_func ("/api/form/refuses-by-name", test_refusals);
  g_test_add_func ("/api/form/refuses-cut-and-doubled-bytes", test_cut_and_doubled);
  g_test_add_func ("/api/form/refuses-deep-nesting", test_depth);
  return g_test_run ();
}
