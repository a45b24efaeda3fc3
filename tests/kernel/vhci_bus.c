// The emulated devices on a real Linux USB stack: vhci_hcd gets one end of a socketpair and speaks USB/IP over it, as with a remote
// device (Documentation/usb/usbip_protocol.rst). All fields are big endian. Needs root, and the module vhci_hcd.
//
// The ports of a scenario are names here: the kernel has root ports only, and numbers them itself.
#include "tests/kernel/interrupts.h"

#include "tests/fleet/usb_descriptors.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define VHCI       "/sys/devices/platform/vhci_hcd.0"
#define HEAD_BYTES 48
#define SPEED_HIGH 3
#define PORTS_MAX  256
#define RETRY_MS   20
#define PORT_FREE  4 // VDEV_ST_NULL
#define BULK_MAX   (64u << 20)

enum { CMD_SUBMIT = 1, CMD_UNLINK = 2, RET_SUBMIT = 3, RET_UNLINK = 4 };

// One URB of the kernel's as it comes over the socket (Documentation/usb/usbip_protocol.rst).
struct VhciUrb {
  guint32 number; // "seqnum", its name
  gboolean is_in;
  guint32 endpoint;
  guint32 length; // of its buffer, bytes
  guint8 setup[USB_SETUP_BYTES];
  guint8 *buffer; // of a read that waits: what has come so far
  gsize used;
};

struct UsbDevice {
  UsbBus *bus;
  char *name; // its port in the scenario
  guint port; // of vhci_hcd
  int fd;
  struct UsbFunction function;
  gboolean is_opened;
  GQueue waiting;               // of struct VhciUrb: reads of the talking endpoint
  GQueue interrupts;            // of struct VhciUrb: reads of the modem's interrupt endpoint
  GByteArray *heard;            // of the socket, not understood yet
  guint source, retry;          // reads the socket; tries the port again
  gboolean is_hearing, is_dead; // detached while it hears: freed afterwards
};

struct UsbBus {
  GHashTable *ports;   // port text of the scenario -> number of vhci_hcd, plus one: what comes back comes back there
  GHashTable *devices; // port text -> UsbDevice
};

void
usb_prepare (char **argv)
{
  (void)argv; // nothing: the kernel does it
}

UsbBus *
usb_bus_new (enum UsbNodeKind kind, GError **error)
{
  (void)kind; // the kernel makes the nodes
  if (access (VHCI "/attach", W_OK) < 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s/attach: %s (modprobe vhci_hcd, as root)", VHCI,
                 g_strerror (errno));
    return NULL;
  }
  UsbBus *bus = g_new0 (UsbBus, 1);
  bus->devices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  bus->ports = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return bus;
}

void
usb_bus_free (UsbBus *bus)
{
  if (bus == NULL)
    return;
  g_hash_table_unref (bus->devices);
  g_hash_table_unref (bus->ports);
  g_free (bus);
}

const char *
usb_bus_root (const UsbBus *bus)
{
  (void)bus;
  return "-"; // the real one
}

// ---- USB/IP ----

static guint32
word_at (const guint8 *bytes, guint number)
{
  guint32 word;
  memcpy (&word, bytes + 4 * number, sizeof word);
  return GUINT32_FROM_BE (word);
}

static void
put_word (guint8 *bytes, guint number, guint32 value)
{
  guint32 word = GUINT32_TO_BE (value);
  memcpy (bytes + 4 * number, &word, sizeof word);
}

