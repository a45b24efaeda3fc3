// The bootloader of an emulated tablet: variables, erase, download, flash, restart. Written from fastboot's own document.
#pragma once

#include "tests/fleet/tablet.h"

// Model of TABLET_FASTBOOT.
extern const struct TabletModel fastboot_model;
