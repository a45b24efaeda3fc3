/* Recharges of lines, from the money that is set aside to the outcome. One made elsewhere is written down, confirmed; one that a voucher (or the
 * bench) pays is prepared, sent once, and settled: docs/decisions/0018-lines-and-money.md. Every euro of them is a line of a fund's ledger, and comes
 * back by a counter-entry. Sends nothing to an operator. */
#pragma once
#include "daemon/actions/action.h"
#include "db/recharge.h"

/* As typed; borrowed, NULL or "" = absent. line or lines is required, and what pays: an amount, a product whose price is known, or a voucher. */
typedef struct {
  const char *line;           /* code of a line or of a SIM card */
  const char *const *lines;   /* several of them, each recharged alike: all or none */
  const char *product;        /* id or name of a product, or free text: "5 Go, 30 jours"; "recharge" when absent */
  const char *amount;         /* "9,90"; not together with amount_cents, nor with a voucher */
  const gint64 *amount_cents; /* NULL = absent */
  const char *voucher;        /* code of a voucher, for one line */
  gboolean from_stock;        /* vouchers of that product, those that expire first */
  const char *fund;           /* code; may be absent when exactly one fund of strand connection runs that day */
  const char *on;             /* the day it was made, today when absent; never a day to come; not with a voucher */
  gboolean keep_alive;        /* the cheapest one that keeps the line: allowed for an overdue borrower too */
  gboolean on_bench;          /* the bench will do it: prepared, with or without a voucher */
  const char *dialogue;       /* of the bench, for who sends it (sim_act.h); absent: by the card's number */
} RechargeRequest;
/* Verb "recharge.add". outcome: of one line the recharge's code, then the line's and the fund's; of several the recharges' and the fund's, and the
 * verdict tells the total. RULE_ERROR: M_MONEY_*, M_DAY_*, M_FUND_NONE, M_FUND_CHOOSE, M_VOUCHER_*, M_PRODUCT_UNKNOWN, and the verdicts of rules/fund. */
gboolean recharge_line (Store *store, const ActionContext *context, const RechargeRequest *request, Outcome *outcome,
                        GError **error);

/* The recharge with the code that somebody typed. M_CODE_*, M_RECHARGE_NOT_FOUND. Caller frees. */
Recharge *recharge_find (Store *store, const char *text, GError **error);

/* Inside another verb's transaction: from here on its code may be with the operator. prepared -> sent, journaled "recharge.sent".
 * M_RECHARGE_STATE for any other state: nothing is ever sent twice. */
gboolean recharge_send (Store *store, const ActionContext *context, Recharge *recharge, GError **error);

/* The same for one of the bench of which the modem has surely sent nothing: sent -> prepared, journaled "recharge.unsent". */
gboolean recharge_unsend (Store *store, const ActionContext *context, Recharge *recharge, GError **error);

/* As typed; borrowed. */
typedef struct {
  const char *recharge;
  const char *outcome; /* "confirmed" "rejected" "ambiguous" */
  const char *
      evidence; /* "operator" (its answer), "balance" (it was checked), "person"; absent: operator for one that was sent, person for an
                           ambiguous one */
} SettleRequest;
/* Verbs "recharge.confirmed", "recharge.rejected", "recharge.ambiguous": sent -> any of them; ambiguous -> one of the first two, with a comment
 * (M_RECHARGE_REASON). Confirmed: the line's clocks move. Rejected: the money comes back. outcome: the recharge's code, then the line's, the fund's
 * and the voucher's. */
gboolean recharge_settle (Store *store, const ActionContext *context, const SettleRequest *request, Outcome *outcome,
                          GError **error);
/* Verb "recharge.cancel": prepared -> cancelled, and the money and the voucher come back. Of a confirmed one that was written down by hand: a
 * correction, with the right recharge-correct. */
typedef struct {
  const char *recharge;
} CancelRechargeRequest;
gboolean recharge_cancel (Store *store, const ActionContext *context, const CancelRechargeRequest *request,
                          Outcome *outcome, GError **error);

/* Recharges that were sent on that channel before that instant and have no outcome become ambiguous, at most a hundred a call. moved: how many. For
 * the daemon itself, every day: a person forgot to tell. Those of the SIM bench are given up with their acts (sim_act.h), site by site. */
gboolean recharge_give_up (Store *store, const ActionContext *context, RechargeChannel channel, gint64 before,
                           guint *moved, GError **error);
