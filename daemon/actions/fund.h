/* Writing down money that was granted: a donor's gift, a public funder's period. Spending it belongs to item.h and recharge.h. */
#pragma once
#include "daemon/actions/action.h"
#include "db/fund.h"

/* What the donor asks for. As typed; borrowed, NULL or "" = absent. The one word "none" empties what is there. */
typedef struct {
  const char *text;            /* in the donor's words */
  const char *const *strands;  /* that it may pay besides its own */
  const char *const *expenses; /* kinds of expense; all of them when there is none */
  const char *firm_end;        /* "yes": nothing after the period, whoever asks; "no" */
} FundConditions;

/* As typed; borrowed, NULL or "" = absent. name, one of the amounts, from, to and strand are required. */
typedef struct {
  const char *name;
  const char *amount;         /* "7 900,00"; not together with amount_cents */
  const gint64 *amount_cents; /* NULL = absent */
  const char *from, *to;      /* days, both included */
  const char *strand;         /* "equipment" "skills" "connection" */
  FundConditions conditions;
} FundRequest;
/* Verb "fund.add". outcome: the fund's code. RULE_ERROR: M_MONEY_*, M_DAY_*, M_STRAND_UNKNOWN, M_DAY_ORDER, M_FUND_KNOWN (that name). */
gboolean fund_add (Store *store, const ActionContext *context, const FundRequest *request, Outcome *outcome,
                   GError **error);

/* What changes of a fund; absent: it stays. Its strand does not change, nor what was spent. */
typedef struct {
  const char *fund;
  const char *name, *amount;
  const gint64 *amount_cents;
  const char *from, *to;
  FundConditions conditions;
} FundChange;
/* Verb "fund.change", with a comment (M_CHANGE_REASON); the journal keeps what was before. outcome: the fund's code. RULE_ERROR: as fund.add,
 * and M_FUND_GRANT_SHORT: less than what was spent. */
gboolean fund_change (Store *store, const ActionContext *context, const FundChange *change, Outcome *outcome,
                      GError **error);

/* The fund with the code that somebody typed. M_CODE_*, M_FUND_NOT_FOUND. Caller frees. */
Fund *fund_find (Store *store, const char *text, GError **error);
/* The funds that pay that strand and that kind of expense and run on day. Array of Fund; caller unrefs. */
GPtrArray *fund_paying (Store *store, Strand strand, Expense expense, const Day *day, GError **error);
/* "FBCD-FGHK Don Durand, ..." for a sentence. Caller frees. */
char *fund_names (const GPtrArray *funds);
/* The fund that pays recharges of that strand and runs on day, when there is exactly one: M_FUND_NONE, M_FUND_CHOOSE. Caller frees. */
Fund *fund_only_one (Store *store, Strand strand, const Day *day, GError **error);
