/* The help, written from the table of commands: it cannot forget one. */
#pragma once
#include "cli/commands.h"

/* CommandFunc: `temoin help`, `temoin help lend`. */
Leave help_run (const Session *session, const Typed *typed, GError **error);
/* The list of all commands. Caller frees. */
char *help_list (Language language);
/* One command: how it is typed, its arguments and options. Caller frees. */
char *help_command (const Command *command, Language language);
