/* Acts on cards: what all of them share. See sim_act.h. */
#include "daemon/actions/sim_act_parts.h"
#include "daemon/actions/recharge.h"
#include "daemon/actions/vault.h"
#include "daemon/rules/code.h"
#include <string.h>

/* ---- what is copied ---- */

ModemSlot *
modem_slot_new (const Modem *modem)
{
  const ModemCard *card = modem->card;
  ModemSlot *slot = g_new0 (ModemSlot, 1);
  *slot = (ModemSlot){
      .port = g_strdup (modem->port),
      .imei = g_strdup (modem->imei),
      .name = g_strdup (modem->name),
      .detail = g_strdup (modem->detail),
      .state = modem_state_name (modem->state),
      .code = modem_code_word (modem->code),
      .is_free = modem->job == 0 && modem->state != MODEM_OPENING && modem->state != MODEM_FAULTED,
      .iccid = g_strdup (card->iccid),
      .home_name = g_strdup (card->home_name),
      .home_network = g_strdup (card->home_network),
      .network_name = g_strdup (card->network_name),
      .registration = g_strdup (card->registration),
      .numbers = g_strdupv (card->numbers),
      .pin_on = card->is_pin_on,
      .pin_left = card->pin_attempts,
      .puk_left = card->puk_attempts,
      .signal_percent = card->signal_percent,
  };
  return slot;
}

ModemSlot *
modem_slot_copy (const ModemSlot *slot)
{
  ModemSlot *copy = g_memdup2 (slot, sizeof *slot);
  char **const texts[] = {&copy->port,      &copy->imei,         &copy->name,         &copy->detail,      &copy->iccid,
                          &copy->home_name, &copy->home_network, &copy->network_name, &copy->registration};
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = g_strdup (*texts[i]);
  copy->numbers = g_strdupv (slot->numbers);
  return copy;
}

void
modem_slot_free (ModemSlot *slot)
{
  if (slot == NULL)
    return;
  char *const texts[] = {slot->port,      slot->imei,         slot->name,         slot->detail,      slot->iccid,
                         slot->home_name, slot->home_network, slot->network_name, slot->registration};
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
  g_strfreev (slot->numbers);
  g_free (slot);
}

void
sim_order_free (SimOrder *order)
{
  if (order == NULL)
    return;
  char *const secrets[] = {order->pin, order->new_pin, order->puk, order->code};
  for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
    vault_text_free (secrets[i]);
  char *const texts[] = {order->port,          order->imei,  order->iccid, order->account,
                         order->operator_name, order->offer, order->msisdn};
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
  g_free (order);
}

SimResult *
sim_result_failed (ModemOutcome outcome, ModemCode code)
{
  SimResult *result = g_new0 (SimResult, 1);
  *result = (SimResult){
      .outcome = outcome,
      .code = code,
      .eur = -1,
      .mb = -1,
      .pin_on = -1,
      .pin_left = -1,
      .puk_left = -1,
      .attempts_left = -1,
      .n_messages = -1,
      .n_contacts = -1,
  };
  return result;
}

SimResult *
sim_result_new (const ModemResult *from)
{
  SimResult *result = sim_result_failed (from->outcome, from->code);
  if (from->answer != NULL) /* a menu has several lines; it is shown in one */
    result->answer = g_strdelimit (g_strdup (from->answer), "\r\n", ' ');
  result->eur = from->found->eur_cents;
  result->mb = from->found->mb;
  result->date = g_strdup (from->found->date);
  result->iccid = g_strdup (from->card->iccid);
  result->numbers = g_strdupv (from->card->numbers);
  result->pin_on = from->card->is_pin_on;
  result->pin_left = from->card->pin_attempts;
  result->puk_left = from->card->puk_attempts;
  result->attempts_left = from->attempts_left;
  result->n_messages = from->n_messages;
  result->n_contacts = from->n_contacts;
  return result;
}

void
sim_result_free (SimResult *result)
{
  if (result == NULL)
    return;
  g_free (result->answer);
  g_free (result->date);
  g_free (result->iccid);
  g_strfreev (result->numbers);
  g_free (result);
}

