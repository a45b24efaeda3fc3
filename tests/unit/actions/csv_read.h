/* Bytes in memory as a CSV file, for the tests of the reader and its fuzz target. */
#pragma once
#include "daemon/actions/csv.h"

static inline void
free_csv_record (gpointer record)
{
  csv_record_free (record);
}

/* All records; NULL on error. Caller unrefs. */
static inline GPtrArray *
csv_read (const char *bytes, gsize length, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func (free_csv_record);
  g_autoptr (GError) problem = NULL;
  FILE *file = fmemopen ((void *)(guintptr)bytes, length, "r");
  g_assert_nonnull (file);
  g_autoptr (CsvReader) reader = csv_reader_new (file, &problem);
  CsvRecord *record;
  while (reader != NULL && (record = csv_reader_next (reader, &problem)) != NULL)
    g_ptr_array_add (records, record);
  (void)fclose (file); /* only read from */
  if (problem == NULL)
    return g_steal_pointer (&records);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}
