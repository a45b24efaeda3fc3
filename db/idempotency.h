/* Answers kept for 48 h under the caller's Idempotency-Key, so that a request sent twice acts once. Written in the action's own
 * transaction. */
#pragma once
#include "db/store.h"

#define IDEMPOTENCY_KEEP_S (48 * 60 * 60) /* seconds */

typedef enum {
  IDEMPOTENCY_NEW,   /* never seen: act, then idempotency_put */
  IDEMPOTENCY_SAME,  /* the same request: give the stored answer again */
  IDEMPOTENCY_OTHER, /* the key was used for another request: refuse */
} IdempotencyMatch;
typedef struct {
  IdempotencyMatch match;
  int status; /* HTTP status and body of the stored answer: IDEMPOTENCY_SAME only */
  char *body;
} IdempotencyAnswer;
void idempotency_answer_clear (IdempotencyAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IdempotencyAnswer, idempotency_answer_clear)

/* Looks a key up. Keys belong to an account (code, "" for none): two accounts may use the same one. request_hash: any text that
 * is equal for equal requests. Caller clears answer; it is untouched on error. */
gboolean idempotency_find (Store *store, const char *account, const char *key, const char *request_hash,
                           IdempotencyAnswer *answer, GError **error);
/* Keeps an answer. at: epoch seconds. DB_ERROR_UNIQUE when the key was put meanwhile. */
gboolean idempotency_put (Store *store, const char *account, const char *key, const char *request_hash, int status,
                          const char *body, gint64 at, GError **error);
/* Drops the answers kept before that instant (now - IDEMPOTENCY_KEEP_S). dropped may be NULL. */
gboolean idempotency_purge (Store *store, gint64 before, gint64 *dropped, GError **error);
