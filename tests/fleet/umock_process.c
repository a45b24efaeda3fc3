// What umockdev wants of the process that emulates.
#include "tests/fleet/usb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PRELOAD "libumockdev-preload.so.0"

// umockdev's events reach clients only if this process runs under the preload as well: starts itself again with it.
void
usb_prepare (char **argv)
{
  const char *loaded = g_getenv ("LD_PRELOAD");
  if (loaded != NULL && strstr (loaded, PRELOAD) != NULL)
    return;
  g_autofree char *both = loaded != NULL ? g_strconcat (loaded, " " PRELOAD, NULL) : g_strdup (PRELOAD);
  g_setenv ("LD_PRELOAD", both, TRUE);
  const char *asan = g_getenv ("ASAN_OPTIONS"); // a sanitized build finds the preload before its own runtime
  g_autofree char *asan_both = g_strconcat (asan != NULL ? asan : "", ":verify_asan_link_order=0", NULL);
  g_setenv ("ASAN_OPTIONS", asan_both, TRUE);
  execv ("/proc/self/exe", argv);
  perror ("temoin-fleet: exec");
  exit (EXIT_FAILURE);
}
