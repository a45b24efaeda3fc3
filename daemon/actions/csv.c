/* CSV: bytes to records, in two passes over the file: a survey of it, then one record after the other with a cursor of one byte. */
#include "daemon/actions/csv.h"
#include <errno.h>
#include <gio/gio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 64 * 1024, SIGN_MAX = 6 /* bytes of one sign of UTF-8 that is being waited for */ };
#define END_OF_FILE EOF

struct _CsvReader {
  FILE *file; /* not owned */
  char separator;
  gboolean is_utf8;   /* else Windows-1252 */
  guint lines;        /* of the whole file */
  int at;             /* the byte at the cursor, or END_OF_FILE */
  guint line;         /* where the cursor is */
  gsize record_bytes; /* of the record being read */
  GPtrArray *fields;  /* of the same */
};

void
csv_record_free (CsvRecord *record)
{
  if (record == NULL)
    return;
  g_strfreev (record->fields);
  g_free (record);
}

static gboolean
is_line_end (int c)
{
  return c == '\n' || c == '\r';
}

/* ---- the survey ---- */

static const char separators[] = ";,\t";

/* What is known of the file after so many bytes. */
typedef struct {
  guint line;       /* from 1 */
  gsize line_bytes; /* of the line so far */
  int last;         /* the byte before */
  gboolean is_utf8, is_windows_1252;
  guchar sign[SIGN_MAX]; /* the beginning of a sign whose end is in the next bytes */
  gsize sign_bytes;
  gboolean is_first_line, is_quoted;
  guint counts[sizeof separators - 1]; /* of each separator in the first line, outside quotes */
} Survey;

/* Spreadsheets write no control byte but tab and line ends; an archive, a picture or UTF-16 has some at once. */
static gboolean
looks_like_text (guchar c)
{
  return (c >= 0x20 || c == '\t' || is_line_end (c)) && c != 0x7f;
}

static gboolean
is_in_windows_1252 (guchar c)
{
  return strchr ("\x81\x8d\x8f\x90\x9d", c) == NULL;
}

static void
survey_first_line (Survey *survey, guchar c)
{
  const char *candidate = strchr (separators, c);
  if (c == '"')
    survey->is_quoted = !survey->is_quoted;
  else if (candidate != NULL && !survey->is_quoted)
    survey->counts[candidate - separators]++;
  survey->is_first_line = survey->is_quoted || !is_line_end (c);
}

static gboolean
survey_byte (Survey *survey, guchar c, GError **error)
{
  gboolean is_second_half = c == '\n' && survey->last == '\r';
  if (!looks_like_text (c)) {
    rule_error_set (error, M_IMPORT_NOT_TEXT, NULL);
    return FALSE;
  }
  if (survey->is_first_line)
    survey_first_line (survey, c);
  survey->is_windows_1252 = survey->is_windows_1252 && is_in_windows_1252 (c);
  survey->last = c;
  survey->line += is_line_end (c) && !is_second_half;
  survey->line_bytes = is_line_end (c) ? 0 : survey->line_bytes + 1;
  if (survey->line_bytes <= LINE_MAX_BYTES)
    return TRUE;
  g_autofree char *where = g_strdup_printf ("%u", survey->line);
  rule_error_set (error, M_IMPORT_LINE_LONG, where, G_STRINGIFY (65536), NULL);
  return FALSE;
}

/* bytes: what was left of the part before, then this part. A sign that is cut at the end waits for the next part. */
static void
survey_encoding (Survey *survey, const char *bytes, gsize size)
{
  const char *end;
  if (g_utf8_validate_len (bytes, size, &end)) {
    survey->sign_bytes = 0;
    return;
  }
  gsize left = size - (gsize)(end - bytes);
  gboolean is_cut = left < SIGN_MAX && g_utf8_get_char_validated (end, (gssize)left) == (gunichar)-2;
  survey->is_utf8 = survey->is_utf8 && is_cut;
  survey->sign_bytes = is_cut ? left : 0;
  memcpy (survey->sign, end, survey->sign_bytes);
}

