/* The verb alone; prepare_run.c talks to the tablet. */
#include "daemon/actions/prepare.h"
#include "daemon/actions/prepare_run.h"
#include "daemon/rules/enrol.h"
#include "db/item.h"

/* The tablet on the bench, and free. */
static gboolean
judge_slot (Store *store, const Item *item, const GPtrArray *slots, Verdict *verdict, GError **error)
{
  g_autoptr (GError) problem = NULL;
  const BenchSlot *slot = bench_slot_of (slots, item->serial);
  if (slot == NULL) {
    verdict_add (verdict, M_ENROL_NOT_ON_BENCH, item->code, NULL);
    return TRUE;
  }
  g_autoptr (Wipe) running = wipe_open_of_port (store, slot->port, &problem);
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  if (slot->is_duplicate)
    verdict_add (verdict, M_WIPE_DUPLICATE, slot->serial, NULL);
  if (running != NULL)
    verdict_add (verdict, M_WIPE_RUNNING, running->item, running->code, NULL);
  if (prepare_is_running (slot->preparation))
    verdict_add (verdict, M_ENROL_RUNNING, item->code, NULL);
  return TRUE;
}

gboolean
prepare_ask (Store *store, const ActionContext *context, const PrepareRequest *request, Outcome *outcome,
             GError **error)
{
  g_autofree char *holder = NULL;
  g_autoptr (Item) item = wipe_find_item (store, request->item, error);
  if (item == NULL || !wipe_holder_name (store, item->code, &holder, error))
    return FALSE;
  if (!request->is_configured)
    verdict_add (outcome->verdict, M_ENROL_NO_APP, NULL);
  enrol_judge_item (item, holder, outcome->verdict);
  if (item->serial != NULL && !judge_slot (store, item, request->slots, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!action_journal (store, context, "item.prepare", item->code, NULL, "asked", error))
    return FALSE;
  outcome_add_code (outcome, item->code);
  return TRUE;
}

char *
bench_preparation_text (const BenchSlot *slot, Language language)
{
  if (g_strcmp0 (slot->preparation, prepare_state_name (PREPARE_TAP)) == 0)
    return reason_text (message_code (M_TODO_TAP), language);
  return reason_text (slot->preparation_reason, language);
}
