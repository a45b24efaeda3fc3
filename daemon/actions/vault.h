/* The key ring that seals PINs, PUKs and recharge codes: libsodium's XChaCha20-Poly1305. The keys are in a file that only the daemon reads,
 * never in the database: $CREDENTIALS_DIRECTORY/temoin-key (systemd), else the configured file. What is sealed is tied to its kind, its owner
 * and its key, so that a box moved to another row does not open. Knows nothing of rows (secret.h). Any thread. */
#pragma once
#include "db/records.h"
#include "daemon/rules/message.h"

typedef struct _Vault Vault;

/* The ring of that file, or without keys when there is none: then nothing can be sealed or opened, and the rest works. Also without keys when
 * the file cannot be trusted (others may read it, a key is damaged): vault_problem says why. Caller frees. */
Vault *vault_open (const char *path);
/* Wipes the keys. Accepts NULL. */
void vault_free (Vault *vault);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Vault, vault_free)

/* Id of the key that seals now: 8 hex letters. "" without keys. Caller frees. */
char *vault_key_id (Vault *vault);
gboolean vault_has_key (Vault *vault, const char *key_id);
/* Where the keys are. Borrowed. */
const char *vault_path (Vault *vault);
/* Why the file that is there gives no key (a RULE_ERROR's finding), or NULL. Borrowed. */
const Finding *vault_problem (Vault *vault);
/* Makes a key that seals from now on, and writes the file (mode 0400, whole or not at all). The keys before stay: what they sealed, and backups,
 * need them. RULE_ERROR: M_KEY_READ_ONLY (systemd gave it), M_KEY_FILE. */
gboolean vault_add_key (Vault *vault, GError **error);

/* A text in memory that is not swapped, and wiped when freed. Borrowed text, may be NULL. */
char *vault_text_new (gsize length);
void vault_text_free (char *text);

/* Seals text for that owner (a code). *key_id: caller frees. RULE_ERROR: M_SECRET_NO_KEY, or the vault's problem. Caller unrefs. */
GBytes *vault_seal (Vault *vault, SecretKind kind, const char *owner, const char *text, char **key_id, GError **error);
/* RULE_ERROR: M_SECRET_KEY_LOST, M_SECRET_DAMAGED. Caller frees with vault_text_free. */
char *vault_unseal (Vault *vault, const Secret *secret, GError **error);
/* Keyed digests of the bytes, one for each key, the one that seals first: equal for equal bytes, telling nothing to who has no key. NULL-terminated,
 * caller frees. Without keys: none. */
char **vault_prints (Vault *vault, const char *bytes, gsize length);
