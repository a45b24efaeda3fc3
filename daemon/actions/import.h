/* Bringing in a list of tablets, SIM cards or people as CSV: a verdict per line, then all or nothing. It decides nothing itself: every
 * line goes through item_add, sim_add or person_add. Columns, separators and encodings: docs/decisions/0005-import.md. How a long file
 * yields to the desk and is never half there: importer.h. */
#pragma once
#include "daemon/actions/action.h"
#include "db/idempotency.h"
#include <stdio.h>

#define IMPORT_LINES_MAX 1000000
#define IMPORT_ROWS_MAX  1000 /* rows of a report; of a longer file it has the errors alone */

typedef enum {
  IMPORT_MAKE,  /* was made, or would be */
  IMPORT_KNOWN, /* in the register already: nothing to do */
  IMPORT_ERROR, /* why is in the finding */
} ImportVerdict;
const char *import_verdict_name (ImportVerdict verdict); /* "make" "known" "error" */
typedef struct {
  guint line; /* of the file, the header is 1 */
  ImportVerdict verdict;
  Code code;        /* what was made or is known; "" for an error, and for what a rehearsal would make */
  Finding *finding; /* the sentence about this line; owned */
} ImportRow;
/* Start with import_report_init; import_report_clear frees. */
typedef struct {
  const char *kind; /* "tablets", "sims" or "persons"; NULL until the header was read. Static */
  gboolean is_rehearsal;
  guint lines;               /* lines of data */
  guint made, known, errors; /* of them */
  GPtrArray *rows;           /* ImportRow *, in the order of the file */
} ImportReport;
void import_report_init (ImportReport *report);
void import_report_clear (ImportReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImportReport, import_report_clear)

/* Borrowed. */
typedef struct {
  FILE *file;                   /* seekable, at its beginning */
  const char *kind;             /* "tablets", "sims", "persons"; NULL or "auto": told by the header */
  const char *fund;             /* code of the fund that pays the lines without a fund column; NULL: none pays them */
  const ActionContext *context; /* is_preview: the rehearsal */
  const char *key, *method, *target; /* Idempotency-Key (NULL: none) and the request it stands for */
} ImportRequest;
