// The bytes by which a device describes itself, and its answers to standard control requests. No transport in here.
#pragma once

#include "tests/fleet/usb.h"

#define USB_FIRST_IN  0x81 // IN endpoint of interface 0; interface N has USB_FIRST_IN + N
#define USB_FIRST_OUT 0x01 // OUT endpoint of interface 0

// Device descriptor followed by the configuration, as usbfs gives them. The caller owns the array.
GByteArray *usb_descriptors_new (const struct UsbIdentity *identity);

// The endpoints of the function that talks; 0: none does.
guint8 usb_in_of (const struct UsbIdentity *identity);
guint8 usb_out_of (const struct UsbIdentity *identity);

// wMaxPacketSize of them, never 0.
gsize usb_packet_of (const struct UsbIdentity *identity);

// Answers a control request (8 setup bytes) into `answer` and returns the byte count, or -1 for STALL.
int usb_descriptors_answer (const struct UsbIdentity *identity, const guint8 *setup, guint8 *answer, gsize capacity);
