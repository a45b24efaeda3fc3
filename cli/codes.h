/* Commands about codes that must not be seen: typing one, showing one, changing the keys. A code is never an argument: anyone on the machine
 * can read the arguments of a program. */
#pragma once
#include "cli/ask.h"

/* Asks for the fields that the row of the command names in `asked`: each whose option --NAME was given, and each that has no such option. Unseen on a
 * terminal; else one line of standard input each. FALSE with LEAVE_USAGE when there is none. */
gboolean codes_ask (const Session *session, const Typed *typed, GError **error);

/* CommandFunc: POSTs the fields and prints the code, then what there is to know. */
Leave codes_reveal (const Session *session, const Typed *typed, GError **error);
/* CommandFunc: POSTs until nothing is left to seal again. */
Leave codes_rotate (const Session *session, const Typed *typed, GError **error);
