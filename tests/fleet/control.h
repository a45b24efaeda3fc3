// The control socket: who is connected, who waits for what. What commands mean is in commands.c.
#pragma once

#include "tests/fleet/fleet.h"

struct Control;

// Listens on a Unix socket at `path`; `quit` ends `loop`. Both stay the caller's. NULL with error when it cannot listen.
struct Control *control_new (struct Fleet *fleet, const char *path, GMainLoop *loop, GError **error);

// Stops listening and removes the socket. NULL is accepted.
void control_free (struct Control *control);

// Client side: sends one command and prints the answer. Returns 0 on "ok", 1 on "error", 3 when nobody listens.
int control_send (const char *path, const char *command);
