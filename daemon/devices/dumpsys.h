/* Reading of what Android's `dumpsys` and `dpm` print. No I/O. Account names are looked at and never kept. */
#pragma once
#include <glib.h>

typedef struct {
  int google; /* com.google */
  int maker;  /* of makers whose lock may survive a reset: Samsung, Xiaomi, Huawei, Honor */
  int other;
} DumpsysAccounts;
/* `dumpsys account`: how many accounts of each type, over all users. FALSE, output untouched, when the text is no such dump, or is
 * cut, or its lists are not as long as they say: then nothing is known. */
gboolean dumpsys_accounts (const char *text, DumpsysAccounts *accounts);
/* Is it an account type that a count of its own has: Google's or a maker's? */
gboolean dumpsys_type_is_known (const char *type);
/* `dumpsys battery`: percent 0..100, and is_charging 0, 1 or -1 (not said). FALSE, outputs untouched, without a level. */
gboolean dumpsys_battery (const char *text, int *percent, int *is_charging);
/* `dpm list-owners`: 1 = a device owner is set, 0 = none, -1 = not understood. */
int dumpsys_device_owner (const char *text);
/* The same text: the component of the device owner, "package/class". Caller frees; NULL when there is none. */
char *dumpsys_owner_component (const char *text);
/* `pm list users`: how many. -1 = not understood. */
int dumpsys_users (const char *text);
/* `dumpsys persistent_data_block` (AOSP PersistentDataBlockService, from Android 15 on; older ones say nothing of it): is Google's lock active now? 1, 0,
 * or -1 when it does not say. */
int dumpsys_lock_is_active (const char *text);
