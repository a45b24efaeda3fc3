/* What became of a fund's money and what it will still have to pay: by month, from its first one to the end of its period. Reads only. */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/actions/offers.h"

/* One month. expected: recharges that keep the lines alive, counted from today on. left: at its end, granted less all that came before. */
typedef struct {
  char month[8]; /* "2026-11" */
  Money debit, credit, expected, left;
} FundReportMonth;

/* Start with {0}; fund_report_clear frees. A line needs the cheapest recharge that saves it on each of its last days until the period ends. */
typedef struct {
  Fund *fund;
  GArray *months;       /* of FundReportMonth */
  Money committed;      /* lines on loan: what was promised to people */
  Money keep_alive;     /* the other living lines */
  Money left;           /* balance less both; below zero: it will not do */
  gboolean has_endless; /* lines of which nobody knows when they die: they are in no figure */
  gint64 unpriced;      /* lines for which nothing is sold, as far as is known */
  GPtrArray *others;    /* of Fund: that pay the same lines today */
} FundReport;
void fund_report_clear (FundReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FundReport, fund_report_clear)

/* RULE_ERROR: M_CODE_*, M_FUND_NOT_FOUND. offers may be NULL. */
gboolean fund_report_load (Store *store, const Offers *offers, const Day *today, const char *fund, FundReport *report,
                           GError **error);
