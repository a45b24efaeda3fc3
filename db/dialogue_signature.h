/* Which dialogue files (USSD, SMS ...) an administrator has read and lets spend money. A file that changes is unsigned again. */
#pragma once
#include "db/store.h"

/* hash: SHA-256 of the file, 64 hex letters. at: epoch seconds. Signing twice keeps the first. */
gboolean dialogue_sign (Store *store, const char *dialogue, const char *hash, const char *signed_by, gint64 at,
                        GError **error);
/* is_signed: that file, with that very content. signed_by (caller frees) and at are set when it is. */
gboolean dialogue_is_signed (Store *store, const char *dialogue, const char *hash, gboolean *is_signed,
                             char **signed_by, gint64 *at, GError **error);
