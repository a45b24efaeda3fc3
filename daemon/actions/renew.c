/* loan.renew: see renew.h. */
#include "daemon/actions/renew.h"
#include "daemon/actions/field.h"
#include "daemon/actions/thing.h"
#include "daemon/rules/loan.h"
#include "db/loan.h"
#include "db/person.h"

static gboolean
new_due (const ActionContext *context, const char *until, const Day *today, Day *due, const char **reason,
         GError **error)
{
  if (!field_is_absent (until)) {
    *reason = "asked";
    return day_parse (until, due, error);
  }
  DueDay computed = loan_due_day (context->calendar, today);
  *due = computed.day;
  *reason = computed.reason;
  return TRUE;
}

static gboolean
act (Store *store, const ActionContext *context, const Thing *thing, const Day *due, const char *reason, GError **error)
{
  const Loan *loan = thing->loan;
  g_autofree char *subjects = g_strjoin (" ", loan->code, thing_code (thing), loan->person, NULL);
  g_autofree char *before = g_strdup_printf ("due=%s", loan->due_on.text);
  g_autofree char *after = g_strdup_printf ("due=%s", due->text);
  return loan_set_due (store, loan->code, loan->due_on.text, due->text, reason, error) &&
         person_touch (store, loan->person, context->now, error) &&
         action_journal (store, context, "loan.renew", subjects, before, after, error);
}

gboolean
renew_loan (Store *store, const ActionContext *context, const RenewRequest *request, Outcome *outcome, GError **error)
{
  g_auto (Thing) thing = {0};
  Day today = day_of_instant (context->calendar, context->now);
  Day due;
  const char *reason;
  if (!thing_find_lent (store, request->thing, &thing, error) ||
      !new_due (context, request->until, &today, &due, &reason, error))
    return FALSE;
  RenewFacts facts = {
      .loan = thing.loan, .others_waiting = 0, .today = today, .due = due, .calendar = context->calendar};
  loan_judge_renew (&facts, outcome->verdict);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!act (store, context, &thing, &due, reason, error)) {
    action_explain (error, M_STALE, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, thing.loan->code);
  return TRUE;
}
