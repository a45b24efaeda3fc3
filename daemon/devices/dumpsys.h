/* Reading of what Android's `dumpsys` and `dpm` print. No I/O. Account names are looked at and never kept. */
#pragma once
#include <glib.h>

/* `dumpsys account`: how many accounts of type com.google, and how many others, over all users. FALSE, outputs untouched,
 * when the text is no such dump, or is cut, or its lists are not as long as they say: then nothing is known. */
gboolean dumpsys_accounts (const char *text, int *google, int *other);
/* `dumpsys battery`: percent 0..100, and is_charging 0, 1 or -1 (not said). FALSE, outputs untouched, without a level. */
gboolean dumpsys_battery (const char *text, int *percent, int *is_charging);
/* `dpm list-owners`: 1 = a device owner is set, 0 = none, -1 = not understood. */
int dumpsys_device_owner (const char *text);