const char *
sim_act_state_text (ModemActState state, Language language)
{
  static const char *const words[][2] = {
      [MODEM_ACT_ASKED] = {"demandé", "asked"},
      [MODEM_ACT_SENT] = {"envoyé", "sent"},
      [MODEM_ACT_OK] = {"fait", "done"},
      [MODEM_ACT_REFUSED] = {"refusé", "refused"},
      [MODEM_ACT_AMBIGUOUS] = {"envoyé, sans réponse claire", "sent, no clear answer"},
      [MODEM_ACT_NOT_DONE] = {"pas fait", "not done"},
  };
  G_STATIC_ASSERT (G_N_ELEMENTS (words) == MODEM_ACT_STATES_N);
  return words[state][language];
}

/* ---- finding ---- */

gboolean
sim_refuse (const char *code, GError **error)
{
  MessageId id = M_MODEM_FAILURE;
  if (code != NULL)
    (void)message_find (code, &id); /* any other word stands for a failure */
  rule_error_set (error, id, NULL);
  return FALSE;
}

Finding *
sim_finding_of (GError *refused, GError **error)
{
  Finding *finding = finding_copy (rule_error_finding (refused));
  if (finding == NULL)
    g_propagate_error (error, refused);
  else
    g_error_free (refused);
  return finding;
}

const ModemSlot *
sim_slot_on (const SimBench *bench, const char *port, GError **error)
{
  for (guint i = 0; i < bench->slots->len; i++) {
    const ModemSlot *slot = g_ptr_array_index (bench->slots, i);
    if (g_str_equal (slot->port, port))
      return slot;
  }
  rule_error_set (error, M_MODEM_PORT, port, NULL);
  return NULL;
}

const ModemSlot *
sim_slot_of_card (const SimBench *bench, const Card *card, GError **error)
{
  for (guint i = 0; i < bench->slots->len; i++) {
    const ModemSlot *slot = g_ptr_array_index (bench->slots, i);
    if (!iccid_is_same (slot->iccid, card->iccid))
      continue;
    if (slot->is_free)
      return slot;
    sim_refuse (slot->code != NULL ? slot->code : message_code (M_MODEM_BUSY), error);
    return NULL;
  }
  rule_error_set (error, M_SIM_NOT_IN_MODEM, card->code, NULL);
  return NULL;
}

Card *
sim_card_find (Store *store, const char *text, GError **error)
{
  Code code;
  if (!code_parse_kind (text != NULL ? text : "", "SL", code, error))
    return NULL;
  Card *card = code[0] == 'S' ? card_load (store, code, error) : card_of_line (store, code, error);
  action_explain_missing (error, M_LINE_NOT_FOUND, code);
  return card;
}

/* ---- asking ---- */

SimOrder *
sim_order_new (const ActionContext *context, ModemActKind kind, const ModemSlot *slot, const Card *card)
{
  SimOrder *order = g_new0 (SimOrder, 1);
  order->kind = kind;
  order->asked_at = context->now;
  order->account = g_strdup (context->account);
  order->port = g_strdup (slot->port);
  order->imei = g_strdup (slot->imei);
  order->iccid = g_strdup (slot->iccid);
  if (card != NULL) {
    g_strlcpy (order->card, card->code, sizeof order->card);
    g_strlcpy (order->line, card->line, sizeof order->line);
  }
  return order;
}

gboolean
sim_act_ask (Store *store, const ActionContext *context, SimBench *bench, SimOrder *order, GError **error)
{
  g_autoptr (SimOrder) owned = order;
  ModemAct act = {
      .kind = order->kind,
      .port = order->port,
      .imei = order->imei,
      .iccid = order->iccid,
      .dialogue = order->dialogue != NULL ? order->dialogue->id : NULL,
      .asked_at = context->now,
      .account = order->account,
  };
  g_strlcpy (act.card, order->card, sizeof act.card);
  g_strlcpy (act.line, order->line, sizeof act.line);
  g_strlcpy (act.recharge, order->recharge, sizeof act.recharge);
  if (!modem_act_insert (store, &act, error)) {
    action_explain (error, M_MODEM_BUSY, M_STALE);
    return FALSE;
  }
  order->number = act.number;
  g_ptr_array_add (bench->orders, g_steal_pointer (&owned));
  return TRUE;
}

