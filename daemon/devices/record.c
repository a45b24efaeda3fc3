/* Lines, and what is plugged in. */
#include "daemon/devices/record.h"

#include <stdlib.h>
#include <string.h>

#define RECORDING_VERSION 1
#define TEXT_MAX          64 /* bytes of a USB string that are told */

struct _Record {
  grefcount refs;
  GPtrArray *records; /* a reference; not owned by it */
  char *port;
  Scrub *scrub;
  gint64 started_us;
  RecordFunc func; /* NULL: it is over */
  gpointer user;
};

Record *
record_ref (Record *record)
{
  g_ref_count_inc (&record->refs);
  return record;
}

void
record_unref (Record *record)
{
  if (!g_ref_count_dec (&record->refs))
    return;
  scrub_free (record->scrub);
  g_ptr_array_unref (record->records);
  g_free (record->port);
  g_free (record);
}

Record *
record_of (const GPtrArray *records, const char *port)
{
  for (guint i = 0; i < records->len; i++) {
    Record *record = g_ptr_array_index (records, i);
    if (strcmp (record->port, port) == 0)
      return record;
  }
  return NULL;
}

Scrub *
record_scrub (Record *record)
{
  return record->scrub;
}

/* ---- lines ---- */

json_t *
record_line (const Record *record, const char *kind)
{
  json_t *line = json_object ();
  json_object_set_new (line, "t", json_integer ((g_get_monotonic_time () - record->started_us) / 1000));
  json_object_set_new (line, "kind", json_string (kind));
  return line;
}

void
record_say (Record *record, json_t *line)
{
  char *text = record->func != NULL ? json_dumps (line, JSON_COMPACT) : NULL;
  json_decref (line);
  if (text != NULL)
    record->func (text, record->user);
  free (text);
}

Record *
record_new (GPtrArray *records, const char *port, guint settle_ms, RecordFunc func, gpointer user)
{
  Record *record = g_new0 (Record, 1);
  g_ref_count_init (&record->refs);
  record->records = g_ptr_array_ref (records);
  record->port = g_strdup (port);
  record->scrub = scrub_new ();
  record->started_us = g_get_monotonic_time ();
  record->func = func;
  record->user = user;
  g_ptr_array_add (records, record);
  record_say (record, json_pack ("{s:i, s:s, s:s, s:i}", "temoin_recording", RECORDING_VERSION, "program",
                                 "temoind " TEMOIN_VERSION, "port", port, "settle_ms", (int)settle_ms));
  return record;
}

void
record_end (Record *record, const char *because)
{
  if (record->func == NULL)
    return;
  json_t *line = record_line (record, "end");
  json_object_set_new (line, "because", json_string (because));
  record_say (record, line);
  g_ptr_array_remove (record->records, record);
  RecordFunc func = g_steal_pointer (&record->func);
  func (NULL, record->user);
}

void
record_free (Record *record)
{
  if (record == NULL)
    return;
  record->func = NULL;
  g_ptr_array_remove (record->records, record); /* an open wire keeps it, in silence */
  record_unref (record);
}

static void
say_text (Record *record, const char *kind, const char *name, const char *text)
{
  json_t *line = record_line (record, kind);
  json_object_set_new (line, name, json_string (text));
  record_say (record, line);
}

void
record_link (Record *record, const char *what)
{
  say_text (record, "link", "is", what);
}

void
record_wipe (Record *record, const char *state, const char *strategy, const char *verdict)
{
  json_t *line = record_line (record, "wipe");
  json_object_set_new (line, "state", json_string (state));
  json_object_set_new (line, "strategy", strategy != NULL ? json_string (strategy) : json_null ());
  json_object_set_new (line, "verdict", json_string (verdict));
  record_say (record, line);
}

/* ---- what is plugged in ---- */

void
record_left (Record *record)
{
  record_say (record, record_line (record, "left"));
}

/* What the maker burnt in. */
static json_t *
plain_text (Record *record, const char *text)
{
  if (text == NULL)
    return json_null ();
  g_autofree char *told = g_strndup (text, TEXT_MAX);
  scrub_plain (record->scrub, told, strlen (told));
  return json_string (told);
}

