/* What is asked of a card in a modem of the SIM bench: asked, followed until it is over, and told in one line. */
#pragma once
#include "cli/commands.h"

/* CommandFunc: POSTs the fields, then waits for each act that was started. LEAVE_REFUSED when a card is in conflict with the register, LEAVE_DEVICE
 * when something was not done or has no clear answer. */
Leave act_run (const Session *session, const Typed *typed, GError **error);
/* CommandFunc: counts what a card keeps, shows it, asks, then as act_run. */
Leave act_erase (const Session *session, const Typed *typed, GError **error);
/* CommandFunc: what a dialogue would say; with --run a free balance dialogue is then really held. LEAVE_REFUSED when something stands against it. */
Leave act_rehearse (const Session *session, const Typed *typed, GError **error);
