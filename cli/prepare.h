/* `temoin prepare`: asks, then follows until the tablet is enrolled or somebody must do something else first. */
#pragma once
#include "cli/commands.h"

/* CommandFunc. */
Leave prepare_run (const Session *session, const Typed *typed, GError **error);
