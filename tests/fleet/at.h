// The AT port of an emulated Samsung tablet: what is known of its answer comes from programs that others have published, not from the daemon.
#pragma once

#include "tests/fleet/tablet.h"

// Model of TABLET_PLAIN when it shows such a port.
extern const struct TabletModel at_model;
