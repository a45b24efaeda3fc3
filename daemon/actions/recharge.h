/* Writing down a recharge that somebody made by hand, and paying it from a fund. Sends nothing to an operator. */
#pragma once
#include "daemon/actions/action.h"

/* As typed; borrowed, NULL or "" = absent. line and one of the amounts are required. */
typedef struct {
  const char *line;           /* code of a line or of a SIM card */
  const char *product;        /* "5 Go, 30 jours"; "recharge" when absent */
  const char *amount;         /* "9,90"; not together with amount_cents */
  const gint64 *amount_cents; /* NULL = absent */
  const char *fund;           /* code; may be absent when exactly one fund of strand connection runs that day */
  const char *on;             /* the day it was made, today when absent; never a day to come */
  gboolean keep_alive;        /* the cheapest one that keeps the line: allowed for an overdue borrower too */
} RechargeRequest;
/* Verb "recharge.add". outcome: the recharge's code, then the line's and the fund's. RULE_ERROR: M_MONEY_*, M_DAY_*,
 * M_FUND_NONE, M_FUND_CHOOSE, and the verdicts of rules/fund. */
gboolean recharge_line (Store *store, const ActionContext *context, const RechargeRequest *request, Outcome *outcome,
                        GError **error);
