/* Talks with operators through a card on the bench, and what they change: a line's balance and clocks, a recharge. See sim_act.h. */
#include "daemon/actions/field.h"
#include "daemon/actions/line.h"
#include "daemon/actions/recharge.h"
#include "daemon/actions/secret.h"
#include "daemon/actions/sim_act_parts.h"
#include "daemon/rules/voucher.h"
#include "db/dialogue_signature.h"
#include <string.h>

/* ---- which dialogue ---- */

static const Dialogue *
choose (const Dialogues *dialogues, const char *id, DialoguePurpose purpose, const Card *card, GError **error)
{
  const DialogueBook *book = dialogues_book (dialogues);
  if (!field_is_absent (id)) {
    const Dialogue *named = book != NULL ? dialogue_book_find (book, id) : NULL;
    if (named == NULL)
      rule_error_set (error, M_DIALOGUE_NOT_FOUND, id, NULL);
    else if (named->purpose != purpose)
      rule_error_set (error, M_DIALOGUE_PURPOSE, id, NULL);
    else
      return named;
    return NULL;
  }
  const Dialogue *matched = book != NULL ? dialogue_book_match (book, purpose, card->iccid) : NULL;
  if (matched == NULL)
    rule_error_set (error, M_DIALOGUE_NONE, card->code, NULL);
  return matched;
}

/* One that may spend is signed, and a modem can hold it. */
static gboolean
check_dialogue (Store *store, const Dialogue *dialogue, gboolean *is_signed, GError **error)
{
  gint64 at;
  g_autofree char *signed_by = NULL;
  if (dialogue_is_human (dialogue->channel)) {
    rule_error_set (error, M_DIALOGUE_HUMAN, dialogue->id, NULL);
    return FALSE;
  }
  if (!dialogue_is_signed (store, dialogue->id, dialogue->digest, is_signed, &signed_by, &at, error))
    return FALSE;
  if (*is_signed || !dialogue_spends (dialogue))
    return TRUE;
  rule_error_set (error, M_DIALOGUE_UNSIGNED, NULL);
  return FALSE;
}

/* What a talk with the card of a line is held with. */
typedef struct {
  Card *card;
  const ModemSlot *slot;
  const Dialogue *dialogue;
  gboolean is_signed;
} Talk;

static void
talk_clear (Talk *talk)
{
  card_free (talk->card);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Talk, talk_clear)

static gboolean
find_talk (Store *store, const char *line, DialoguePurpose purpose, const char *dialogue_id, const SimBench *bench,
           Talk *talk, GError **error)
{
  talk->card = card_of_line (store, line, error);
  action_explain_missing (error, M_LINE_NO_CARD, line);
  talk->slot = talk->card != NULL ? sim_slot_of_card (bench, talk->card, error) : NULL;
  talk->dialogue = talk->slot != NULL ? choose (bench->dialogues, dialogue_id, purpose, talk->card, error) : NULL;
  return talk->dialogue != NULL && check_dialogue (store, talk->dialogue, &talk->is_signed, error);
}

static SimOrder *
order_of_talk (const ActionContext *context, ModemActKind kind, const Talk *talk)
{
  SimOrder *order = sim_order_new (context, kind, talk->slot, talk->card);
  order->dialogue = talk->dialogue;
  order->is_signed = talk->is_signed;
  return order;
}

/* ---- balances ---- */

