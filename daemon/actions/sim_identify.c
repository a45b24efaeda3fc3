/* Reading the cards on the bench, and giving a new one its line: see sim_act.h. */
#include "daemon/actions/field.h"
#include "daemon/actions/line.h"
#include "daemon/actions/sim.h"
#include "daemon/actions/sim_act_parts.h"
#include "daemon/rules/field.h"
#include "daemon/rules/sim.h"
#include <string.h>

/* ---- asking ---- */

static gboolean
binds (const IdentifyRequest *request)
{
  return !field_is_absent (request->line) || !field_is_absent (request->operator_name) ||
         !field_is_absent (request->offer);
}

/* The one modem that is meant. NULL: M_MODEM_PORT, M_MODEM_NONE, M_MODEM_CHOOSE. */
static const ModemSlot *
only_slot (const IdentifyRequest *request, const SimBench *bench, GError **error)
{
  if (!field_is_absent (request->port))
    return sim_slot_on (bench, request->port, error);
  if (bench->slots->len == 1)
    return g_ptr_array_index (bench->slots, 0);
  rule_error_set (error, bench->slots->len == 0 ? M_MODEM_NONE : M_MODEM_CHOOSE, NULL);
  return NULL;
}

/* Copies what the line of a new card is to be. M_LINE_NOT_FOUND, M_CARD_TWO_LINES, M_SIM_ABSENT ... */
static gboolean
take_wish (Store *store, const IdentifyRequest *request, const ModemSlot *slot, SimOrder *order, GError **error)
{
  if (!binds (request))
    return TRUE;
  if (slot->iccid == NULL)
    return sim_refuse (slot->code != NULL ? slot->code : message_code (M_SIM_ABSENT), error);
  if (!field_is_absent (request->line) && !field_is_absent (request->operator_name)) {
    rule_error_set (error, M_CARD_TWO_LINES, NULL);
    return FALSE;
  }
  if (!field_is_absent (request->line)) {
    g_autoptr (Line) line = line_find (store, request->line, error);
    if (line != NULL)
      g_strlcpy (order->line, line->code, sizeof order->line);
    return line != NULL;
  }
  return field_text ("operator", request->operator_name, &order->operator_name, error) &&
         field_text ("offer", request->offer, &order->offer, error) &&
         field_checked (msisdn_check, request->msisdn, &order->msisdn, error);
}

static gboolean
ask_one (Store *store, const ActionContext *context, const IdentifyRequest *request, const ModemSlot *slot,
         SimBench *bench, Outcome *outcome, GError **error)
{
  g_autoptr (SimOrder) order = sim_order_new (context, MODEM_ACT_IDENTIFY, slot, NULL);
  if (!take_wish (store, request, slot, order, error))
    return FALSE;
  if (!slot->is_free)
    return sim_refuse (slot->code != NULL ? slot->code : message_code (M_MODEM_BUSY), error);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  return sim_act_ask (store, context, bench, g_steal_pointer (&order), error);
}

/* One that is busy or broken is left out: the list of modems says why. */
static gboolean
ask_all (Store *store, const ActionContext *context, SimBench *bench, Outcome *outcome, GError **error)
{
  static const IdentifyRequest nothing = {0};
  guint n = 0;
  for (guint i = 0; i < bench->slots->len; i++) {
    const ModemSlot *slot = g_ptr_array_index (bench->slots, i);
    if (!slot->is_free)
      continue;
    n++;
    if (!ask_one (store, context, &nothing, slot, bench, outcome, error))
      return FALSE;
  }
  if (n == 0)
    rule_error_set (error, bench->slots->len == 0 ? M_MODEM_NONE : M_MODEM_NONE_FREE, NULL);
  return n > 0;
}

gboolean
sim_identify (Store *store, const ActionContext *context, const IdentifyRequest *request, SimBench *bench,
              Outcome *outcome, GError **error)
{
  if (field_is_absent (request->port) && !binds (request))
    return ask_all (store, context, bench, outcome, error);
  const ModemSlot *slot = only_slot (request, bench, error);
  return slot != NULL && ask_one (store, context, request, slot, bench, outcome, error);
}

/* ---- what was read ---- */

typedef struct {
  Card *card, *newest;
  Line *line, *wanted, *of_number;
} Found;

static void
found_clear (Found *found)
{
  card_free (found->card);
  card_free (found->newest);
  line_free (found->line);
  line_free (found->wanted);
  line_free (found->of_number);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Found, found_clear)

