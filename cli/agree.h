/* The question before what cannot be taken back. */
#pragma once
#include "cli/commands.h"

typedef struct {
  Text question;
  Text needs_yes; /* why nothing is done without a terminal and without --yes */
  Text declined;  /* what did not happen */
} Agreement;
/* TRUE with --yes, or when the person at the terminal says so. Else error is needs_yes (LEAVE_USAGE) or declined (LEAVE_REFUSED). */
gboolean agree (const Session *session, const Typed *typed, const Agreement *agreement, GError **error);