static json_t *
serial_text (Record *record, const char *serial)
{
  if (serial == NULL)
    return json_null ();
  g_autofree char *told = g_strdup (serial);
  scrub_value (record->scrub, SCRUB_SERIAL, told, strlen (told));
  scrub_plain (record->scrub, told, strlen (told));
  return json_string (told);
}

static json_t *
endpoints_of (const struct libusb_interface_descriptor *interface)
{
  json_t *list = json_array ();
  for (guint8 i = 0; i < interface->bNumEndpoints; i++) {
    const struct libusb_endpoint_descriptor *endpoint = &interface->endpoint[i];
    json_array_append_new (list, json_pack ("{s:i, s:i, s:i, s:i}", "address", endpoint->bEndpointAddress, "attributes",
                                            endpoint->bmAttributes, "packet", endpoint->wMaxPacketSize, "interval",
                                            endpoint->bInterval));
  }
  return list;
}

static void
append_settings (json_t *list, const struct libusb_interface *interface)
{
  for (int i = 0; i < interface->num_altsetting; i++) {
    const struct libusb_interface_descriptor *setting = &interface->altsetting[i];
    json_array_append_new (list, json_pack ("{s:i, s:i, s:i, s:i, s:i, s:o}", "number", setting->bInterfaceNumber,
                                            "setting", setting->bAlternateSetting, "class", setting->bInterfaceClass,
                                            "subclass", setting->bInterfaceSubClass, "protocol",
                                            setting->bInterfaceProtocol, "endpoints", endpoints_of (setting)));
  }
}

/* The numbers of its active configuration; what else stands between them is not told. No transfer is made for it: the system has read them. */
static json_t *
interfaces_of (libusb_device *device)
{
  json_t *list = json_array ();
  struct libusb_config_descriptor *config;
  if (libusb_get_active_config_descriptor (device, &config) != LIBUSB_SUCCESS &&
      libusb_get_config_descriptor (device, 0, &config) != LIBUSB_SUCCESS)
    return list;
  for (guint8 i = 0; i < config->bNumInterfaces; i++)
    append_settings (list, &config->interface[i]);
  libusb_free_config_descriptor (config);
  return list;
}

static const char *
speed_of (libusb_device *device)
{
  static const struct {
    int speed;
    const char *name;
  } speeds[] = {{LIBUSB_SPEED_LOW, "low"},
                {LIBUSB_SPEED_FULL, "full"},
                {LIBUSB_SPEED_HIGH, "high"},
                {LIBUSB_SPEED_SUPER, "super"},
                {LIBUSB_SPEED_SUPER_PLUS, "super_plus"}};
  for (gsize i = 0; i < G_N_ELEMENTS (speeds); i++)
    if (speeds[i].speed == libusb_get_device_speed (device))
      return speeds[i].name;
  return "unknown";
}

void
record_arrived (Record *record, const UsbDevice *usb, gboolean was_there)
{
  struct libusb_device_descriptor device = {0};
  json_t *line = record_line (record, "arrived");
  (void)libusb_get_device_descriptor (usb->device, &device); /* it was read at the arrival: cannot fail */
  json_t *facts =
      json_pack ("{s:b, s:s, s:s, s:i, s:i, s:i, s:i, s:i}", "was_there", was_there, "mode",
                 device_mode_name (usb->face.mode), "speed", speed_of (usb->device), "vendor", usb->vendor, "product",
                 usb->product, "release", device.bcdDevice, "usb", device.bcdUSB, "class", device.bDeviceClass);
  json_object_update (line, facts);
  json_decref (facts);
  /* the serial number first: a maker may have written it into another string too */
  json_object_set_new (line, "serial", serial_text (record, usb->serial));
  json_object_set_new (line, "maker", plain_text (record, usb->maker));
  json_object_set_new (line, "name", plain_text (record, usb->name));
  json_object_set_new (line, "interfaces", interfaces_of (usb->device));
  record_say (record, line);
}
