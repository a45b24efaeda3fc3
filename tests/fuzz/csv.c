/* csv_read on any bytes: it answers, in UTF-8 without control bytes; and what it read, written down with quotes, reads back the same. */
#include "tests/unit/actions/csv_read.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { REWRITTEN_LINE_MAX = 60 * 1024 };

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
write_field (GString *text, const char *field)
{
  g_string_append_c (text, '"');
  for (const char *p = field; *p != '\0'; p++) {
    if (*p == '"')
      g_string_append_c (text, '"');
    g_string_append_c (text, *p);
  }
  g_string_append_c (text, '"');
}

static GString *
write_records (const GPtrArray *records)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < records->len; i++) {
    const CsvRecord *record = g_ptr_array_index (records, i);
    for (guint f = 0; f < record->n_fields; f++) {
      g_assert_true (g_utf8_validate (record->fields[f], -1, NULL));
      g_assert_null (strpbrk (record->fields[f], "\r\n"));
      g_string_append (text, f > 0 ? ";" : "");
      write_field (text, record->fields[f]);
    }
    g_string_append_c (text, '\n');
  }
  return text;
}

static void
check_round_trip (const GPtrArray *records)
{
  g_autoptr (GString) text = write_records (records);
  const CsvRecord *first = records->len > 0 ? g_ptr_array_index (records, 0) : NULL;
  if (text->len > REWRITTEN_LINE_MAX || first == NULL || first->n_fields < 2)
    return; /* the separator is told by the first line: one column has none */
  g_autoptr (GPtrArray) again = csv_read (text->str, text->len, NULL);
  g_assert_nonnull (again);
  g_assert_cmpuint (again->len, ==, records->len);
  for (guint i = 0; i < again->len; i++) {
    const CsvRecord *a = g_ptr_array_index (again, i), *b = g_ptr_array_index (records, i);
    g_assert_true (g_strv_equal ((const char *const *)a->fields, (const char *const *)b->fields));
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = csv_read ((const char *)data, size, &error);
  if (records != NULL) {
    check_round_trip (records);
    return 0;
  }
  g_autofree char *sentence = finding_text (rule_error_finding (error), LANGUAGE_FR);
  g_assert_true (g_utf8_validate (sentence, -1, NULL));
  return 0;
}
