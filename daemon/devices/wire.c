/* The common part of all wires: whole packets, and the calls into the one who carries. */
#include "daemon/devices/wire.h"

void
wire_read (Wire *wire, gsize size, guint timeout_ms, WireFunc func, gpointer user)
{
  gsize packets = (size + wire->packet_size - 1) / wire->packet_size;
  wire->class->read (wire, MAX (packets, 1) * wire->packet_size, timeout_ms, func, user);
}

void
wire_write (Wire *wire, const guint8 *data, gsize n, guint timeout_ms, WireFunc func, gpointer user)
{
  wire->class->write (wire, data, n, timeout_ms, func, user);
}

void
wire_free (Wire *wire)
{
  if (wire != NULL)
    wire->class->free (wire);
}
