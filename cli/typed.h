/* Reads the words and options of the command line against the table of commands. Asks nothing, prints nothing. */
#pragma once
#include "cli/commands.h"

/* arguments: without the program's name; borrowed. Fills session (socket, is_json, is_help ...) and typed; typed is cleared
 * with typed_clear. A Fault of LEAVE_USAGE names what is wrong and the nearest right word. Outputs on success only. */
gboolean typed_read (Session *session, const char *const *arguments, Typed *typed, GError **error);
void typed_clear (Typed *typed);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Typed, typed_clear)

/* A parameter without field: its text, or NULL when it was not given. Borrowed. */
const char *typed_text (const Typed *typed, const char *name);
gboolean typed_has (const Typed *typed, const char *name);

/* The value of --lang, before anything else is read (so that the first complaint is in the right language); NULL: none. */
const char *typed_language (const char *const *arguments);

/* The path and query of the request: {field} filled, escaped; for GET and for uploads the other fields become the query.
 * Caller frees. */
char *typed_target (const Typed *typed);
/* The body of a POST: the fields that the path did not take, plus the fixed one. Caller frees with free(). */
char *typed_body (const Typed *typed);
