/* Moving the register to another database, as one person sees it from one terminal. The daemon does the work: this end may leave. */
#pragma once
#include "cli/commands.h"

/* CommandFunc: asks, starts the move, follows it with a bar on standard error, and says what to do next. */
Leave migrate_run (const Session *session, const Typed *typed, GError **error);
