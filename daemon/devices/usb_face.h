/* What a USB configuration offers us, by its interfaces (never by the device class). No I/O. */
#pragma once
#include "daemon/devices/device.h"

#include <libusb.h>

typedef struct {
  DeviceMode mode;
  int interface;       /* number; meaningless when plain */
  guint8 in, out;      /* addresses of the bulk endpoints */
  guint16 packet_size; /* wMaxPacketSize, bytes; the larger of both */
} UsbFace;

/* FALSE, face untouched, for what does not belong on the bench: hubs, keyboards, plain storage ... */
gboolean usb_face_read (guint8 device_class, const struct libusb_config_descriptor *config, UsbFace *face);
