/* One transfer at a time, again and again. Submitting and cancelling are system calls that a slow controller holds up: both are done in the bus
 * thread, in the order asked, and so is the freeing, behind a cancel that may still be on its way. */
#include "daemon/devices/usb.h"

struct _UsbTransfer {
  UsbDevice *device; /* a reference */
  struct libusb_transfer *transfer;
  int status;            /* of the submitting */
  gboolean is_under_way; /* the main loop's view: from the asking to the telling */
  UsbTransferFunc func;
  gpointer user;
};

static gboolean
transfer_check (const struct libusb_transfer *transfer, GError **error)
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

/* In the main loop. */
static void
tell_end (gpointer data)
{
  UsbTransfer *transfer = data;
  g_autoptr (GError) error = NULL;
  transfer->is_under_way = FALSE;
  if (transfer->status != LIBUSB_SUCCESS)
    usb_set_error (&error, transfer->status, "cannot start a transfer");
  else
    (void)transfer_check (transfer->transfer, &error); /* the error says it */
  transfer->func (error == NULL ? (gsize)transfer->transfer->actual_length : 0, error, transfer->user);
}

/* In the bus thread, as the works below. */
static void LIBUSB_CALL
on_end (struct libusb_transfer *raw)
{
  UsbTransfer *transfer = raw->user_data;
  usb_tell (transfer->device->usb, tell_end, transfer);
}

static void
submit_work (gpointer data)
{
  UsbTransfer *transfer = data;
  transfer->status = libusb_submit_transfer (transfer->transfer);
  if (transfer->status != LIBUSB_SUCCESS)
    usb_tell (transfer->device->usb, tell_end, transfer);
}

static void
cancel_work (gpointer data)
{
  (void)libusb_cancel_transfer (data); /* when it has ended already, its end is on its way */
}

static void
free_work (gpointer data)
{
  libusb_free_transfer (data);
}

UsbTransfer *
usb_transfer_new (UsbDevice *device, UsbTransferFunc func, gpointer user)
{
  UsbTransfer *transfer = g_new0 (UsbTransfer, 1);
  transfer->device = usb_device_ref (device);
  transfer->transfer = libusb_alloc_transfer (0);
  transfer->func = func;
  transfer->user = user;
  return transfer;
}

static void
submit (UsbTransfer *transfer)
{
  transfer->is_under_way = TRUE;
  usb_expect (transfer->device->usb);
  usb_run (transfer->device->usb, submit_work, transfer);
}

void
usb_transfer_bulk (UsbTransfer *transfer, libusb_device_handle *handle, guint8 endpoint, guint8 *buffer, gsize n,
                   guint timeout_ms)
{
  libusb_fill_bulk_transfer (transfer->transfer, handle, endpoint, buffer, (int)n, on_end, transfer, timeout_ms);
  submit (transfer);
}

void
usb_transfer_control (UsbTransfer *transfer, libusb_device_handle *handle, guint8 *buffer, guint timeout_ms)
{
  libusb_fill_control_transfer (transfer->transfer, handle, buffer, on_end, transfer, timeout_ms);
  submit (transfer);
}

gboolean
usb_transfer_is_under_way (const UsbTransfer *transfer)
{
  return transfer->is_under_way;
}

void
usb_transfer_cancel (UsbTransfer *transfer)
{
  if (transfer->is_under_way)
    usb_run (transfer->device->usb, cancel_work, transfer->transfer);
}

void
usb_transfer_free (UsbTransfer *transfer)
{
  usb_run (transfer->device->usb, free_work, transfer->transfer);
  usb_device_unref (transfer->device);
  g_free (transfer);
}
