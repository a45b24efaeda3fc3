// Android 16's `tradeinmode` command: the status of a reset tablet, with an attestation over the host's challenge, and the ways in which
// a tablet may lie about it. Shares no code with the daemon's reader.
#pragma once

#include "tests/fleet/shell.h"

// `tradeinmode getstatus [-challenge TEXT]`, words[0] being the command.
void tradein_run (Tablet *tablet, char **words, struct ShellResult *result);

// SHA-256, in hex, of the public key of the root that signs for every tablet of this fleet. The caller owns the text.
char *tradein_root (void);
