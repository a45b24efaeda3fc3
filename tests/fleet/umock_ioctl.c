// The usbfs ioctls of client programs: claims, URBs, reaping. umockdev calls from its own thread; every request is moved to
// the main loop first, so nothing here needs a lock. Plugging and sysfs are in umock_bus.c.
#include "tests/fleet/umock.h"
#include "tests/fleet/usb_descriptors.h"

#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>

#define REAP_HOLD_MS 2 // a blocking reap is answered EINTR after this: the preload lets one ioctl at a time through
#define CAPABILITIES (USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_NO_PACKET_SIZE_LIM | USBDEVFS_CAP_REAP_AFTER_DISCONNECT)

struct Urb {
  UMockdevIoctlData *data, *buffer; // owned; buffer is NULL for length 0
  gulong address;                   // of the URB in the client, its name for DISCARDURB
  guint8 type, endpoint;
  int status;
  gsize capacity, used;
};

// A synchronous USBDEVFS_BULK read that waits.
struct Bulk {
  UMockdevIoctlData *data, *buffer; // owned by the request
  gsize capacity, used;
  guint timer;
};

// One open() of the node by a client program.
struct UmockClient {
  UsbDevice *device;       // not owned: it owns us
  UMockdevIoctlClient *io; // owned reference
  guint32 claims;          // bit per interface
  GQueue pending, done;    // of struct Urb
  gsize read_offset;
  guint reap_timer; // 0 when no blocking reap is held
  struct Bulk *bulk;
};

struct Call {
  UsbDevice *device;
  UMockdevIoctlClient *io;
  void (*run) (UsbDevice *device, UMockdevIoctlClient *io);
};

static void
urb_free (gpointer memory)
{
  struct Urb *urb = memory;
  g_clear_object (&urb->buffer);
  g_object_unref (urb->data);
  g_free (urb);
}

static void
bulk_free (struct Bulk *bulk)
{
  if (bulk->timer != 0)
    g_source_remove (bulk->timer);
  g_free (bulk);
}

static void
client_free (gpointer memory)
{
  struct UmockClient *client = memory;
  if (client->reap_timer != 0)
    g_source_remove (client->reap_timer);
  g_clear_pointer (&client->bulk, bulk_free);
  g_queue_clear_full (&client->pending, urb_free);
  g_queue_clear_full (&client->done, urb_free);
  g_object_unref (client->io);
  g_free (client);
}

static void
answer (struct UmockClient *client, long result, int code)
{
  umockdev_ioctl_client_complete (client->io, result, code);
}

static void
refuse (struct UmockClient *client, int code)
{
  answer (client, -1, code);
}

// ---- reaping ----

static gboolean
has_done_urbs (const UsbDevice *device)
{
  for (guint i = 0; i < device->clients->len; i++)
    if (!g_queue_is_empty (&((struct UmockClient *)device->clients->pdata[i])->done))
      return TRUE;
  return FALSE;
}

static void
refresh_node (UsbDevice *device)
{
  if (device->bus != NULL)
    umock_node_set_ready (&device->node, has_done_urbs (device));
}

static void
reap_one (struct UmockClient *client)
{
  g_autoptr (GError) error = NULL;
  struct Urb *urb = g_queue_pop_head (&client->done);
  UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg (client->io);
  g_autoptr (UMockdevIoctlData) pointer = umockdev_ioctl_data_resolve (arg, 0, sizeof (gpointer), &error);
  if (pointer != NULL) {
    struct usbdevfs_urb *raw = (struct usbdevfs_urb *)urb->data->data;
    raw->status = urb->status;
    raw->actual_length = (int)urb->used;
    umockdev_ioctl_data_set_ptr (pointer, 0, urb->data);
  }
  answer (client, pointer != NULL ? 0 : -1, EFAULT);
  urb_free (urb);
  refresh_node (client->device);
}

static void
end_held_reap (struct UmockClient *client)
{
  if (client->reap_timer == 0)
    return;
  g_clear_handle_id (&client->reap_timer, g_source_remove);
  if (!g_queue_is_empty (&client->done))
    reap_one (client);
  else
    refuse (client, client->device->bus == NULL ? ENODEV : EINTR);
}

static gboolean
reap_held_long_enough (gpointer user)
{
  struct UmockClient *client = user;
  end_held_reap (client);
  return G_SOURCE_REMOVE;
}

