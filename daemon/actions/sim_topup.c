/* Recharges through cards on the bench: which of them can be sent now, and what comes of one that was. See sim_act.h. */
#include "daemon/actions/field.h"
#include "daemon/actions/line.h"
#include "daemon/actions/secret.h"
#include "daemon/actions/sim_act_parts.h"
#include "daemon/rules/voucher.h"

#define PAGE 500 /* recharges read at a time */

/* ---- one order ---- */

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

/* What is told of a recharge that does not go, and what fails the whole request. */
typedef enum {
  SEND_ONE,     /* all fails */
  SEND_SEVERAL, /* a card that is in no free modem is waited for */
  SEND_ALL,     /* also what will not pass by itself: one dialogue that is not signed keeps no other recharge back */
} Patience;
typedef struct {
  const char *dialogue; /* absent: by the card's number */
  Patience patience;
  guint waiting; /* how many do not go now */
} Sending;

/* Says what that line waits for, or fails with it. Takes refused. */
static gboolean
wait_or_fail (Sending *sending, const char *line, gboolean will_last, GError *refused, Verdict *verdict, GError **error)
{
  if (sending->patience < (will_last ? SEND_ALL : SEND_SEVERAL)) {
    g_propagate_error (error, refused);
    return FALSE;
  }
  Finding *finding = sim_finding_of (refused, error);
  if (finding == NULL)
    return FALSE;
  verdict_take (verdict, finding_around (finding, M_RECHARGE_WAITS, line, NULL));
  sending->waiting++;
  return TRUE;
}

/* NULL with error; will_last: it will not pass by itself. */
static SimOrder *
make_order (Store *store, const ActionContext *context, const Recharge *recharge, const char *dialogue,
            const SimBench *bench, gboolean *will_last, GError **error)
{
  g_auto (SimTalk) talk = {0};
  *will_last = TRUE;
  if (!sim_talk_find (store, recharge->line, DIALOGUE_TOPUP, dialogue, bench, &talk, error))
    return NULL;
  if (!sim_talk_place (bench, &talk, error)) {
    *will_last = FALSE;
    return NULL;
  }
  g_autoptr (SimOrder) order = sim_talk_order (context, MODEM_ACT_TOPUP, &talk);
  g_strlcpy (order->recharge, recharge->code, sizeof order->recharge);
  return take_code (store, context, recharge, order, error) ? g_steal_pointer (&order) : NULL;
}

static gboolean
send_one (Store *store, const ActionContext *context, const Recharge *recharge, Sending *sending, SimBench *bench,
          Verdict *verdict, GError **error)
{
  gboolean will_last;
  GError *refused = NULL;
  g_autoptr (SimOrder) order = make_order (store, context, recharge, sending->dialogue, bench, &will_last, &refused);
  if (order == NULL)
    return wait_or_fail (sending, recharge->line, will_last, refused, verdict, error);
  return context->is_preview || sim_act_ask (store, context, bench, g_steal_pointer (&order), error);
}

static void
tell_waiting (const Sending *sending, Verdict *verdict)
{
  g_autofree char *n = g_strdup_printf ("%u", sending->waiting);
  if (sending->waiting > 0)
    verdict_add (verdict, M_RECHARGE_SEND_LATER, n, NULL);
}

/* ---- recharge and send ---- */

/* What a preview can say of a line without a recharge: as make_order. */
static gboolean
check_line (Store *store, const char *text, const RechargeRequest *request, Sending *sending, const SimBench *bench,
            Verdict *verdict, GError **error)
{
  g_auto (SimTalk) talk = {0};
  GError *refused = NULL;
  g_autoptr (Line) line = line_find (store, text, error);
  gboolean has_code = request->from_stock || !field_is_absent (request->voucher);
  if (line == NULL || !sim_talk_find (store, line->code, DIALOGUE_TOPUP, sending->dialogue, bench, &talk, error))
    return FALSE;
  if (!has_code && !dialogue_code_is_good (talk.dialogue, NULL)) {
    rule_error_set (error, M_TOPUP_NO_CODE, NULL);
    return FALSE;
  }
  return sim_talk_place (bench, &talk, &refused) || wait_or_fail (sending, line->code, FALSE, refused, verdict, error);
}

