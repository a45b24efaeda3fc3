/* Changing a state: the table of moves first, then the conditional write. */
#include "daemon/actions/state.h"
#include "daemon/rules/item.h"
#include "daemon/rules/voucher.h"
#include "db/item.h"
#include "db/loan.h"
#include "db/sim.h"
#include "db/voucher.h"

static gboolean
refuse (GError **error, MessageId id, const char *code, const char *from, const char *to)
{
  rule_error_set (error, id, code, from, to, NULL);
  return FALSE;
}

gboolean
state_move_item (Store *store, const char *code, ItemState from, ItemState to, const char *reason, GError **error)
{
  if (!item_move_allowed (from, to))
    return refuse (error, M_MOVE_NOT_ALLOWED, code, item_state_name (from), item_state_name (to));
  return item_set_state (store, code, from, to, reason, error);
}

gboolean
state_move_line (Store *store, const char *code, LineState from, LineState to, GError **error)
{
  if (!line_move_allowed (from, to))
    return refuse (error, M_LINE_MOVE_NOT_ALLOWED, code, line_state_name (from), line_state_name (to));
  return line_set_state (store, code, from, to, error);
}

gboolean
state_move_loan (Store *store, const char *code, LoanState from, LoanState to, const char *closed_on, GError **error)
{
  if (!loan_move_allowed (from, to))
    return refuse (error, M_LOAN_MOVE_NOT_ALLOWED, code, loan_state_name (from), loan_state_name (to));
  return loan_set_state (store, code, from, to, closed_on, error);
}

gboolean
state_move_recharge (Store *store, const Recharge *recharge, const RechargeMove *move, GError **error)
{
  if (recharge_move_allowed (recharge->state, move->to))
    return recharge_move (store, recharge->code, recharge->state, move, error);
  rule_error_set (error, M_RECHARGE_STATE, recharge->code, recharge_state_name (recharge->state), NULL);
  return FALSE;
}

gboolean
state_move_voucher (Store *store, const char *code, VoucherState from, VoucherState to, GError **error)
{
  if (voucher_move_allowed (from, to))
    return voucher_set_state (store, code, from, to, error);
  rule_error_set (error, M_VOUCHER_NOT_IN_STOCK, code, voucher_state_name (from), NULL);
  return FALSE;
}
