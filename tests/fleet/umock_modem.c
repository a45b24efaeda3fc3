// A modem in the umockdev testbed: usb_device > usb_interface > usbmisc/cdc-wdmN and net/wwanN, and a terminal as the node. What
// a terminal cannot show: one message a read, reads of over 4095 bytes, replies stolen between two openers in the kernel.
#include "tests/fleet/modem_port.h"
#include "tests/fleet/umock.h"
#include "tests/fleet/umock_events.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <linux/types.h> // needed by the next
#include <linux/usb/cdc-wdm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define WDM_MAJOR       180
#define WDM_FIRST_MINOR 176
#define LEAVING_MS      20 // between a program that leaves and the one that comes
#define PIECE_MS        1  // between two pieces of a message
#define PIECE_MAX       16 // bytes; longer ones are whole messages

struct ModemPort {
  UsbBus *bus;
  UsbDevice *usb;
  struct UmockNode node;
  guint number; // of the node
  char *interface_path, *wdm_path, *net_path, *char_link;
  const struct ModemEar *ear;
  gpointer model;
  guint source; // reads what the host writes
  GQueue out;   // of GBytes
  guint writer; // waits until the host reads, or until the next piece is due
};

// ---- the node ----

// One for each number, for as long as the bus lives: a client that is just opening a node that goes is not aborted then.
static gboolean
on_ioctl (UMockdevIoctlBase *base, UMockdevIoctlClient *client, gpointer user)
{
  (void)base; // the number says all
  struct UmockWdm *wdm = user;
  gint known = g_atomic_int_get (&wdm->max_command);
  if (umockdev_ioctl_client_get_request (client) != IOCTL_WDM_MAX_COMMAND || known == 0)
    return FALSE; // ENOTTY
  UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg (client);
  g_autoptr (UMockdevIoctlData) value = umockdev_ioctl_data_resolve (arg, 0, sizeof (guint16), NULL);
  if (value == NULL)
    return FALSE;
  guint16 bytes = (guint16)known;
  memcpy (value->data, &bytes, sizeof bytes);
  umockdev_ioctl_client_complete (client, 0, 0);
  return TRUE;
}

static gboolean
tell_clients (gpointer user)
{
  struct UmockWdm *wdm = user;
  guint clients = (guint)g_atomic_int_get (&wdm->clients);
  if (wdm->port == NULL)
    return G_SOURCE_REMOVE;
  if (clients == 0 && g_atomic_int_get (&wdm->flushes) == g_atomic_int_get (&wdm->flushes_seen))
    modem_port_flush (wdm->port); // as the kernel does, unless the next program has begun already
  wdm->port->ear->held (wdm->port->model, clients);
  return G_SOURCE_REMOVE;
}

static void
on_client_gone (gpointer user, GObject *client)
{
  (void)client; // is being freed
  struct UmockWdm *wdm = user;
  g_atomic_int_set (&wdm->flushes_seen, g_atomic_int_get (&wdm->flushes));
  g_atomic_int_add (&wdm->clients, -1);
  g_timeout_add (LEAVING_MS, tell_clients, wdm); // the next program may be waiting to be counted
}

// A client object lives as long as the program holds the node; its "connected" is not told for one that asks nothing.
static void
on_client (UMockdevIoctlBase *base, UMockdevIoctlClient *client, gpointer user)
{
  (void)base; // the number says all
  struct UmockWdm *wdm = user;
  g_atomic_int_inc (&wdm->clients);
  g_object_weak_ref (G_OBJECT (client), on_client_gone, wdm);
  g_idle_add_full (G_PRIORITY_DEFAULT, tell_clients, wdm, NULL);
}

static gboolean
wdm_serve (UsbBus *bus, guint number, guint max_command, GError **error)
{
  struct UmockWdm *wdm = &bus->wdm[number];
  g_atomic_int_set (&wdm->max_command, (gint)max_command);
  if (wdm->handler != NULL)
    return TRUE;
  g_autofree char *devname = g_strdup_printf ("/dev/cdc-wdm%u", number);
  wdm->handler = umockdev_ioctl_base_new ();
  g_signal_connect (wdm->handler, "handle-ioctl", G_CALLBACK (on_ioctl), wdm);
  g_signal_connect (wdm->handler, "client-connected", G_CALLBACK (on_client), wdm);
  return umockdev_testbed_attach_ioctl (bus->testbed, devname, wdm->handler, error);
}

