/* A recording of one port of the bench, written to a file as it comes. */
#pragma once
#include "cli/commands.h"

/* CommandFunc: until the daemon ends it, or Ctrl-C. What has come is kept in any case. */
Leave record_run (const Session *session, const Typed *typed, GError **error);
