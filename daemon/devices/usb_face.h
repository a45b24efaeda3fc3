/* What a USB configuration offers us, by its interfaces (never by the device class). No I/O. */
#pragma once
#include "daemon/devices/device.h"

#include <libusb.h>

typedef struct {
  DeviceMode mode;
  int control; /* plain: number of the control interface of a modem's port (CDC-ACM), whose data interface is below. -1: none */
  int interface;       /* number; likewise the rest: meaningless when plain without such a port */
  guint8 in, out;      /* addresses of the bulk endpoints */
  guint16 packet_size; /* wMaxPacketSize, bytes; the larger of both */
} UsbFace;

/* FALSE, face untouched, for what does not belong on the bench: hubs, keyboards, plain storage ... */
gboolean usb_face_read (guint8 device_class, const struct libusb_config_descriptor *config, UsbFace *face);
