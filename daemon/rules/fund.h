/* May this fund pay that? Earmark (strand), period, balance. And how an amount is split in cents. */
#pragma once
#include "daemon/rules/dates.h"

typedef struct {
  const Fund *fund;
  Money amount;
  Strand strand; /* what the expense is */
  Expense expense;
  Day today;
} SpendFacts;
/* Amount must be > 0; the strand one of the fund's; the kind of expense one that the donor pays; from <= today <= to (confirmation right
 * "fund-period" outside, refused after a firm end); balance enough (M_FUND_SHORT says by how much). */
void fund_judge_spend (const SpendFacts *facts, Verdict *verdict);
/* What is left to spend. */
Money fund_balance (const Fund *fund);
/* May it pay expenses of that strand, of that kind? */
gboolean fund_has_strand (const Fund *fund, Strand strand);
gboolean fund_pays (const Fund *fund, Expense expense);
/* What paying for a thing of that kind is. */
Expense expense_of_item (ItemKind kind);
/* "équipement" / "equipment". Static. */
const char *strand_text (Strand strand, Language language);
/* "tablette" / "tablet". Static. */
const char *expense_text (Expense expense, Language language);
/* Splits total over n shares: the first (total mod n) shares get one cent more. shares has room for n. total >= 0. */
void money_split (Money total, guint n, Money *shares);

/* What this body set for one person; 0: no limit. A keep-alive saves the body's line, not the person's credit: it does not count. */
typedef struct {
  Money month_cap;   /* in a calendar month */
  int window_months; /* from the first recharge */
} RechargeLimits;

typedef struct {
  const Line *line;
  const char *holder;  /* who has the line, or NULL */
  int holder_overdue;  /* overdue loans of that person: stops a top-up, not a keep-alive */
  gboolean keep_alive; /* the cheapest recharge that saves the line */
  Day today;
  const RechargeLimits *limits; /* NULL: none */
  Money amount, month;          /* of this recharge, and what that person had this month without it */
  Day first;                    /* of that person's first recharge; "" when this is it */
} RechargeFacts;
/* retired, lost, expired, suspended lines are refused (suspended with confirmation "recharge-suspended"); overdue holder: confirmation "recharge-overdue" unless keep_alive.
 * Above the month's cap: confirmation "recharge-cap"; after the window: "recharge-window". */
void recharge_judge (const RechargeFacts *facts, Verdict *verdict);
