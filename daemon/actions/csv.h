/* A CSV file as spreadsheets write it, cut into fields. Foreign bytes: knows nothing of tablets or of the register. */
#pragma once
#include "daemon/rules/message.h"

typedef struct {
  guint line;    /* where the record starts in the file, from 1 */
  char **fields; /* UTF-8, trimmed, NULL-terminated; owned */
  guint n_fields;
} CsvRecord;
void csv_record_free (CsvRecord *record);

/* Reads separators ; , and tab (told by the first line), quotes, \n \r\n \r, UTF-8 with or without a mark, Windows-1252. Empty lines
 * are left out. Array of CsvRecord, maybe empty; caller unrefs. RULE_ERROR: M_IMPORT_NOT_TEXT (NUL or control bytes),
 * M_IMPORT_LINE_LONG (64 KiB), M_IMPORT_QUOTE (not closed), M_IMPORT_TOO_MANY (records_max, first one included). */
GPtrArray *csv_read (const char *bytes, gsize length, guint records_max, GError **error);
