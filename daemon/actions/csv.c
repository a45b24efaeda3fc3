/* CSV: bytes to text, text to records. One pass with a cursor; the text ends with a NUL that cannot be inside. */
#include "daemon/actions/csv.h"
#include <string.h>

enum { LINE_MAX_BYTES = 64 * 1024 };

typedef struct {
  const char *at; /* the cursor */
  char separator;
  guint line; /* where the cursor is */
  guint records_max;
  GPtrArray *records; /* CsvRecord */
  GPtrArray *fields;  /* of the record being read */
} Reader;

void
csv_record_free (CsvRecord *record)
{
  if (record == NULL)
    return;
  g_strfreev (record->fields);
  g_free (record);
}

static gboolean
is_line_end (char c)
{
  return c == '\n' || c == '\r';
}

/* Spreadsheets write no control byte but tab and line ends; an archive, a picture or UTF-16 has some at once. */
static gboolean
looks_like_text (const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++) {
    guchar c = (guchar)bytes[i];
    if ((c < 0x20 && c != '\t' && !is_line_end ((char)c)) || c == 0x7f)
      return FALSE;
  }
  return TRUE;
}

static gboolean
lines_are_short (const char *bytes, gsize length, GError **error)
{
  guint line = 1;
  gsize start = 0;
  for (gsize i = 0; i < length; i++) {
    gboolean is_second_half = i > 0 && bytes[i] == '\n' && bytes[i - 1] == '\r';
    if (is_line_end (bytes[i])) {
      line += !is_second_half;
      start = i + 1;
      continue;
    }
    if (i - start < LINE_MAX_BYTES)
      continue;
    g_autofree char *where = g_strdup_printf ("%u", line);
    rule_error_set (error, M_IMPORT_LINE_LONG, where, G_STRINGIFY (65536), NULL);
    return FALSE;
  }
  return TRUE;
}

/* UTF-8 when it is valid UTF-8, else what French Windows writes. */
static char *
decode (const char *bytes, gsize length, GError **error)
{
  static const char mark[] = "\xef\xbb\xbf";
  if (length >= 3 && memcmp (bytes, mark, 3) == 0) {
    bytes += 3;
    length -= 3;
  }
  if (!looks_like_text (bytes, length)) {
    rule_error_set (error, M_IMPORT_NOT_TEXT, NULL);
    return NULL;
  }
  if (!lines_are_short (bytes, length, error))
    return NULL;
  if (g_utf8_validate (bytes, (gssize)length, NULL))
    return g_strndup (bytes, length);
  char *text = g_convert (bytes, (gssize)length, "UTF-8", "WINDOWS-1252", NULL, NULL, NULL);
  if (text == NULL)
    rule_error_set (error, M_IMPORT_NOT_TEXT, NULL);
  return text;
}

/* The sign that is most often in the first line, outside quotes. A file of one column has none: any will do. */
static char
guess_separator (const char *text)
{
  static const char candidates[] = ";,\t";
  guint counts[G_N_ELEMENTS (candidates)] = {0};
  gboolean is_quoted = FALSE;
  for (const char *p = text; *p != '\0' && (is_quoted || !is_line_end (*p)); p++) {
    const char *candidate = strchr (candidates, *p);
    if (*p == '"')
      is_quoted = !is_quoted;
    else if (candidate != NULL && !is_quoted)
      counts[candidate - candidates]++;
  }
  gsize best = 0;
  for (gsize i = 1; i < G_N_ELEMENTS (candidates); i++)
    if (counts[i] > counts[best])
      best = i;
  return candidates[best];
}

static void
skip_blanks (Reader *reader)
{
  while (*reader->at == ' ' || (*reader->at == '\t' && reader->separator != '\t'))
    reader->at++;
}

static gboolean
at_field_end (const Reader *reader)
{
  return *reader->at == '\0' || *reader->at == reader->separator || is_line_end (*reader->at);
}

static void
pass_line_end (Reader *reader)
{
  reader->at += reader->at[0] == '\r' && reader->at[1] == '\n' ? 2 : 1;
  reader->line++;
}

/* The cursor is after the opening quote. A doubled quote stands for one; line ends inside become spaces. */
static gboolean
read_quoted (Reader *reader, GString *field, GError **error)
{
  g_autofree char *opened = g_strdup_printf ("%u", reader->line);
  for (;;) {
    if (reader->at[0] == '"' && reader->at[1] == '"') {
      g_string_append_c (field, '"');
      reader->at += 2;
    } else if (*reader->at == '"' || *reader->at == '\0') {
      break;
    } else if (is_line_end (*reader->at)) {
      g_string_append_c (field, ' ');
      pass_line_end (reader);
    } else {
      g_string_append_c (field, *reader->at++);
    }
  }
  gboolean is_closed = *reader->at == '"';
  reader->at += is_closed;
  skip_blanks (reader);
  if (is_closed && at_field_end (reader))
    return TRUE;
  rule_error_set (error, M_IMPORT_QUOTE, opened, NULL);
  return FALSE;
}

static gboolean
read_field (Reader *reader, GError **error)
{
  g_autoptr (GString) field = g_string_new (NULL);
  skip_blanks (reader);
  if (*reader->at == '"') {
    reader->at++;
    if (!read_quoted (reader, field, error))
      return FALSE;
  } else {
    while (!at_field_end (reader))
      g_string_append_c (field, *reader->at++);
  }
  g_ptr_array_add (reader->fields, g_strdup (g_strstrip (field->str)));
  return TRUE;
}

static gboolean
is_empty_line (const Reader *reader)
{
  for (guint i = 0; i < reader->fields->len; i++)
    if (*(const char *)g_ptr_array_index (reader->fields, i) != '\0')
      return FALSE;
  return TRUE;
}

static gboolean
keep_record (Reader *reader, guint line, GError **error)
{
  if (is_empty_line (reader)) {
    g_ptr_array_set_size (reader->fields, 0);
    return TRUE;
  }
  if (reader->records->len >= reader->records_max) {
    g_autofree char *max = g_strdup_printf ("%u", reader->records_max - 1); /* the header is no line of data */
    rule_error_set (error, M_IMPORT_TOO_MANY, max, NULL);
    return FALSE;
  }
  CsvRecord *record = g_new0 (CsvRecord, 1);
  record->line = line;
  record->n_fields = reader->fields->len;
  g_ptr_array_add (reader->fields, NULL);
  record->fields = (char **)g_ptr_array_steal (reader->fields, NULL);
  g_ptr_array_add (reader->records, record);
  return TRUE;
}

static gboolean
read_record (Reader *reader, GError **error)
{
  guint line = reader->line;
  for (;;) {
    if (!read_field (reader, error))
      return FALSE;
    if (*reader->at != reader->separator)
      break;
    reader->at++;
  }
  if (*reader->at != '\0')
    pass_line_end (reader);
  return keep_record (reader, line, error);
}

GPtrArray *
csv_read (const char *bytes, gsize length, guint records_max, GError **error)
{
  g_autofree char *text = decode (bytes, length, error);
  if (text == NULL)
    return NULL;
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify)csv_record_free);
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (g_free);
  Reader reader = {.at = text,
                   .separator = guess_separator (text),
                   .line = 1,
                   .records_max = records_max,
                   .records = records,
                   .fields = fields};
  while (*reader.at != '\0')
    if (!read_record (&reader, error))
      return NULL;
  return g_steal_pointer (&records);
}
