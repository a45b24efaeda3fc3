/* Recharges of phone lines, as they were paid. The money is moved by fund_spend, in the same transaction, by the caller. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Frees the record and its strings. Accepts NULL. */
void recharge_free (Recharge *recharge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Recharge, recharge_free)

/* Adds a recharge. person may be "" (nobody held the line), fund may be "" (paid otherwise). DB_ERROR_CHECK: negative amount,
 * no product; DB_ERROR_FOREIGN: no such line, fund or person. */
gboolean recharge_insert (Store *store, const Recharge *recharge, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Recharge *recharge_load (Store *store, const char *code, GError **error);

/* Which recharges a list holds: NULL lets everything through. Not owned. At most one of the two is used: line first. */
typedef struct {
  const char *line, *fund;
} RechargeFilter;
/* At most limit recharges by code after after_code (NULL or "" = from the first); filter NULL = all. Array of Recharge. */
GPtrArray *recharge_list (Store *store, const RechargeFilter *filter, const char *after_code, guint limit,
                          GError **error);
