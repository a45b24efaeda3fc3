// The adbd of an emulated tablet: packets, authentication, streams. Written from adb's protocol documents; it knows the
// tablet (tablet.h) and the USB bus (usb.h), and no host code.
#pragma once

#include "tests/fleet/tablet.h"

// Model of TABLET_ADB.
extern const struct TabletModel adb_model;
