/* A table of the interfaces that matter, matched against a configuration descriptor. */
#include "daemon/devices/usb_face.h"

#define ANY (-1)

/* First match wins; a device may have several. */
static const struct {
  int class, subclass, protocol;
  DeviceMode mode;
} faces[] = {
    {0xff, 0x42, 0x01, DEVICE_ADB},
    {0xff, 0x42, 0x03, DEVICE_FASTBOOT},
    {0x06, 0x01, 0x01, DEVICE_PLAIN}, /* PTP, and MTP under its name */
    {0xff, ANY, ANY, DEVICE_PLAIN},   /* MTP of most makers; vendor ports */
};

static gboolean
matches (int wanted, guint8 value)
{
  return wanted == ANY || wanted == value;
}

/* FALSE when one of the two bulk endpoints is missing. */
static gboolean
read_endpoints (const struct libusb_interface_descriptor *interface, UsbFace *face)
{
  for (guint8 i = 0; i < interface->bNumEndpoints; i++) {
    const struct libusb_endpoint_descriptor *endpoint = &interface->endpoint[i];
    if ((endpoint->bmAttributes & LIBUSB_TRANSFER_TYPE_MASK) != LIBUSB_TRANSFER_TYPE_BULK)
      continue;
    guint8 address = endpoint->bEndpointAddress;
    guint8 *slot = (address & LIBUSB_ENDPOINT_IN) != 0 ? &face->in : &face->out;
    *slot = address;
    face->packet_size = MAX (face->packet_size, endpoint->wMaxPacketSize & 0x7ff);
  }
  return face->in != 0 && face->out != 0 && face->packet_size != 0;
}

static const struct libusb_interface_descriptor *
find_interface (const struct libusb_config_descriptor *config, gsize row)
{
  for (guint8 i = 0; i < config->bNumInterfaces; i++) {
    if (config->interface[i].num_altsetting < 1)
      continue;
    const struct libusb_interface_descriptor *found = &config->interface[i].altsetting[0];
    if (matches (faces[row].class, found->bInterfaceClass) &&
        matches (faces[row].subclass, found->bInterfaceSubClass) &&
        matches (faces[row].protocol, found->bInterfaceProtocol))
      return found;
  }
  return NULL;
}

/* Its control interface (USB CDC PSTN 1.2: abstract control, AT commands) and, behind it, the data interface. It makes no tablet of what is none:
 * sticks and boards have such a port too. */
static void
find_modem_port (const struct libusb_config_descriptor *config, UsbFace *face)
{
  int control = -1;
  for (guint8 i = 0; i < config->bNumInterfaces; i++) {
    if (config->interface[i].num_altsetting < 1)
      continue;
    const struct libusb_interface_descriptor *found = &config->interface[i].altsetting[0];
    UsbFace port = {.mode = DEVICE_PLAIN, .control = control, .interface = found->bInterfaceNumber};
    if (found->bInterfaceClass == LIBUSB_CLASS_COMM && found->bInterfaceSubClass == 0x02 &&
        found->bInterfaceProtocol == 0x01)
      control = found->bInterfaceNumber;
    else if (control >= 0 && found->bInterfaceClass == LIBUSB_CLASS_DATA && read_endpoints (found, &port)) {
      *face = port;
      return;
    }
  }
}

gboolean
usb_face_read (guint8 device_class, const struct libusb_config_descriptor *config, UsbFace *face)
{
  if (device_class == LIBUSB_CLASS_HUB)
    return FALSE;
  for (gsize row = 0; row < G_N_ELEMENTS (faces); row++) {
    const struct libusb_interface_descriptor *interface = find_interface (config, row);
    if (interface == NULL)
      continue;
    UsbFace seen = {.mode = faces[row].mode, .control = -1, .interface = interface->bInterfaceNumber};
    if (seen.mode != DEVICE_PLAIN && !read_endpoints (interface, &seen))
      seen.mode = DEVICE_PLAIN;
    if (seen.mode == DEVICE_PLAIN)
      find_modem_port (config, &seen);
    *face = seen;
    return TRUE;
  }
  return FALSE;
}
