/* What probes and strategies need of the bench beyond device.h. Private to this folder. */
#pragma once
#include "daemon/devices/adb.h"
#include "daemon/devices/device.h"
#include "daemon/devices/fastboot.h"

/* The open link of that plug-in; NULL with an error when it is over (DEVICE_ERROR_GONE) or of another kind or not READY
 * (DEVICE_ERROR_UNSUPPORTED). Borrowed: valid until the main loop runs again. */
Adb *bench_adb (Bench *bench, guint64 session, GError **error);
/* What bench_configure was told. Never NULL. */
const StrategySettings *bench_settings (const Bench *bench);
Fastboot *bench_fastboot (Bench *bench, guint64 session, GError **error);
