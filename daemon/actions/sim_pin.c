/* PIN and PUK of a card on the bench: see sim_act.h. The policy of attempts is that of devices/modem.h, told here before anything is asked; a new
 * PIN is sealed beside the one before until the card has said which it has. */
#include "daemon/actions/field.h"
#include "daemon/actions/secret.h"
#include "daemon/actions/sim_act_parts.h"
#include "daemon/rules/field.h"
#include "db/secret.h"
#include <string.h>

enum { ALL_ATTEMPTS = 3 }; /* of a card that never met a wrong PIN: only then a sealed one is tried */

typedef struct {
  const char *word;
  ModemActKind kind;
  gboolean makes_pin; /* the card has another PIN afterwards */
  gboolean is_anyone; /* also an agent may; else technicians and administrators */
} Act;
static const Act acts[] = {
    {"enter", MODEM_ACT_PIN_ENTER, FALSE, TRUE},    {"change", MODEM_ACT_PIN_CHANGE, TRUE, FALSE},
    {"enable", MODEM_ACT_PIN_ENABLE, FALSE, FALSE}, {"disable", MODEM_ACT_PIN_DISABLE, FALSE, FALSE},
    {"unblock", MODEM_ACT_UNBLOCK, TRUE, FALSE},
};

static const Act *
act_of_kind (ModemActKind kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (acts); i++)
    if (acts[i].kind == kind)
      return &acts[i];
  return NULL;
}

static const Act *
find_act (const ActionContext *context, const char *word, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (acts); i++) {
    if (g_strcmp0 (acts[i].word, word) != 0)
      continue;
    if (acts[i].is_anyone || context->role == ROLE_TECHNICIAN || context->role == ROLE_ADMIN)
      return &acts[i];
    rule_error_set (error, M_FORBIDDEN_ROLE, "technician, admin", NULL);
    return NULL;
  }
  rule_error_set (error, M_WORD_UNKNOWN, word != NULL ? word : "", "act", "enter, change, enable, disable, unblock",
                  NULL);
  return NULL;
}

/* ---- which PIN ---- */

/* The register knows two PINs of that card. */
static gboolean
is_uncertain (Store *store, const char *card, gboolean *is_so, GError **error)
{
  return secret_has (store, SECRET_PIN_NEXT, card, is_so, error);
}

static gboolean
read_which (const PinRequest *request, gboolean *is_next, GError **error)
{
  *is_next = g_strcmp0 (request->which, "new") == 0;
  if (field_is_absent (request->which) || *is_next || g_str_equal (request->which, "old"))
    return TRUE;
  rule_error_set (error, M_WORD_UNKNOWN, request->which, "which", "new, old", NULL);
  return FALSE;
}

/* The sealed one, or the one that was typed. */
static gboolean
take_pin (Store *store, const ActionContext *context, const PinRequest *request, SimOrder *order, GError **error)
{
  gboolean is_two;
  if (!read_which (request, &order->is_next, error) || !is_uncertain (store, order->card, &is_two, error))
    return FALSE;
  if (!field_is_absent (request->pin)) {
    order->is_typed = TRUE;
    order->pin = secret_clean (SECRET_PIN, request->pin, error);
    return order->pin != NULL;
  }
  if (is_two && field_is_absent (request->which)) {
    rule_error_set (error, M_PIN_UNCERTAIN, order->card, NULL);
    return FALSE;
  }
  order->pin = secret_open (store, context, order->is_next ? SECRET_PIN_NEXT : SECRET_PIN, order->card, error);
  return order->pin != NULL;
}

/* Sealed before it is sent, and never in the place of one that may be the card's. */
static gboolean
take_new_pin (Store *store, const ActionContext *context, const PinRequest *request, SimOrder *order, GError **error)
{
  gboolean is_two;
  if (!is_uncertain (store, order->card, &is_two, error))
    return FALSE;
  if (is_two && order->kind == MODEM_ACT_PIN_CHANGE) {
    rule_error_set (error, M_PIN_UNCERTAIN, order->card, NULL);
    return FALSE;
  }
  if (field_is_absent (request->new_pin)) {
    rule_error_set (error, M_FIELD_MISSING, "new_pin", NULL);
    return FALSE;
  }
  order->new_pin = secret_clean (SECRET_PIN_NEXT, request->new_pin, error);
  return order->new_pin != NULL && secret_may_keep (context, error);
}

static gboolean
take_codes (Store *store, const ActionContext *context, const Act *act, const PinRequest *request, SimOrder *order,
            GError **error)
{
  if (act->makes_pin && !take_new_pin (store, context, request, order, error))
    return FALSE;
  if (act->kind != MODEM_ACT_UNBLOCK)
    return take_pin (store, context, request, order, error);
  order->is_typed = TRUE;
  order->puk = secret_clean (SECRET_PUK, request->puk, error);
  return order->puk != NULL;
}

/* ---- may it be sent? ---- */

