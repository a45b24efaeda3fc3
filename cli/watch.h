/* The USB bench as a table: once, or redrawn at each change. */
#pragma once
#include "cli/commands.h"

/* CommandFunc: `temoin bench list`. */
Leave watch_once (const Session *session, const Typed *typed, GError **error);
/* CommandFunc: `temoin bench watch`: on a terminal a table that redraws itself until q or Ctrl-C; else a line for each change. */
Leave watch_run (const Session *session, const Typed *typed, GError **error);
