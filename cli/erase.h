/* `temoin wipe`: asks first, starts the wipe of a tablet, follows it live, takes the technician's sentence, tells the verdict. */
#pragma once
#include "cli/commands.h"

/* CommandFunc. The item may also be the code of a wipe under way: it is then only followed. */
Leave erase_run (const Session *session, const Typed *typed, GError **error);
