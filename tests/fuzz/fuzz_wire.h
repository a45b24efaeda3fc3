/* A wire whose device says what the fuzzer says: transfers cut out of its bytes, one after the other, then it is unplugged. What the host
 * writes is taken and forgotten. */
#pragma once
#include "daemon/devices/device.h"
#include "daemon/devices/wire.h"

#define FUZZ_PACKET 64 /* wMaxPacketSize, bytes */

/* The next transfer of the device, from the rest of the input. NULL: there is none. Caller owns. */
typedef GBytes *(*FuzzNext) (const guint8 **data, gsize *n);

typedef struct {
  Wire wire;
  const guint8 *data;
  gsize n;
  FuzzNext next;
  GBytes *lent, *rest; /* a transfer that did not fit into one read goes on in the next */
  WireFunc read_func, write_func;
  gpointer read_user, write_user;
  gsize read_size, written;
  guint idle;
  gboolean is_freed;
} FuzzWire;

static inline gboolean fuzz_wire_turn (gpointer user);

static inline void
fuzz_wire_wake (FuzzWire *wire)
{
  if (wire->idle == 0 && !wire->is_freed && (wire->read_func != NULL || wire->write_func != NULL))
    wire->idle = g_idle_add (fuzz_wire_turn, wire);
}

static inline void
fuzz_wire_end_read (FuzzWire *wire)
{
  WireFunc func = g_steal_pointer (&wire->read_func);
  g_autoptr (GError) gone = g_error_new (DEVICE_ERROR, DEVICE_ERROR_GONE, "unplugged");
  GBytes *all = wire->rest != NULL ? g_steal_pointer (&wire->rest) : wire->next (&wire->data, &wire->n);
  g_clear_pointer (&wire->lent, g_bytes_unref);
  if (all == NULL) {
    func (NULL, 0, gone, wire->read_user);
    return;
  }
  gsize size = g_bytes_get_size (all), taken = MIN (size, wire->read_size);
  /* exactly as long as it is, for the address sanitizer */
  wire->lent = g_bytes_new (g_bytes_get_data (all, NULL), taken);
  if (taken < size)
    wire->rest = g_bytes_new_from_bytes (all, taken, size - taken);
  g_bytes_unref (all);
  func (g_bytes_get_data (wire->lent, NULL), taken, NULL, wire->read_user);
}

static inline gboolean
fuzz_wire_turn (gpointer user)
{
  FuzzWire *wire = user;
  wire->idle = 0;
  if (wire->write_func != NULL) {
    WireFunc func = g_steal_pointer (&wire->write_func);
    func (NULL, wire->written, NULL, wire->write_user);
  } else
    fuzz_wire_end_read (wire);
  fuzz_wire_wake (wire);
  return G_SOURCE_REMOVE;
}

static inline void
fuzz_wire_read (Wire *base, gsize size, guint timeout_ms, WireFunc func, gpointer user)
{
  FuzzWire *wire = (FuzzWire *)base;
  (void)timeout_ms; /* the device always answers, or is gone */
  g_assert_null (wire->read_func);
  wire->read_func = func;
  wire->read_user = user;
  wire->read_size = size;
  fuzz_wire_wake (wire);
}

static inline void
fuzz_wire_write (Wire *base, const guint8 *data, gsize n, guint timeout_ms, WireFunc func, gpointer user)
{
  FuzzWire *wire = (FuzzWire *)base;
  (void)data;
  (void)timeout_ms;
  g_assert_null (wire->write_func);
  wire->write_func = func;
  wire->write_user = user;
  wire->written = n;
  fuzz_wire_wake (wire);
}

static inline void
fuzz_wire_free (Wire *base)
{
  FuzzWire *wire = (FuzzWire *)base;
  wire->is_freed = TRUE;
  g_clear_handle_id (&wire->idle, g_source_remove);
}

static const WireClass fuzz_wire_class = {fuzz_wire_read, fuzz_wire_write, fuzz_wire_free};

static inline void
fuzz_wire_init (FuzzWire *wire, const guint8 *data, gsize n, FuzzNext next)
{
  *wire = (FuzzWire){.wire = {&fuzz_wire_class, FUZZ_PACKET}, .data = data, .n = n, .next = next};
}

static inline void
fuzz_wire_clear (FuzzWire *wire)
{
  g_assert_true (wire->is_freed);
  g_clear_pointer (&wire->lent, g_bytes_unref);
  g_clear_pointer (&wire->rest, g_bytes_unref);
}
