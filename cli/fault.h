/* How the command line fails: exit codes, and the GError that carries one. Not for what the server refuses (answer.h). */
#pragma once
#include "cli/language.h"

/* The exit codes of the contract (docs/man/temoin.1). */
typedef enum {
  LEAVE_DONE = 0,
  LEAVE_REFUSED = 1,     /* a rule said no */
  LEAVE_USAGE = 2,       /* what was typed or given cannot be read */
  LEAVE_UNREACHABLE = 3, /* the daemon does not answer, or is in trouble */
  LEAVE_NOT_FOUND = 4,
  LEAVE_DEVICE = 5, /* the tablet failed, or its wipe did not end well */
} Leave;

/* GErrors of this domain have a Leave as code and a whole sentence in the reader's language as message. */
#define FAULT_ERROR (fault_quark ())
GQuark fault_quark (void);

/* Sets error to that sentence. */
void fault_set (GError **error, Leave leave, Language language, const char *fr, const char *en, ...)
    G_GNUC_PRINTF (4, 6) G_GNUC_PRINTF (5, 6);

/* The stable word printed in parentheses after a sentence of our own: "usage", "unreachable" ... Static. */
const char *fault_code (Leave leave);

/* The exit code for an HTTP status. */
Leave fault_leave_of_status (long status);
