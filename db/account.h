/* Staff accounts: who acts, with which role. Not borrowers (person.h), no passwords. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Frees the record and its strings. Accepts NULL. */
void account_free (Account *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Account, account_free)

/* DB_ERROR_UNIQUE when another account has that uid at that site (-1, for none, is shared), DB_ERROR_CHECK when the name is empty. */
gboolean account_insert (Store *store, const Account *account, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Account *account_load (Store *store, const char *code, GError **error);
/* The account of a system user (0 or above) of the store's site: that site's own, else one of all sites. DB_ERROR_NOT_FOUND when there
 * is none. */
Account *account_load_by_uid (Store *store, gint64 uid, GError **error);
/* Where it may come in; "": at all sites. DB_ERROR_NOT_FOUND; DB_ERROR_UNIQUE when another account has its uid there. */
gboolean account_set_site (Store *store, const char *code, const char *site, GError **error);
/* By code, after after_code (NULL: from the start), at most limit. Array of Account, maybe empty; caller unrefs. */
GPtrArray *account_list (Store *store, const char *after_code, guint limit, GError **error);
