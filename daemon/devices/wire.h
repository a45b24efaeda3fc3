/* A wire: the two bulk endpoints of one interface, whatever carries them (libusb, or a script in the tests).
 * Not for protocols: adb.c and fastboot.c say what the bytes mean. At most one read and one write are under way. */
#pragma once
#include <gio/gio.h>

typedef struct _Wire Wire;

/* End of one transfer, always from the main loop, never from inside wire_read or wire_write. data is borrowed and valid
 * until the next wire_read or the end of the call; NULL for a write. error is NULL on success (DEVICE_ERROR otherwise). */
typedef void (*WireFunc) (const guint8 *data, gsize n, const GError *error, gpointer user);

typedef struct {
  void (*read) (Wire *wire, gsize size, guint timeout_ms, WireFunc func, gpointer user);
  void (*write) (Wire *wire, const guint8 *data, gsize n, guint timeout_ms, WireFunc func, gpointer user);
  void (*free) (Wire *wire);
} WireClass;

struct _Wire {
  const WireClass *class;
  gsize packet_size; /* wMaxPacketSize of the bulk endpoints, bytes; never 0 */
};

/* One transfer from the device, of at most `size` bytes rounded up to whole packets (a device may not overflow us).
 * timeout_ms 0 = wait for ever. */
void wire_read (Wire *wire, gsize size, guint timeout_ms, WireFunc func, gpointer user);
/* One transfer to the device; data is copied; n may be 0 (a zero-length packet). */
void wire_write (Wire *wire, const guint8 *data, gsize n, guint timeout_ms, WireFunc func, gpointer user);
/* Ends both directions and frees. No callback is made any more. Accepts NULL. */
void wire_free (Wire *wire);
