/* Recharges of phone lines: what was paid, and how far it is. The money is moved by fund_spend and fund_credit, in the same transaction, by
 * the caller. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Frees the record and its strings. Accepts NULL. */
void recharge_free (Recharge *recharge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Recharge, recharge_free)

/* Adds a recharge. person may be "" (nobody held the line), fund may be "" (paid otherwise). sent_at and evidence are
 * not written: recharge_move does. DB_ERROR_UNIQUE: another live recharge has the voucher; DB_ERROR_CHECK: negative amount, no product; DB_ERROR_FOREIGN: no such line, fund or person. */
gboolean recharge_insert (Store *store, const Recharge *recharge, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Recharge *recharge_load (Store *store, const char *code, GError **error);

/* Which recharges a list holds: NULL lets everything through. Not owned. At most one of the three is used: the first that is set. */
typedef struct {
  const char *line, *fund;
  const RechargeState *open; /* prepared, sent or ambiguous; another state lists nothing */
} RechargeFilter;
/* At most limit recharges by code after after_code (NULL or "" = from the first); filter NULL = all. Array of Recharge. */
GPtrArray *recharge_list (Store *store, const RechargeFilter *filter, const char *after_code, guint limit,
                          GError **error);

/* A move of the machine of rules/voucher.h. evidence NULL: none. at: epoch seconds; when it was sent, else when it was settled. */
typedef struct {
  RechargeState to;
  gint64 at;
  const RechargeEvidence *evidence;
} RechargeMove;
/* The only function that changes a recharge's state. DB_ERROR_STALE when it is not in `from`, or does not exist. */
gboolean recharge_move (Store *store, const char *code, RechargeState from, const RechargeMove *move, GError **error);
/* Those that were sent before that instant on that channel and have no outcome yet, the oldest first, at most limit. Array of Recharge. */
GPtrArray *recharge_list_sent (Store *store, RechargeChannel channel, gint64 before, guint limit, GError **error);
/* What that person was recharged for from day from to day to, both included: neither keep-alives nor what was rejected or cancelled. */
gboolean recharge_sum_of_person (Store *store, const char *person, const Day *from, const Day *to, Money *sum,
                                 GError **error);
/* The day of the first of those; "" when there is none. */
gboolean recharge_first_of_person (Store *store, const char *person, Day *first, GError **error);
/* How many are prepared, sent or ambiguous: by an index that holds those alone. */
gboolean recharge_count_open (Store *store, RechargeState state, gint64 *count, GError **error);
/* Codes of recharges whose ledger lines do not add up to what they cost now (nothing, once rejected or cancelled): empty when all is well.
 * At most limit. Array of g_free'd strings. Reads all recharges and ledgers: nightly, not per request. */
GPtrArray *recharge_reconcile (Store *store, guint limit, GError **error);
