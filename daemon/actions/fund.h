/* Writing down money that was granted: a donor's gift, a public funder's period. Spending it belongs to item.h and recharge.h. */
#pragma once
#include "daemon/actions/action.h"
#include "db/fund.h"

/* As typed; borrowed, NULL or "" = absent. name, one of the amounts, from, to and strand are required. */
typedef struct {
  const char *name;
  const char *amount;         /* "7 900,00"; not together with amount_cents */
  const gint64 *amount_cents; /* NULL = absent */
  const char *from, *to;      /* days, both included */
  const char *strand;         /* "equipment" "skills" "connection" */
} FundRequest;
/* Verb "fund.add". outcome: the fund's code. RULE_ERROR: M_MONEY_*, M_DAY_*, M_STRAND_UNKNOWN, M_DAY_ORDER, M_FUND_KNOWN (that name). */
gboolean fund_add (Store *store, const ActionContext *context, const FundRequest *request, Outcome *outcome,
                   GError **error);

/* The fund with the code that somebody typed. M_CODE_*, M_FUND_NOT_FOUND. Caller frees. */
Fund *fund_find (Store *store, const char *text, GError **error);
/* The fund of that strand that runs on day, when there is exactly one: M_FUND_NONE, M_FUND_CHOOSE. Caller frees. */
Fund *fund_only_one (Store *store, Strand strand, const Day *day, GError **error);
