/* What the two kinds of fastboot share. Private to this folder. */
#pragma once
#include "daemon/devices/strategy.h"

/* What stands against erasing there; is_userspace: as fastbootd, else as a bootloader. */
const char *strategy_fastboot_objection (const DeviceFacts *facts, gboolean is_userspace);
/* The start of both: serial, erasures, reboot. */
void strategy_fastboot_start (Bench *bench, guint64 session, const char *expected_serial, GCancellable *cancellable,
                              StrategyFunc func, gpointer user);