static gboolean
check_lines (Store *store, const RechargeRequest *request, Sending *sending, const SimBench *bench, Verdict *verdict,
             GError **error)
{
  if (request->lines == NULL)
    return check_line (store, request->line, request, sending, bench, verdict, error);
  for (const char *const *line = request->lines; *line != NULL; line++)
    if (!check_line (store, *line, request, sending, bench, verdict, error))
      return FALSE;
  return TRUE;
}

/* codes: of what the verb before made; its recharges are sent. */
static gboolean
send_made (Store *store, const ActionContext *context, const GPtrArray *codes, Sending *sending, SimBench *bench,
           Verdict *verdict, GError **error)
{
  for (guint i = 0; i < codes->len; i++) {
    const char *code = g_ptr_array_index (codes, i);
    if (code[0] != 'R')
      continue;
    g_autoptr (Recharge) recharge = recharge_load (store, code, error);
    if (recharge == NULL || !send_one (store, context, recharge, sending, bench, verdict, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
sim_recharge (Store *store, const ActionContext *context, const RechargeRequest *request, SimBench *bench,
              Outcome *outcome, GError **error)
{
  Sending sending = {.dialogue = request->dialogue, .patience = request->lines != NULL ? SEND_SEVERAL : SEND_ONE};
  if (!recharge_line (store, context, request, outcome, error))
    return FALSE;
  gboolean is_done = context->is_preview
                         ? check_lines (store, request, &sending, bench, outcome->verdict, error)
                         : send_made (store, context, outcome->codes, &sending, bench, outcome->verdict, error);
  tell_waiting (&sending, outcome->verdict);
  return is_done;
}

/* ---- send what was prepared ---- */

static gboolean
send_prepared (Store *store, const ActionContext *context, Sending *sending, SimBench *bench, Verdict *verdict,
               GError **error)
{
  const RechargeState prepared = RECHARGE_PREPARED;
  const RechargeFilter filter = {.open = &prepared};
  g_autofree char *after = NULL;
  for (gboolean has_more = TRUE; has_more;) {
    g_autoptr (GPtrArray) page = recharge_list (store, &filter, after, PAGE, error);
    for (guint i = 0; page != NULL && i < page->len; i++) {
      const Recharge *recharge = g_ptr_array_index (page, i);
      if (recharge->channel == CHANNEL_BENCH && !send_one (store, context, recharge, sending, bench, verdict, error))
        return FALSE;
    }
    if (page == NULL)
      return FALSE;
    has_more = page->len == PAGE;
    g_free (after);
    after = has_more ? g_strdup (((const Recharge *)g_ptr_array_index (page, PAGE - 1))->code) : NULL;
  }
  return TRUE;
}

static gboolean
send_named (Store *store, const ActionContext *context, Sending *sending, const char *code, SimBench *bench,
            Verdict *verdict, GError **error)
{
  g_autoptr (Recharge) recharge = recharge_find (store, code, error);
  return recharge != NULL && judge_recharge (recharge, error) &&
         send_one (store, context, recharge, sending, bench, verdict, error);
}

gboolean
sim_topup (Store *store, const ActionContext *context, const TopupRequest *request, SimBench *bench, Outcome *outcome,
           GError **error)
{
  gboolean is_named = !field_is_absent (request->recharge);
  Sending sending = {.dialogue = request->dialogue, .patience = is_named ? SEND_ONE : SEND_ALL};
  Verdict *verdict = outcome->verdict;
  if (!action_may_go_on (context, verdict, error) && !action_is_previewed (context))
    return FALSE;
  if (is_named)
    return send_named (store, context, &sending, request->recharge, bench, verdict, error);
  if (!send_prepared (store, context, &sending, bench, verdict, error))
    return FALSE;
  tell_waiting (&sending, verdict);
  if (bench->orders->len > 0 || sending.waiting > 0 || context->is_preview)
    return TRUE;
  rule_error_set (error, M_RECHARGE_NONE_PREPARED, NULL);
  return FALSE;
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
  return end->act->state != MODEM_ACT_OK ||
         (line != NULL &&
          sim_tell_clocks (end->store, end->context, line, &end->act->until, CONFIDENCE_CERTAIN, error));
}