static void
write_all (const UsbDevice *device, const guint8 *bytes, gsize length)
{
  while (length > 0) {
    ssize_t count = send (device->fd, bytes, length, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return; // it was detached from the other side: the device is dead
    bytes += count;
    length -= (gsize)count;
  }
}

static void
answer_urb (UsbDevice *device, const struct VhciUrb *urb, int status, const guint8 *bytes, gsize length)
{
  guint8 head[HEAD_BYTES] = {0};
  put_word (head, 0, RET_SUBMIT);
  put_word (head, 1, urb->number);
  put_word (head, 5, (guint32)status);
  put_word (head, 6, (guint32)length);
  write_all (device, head, sizeof head);
  if (bytes != NULL)
    write_all (device, bytes, length);
}

static void
answer_unlink (UsbDevice *device, guint32 number, gboolean was_waiting)
{
  guint8 head[HEAD_BYTES] = {0};
  put_word (head, 0, RET_UNLINK);
  put_word (head, 1, number);
  put_word (head, 5, was_waiting ? (guint32)-ECONNRESET : 0);
  write_all (device, head, sizeof head);
}

// ---- endpoints ----

static void
urb_free (gpointer memory)
{
  struct VhciUrb *urb = memory;
  g_free (urb->buffer);
  g_free (urb);
}

// FALSE: it must wait.
static gboolean
serve_read (UsbDevice *device, struct VhciUrb *urb)
{
  int status = usb_function_read (&device->function, urb->buffer, urb->length, &urb->used);
  if (status == USB_WAITS)
    return FALSE;
  answer_urb (device, urb, status, status == 0 ? urb->buffer : NULL, status == 0 ? urb->used : 0);
  return TRUE;
}

void
usb_device_pump (UsbDevice *device)
{
  while (!g_queue_is_empty (&device->waiting) && serve_read (device, g_queue_peek_head (&device->waiting)))
    urb_free (g_queue_pop_head (&device->waiting));
}

struct UsbFunction *
usb_device_function (UsbDevice *device)
{
  return &device->function;
}

gboolean
usb_device_interrupt (UsbDevice *device, const guint8 *bytes, gsize length)
{
  struct VhciUrb *urb = g_queue_pop_head (&device->interrupts);
  if (urb == NULL)
    return FALSE;
  answer_urb (device, urb, 0, bytes, length);
  urb_free (urb);
  return TRUE;
}

static void
serve_control (UsbDevice *device, const struct VhciUrb *urb, const guint8 *out)
{
  gsize capacity = MIN (urb->length, BULK_MAX), sent = urb->is_in ? 0 : urb->length;
  g_autofree guint8 *answer = g_malloc (MAX (capacity, 1));
  int length = usb_function_control (&device->function, urb->setup, out, sent, answer, capacity);
  if (length < 0)
    answer_urb (device, urb, -EPIPE, NULL, 0);
  else if (urb->is_in)
    answer_urb (device, urb, 0, answer, (gsize)length);
  else
    answer_urb (device, urb, 0, NULL, sent);
}

static void
keep (GQueue *queue, const struct VhciUrb *urb)
{
  struct VhciUrb *kept = g_memdup2 (urb, sizeof *urb);
  kept->buffer = urb->is_in ? g_malloc (MAX (MIN (urb->length, BULK_MAX), 1)) : NULL;
  g_queue_push_tail (queue, kept);
}

// No claim is seen from a device: the first bytes count as one.
static void
deliver (UsbDevice *device, const struct VhciUrb *urb, const guint8 *out)
{
  if (device->function.halted_out) {
    answer_urb (device, urb, -EPIPE, NULL, 0);
    return;
  }
  answer_urb (device, urb, 0, NULL, urb->length);
  if (!device->is_opened)
    (void)device->function.gadget->claimed (device->function.model, usb_function_talking (&device->function));
  device->is_opened = TRUE;
  device->function.gadget->received (device->function.model, out, urb->length);
}

static void
serve (UsbDevice *device, const struct VhciUrb *urb, const guint8 *out)
{
  guint number = urb->endpoint | (urb->is_in ? 0x80u : 0);
  const struct UsbFunction *function = &device->function;
  if (urb->endpoint == 0) {
    serve_control (device, urb, out);
  } else if (urb->is_in && number == usb_in_of (&function->identity) && function->identity.max_control == 0) {
    keep (&device->waiting, urb);
    usb_device_pump (device);
  } else if (urb->is_in) { // a mute interface, or the modem's interrupts
    keep (&device->interrupts, urb);
    if (function->class_requests != NULL)
      function->class_requests->listens (function->class_user);
  } else if (function->silent) {
    keep (&device->interrupts, urb); // never taken
  } else if (number == usb_out_of (&function->identity)) {
    deliver (device, urb, out);
  } else {
    answer_urb (device, urb, 0, NULL, urb->length);
  }
}

static gboolean
forget (GQueue *queue, guint32 number)
{
  for (GList *link = queue->head; link != NULL; link = link->next) {
    struct VhciUrb *urb = link->data;
    if (urb->number != number)
      continue;
    g_queue_delete_link (queue, link);
    urb_free (urb);
    return TRUE;
  }
  return FALSE;
}

// One whole message at the front of what was heard; its length, or 0 when it is not all there.
static gsize
hear_one (UsbDevice *device)
{
  const guint8 *bytes = device->heard->data;
  if (device->heard->len < HEAD_BYTES)
    return 0;
  guint32 command = word_at (bytes, 0);
  struct VhciUrb urb = {.number = word_at (bytes, 1),
                        .is_in = word_at (bytes, 3) != 0,
                        .endpoint = word_at (bytes, 4),
                        .length = word_at (bytes, 6)};
  memcpy (urb.setup, bytes + HEAD_BYTES - USB_SETUP_BYTES, sizeof urb.setup);
  if (command == CMD_UNLINK) {
    guint32 target = word_at (bytes, 5);
    answer_unlink (device, urb.number, forget (&device->waiting, target) || forget (&device->interrupts, target));
    return HEAD_BYTES;
  }
  gsize total = HEAD_BYTES + (urb.is_in ? 0 : urb.length);
  if (device->heard->len < total)
    return 0;
  g_autofree guint8 *out = g_memdup2 (bytes + HEAD_BYTES, total - HEAD_BYTES);
  serve (device, &urb, out);
  return total;
}

static void
device_free (UsbDevice *device)
{
  g_queue_clear_full (&device->waiting, urb_free);
  g_queue_clear_full (&device->interrupts, urb_free);
  usb_function_clear (&device->function);
  g_byte_array_unref (device->heard);
  g_free (device->name);
  g_free (device);
}

static gboolean
on_readable (gint fd, GIOCondition condition, gpointer user)
{
  UsbDevice *device = user;
  guint8 block[64 << 10];
  (void)condition; // the read says the same
  ssize_t count = recv (fd, block, sizeof block, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (count <= 0) { // the kernel has let it go
    device->source = 0;
    return G_SOURCE_REMOVE;
  }
  g_byte_array_append (device->heard, block, (guint)count);
  device->is_hearing = TRUE;
  for (gsize used; !device->is_dead && (used = hear_one (device)) > 0;)
    g_byte_array_remove_range (device->heard, 0, (guint)used);
  device->is_hearing = FALSE;
  if (!device->is_dead)
    return G_SOURCE_CONTINUE;
  device_free (device);
  return G_SOURCE_REMOVE;
}

// ---- ports ----

// The state of a port of the high-speed hubs, or -1. There is one file a controller.
static int
port_state (guint wanted)
{
  for (guint file = 0; file < 8; file++) {
    g_autofree char *path = file == 0 ? g_strdup (VHCI "/status") : g_strdup_printf (VHCI "/status.%u", file);
    g_autofree char *text = NULL;
    if (!g_file_get_contents (path, &text, NULL, NULL))
      break;
    g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
      guint port, state;
      if (sscanf (lines[i], "hs %u %u", &port, &state) == 2 && port == wanted)
        return (int)state;
    }
  }
  return -1;
}

static gboolean
is_given (const UsbBus *bus, guint port)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, bus->ports);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (GPOINTER_TO_UINT (value) == port + 1)
      return TRUE;
  return FALSE;
}

