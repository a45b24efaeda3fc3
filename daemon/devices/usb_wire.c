/* A wire over two bulk endpoints of an open libusb handle. Freed in two steps: the transfers under way are cancelled, and
 * when the last of them has come back the handle is closed by the worker. */
#include "daemon/devices/usb.h"

#include <string.h>

typedef struct {
  struct libusb_transfer *transfer;
  guint8 *buffer;
  gboolean is_under_way;
  GError *error; /* it could not even be submitted */
  WireFunc func;
  gpointer user;
} Direction;

typedef struct {
  Wire wire;
  UsbDevice *device;
  libusb_device_handle *handle;
  Direction in, out;
  gboolean is_freed;
} UsbWire;

static void
direction_clear (Direction *direction)
{
  libusb_free_transfer (direction->transfer);
  g_free (direction->buffer);
  g_clear_error (&direction->error);
}

/* Nothing is under way any more: close and free. */
static void
release (UsbWire *wire)
{
  usb_close (wire->device, wire->handle, TRUE);
  usb_device_wire_closed (wire->device);
  direction_clear (&wire->in);
  direction_clear (&wire->out);
  usb_device_unref (wire->device);
  g_free (wire);
}

gboolean
usb_transfer_check (const struct libusb_transfer *transfer, GError **error)
{
  static const struct {
    DeviceError code;
    const char *text;
  } rows[] = {
      [LIBUSB_TRANSFER_ERROR] = {DEVICE_ERROR_PROTOCOL, "the transfer failed (cable?)"},
      [LIBUSB_TRANSFER_TIMED_OUT] = {DEVICE_ERROR_TIMEOUT, "the device is silent"},
      [LIBUSB_TRANSFER_CANCELLED] = {DEVICE_ERROR_GONE, "the link was closed"},
      [LIBUSB_TRANSFER_STALL] = {DEVICE_ERROR_PROTOCOL, "the device halted the endpoint"},
      [LIBUSB_TRANSFER_NO_DEVICE] = {DEVICE_ERROR_GONE, "the device was unplugged"},
      [LIBUSB_TRANSFER_OVERFLOW] = {DEVICE_ERROR_PROTOCOL, "the device sent more than was asked for"},
  };
  if (transfer->status == LIBUSB_TRANSFER_COMPLETED)
    return TRUE;
  g_set_error_literal (error, DEVICE_ERROR, rows[transfer->status].code, rows[transfer->status].text);
  return FALSE;
}

static void
transfer_ended (UsbWire *wire, Direction *direction, const GError *error)
{
  direction->is_under_way = FALSE;
  if (!wire->is_freed) {
    gboolean is_in = direction == &wire->in;
    direction->func (is_in && error == NULL ? direction->buffer : NULL,
                     error == NULL ? (gsize)direction->transfer->actual_length : 0, error, direction->user);
    return;
  }
  if (!wire->in.is_under_way && !wire->out.is_under_way)
    release (wire);
}

static void LIBUSB_CALL
on_transfer (struct libusb_transfer *transfer)
{
  UsbWire *wire = transfer->user_data;
  g_autoptr (GError) error = NULL;
  (void)usb_transfer_check (transfer, &error); /* the error says it */
  transfer_ended (wire, transfer == wire->in.transfer ? &wire->in : &wire->out, error);
}

static void
in_not_submitted (gpointer data)
{
  UsbWire *wire = data;
  g_autoptr (GError) error = g_steal_pointer (&wire->in.error);
  transfer_ended (wire, &wire->in, error);
}

static void
out_not_submitted (gpointer data)
{
  UsbWire *wire = data;
  g_autoptr (GError) error = g_steal_pointer (&wire->out.error);
  transfer_ended (wire, &wire->out, error);
}

/* The buffer is in place. */
static void
submit (UsbWire *wire, Direction *direction, guint8 endpoint, gsize n, guint timeout_ms)
{
  libusb_fill_bulk_transfer (direction->transfer, wire->handle, endpoint, direction->buffer, (int)n, on_transfer, wire,
                             timeout_ms);
  direction->is_under_way = TRUE;
  int status = libusb_submit_transfer (direction->transfer);
  if (status == LIBUSB_SUCCESS)
    return;
  usb_set_error (&direction->error, status, "cannot start a transfer");
  usb_work (wire->device->usb, NULL, direction == &wire->in ? in_not_submitted : out_not_submitted, wire);
}

static void
usb_wire_read (Wire *base, gsize size, guint timeout_ms, WireFunc func, gpointer user)
{
  UsbWire *wire = (UsbWire *)base;
  wire->in.buffer = g_realloc (wire->in.buffer, size);
  wire->in.func = func;
  wire->in.user = user;
  submit (wire, &wire->in, wire->device->face.in, size, timeout_ms);
}

static void
usb_wire_write (Wire *base, const guint8 *data, gsize n, guint timeout_ms, WireFunc func, gpointer user)
{
  UsbWire *wire = (UsbWire *)base;
  wire->out.buffer = g_realloc (wire->out.buffer, MAX (n, 1));
  if (n > 0)
    memcpy (wire->out.buffer, data, n);
  wire->out.func = func;
  wire->out.user = user;
  submit (wire, &wire->out, wire->device->face.out, n, timeout_ms);
}

static void
cancel (Direction *direction)
{
  if (direction->is_under_way && direction->error == NULL)
    (void)libusb_cancel_transfer (direction->transfer); /* when it has ended already, its callback is on its way */
}

static void
usb_wire_free (Wire *base)
{
  UsbWire *wire = (UsbWire *)base;
  wire->is_freed = TRUE;
  cancel (&wire->in);
  cancel (&wire->out);
  if (!wire->in.is_under_way && !wire->out.is_under_way)
    release (wire);
}

static const WireClass usb_wire_class = {
    .read = usb_wire_read,
    .write = usb_wire_write,
    .free = usb_wire_free,
};

Wire *
usb_wire_new (UsbDevice *device, libusb_device_handle *handle)
{
  UsbWire *wire = g_new0 (UsbWire, 1);
  wire->wire = (Wire){.class = &usb_wire_class, .packet_size = device->face.packet_size};
  wire->device = usb_device_ref (device);
  wire->handle = handle;
  wire->in.transfer = libusb_alloc_transfer (0);
  wire->out.transfer = libusb_alloc_transfer (0);
  device->wires++;
  return &wire->wire;
}
