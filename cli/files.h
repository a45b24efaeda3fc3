/* Files given on the command line: read to be sent, or written whole or not at all. "-" is standard input or output. */
#pragma once
#include "cli/fault.h"
#include "cli/session.h"
#include <stdio.h>

/* A seekable file with what path holds; standard input is first read into an unnamed temporary file. fclose it. NULL with
 * LEAVE_USAGE and a sentence. */
FILE *files_read (const Session *session, const char *path, GError **error);

/* The SHA-256 of what path holds, in hex. NULL as files_read. Caller frees. */
char *files_hash (const Session *session, const char *path, GError **error);

typedef struct _FileOut FileOut;
/* Opens a temporary name in the folder of path. Fails with LEAVE_USAGE when path exists (unless may_replace) or cannot be
 * written. */
FileOut *files_write (const Session *session, const char *path, gboolean may_replace, GError **error);
/* Where to write. Borrowed. */
FILE *files_stream (FileOut *out);
/* Flushes to the disk and gives the file its name; frees out in any case. On failure nothing is left and path is untouched. */
gboolean files_keep (const Session *session, FileOut *out, GError **error);
/* Forgets what was written and frees. Accepts NULL. */
void files_drop (FileOut *out);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FileOut, files_drop)
