/* secret.reveal: see secret.h. What is shown leaves a line in the journal, in the same transaction. */
#include "daemon/actions/secret.h"
#include "daemon/actions/field.h"
#include "daemon/actions/line.h"
#include "daemon/actions/recharge.h"
#include "daemon/actions/voucher.h"
#include "daemon/rules/code.h"
#include "db/sim.h"
#include <string.h>

/* What is to be shown. */
typedef struct {
  SecretKind kind;
  Code owner;         /* of the secret: a card or a voucher */
  Code shown;         /* what was named: card, voucher or recharge */
  Recharge *recharge; /* NULL: none is meant */
} Target;

static void
target_clear (Target *target)
{
  recharge_free (target->recharge);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Target, target_clear)

#define BIT(role) (1u << ROLE_##role)
static const guint roles_of[] = {
    [SECRET_PIN] = BIT (AGENT) | BIT (TECHNICIAN) | BIT (ADMIN),
    [SECRET_PIN_NEXT] = BIT (AGENT) | BIT (TECHNICIAN) | BIT (ADMIN),
    [SECRET_PUK] = BIT (TECHNICIAN) | BIT (ADMIN),
    [SECRET_VOUCHER] = BIT (ADMIN),
};

static gboolean
find_recharge (Store *store, const char *text, Target *target, GError **error)
{
  target->recharge = recharge_find (store, text, error);
  if (target->recharge == NULL)
    return FALSE;
  if (target->recharge->voucher[0] == '\0') {
    rule_error_set (error, M_SECRET_NONE, target->recharge->code, "voucher", NULL);
    return FALSE;
  }
  target->kind = SECRET_VOUCHER;
  g_strlcpy (target->owner, target->recharge->voucher, sizeof (Code));
  g_strlcpy (target->shown, target->recharge->code, sizeof (Code));
  return TRUE;
}

static gboolean
find_voucher (Store *store, const char *text, Target *target, GError **error)
{
  g_autoptr (Voucher) voucher = voucher_find (store, text, error);
  if (voucher == NULL)
    return FALSE;
  target->kind = SECRET_VOUCHER;
  g_strlcpy (target->owner, voucher->code, sizeof (Code));
  g_strlcpy (target->shown, voucher->code, sizeof (Code));
  return TRUE;
}

static gboolean
find_card (Store *store, const char *text, const char *what, Target *target, GError **error)
{
  if (what == NULL || !secret_kind_parse (what, &target->kind) || target->kind == SECRET_VOUCHER) {
    rule_error_set (error, M_WORD_UNKNOWN, what != NULL ? what : "", "what", "pin, puk, pin_next", NULL);
    return FALSE;
  }
  Code code;
  if (!code_parse_kind (text, "SL", code, error))
    return FALSE;
  g_autoptr (Card) card = code[0] == 'S' ? card_load (store, code, error) : card_of_line (store, code, error);
  action_explain_missing (error, M_LINE_NOT_FOUND, code);
  if (card == NULL)
    return FALSE;
  g_strlcpy (target->owner, card->code, sizeof (Code));
  g_strlcpy (target->shown, card->code, sizeof (Code));
  return TRUE;
}

static gboolean
find_target (Store *store, const RevealRequest *request, Target *target, GError **error)
{
  Code code;
  if (!code_parse (request->thing != NULL ? request->thing : "", code, error))
    return FALSE;
  switch (code[0]) {
  case 'R':
    return find_recharge (store, code, target, error);
  case 'V':
    return find_voucher (store, code, target, error);
  default:
    return find_card (store, code, request->what, target, error);
  }
}

/* Of a recharge that waits for its code anyone at the desk may see it, and need not say why. */
static gboolean
check_right (const ActionContext *context, const Target *target, GError **error)
{
  if (target->recharge != NULL && target->recharge->channel == CHANNEL_BENCH) { /* two would send it */
    rule_error_set (error, M_RECHARGE_OF_BENCH, target->recharge->code, NULL);
    return FALSE;
  }
  if (target->recharge != NULL) {
    gboolean waits = target->recharge->state == RECHARGE_PREPARED || target->recharge->state == RECHARGE_SENT;
    if (!waits)
      rule_error_set (error, M_RECHARGE_STATE, target->recharge->code, recharge_state_name (target->recharge->state),
                      NULL);
    return waits;
  }
  if ((roles_of[target->kind] & 1u << context->role) == 0) {
    rule_error_set (error, M_FORBIDDEN_ROLE, target->kind == SECRET_PUK ? "technician, admin" : "admin", NULL);
    return FALSE;
  }
  if (context->is_preview || !field_is_absent (context->comment))
    return TRUE;
  rule_error_set (error, M_SECRET_REASON, NULL);
  return FALSE;
}

static gboolean
show (Store *store, const ActionContext *context, Target *target, Outcome *outcome, GError **error)
{
  g_autofree char *after = g_strdup_printf ("what=%s", secret_kind_name (target->kind));
  g_autofree char *subjects = g_strjoin (" ", target->shown, target->recharge != NULL ? target->owner : NULL, NULL);
  if (target->recharge != NULL) {
    if (target->recharge->state == RECHARGE_PREPARED && !recharge_send (store, context, target->recharge, error))
      return FALSE;
    verdict_add (outcome->verdict, M_RECHARGE_TELL, target->shown, NULL);
  }
  return action_journal (store, context, "secret.reveal", subjects, NULL, after, error);
}

gboolean
secret_reveal (Store *store, const ActionContext *context, const RevealRequest *request, char **text, Outcome *outcome,
               GError **error)
{
  g_auto (Target) target = {0};
  if (!find_target (store, request, &target, error) || !check_right (context, &target, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  char *opened = secret_open (store, context, target.kind, target.owner, error);
  if (opened == NULL || !show (store, context, &target, outcome, error)) {
    vault_text_free (opened);
    return FALSE;
  }
  *text = opened;
  outcome_add_code (outcome, target.shown);
  return TRUE;
}
