// What is the same of a device on every transport: what it says of itself, the two endpoints of the interface that talks, what it has queued
// and the halts. A transport keeps one in each of its devices and moves the bytes.
#pragma once

#include "tests/fleet/usb.h"
#include "tests/fleet/usb_queue.h"

#define USB_SETUP_BYTES 8
#define USB_WAITS       1 // of usb_function_read

// Requests of a class (a modem's), where a kernel driver makes them.
struct UsbClass {
  // Bytes into `answer`, or -1 for STALL.
  int (*control) (gpointer user, const guint8 *setup, const guint8 *out, gsize length, guint8 *answer, gsize capacity);
  // The host reads the interrupt endpoint from now on, or once more.
  void (*listens) (gpointer user);
};

struct UsbFunction {
  struct UsbIdentity identity;           // its texts are owned here
  const struct UsbClass *class_requests; // NULL: none is known
  gpointer class_user;
  const struct UsbGadget *gadget;
  gpointer model;
  struct UsbQueue in;
  gboolean halted_in, halted_out, silent;
};

// Copies the identity. `gadget` and `model` are borrowed. packet_bytes: of the bulk endpoints, unless the
// identity has descriptors of its own.
void usb_function_init (struct UsbFunction *function, const struct UsbIdentity *identity, guint16 packet_bytes,
                        const struct UsbGadget *gadget, gpointer model);
void usb_function_clear (struct UsbFunction *function);

// The talking interface. A device without interfaces of its own (a kernel driver has them all): 0.
guint usb_function_talking (const struct UsbFunction *function);

// Serves a read of the talking interface: moves packets into buffer[*used .. capacity). 0: it is over. USB_WAITS: more must come. -EPIPE,
// -EOVERFLOW: it has failed.
int usb_function_read (struct UsbFunction *function, guint8 *buffer, gsize capacity, gsize *used);

// The host clears the halt of an endpoint. FALSE: this device refuses.
gboolean usb_function_clear_halt (struct UsbFunction *function, guint8 endpoint);

// Answers a control request, whose setup bytes are followed by `out` when it writes. Returns the byte count, or -1 for STALL.
int usb_function_control (struct UsbFunction *function, const guint8 *setup, const guint8 *out, gsize length,
                          guint8 *answer, gsize capacity);

// ---- what a transport gives, so that the calls of the models are the same on each (usb_function.c has them) ----

struct UsbFunction *usb_device_function (UsbDevice *device);

// Serves the reads that wait: the queue or the halts have changed.
void usb_device_pump (UsbDevice *device);
