// What the transports to a real kernel give beyond those of usb_function.h.
#pragma once

#include "tests/fleet/usb_function.h"

// What the interrupt endpoint of a device says to the host; FALSE when the host does not listen.
gboolean usb_device_interrupt (UsbDevice *device, const guint8 *bytes, gsize length);