static void
judge_confirmed (const PinRequest *request, const SimOrder *order, MessageId ask, int left, Verdict *verdict)
{
  g_autofree char *number = g_strdup_printf ("%d", left); /* -1: not known */
  if (!order->is_typed)
    verdict_add (verdict, M_PIN_TYPE_IT, order->card, number, NULL);
  else if (request->attempts == NULL)
    verdict_add (verdict, ask, order->card, number, NULL);
  else if (*request->attempts != left)
    verdict_add (verdict, M_SIM_PIN_ATTEMPTS, NULL);
  else if (order->kind == MODEM_ACT_UNBLOCK && !request->sure)
    verdict_add (verdict, ask, order->card, number, NULL);
}

static void
judge (const ModemSlot *slot, const PinRequest *request, const SimOrder *order, Verdict *verdict)
{
  gboolean is_unblock = order->kind == MODEM_ACT_UNBLOCK;
  int left = is_unblock ? slot->puk_left : slot->pin_left;
  if (left == 0)
    verdict_add (verdict, is_unblock ? M_SIM_BAD : M_SIM_PUK_REQUIRED, NULL);
  else if (is_unblock || left < ALL_ATTEMPTS)
    judge_confirmed (request, order, is_unblock ? M_PUK_CONFIRM : M_PIN_CONFIRM, left, verdict);
}

static SimOrder *
make_order (Store *store, const ActionContext *context, const PinRequest *request, const SimBench *bench,
            const ModemSlot **slot, GError **error)
{
  const Act *act = find_act (context, request->act, error);
  g_autoptr (Card) card = act != NULL ? sim_card_find (store, request->sim, error) : NULL;
  *slot = card != NULL ? sim_slot_of_card (bench, card, error) : NULL;
  if (*slot == NULL)
    return NULL;
  g_autoptr (SimOrder) order = sim_order_new (context, act->kind, *slot, card);
  if (!take_codes (store, context, act, request, order, error))
    return NULL;
  order->attempts_seen = request->attempts != NULL ? (int)CLAMP (*request->attempts, -1, G_MAXINT) : 0;
  order->confirmations = (request->attempts != NULL) + (request->sure != FALSE);
  return g_steal_pointer (&order);
}

gboolean
sim_pin (Store *store, const ActionContext *context, const PinRequest *request, SimBench *bench, Outcome *outcome,
         GError **error)
{
  const ModemSlot *slot;
  g_autoptr (SimOrder) order = make_order (store, context, request, bench, &slot, error);
  if (order == NULL)
    return FALSE;
  judge (slot, request, order, outcome->verdict);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (order->new_pin != NULL && !secret_keep (store, context, SECRET_PIN_NEXT, order->card, order->new_pin, error))
    return FALSE;
  SimOrder *asked = g_steal_pointer (&order);
  return sim_act_ask (store, context, bench, asked, error) &&
         sim_journal (store, context, "sim.pin", asked, NULL, error);
}

/* ---- what came of it ---- */

static gboolean
is_said_no (const SimEnd *end)
{
  return end->result->outcome == MODEM_REFUSED || end->result->outcome == MODEM_NOT_DONE;
}

static gboolean
drop_next (SimEnd *end, GError **error)
{
  return secret_delete (end->store, SECRET_PIN_NEXT, end->order->card, error);
}

/* The card has another PIN now, or it surely has not. */
static gboolean
end_new_pin (SimEnd *end, GError **error)
{
  if (end->result->outcome == MODEM_OK)
    return secret_promote_pin (end->store, end->context, end->order->card, error);
  return !is_said_no (end) || drop_next (end, error);
}

/* The card took that PIN: it is the one of the register from now on. Without keys nothing is kept. */
static gboolean
keep_right_pin (SimEnd *end, GError **error)
{
  const SimOrder *order = end->order;
  if (order->is_typed && secret_may_keep (end->context, NULL) &&
      !secret_keep (end->store, end->context, SECRET_PIN, order->card, order->pin, error))
    return FALSE;
  if (order->is_next && !order->is_typed)
    return secret_promote_pin (end->store, end->context, order->card, error);
  return drop_next (end, error);
}

/* Of two PINs the card refused one: it has the other. */
static gboolean
keep_other_pin (SimEnd *end, GError **error)
{
  gboolean is_two;
  if (end->order->is_typed)
    return TRUE;
  if (!is_uncertain (end->store, end->order->card, &is_two, error))
    return FALSE;
  if (!is_two)
    return TRUE;
  return end->order->is_next ? drop_next (end, error)
                             : secret_promote_pin (end->store, end->context, end->order->card, error);
}

gboolean
sim_pin_end (SimEnd *end, GError **error)
{
  g_autofree char *after = g_strdup_printf ("outcome=%s attempts_left=%d", modem_outcome_name (end->result->outcome),
                                            end->result->attempts_left);
  gboolean is_done = TRUE;
  if (act_of_kind (end->order->kind)->makes_pin)
    is_done = end_new_pin (end, error);
  else if (end->result->outcome == MODEM_OK)
    is_done = keep_right_pin (end, error);
  else if (end->result->code == MODEM_CODE_PIN_WRONG)
    is_done = keep_other_pin (end, error);
  sim_touch (end, end->order->card);
  return is_done && sim_journal (end->store, end->context, "sim.pin.end", end->order, after, error);
}
