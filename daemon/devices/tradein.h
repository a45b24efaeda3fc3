/* Reading of what Android 16's `tradeinmode getstatus` prints (private to this folder; the seam is device.h). No I/O. */
#pragma once
#include "daemon/devices/device.h"

/* text: the whole output. NULL with DEVICE_ERROR_PROTOCOL when it is not the JSON object that AOSP prints, is too long, says one thing
 * twice, or does not tell the state of Google's lock; DEVICE_ERROR_REFUSED with its words when the tablet answers that it is not in
 * trade-in mode. Free with tradein_status_free. */
TradeinStatus *tradein_parse (const char *text, GError **error);
/* May this go into the command line? 1 to 128 letters and digits (the limit of Android's key attestation). */
gboolean tradein_challenge_is_plain (const char *challenge);
