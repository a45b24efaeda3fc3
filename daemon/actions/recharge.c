/* recharge.add: see recharge.h. */
#include "daemon/actions/recharge.h"
#include "daemon/actions/field.h"
#include "daemon/actions/fund.h"
#include "daemon/actions/thing.h"
#include "daemon/rules/fund.h"
#include "daemon/rules/loan.h"
#include "db/loan.h"
#include "db/person.h"
#include "db/recharge.h"
#include <string.h>

static gboolean
read_on (const ActionContext *context, const char *text, Day *on, GError **error)
{
  Day today = day_of_instant (context->calendar, context->now);
  if (field_is_absent (text)) {
    *on = today;
    return TRUE;
  }
  if (!day_parse (text, on, error))
    return FALSE;
  if (strcmp (on->text, today.text) <= 0)
    return TRUE;
  rule_error_set (error, M_DAY_TO_COME, on->text, NULL);
  return FALSE;
}

/* The recharge without codes and person. */
static Recharge *
recharge_of_request (const ActionContext *context, const RechargeRequest *request, GError **error)
{
  g_autoptr (Recharge) recharge = g_new0 (Recharge, 1);
  if (!field_text ("product", request->product, &recharge->product, error) ||
      !field_amount ("amount", request->amount, request->amount_cents, TRUE, &recharge->amount, error) ||
      !read_on (context, request->on, &recharge->on, error))
    return NULL;
  if (recharge->product == NULL)
    recharge->product = g_strdup ("recharge");
  recharge->at = recharge->settled_at = context->now;
  recharge->state = RECHARGE_CONFIRMED; /* it was made, elsewhere, by somebody */
  recharge->keep_alive = request->keep_alive;
  return g_steal_pointer (&recharge);
}

/* Who has the line, and how many of their loans are overdue. */
static gboolean
judge_line (Store *store, const Thing *thing, const RechargeRequest *request, const Day *today, Verdict *verdict,
            GError **error)
{
  g_autoptr (Person) holder = NULL;
  RechargeFacts facts = {.line = thing->line, .keep_alive = request->keep_alive, .today = *today};
  if (thing->loan != NULL) {
    holder = person_load (store, thing->loan->person, error);
    g_autoptr (GPtrArray) loans = holder != NULL ? loan_list_open_of_person (store, holder->code, error) : NULL;
    if (loans == NULL)
      return FALSE;
    facts.holder = holder->name;
    for (guint i = 0; i < loans->len; i++)
      facts.holder_overdue += loan_is_overdue (g_ptr_array_index (loans, i), today);
  }
  recharge_judge (&facts, verdict);
  return TRUE;
}

static gboolean
judge_fund (Store *store, const char *text, Recharge *recharge, Verdict *verdict, GError **error)
{
  g_autoptr (Fund) fund = field_is_absent (text) ? fund_only_one (store, STRAND_CONNECTION, &recharge->on, error)
                                                 : fund_find (store, text, error);
  if (fund == NULL)
    return FALSE;
  SpendFacts facts = {.fund = fund, .amount = recharge->amount, .strand = STRAND_CONNECTION, .today = recharge->on};
  fund_judge_spend (&facts, verdict);
  g_strlcpy (recharge->fund, fund->code, sizeof recharge->fund);
  return TRUE;
}

static gboolean
find_line (Store *store, const char *text, Thing *thing, GError **error)
{
  g_auto (Thing) found = {0};
  if (field_is_absent (text)) {
    rule_error_set (error, M_FIELD_MISSING, "line", NULL);
    return FALSE;
  }
  if (!thing_find (store, text, &found, error))
    return FALSE;
  if (found.line == NULL) {
    rule_error_set (error, M_CODE_NOT_A, found.item->code, "T", "LS", NULL);
    return FALSE;
  }
  *thing = found;
  found = (Thing){0};
  return TRUE;
}

static gboolean
act (Store *store, const ActionContext *context, Recharge *recharge, gboolean keep_alive, GError **error)
{
  if (!action_new_code (store, 'R', recharge->code, error) || !recharge_insert (store, recharge, error) ||
      !fund_spend (store, recharge->fund, recharge->amount, recharge->code, "recharge.add", context->now, error))
    return FALSE;
  g_autoptr (GString) subjects = g_string_new (NULL);
  g_string_printf (subjects, "%s %s %s", recharge->code, recharge->line, recharge->fund);
  if (recharge->person[0] != '\0')
    g_string_append_printf (subjects, " %s", recharge->person);
  g_autofree char *after = g_strdup_printf ("amount_cents=%" G_GINT64_FORMAT " on=%s%s", recharge->amount.cents,
                                            recharge->on.text, keep_alive ? " keep_alive=1" : "");
  return action_journal (store, context, "recharge.add", subjects->str, NULL, after, error);
}

gboolean
recharge_line (Store *store, const ActionContext *context, const RechargeRequest *request, Outcome *outcome,
               GError **error)
{
  g_auto (Thing) thing = {0};
  Day today = day_of_instant (context->calendar, context->now);
  if (!find_line (store, request->line, &thing, error))
    return FALSE;
  g_autoptr (Recharge) recharge = recharge_of_request (context, request, error);
  if (recharge == NULL || !judge_line (store, &thing, request, &today, outcome->verdict, error) ||
      !judge_fund (store, request->fund, recharge, outcome->verdict, error))
    return FALSE;
  g_strlcpy (recharge->line, thing.line->code, sizeof recharge->line);
  if (thing.loan != NULL)
    g_strlcpy (recharge->person, thing.loan->person, sizeof recharge->person);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!act (store, context, recharge, request->keep_alive, error)) {
    action_explain (error, M_STALE, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, recharge->code);
  outcome_add_code (outcome, recharge->line);
  outcome_add_code (outcome, recharge->fund);
  return TRUE;
}
