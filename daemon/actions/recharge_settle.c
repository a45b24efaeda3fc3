/* What becomes of a recharge: sent, settled, cancelled, given up. See recharge.h. */
#include "daemon/actions/recharge.h"
#include "daemon/actions/field.h"
#include "daemon/actions/line.h"
#include "daemon/actions/state.h"
#include "daemon/rules/code.h"
#include "daemon/rules/voucher.h"
#include "db/fund.h"
#include "db/sim.h"
#include "db/voucher.h"

#define GIVE_UP_SLICE 100 /* recharges a call */

Recharge *
recharge_find (Store *store, const char *text, GError **error)
{
  Code code;
  if (!code_parse_kind (text != NULL ? text : "", "R", code, error))
    return NULL;
  Recharge *recharge = recharge_load (store, code, error);
  action_explain_missing (error, M_RECHARGE_NOT_FOUND, code);
  return recharge;
}

/* ---- one move ---- */

static gboolean
write_journal (Store *store, const ActionContext *context, const char *verb, const Recharge *recharge,
               const RechargeMove *move, GError **error)
{
  g_autofree char *before = g_strdup_printf ("state=%s", recharge_state_name (recharge->state));
  g_autofree char *after =
      g_strdup_printf ("state=%s%s%s", recharge_state_name (move->to), move->evidence != NULL ? " evidence=" : "",
                       move->evidence != NULL ? recharge_evidence_name (*move->evidence) : "");
  g_autofree char *subjects =
      g_strjoin (" ", recharge->code, recharge->line, recharge->fund[0] != '\0' ? recharge->fund : recharge->line,
                 recharge->voucher[0] != '\0' ? recharge->voucher : NULL, NULL);
  return action_journal (store, context, verb, subjects, before, after, error);
}

/* The voucher follows its recharge. */
static gboolean
move_voucher (Store *store, const Recharge *recharge, RechargeState to, GError **error)
{
  if (recharge->voucher[0] == '\0')
    return TRUE;
  g_autoptr (Voucher) voucher = voucher_load (store, recharge->voucher, error);
  VoucherState next = voucher_state_after (recharge->state, to);
  return voucher != NULL &&
         (voucher->state == next || state_move_voucher (store, voucher->code, voucher->state, next, error));
}

static gboolean
money_comes_back (RechargeState to)
{
  return to == RECHARGE_REJECTED || to == RECHARGE_CANCELLED;
}

/* The row, the voucher, the money and the journal: all of a move but the line's clocks. */
static gboolean
move_all (Store *store, const ActionContext *context, const char *verb, Recharge *recharge, const RechargeMove *move,
          GError **error)
{
  if (!state_move_recharge (store, recharge, move, error) || !move_voucher (store, recharge, move->to, error) ||
      (money_comes_back (move->to) && recharge->fund[0] != '\0' &&
       !fund_credit (store, recharge->fund, recharge->amount, recharge->code, verb, context->now, error)) ||
      !write_journal (store, context, verb, recharge, move, error)) {
    action_explain (error, M_STALE, M_STALE);
    return FALSE;
  }
  recharge->state = move->to;
  return TRUE;
}

gboolean
recharge_send (Store *store, const ActionContext *context, Recharge *recharge, GError **error)
{
  const RechargeMove move = {.to = RECHARGE_SENT, .at = context->now};
  if (!move_all (store, context, "recharge.sent", recharge, &move, error))
    return FALSE;
  recharge->sent_at = context->now;
  return TRUE;
}

gboolean
recharge_unsend (Store *store, const ActionContext *context, Recharge *recharge, GError **error)
{
  const RechargeMove move = {.to = RECHARGE_PREPARED, .at = context->now};
  if (!move_all (store, context, "recharge.unsent", recharge, &move, error))
    return FALSE;
  recharge->sent_at = 0;
  return TRUE;
}

static void
add_codes (Outcome *outcome, const Recharge *recharge)
{
  outcome_add_code (outcome, recharge->code);
  outcome_add_code (outcome, recharge->line);
  if (recharge->fund[0] != '\0')
    outcome_add_code (outcome, recharge->fund);
  if (recharge->voucher[0] != '\0')
    outcome_add_code (outcome, recharge->voucher);
}

/* ---- settling ---- */

/* The verb of each outcome that may be told. */
static const struct {
  RechargeState to;
  const char *verb;
} outcomes[] = {
    {RECHARGE_CONFIRMED, "recharge.confirmed"},
    {RECHARGE_REJECTED, "recharge.rejected"},
    {RECHARGE_AMBIGUOUS, "recharge.ambiguous"},
};

static const char *
read_outcome (const char *text, RechargeState *to, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (outcomes); i++)
    if (g_strcmp0 (text, recharge_state_name (outcomes[i].to)) == 0) {
      *to = outcomes[i].to;
      return outcomes[i].verb;
    }
  rule_error_set (error, M_WORD_UNKNOWN, text != NULL ? text : "", "outcome", "confirmed, rejected, ambiguous", NULL);
  return NULL;
}

