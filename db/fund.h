/* Funds: money with a purpose, an append-only ledger, and a balance that the database itself keeps between zero and the grant.
 * Whether a fund may pay for something (period, strand) is decided by daemon/rules/. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Free the record and its strings. Accept NULL. */
void fund_free (Fund *fund);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fund, fund_free)
void fund_entry_free (FundEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FundEntry, fund_entry_free)

/* Adds a fund with nothing spent (fund->spent is ignored), findable by store_search (name). DB_ERROR_CHECK: negative grant,
 * empty name, period that ends before it starts. */
gboolean fund_insert (Store *store, const Fund *fund, GError **error);
/* Writes what may change of it: name, period, grant, conditions. DB_ERROR_CHECK: less granted than was spent or set aside, period that ends
 * before it starts; DB_ERROR_NOT_FOUND. */
gboolean fund_update (Store *store, const Fund *fund, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Fund *fund_load (Store *store, const char *code, GError **error);
/* At most limit funds by code after after_code (NULL or "" = from the first). Array of Fund; caller unrefs. */
GPtrArray *fund_list (Store *store, const char *after_code, guint limit, GError **error);
/* Takes amount (above zero) out of the fund for subject and writes its ledger line, in one step that two askers cannot both
 * win. subject: code of the item or recharge, "" or NULL for none. at: epoch seconds. reason may be NULL. DB_ERROR_CHECK: amount not above zero,
 * or the balance would go below zero; DB_ERROR_NOT_FOUND: no such fund. */
gboolean fund_spend (Store *store, const char *code, Money amount, const char *subject, const char *reason, gint64 at,
                     GError **error);
/* Gives amount (above zero) back by a counter-entry: the only way to correct a ledger. DB_ERROR_CHECK: more than was spent. */
gboolean fund_credit (Store *store, const char *code, Money amount, const char *subject, const char *reason, gint64 at,
                      GError **error);
/* Sets amount aside for an import under way (below zero: gives it back). What is set aside is neither spent nor to be spent.
 * DB_ERROR_CHECK: so much is not left, or was not set aside; DB_ERROR_NOT_FOUND. */
gboolean fund_reserve (Store *store, const char *code, Money amount, GError **error);
/* Ledger lines with a number above after_number (0 = from the first), in order, at most limit. Array of FundEntry. */
GPtrArray *fund_entry_list (Store *store, const char *code, gint64 after_number, guint limit, GError **error);
/* How many lines the ledger has. */
gboolean fund_entry_count (Store *store, const char *code, gint64 *count, GError **error);
/* The month of an instant (epoch seconds), as FundMonth counts them. */
gint64 fund_month_of (gint64 at);
/* What each month moved, those in which something did, oldest first. Array of FundMonth; caller unrefs. */
GPtrArray *fund_month_list (Store *store, const char *code, GError **error);
/* Codes of the funds whose ledger or months do not add up to `spent`, or whose ledger has a gap in its numbers: empty when all is well. Array of
 * g_free'd strings; caller unrefs. Reads the whole ledger: nightly and before a backup, not per request. */
GPtrArray *fund_reconcile (Store *store, GError **error);
