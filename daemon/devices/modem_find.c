/* See the header file. Nothing is opened or sent here: a node is only a candidate when the kernel's cdc_mbim drives it. QMI modems have
 * /dev/cdc-wdmN too, and some modems stick to the protocol that speaks first (modemmanager-devel 2016-March/002749). */
#include "daemon/devices/modem_find.h"

#include <glib-unix.h>
#include <libudev.h>
#include <string.h>

#define DRIVER "cdc_mbim"

/* cdc-wdm nodes, and the ports that newer kernels show for the same hardware. */
static const char *const subsystems[] = {"usbmisc", "wwan"};

struct _ModemFind {
  struct udev *udev;
  struct udev_monitor *monitor;
  guint input, first_look;
  ModemFindFunc func;
  gpointer user;
};

static gboolean
is_mbim (struct udev_device *device, struct udev_device *interface)
{
  const char *subsystem = udev_device_get_subsystem (device);
  if (g_strcmp0 (subsystem, "wwan") == 0)
    return strstr (udev_device_get_sysname (device), "mbim") != NULL;
  return g_strcmp0 (subsystem, "usbmisc") == 0 && interface != NULL &&
         g_strcmp0 (udev_device_get_driver (interface), DRIVER) == 0;
}

static char *
read_name (struct udev_device *usb)
{
  const char *maker = udev_device_get_sysattr_value (usb, "manufacturer");
  const char *product = udev_device_get_sysattr_value (usb, "product");
  g_autofree char *name = g_strdup_printf ("%s %s", maker != NULL ? maker : "", product != NULL ? product : "");
  g_strstrip (name);
  return *name != '\0' && g_utf8_validate (name, -1, NULL) ? g_steal_pointer (&name) : NULL;
}

static void
look_at (ModemFind *find, struct udev_device *device)
{
  struct udev_device *interface = udev_device_get_parent_with_subsystem_devtype (device, "usb", "usb_interface");
  struct udev_device *usb = udev_device_get_parent_with_subsystem_devtype (device, "usb", "usb_device");
  const char *node = udev_device_get_devnode (device);
  if (usb == NULL || node == NULL || !is_mbim (device, interface))
    return;
  g_autofree char *name = read_name (usb);
  const ModemFound found = {udev_device_get_syspath (device), udev_device_get_sysname (usb), node, name};
  find->func (found.syspath, &found, find->user);
}

static gboolean
on_monitor (gint fd, GIOCondition condition, gpointer user)
{
  ModemFind *find = user;
  (void)fd;
  (void)condition;
  struct udev_device *device = udev_monitor_receive_device (find->monitor);
  if (device == NULL) /* filtered out, or lost in a burst */
    return G_SOURCE_CONTINUE;
  const char *action = udev_device_get_action (device);
  if (g_strcmp0 (action, "remove") == 0)
    find->func (udev_device_get_syspath (device), NULL, find->user);
  else if (g_strcmp0 (action, "add") == 0)
    look_at (find, device);
  udev_device_unref (device);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_first_look (gpointer user)
{
  ModemFind *find = user;
  struct udev_enumerate *list = udev_enumerate_new (find->udev);
  struct udev_list_entry *entry;
  find->first_look = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (subsystems); i++)
    udev_enumerate_add_match_subsystem (list, subsystems[i]);
  udev_enumerate_scan_devices (list);
  udev_list_entry_foreach (entry, udev_enumerate_get_list_entry (list))
  {
    struct udev_device *device = udev_device_new_from_syspath (find->udev, udev_list_entry_get_name (entry));
    if (device != NULL)
      look_at (find, device);
    udev_device_unref (device);
  }
  udev_enumerate_unref (list);
  return G_SOURCE_REMOVE;
}

static gboolean
watch (ModemFind *find)
{
  find->udev = udev_new ();
  find->monitor = find->udev != NULL ? udev_monitor_new_from_netlink (find->udev, "udev") : NULL;
  if (find->monitor == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (subsystems); i++)
    if (udev_monitor_filter_add_match_subsystem_devtype (find->monitor, subsystems[i], NULL) < 0)
      return FALSE;
  if (udev_monitor_enable_receiving (find->monitor) < 0)
    return FALSE;
  find->input = g_unix_fd_add (udev_monitor_get_fd (find->monitor), G_IO_IN, on_monitor, find);
  return TRUE;
}

ModemFind *
modem_find_new (ModemFindFunc func, gpointer user, GError **error)
{
  g_autoptr (ModemFind) find = g_new0 (ModemFind, 1);
  find->func = func;
  find->user = user;
  if (!watch (find)) {
    g_set_error_literal (error, MODEM_ERROR, MODEM_ERROR_SETUP, "udev cannot be watched");
    return NULL;
  }
  find->first_look = g_idle_add (on_first_look, find);
  return g_steal_pointer (&find);
}

void
modem_find_free (ModemFind *find)
{
  if (find == NULL)
    return;
  if (find->input != 0)
    g_source_remove (find->input);
  if (find->first_look != 0)
    g_source_remove (find->first_look);
  udev_monitor_unref (find->monitor);
  udev_unref (find->udev);
  g_free (find);
}