gboolean
sim_balance (Store *store, const ActionContext *context, const BalanceRequest *request, SimBench *bench,
             Outcome *outcome, GError **error)
{
  g_auto (Talk) talk = {0};
  g_autoptr (Line) line = line_find (store, request->line, error);
  if (line == NULL || !find_talk (store, line->code, DIALOGUE_BALANCE, request->dialogue, bench, &talk, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  return sim_act_ask (store, context, bench, order_of_talk (context, MODEM_ACT_BALANCE, &talk), error);
}

/* The operator has the last word on the credit; the line's own end follows when the offer counts it from there. */
static gboolean
tell_clocks (SimEnd *end, Line *line, GError **error)
{
  LineClocks told = {.credit = {.day = {""}}, .end = {.day = {""}}};
  if (!day_is_set (&end->act->until))
    return TRUE;
  told.credit = (LineClock){end->act->until, ORIGIN_OPERATOR, CONFIDENCE_CERTAIN};
  const Offer *offer = offers_find (end->context->offers, line->operator_name, line->offer);
  if (offer != NULL && offer->line_from == OFFER_FROM_CREDIT_END)
    told.end = (LineClock){day_add_span (&end->act->until, &offer->line_valid), ORIGIN_RULE, offer->confidence};
  return line_tell (end->store, end->context, line, &told, error);
}

static char *
balance_text (gint64 cents, gint64 mb, const Line *line)
{
  return g_strdup_printf ("balance_cents=%" G_GINT64_FORMAT " mb=%" G_GINT64_FORMAT " credit=%s line=%s", cents, mb,
                          day_is_set (&line->credit.day) ? line->credit.day.text : "-",
                          day_is_set (&line->end.day) ? line->end.day.text : "-");
}

#define OPEN_LOOKED_AT 500 /* ambiguous recharges: few, or somebody has another trouble */

/* A recharge of that line without an answer may be settled by what was just read. before: the balance that was known, -1 = none. */
static gboolean
tell_ambiguous (SimEnd *end, gint64 before, GError **error)
{
  const RechargeState ambiguous = RECHARGE_AMBIGUOUS;
  const RechargeFilter filter = {.open = &ambiguous};
  ModemAct *act = end->act;
  g_autoptr (GPtrArray) open = recharge_list (end->store, &filter, NULL, OPEN_LOOKED_AT, error);
  for (guint i = 0; open != NULL && i < open->len && act->reason == NULL; i++) {
    const Recharge *recharge = g_ptr_array_index (open, i);
    if (!g_str_equal (recharge->line, act->line))
      continue;
    g_autofree char *now = g_strdup_printf ("%" G_GINT64_FORMAT, act->eur);
    g_autofree char *was = before >= 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, before) : NULL;
    MessageId id = was != NULL ? M_BALANCE_SETTLES_SINCE : M_BALANCE_SETTLES;
    act->reason = g_strjoin ("|", message_code (id), recharge->code, now, was, NULL);
  }
  return open != NULL;
}

gboolean
sim_balance_end (SimEnd *end, GError **error)
{
  ModemAct *act = end->act;
  if (act->state != MODEM_ACT_OK)
    return TRUE;
  g_autoptr (Line) line = line_load (end->store, act->line, error);
  if (line == NULL)
    return FALSE;
  gint64 before_cents = line->balance;
  g_autofree char *before = balance_text (line->balance, line->balance_mb, line);
  if (!line_set_balance (end->store, line->code, act->eur, act->mb, end->context->now, error) ||
      !tell_clocks (end, line, error))
    return FALSE;
  g_autofree char *after = balance_text (act->eur, act->mb, line);
  sim_touch (end, line->code);
  return (act->eur < 0 || tell_ambiguous (end, before_cents, error)) &&
         action_journal (end->store, end->context, "line.balance", line->code, before, after, error);
}

/* ---- recharges ---- */

/* The voucher's code, of the form that the dialogue takes. Nothing when the dialogue takes none. */
static gboolean
take_code (Store *store, const ActionContext *context, const Recharge *recharge, SimOrder *order, GError **error)
{
  if (recharge->voucher[0] != '\0') {
    order->code = secret_open (store, context, SECRET_VOUCHER, recharge->voucher, error);
    if (order->code == NULL)
      return FALSE;
  }
  if (dialogue_code_is_good (order->dialogue, order->code))
    return TRUE;
  rule_error_set (error, order->code != NULL ? M_TOPUP_CODE_FORMAT : M_TOPUP_NO_CODE, NULL);
  return FALSE;
}

static gboolean
judge_recharge (const Recharge *recharge, GError **error)
{
  if (recharge->channel != CHANNEL_BENCH)
    rule_error_set (error, M_RECHARGE_NOT_BENCH, recharge->code, NULL);
  else if (recharge->state != RECHARGE_PREPARED)
    rule_error_set (error, M_RECHARGE_STATE, recharge->code, recharge_state_name (recharge->state), NULL);
  else
    return TRUE;
  return FALSE;
}

gboolean
sim_topup (Store *store, const ActionContext *context, const TopupRequest *request, SimBench *bench, Outcome *outcome,
           GError **error)
{
  g_autoptr (Recharge) recharge = recharge_find (store, request->recharge, error);
  if (recharge == NULL || !judge_recharge (recharge, error))
    return FALSE;
  g_auto (Talk) talk = {0};
  if (!find_talk (store, recharge->line, DIALOGUE_TOPUP, request->dialogue, bench, &talk, error))
    return FALSE;
  g_autoptr (SimOrder) order = order_of_talk (context, MODEM_ACT_TOPUP, &talk);
  if (!take_code (store, context, recharge, order, error))
    return FALSE;
  g_strlcpy (order->recharge, recharge->code, sizeof order->recharge);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  return sim_act_ask (store, context, bench, g_steal_pointer (&order), error);
}

gboolean
sim_topup_check (Store *store, const char *line, const char *dialogue, const SimBench *bench, GError **error)
{
  g_auto (Talk) talk = {0};
  g_autoptr (Line) found = line_find (store, line, error);
  return found != NULL && find_talk (store, found->code, DIALOGUE_TOPUP, dialogue, bench, &talk, error);
}

/* ---- rehearsals ---- */

void
rehearsal_clear (Rehearsal *rehearsal)
{
  g_clear_pointer (&rehearsal->port, g_free);
  g_clear_pointer (&rehearsal->text, g_free);
}

/* What is refused is told, not failed; what the register cannot answer is. */
static gboolean
tell_refused (Verdict *verdict, GError *refused, GError **error)
{
  const Finding *finding = rule_error_finding (refused);
  if (finding == NULL) {
    g_propagate_error (error, refused);
    return FALSE;
  }
  verdict_take (verdict, finding_copy (finding));
  g_error_free (refused);
  return TRUE;
}

static gboolean
rehearse_card (Store *store, const char *text, const SimBench *bench, Rehearsal *rehearsal, Verdict *verdict,
               GError **error)
{
  GError *refused = NULL;
  g_autoptr (Line) line = line_find (store, text, error);
  if (line == NULL)
    return FALSE;
  g_strlcpy (rehearsal->line, line->code, sizeof rehearsal->line);
  g_autoptr (Card) card = card_of_line (store, line->code, &refused);
  action_explain_missing (&refused, M_LINE_NO_CARD, line->code);
  const ModemSlot *slot = card != NULL ? sim_slot_of_card (bench, card, &refused) : NULL;
  if (card != NULL) {
    g_strlcpy (rehearsal->sim, card->code, sizeof rehearsal->sim);
    rehearsal->fits = dialogue_book_match (dialogues_book (bench->dialogues), rehearsal->dialogue->purpose,
                                           card->iccid) == rehearsal->dialogue;
  }
  rehearsal->port = slot != NULL ? g_strdup (slot->port) : NULL;
  return slot != NULL || tell_refused (verdict, refused, error);
}

gboolean
sim_rehearse (Store *store, const RehearsalRequest *request, const SimBench *bench, Rehearsal *rehearsal,
              Verdict *verdict, GError **error)
{
  GError *refused = NULL;
  const DialogueBook *book = dialogues_book (bench->dialogues);
  const char *id = field_is_absent (request->dialogue) ? "" : request->dialogue;
  rehearsal->dialogue = book != NULL ? dialogue_book_find (book, id) : NULL;
  if (rehearsal->dialogue == NULL) {
    rule_error_set (error, M_DIALOGUE_NOT_FOUND, id, NULL);
    return FALSE;
  }
  rehearsal->text = dialogue_dry_run (rehearsal->dialogue, NULL);
  if (!check_dialogue (store, rehearsal->dialogue, &rehearsal->is_signed, &refused) &&
      !tell_refused (verdict, refused, error))
    return FALSE;
  return field_is_absent (request->line) || rehearse_card (store, request->line, bench, rehearsal, verdict, error);
}

/* ---- what comes of a recharge ---- */

/* What the modem's answer makes of a recharge that was sent. Not said yes or no to by the operator, and surely not sent: it is prepared again. */
static const char *
outcome_of (const SimResult *result)
{
  switch (result->outcome) {
  case MODEM_OK:
    return recharge_state_name (RECHARGE_CONFIRMED);
  case MODEM_REFUSED:
    return result->code == MODEM_CODE_CODE_USED || result->code == MODEM_CODE_TOPUP_REFUSED
               ? recharge_state_name (RECHARGE_REJECTED)
               : NULL;
  case MODEM_AMBIGUOUS:
    return recharge_state_name (RECHARGE_AMBIGUOUS);
  case MODEM_NOT_DONE:
    return NULL;
  }
  return recharge_state_name (RECHARGE_AMBIGUOUS);
}

static gboolean
settle (SimEnd *end, Recharge *recharge, GError **error)
{
  g_auto (Outcome) outcome = {0};
  const char *word = outcome_of (end->result);
  const SettleRequest request = {.recharge = recharge->code, .outcome = word};
  if (word == NULL)
    return recharge_unsend (end->store, end->context, recharge, error);
  outcome_init (&outcome);
  return recharge_settle (end->store, end->context, &request, &outcome, error);
}

gboolean
sim_topup_end (SimEnd *end, GError **error)
{
  g_autoptr (Recharge) recharge = recharge_load (end->store, end->order->recharge, error);
  if (recharge == NULL)
    return FALSE;
  sim_touch (end, recharge->code);
  sim_touch (end, recharge->line);
  if (recharge->fund[0] != '\0')
    sim_touch (end, recharge->fund);
  if (recharge->voucher[0] != '\0')
    sim_touch (end, recharge->voucher);
  /* it never left, or somebody else has sent or settled it meanwhile */
  if (recharge->state != RECHARGE_SENT || end->act->sent_at == 0)
    return TRUE;
  if (!settle (end, recharge, error))
    return FALSE;
  g_autoptr (Line) line = end->act->state == MODEM_ACT_OK ? line_load (end->store, recharge->line, error) : NULL;
  return end->act->state != MODEM_ACT_OK || (line != NULL && tell_clocks (end, line, error));
}
