/* Which interfaces make a face: adb and fastboot by their three numbers, MTP shown, hubs and keyboards not. */
#include "daemon/devices/usb_face.h"

#define BULK LIBUSB_TRANSFER_TYPE_BULK
#define IN   LIBUSB_ENDPOINT_IN

static const struct libusb_endpoint_descriptor pair[] = {
    {.bEndpointAddress = 1, .bmAttributes = BULK, .wMaxPacketSize = 512},
    {.bEndpointAddress = 2 | IN, .bmAttributes = BULK, .wMaxPacketSize = 512},
    {.bEndpointAddress = 3 | IN, .bmAttributes = LIBUSB_TRANSFER_TYPE_INTERRUPT, .wMaxPacketSize = 8},
};

/* One interface per triple of class, subclass, protocol; n_endpoints as many of the pair above. */
static gboolean
face_of (guint8 device_class, const guint8 (*triples)[3], guint8 n, guint8 n_endpoints, UsbFace *face)
{
  struct libusb_interface_descriptor settings[4] = {0};
  struct libusb_interface interfaces[4] = {0};
  for (guint8 i = 0; i < n; i++) {
    settings[i] = (struct libusb_interface_descriptor){
        .bInterfaceNumber = i,
        .bInterfaceClass = triples[i][0],
        .bInterfaceSubClass = triples[i][1],
        .bInterfaceProtocol = triples[i][2],
        .bNumEndpoints = n_endpoints,
        .endpoint = pair,
    };
    interfaces[i] = (struct libusb_interface){.altsetting = &settings[i], .num_altsetting = 1};
  }
  struct libusb_config_descriptor config = {.bNumInterfaces = n, .interface = interfaces};
  return usb_face_read (device_class, &config, face);
}

static void
test_adb (void)
{
  static const guint8 composite[][3] = {{0xff, 0xff, 0x00}, {0xff, 0x42, 0x01}};
  UsbFace face;
  g_assert_true (face_of (0xef, composite, 2, 3, &face));
  g_assert_cmpint (face.mode, ==, DEVICE_ADB);
  g_assert_cmpint (face.interface, ==, 1);
  g_assert_cmphex (face.in, ==, 0x82);
  g_assert_cmphex (face.out, ==, 0x01);
  g_assert_cmpuint (face.packet_size, ==, 512);
}

static void
test_fastboot (void)
{
  static const guint8 bootloader[][3] = {{0xff, 0x42, 0x03}};
  UsbFace face;
  g_assert_true (face_of (0, bootloader, 1, 2, &face));
  g_assert_cmpint (face.mode, ==, DEVICE_FASTBOOT);
}

static void
test_plain (void)
{
  static const guint8 mtp[][3] = {{0x06, 0x01, 0x01}};
  static const guint8 vendor[][3] = {{0x08, 0x06, 0x50}, {0xff, 0x00, 0x00}};
  static const guint8 lame[][3] = {{0xff, 0x42, 0x01}};
  UsbFace face;
  g_assert_true (face_of (0, mtp, 1, 3, &face));
  g_assert_cmpint (face.mode, ==, DEVICE_PLAIN);
  g_assert_true (face_of (0, vendor, 2, 3, &face));
  g_assert_cmpint (face.mode, ==, DEVICE_PLAIN);
  g_assert_true (face_of (0, lame, 1, 1, &face)); /* adb without its second endpoint */
  g_assert_cmpint (face.mode, ==, DEVICE_PLAIN);
}

static void
test_hidden (void)
{
  static const guint8 keyboard[][3] = {{0x03, 0x01, 0x01}};
  static const guint8 storage[][3] = {{0x08, 0x06, 0x50}};
  static const guint8 camera[][3] = {{0x06, 0x02, 0x01}};
  static const guint8 hub[][3] = {{0xff, 0x42, 0x01}};
  UsbFace face = {.interface = 77};
  g_assert_false (face_of (0, keyboard, 1, 2, &face));
  g_assert_false (face_of (0, storage, 1, 2, &face));
  g_assert_false (face_of (0, camera, 1, 2, &face));
  g_assert_false (face_of (0, hub, 0, 0, &face));
  g_assert_false (face_of (LIBUSB_CLASS_HUB, hub, 1, 2, &face));
  g_assert_cmpint (face.interface, ==, 77); /* untouched */
}

/* A modem's port is found beside MTP, and makes no tablet of a stick; adb goes before it. */
static void
test_modem_port (void)
{
  static const guint8 samsung[][3] = {{0x06, 0x01, 0x01}, {0x02, 0x02, 0x01}, {0x0a, 0x00, 0x00}};
  static const guint8 debugging[][3] = {{0x02, 0x02, 0x01}, {0x0a, 0x00, 0x00}, {0xff, 0x42, 0x01}};
  static const guint8 backwards[][3] = {{0x06, 0x01, 0x01}, {0x0a, 0x00, 0x00}, {0x02, 0x02, 0x01}};
  static const guint8 network[][3] = {{0x06, 0x01, 0x01}, {0x02, 0x0d, 0x00}, {0x0a, 0x00, 0x01}};
  static const guint8 stick[][3] = {{0x02, 0x02, 0x01}, {0x0a, 0x00, 0x00}};
  UsbFace face;
  g_assert_true (face_of (0, samsung, 3, 3, &face));
  g_assert_cmpint (face.mode, ==, DEVICE_PLAIN);
  g_assert_cmpint (face.control, ==, 1);
  g_assert_cmpint (face.interface, ==, 2);
  g_assert_cmphex (face.in, ==, 0x82);
  g_assert_cmphex (face.out, ==, 0x01);
  g_assert_cmpuint (face.packet_size, ==, 512);
  g_assert_true (face_of (0, debugging, 3, 3, &face));
  g_assert_cmpint (face.mode, ==, DEVICE_ADB);
  g_assert_cmpint (face.control, ==, -1);
  g_assert_true (face_of (0, samsung, 3, 1, &face)); /* without the second endpoint */
  g_assert_cmpint (face.control, ==, -1);
  g_assert_true (face_of (0, backwards, 3, 3, &face));
  g_assert_cmpint (face.control, ==, -1);
  g_assert_true (face_of (0, network, 3, 3, &face));
  g_assert_cmpint (face.control, ==, -1);
  g_assert_false (face_of (0, stick, 2, 3, &face));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/usb-face/finds-adb-beside-others", test_adb);
  g_test_add_func ("/devices/usb-face/finds-fastboot", test_fastboot);
  g_test_add_func ("/devices/usb-face/shows-portable-devices", test_plain);
  g_test_add_func ("/devices/usb-face/finds-a-modem-port-beside-mtp", test_modem_port);
  g_test_add_func ("/devices/usb-face/hides-what-is-no-tablet", test_hidden);
  return g_test_run ();
}
