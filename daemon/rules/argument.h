/* How one argument of a message is printed: a day, an amount, a code, a state in words. Not for whole sentences (message.h). */
#pragma once
#include "daemon/rules/message.h"

/* how: the letter after the number in "{1d}", 0 when there is none; message.h lists them. Text that cannot be read so, and
 * an unknown letter, give the text as it is. Caller frees. */
char *argument_text (char how, const char *text, Language language);
