/* Invoices that a fund paid, and the share of each thing. The money is moved by fund_spend and fund_credit, in the same transaction, by the
 * caller; so are the prices of the items (item_set_price). */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Frees the record and its strings. Accepts NULL. */
void purchase_free (Purchase *purchase);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Purchase, purchase_free)

/* Adds an invoice that stands, findable by store_search (supplier, reference). DB_ERROR_UNIQUE: that supplier's invoice of that reference
 * stands already; DB_ERROR_CHECK: no amount, no supplier ...; DB_ERROR_FOREIGN: no such fund. */
gboolean purchase_insert (Store *store, const Purchase *purchase, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Purchase *purchase_load (Store *store, const char *code, GError **error);
/* At most limit purchases by code after after_code (NULL or "" = from the first); fund NULL = of all. Array of Purchase; caller unrefs. */
GPtrArray *purchase_list (Store *store, const char *fund, const char *after_code, guint limit, GError **error);
/* Those that stand with that reference: one a supplier, as its name was written. Array of Purchase; caller unrefs. */
GPtrArray *purchase_list_standing (Store *store, const char *invoice, GError **error);
/* DB_ERROR_STALE when it was cancelled already, or does not exist. */
gboolean purchase_cancel (Store *store, const char *code, gint64 at, GError **error);

/* Adds the share with that number. DB_ERROR_FOREIGN: no such item or purchase. */
gboolean purchase_share_insert (Store *store, const char *purchase, const PurchaseShare *share, GError **error);
/* All of them, in order. Array of PurchaseShare; caller unrefs. */
GPtrArray *purchase_share_list (Store *store, const char *purchase, GError **error);

/* The thing of a share that named none. DB_ERROR_STALE when it names one already, or does not exist. */
gboolean purchase_share_assign (Store *store, const char *purchase, gint64 number, const char *item, GError **error);
/* The purchase, not cancelled, that an item came with; "" when there is none. */
gboolean purchase_of_item (Store *store, const char *item, Code code, GError **error);

/* Codes of purchases whose shares or whose ledger lines do not add up to their total (to nothing, once cancelled): empty when all is well. At
 * most limit. Array of g_free'd strings. Reads all purchases: nightly, not per request. */
GPtrArray *purchase_reconcile (Store *store, guint limit, GError **error);
