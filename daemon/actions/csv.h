/* A CSV file as spreadsheets write it, read record by record: memory does not grow with the file. Foreign bytes: knows nothing of tablets or
 * of the register. */
#pragma once
#include "daemon/rules/message.h"
#include <stdio.h>

typedef struct {
  guint line;    /* where the record starts in the file, from 1 */
  char **fields; /* UTF-8, trimmed, NULL-terminated; owned */
  guint n_fields;
} CsvRecord;
void csv_record_free (CsvRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsvRecord, csv_record_free)

typedef struct _CsvReader CsvReader;
/* Looks the whole file over, and goes back to its beginning: separators ; , and tab (told by the first line), quotes, \n \r\n \r, UTF-8 with
 * or without a mark, Windows-1252. file is borrowed and must be seekable. RULE_ERROR: M_IMPORT_NOT_TEXT (NUL or control bytes),
 * M_IMPORT_LINE_LONG (64 KiB); G_IO_ERROR when it cannot be read. Caller frees. */
CsvReader *csv_reader_new (FILE *file, GError **error);
void csv_reader_free (CsvReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsvReader, csv_reader_free)
/* Lines of the file, empty ones too. */
guint csv_reader_lines (const CsvReader *reader);
/* The next record that is not empty; NULL at the end, or with an error: M_IMPORT_QUOTE (not closed within 64 KiB). Caller frees. */
CsvRecord *csv_reader_next (CsvReader *reader, GError **error);
