// The USB bus as the device models see it: attach a device to a port, receive what the host writes, queue what it reads.
// A transport implements these functions (umockdev, in umock_*.c; vhci_hcd, in tests/kernel/); the models know nothing of how.
#pragma once

#include <glib.h>

enum UsbNodeKind {
  USB_NODE_FIFO, // no terminal, so no SIGHUP for clients
  USB_NODE_PTY,  // a character device, which stock adb needs
};

#define USB_PACKET_BYTES   512 // wMaxPacketSize of bulk endpoints at high speed, and 64 at full speed
#define USB_INTERFACES_MAX 3

struct UsbInterface {
  guint8 class_code, subclass, protocol;
  const char *name;
};

// What a device says of itself. Texts may be "" (then it has no such string) and belong to the caller.
struct UsbIdentity {
  guint16 vendor, product;
  const char *maker, *model, *serial;
  guint n_interfaces; // the last one is the function that talks; the others are mute
  struct UsbInterface interfaces[USB_INTERFACES_MAX];
  GByteArray *
      descriptors; // of the device, then of its configuration, instead of `interfaces`; NULL: made from what stands above
  guint8 in, out; // with them: the endpoints of the function that talks; 0: it has none
  guint16 packet; // wMaxPacketSize of the bulk endpoints: with them, or set by the transport
  gboolean is_super_speed;
  gboolean refuses_clear_halt;
  guint16 max_control; // bytes, for an MBIM function (it has no `interfaces` of its own then); 0 for anything else
};

// What a model wants to hear. Called in the main loop; the model may detach its device from inside.
struct UsbGadget {
  // A host program wants an interface of the device. 0: it may; else the errno it is told (EBUSY: another program holds it).
  int (*claimed) (gpointer model, guint interface);
  // One host transfer arrived on the OUT endpoint of the talking interface; length 0 is a zero-length packet.
  void (*received) (gpointer model, const guint8 *bytes, gsize length);
};

typedef struct UsbBus UsbBus;
typedef struct UsbDevice UsbDevice;

// What the transport needs of the process before anything else; it may start the program again. argv: as it was given.
void usb_prepare (char **argv);

// Makes an empty bus. NULL with error when the testbed cannot be made.
UsbBus *usb_bus_new (enum UsbNodeKind kind, GError **error);

// Removes the bus and everything below it. NULL is accepted. Devices must be detached before.
void usb_bus_free (UsbBus *bus);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsbBus, usb_bus_free)

// Where clients find the bus (their UMOCKDEV_DIR). Owned by the bus.
const char *usb_bus_root (const UsbBus *bus);

// TRUE for texts such as "1-1.2": a bus number from 1 to 9, then port numbers.
gboolean usb_port_is_valid (const char *port);

// Makes a device appear on a port under a new address; missing hubs appear first. The device belongs to the bus until
// usb_device_detach. `gadget` and `model` must live as long as the device. NULL with error when the port is taken.
UsbDevice *usb_device_attach (UsbBus *bus, const char *port, const struct UsbIdentity *identity,
                              const struct UsbGadget *gadget, gpointer model, GError **error);

// The cable goes, or the device leaves the bus: pending transfers fail, `device` is dead for the caller.
void usb_device_detach (UsbDevice *device);

// USB address on its bus, 1 to 127.
guint usb_device_address (const UsbDevice *device);

// wMaxPacketSize of its bulk endpoints: 512 at high speed, 64 at full speed.
guint usb_device_packet_bytes (UsbDevice *device);

// Queues bytes on the IN endpoint of the talking interface. A length that is a multiple of its packets does not end the host's transfer by
// itself, as on a wire.
void usb_device_send (UsbDevice *device, const guint8 *bytes, gsize length);

// Forgets what was queued and not read yet.
void usb_device_flush (UsbDevice *device);

// Both endpoints answer STALL until the host clears the halt.
void usb_device_halt (UsbDevice *device);

// The device stays visible and never answers again; only usb_device_detach ends it.
void usb_device_silence (UsbDevice *device);
