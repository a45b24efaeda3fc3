/* Google's lock that shows itself after a reset: the tablet asks for the account of whoever had it, and may not be lent. What is known of
 * it stands in the story of the wipe that met it, so that no way round through another state loses it. */
#pragma once
#include "daemon/actions/action.h"
#include "db/wipe.h"

typedef enum {
  WIPE_LOCK_NONE,  /* never locked, or wiped with a proof since */
  WIPE_LOCK_SHOWN, /* it asked for a former account: no wipe, no waiver */
  WIPE_LOCK_LIFTED /* a person said how it was lifted: it must be wiped once more, and may not be waived */
} WipeLock;
/* FALSE on a database error. */
gboolean wipe_lock_of (Store *store, const char *item, WipeLock *lock, GError **error);
/* Adds what the lock forbids: any wipe while it is shown, a waiver until the tablet was wiped again. */
gboolean wipe_lock_judge (Store *store, const char *item, gboolean is_waiver, Verdict *verdict, GError **error);

/* A named person sees that the tablet asks for a former account. Only where the wipe waits for an attestation: the wipe and its item
 * become blocked. text: what was seen; NULL or blank is enough here. */
gboolean wipe_attest_lock (Store *store, const ActionContext *context, const char *wipe, const char *text,
                           Outcome *outcome, GError **error);
/* A named person says how the lock was lifted (text: who signed in, or the maker's service). The item goes back to be wiped. */
gboolean wipe_unlock (Store *store, const ActionContext *context, const char *item, const char *text, Outcome *outcome,
                      GError **error);
