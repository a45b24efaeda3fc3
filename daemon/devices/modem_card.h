/* The facts of a card, and what an outcome is: shared by both sides of the process border. Private to this folder. */
#pragma once
#include "daemon/devices/modem.h"

/* All unknown. Caller frees. */
ModemCard *modem_card_new (void);
/* Accepts NULL. */
void modem_card_free (ModemCard *card);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ModemCard, modem_card_free)

/* FALSE when there is none of that name; state untouched. */
gboolean modem_state_find (const char *name, ModemState *state);

/* OK without a code. After is_sent (a step that spends or uses an attempt may have left) every code that does not say clearly "no, nothing
 * happened" is AMBIGUOUS; before it, silence is NOT_DONE and a no is REFUSED. */
ModemOutcome modem_outcome_of (ModemCode code, gboolean is_sent);

/* May this act go to a card with that many attempts left (MODEM_ATTEMPTS_UNKNOWN: not told)? The policy of modem.h, ModemOrder; decided by
 * temoind on what it knows and by temoin-modem on what it has just read. MODEM_CODE_NONE = yes. */
ModemCode modem_pin_policy (ModemJob job, gboolean is_typed, int attempts_seen, int confirmations, int attempts_left);
/* Have the secrets of this act the form that a card takes: PIN 4 to 8 digits, PUK 8 (3GPP TS 31.101, 9.1)? A wrong form is not worth an
 * attempt. MODEM_CODE_NONE = yes. */
ModemCode modem_pin_form (ModemJob job, const char *pin, const char *new_pin, const char *puk);
/* Is it one of the five acts above? */
gboolean modem_job_is_pin (ModemJob job);
