// The commands of the control socket, one line each. `wait` and `quit` are in control.c: they answer later, or not at all.
#pragma once

#include "tests/fleet/fleet.h"

// Obeys one line and returns the answer, "ok ..." or "error ...", without a newline. The caller owns the text.
char *commands_run (struct Fleet *fleet, const char *line);