// As the kernel does: the lowest free number. -1 with error when the wanted one is taken.
static int
take_number (UsbBus *bus, int wanted, GError **error)
{
  int number = wanted >= 0 ? wanted : 0;
  while (wanted < 0 && number < UMOCK_WDM_MAX && bus->wdm[number].is_taken)
    number++;
  if (number >= UMOCK_WDM_MAX || bus->wdm[number].is_taken) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, "no node /dev/cdc-wdm%d is free", number);
    return -1;
  }
  bus->wdm[number].is_taken = TRUE;
  return number;
}

static gboolean
on_readable (gint fd, GIOCondition condition, gpointer user)
{
  (void)condition; // the read says the same
  ModemPort *port = user;
  guint8 bytes[4096];
  ssize_t count = read (fd, bytes, sizeof bytes);
  if (count > 0)
    port->ear->received (port->model, bytes, (gsize)count);
  return G_SOURCE_CONTINUE;
}

// Writes the oldest piece; FALSE when the host must read first.
static gboolean
write_piece (ModemPort *port)
{
  GBytes *piece = g_queue_peek_head (&port->out);
  gsize length;
  const guint8 *bytes = g_bytes_get_data (piece, &length);
  ssize_t count = write (port->node.master, bytes, length);
  if (count <= 0)
    return FALSE;
  g_queue_pop_head (&port->out);
  if ((gsize)count < length)
    g_queue_push_head (&port->out, g_bytes_new_from_bytes (piece, (gsize)count, length - (gsize)count));
  g_bytes_unref (piece);
  return TRUE;
}

static void flush_out (ModemPort *port);

static gboolean
on_writable (gint fd, GIOCondition condition, gpointer user)
{
  (void)fd; // the port's
  (void)condition;
  ModemPort *port = user;
  port->writer = 0;
  flush_out (port);
  return G_SOURCE_REMOVE;
}

static gboolean
on_piece_due (gpointer user)
{
  ModemPort *port = user;
  port->writer = 0;
  flush_out (port);
  return G_SOURCE_REMOVE;
}

static void
flush_out (ModemPort *port)
{
  while (port->writer == 0 && !g_queue_is_empty (&port->out)) {
    gboolean is_piece = g_bytes_get_size (g_queue_peek_head (&port->out)) <= PIECE_MAX;
    if (!write_piece (port))
      port->writer = g_unix_fd_add (port->node.master, G_IO_OUT, on_writable, port);
    else if (is_piece && !g_queue_is_empty (&port->out))
      port->writer = g_timeout_add (PIECE_MS, on_piece_due, port);
  }
}

void
modem_port_send (ModemPort *port, const guint8 *bytes, gsize length, guint piece)
{
  gsize step = piece > 0 ? piece : length;
  for (gsize at = 0; at < length; at += step)
    g_queue_push_tail (&port->out, g_bytes_new (bytes + at, MIN (step, length - at)));
  flush_out (port);
}

static void
bytes_free (gpointer bytes)
{
  g_bytes_unref (bytes);
}

void
modem_port_flush (ModemPort *port)
{
  g_atomic_int_inc (&port->bus->wdm[port->number].flushes);
  g_clear_handle_id (&port->writer, g_source_remove);
  g_queue_clear_full (&port->out, bytes_free);
  tcflush (port->node.fd, TCIFLUSH);
}

// ---- sysfs ----

static char *
describe_interface (const ModemPort *port, const char *driver)
{
  return g_strdup_printf ("P: %s\nE: DEVTYPE=usb_interface\nE: SUBSYSTEM=usb\nE: DRIVER=%s\nE: INTERFACE=2/14/0\n"
                          "A: bInterfaceNumber=00\\n\nA: bInterfaceClass=02\\n\nA: bInterfaceSubClass=0e\\n\n"
                          "A: bInterfaceProtocol=00\\n\nL: driver=%s/bus/usb/drivers/%s\n",
                          port->interface_path + 4, driver, "../../../../..", driver);
}

static char *
describe_node (const ModemPort *port, const char *interface)
{
  return g_strdup_printf ("P: %s\nE: DEVNAME=/dev/cdc-wdm%u\nE: SUBSYSTEM=usbmisc\nE: MAJOR=%u\nE: MINOR=%u\n"
                          "A: dev=%u:%u\\n\nL: device=../../../%s\n",
                          port->wdm_path + 4, port->number, WDM_MAJOR, WDM_FIRST_MINOR + port->number, WDM_MAJOR,
                          WDM_FIRST_MINOR + port->number, interface);
}

