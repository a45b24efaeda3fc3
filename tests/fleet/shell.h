// What an Android user build answers to shell commands. It changes the tablet only through tablet.h.
#pragma once

#include "tests/fleet/tablet.h"

// One finished command line.
struct ShellResult {
  GString *out, *err;   // owned by the caller of shell_run
  int status;           // exit code of the last command
  gboolean reads_stdin; // `cat`: the stream stays open and echoes
  gsize wants_bytes;    // `cmd package install`: that much is read before it goes on
  gboolean stopped;     // a fault struck: nothing may be sent any more
};

// Runs a command line; commands may be joined with ';'. Fill `result` with zeros; the two strings are made here.
void shell_run (Tablet *tablet, const char *line, struct ShellResult *result);

// Frees the strings.
void shell_result_clear (struct ShellResult *result);
