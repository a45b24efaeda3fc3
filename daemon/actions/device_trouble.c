/* See device_trouble.h. */
#include "daemon/actions/device_trouble.h"
#include "daemon/rules/message.h"
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
