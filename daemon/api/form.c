#include "daemon/api/form.h"
#include "daemon/actions/take_back.h"
#include <jansson.h>
#include <string.h>

struct _FormData {
  json_t *root;
  FormCommon common;
  GPtrArray *owned; /* lists and numbers that the struct points to; g_free'd */
  gpointer input;
};

/* How each type reads one value; FALSE: not that type, the error names what was expected. */
typedef gboolean (*FieldReader) (FormData *data, const Field *field, json_t *value, guint8 *target, GError **error);

void
form_data_free (FormData *data)
{
  if (data == NULL)
    return;
  json_decref (data->root);
  g_ptr_array_unref (data->owned);
  g_free (data->input);
  g_free (data);
}

gconstpointer
form_data_input (const FormData *data)
{
  return data->input;
}

const FormCommon *
form_data_common (const FormData *data)
{
  return &data->common;
}

static gboolean
refuse_type (const Field *field, const char *expected, GError **error)
{
  rule_error_set (error, M_FIELD_TYPE, field->name, expected, NULL);
  return FALSE;
}

/* Borrows the text of value. */
static gboolean
check_text (const Field *field, json_t *value, const char *expected, const char **text, GError **error)
{
  if (!json_is_string (value))
    return refuse_type (field, expected, error);
  if (json_string_length (value) > FORM_TEXT_MAX) {
    rule_error_set (error, M_FIELD_LONG, field->name, G_STRINGIFY (FORM_TEXT_MAX), NULL);
    return FALSE;
  }
  *text = json_string_value (value);
  return TRUE;
}

static gboolean
check_count (const Field *field, gsize count, GError **error)
{
  if (count <= FORM_LIST_MAX)
    return TRUE;
  rule_error_set (error, M_FIELD_LONG, field->name, G_STRINGIFY (FORM_LIST_MAX), NULL);
  return FALSE;
}

static gboolean
read_text (FormData *data G_GNUC_UNUSED, const Field *field, json_t *value, guint8 *target, GError **error)
{
  return check_text (field, value, "text", (const char **)(gpointer)target, error);
}

static gboolean
read_bool (FormData *data G_GNUC_UNUSED, const Field *field, json_t *value, guint8 *target, GError **error)
{
  if (!json_is_boolean (value))
    return refuse_type (field, "true, false", error);
  *(gboolean *)(gpointer)target = json_is_true (value);
  return TRUE;
}

static gboolean
read_int (FormData *data, const Field *field, json_t *value, guint8 *target, GError **error)
{
  if (!json_is_integer (value))
    return refuse_type (field, "12345", error);
  gint64 *number = g_new (gint64, 1);
  *number = json_integer_value (value);
  g_ptr_array_add (data->owned, number);
  *(const gint64 **)(gpointer)target = number;
  return TRUE;
}

static gboolean
read_texts (FormData *data, const Field *field, json_t *value, guint8 *target, GError **error)
{
  if (!json_is_array (value))
    return refuse_type (field, "[\"...\"]", error);
  gsize count = json_array_size (value);
  if (!check_count (field, count, error))
    return FALSE;
  const char **texts = g_new0 (const char *, count + 1);
  g_ptr_array_add (data->owned, texts);
  for (gsize i = 0; i < count; i++)
    if (!check_text (field, json_array_get (value, i), "[\"...\"]", &texts[i], error))
      return FALSE;
  *(const char *const **)(gpointer)target = texts;
  return TRUE;
}

static gboolean
read_pairs (FormData *data, const Field *field, json_t *value, guint8 *target, GError **error)
{
  if (!json_is_object (value))
    return refuse_type (field, "{\"...\": \"...\"}", error);
  if (!check_count (field, json_object_size (value), error))
    return FALSE;
  PieceSaid *pairs = g_new0 (PieceSaid, json_object_size (value) + 1);
  g_ptr_array_add (data->owned, pairs);
  gsize count = 0;
  const char *name;
  json_t *said;
  json_object_foreach (value, name, said)
  {
    pairs[count].name = name;
    if (!check_text (field, said, "{\"...\": \"...\"}", &pairs[count].state, error))
      return FALSE;
    count++;
  }
  *(const PieceSaid **)(gpointer)target = pairs;
  *(gsize *)(gpointer)(target - field->offset + field->count_offset) = count;
  return TRUE;
}

static const FieldReader readers[] = {
    [FIELD_TEXT] = read_text,   [FIELD_BOOL] = read_bool,   [FIELD_INT] = read_int,
    [FIELD_TEXTS] = read_texts, [FIELD_PAIRS] = read_pairs,
};

static const Field common_fields[] = {
    {"preview", FIELD_BOOL, G_STRUCT_OFFSET (FormCommon, preview), FALSE, 0},
    {"overrides", FIELD_TEXTS, G_STRUCT_OFFSET (FormCommon, overrides), FALSE, 0},
    {"comment", FIELD_TEXT, G_STRUCT_OFFSET (FormCommon, comment), FALSE, 0},
};
static const Form common_form = {sizeof (FormCommon), common_fields, G_N_ELEMENTS (common_fields)};

static gboolean
has_field (const Form *form, const char *name)
{
  for (gsize i = 0; i < form->n_fields; i++)
    if (g_str_equal (form->fields[i].name, name))
      return TRUE;
  return FALSE;
}

static gboolean
refuse_unknown_fields (const Form *form, json_t *root, GError **error)
{
  const char *name;
  json_t *value;
  json_object_foreach (root, name, value)
  {
    if (has_field (form, name) || has_field (&common_form, name))
      continue;
    rule_error_set (error, M_FIELD_UNKNOWN, name, NULL);
    return FALSE;
  }
  return TRUE;
}

static gboolean
read_fields (FormData *data, const Form *form, guint8 *input, GError **error)
{
  for (gsize i = 0; i < form->n_fields; i++) {
    const Field *field = &form->fields[i];
    json_t *value = json_object_get (data->root, field->name);
    if (value == NULL || json_is_null (value)) {
      if (!field->is_required)
        continue;
      rule_error_set (error, M_FIELD_MISSING, field->name, NULL);
      return FALSE;
    }
    if (!readers[field->type](data, field, value, input + field->offset, error))
      return FALSE;
  }
  return TRUE;
}

static json_t *
parse (const char *bytes, gsize length, GError **error)
{
  json_error_t where;
  json_t *root = json_loadb (bytes, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &where);
  if (root == NULL) {
    g_autofree char *line = g_strdup_printf ("%d", MAX (where.line, 1));
    g_autofree char *column = g_strdup_printf ("%d", MAX (where.column, 0));
    rule_error_set (error, M_BODY_NOT_JSON, line, column, NULL);
    return NULL;
  }
  if (json_is_object (root))
    return root;
  json_decref (root);
  rule_error_set (error, M_BODY_NOT_OBJECT, NULL);
  return NULL;
}

FormData *
form_read (const Form *form, const char *bytes, gsize length, GError **error)
{
  json_t *root = parse (bytes, length, error);
  if (root == NULL)
    return NULL;
  g_autoptr (FormData) data = g_new0 (FormData, 1);
  data->root = root;
  data->owned = g_ptr_array_new_with_free_func (g_free);
  data->input = g_malloc0 (form->size);
  if (!refuse_unknown_fields (form, root, error) ||
      !read_fields (data, &common_form, (guint8 *)(gpointer)&data->common, error) ||
      !read_fields (data, form, data->input, error))
    return NULL;
  return g_steal_pointer (&data);
}
