/* Idempotency keys over db/idempotency: the digest of a request, and what is said of a key. */
#include "daemon/actions/once.h"
#include <string.h>

enum { KEY_MIN = 8, KEY_MAX = 64 }; /* characters */

static gboolean
key_check (const char *key, GError **error)
{
  gsize length = 0;
  while (g_ascii_isalnum (key[length]) || key[length] == '-')
    length++;
  if (key[length] == '\0' && length >= KEY_MIN && length <= KEY_MAX)
    return TRUE;
  rule_error_set (error, M_KEY_FORMAT, NULL);
  return FALSE;
}

/* Each part with its length, so that no two requests give the same bytes. */
OnceRequest
once_request (const char *key, const char *method, const char *target, const char *body, gsize body_length)
{
  OnceRequest request = {.key = key};
  if (key == NULL)
    return request;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *head = g_strdup_printf ("%zu:%s%zu:%s", strlen (method), method, strlen (target), target);
  g_checksum_update (sum, (const guchar *)head, -1);
  if (body_length > 0)
    g_checksum_update (sum, (const guchar *)body, (gssize)body_length);
  g_strlcpy (request.digest, g_checksum_get_string (sum), sizeof request.digest);
  return request;
}

gboolean
once_find (Store *store, const ActionContext *context, const OnceRequest *request, IdempotencyAnswer *answer,
           GError **error)
{
  if (request->key == NULL) {
    *answer = (IdempotencyAnswer){.match = IDEMPOTENCY_NEW};
    return TRUE;
  }
  if (!key_check (request->key, error))
    return FALSE;
  g_auto (IdempotencyAnswer) found = {0};
  if (!idempotency_find (store, context->account, request->key, request->digest, &found, error))
    return FALSE;
  if (found.match == IDEMPOTENCY_OTHER) {
    rule_error_set (error, M_KEY_REUSED, NULL);
    return FALSE;
  }
  *answer = found;
  found.body = NULL; /* handed over */
  return TRUE;
}

/* Once a minute is enough; of what is undone with its transaction the next minute thinks. */
static gboolean
purge (Store *store, gint64 now, GError **error)
{
  static gint64 last_minute; /* atomic: several registers, in tests */
  gint64 minute = now / 60;
  return __atomic_exchange_n (&last_minute, minute, __ATOMIC_RELAXED) == minute ||
         idempotency_purge (store, now - IDEMPOTENCY_KEEP_S, NULL, error);
}

gboolean
once_put (Store *store, const ActionContext *context, const OnceRequest *request, int status, const char *body,
          GError **error)
{
  if (request->key == NULL)
    return TRUE;
  return purge (store, context->now, error) &&
         idempotency_put (store, context->account, request->key, request->digest, status, body, context->now, error);
}
