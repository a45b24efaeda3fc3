/* What a regie hands to the accountant: the journal of a month or a year with its papers, or a request to give back what was spent. One builder,
 * two renderings (PDF, CSV) of the same facts. In French: it goes to a French accountant. */
#pragma once
#include "daemon/rules/dates.h"
#include "db/store.h"

/* What is asked. Borrowed for the time of the call. */
typedef struct {
  const char *regie;      /* code */
  const char *period;     /* "2026-11" or "2026"; NULL: request */
  gint64 request;         /* number of a request */
  const char *owner_line; /* the body, or NULL */
  const Calendar *calendar;
  gint64 now; /* epoch seconds: when it is issued */
} StatementAsk;

typedef struct _Statement Statement;
/* RULE_ERROR: M_REGIE_PERIOD, M_REGIE_LONG (too many lines for one document); DB_ERROR_NOT_FOUND: no such regie or request. Caller frees. */
Statement *statement_load (Store *store, const StatementAsk *ask, GError **error);
void statement_free (Statement *statement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Statement, statement_free)

/* A tagged PDF with places to sign. LABEL_ERROR_*. Any thread. Caller unrefs. */
GBytes *statement_pdf (const Statement *statement, GError **error);
/* Cells separated by ";", in UTF-8 with a mark at the start, money as "12,50": as a spreadsheet reads it. Caller unrefs. */
GBytes *statement_csv (const Statement *statement);
