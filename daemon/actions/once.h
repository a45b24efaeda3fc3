/* A request sent twice acts once (Idempotency-Key). The api calls once_find, runs the verb when the key is new, writes the answer with
 * once_put, all in the same transaction of the writer. */
#pragma once
#include "daemon/actions/action.h"
#include "db/idempotency.h"

/* One request as it came. Borrowed. */
typedef struct {
  const char *key; /* of the header; NULL: the client sent none, nothing is looked up or kept */
  const char *method, *target;
  const char *body;
  gsize body_length;
} OnceRequest;
/* TRUE with answer->match IDEMPOTENCY_NEW (act) or IDEMPOTENCY_SAME (give answer->status and body again). RULE_ERROR: M_KEY_FORMAT,
 * M_KEY_REUSED (another request had that key). Keys belong to context->account. Caller clears answer; untouched on error. */
gboolean once_find (Store *store, const ActionContext *context, const OnceRequest *request, IdempotencyAnswer *answer,
                    GError **error);
/* Equal for equal requests, else different: method, target and body. Caller frees. */
char *once_digest (const OnceRequest *request);
/* Keeps the answer of a request that acted. Without key: does nothing, TRUE. */
gboolean once_put (Store *store, const ActionContext *context, const OnceRequest *request, int status, const char *body,
                   GError **error);
