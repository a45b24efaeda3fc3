/* A configuration and a string as a device gives them: the face that is read of the first lies in what was given; the second is printable
 * text. First octet: the device's class. The octets become what libusb makes of them: arrays exactly as long as they say. */
#include "daemon/devices/usb_face.h"
#include "daemon/devices/usb_text.h"

#include <stddef.h>
#include <stdint.h>

#define INTERFACE_BYTES 9
#define ENDPOINT_BYTES  7
#define MANY            32

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef struct {
  struct libusb_interface_descriptor settings[MANY];
  struct libusb_interface interfaces[MANY];
  guint8 n;
} Config;

static void
add_interface (Config *config, const guint8 *bytes)
{
  if (config->n == MANY)
    return;
  struct libusb_interface_descriptor *setting = &config->settings[config->n];
  *setting = (struct libusb_interface_descriptor){.bInterfaceNumber = bytes[2],
                                                  .bInterfaceClass = bytes[5],
                                                  .bInterfaceSubClass = bytes[6],
                                                  .bInterfaceProtocol = bytes[7]};
  /* an interface without any setting is what libusb gives for a broken one */
  config->interfaces[config->n++] =
      (struct libusb_interface){.altsetting = setting, .num_altsetting = bytes[3] == 0xff ? 0 : 1};
}

static void
add_endpoint (Config *config, const guint8 *bytes)
{
  if (config->n == 0)
    return;
  struct libusb_interface_descriptor *setting = &config->settings[config->n - 1];
  struct libusb_endpoint_descriptor *list = g_memdup2 (setting->endpoint, setting->bNumEndpoints * sizeof *list);
  g_free ((gpointer)setting->endpoint);
  list = g_renew (struct libusb_endpoint_descriptor, list, setting->bNumEndpoints + 1u);
  list[setting->bNumEndpoints++] = (struct libusb_endpoint_descriptor){
      .bEndpointAddress = bytes[2], .bmAttributes = bytes[3], .wMaxPacketSize = (guint16)(bytes[4] | bytes[5] << 8)};
  setting->endpoint = list;
}

static void
read_config (Config *config, const guint8 *data, gsize size)
{
  while (size >= 2 && data[0] >= 2 && data[0] <= size) {
    if (data[1] == LIBUSB_DT_INTERFACE && data[0] >= INTERFACE_BYTES)
      add_interface (config, data);
    else if (data[1] == LIBUSB_DT_ENDPOINT && data[0] >= ENDPOINT_BYTES)
      add_endpoint (config, data);
    size -= data[0];
    data += data[0];
  }
}

static void
check_face (const UsbFace *face)
{
  g_assert_true (face->control < 0 || face->mode == DEVICE_PLAIN);
  if (face->mode == DEVICE_PLAIN && face->control < 0)
    return;
  g_assert_true ((face->in & LIBUSB_ENDPOINT_IN) != 0 && (face->out & LIBUSB_ENDPOINT_IN) == 0);
  g_assert_true (face->out != 0 && face->packet_size > 0 && face->packet_size <= 0x7ff);
}

static void
check_text (const guint8 *data, gsize size)
{
  g_autofree char *text = usb_text_read (data, size);
  if (text == NULL)
    return;
  g_assert_true (*text != '\0' && g_utf8_validate (text, -1, NULL));
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    g_assert_true (g_unichar_isprint (g_utf8_get_char (p)));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Config config = {.n = 0};
  UsbFace face = {.mode = DEVICE_PLAIN};
  if (size == 0)
    return 0;
  read_config (&config, data + 1, size - 1);
  const struct libusb_config_descriptor descriptor = {.bNumInterfaces = config.n, .interface = config.interfaces};
  if (usb_face_read (data[0], &descriptor, &face))
    check_face (&face);
  for (guint8 i = 0; i < config.n; i++)
    g_free ((gpointer)config.settings[i].endpoint);
  check_text (data + 1, size - 1);
  return 0;
}
