/* item.repair and item.repaired: see check.h. */
#include "daemon/actions/check.h"
#include "daemon/actions/field.h"
#include "daemon/actions/fund.h"
#include "daemon/actions/state.h"
#include "daemon/actions/wipe.h"
#include "daemon/rules/check.h"
#include "daemon/rules/fund.h"
#include "daemon/rules/item.h"
#include "db/item.h"

/* Who pays, if anybody does. */
static gboolean
judge_cost (Store *store, const ActionContext *context, const RepairRequest *request, RepairLine *line,
            Verdict *verdict, GError **error)
{
  if (!field_amount ("cost", request->cost, request->cost_cents, FALSE, &line->cost, error))
    return FALSE;
  if (field_is_absent (request->fund))
    return TRUE;
  if (line->cost.cents == 0) {
    rule_error_set (error, M_FIELD_MISSING, "cost", NULL);
    return FALSE;
  }
  g_autoptr (Fund) fund = fund_find (store, request->fund, error);
  if (fund == NULL)
    return FALSE;
  SpendFacts facts = {.fund = fund,
                      .amount = line->cost,
                      .strand = STRAND_EQUIPMENT,
                      .expense = EXPENSE_REPAIR,
                      .today = day_of_instant (context->calendar, context->now)};
  fund_judge_spend (&facts, verdict);
  g_strlcpy (line->fund, fund->code, sizeof line->fund);
  return TRUE;
}

/* The line, the move, the money, the journal. */
static gboolean
write_line (Store *store, const ActionContext *context, const Item *item, RepairLine *line, ItemState to,
            const char *verb, GError **error)
{
  g_autofree char *subjects = g_strjoin (line->fund[0] != '\0' ? " " : "", item->code, line->fund, NULL);
  g_autofree char *before = g_strdup_printf ("state=%s", item_state_name (item->state));
  g_autofree char *after =
      g_strdup_printf ("state=%s cost_cents=%" G_GINT64_FORMAT, item_state_name (to), line->cost.cents);
  line->at = context->now;
  line->account = (char *)context->account;
  g_strlcpy (line->item, item->code, sizeof line->item);
  return repair_add (store, line, error) &&
         (item->state == to ||
          state_move_item (store, item->code, item->state, to, to == ITEM_REPAIR ? line->note : NULL, error)) &&
         (line->fund[0] == '\0' || fund_spend (store, line->fund, line->cost, item->code, verb, context->now, error)) &&
         action_journal (store, context, verb, subjects, before, after, error);
}

gboolean
item_repair (Store *store, const ActionContext *context, const RepairRequest *request, Outcome *outcome, GError **error)
{
  RepairLine line = {0};
  g_autofree char *note = NULL;
  g_autoptr (Item) item = wipe_find_item (store, request->item, error);
  if (item == NULL || !field_text ("note", request->note, &note, error))
    return FALSE;
  repair_judge_item (item, outcome->verdict);
  if (!judge_cost (store, context, request, &line, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  line.step = item->state == ITEM_REPAIR ? REPAIR_NOTED : REPAIR_OPENED;
  line.note = note;
  if (!write_line (store, context, item, &line, ITEM_REPAIR, "item.repair", error)) {
    action_explain (error, M_STALE, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, item->code);
  if (line.fund[0] != '\0')
    outcome_add_code (outcome, line.fund);
  return TRUE;
}

gboolean
item_repaired (Store *store, const ActionContext *context, const RepairRequest *request, Outcome *outcome,
               GError **error)
{
  RepairLine line = {.step = REPAIR_DONE};
  g_autofree char *note = NULL;
  g_autoptr (Item) item = wipe_find_item (store, request->item, error);
  if (item == NULL || !field_text ("note", request->note, &note, error))
    return FALSE;
  if (item->state != ITEM_REPAIR)
    verdict_add (outcome->verdict, M_REPAIR_NONE, item->code, item_state_name (item->state), NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  line.note = note;
  if (!write_line (store, context, item, &line, ITEM_TO_WIPE, "item.repaired", error)) {
    action_explain (error, M_STALE, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, item->code);
  return TRUE;
}
