/* Why a device on the bench cannot be talked to, in words that lead to a sentence. */
#pragma once
#include "daemon/devices/device.h"

/* A message's code and arguments, as a wipe's reason ("device_busy_adb|1234"). NULL: nothing is wrong with its link. Caller frees. */
char *device_trouble (const Device *device);
