// The umockdev testbed as a USB bus: hubs, addresses, sysfs entries, plugging and unplugging. Transfers: umock_ioctl.c.
#include "tests/fleet/umock.h"
#include "tests/fleet/umock_events.h"
#include "tests/fleet/usb_descriptors.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAVING_MS       1000
#define LEAVING_MAX      32 // they keep their addresses, of which a bus has 127
#define USB_DEVICE_MAJOR 189

static void
device_clear (gpointer memory)
{
  UsbDevice *device = memory;
  g_free (device->port);
  g_free (device->syspath);
  g_free (device->devname);
  g_free (device->char_link);
  g_clear_pointer (&device->descriptors, g_byte_array_unref);
  g_clear_pointer (&device->clients, g_ptr_array_unref);
  usb_function_clear (&device->function);
}

UsbDevice *
umock_device_ref (UsbDevice *device)
{
  return g_atomic_rc_box_acquire (device);
}

void
umock_device_unref (UsbDevice *device)
{
  g_atomic_rc_box_release_full (device, device_clear);
}

UsbBus *
usb_bus_new (enum UsbNodeKind kind, GError **error)
{
  UsbBus *bus = g_new0 (UsbBus, 1);
  bus->testbed = umockdev_testbed_new ();
  bus->root = umockdev_testbed_get_root_dir (bus->testbed);
  bus->kind = kind;
  bus->hubs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  bus->devices = g_hash_table_new (g_str_hash, g_str_equal);
  if (umockdev_in_mock_environment ())
    return bus;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "libumockdev-preload is not loaded");
  usb_bus_free (bus);
  return NULL;
}

const char *
usb_bus_root (const UsbBus *bus)
{
  return bus->root;
}

static guint
bus_number (const char *port)
{
  return (guint)(port[0] == 'u' ? port[3] - '0' : port[0] - '0');
}

// The hub above a port: "1-1.2" -> "1-1", "1-1" -> "usb1".
static char *
parent_of (const char *port)
{
  const char *dot = strrchr (port, '.');
  return dot != NULL ? g_strndup (port, (gsize)(dot - port)) : g_strdup_printf ("usb%u", bus_number (port));
}

// As the kernel does: the next free one, going round. 127 devices at once do not happen on one bus here.
static guint
take_address (UsbBus *bus, const char *port)
{
  guint number = bus_number (port);
  guint *last = &bus->last_address[number];
  do
    *last = *last % UMOCK_ADDRESS_MAX + 1;
  while (bus->address_is_taken[number][*last]);
  bus->address_is_taken[number][*last] = TRUE;
  return *last;
}

static void
free_address (UsbBus *bus, const char *port, guint address)
{
  bus->address_is_taken[bus_number (port)][address] = FALSE;
}

static void
append_hex (GString *text, const GByteArray *bytes)
{
  for (guint i = 0; i < bytes->len; i++)
    g_string_append_printf (text, "%02x", bytes->data[i]);
}

static void
append_text (GString *text, const char *attribute, const char *value)
{
  if (value != NULL && *value != '\0')
    g_string_append_printf (text, "A: %s=%s\\n\n", attribute, value);
}

// The description that umockdev turns into a sysfs folder and an "add" event.
static char *
describe (const char *syspath, const char *port, guint address, const struct UsbIdentity *id, const GByteArray *bytes)
{
  guint number = bus_number (port);
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "P: %s\n", syspath + 4); // after "/sys"
  g_string_append_printf (text, "E: DEVNAME=/dev/bus/usb/%03u/%03u\n", number, address);
  g_string_append (text, "E: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\n");
  g_string_append_printf (text, "E: PRODUCT=%x/%x/440\nE: BUSNUM=%03u\nE: DEVNUM=%03u\n", id->vendor, id->product,
                          number, address);
  g_string_append_printf (text, "A: busnum=%u\\n\nA: devnum=%u\\n\nA: dev=%u:%u\\n\n", number, address,
                          USB_DEVICE_MAJOR, (number - 1) * 128 + address - 1);
  g_string_append_printf (text, "A: speed=%s\\n\nA: idVendor=%04x\\n\nA: idProduct=%04x\\n\n",
                          id->is_super_speed ? "5000" : "480", id->vendor, id->product);
  g_string_append (text, "A: bConfigurationValue=1\\n\nA: bNumConfigurations=1\\n\nA: bDeviceClass=00\\n\n");
  append_text (text, "serial", id->serial);
  append_text (text, "manufacturer", id->maker);
  append_text (text, "product", id->model);
  g_string_append (text, "H: descriptors=");
  append_hex (text, bytes);
  g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}

// Finds or makes the hub; its sysfs path is owned by the bus. NULL with error.
static const char *
hub_path (UsbBus *bus, const char *hub, GError **error)
{
  static const struct UsbIdentity identity = {
      .vendor = 0x1d6b,
      .product = 0x0002,
      .model = "Emulated hub",
      .n_interfaces = 1,
      .interfaces = {{9, 0, 0, NULL}},
  };
  const char *known = g_hash_table_lookup (bus->hubs, hub);
  if (known != NULL)
    return known;
  gboolean is_root = g_str_has_prefix (hub, "usb");
  g_autofree char *parent = is_root ? NULL : parent_of (hub);
  const char *above = is_root ? "/sys/devices" : hub_path (bus, parent, error);
  if (above == NULL)
    return NULL;
  g_autofree char *syspath = g_build_filename (above, hub, NULL);
  g_autoptr (GByteArray) bytes = usb_descriptors_new (&identity);
  g_autofree char *text = describe (syspath, hub, take_address (bus, hub), &identity, bytes);
  umock_events_wait (bus->root);
  if (!umockdev_testbed_add_from_string (bus->testbed, text, error))
    return NULL;
  g_hash_table_insert (bus->hubs, g_strdup (hub), g_strdup (syspath));
  return g_hash_table_lookup (bus->hubs, hub);
}

