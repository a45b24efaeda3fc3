/* Commands that move whole files: certificate, label (down), import (up); and what those of backup.h move with. */
#pragma once
#include "cli/client.h"
#include "cli/commands.h"

/* All are CommandFuncs. */

/* Writes what the daemon sends to the file of -o (or FILE); a name that ends in .png asks labels as an image. */
Leave transfer_fetch (const Session *session, const Typed *typed, GError **error);
/* Sends a CSV file and shows the verdict of its lines. */
Leave transfer_import (const Session *session, const Typed *typed, GError **error);

/* Asks for target, writes a 2xx answer to file and shows a bar on a terminal. FALSE with LEAVE_UNREACHABLE; look at reply->status. */
gboolean transfer_down (const Session *session, const char *target, FILE *file, Reply *reply, GError **error);
/* Sends the whole of file (seekable) to target in the same way. */
gboolean transfer_up (const Session *session, const char *target, FILE *file, const char *type, Reply *reply,
                      GError **error);
/* "File written: PATH (12.5 MB)" */
void transfer_tell_written (const Session *session, const char *path, guint64 bytes);