gboolean
sim_journal (Store *store, const ActionContext *context, const char *verb, const SimOrder *order, const char *after,
             GError **error)
{
  g_autofree char *subjects = g_strjoin (" ", order->card, order->line, NULL);
  g_autofree char *text =
      g_strdup_printf ("act=%" G_GINT64_FORMAT " kind=%s modem=%s iccid=%s%s%s", order->number,
                       modem_act_kind_name (order->kind), order->imei != NULL ? order->imei : order->port,
                       order->iccid != NULL ? order->iccid : "-", after != NULL ? " " : "", after != NULL ? after : "");
  return action_journal (store, context, verb, g_strstrip (subjects), NULL, text, error);
}

/* ---- what comes of it ---- */

gboolean
sim_act_send (Store *store, const ActionContext *context, const SimOrder *order, GError **error)
{
  if (!modem_act_set_sent (store, order->number, context->now, error))
    return FALSE;
  if (order->recharge[0] == '\0')
    return TRUE;
  g_autoptr (Recharge) recharge = recharge_load (store, order->recharge, error);
  return recharge != NULL && recharge_send (store, context, recharge, error);
}

void
sim_touch (SimEnd *end, const char *code)
{
  if (code[0] != '\0')
    g_ptr_array_add (end->touched, g_strdup (code));
}

static ModemActState
state_of (ModemOutcome outcome)
{
  switch (outcome) {
  case MODEM_OK:
    return MODEM_ACT_OK;
  case MODEM_REFUSED:
    return MODEM_ACT_REFUSED;
  case MODEM_AMBIGUOUS:
    return MODEM_ACT_AMBIGUOUS;
  case MODEM_NOT_DONE:
    return MODEM_ACT_NOT_DONE;
  }
  return MODEM_ACT_AMBIGUOUS; /* of no outcome: the careful answer */
}

/* The act as the order knows it, when it is still under way in this register; *act is NULL when not (a backup was restored, or it was given up).
 * Caller frees. */
