/* The machines of recharges and vouchers. */
#include "daemon/rules/voucher.h"
#include <string.h>

static const char *const recharge_words[][2] = {
    [RECHARGE_PREPARED] = {"préparée", "prepared"},
    [RECHARGE_SENT] = {"envoyée", "sent"},
    [RECHARGE_CONFIRMED] = {"confirmée", "confirmed"},
    [RECHARGE_REJECTED] = {"refusée", "rejected"},
    [RECHARGE_AMBIGUOUS] = {"envoyée, sans réponse", "sent, no answer"},
    [RECHARGE_CANCELLED] = {"annulée", "cancelled"},
};
static const char *const voucher_words[][2] = {
    [VOUCHER_STOCK] = {"en stock", "in stock"},
    [VOUCHER_RESERVED] = {"réservé", "reserved"},
    [VOUCHER_USED] = {"utilisé", "used"},
    [VOUCHER_REJECTED] = {"refusé par l'opérateur", "refused by the operator"},
    [VOUCHER_AMBIGUOUS] = {"envoyé, sans réponse", "sent, no answer"},
};
G_STATIC_ASSERT (G_N_ELEMENTS (recharge_words) == RECHARGE_STATES_N);
G_STATIC_ASSERT (G_N_ELEMENTS (voucher_words) == VOUCHER_STATES_N);

const char *
recharge_state_text (RechargeState state, Language language)
{
  return recharge_words[state][language];
}

const char *
voucher_state_text (VoucherState state, Language language)
{
  return voucher_words[state][language];
}

/* Each move of a recharge, with what its voucher becomes. */
static const struct {
  RechargeState from, to;
  VoucherState voucher;
} moves[] = {
    {RECHARGE_PREPARED, RECHARGE_SENT, VOUCHER_RESERVED},   {RECHARGE_PREPARED, RECHARGE_CANCELLED, VOUCHER_STOCK},
    {RECHARGE_SENT, RECHARGE_CONFIRMED, VOUCHER_USED},      {RECHARGE_SENT, RECHARGE_REJECTED, VOUCHER_REJECTED},
    {RECHARGE_SENT, RECHARGE_AMBIGUOUS, VOUCHER_AMBIGUOUS}, {RECHARGE_AMBIGUOUS, RECHARGE_CONFIRMED, VOUCHER_USED},
    {RECHARGE_AMBIGUOUS, RECHARGE_REJECTED, VOUCHER_STOCK}, {RECHARGE_CONFIRMED, RECHARGE_CANCELLED, VOUCHER_USED},
    {RECHARGE_SENT, RECHARGE_PREPARED, VOUCHER_RESERVED},
};

gboolean
recharge_move_allowed (RechargeState from, RechargeState to)
{
  for (gsize i = 0; i < G_N_ELEMENTS (moves); i++)
    if (moves[i].from == from && moves[i].to == to)
      return TRUE;
  return FALSE;
}

VoucherState
voucher_state_after (RechargeState from, RechargeState to)
{
  for (gsize i = 0; i < G_N_ELEMENTS (moves); i++)
    if (moves[i].from == from && moves[i].to == to)
      return moves[i].voucher;
  return VOUCHER_AMBIGUOUS; /* of no move: the careful answer */
}

gboolean
voucher_move_allowed (VoucherState from, VoucherState to)
{
  static const struct {
    VoucherState from, to;
  } allowed[] = {
      {VOUCHER_STOCK, VOUCHER_RESERVED},    {VOUCHER_RESERVED, VOUCHER_STOCK},     {VOUCHER_RESERVED, VOUCHER_USED},
      {VOUCHER_RESERVED, VOUCHER_REJECTED}, {VOUCHER_RESERVED, VOUCHER_AMBIGUOUS}, {VOUCHER_AMBIGUOUS, VOUCHER_USED},
      {VOUCHER_AMBIGUOUS, VOUCHER_STOCK},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (allowed); i++)
    if (allowed[i].from == from && allowed[i].to == to)
      return TRUE;
  return FALSE;
}

void
voucher_judge (const VoucherFacts *facts, Verdict *verdict)
{
  const Voucher *voucher = facts->voucher;
  if (voucher->state != VOUCHER_STOCK)
    verdict_add (verdict, M_VOUCHER_NOT_IN_STOCK, voucher->code, voucher_state_name (voucher->state), NULL);
  if (voucher->expires_on.text[0] != '\0' && strcmp (voucher->expires_on.text, facts->today.text) < 0)
    verdict_add (verdict, M_VOUCHER_EXPIRED, voucher->code, voucher->expires_on.text, NULL);
  if (facts->is_other_operator)
    verdict_add (verdict, M_VOUCHER_OPERATOR, voucher->code, voucher->operator_name, facts->line->code,
                 facts->line->operator_name, NULL);
}
