/* Bringing in a list of tablets, SIM cards or people as CSV: a verdict per line, then all or nothing. It decides nothing itself: every
 * line goes through item_add, sim_add or person_add. Columns, separators and encodings: docs/decisions/0005-import.md. */
#pragma once
#include "daemon/actions/action.h"

#define IMPORT_LINES_MAX 100000

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
  const char *kind;          /* "tablets", "sims" or "persons"; NULL until the header was read. Static */
  guint lines;               /* lines of data */
  guint made, known, errors; /* of them */
  GPtrArray *rows;           /* ImportRow *, in the order of the file */
} ImportReport;
void import_report_init (ImportReport *report);
void import_report_clear (ImportReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImportReport, import_report_clear)

typedef struct {
  const char *bytes; /* the file, of length bytes; borrowed */
  gsize length;
  const char *kind; /* "tablets", "sims", "persons"; NULL or "auto": told by the header */
  const char *fund; /* code of the fund that pays the lines without a fund column; NULL: none pays them */
} ImportRequest;
/* Verb "import", in one transaction. context->is_preview: the rehearsal, the same path, undone at the end; TRUE whatever the lines
 * say. Otherwise FALSE when a line has an error (RULE_ERROR M_IMPORT_WRONG): the caller's savepoint must be undone. report is filled
 * in all these cases, also on FALSE, because it says what to mend. A file that cannot be read at all is a RULE_ERROR M_IMPORT_*. Lines that
 * are all known change nothing and write no journal line. */
gboolean import_run (Store *store, const ActionContext *context, const ImportRequest *request, ImportReport *report,
                     GError **error);
