/* Reading of what an arriving tablet prints of its storage, its battery and its IMEI. No I/O; private to this folder. */
#pragma once
#include <glib.h>

/* `df -k /data`: bytes of the file system, -1 when that cannot be read. */
gint64 arrival_storage (const char *text);
/* `dumpsys battery`, its line "health: N" (BatteryManager.BATTERY_HEALTH_*): "good" "overheat" "dead" "over_voltage" "failure" "cold", or
 * NULL. Static. */
const char *arrival_battery (const char *text);
/* `service call iphonesubinfo ...`, a Parcel in hexadecimal with its letters beside it: exactly 15 digits, or NULL. Caller frees. */
char *arrival_imei (const char *text);
