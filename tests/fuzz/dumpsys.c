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
  int google = UNTOUCHED, other = UNTOUCHED;
  if (dumpsys_accounts (text, &google, &other))
    g_assert_true (google >= 0 && other >= 0);
  else
    g_assert_true (google == UNTOUCHED && other == UNTOUCHED);
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
  g_assert_cmpint (dumpsys_device_owner (text), <=, 1);
  return 0;
}
