/* A request sent twice acts once (Idempotency-Key). The api calls once_find, runs the verb when the key is new, writes the answer with
 * once_put, all in the same transaction of the writer. */
#pragma once
#include "daemon/actions/action.h"
#include "db/idempotency.h"

#define ONCE_DIGEST_SIZE 65 /* SHA-256 in hexadecimal, and its end */
/* One request, as far as it matters whether it came before. */
typedef struct {
  const char *key;               /* of the header, borrowed; NULL: the client sent none, nothing is looked up or kept */
  char digest[ONCE_DIGEST_SIZE]; /* equal for equal requests, else different */
} OnceRequest;
/* Of a request as it came. body: may be NULL when it is empty. */
OnceRequest once_request (const char *key, const char *method, const char *target, const char *body, gsize body_length);
/* TRUE with answer->match IDEMPOTENCY_NEW (act) or IDEMPOTENCY_SAME (give answer->status and body again). RULE_ERROR: M_KEY_FORMAT,
 * M_KEY_REUSED (another request had that key). Keys belong to context->account. Caller clears answer; untouched on error. */
gboolean once_find (Store *store, const ActionContext *context, const OnceRequest *request, IdempotencyAnswer *answer,
                    GError **error);
/* Keeps the answer of a request that acted. Without key: does nothing, TRUE. */
gboolean once_put (Store *store, const ActionContext *context, const OnceRequest *request, int status, const char *body,
                   GError **error);