static gboolean
survey_part (Survey *survey, const char *bytes, gsize size, GError **error)
{
  for (gsize i = 0; i < size; i++)
    if (!survey_byte (survey, (guchar)bytes[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
survey_file (Survey *survey, FILE *file, GError **error)
{
  enum { PART = 64 * 1024 };
  g_autofree char *bytes = g_malloc (PART + SIGN_MAX);
  for (;;) {
    memcpy (bytes, survey->sign, survey->sign_bytes);
    gsize before = survey->sign_bytes;
    gsize size = fread (bytes + before, 1, PART, file);
    if (size == 0)
      break;
    if (!survey_part (survey, bytes + before, size, error))
      return FALSE;
    survey_encoding (survey, bytes, before + size);
  }
  survey->is_utf8 = survey->is_utf8 && survey->sign_bytes == 0;
  if (ferror (file)) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "the file cannot be read: %s", g_strerror (errno));
    return FALSE;
  }
  if (!survey->is_utf8 && !survey->is_windows_1252)
    rule_error_set (error, M_IMPORT_NOT_TEXT, NULL);
  return survey->is_utf8 || survey->is_windows_1252;
}

/* The sign that is most often in the first line. A file of one column has none: any will do. */
static char
separator_of (const Survey *survey)
{
  gsize best = 0;
  for (gsize i = 1; i < G_N_ELEMENTS (survey->counts); i++)
    if (survey->counts[i] > survey->counts[best])
      best = i;
  return separators[best];
}

/* ---- records ---- */

static void
advance (CsvReader *reader)
{
  reader->at = getc_unlocked (reader->file);
  reader->record_bytes++;
}

static void
rewind_past_mark (CsvReader *reader)
{
  char start[3] = "";
  rewind (reader->file);
  if (fread (start, 1, sizeof start, reader->file) < sizeof start || memcmp (start, "\xef\xbb\xbf", sizeof start) != 0)
    rewind (reader->file);
  advance (reader);
}

CsvReader *
csv_reader_new (FILE *file, GError **error)
{
  Survey survey = {.line = 1, .last = END_OF_FILE, .is_utf8 = TRUE, .is_windows_1252 = TRUE, .is_first_line = TRUE};
  if (!survey_file (&survey, file, error))
    return NULL;
  CsvReader *reader = g_new0 (CsvReader, 1);
  *reader = (CsvReader){.file = file,
                        .separator = separator_of (&survey),
                        .is_utf8 = survey.is_utf8,
                        .lines = survey.line - (survey.line_bytes == 0),
                        .line = 1,
                        .fields = g_ptr_array_new_with_free_func (g_free)};
  rewind_past_mark (reader);
  return reader;
}

void
csv_reader_free (CsvReader *reader)
{
  if (reader == NULL)
    return;
  g_ptr_array_unref (reader->fields);
  g_free (reader);
}

guint
csv_reader_lines (const CsvReader *reader)
{
  return reader->lines;
}

static void
skip_blanks (CsvReader *reader)
{
  while (reader->at == ' ' || (reader->at == '\t' && reader->separator != '\t'))
    advance (reader);
}

static gboolean
at_field_end (const CsvReader *reader)
{
  return reader->at == END_OF_FILE || reader->at == reader->separator || is_line_end (reader->at);
}

static void
pass_line_end (CsvReader *reader)
{
  gboolean is_return = reader->at == '\r';
  advance (reader);
  if (is_return && reader->at == '\n')
    advance (reader);
  reader->line++;
}

/* The cursor is at a quote. TRUE: it closed the field, or what follows shows that it should have. */
static gboolean
pass_quote (CsvReader *reader, GString *field)
{
  advance (reader);
  if (reader->at != '"')
    return TRUE;
  g_string_append_c (field, '"');
  advance (reader);
  return FALSE;
}

/* The cursor is after the opening quote. A doubled quote stands for one; line ends inside become spaces. */
static gboolean
read_quoted (CsvReader *reader, GString *field, GError **error)
{
  g_autofree char *opened = g_strdup_printf ("%u", reader->line);
  gboolean is_closed = FALSE;
  while (!is_closed && reader->at != END_OF_FILE && reader->record_bytes <= LINE_MAX_BYTES) {
    if (reader->at == '"') {
      is_closed = pass_quote (reader, field);
    } else if (is_line_end (reader->at)) {
      g_string_append_c (field, ' ');
      pass_line_end (reader);
    } else {
      g_string_append_c (field, (char)reader->at);
      advance (reader);
    }
  }
  skip_blanks (reader);
  if (is_closed && at_field_end (reader))
    return TRUE;
  rule_error_set (error, M_IMPORT_QUOTE, opened, NULL);
  return FALSE;
}

/* In UTF-8. The survey has seen every byte, so that it can be converted. */
static char *
decoded (const CsvReader *reader, const char *bytes)
{
  if (reader->is_utf8 || g_str_is_ascii (bytes))
    return g_strdup (bytes);
  return g_convert (bytes, -1, "UTF-8", "WINDOWS-1252", NULL, NULL, NULL);
}

static gboolean
read_field (CsvReader *reader, GError **error)
{
  g_autoptr (GString) field = g_string_new (NULL);
  skip_blanks (reader);
  if (reader->at == '"') {
    advance (reader);
    if (!read_quoted (reader, field, error))
      return FALSE;
  } else {
    for (; !at_field_end (reader); advance (reader))
      g_string_append_c (field, (char)reader->at);
  }
  g_autofree char *text = decoded (reader, field->str);
  g_ptr_array_add (reader->fields, g_strdup (g_strstrip (text)));
  return TRUE;
}

static gboolean
read_fields (CsvReader *reader, GError **error)
{
  g_ptr_array_set_size (reader->fields, 0);
  reader->record_bytes = 0;
  for (;;) {
    if (!read_field (reader, error))
      return FALSE;
    if (reader->at != reader->separator)
      break;
    advance (reader);
  }
  if (reader->at != END_OF_FILE)
    pass_line_end (reader);
  return TRUE;
}

static gboolean
is_empty_line (const CsvReader *reader)
{
  for (guint i = 0; i < reader->fields->len; i++)
    if (*(const char *)g_ptr_array_index (reader->fields, i) != '\0')
      return FALSE;
  return TRUE;
}

static CsvRecord *
record_of_fields (CsvReader *reader, guint line)
{
  CsvRecord *record = g_new0 (CsvRecord, 1);
  record->line = line;
  record->n_fields = reader->fields->len;
  g_ptr_array_add (reader->fields, NULL);
  record->fields = (char **)g_ptr_array_steal (reader->fields, NULL);
  return record;
}

CsvRecord *
csv_reader_next (CsvReader *reader, GError **error)
{
  while (reader->at != END_OF_FILE) {
    guint line = reader->line;
    if (!read_fields (reader, error))
      return NULL;
    if (!is_empty_line (reader))
      return record_of_fields (reader, line);
  }
  return NULL;
}
