/* The strings of a device: language list, then serial, product, manufacturer, by asynchronous control transfers. A device
 * that refuses one keeps NULL there; one that is silent or gone ends the reading. */
#include "daemon/devices/usb.h"
#include "daemon/devices/usb_text.h"

#define STRING_TIMEOUT_MS 1000
#define ENGLISH           0x0409

typedef enum { STEP_LANGUAGES, STEP_SERIAL, STEP_NAME, STEP_MAKER, STEP_END } Step;

struct _UsbIdentify {
  UsbDevice *device;
  UsbOpen *opening;
  libusb_device_handle *handle;
  UsbTransfer *transfer;
  guint8 buffer[LIBUSB_CONTROL_SETUP_SIZE + USB_TEXT_MAX];
  guint8 indexes[STEP_END]; /* of the string descriptors; 0 = none */
  Step step;
  guint16 language;
  gboolean is_cancelled;
  UsbIdentifyFunc func;
  gpointer user;
};

static void
identify_free (UsbIdentify *identify)
{
  if (identify->handle != NULL)
    usb_close (identify->device, identify->handle, FALSE);
  usb_transfer_free (identify->transfer);
  usb_device_unref (identify->device);
  g_free (identify);
}

static void
finish (UsbIdentify *identify, const GError *error)
{
  UsbIdentifyFunc func = identify->func;
  gpointer user = identify->user;
  g_autoptr (GError) copy = error != NULL ? g_error_copy (error) : NULL;
  identify_free (identify); /* first: what the owner opens next stands in line behind our close */
  func (copy, user);
}

static void
take (UsbIdentify *identify, const guint8 *data, gsize n)
{
  UsbDevice *device = identify->device;
  char **const slots[STEP_END] = {
      [STEP_SERIAL] = &device->serial, [STEP_NAME] = &device->name, [STEP_MAKER] = &device->maker};
  char **slot = slots[identify->step];
  if (slot == NULL) {
    if (n >= 4)
      identify->language = (guint16)(data[2] | data[3] << 8);
    return;
  }
  g_free (*slot);
  *slot = usb_text_read (data, n);
}

static void next_string (UsbIdentify *identify);

static void
on_string (gsize n, const GError *error, gpointer user)
{
  UsbIdentify *identify = user;
  if (identify->is_cancelled) {
    identify_free (identify);
    return;
  }
  if (error == NULL)
    take (identify, identify->buffer + LIBUSB_CONTROL_SETUP_SIZE, n);
  else if (!g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_PROTOCOL)) {
    finish (identify, error);
    return;
  }
  identify->step++;
  next_string (identify);
}

static void
next_string (UsbIdentify *identify)
{
  while (identify->step < STEP_END && identify->step != STEP_LANGUAGES && identify->indexes[identify->step] == 0)
    identify->step++;
  if (identify->step == STEP_END) {
    identify->device->is_identified = TRUE;
    finish (identify, NULL);
    return;
  }
  guint16 language = identify->step == STEP_LANGUAGES ? 0 : identify->language;
  libusb_fill_control_setup (identify->buffer, LIBUSB_ENDPOINT_IN, LIBUSB_REQUEST_GET_DESCRIPTOR,
                             (guint16)(LIBUSB_DT_STRING << 8 | identify->indexes[identify->step]), language,
                             USB_TEXT_MAX);
  usb_transfer_control (identify->transfer, identify->handle, identify->buffer, STRING_TIMEOUT_MS);
}

static void
on_open (libusb_device_handle *handle, const GError *error, gpointer user)
{
  UsbIdentify *identify = user;
  identify->opening = NULL;
  identify->handle = handle;
  if (error != NULL)
    finish (identify, error);
  else
    next_string (identify);
}

UsbIdentify *
usb_identify (UsbDevice *device, UsbIdentifyFunc func, gpointer user)
{
  UsbIdentify *identify = g_new0 (UsbIdentify, 1);
  struct libusb_device_descriptor descriptor;
  identify->device = usb_device_ref (device);
  identify->transfer = usb_transfer_new (device, on_string, identify);
  identify->language = ENGLISH;
  identify->func = func;
  identify->user = user;
  if (libusb_get_device_descriptor (device->device, &descriptor) == LIBUSB_SUCCESS) {
    identify->indexes[STEP_SERIAL] = descriptor.iSerialNumber;
    identify->indexes[STEP_NAME] = descriptor.iProduct;
    identify->indexes[STEP_MAKER] = descriptor.iManufacturer;
  }
  identify->opening = usb_open (device, FALSE, on_open, identify);
  return identify;
}

void
usb_identify_cancel (UsbIdentify *identify)
{
  if (identify->opening != NULL) {
    usb_open_cancel (identify->opening);
    identify_free (identify);
    return;
  }
  identify->is_cancelled = TRUE;
  usb_transfer_cancel (identify->transfer);
}
