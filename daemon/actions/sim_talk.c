/* Talks with operators through a card on the bench: which dialogue, the line's balance and clocks, what a person heard, rehearsals. See
 * sim_act.h. */
#include "daemon/actions/field.h"
#include "daemon/actions/line.h"
#include "daemon/actions/sim_act_parts.h"
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

void
sim_talk_clear (SimTalk *talk)
{
  g_clear_pointer (&talk->card, card_free);
}

gboolean
sim_talk_find (Store *store, const char *line, DialoguePurpose purpose, const char *dialogue_id, const SimBench *bench,
               SimTalk *talk, GError **error)
{
  talk->card = card_of_line (store, line, error);
  action_explain_missing (error, M_LINE_NO_CARD, line);
  talk->dialogue = talk->card != NULL ? choose (bench->dialogues, dialogue_id, purpose, talk->card, error) : NULL;
  return talk->dialogue != NULL && check_dialogue (store, talk->dialogue, &talk->is_signed, error);
}

gboolean
sim_talk_place (const SimBench *bench, SimTalk *talk, GError **error)
{
  talk->slot = sim_slot_of_card (bench, talk->card, error);
  return talk->slot != NULL;
}

SimOrder *
sim_talk_order (const ActionContext *context, ModemActKind kind, const SimTalk *talk)
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
  g_auto (SimTalk) talk = {0};
  g_autoptr (Line) line = line_find (store, request->line, error);
  if (line == NULL || !sim_talk_find (store, line->code, DIALOGUE_BALANCE, request->dialogue, bench, &talk, error) ||
      !sim_talk_place (bench, &talk, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  return sim_act_ask (store, context, bench, sim_talk_order (context, MODEM_ACT_BALANCE, &talk), error);
}

gboolean
sim_tell_clocks (Store *store, const ActionContext *context, Line *line, const Day *until, Confidence confidence,
                 GError **error)
{
  LineClocks told = {.credit = {.day = {""}}, .end = {.day = {""}}};
  if (!day_is_set (until))
    return TRUE;
  told.credit = (LineClock){*until, ORIGIN_OPERATOR, confidence};
  const Offer *offer = offers_find (context->offers, line->operator_name, line->offer);
  if (offer != NULL && offer->line_from == OFFER_FROM_CREDIT_END)
    told.end = (LineClock){day_add_span (until, &offer->line_valid), ORIGIN_RULE, offer->confidence};
  return line_tell (store, context, line, &told, error);
}

static char *
balance_text (gint64 cents, gint64 mb, const Line *line)
{
  return g_strdup_printf ("balance_cents=%" G_GINT64_FORMAT " mb=%" G_GINT64_FORMAT " credit=%s line=%s", cents, mb,
                          day_is_set (&line->credit.day) ? line->credit.day.text : "-",
                          day_is_set (&line->end.day) ? line->end.day.text : "-");
}

/* What the operator said: cents and megabytes (-1 = not said), until when ("" = not said). */
static gboolean
take_balance (Store *store, const ActionContext *context, Line *line, gint64 cents, gint64 mb, const Day *until,
              Confidence confidence, GError **error)
{
  g_autofree char *before = balance_text (line->balance, line->balance_mb, line);
  if (!line_set_balance (store, line->code, cents, mb, context->now, error) ||
      !sim_tell_clocks (store, context, line, until, confidence, error))
    return FALSE;
  g_autofree char *after = balance_text (cents, mb, line);
  return action_journal (store, context, "line.balance", line->code, before, after, error);
}

#define OPEN_LOOKED_AT 500 /* ambiguous recharges: few, or somebody has another trouble */

/* A recharge of that line without an answer may be settled by a balance that was just read. The finding, or NULL without error when there is none.
 * cents -1: no balance was read. Caller frees. */
static gboolean
find_settled (Store *store, const Line *line, gint64 cents, Finding **settles, GError **error)
{
  const RechargeState ambiguous = RECHARGE_AMBIGUOUS;
  const RechargeFilter filter = {.open = &ambiguous};
  g_autoptr (GPtrArray) open = recharge_list (store, &filter, NULL, OPEN_LOOKED_AT, error);
  for (guint i = 0; open != NULL && cents >= 0 && i < open->len && *settles == NULL; i++) {
    const Recharge *recharge = g_ptr_array_index (open, i);
    if (!g_str_equal (recharge->line, line->code))
      continue;
    g_autofree char *now = g_strdup_printf ("%" G_GINT64_FORMAT, cents);
    g_autofree char *was = line->balance >= 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, line->balance) : NULL;
    *settles = finding_new (was != NULL ? M_BALANCE_SETTLES_SINCE : M_BALANCE_SETTLES, recharge->code, now, was, NULL);
  }
  return open != NULL;
}