static gboolean
read_evidence (const char *text, const Recharge *recharge, RechargeEvidence *evidence, GError **error)
{
  if (field_is_absent (text)) {
    *evidence = recharge->state == RECHARGE_AMBIGUOUS ? EVIDENCE_PERSON : EVIDENCE_OPERATOR;
    return TRUE;
  }
  if (recharge_evidence_parse (text, evidence))
    return TRUE;
  rule_error_set (error, M_WORD_UNKNOWN, text, "evidence", "operator, balance, person", NULL);
  return FALSE;
}

/* By the rule of what was bought, from the day it was sent. */
static gboolean
move_clocks (Store *store, const ActionContext *context, const Recharge *recharge, GError **error)
{
  g_auto (Catalogue) catalogue = {0};
  g_autoptr (Line) line = line_load (store, recharge->line, error);
  if (line == NULL || !catalogue_init (&catalogue, store, context->offers, error))
    return FALSE;
  g_autoptr (GArray) sales = catalogue_sales (&catalogue, line->operator_name, line->offer);
  const Sale *sale = catalogue_find (sales, recharge->product);
  if (sale == NULL)
    return TRUE;
  const Offer *offer = offers_find (context->offers, line->operator_name, line->offer);
  Day on = day_of_instant (context->calendar, recharge->sent_at);
  const LineClocks told = line_clocks_after (offer, sale, &on);
  return line_tell (store, context, line, &told, error);
}

static void
judge_settle (const Recharge *recharge, RechargeState to, Verdict *verdict)
{
  if (!recharge_move_allowed (recharge->state, to))
    verdict_add (verdict, M_RECHARGE_STATE, recharge->code, recharge_state_name (recharge->state), NULL);
  else if (to == RECHARGE_AMBIGUOUS)
    verdict_add (verdict, M_RECHARGE_AMBIGUOUS_SAID, recharge->code, NULL);
}

/* One without an answer is settled by somebody who says why. */
static gboolean
check_reason (const ActionContext *context, const Recharge *recharge, GError **error)
{
  if (recharge->state != RECHARGE_AMBIGUOUS || !field_is_absent (context->comment))
    return TRUE;
  rule_error_set (error, M_RECHARGE_REASON, NULL);
  return FALSE;
}

gboolean
recharge_settle (Store *store, const ActionContext *context, const SettleRequest *request, Outcome *outcome,
                 GError **error)
{
  RechargeEvidence evidence;
  RechargeMove move = {.at = context->now, .evidence = &evidence};
  g_autoptr (Recharge) recharge = recharge_find (store, request->recharge, error);
  const char *verb = recharge != NULL ? read_outcome (request->outcome, &move.to, error) : NULL;
  if (verb == NULL || !read_evidence (request->evidence, recharge, &evidence, error))
    return FALSE;
  if (move.to == RECHARGE_AMBIGUOUS)
    move.evidence = NULL; /* there is none: that is what it means */
  judge_settle (recharge, move.to, outcome->verdict);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!check_reason (context, recharge, error) || !move_all (store, context, verb, recharge, &move, error) ||
      (move.to == RECHARGE_CONFIRMED && !move_clocks (store, context, recharge, error)))
    return FALSE;
  add_codes (outcome, recharge);
  return TRUE;
}

/* ---- cancelling, giving up ---- */

static void
judge_cancel (const Recharge *recharge, Verdict *verdict)
{
  char cents[24];
  gboolean is_correction = recharge->state == RECHARGE_CONFIRMED && recharge->channel == CHANNEL_HAND;
  g_snprintf (cents, sizeof cents, "%" G_GINT64_FORMAT, recharge->amount.cents);
  if (is_correction)
    verdict_add (verdict, M_RECHARGE_CORRECT, recharge->code, cents, NULL);
  else if (recharge->state != RECHARGE_PREPARED)
    verdict_add (verdict, M_RECHARGE_STATE, recharge->code, recharge_state_name (recharge->state), NULL);
}

gboolean
recharge_cancel (Store *store, const ActionContext *context, const CancelRechargeRequest *request, Outcome *outcome,
                 GError **error)
{
  const RechargeMove move = {.to = RECHARGE_CANCELLED, .at = context->now};
  g_autoptr (Recharge) recharge = recharge_find (store, request->recharge, error);
  if (recharge == NULL)
    return FALSE;
  judge_cancel (recharge, outcome->verdict);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!move_all (store, context, "recharge.cancel", recharge, &move, error))
    return FALSE;
  add_codes (outcome, recharge);
  return TRUE;
}

gboolean
recharge_give_up (Store *store, const ActionContext *context, RechargeChannel channel, gint64 before, guint *moved,
                  GError **error)
{
  const RechargeMove move = {.to = RECHARGE_AMBIGUOUS, .at = context->now};
  g_autoptr (GPtrArray) sent = recharge_list_sent (store, channel, before, GIVE_UP_SLICE, error);
  if (sent == NULL)
    return FALSE;
  for (guint i = 0; i < sent->len; i++)
    if (!move_all (store, context, "recharge.ambiguous", g_ptr_array_index (sent, i), &move, error))
      return FALSE;
  *moved = sent->len;
  return TRUE;
}
