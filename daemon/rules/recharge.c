/* May this line be recharged? Declared in fund.h, beside the money that pays it. Which product to buy is not decided here. */
#include "daemon/rules/fund.h"
#include <string.h>

#define LINE_ENDS_SOON_DAYS 30

static void
judge_state (const Line *line, Verdict *verdict)
{
  switch (line->state) {
  case LINE_LOST:
  case LINE_EXPIRED:
  case LINE_RETIRED:
    verdict_add (verdict, M_RECHARGE_LINE_STATE, line->code, line_state_name (line->state), NULL);
    return;
  case LINE_SUSPENDED:
    verdict_add (verdict, M_RECHARGE_SUSPENDED, line->code, NULL);
    return;
  case LINE_STOCK:
  case LINE_ACTIVE:
  case LINE_LENT:
  case LINE_RETURNED:
  case LINE_STATES_N:
    return;
  }
}

/* The operator's clock: the day after which the number is gone. */
static void
judge_clock (const Line *line, const Day *today, Verdict *verdict)
{
  if (!day_is_set (&line->end.day))
    return;
  int days = day_until (today, &line->end.day);
  if (days < 0)
    verdict_add (verdict, M_LINE_ENDED, line->code, line->end.day.text, NULL);
  else if (days <= LINE_ENDS_SOON_DAYS)
    verdict_add (verdict, M_LINE_ENDS, line->code, line->end.day.text, NULL);
}

/* An amount, or a number, as an argument of a message. */
typedef struct {
  char text[24];
} Number;

static Number
number (gint64 value)
{
  Number printed;
  g_snprintf (printed.text, sizeof printed.text, "%" G_GINT64_FORMAT, value);
  return printed;
}

/* What this body grants one person. */
static void
judge_limits (const RechargeFacts *facts, Verdict *verdict)
{
  const RechargeLimits *limits = facts->limits;
  if (limits == NULL || facts->holder == NULL || facts->keep_alive)
    return;
  if (limits->month_cap.cents > 0 && facts->month.cents + facts->amount.cents > limits->month_cap.cents)
    verdict_add (verdict, M_RECHARGE_CAP, facts->holder, number (facts->month.cents).text,
                 number (facts->amount.cents).text, number (limits->month_cap.cents).text, NULL);
  if (limits->window_months <= 0 || !day_is_set (&facts->first))
    return;
  Day last = day_add_months (&facts->first, limits->window_months);
  if (strcmp (facts->today.text, last.text) > 0)
    verdict_add (verdict, M_RECHARGE_WINDOW, facts->holder, facts->first.text, number (limits->window_months).text,
                 NULL);
}

void
recharge_judge (const RechargeFacts *facts, Verdict *verdict)
{
  judge_state (facts->line, verdict);
  if (facts->holder == NULL)
    verdict_add (verdict, M_RECHARGE_NO_HOLDER, facts->line->code, NULL);
  else if (facts->holder_overdue > 0 && !facts->keep_alive)
    verdict_add (verdict, M_RECHARGE_OVERDUE, facts->holder, number (facts->holder_overdue).text, NULL);
  judge_limits (facts, verdict);
  judge_clock (facts->line, &facts->today, verdict);
}
