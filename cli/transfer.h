/* Commands that move whole files: certificate, label, backup (down), import, restore (up). */
#pragma once
#include "cli/commands.h"

/* All are CommandFuncs. */

/* Writes what the daemon sends to the file of -o (or FILE); a name that ends in .png asks labels as an image. */
Leave transfer_fetch (const Session *session, const Typed *typed, GError **error);
/* Sends a CSV file and shows the verdict of its lines. */
Leave transfer_import (const Session *session, const Typed *typed, GError **error);
/* Puts a backup in the place of the register, after a question on a terminal or with --yes. */
Leave transfer_restore (const Session *session, const Typed *typed, GError **error);
