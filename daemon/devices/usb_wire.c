/* A wire over two bulk endpoints of an open libusb handle. Freed in two steps: the transfers under way are cancelled, and
 * when the last of them has come back the handle is closed by the worker. */
#include "daemon/devices/usb.h"

#include <string.h>

#define LINES_TIMEOUT_MS       1000
#define SET_CONTROL_LINE_STATE 0x22 /* USB CDC PSTN 1.2, 6.3.12 */
#define DTR_AND_RTS            0x03

typedef struct _UsbWire UsbWire;

typedef struct {
  UsbWire *wire;
  UsbTransfer *transfer;
  guint8 *buffer;
  WireFunc func;
  gpointer user;
} Direction;

struct _UsbWire {
  Wire wire;
  UsbDevice *device;
  libusb_device_handle *handle;
  Direction in, out;
  UsbTransfer *lines; /* of a modem's port: says that somebody listens now. NULL: another kind of interface */
  guint8 lines_setup[LIBUSB_CONTROL_SETUP_SIZE];
  gboolean is_freed;
};

static void
direction_clear (Direction *direction)
{
  usb_transfer_free (direction->transfer);
  g_free (direction->buffer);
}

/* Nothing is under way any more: close and free. */
static void
release (UsbWire *wire)
{
  usb_close (wire->device, wire->handle, TRUE);
  usb_device_wire_closed (wire->device);
  direction_clear (&wire->in);
  direction_clear (&wire->out);
  if (wire->lines != NULL)
    usb_transfer_free (wire->lines);
  usb_device_unref (wire->device);
  g_free (wire);
}

static gboolean
is_at_rest (const UsbWire *wire)
{
  return !usb_transfer_is_under_way (wire->in.transfer) && !usb_transfer_is_under_way (wire->out.transfer) &&
         (wire->lines == NULL || !usb_transfer_is_under_way (wire->lines));
}

static void
on_transfer (gsize n, const GError *error, gpointer user)
{
  Direction *direction = user;
  UsbWire *wire = direction->wire;
  gboolean is_in = direction == &wire->in;
  if (!wire->is_freed)
    direction->func (is_in && error == NULL ? direction->buffer : NULL, n, error, direction->user);
  else if (is_at_rest (wire))
    release (wire);
}

static void
on_lines (gsize n, const GError *error, gpointer user)
{
  UsbWire *wire = user;
  (void)n;
  (void)error; /* a device that refuses needs it not */
  if (wire->is_freed && is_at_rest (wire))
    release (wire);
}

/* As a serial driver does when a program opens its port: some devices keep silent before. */
static void
raise_lines (UsbWire *wire)
{
  guint8 type = LIBUSB_REQUEST_TYPE_CLASS | LIBUSB_RECIPIENT_INTERFACE;
  wire->lines = usb_transfer_new (wire->device, on_lines, wire);
  libusb_fill_control_setup (wire->lines_setup, type, SET_CONTROL_LINE_STATE, DTR_AND_RTS,
                             (guint16)wire->device->face.control, 0);
  usb_transfer_control (wire->lines, wire->handle, wire->lines_setup, LINES_TIMEOUT_MS);
}

static void
usb_wire_read (Wire *base, gsize size, guint timeout_ms, WireFunc func, gpointer user)
{
  UsbWire *wire = (UsbWire *)base;
  wire->in.buffer = g_realloc (wire->in.buffer, size);
  wire->in.func = func;
  wire->in.user = user;
  usb_transfer_bulk (wire->in.transfer, wire->handle, wire->device->face.in, wire->in.buffer, size, timeout_ms);
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
  usb_transfer_bulk (wire->out.transfer, wire->handle, wire->device->face.out, wire->out.buffer, n, timeout_ms);
}

static void
usb_wire_free (Wire *base)
{
  UsbWire *wire = (UsbWire *)base;
  wire->is_freed = TRUE;
  usb_transfer_cancel (wire->in.transfer);
  usb_transfer_cancel (wire->out.transfer);
  if (wire->lines != NULL)
    usb_transfer_cancel (wire->lines);
  if (is_at_rest (wire))
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
  wire->in = (Direction){.wire = wire, .transfer = usb_transfer_new (device, on_transfer, &wire->in)};
  wire->out = (Direction){.wire = wire, .transfer = usb_transfer_new (device, on_transfer, &wire->out)};
  device->wires++;
  if (device->face.control >= 0)
    raise_lines (wire);
  return &wire->wire;
}
