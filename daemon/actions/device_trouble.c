/* See device_trouble.h. */
#include "daemon/actions/device_trouble.h"
#include <string.h>

/* Whose it is, as far as that can be seen. */
static char *
busy_trouble (const Device *device)
{
  if (device->holder == NULL)
    return g_strdup (message_code (M_DEVICE_BUSY));
  if (g_str_equal (device->holder, "adb"))
    return g_strdup_printf ("%s|%d", message_code (M_DEVICE_BUSY_ADB), device->holder_pid);
  return g_strdup_printf ("%s|%s|%d", message_code (M_DEVICE_BUSY_BY), device->holder, device->holder_pid);
}

char *
device_trouble (const Device *device)
{
  switch (device->link) {
  case DEVICE_LINK_BUSY:
    return busy_trouble (device);
  case DEVICE_LINK_NO_PERMISSION:
    return g_strdup (message_code (M_DEVICE_PERMISSION));
  case DEVICE_LINK_NO_ROOM:
    return g_strdup_printf ("%s|%.*s", message_code (M_DEVICE_NO_ROOM), (int)strcspn (device->port, "-"), device->port);
  case DEVICE_LINK_BROKEN:
    return g_strdup (message_code (device->is_silent ? M_DEVICE_TIMEOUT : M_DEVICE_PROTOCOL));
  case DEVICE_LINK_NONE:
  case DEVICE_LINK_OPENING:
  case DEVICE_LINK_NEEDS_TAP:
  case DEVICE_LINK_UNTRUSTED:
  case DEVICE_LINK_READY:
    break;
  }
  return NULL;
}

/* Adb that lets anybody in and refuses what is asked is Android 16's trade-in mode, which a tablet that was just reset offers for its state
 * alone (AOSP, "Architecture of ADB Trade-In Mode"). */
static char *
refusal (const GError *error, const Device *device)
{
  if (device != NULL && device->mode == DEVICE_ADB && !device->has_asked)
    return g_strdup (message_code (M_DEVICE_TRADE_IN));
  return g_strdup_printf ("%s|%s", message_code (M_DEVICE_REFUSED), error->message);
}

char *
device_failure (const GError *error, const Device *device, MessageId cable)
{
  static const struct {
    DeviceError code;
    MessageId id;
  } words[] = {
      {DEVICE_ERROR_TIMEOUT, M_DEVICE_TIMEOUT},
      {DEVICE_ERROR_BUSY, M_DEVICE_BUSY},
      {DEVICE_ERROR_PERMISSION, M_DEVICE_PERMISSION},
      {DEVICE_ERROR_UNSUPPORTED, M_DEVICE_UNSUPPORTED},
  };
  if (g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_REFUSED))
    return refusal (error, device);
  if (g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_GONE))
    return g_strdup (message_code (cable));
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_error_matches (error, DEVICE_ERROR, (gint)words[i].code))
      return g_strdup (message_code (words[i].id));
  return g_strdup (message_code (M_DEVICE_PROTOCOL));
}
