// The emulated devices on a real Linux USB stack: vhci_hcd gets one end of a socketpair and speaks USB/IP over it, as with a remote
// device (Documentation/usb/usbip_protocol.rst). All fields are big endian. Needs root, and the module vhci_hcd.
//
// The ports of a scenario are names here: the kernel has root ports only, and numbers them itself.
#include "tests/kernel/vhci.h"

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
enum { SET_CONFIGURATION = 9, SET_INTERFACE = 11, CLEAR_FEATURE = 1 };
enum { TO_DEVICE = 0x00, TO_INTERFACE = 0x01, TO_ENDPOINT = 0x02, KIND_MASK = 0x60 };

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

void
vhci_answer (UsbDevice *device, const struct VhciUrb *urb, int status, const guint8 *bytes, gsize length)
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
  if (device->silent)
    return FALSE;
  if (device->halted_in) {
    vhci_answer (device, urb, -EPIPE, NULL, 0);
    return TRUE;
  }
  switch (usb_queue_fill (&device->in, urb->buffer, urb->length, &urb->used)) {
  case USB_FILL_PENDING:
    return FALSE;
  case USB_FILL_DONE:
    vhci_answer (device, urb, 0, urb->buffer, urb->used);
    return TRUE;
  case USB_FILL_OVERFLOW:
    vhci_answer (device, urb, -EOVERFLOW, NULL, 0);
    return TRUE;
  }
  g_assert_not_reached ();
}

static void
pump (UsbDevice *device)
{
  while (!g_queue_is_empty (&device->waiting) && serve_read (device, g_queue_peek_head (&device->waiting)))
    urb_free (g_queue_pop_head (&device->waiting));
}

gboolean
vhci_interrupt (UsbDevice *device, const guint8 *bytes, gsize length)
{
  struct VhciUrb *urb = g_queue_pop_head (&device->interrupts);
  if (urb == NULL)
    return FALSE;
  vhci_answer (device, urb, 0, bytes, length);
  urb_free (urb);
  return TRUE;
}

static int
standard_request (UsbDevice *device, const guint8 *setup, guint8 *answer, gsize capacity)
{
  guint type = setup[0], request = setup[1];
  if ((type == TO_DEVICE && request == SET_CONFIGURATION) || (type == TO_INTERFACE && request == SET_INTERFACE))
    return 0;
  if (type != TO_ENDPOINT || request != CLEAR_FEATURE)
    return usb_descriptors_answer (&device->identity, setup, answer, capacity);
  if (device->identity.refuses_clear_halt)
    return -1;
  if (setup[4] == usb_in_of (&device->identity))
    device->halted_in = FALSE;
  else if (setup[4] == usb_out_of (&device->identity))
    device->halted_out = FALSE;
  return 0;
}

static void
serve_control (UsbDevice *device, const struct VhciUrb *urb, const guint8 *out)
{
  gsize capacity = MIN (urb->length, BULK_MAX), sent = urb->is_in ? 0 : urb->length;
  g_autofree guint8 *answer = g_malloc (MAX (capacity, 1));
  int length = -1;
  if ((urb->setup[0] & KIND_MASK) == 0)
    length = standard_request (device, urb->setup, answer, capacity);
  else if (device->control != NULL)
    length = device->control (device, urb->setup, out, sent, answer, capacity);
  if (length < 0)
    vhci_answer (device, urb, -EPIPE, NULL, 0);
  else if (urb->is_in)
    vhci_answer (device, urb, 0, answer, (gsize)length);
  else
    vhci_answer (device, urb, 0, NULL, sent);
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
  if (device->halted_out) {
    vhci_answer (device, urb, -EPIPE, NULL, 0);
    return;
  }
  vhci_answer (device, urb, 0, NULL, urb->length);
  if (!device->is_opened)
    (void)device->gadget->claimed (device->model, MAX (device->identity.n_interfaces, 1) - 1);
  device->is_opened = TRUE;
  device->gadget->received (device->model, out, urb->length);
}

static void
serve (UsbDevice *device, const struct VhciUrb *urb, const guint8 *out)
{
  guint number = urb->endpoint | (urb->is_in ? 0x80u : 0);
  if (urb->endpoint == 0) {
    serve_control (device, urb, out);
  } else if (urb->is_in && number == usb_in_of (&device->identity) && device->identity.max_control == 0) {
    keep (&device->waiting, urb);
    pump (device);
  } else if (urb->is_in) { // a mute interface, or the modem's interrupts
    keep (&device->interrupts, urb);
    if (device->control != NULL)
      vhci_modem_listen (device);
  } else if (device->silent) {
    keep (&device->interrupts, urb); // never taken
  } else if (number == usb_out_of (&device->identity)) {
    deliver (device, urb, out);
  } else {
    vhci_answer (device, urb, 0, NULL, urb->length);
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
  memcpy (urb.setup, bytes + HEAD_BYTES - VHCI_SETUP_BYTES, sizeof urb.setup);
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
  usb_queue_clear (&device->in);
  g_byte_array_unref (device->heard);
  g_free (device->name);
  g_free ((char *)device->identity.maker);
  g_free ((char *)device->identity.model);
  g_free ((char *)device->identity.serial);
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
  device->identity = *identity;
  device->identity.maker = g_strdup (identity->maker);
  device->identity.model = g_strdup (identity->model);
  device->identity.serial = g_strdup (identity->serial);
  device->gadget = gadget;
  device->model = model;
  device->heard = g_byte_array_new ();
  usb_queue_init (&device->in, usb_packet_of (&device->identity));
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

void
usb_device_send (UsbDevice *device, const guint8 *bytes, gsize length)
{
  usb_queue_push (&device->in, bytes, length);
  pump (device);
}

void
usb_device_flush (UsbDevice *device)
{
  usb_queue_clear (&device->in);
}

void
usb_device_halt (UsbDevice *device)
{
  device->halted_in = device->halted_out = TRUE;
  usb_queue_clear (&device->in);
  pump (device);
}

void
usb_device_silence (UsbDevice *device)
{
  device->silent = TRUE;
  usb_queue_clear (&device->in);
}
