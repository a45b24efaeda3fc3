// A modem on the bus, as its model sees it: shown on a port, control messages in and out. A transport implements these
// functions (today umockdev and a terminal, in umock_modem.c); the model knows nothing of how.
#pragma once

#include "tests/fleet/usb.h"

typedef struct ModemPort ModemPort;

struct ModemShape {
  const struct UsbIdentity *identity; // with max_control set
  const char *driver;                 // the kernel driver that its interface is bound to
  int node;                           // N of /dev/cdc-wdmN, -1 for the lowest free number
  guint max_command;                  // bytes, what IOCTL_WDM_MAX_COMMAND says; 0: the kernel does not know that ioctl
};

// What a model wants to hear. Called in the main loop; the model may detach its port from inside.
struct ModemEar {
  // A piece of what a host program writes, cut anywhere.
  void (*received) (gpointer model, const guint8 *bytes, gsize length);
  // So many host programs hold the node open now. When the last one leaves, what it has not read is forgotten.
  void (*held) (gpointer model, guint programs);
};

// Shows a modem on a port: the USB device, its interface, its node and its network interface. `ear` must live as long as the
// port. NULL with error when the port or the node is taken.
ModemPort *modem_port_attach (UsbBus *bus, const char *port, const struct ModemShape *shape, const struct ModemEar *ear,
                              gpointer model, GError **error);

// The cable goes: hosts that hold the node see a hang-up. `port` is dead for the caller.
void modem_port_detach (ModemPort *port);

// Queues one control message for the host. `piece` is how many bytes are written at once, 0 for all.
void modem_port_send (ModemPort *port, const guint8 *bytes, gsize length, guint piece);

// Forgets what was queued and not read yet.
void modem_port_flush (ModemPort *port);

// N of /dev/cdc-wdmN.
guint modem_port_node (const ModemPort *port);
