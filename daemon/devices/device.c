/* Names, error quark and the freeing of facts: what every other file of this folder needs.
 * Not for anything that touches a wire. */
#include "daemon/devices/device.h"

#include <string.h>

G_DEFINE_QUARK (temoin - device - error, device_error)

const char *
device_mode_name (DeviceMode mode)
{
  static const char *const names[] = {
      [DEVICE_ADB] = "adb",
      [DEVICE_FASTBOOT] = "fastboot",
      [DEVICE_PLAIN] = "plain",
  };
  return names[mode];
}

const char *
device_link_name (DeviceLink link)
{
  static const char *const names[] = {
      [DEVICE_LINK_NONE] = "none",
      [DEVICE_LINK_OPENING] = "opening",
      [DEVICE_LINK_NEEDS_TAP] = "needs_tap",
      [DEVICE_LINK_UNTRUSTED] = "untrusted",
      [DEVICE_LINK_READY] = "ready",
      [DEVICE_LINK_BUSY] = "busy",
      [DEVICE_LINK_NO_PERMISSION] = "no_permission",
      [DEVICE_LINK_NO_ROOM] = "no_room",
      [DEVICE_LINK_BROKEN] = "broken",
  };
  return names[link];
}

DeviceFacts *
device_facts_new (DeviceMode mode)
{
  DeviceFacts *facts = g_new0 (DeviceFacts, 1);
  facts->mode = mode;
  facts->sdk = facts->battery_percent = facts->is_charging = facts->users = -1;
  facts->google_accounts = facts->maker_accounts = facts->other_accounts = -1;
  facts->has_recovery_wipe = facts->has_device_owner = facts->merge_pending = facts->is_unlocked = -1;
  facts->has_persistent_data = facts->lock_is_active = facts->oem_unlock_allowed = facts->in_test_mode = -1;
  facts->is_userspace = facts->battery_is_low = -1;
  return facts;
}

void
device_facts_free (DeviceFacts *facts)
{
  if (facts == NULL)
    return;
  g_free (facts->serial);
  g_free (facts->maker);
  g_free (facts->model);
  g_free (facts->imei);
  g_free (facts->android_version);
  g_free (facts->security_patch);
  g_free (facts->fingerprint);
  g_free (facts->encryption);
  g_free (facts->owner);
  g_free (facts);
}

#define RECOVERY_PRODUCT 0xd001 /* makers keep the number and put their own vendor before it */

gboolean
device_is_recovery (const Device *device)
{
  return device->product == RECOVERY_PRODUCT;
}

gboolean
device_serial_is_dummy (const char *serial)
{
  static const char *const dummies[] = {"0123456789ABCDEF", "1234567890ABCDEF", "unknown"};
  for (gsize i = 0; i < G_N_ELEMENTS (dummies); i++)
    if (g_ascii_strcasecmp (serial, dummies[i]) == 0)
      return TRUE;
  return strspn (serial, "0") == strlen (serial);
}
