// Applications on an emulated tablet: installed, administrator, device owner, and the broadcast that makes one of them wipe. From the
// documents of DevicePolicyManager and the texts of `dpm`, `pm`, `am`; not from the daemon.
#pragma once

#include "tests/fleet/shell.h"

// `pm path PACKAGE`, `pm list users`.
void apps_pm (Tablet *tablet, char **words, struct ShellResult *result);

// `dpm list-owners`, `set-device-owner COMPONENT`, `set-active-admin COMPONENT`.
void apps_dpm (Tablet *tablet, char **words, struct ShellResult *result);

// `am broadcast ...`: to the component of an owner or administrator (-n) it wipes; anything else changes nothing.
void apps_am (Tablet *tablet, char **words, struct ShellResult *result);

// `cmd package install -S BYTES`: waits for that many bytes (result->wants_bytes).
void apps_package (Tablet *tablet, char **words, struct ShellResult *result);

// The bytes have come: what is installed is the package that they name ("PK" and the name, our own stand-in for an APK). Returns what
// the tablet prints; the caller owns it.
char *apps_install (Tablet *tablet, const guint8 *bytes, gsize length);
