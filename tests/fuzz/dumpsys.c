/* dumpsys and props on any text: numbers stay in their range, and outputs are touched on success only. */
#include "daemon/devices/dumpsys.h"
#include "daemon/devices/props.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define UNTOUCHED (-7)

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_accounts (const char *text)
{
  DumpsysAccounts accounts = {UNTOUCHED, UNTOUCHED, UNTOUCHED};
  if (dumpsys_accounts (text, &accounts))
    g_assert_true (accounts.google >= 0 && accounts.maker >= 0 && accounts.other >= 0);
  else
    g_assert_true (accounts.google == UNTOUCHED && accounts.maker == UNTOUCHED && accounts.other == UNTOUCHED);
}

static void
check_rest (const char *text)
{
  g_autofree char *owner = dumpsys_owner_component (text);
  g_assert_true (owner == NULL || (*owner != '\0' && strstr (text, owner) != NULL));
  g_assert_cmpint (dumpsys_device_owner (text), <=, 1);
  g_assert_true (dumpsys_users (text) > 0 || dumpsys_users (text) == -1);
  g_assert_true (dumpsys_lock_is_active (text) >= -1 && dumpsys_lock_is_active (text) <= 1);
}

static void
check_battery (const char *text)
{
  int percent = UNTOUCHED, is_charging = UNTOUCHED;
  if (dumpsys_battery (text, &percent, &is_charging))
    g_assert_true (percent >= 0 && percent <= 100 && is_charging >= -1 && is_charging <= 1);
  else
    g_assert_true (percent == UNTOUCHED && is_charging == UNTOUCHED);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autofree char *serial = props_get (text, "ro.serialno");
  check_accounts (text);
  check_battery (text);
  g_assert_true (serial == NULL || (*serial != '\0' && strstr (text, serial) != NULL));
  g_assert_cmpint (props_get_number (text, "ro.build.version.sdk"), >=, -1);
  check_rest (text);
  return 0;
}