static void
serve_reap (struct UmockClient *client)
{
  if (!g_queue_is_empty (&client->done))
    reap_one (client);
  else if (client->device->bus == NULL)
    refuse (client, ENODEV);
  else
    client->reap_timer = g_timeout_add (REAP_HOLD_MS, reap_held_long_enough, client);
}

static void
serve_reap_now (struct UmockClient *client)
{
  if (!g_queue_is_empty (&client->done))
    reap_one (client);
  else
    refuse (client, client->device->bus == NULL ? ENODEV : EAGAIN);
}

// ---- transfers ----

static void
finish_urb (struct UmockClient *client, struct Urb *urb, int status)
{
  urb->status = status;
  g_queue_push_tail (&client->done, urb);
}

static void
pump_urbs (struct UmockClient *client)
{
  UsbDevice *device = client->device;
  for (GList *l = client->pending.head; l != NULL;) {
    struct Urb *urb = l->data;
    GList *next = l->next;
    guint8 *buffer = urb->buffer != NULL ? urb->buffer->data : NULL;
    if (urb->endpoint == usb_in_of (&device->function.identity) && urb->type == USBDEVFS_URB_TYPE_BULK) {
      int status = usb_function_read (&device->function, buffer, urb->capacity, &urb->used);
      if (status == USB_WAITS)
        return;
      g_queue_delete_link (&client->pending, l);
      finish_urb (client, urb, status);
    }
    l = next;
  }
}

static void
end_bulk (struct UmockClient *client, long result, int code)
{
  g_clear_pointer (&client->bulk, bulk_free);
  answer (client, result, code);
}

static void
pump_bulk (struct UmockClient *client)
{
  struct Bulk *bulk = client->bulk;
  if (bulk == NULL)
    return;
  int status = usb_function_read (&client->device->function, bulk->buffer->data, bulk->capacity, &bulk->used);
  if (status != USB_WAITS)
    end_bulk (client, status == 0 ? (long)bulk->used : -1, -status);
}

void
usb_device_pump (UsbDevice *device)
{
  for (guint i = 0; i < device->clients->len; i++) {
    struct UmockClient *client = device->clients->pdata[i];
    pump_urbs (client);
    pump_bulk (client);
    if (!g_queue_is_empty (&client->done))
      end_held_reap (client);
  }
  refresh_node (device);
}

static void
finish_control (struct UmockClient *client, struct Urb *urb)
{
  UsbDevice *device = client->device;
  guint8 *bytes = urb->buffer != NULL ? urb->buffer->data : NULL;
  int length = urb->capacity >= USB_SETUP_BYTES
                   ? usb_function_control (&device->function, bytes, NULL, 0, bytes + USB_SETUP_BYTES,
                                           urb->capacity - USB_SETUP_BYTES)
                   : -1;
  urb->used = length >= 0 ? (gsize)length : 0;
  finish_urb (client, urb, length >= 0 ? 0 : -EPIPE);
  usb_device_pump (device);
}

// The host wrote `length` bytes. The model may detach the device from inside, so the caller holds a reference.
static void
deliver_out (UsbDevice *device, guint8 endpoint, const guint8 *bytes, gsize length)
{
  if (endpoint == usb_out_of (&device->function.identity))
    device->function.gadget->received (device->function.model, bytes, length);
}