/* FALSE only when the register cannot be read. */
static gboolean
find_number (Store *store, const GStrv numbers, Found *found, GError **error)
{
  for (guint i = 0; numbers != NULL && numbers[i] != NULL && found->of_number == NULL; i++) {
    g_autoptr (GError) problem = NULL;
    g_autofree char *number = msisdn_check (numbers[i], NULL); /* what is no number is no hint */
    if (number == NULL)
      continue;
    found->of_number = line_load_by_msisdn (store, number, &problem);
    if (problem != NULL && !g_error_matches (problem, DB_ERROR, DB_ERROR_NOT_FOUND)) {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
find (SimEnd *end, Found *found, GError **error)
{
  g_autoptr (GError) problem = NULL;
  const char *wanted = end->order->line;
  found->card = sim_card_of_iccid (end->store, end->result->iccid, &problem);
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  if (found->card != NULL) {
    found->line = line_load (end->store, found->card->line, error);
    found->newest = found->line != NULL ? card_of_line (end->store, found->line->code, error) : NULL;
    if (found->newest == NULL)
      return FALSE;
  }
  if (wanted[0] != '\0' && (found->wanted = line_load (end->store, wanted, error)) == NULL)
    return FALSE;
  return find_number (end->store, end->result->numbers, found, error);
}

static gboolean
bind_to_line (SimEnd *end, const Found *found, GError **error)
{
  Card card = {.iccid = end->result->iccid, .created_at = end->context->now};
  g_autoptr (GError) problem = NULL;
  g_autoptr (Card) before = card_of_line (end->store, found->wanted->code, &problem);
  g_strlcpy (card.line, found->wanted->code, sizeof card.line);
  /* of two cards that were written in the same second the one with the later code counts */
  if (!action_new_code (end->store, 'S', card.code, error))
    return FALSE;
  if (before != NULL)
    card.created_at = MAX (card.created_at, before->created_at + 1);
  if (!card_insert (end->store, &card, error)) {
    action_explain (error, M_ALREADY_KNOWN, M_STALE);
    return FALSE;
  }
  g_strlcpy (end->act->card, card.code, sizeof end->act->card);
  g_autofree char *subjects = g_strjoin (" ", card.code, card.line, before != NULL ? before->code : NULL, NULL);
  g_autofree char *was = before != NULL ? g_strdup_printf ("card=%s", before->code) : NULL;
  g_autofree char *is = g_strdup_printf ("card=%s modem=%s", card.code, end->order->imei);
  return action_journal (end->store, end->context, "sim.replace", subjects, was, is, error);
}

static gboolean
make_line (SimEnd *end, GError **error)
{
  const SimOrder *order = end->order;
  Card card = {.iccid = end->result->iccid};
  Line line = {.msisdn = order->msisdn, .operator_name = order->operator_name, .offer = order->offer};
  if (!sim_insert (end->store, end->context, &line, &card, error)) {
    action_explain (error, M_ALREADY_KNOWN, M_STALE);
    return FALSE;
  }
  g_strlcpy (end->act->card, card.code, sizeof end->act->card);
  g_strlcpy (end->act->line, line.code, sizeof end->act->line);
  g_autofree char *subjects = g_strjoin (" ", card.code, line.code, NULL);
  g_autofree char *is = g_strdup_printf ("state=active modem=%s", order->imei);
  return action_journal (end->store, end->context, "sim.add", subjects, "state=stock", is, error);
}

static gboolean
bind (SimEnd *end, const Found *found, GError **error)
{
  if (!(found->wanted != NULL ? bind_to_line (end, found, error) : make_line (end, error)))
    return FALSE;
  end->act->verdict = CARD_BOUND;
  g_clear_pointer (&end->act->reason, g_free);
  sim_touch (end, end->act->card);
  sim_touch (end, end->act->line);
  return TRUE;
}

static void
keep (char **slot, const char *value)
{
  char *copy = g_strdup (value);
  g_free (*slot);
  *slot = copy;
}

/* The card was taken out, or another one is in: nothing is written for it. */
static gboolean
is_other_card (const SimEnd *end)
{
  const char *meant = end->order->iccid;
  return end->result->iccid == NULL || (meant != NULL && !iccid_is_same (meant, end->result->iccid));
}

gboolean
sim_identify_end (SimEnd *end, GError **error)
{
  ModemAct *act = end->act;
  g_auto (Found) found = {0};
  if (act->state != MODEM_ACT_OK)
    return TRUE;
  if (is_other_card (end)) {
    act->state = MODEM_ACT_REFUSED;
    keep (&act->reason, message_code (end->result->iccid == NULL ? M_SIM_ABSENT : M_SIM_CHANGED));
    return TRUE;
  }
  keep (&act->iccid, end->result->iccid);
  if (!find (end, &found, error))
    return FALSE;
  const CardFacts facts = {end->result->iccid, found.card, found.line, found.newest, found.wanted, found.of_number};
  g_clear_pointer (&act->reason, g_free);
  act->verdict = card_judge (&facts, &act->reason);
  if (found.card != NULL) {
    g_strlcpy (act->card, found.card->code, sizeof act->card);
    g_strlcpy (act->line, found.card->line, sizeof act->line);
  }
  gboolean is_wanted = found.wanted != NULL || end->order->operator_name != NULL;
  return act->verdict != CARD_NEW || !is_wanted || bind (end, &found, error);
}