// -1: the kernel is still clearing it, or there is none left.
static int
take_port (UsbBus *bus, const char *name)
{
  guint known = GPOINTER_TO_UINT (g_hash_table_lookup (bus->ports, name));
  if (known != 0)
    return port_state (known - 1) == PORT_FREE ? (int)known - 1 : -1;
  for (guint port = 0; port < PORTS_MAX; port++)
    if (!is_given (bus, port) && port_state (port) == PORT_FREE) {
      g_hash_table_insert (bus->ports, g_strdup (name), GUINT_TO_POINTER (port + 1));
      return (int)port;
    }
  return -1;
}

// Gives one end of the pair to the kernel. FALSE: no port is free at the moment.
static gboolean
plug_in (UsbDevice *device)
{
  int pair[2], port = take_port (device->bus, device->name);
  if (port < 0 || socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
    return FALSE;
  g_autofree char *line = g_strdup_printf ("%d %d %d %d\n", port, pair[1], port + 1, SPEED_HIGH);
  FILE *file = fopen (VHCI "/attach", "w");
  gboolean is_done = file != NULL && fputs (line, file) >= 0 && fflush (file) == 0;
  if (file != NULL)
    fclose (file);
  close (pair[1]); // the kernel has its own
  if (!is_done) {
    close (pair[0]);
    return FALSE;
  }
  device->port = (guint)port;
  device->fd = pair[0];
  device->source = g_unix_fd_add (device->fd, G_IO_IN | G_IO_HUP, on_readable, device);
  return TRUE;
}

static gboolean
on_retry (gpointer user)
{
  UsbDevice *device = user;
  if (!plug_in (device))
    return G_SOURCE_CONTINUE;
  device->retry = 0;
  return G_SOURCE_REMOVE;
}

UsbDevice *
usb_device_attach (UsbBus *bus, const char *port, const struct UsbIdentity *identity, const struct UsbGadget *gadget,
                   gpointer model, GError **error)
{
  if (g_hash_table_contains (bus->devices, port)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, "port %s is taken", port);
    return NULL;
  }
  UsbDevice *device = g_new0 (UsbDevice, 1);
  device->bus = bus;
  device->fd = -1;
  device->name = g_strdup (port);
  usb_function_init (&device->function, identity, USB_PACKET_BYTES, gadget, model);
  device->heard = g_byte_array_new ();
  g_hash_table_insert (bus->devices, g_strdup (port), device);
  if (!plug_in (device))
    device->retry = g_timeout_add (RETRY_MS, on_retry, device);
  return device;
}

static gboolean
is_that (gpointer port, gpointer value, gpointer user)
{
  (void)port;
  return value == user;
}

void
usb_device_detach (UsbDevice *device)
{
  g_hash_table_foreach_remove (device->bus->devices, is_that, device);
  g_clear_handle_id (&device->retry, g_source_remove);
  if (device->fd >= 0) {
    shutdown (device->fd, SHUT_RDWR);
    close (device->fd);
  }
  device->is_dead = TRUE;
  if (device->is_hearing)
    return; // a model detaches from inside: the reader frees it
  g_clear_handle_id (&device->source, g_source_remove);
  device_free (device);
}

guint
usb_device_address (const UsbDevice *device)
{
  return device->port + 1; // the kernel's own is not told
}
