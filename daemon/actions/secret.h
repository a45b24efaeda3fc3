/* Sealed codes of the register: keeping one, opening one for another verb, showing one to a person (and writing that down), and the keys. */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/actions/vault.h"

/* What was typed, without spaces and hyphens, in memory that is wiped. M_FIELD_MISSING, M_PIN_FORMAT ... Caller frees with vault_text_free. */
char *secret_clean (SecretKind kind, const char *typed, GError **error);
/* Seals text (as secret_clean gives it) for that owner, in the place of the one before. Of a recharge code the digest is kept, and one that another voucher
 * has is refused: M_VOUCHER_CODE_KNOWN. RULE_ERROR: M_SECRET_NO_KEY, M_KEY_FILE. */
gboolean secret_keep (Store *store, const ActionContext *context, SecretKind kind, const char *owner, const char *text,
                      GError **error);
/* Is there a key? M_SECRET_NO_KEY, M_KEY_FILE. */
gboolean secret_may_keep (const ActionContext *context, GError **error);
/* Could it be kept for a new owner? Errors as secret_keep. */
gboolean secret_check_new (Store *store, const ActionContext *context, SecretKind kind, const char *text,
                           GError **error);
/* Is that the text that the owner has? FALSE in *is_same also when it has none. */
gboolean secret_is (Store *store, const ActionContext *context, SecretKind kind, const char *owner, const char *text,
                    gboolean *is_same, GError **error);
/* Opens one, for a verb that has already been journaled. M_SECRET_NONE, M_SECRET_KEY_LOST, M_SECRET_DAMAGED, M_SECRET_NO_KEY. Caller frees with
 * vault_text_free. */
char *secret_open (Store *store, const ActionContext *context, SecretKind kind, const char *owner, GError **error);
/* Has the owner one of that kind? */
gboolean secret_has (Store *store, SecretKind kind, const char *owner, gboolean *has, GError **error);
/* The card took its new PIN: pin_next takes the place of pin. M_SECRET_* as secret_open. */
gboolean secret_promote_pin (Store *store, const ActionContext *context, const char *card, GError **error);

/* As typed; borrowed. */
typedef struct {
  const char *thing; /* code of a SIM card or its line (pin, puk), of a voucher, or of a recharge that a voucher pays */
  const char *what;  /* "pin", "puk", "voucher"; NULL with a voucher or a recharge */
} RevealRequest;
/* Verb "secret.reveal": *text is the code (caller frees with vault_text_free; NULL in a preview), one line of the journal says who saw it and why.
 * A comment is required, but for the code of a recharge that waits for it: that one moves prepared -> sent, because from now on it may be used.
 * A PUK is for technicians and administrators, a voucher in stock for administrators. outcome: the card, voucher or recharge. */
gboolean secret_reveal (Store *store, const ActionContext *context, const RevealRequest *request, char **text,
                        Outcome *outcome, GError **error);

/* Verb "key.new": the first key. M_KEY_EXISTS, M_KEY_READ_ONLY, M_KEY_FILE. */
gboolean secret_key_new (Store *store, const ActionContext *context, Outcome *outcome, GError **error);
/* Verb "key.rotate": makes a key when all is sealed with the newest one, then seals at most SECRET_ROTATE_SLICE codes again. *left: are there more?
 * Then call it again. Cut short, nothing is lost: every code says which key opens it. */
#define SECRET_ROTATE_SLICE 500
gboolean secret_key_rotate (Store *store, const ActionContext *context, gboolean *left, Outcome *outcome,
                            GError **error);
