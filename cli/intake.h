/* A tablet that comes in: read over the cable, shown beside the register, taken over when the technician says so. */
#pragma once
#include "cli/commands.h"

/* CommandFunc: "intake [PORT]". LEAVE_DEVICE when it cannot be read. */
Leave intake_run (const Session *session, const Typed *typed, GError **error);