static gboolean
load_open (Store *store, const SimOrder *order, ModemAct **act, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (ModemAct) found = modem_act_load (store, order->number, &problem);
  if (found == NULL && !g_error_matches (problem, DB_ERROR, DB_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  gboolean is_same = found != NULL && found->asked_at == order->asked_at &&
                     g_str_equal (found->site, store_site (store)) &&
                     (found->state == MODEM_ACT_ASKED || found->state == MODEM_ACT_SENT);
  *act = is_same ? g_steal_pointer (&found) : NULL;
  return TRUE;
}

/* What the modem says of the card that the act is about. */
static gboolean
note_card (SimEnd *end, GError **error)
{
  const SimResult *result = end->result;
  g_autoptr (Card) card = end->act->card[0] != '\0' ? card_load (end->store, end->act->card, error) : NULL;
  if (card == NULL || !iccid_is_same (card->iccid, result->iccid))
    return end->act->card[0] == '\0' || card != NULL;
  card->seen_at = end->context->now;
  card->pin_on = result->pin_on;
  card->pin_left = result->pin_left;
  card->puk_left = result->puk_left;
  sim_touch (end, card->code);
  return card_set_seen (end->store, card, error);
}

static gboolean (*const ends[]) (SimEnd *end, GError **error) = {
    [MODEM_ACT_IDENTIFY] = sim_identify_end, [MODEM_ACT_PIN_ENTER] = sim_pin_end,
    [MODEM_ACT_PIN_CHANGE] = sim_pin_end,    [MODEM_ACT_PIN_ENABLE] = sim_pin_end,
    [MODEM_ACT_PIN_DISABLE] = sim_pin_end,   [MODEM_ACT_UNBLOCK] = sim_pin_end,
    [MODEM_ACT_BALANCE] = sim_balance_end,   [MODEM_ACT_TOPUP] = sim_topup_end,
    [MODEM_ACT_COUNT] = sim_erase_end,       [MODEM_ACT_ERASE] = sim_erase_end,
};
G_STATIC_ASSERT (G_N_ELEMENTS (ends) == MODEM_ACT_KINDS_N);

gboolean
sim_act_end (Store *store, const ActionContext *context, const SimOrder *order, const SimResult *result,
             GPtrArray *touched, GError **error)
{
  g_autoptr (ModemAct) act = NULL;
  if (!load_open (store, order, &act, error))
    return FALSE;
  if (act == NULL)
    return TRUE;
  SimEnd end = {store, context, order, result, act, touched};
  act->state = state_of (result->outcome);
  act->reason = g_strdup (modem_code_word (result->code));
  act->answer = g_strdup (result->answer);
  act->eur = result->eur;
  act->mb = result->mb;
  act->attempts_left = result->attempts_left;
  act->messages = result->n_messages;
  act->contacts = result->n_contacts;
  act->ended_at = context->now;
  if (result->date != NULL)
    g_strlcpy (act->until.text, result->date, sizeof act->until.text);
  return ends[order->kind](&end, error) && note_card (&end, error) && modem_act_end (store, act, error);
}

gboolean
sim_act_abandon (Store *store, const ActionContext *context, const SimOrder *order, const char *reason, GError **error)
{
  g_autoptr (ModemAct) act = NULL;
  if (!load_open (store, order, &act, error))
    return FALSE;
  if (act == NULL)
    return TRUE;
  act->state = act->state == MODEM_ACT_SENT ? MODEM_ACT_AMBIGUOUS : MODEM_ACT_NOT_DONE;
  g_free (act->reason);
  act->reason = g_strdup (reason);
  act->ended_at = context->now;
  return modem_act_end (store, act, error);
}

/* A PIN, or an order to erase, may have been on its way from the moment it was asked; a recharge only once it was written that it is sent. */
static gboolean
may_be_sent (const ModemAct *act)
{
  switch (act->kind) {
  case MODEM_ACT_PIN_ENTER:
  case MODEM_ACT_PIN_CHANGE:
  case MODEM_ACT_PIN_ENABLE:
  case MODEM_ACT_PIN_DISABLE:
  case MODEM_ACT_UNBLOCK:
  case MODEM_ACT_ERASE:
    return TRUE;
  case MODEM_ACT_COUNT:
  case MODEM_ACT_IDENTIFY:
  case MODEM_ACT_BALANCE:
  case MODEM_ACT_TOPUP:
  case MODEM_ACT_KINDS_N:
    return act->state == MODEM_ACT_SENT;
  }
  return TRUE;
}

static gboolean
give_up_recharge (Store *store, const ActionContext *context, const char *code, GError **error)
{
  g_auto (Outcome) outcome = {0};
  g_autoptr (Recharge) recharge = recharge_load (store, code, error);
  if (recharge == NULL || recharge->state != RECHARGE_SENT)
    return recharge != NULL;
  const SettleRequest request = {.recharge = code, .outcome = recharge_state_name (RECHARGE_AMBIGUOUS)};
  outcome_init (&outcome);
  ActionContext own = *context;
  return recharge_settle (store, &own, &request, &outcome, error);
}

static gboolean
give_up (Store *store, const ActionContext *context, ModemAct *act, GError **error)
{
  gboolean was_sent = may_be_sent (act);
  act->state = was_sent ? MODEM_ACT_AMBIGUOUS : MODEM_ACT_NOT_DONE;
  act->reason = g_strdup (message_code (M_MODEM_STOPPED));
  act->ended_at = context->now;
  return modem_act_end (store, act, error) &&
         (act->recharge[0] == '\0' || !was_sent || give_up_recharge (store, context, act->recharge, error));
}

gboolean
sim_act_give_up (Store *store, const ActionContext *context, GError **error)
{
  g_autoptr (GPtrArray) open = modem_act_list_open (store, error);
  for (guint i = 0; open != NULL && i < open->len; i++)
    if (!give_up (store, context, g_ptr_array_index (open, i), error))
      return FALSE;
  return open != NULL;
}
