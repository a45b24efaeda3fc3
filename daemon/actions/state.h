/* The one way in which verbs change the state of an item, a line, a loan, a recharge or a voucher: the tables of rules/ decide whether the move exists,
 * the database whether the thing is still where the verb saw it. */
#pragma once
#include "daemon/actions/action.h"
#include "db/recharge.h"

/* RULE_ERROR M_*_MOVE_NOT_ALLOWED when there is no such move; DB_ERROR_STALE when the thing is not in `from`. reason: as item_set_state. */
gboolean state_move_item (Store *store, const char *code, ItemState from, ItemState to, const char *reason,
                          GError **error);
gboolean state_move_line (Store *store, const char *code, LineState from, LineState to, GError **error);
/* closed_on: as loan_set_state. */
gboolean state_move_loan (Store *store, const char *code, LoanState from, LoanState to, const char *closed_on,
                          GError **error);
/* move: as recharge_move; M_RECHARGE_STATE when there is no such move. */
gboolean state_move_recharge (Store *store, const Recharge *recharge, const RechargeMove *move, GError **error);
/* M_VOUCHER_NOT_IN_STOCK when there is no such move. */
gboolean state_move_voucher (Store *store, const char *code, VoucherState from, VoucherState to, GError **error);