static void
finish_out (struct UmockClient *client, struct Urb *urb)
{
  UsbDevice *device = client->device;
  if (device->function.halted_out) {
    finish_urb (client, urb, -EPIPE);
    usb_device_pump (device);
    return;
  }
  g_autoptr (GBytes) bytes = g_bytes_new (urb->buffer != NULL ? urb->buffer->data : NULL, urb->capacity);
  guint8 endpoint = urb->endpoint;
  urb->used = urb->capacity;
  finish_urb (client, urb, 0);
  usb_device_pump (device);
  deliver_out (device, endpoint, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static struct Urb *
urb_new (struct UmockClient *client)
{
  UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg (client->io);
  UMockdevIoctlData *data = umockdev_ioctl_data_resolve (arg, 0, sizeof (struct usbdevfs_urb), NULL);
  if (data == NULL)
    return NULL;
  const struct usbdevfs_urb *raw = (const struct usbdevfs_urb *)data->data;
  struct Urb *urb = g_new0 (struct Urb, 1);
  urb->data = data;
  urb->address = data->client_addr;
  urb->type = raw->type;
  urb->endpoint = raw->endpoint;
  urb->capacity = (gsize)MAX (raw->buffer_length, 0);
  if (urb->capacity > 0)
    urb->buffer = umockdev_ioctl_data_resolve (data, offsetof (struct usbdevfs_urb, buffer), urb->capacity, NULL);
  if (urb->capacity > 0 && urb->buffer == NULL)
    g_clear_pointer (&urb, urb_free);
  return urb;
}

static void
serve_submit (struct UmockClient *client)
{
  UsbDevice *device = client->device;
  struct Urb *urb = urb_new (client);
  if (urb == NULL) {
    refuse (client, EFAULT);
    return;
  }
  answer (client, 0, 0);
  gboolean is_in = (urb->endpoint & 0x80) != 0;
  if (urb->type == USBDEVFS_URB_TYPE_CONTROL) {
    finish_control (client, urb);
  } else if (!is_in && !device->function.silent) {
    finish_out (client, urb);
  } else {
    g_queue_push_tail (&client->pending, urb);
    usb_device_pump (device);
  }
}

static void
serve_discard (struct UmockClient *client)
{
  gulong address;
  memcpy (&address, umockdev_ioctl_client_get_arg (client->io)->data, sizeof address);
  for (GList *l = client->pending.head; l != NULL; l = l->next) {
    struct Urb *urb = l->data;
    if (urb->address != address)
      continue;
    g_queue_delete_link (&client->pending, l);
    finish_urb (client, urb, -ENOENT);
    answer (client, 0, 0);
    usb_device_pump (client->device);
    return;
  }
  refuse (client, EINVAL);
}

static gboolean
bulk_expired (gpointer user)
{
  struct UmockClient *client = user;
  client->bulk->timer = 0;
  end_bulk (client, -1, ETIMEDOUT);
  return G_SOURCE_REMOVE;
}

static void
serve_bulk (struct UmockClient *client)
{
  UsbDevice *device = client->device;
  UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg (client->io);
  g_autoptr (UMockdevIoctlData) data =
      umockdev_ioctl_data_resolve (arg, 0, sizeof (struct usbdevfs_bulktransfer), NULL);
  const struct usbdevfs_bulktransfer *raw = data != NULL ? (const struct usbdevfs_bulktransfer *)data->data : NULL;
  g_autoptr (UMockdevIoctlData) buffer =
      raw != NULL ? umockdev_ioctl_data_resolve (data, offsetof (struct usbdevfs_bulktransfer, data), raw->len, NULL)
                  : NULL;
  if (buffer == NULL) {
    refuse (client, EFAULT);
  } else if ((raw->ep & 0x80) == 0 && !device->function.silent) {
    g_autoptr (GBytes) bytes = g_bytes_new (buffer->data, raw->len);
    answer (client, device->function.halted_out ? -1 : (long)raw->len, EPIPE);
    if (!device->function.halted_out)
      deliver_out (device, (guint8)raw->ep, g_bytes_get_data (bytes, NULL), raw->len);
  } else {
    client->bulk = g_new0 (struct Bulk, 1);
    *client->bulk = (struct Bulk){.data = data, .buffer = buffer, .capacity = raw->len};
    if (raw->timeout > 0)
      client->bulk->timer = g_timeout_add (raw->timeout, bulk_expired, client);
    pump_bulk (client);
  }
}

// ---- claims and the rest ----

static guint
argument_number (struct UmockClient *client)
{
  UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg (client->io);
  g_autoptr (UMockdevIoctlData) data = umockdev_ioctl_data_resolve (arg, 0, sizeof (guint), NULL);
  guint number = G_MAXUINT;
  if (data != NULL)
    memcpy (&number, data->data, sizeof number);
  return number;
}

static gboolean
is_claimed_by_another (const struct UmockClient *client, guint32 bit)
{
  const GPtrArray *clients = client->device->clients;
  for (guint i = 0; i < clients->len; i++) {
    const struct UmockClient *other = clients->pdata[i];
    if (other != client && (other->claims & bit) != 0)
      return TRUE;
  }
  return FALSE;
}

static void
serve_claim (struct UmockClient *client)
{
  UsbDevice *device = client->device;
  guint interface = argument_number (client); // also the first member of usbdevfs_disconnect_claim
  if (interface >= device->function.identity.n_interfaces) {
    refuse (client, ENOENT);
    return;
  }
  guint32 bit = 1u << interface;
  gboolean is_new = (client->claims & bit) == 0;
  int refusal = 0;
  if (is_new)
    refusal = is_claimed_by_another (client, bit)
                  ? EBUSY
                  : device->function.gadget->claimed (device->function.model, interface);
  if (refusal != 0) {
    refuse (client, refusal);
    return;
  }
  client->claims |= bit;
  answer (client, 0, 0);
}

static void
serve_release (struct UmockClient *client)
{
  guint interface = argument_number (client);
  if (interface < client->device->function.identity.n_interfaces)
    client->claims &= ~(1u << interface);
  answer (client, 0, 0);
}

static void
serve_clear_halt (struct UmockClient *client)
{
  gboolean is_done = usb_function_clear_halt (&client->device->function, (guint8)argument_number (client));
  answer (client, is_done ? 0 : -1, EPIPE);
}

static void
serve_capabilities (struct UmockClient *client)
{
  UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg (client->io);
  g_autoptr (UMockdevIoctlData) data = umockdev_ioctl_data_resolve (arg, 0, sizeof (guint32), NULL);
  const guint32 capabilities = CAPABILITIES;
  if (data != NULL)
    memcpy (data->data, &capabilities, sizeof capabilities);
  answer (client, data != NULL ? 0 : -1, EFAULT);
}

static void
serve_speed (struct UmockClient *client)
{
  enum { HIGH_SPEED = 3 };
  answer (client, HIGH_SPEED, 0);
}

static void
serve_accepted (struct UmockClient *client)
{
  answer (client, 0, 0);
}

static void
serve_no_driver (struct UmockClient *client)
{
  refuse (client, ENODATA);
}

static const struct {
  gulong request;
  void (*serve) (struct UmockClient *client);
  gboolean works_unplugged;
} requests[] = {
    {USBDEVFS_SUBMITURB, serve_submit, FALSE},
    {USBDEVFS_REAPURB, serve_reap, TRUE},
    {USBDEVFS_REAPURBNDELAY, serve_reap_now, TRUE},
    {USBDEVFS_DISCARDURB, serve_discard, TRUE},
    {USBDEVFS_BULK, serve_bulk, FALSE},
    {USBDEVFS_CLAIMINTERFACE, serve_claim, FALSE},
    {USBDEVFS_DISCONNECT_CLAIM, serve_claim, FALSE},
    {USBDEVFS_RELEASEINTERFACE, serve_release, FALSE},
    {USBDEVFS_CLEAR_HALT, serve_clear_halt, FALSE},
    {USBDEVFS_GET_CAPABILITIES, serve_capabilities, FALSE},
    {USBDEVFS_GET_SPEED, serve_speed, FALSE},
    {USBDEVFS_SETINTERFACE, serve_accepted, FALSE},
    {USBDEVFS_SETCONFIGURATION, serve_accepted, FALSE},
    {USBDEVFS_RESET, serve_accepted, FALSE},
    {USBDEVFS_GETDRIVER, serve_no_driver, FALSE},
    {USBDEVFS_IOCTL, serve_no_driver, FALSE},
};

// ---- clients ----

static gboolean
find_client (const UsbDevice *device, const UMockdevIoctlClient *io, guint *index)
{
  for (guint i = 0; i < device->clients->len; i++)
    if (((struct UmockClient *)device->clients->pdata[i])->io == io) {
      *index = i;
      return TRUE;
    }
  return FALSE;
}

// umockdev keeps no reference to a client while its request is held here, and does not say when such a client is killed.
// Without a held request ours is the only reference left; with one, its memory cannot be read any more.
static gboolean
is_dead (const struct UmockClient *client)
{
  const struct Bulk *bulk = client->bulk;
  if (client->reap_timer != 0)
    return FALSE;
  if (bulk != NULL)
    return bulk->used == 0 && !umockdev_ioctl_data_reload (bulk->buffer, NULL);
  return g_atomic_int_get (&G_OBJECT (client->io)->ref_count) == 1;
}

static void
prune_dead (UsbDevice *device)
{
  for (guint i = device->clients->len; i-- > 0;)
    if (is_dead (device->clients->pdata[i]))
      g_ptr_array_remove_index (device->clients, i);
}

static struct UmockClient *
client_of (UsbDevice *device, UMockdevIoctlClient *io)
{
  guint index;
  if (find_client (device, io, &index))
    return device->clients->pdata[index];
  prune_dead (device);
  struct UmockClient *client = g_new0 (struct UmockClient, 1);
  client->device = device;
  client->io = g_object_ref (io);
  g_queue_init (&client->pending);
  g_queue_init (&client->done);
  g_ptr_array_add (device->clients, client);
  return client;
}

static void
run_ioctl (UsbDevice *device, UMockdevIoctlClient *io)
{
  struct UmockClient *client = client_of (device, io);
  gulong request = umockdev_ioctl_client_get_request (io);
  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++) {
    if (requests[i].request != request)
      continue;
    if (device->bus == NULL && !requests[i].works_unplugged)
      refuse (client, ENODEV);
    else
      requests[i].serve (client);
    return;
  }
  refuse (client, ENOTTY);
}

static void
run_read (UsbDevice *device, UMockdevIoctlClient *io)
{
  struct UmockClient *client = client_of (device, io);
  UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg (io);
  gsize left = device->descriptors->len - client->read_offset;
  gsize count = MIN ((gsize)MAX (arg->data_len, 0), left);
  if (device->bus == NULL) {
    refuse (client, ENODEV);
    return;
  }
  memcpy (arg->data, device->descriptors->data + client->read_offset, count);
  client->read_offset += count;
  answer (client, (long)count, 0);
}

static void
run_gone (UsbDevice *device, UMockdevIoctlClient *io)
{
  guint index;
  if (find_client (device, io, &index))
    g_ptr_array_remove_index (device->clients, index);
  refresh_node (device);
}

static gboolean
run_call (gpointer user)
{
  struct Call *call = user;
  call->run (call->device, call->io);
  return G_SOURCE_REMOVE;
}

static void
call_free (gpointer user)
{
  struct Call *call = user;
  umock_device_unref (call->device);
  g_object_unref (call->io);
  g_free (call);
}

// From umockdev's thread to the main loop, in order.
static void
forward (UsbDevice *device, UMockdevIoctlClient *io, void (*run) (UsbDevice *, UMockdevIoctlClient *))
{
  struct Call *call = g_new (struct Call, 1);
  *call = (struct Call){umock_device_ref (device), g_object_ref (io), run};
  g_idle_add_full (G_PRIORITY_DEFAULT, run_call, call, call_free);
}

static gboolean
on_ioctl (UMockdevIoctlBase *base, UMockdevIoctlClient *io, gpointer user)
{
  (void)base; // the device says all
  forward (user, io, run_ioctl);
  return TRUE;
}

static gboolean
on_read (UMockdevIoctlBase *base, UMockdevIoctlClient *io, gpointer user)
{
  (void)base; // the device says all
  forward (user, io, run_read);
  return TRUE;
}

static void
on_connected_changed (UMockdevIoctlClient *io, GParamSpec *spec, gpointer user)
{
  (void)spec; // there is one property only
  if (!umockdev_ioctl_client_get_connected (io))
    forward (user, io, run_gone);
}

static void
drop_device (gpointer user, GClosure *closure)
{
  (void)closure; // part of the slot's type
  umock_device_unref (user);
}

static void
on_client (UMockdevIoctlBase *base, UMockdevIoctlClient *io, gpointer user)
{
  (void)base; // the device says all
  g_signal_connect_data (io, "notify::connected", G_CALLBACK (on_connected_changed), umock_device_ref (user),
                         drop_device, 0);
}

gboolean
umock_ioctl_start (UsbDevice *device, UMockdevTestbed *testbed, GError **error)
{
  static const struct {
    const char *signal;
    GCallback callback;
  } slots[] = {
      {"handle-ioctl", G_CALLBACK (on_ioctl)},
      {"handle-read", G_CALLBACK (on_read)},
      {"client-connected", G_CALLBACK (on_client)},
  };
  device->clients = g_ptr_array_new_with_free_func (client_free);
  device->handler = umockdev_ioctl_base_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (slots); i++)
    g_signal_connect_data (device->handler, slots[i].signal, slots[i].callback, umock_device_ref (device), drop_device,
                           0);
  return umockdev_testbed_attach_ioctl (testbed, device->devname, device->handler, error);
}

static void
fail_all (struct UmockClient *client)
{
  while (!g_queue_is_empty (&client->pending))
    finish_urb (client, g_queue_pop_head (&client->pending), -ESHUTDOWN);
  if (client->bulk != NULL)
    end_bulk (client, -1, ENODEV);
  end_held_reap (client);
  client->claims = 0;
}

void
umock_ioctl_fail (UsbDevice *device)
{
  for (guint i = 0; i < device->clients->len; i++)
    fail_all (device->clients->pdata[i]);
}

void
umock_ioctl_stop (UsbDevice *device, UMockdevTestbed *testbed)
{
  g_autoptr (GError) error = NULL;
  if (!umockdev_testbed_detach_ioctl (testbed, device->devname, &error))
    g_warning ("detach %s: %s", device->devname, error->message);
  g_clear_object (&device->handler);
}
