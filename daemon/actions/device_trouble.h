/* Why a device on the bench cannot be talked to, in words that lead to a sentence. */
#pragma once
#include "daemon/devices/device.h"
#include "daemon/rules/message.h"

/* A message's code and arguments, as a wipe's reason ("device_busy_adb|1234"). NULL: nothing is wrong with its link. Caller frees. */
char *device_trouble (const Device *device);
/* Why talking to it failed, in the same manner. error: of DEVICE_ERROR. device: as it is now, NULL when it is no longer there. cable: what its
 * leaving is called by whoever talked to it. Caller frees. */
char *device_failure (const GError *error, const Device *device, MessageId cable);
