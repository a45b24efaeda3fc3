/* Between a link and its wire, as thin as can be: the same transfers, in the same order, with the same ends. */
#include "daemon/devices/record.h"

typedef struct {
  Wire wire;
  Wire *inner;
  RecordLink *link;
  WireFunc read_func, write_func;
  gpointer read_user, write_user;
} RecordWire;

static void
on_read (const guint8 *data, gsize n, const GError *error, gpointer user)
{
  RecordWire *wire = user;
  WireFunc func = wire->read_func; /* it may read again, or free us */
  gpointer func_user = wire->read_user;
  if (error != NULL)
    record_link_failed (wire->link, RECORD_TABLET, error);
  else
    record_link_said (wire->link, RECORD_TABLET, data, n);
  func (data, n, error, func_user);
}

static void
on_written (const guint8 *data, gsize n, const GError *error, gpointer user)
{
  RecordWire *wire = user;
  WireFunc func = wire->write_func;
  gpointer func_user = wire->write_user;
  if (error != NULL)
    record_link_failed (wire->link, RECORD_HOST, error);
  func (data, n, error, func_user);
}

static void
record_wire_read (Wire *base, gsize size, guint timeout_ms, WireFunc func, gpointer user)
{
  RecordWire *wire = (RecordWire *)base;
  wire->read_func = func;
  wire->read_user = user;
  wire_read (wire->inner, size, timeout_ms, on_read, wire);
}

static void
record_wire_write (Wire *base, const guint8 *data, gsize n, guint timeout_ms, WireFunc func, gpointer user)
{
  RecordWire *wire = (RecordWire *)base;
  wire->write_func = func;
  wire->write_user = user;
  record_link_said (wire->link, RECORD_HOST, data, n);
  wire_write (wire->inner, data, n, timeout_ms, on_written, wire);
}

static void
record_wire_free (Wire *base)
{
  RecordWire *wire = (RecordWire *)base;
  wire_free (wire->inner);
  record_link_free (wire->link);
  g_free (wire);
}

static const WireClass record_wire_class = {
    .read = record_wire_read,
    .write = record_wire_write,
    .free = record_wire_free,
};

Wire *
record_wire_new (Record *record, Wire *inner, DeviceMode mode)
{
  RecordWire *wire = g_new0 (RecordWire, 1);
  wire->wire = (Wire){.class = &record_wire_class, .packet_size = inner->packet_size};
  wire->inner = inner;
  wire->link = record_link_new (record, mode);
  return &wire->wire;
}
