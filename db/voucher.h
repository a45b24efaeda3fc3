/* Vouchers: recharge codes that were bought. The code itself is in db/secret.h, sealed; here is what may be read by all. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Frees the record and its strings. Accepts NULL. */
void voucher_free (Voucher *voucher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Voucher, voucher_free)

/* Adds a voucher, findable by store_search (number). DB_ERROR_UNIQUE: that number is known; DB_ERROR_CHECK: no price, no product ... */
gboolean voucher_insert (Store *store, const Voucher *voucher, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Voucher *voucher_load (Store *store, const char *code, GError **error);
Voucher *voucher_load_by_number (Store *store, const char *number, GError **error);
/* At most limit vouchers by code after after_code (NULL or "" = from the first); state NULL = all. Array of Voucher; caller unrefs. */
GPtrArray *voucher_list (Store *store, const VoucherState *state, const char *after_code, guint limit, GError **error);
/* Vouchers of that product in stock, which do not expire before today: those that expire first come first, those that never expire last. At
 * most limit. Array of Voucher; caller unrefs. */
GPtrArray *voucher_list_next (Store *store, const char *product, const Day *today, guint limit, GError **error);
/* The only function that changes a voucher's state. DB_ERROR_STALE when it is not in `from`, or does not exist. */
gboolean voucher_set_state (Store *store, const char *code, VoucherState from, VoucherState to, GError **error);