static char *
describe_net (const ModemPort *port, const char *interface)
{
  return g_strdup_printf ("P: %s\nE: INTERFACE=wwan%u\nE: IFINDEX=%u\nE: SUBSYSTEM=net\nE: DEVTYPE=wwan\n"
                          "A: ifindex=%u\\n\nL: device=../../../%s\n",
                          port->net_path + 4, port->number, port->number + 10, port->number + 10, interface);
}

static gboolean
add (ModemPort *port, char *text, GError **error)
{
  g_autofree char *owned = text;
  umock_events_wait (port->bus->root);
  return umockdev_testbed_add_from_string (port->bus->testbed, owned, error);
}

static void
drop (ModemPort *port, const char *path)
{
  umock_events_wait (port->bus->root);
  umockdev_testbed_uevent (port->bus->testbed, path, "remove");
  umockdev_testbed_remove_device (port->bus->testbed, path);
}

static gboolean
show (ModemPort *port, const struct ModemShape *shape, GError **error)
{
  g_autofree char *devname = g_strdup_printf ("/dev/cdc-wdm%u", port->number);
  g_autofree char *interface = g_path_get_basename (port->interface_path);
  if (!wdm_serve (port->bus, port->number, shape->max_command, error) ||
      !umock_node_open (&port->node, USB_NODE_PTY, port->bus->root, devname, port->wdm_path, error))
    return FALSE;
  umock_node_set_ready (&port->node, TRUE); // the host may write
  g_unix_set_fd_nonblocking (port->node.master, TRUE, NULL);
  port->source = g_unix_fd_add (port->node.master, G_IO_IN, on_readable, port);
  return add (port, describe_interface (port, shape->driver), error) &&
         add (port, describe_node (port, interface), error) && add (port, describe_net (port, interface), error);
}

// ---- the port ----

static int
claimed (gpointer model, guint interface)
{
  (void)model;
  (void)interface;
  return EBUSY; // the kernel driver has it
}

static void
bulk_received (gpointer model, const guint8 *bytes, gsize length)
{
  (void)model; // data packets are not emulated
  (void)bytes;
  (void)length;
}

static const struct UsbGadget gadget = {claimed, bulk_received};

static void
port_free (ModemPort *port)
{
  g_clear_handle_id (&port->source, g_source_remove);
  g_clear_handle_id (&port->writer, g_source_remove);
  g_queue_clear_full (&port->out, bytes_free);
  umock_node_close (&port->node);
  port->bus->wdm[port->number].is_taken = FALSE;
  port->bus->wdm[port->number].port = NULL;
  g_free (port->interface_path);
  g_free (port->wdm_path);
  g_free (port->net_path);
  g_free (port->char_link);
  g_free (port);
}

ModemPort *
modem_port_attach (UsbBus *bus, const char *where, const struct ModemShape *shape, const struct ModemEar *ear,
                   gpointer model, GError **error)
{
  int number = take_number (bus, shape->node, error);
  if (number < 0)
    return NULL;
  ModemPort *port = g_new0 (ModemPort, 1);
  port->bus = bus;
  port->number = (guint)number;
  port->ear = ear;
  port->model = model;
  port->node.fd = port->node.master = -1;
  bus->wdm[number].port = port;
  port->usb = usb_device_attach (bus, where, shape->identity, &gadget, NULL, error);
  if (port->usb == NULL) {
    port_free (port);
    return NULL;
  }
  port->interface_path = g_strdup_printf ("%s/%s:1.0", port->usb->syspath, where);
  port->wdm_path = g_strdup_printf ("%s/usbmisc/cdc-wdm%d", port->interface_path, number);
  port->net_path = g_strdup_printf ("%s/net/wwan%d", port->interface_path, number);
  port->char_link = g_strdup_printf ("%s/sys/dev/char/%u:%u", bus->root, WDM_MAJOR, WDM_FIRST_MINOR + port->number);
  if (show (port, shape, error))
    return port;
  modem_port_detach (port);
  return NULL;
}

void
modem_port_detach (ModemPort *port)
{
  UsbDevice *usb = port->usb;
  drop (port, port->net_path);
  umock_node_close (&port->node); // the hang-up comes before the event, as from the kernel
  drop (port, port->wdm_path);
  (void)unlink (port->char_link); // umockdev 0.17 leaves it, and stops when the number comes round again
  drop (port, port->interface_path);
  port_free (port);
  usb_device_detach (usb);
}

guint
modem_port_node (const ModemPort *port)
{
  return port->number;
}