gboolean
sim_balance_end (SimEnd *end, GError **error)
{
  ModemAct *act = end->act;
  g_autoptr (Finding) settles = NULL;
  if (act->state != MODEM_ACT_OK)
    return TRUE;
  g_autoptr (Line) line = line_load (end->store, act->line, error);
  if (line == NULL || !find_settled (end->store, line, act->eur, &settles, error) ||
      !take_balance (end->store, end->context, line, act->eur, act->mb, &act->until, CONFIDENCE_CERTAIN, error))
    return FALSE;
  if (settles != NULL)
    act->reason =
        g_strjoin ("|", message_code (settles->id), settles->args[0], settles->args[1], settles->args[2], NULL);
  sim_touch (end, line->code);
  return TRUE;
}

/* ---- what a person heard ---- */

static const Dialogue *
choose_heard (Store *store, const HeardRequest *request, const Line *line, const Dialogues *dialogues, GError **error)
{
  g_autoptr (Card) card = NULL;
  if (!card_find_of_line (store, line->code, &card, error))
    return NULL;
  if (card != NULL || !field_is_absent (request->dialogue))
    return choose (dialogues, request->dialogue, DIALOGUE_BALANCE, card, error);
  rule_error_set (error, M_LINE_NO_CARD, line->code, NULL);
  return NULL;
}

/* What was understood is said back: a person has typed it. */
static gboolean
tell_heard (const DialogueFound *found, Verdict *verdict)
{
  g_autofree char *cents = g_strdup_printf ("%" G_GINT64_FORMAT, found->eur_cents);
  g_autofree char *mb = g_strdup_printf ("%" G_GINT64_FORMAT, found->mb);
  if (found->eur_cents >= 0)
    verdict_add (verdict, M_HEARD_EUR, cents, NULL);
  if (found->mb >= 0)
    verdict_add (verdict, M_HEARD_MB, mb, NULL);
  if (found->date != NULL)
    verdict_add (verdict, M_HEARD_UNTIL, found->date, NULL);
  return found->eur_cents >= 0 || found->mb >= 0 || found->date != NULL;
}

static gboolean
read_heard (Store *store, const HeardRequest *request, const Line *line, const Dialogues *dialogues,
            DialogueFound *found, Verdict *verdict, GError **error)
{
  const Dialogue *dialogue = choose_heard (store, request, line, dialogues, error);
  if (dialogue == NULL)
    return FALSE;
  const char *text = field_is_absent (request->text) ? "" : request->text;
  (void)dialogue_read (dialogue, text, found); /* of a balance nothing is refused */
  if (tell_heard (found, verdict))
    return TRUE;
  rule_error_set (error, M_HEARD_NOTHING, text, dialogue->id, NULL);
  return FALSE;
}

gboolean
sim_heard (Store *store, const ActionContext *context, const HeardRequest *request, const Dialogues *dialogues,
           Outcome *outcome, GError **error)
{
  g_auto (DialogueFound) found = {.eur_cents = -1, .mb = -1};
  Finding *settles = NULL;
  Day until = {""};
  g_autoptr (Line) line = line_find (store, request->line, error);
  if (line == NULL || !read_heard (store, request, line, dialogues, &found, outcome->verdict, error) ||
      !find_settled (store, line, found.eur_cents, &settles, error))
    return FALSE;
  if (settles != NULL)
    verdict_take (outcome->verdict, settles);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (found.date != NULL)
    g_strlcpy (until.text, found.date, sizeof until.text);
  outcome_add_code (outcome, line->code);
  return take_balance (store, context, line, found.eur_cents, found.mb, &until, CONFIDENCE_LIKELY, error);
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
  Finding *finding = sim_finding_of (refused, error);
  if (finding != NULL)
    verdict_take (verdict, finding);
  return finding != NULL;
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
