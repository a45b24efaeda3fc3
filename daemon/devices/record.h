/* A recording while it is made: lines of JSON about one port (docs/decisions/0025-recordings.md has the format). Nothing is sent because of it, and nothing
 * is told that scrub_table.c does not let through. Private to this folder; the seam is device.h. */
#pragma once
#include "daemon/devices/device.h"
#include "daemon/devices/scrub.h"
#include "daemon/devices/usb.h"
#include "daemon/devices/wire.h"

#include <jansson.h>

/* records: where it stands while it goes on; it keeps a reference. */
Record *record_new (GPtrArray *records, const char *port, guint settle_ms, RecordFunc func, gpointer user);
Record *record_ref (Record *record);
void record_unref (Record *record);
/* The one of that port that goes on, or NULL. Borrowed. */
Record *record_of (const GPtrArray *records, const char *port);
Scrub *record_scrub (Record *record);

/* A line of that kind, dated now; record_say takes it. Nothing is said any more once the recording is over. */
json_t *record_line (const Record *record, const char *kind);
void record_say (Record *record, json_t *line);

/* was_there: it was plugged in before the recording began. */
void record_arrived (Record *record, const UsbDevice *usb, gboolean was_there);
void record_left (Record *record);
/* What became of an attempt to talk to it: device_link_name, "opened", "opened_before" (not recorded) or "closed". */
void record_link (Record *record, const char *what);

/* ---- what is said over one link ---- */

typedef enum { RECORD_HOST, RECORD_TABLET } RecordSide;
typedef struct _RecordLink RecordLink;
/* mode: adb or fastboot. Keeps a reference to the recording. */
RecordLink *record_link_new (Record *record, DeviceMode mode);
/* One transfer. */
void record_link_said (RecordLink *link, RecordSide side, const guint8 *data, gsize n);
void record_link_failed (RecordLink *link, RecordSide side, const GError *error);
/* Tells what is not told yet of the answers under way, and that the link is closed. */
void record_link_free (RecordLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecordLink, record_link_free)

/* A wire that passes on everything as it is, and tells the recording. Takes the wire. */
Wire *record_wire_new (Record *record, Wire *wire, DeviceMode mode);