static UsbDevice *
device_new (UsbBus *bus, const char *port, const struct UsbFunction *function, const char *hub)
{
  UsbDevice *device = g_atomic_rc_box_new0 (UsbDevice);
  guint number = bus_number (port);
  device->bus = bus;
  device->port = g_strdup (port);
  device->syspath = g_build_filename (hub, port, NULL);
  device->address = take_address (bus, port);
  device->devname = g_strdup_printf ("/dev/bus/usb/%03u/%03u", number, device->address);
  device->char_link =
      g_strdup_printf ("%s/sys/dev/char/%u:%u", bus->root, USB_DEVICE_MAJOR, (number - 1) * 128 + device->address - 1);
  device->function = *function;
  device->descriptors = usb_descriptors_new (&function->identity);
  return device;
}

// The node and its ioctls first: the "add" event of the sysfs entry is what clients wait for.
static gboolean
device_show (UsbDevice *device, GError **error)
{
  UsbBus *bus = device->bus;
  g_autofree char *text =
      describe (device->syspath, device->port, device->address, &device->function.identity, device->descriptors);
  if (!umock_node_open (&device->node, bus->kind, bus->root, device->devname, device->syspath, error))
    return FALSE;
  umock_events_wait (bus->root);
  if (umock_ioctl_start (device, bus->testbed, error) && umockdev_testbed_add_from_string (bus->testbed, text, error))
    return TRUE;
  umock_node_close (&device->node);
  return FALSE;
}

UsbDevice *
usb_device_attach (UsbBus *bus, const char *port, const struct UsbIdentity *identity, const struct UsbGadget *gadget,
                   gpointer model, GError **error)
{
  if (g_hash_table_contains (bus->devices, port) || g_hash_table_contains (bus->hubs, port)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, "port %s is taken", port);
    return NULL;
  }
  g_autofree char *parent = parent_of (port);
  const char *hub = hub_path (bus, parent, error);
  if (hub == NULL)
    return NULL;
  struct UsbFunction function;
  usb_function_init (&function, identity, USB_PACKET_BYTES, gadget, model);
  UsbDevice *device = device_new (bus, port, &function, hub);
  if (!device_show (device, error)) {
    free_address (bus, port, device->address);
    umock_device_unref (device);
    return NULL;
  }
  g_hash_table_insert (bus->devices, device->port, device);
  return device;
}

// A device that has left, until the last client that was just opening it has seen that.
struct Leaving {
  UsbBus *bus;
  UsbDevice *device;
  guint timer;
};

static void
leaving_free (struct Leaving *leaving)
{
  umock_ioctl_stop (leaving->device, leaving->bus->testbed);
  free_address (leaving->bus, leaving->device->port, leaving->device->address);
  umock_device_unref (leaving->device);
  g_free (leaving);
}

static gboolean
on_left_long_ago (gpointer user)
{
  struct Leaving *leaving = user;
  g_queue_remove (&leaving->bus->leaving, leaving);
  leaving_free (leaving);
  return G_SOURCE_REMOVE;
}

static void
cancel_leaving (gpointer user)
{
  struct Leaving *leaving = user;
  g_source_remove (leaving->timer);
  leaving_free (leaving);
}

// The ioctl socket stays a little longer than the node: a client that has opened the node and is about to connect would be
// aborted by the preload library otherwise.
void
usb_device_detach (UsbDevice *device)
{
  UsbBus *bus = device->bus;
  device->bus = NULL;
  g_hash_table_remove (bus->devices, device->port);
  umock_ioctl_fail (device);
  umock_node_close (&device->node);
  umock_events_wait (bus->root);
  umockdev_testbed_uevent (bus->testbed, device->syspath, "remove");
  umockdev_testbed_remove_device (bus->testbed, device->syspath);
  (void)unlink (device->char_link); // umockdev 0.17 leaves it, and stops when the address comes round again
  if (g_queue_get_length (&bus->leaving) == LEAVING_MAX)
    cancel_leaving (g_queue_pop_head (&bus->leaving));
  struct Leaving *leaving = g_new0 (struct Leaving, 1);
  *leaving = (struct Leaving){bus, device, g_timeout_add (LEAVING_MS, on_left_long_ago, leaving)};
  g_queue_push_tail (&bus->leaving, leaving);
}

void
usb_bus_free (UsbBus *bus)
{
  if (bus == NULL)
    return;
  g_queue_clear_full (&bus->leaving, cancel_leaving);
  g_hash_table_unref (bus->devices);
  g_hash_table_unref (bus->hubs);
  for (guint i = 0; i < UMOCK_WDM_MAX; i++)
    g_clear_object (&bus->wdm[i].handler);
  g_object_unref (bus->testbed);
  g_free (bus->root);
  g_free (bus);
}

guint
usb_device_address (const UsbDevice *device)
{
  return device->address;
}

struct UsbFunction *
usb_device_function (UsbDevice *device)
{
  return &device->function;
}
