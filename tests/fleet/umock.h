// Shared by the files of the umockdev transport (umock_*.c) and by nobody else.
#pragma once

#include "tests/fleet/usb_function.h"

#include <umockdev.h>

#define UMOCK_BUSES       10
#define UMOCK_ADDRESS_MAX 127
#define UMOCK_WDM_MAX     64

// What one /dev/cdc-wdmN answers, whatever modem is behind it.
struct UmockWdm {
  UMockdevIoctlBase *handler; // made with the first modem of that number, NULL before
  gint max_command;           // atomic: read by umockdev's thread
  gboolean is_taken;
  gint clients;               // atomic: programs that hold it open, counted by umockdev's thread
  gint flushes, flushes_seen; // atomic: how often what was unread was forgotten; the same when a program left last
  struct ModemPort *port;     // behind it now, or NULL
};

struct UsbBus {
  UMockdevTestbed *testbed;
  char *root;
  enum UsbNodeKind kind;
  GHashTable *hubs;    // port text of a hub or "usbN" -> its sysfs path
  GHashTable *devices; // port text -> UsbDevice, owned
  guint last_address[UMOCK_BUSES];
  gboolean address_is_taken[UMOCK_BUSES][UMOCK_ADDRESS_MAX + 1];
  GQueue leaving; // of struct Leaving, in umock_bus.c
  struct UmockWdm wdm[UMOCK_WDM_MAX];
};

// The file that clients open and poll. POLLOUT on it means "there is a transfer to reap".
struct UmockNode {
  enum UsbNodeKind kind;
  int fd;         // FIFO: both ends. PTY: the slave
  int master;     // PTY only, otherwise -1
  char *path;     // in the testbed
  char *sys_link; // PTY: ROOT/sys/dev/char/MAJOR:MINOR, NULL for a FIFO
  gboolean ready;
};

// One device on the bus. Reference counted: clients that still hold it open outlive the unplugging.
struct UsbDevice {
  UsbBus *bus; // NULL once detached
  char *port, *syspath, *devname, *char_link;
  guint address;
  struct UsbFunction function;
  GByteArray *descriptors;
  struct UmockNode node;
  UMockdevIoctlBase *handler;
  GPtrArray *clients; // of struct UmockClient, in umock_ioctl.c
};

UsbDevice *umock_device_ref (UsbDevice *device);
void umock_device_unref (UsbDevice *device);

// Makes the node for `device_path` under the testbed `root`. FALSE with error when the system refuses.
gboolean umock_node_open (struct UmockNode *node, enum UsbNodeKind kind, const char *root, const char *device_path,
                          const char *syspath, GError **error);

// Removes the node; clients that hold it see a hang-up (PTY) or a node that stays ready (FIFO).
void umock_node_close (struct UmockNode *node);

// Switches POLLOUT.
void umock_node_set_ready (struct UmockNode *node, gboolean ready);

// The cable is out: fails all pending transfers. Later requests are answered with ENODEV.
void umock_ioctl_fail (UsbDevice *device);

// Starts and ends the serving of ioctls. A client that is being connected when it ends is aborted by the preload library.
gboolean umock_ioctl_start (UsbDevice *device, UMockdevTestbed *testbed, GError **error);
void umock_ioctl_stop (UsbDevice *device, UMockdevTestbed *testbed);
