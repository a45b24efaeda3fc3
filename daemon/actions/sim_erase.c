/* Messages and contacts that a card still has of whoever had it: counted and erased, never read. See sim_act.h. */
#include "daemon/actions/sim_act_parts.h"

static gboolean
ask (Store *store, const ActionContext *context, ModemActKind kind, const EraseRequest *request, SimBench *bench,
     Outcome *outcome, GError **error)
{
  g_autoptr (Card) card = sim_card_find (store, request->sim, error);
  g_autoptr (Line) line = card != NULL ? line_load (store, card->line, error) : NULL;
  const ModemSlot *slot = line != NULL ? sim_slot_of_card (bench, card, error) : NULL;
  if (slot == NULL)
    return FALSE;
  if (kind == MODEM_ACT_ERASE && line->state == LINE_LENT)
    verdict_add (outcome->verdict, M_SIM_ERASE_LENT, card->code, line->code, NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  SimOrder *order = sim_order_new (context, kind, slot, card);
  return sim_act_ask (store, context, bench, order, error) &&
         (kind == MODEM_ACT_COUNT || sim_journal (store, context, "sim.erase", order, NULL, error));
}

gboolean
sim_count (Store *store, const ActionContext *context, const EraseRequest *request, SimBench *bench, Outcome *outcome,
           GError **error)
{
  return ask (store, context, MODEM_ACT_COUNT, request, bench, outcome, error);
}

gboolean
sim_erase (Store *store, const ActionContext *context, const EraseRequest *request, SimBench *bench, Outcome *outcome,
           GError **error)
{
  return ask (store, context, MODEM_ACT_ERASE, request, bench, outcome, error);
}

/* Nothing is on the card now: it was erased, or had nothing. A store that this modem does not see is not known to be empty. */
static gboolean
is_empty (const SimEnd *end)
{
  const SimResult *result = end->result;
  gboolean is_erased = end->order->kind == MODEM_ACT_ERASE;
  return end->act->state == MODEM_ACT_OK && (is_erased ? result->n_messages >= 0 : result->n_messages == 0) &&
         (is_erased ? result->n_contacts >= 0 : result->n_contacts == 0);
}

gboolean
sim_erase_end (SimEnd *end, GError **error)
{
  const SimOrder *order = end->order;
  const SimResult *result = end->result;
  ModemAct *act = end->act;
  if (act->state == MODEM_ACT_OK && (result->n_messages < 0 || result->n_contacts < 0))
    act->reason = g_strdup (message_code (M_SIM_ERASE_UNSEEN));
  if (is_empty (end) && !card_set_to_erase (end->store, order->card, FALSE, error))
    return FALSE;
  sim_touch (end, order->card);
  if (order->kind == MODEM_ACT_COUNT)
    return TRUE;
  g_autofree char *after = g_strdup_printf ("outcome=%s messages=%d contacts=%d", modem_outcome_name (result->outcome),
                                            result->n_messages, result->n_contacts);
  return sim_journal (end->store, end->context, "sim.erase.end", order, after, error);
}
