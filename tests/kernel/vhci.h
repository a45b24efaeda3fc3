// Shared by the files of the vhci transport (vhci_*.c) and by nobody else.
#pragma once

#include "tests/fleet/usb_function.h"

// One URB of the kernel's as it comes over the socket (Documentation/usb/usbip_protocol.rst).
struct VhciUrb {
  guint32 number; // "seqnum", its name
  gboolean is_in;
  guint32 endpoint;
  guint32 length; // of its buffer, bytes
  guint8 setup[USB_SETUP_BYTES];
  guint8 *buffer; // of a read that waits: what has come so far
  gsize used;
};

struct UsbDevice {
  UsbBus *bus;
  char *name; // its port in the scenario
  guint port; // of vhci_hcd
  int fd;
  struct UsbFunction function;
  gboolean is_opened;
  GQueue waiting;               // of struct VhciUrb: reads of the talking endpoint
  GQueue interrupts;            // of struct VhciUrb: reads of the modem's interrupt endpoint
  GByteArray *heard;            // of the socket, not understood yet
  guint source, retry;          // reads the socket; tries the port again
  gboolean is_hearing, is_dead; // detached while it hears: freed afterwards
  // Answers a class request of an interface: bytes into `answer`, or -1 for STALL. NULL: none is known.
  int (*control) (UsbDevice *device, const guint8 *setup, const guint8 *out, gsize length, guint8 *answer,
                  gsize capacity);
  gpointer control_user;
};

// A URB is over. bytes: what was read, NULL after a write.
void vhci_answer (UsbDevice *device, const struct VhciUrb *urb, int status, const guint8 *bytes, gsize length);

// What the modem's interrupt endpoint says to the oldest read that waits; FALSE when none does.
gboolean vhci_interrupt (UsbDevice *device, const guint8 *bytes, gsize length);

// Called whenever a read of the interrupt endpoint has come.
void vhci_modem_listen (UsbDevice *device);
