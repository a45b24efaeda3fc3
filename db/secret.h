/* Sealed PINs, PUKs and recharge codes. Nothing here can be read without the key, which is never in the database (actions/vault.h). */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Frees the record, its box and its strings. Accepts NULL. */
void secret_free (Secret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Secret, secret_free)

/* Keeps a secret in the place of the one that its owner had of that kind. DB_ERROR_UNIQUE: another owner has a secret with that print. */
gboolean secret_put (Store *store, const Secret *secret, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Secret *secret_load (Store *store, SecretKind kind, const char *owner, GError **error);
/* Forgets it; no error when there is none. */
gboolean secret_delete (Store *store, SecretKind kind, const char *owner, GError **error);
/* The code of the owner whose secret of that kind has that print; "" when nobody has. */
gboolean secret_owner_of_print (Store *store, SecretKind kind, const char *print, Code owner, GError **error);
/* At most limit secrets that are sealed with another key than that one, in no given order. Array of Secret; caller unrefs. */
GPtrArray *secret_list_under_others (Store *store, const char *key_id, guint limit, GError **error);
/* How many secrets each key has sealed. Reads the whole table: for the administrator who asks. */
typedef struct {
  char *key_id;
  gint64 secrets;
} SecretCount;
/* Array of SecretCount, by key id; caller unrefs. */
GPtrArray *secret_count_by_key (Store *store, GError **error);
