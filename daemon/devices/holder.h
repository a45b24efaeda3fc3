/* Which other program of this machine has a device's node open, as far as /proc tells: the files of other users' processes cannot be seen.
 * Reads all of /proc: not for the main loop. */
#pragma once
#include <glib.h>
#include <sys/stat.h>

typedef struct {
  int pid;       /* 0: none was found */
  char name[32]; /* "adb", as the kernel has it (at most 15 letters); "" when it cannot be read */
} Holder;

/* Another process than this one that has that file open. Of several the first one whose name is among preferred (NULL-terminated, or NULL). FALSE, and
 * holder untouched, when none can be seen. */
gboolean holder_find (const struct stat *file, const char *const *preferred, Holder *holder);
/* Processes of one of those names, whoever's they are, whatever they hold. Array of Holder; caller unrefs. */
GArray *holder_named (const char *const *names);
