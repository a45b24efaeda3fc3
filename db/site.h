/* Sites: the places that share a register, each with a daemon of its own. A register with one place needs none: what it writes is
 * of the site without a name, "". */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Frees the record and its strings. Accepts NULL. */
void site_free (Site *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Site, site_free)

/* Adds a site, with the head of its journal and its counters. DB_ERROR_UNIQUE when one has that name. */
gboolean site_insert (Store *store, const Site *site, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Site *site_load (Store *store, const char *code, GError **error);
/* By code, after after_code (NULL: from the start), at most limit. Array of Site, maybe empty; caller unrefs. */
GPtrArray *site_list (Store *store, const char *after_code, guint limit, GError **error);
/* What this Store writes from now on is of that site; "" for the one without a name. DB_ERROR_NOT_FOUND when there is none. */
gboolean site_use (Store *store, const char *code, GError **error);
