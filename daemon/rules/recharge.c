/* May this line be recharged? Declared in fund.h, beside the money that pays it. Which product to buy is not decided here. */
#include "daemon/rules/fund.h"

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

void
recharge_judge (const RechargeFacts *facts, Verdict *verdict)
{
  char overdue[12];
  judge_state (facts->line, verdict);
  if (facts->holder == NULL)
    verdict_add (verdict, M_RECHARGE_NO_HOLDER, facts->line->code, NULL);
  else if (facts->holder_overdue > 0 && !facts->keep_alive) {
    g_snprintf (overdue, sizeof overdue, "%d", facts->holder_overdue);
    verdict_add (verdict, M_RECHARGE_OVERDUE, facts->holder, overdue, NULL);
  }
  judge_clock (facts->line, &facts->today, verdict);
}
