/* Writing down a SIM card and the phone line it carries. Not talking to the card, not recharging. */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/actions/claim.h"

/* As typed or imported; borrowed, NULL or "" = absent. */
typedef struct {
  const char *iccid; /* required: 19 or 20 digits */
  const char *msisdn, *operator_name, *offer;
  const char *pin, *puk; /* sealed at once */
} SimRequest;
/* Verb "sim.add": makes the card and its line, and the line goes stock -> active. outcome: the card's code, then the line's.
 * RULE_ERROR: M_ICCID_*, M_PHONE_FORMAT, M_ICCID_KNOWN, M_PHONE_KNOWN, M_PIN_FORMAT, M_PUK_FORMAT, M_SECRET_NO_KEY. */
gboolean sim_add (Store *store, const ActionContext *context, const SimRequest *request, Outcome *outcome,
                  GError **error);
/* What the request would take: ICCID and number. As item_claims. */
gboolean sim_claims (const SimRequest *request, Claims *claims, GError **error);
/* Is a card with that ICCID in the register? As item_known; a PIN or PUK that is given is compared with the sealed one. */
gboolean sim_known (Store *store, const ActionContext *context, const SimRequest *request, Code code,
                    const char **differs, GError **error);
/* The card of that canonical number, with or without its Luhn digit (devices/iccid.h: iccid_is_same). NULL without error when there is none.
 * Caller frees. */
Card *sim_card_of_iccid (Store *store, const char *iccid, GError **error);
/* Inside another verb: writes a line and its first card, gives both their codes, and makes the line active. */
gboolean sim_insert (Store *store, const ActionContext *context, Line *line, Card *card, GError **error);
