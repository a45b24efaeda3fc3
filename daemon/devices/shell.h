/* One command of the tablet's shell, run over an adb connection, with its output and exit code.
 * Not for the meaning of what it prints (dumpsys.c, props.c). */
#pragma once
#include "daemon/devices/adb.h"

#define SHELL_EXIT_UNKNOWN (-1)
/* What the old shell, which tells no exit code, is made to print behind the output. */
#define SHELL_EXIT_MARK    "rc="
#define SHELL_EXIT_ECHO    ";echo " SHELL_EXIT_MARK "$?"

typedef struct {
  const char *command;
  const char
      *until; /* the request ends well as soon as this text was printed; the command goes on. NULL = until it ends */
  guint timeout_ms;
  GBytes *
      input; /* borrowed, or NULL. With it the command runs under "exec:": these bytes are its standard input, its exit code is
                  * not known */
} ShellRequest;

typedef struct {
  const char *out;     /* what it printed (stdout; without shell v2 also stderr), up to now. Never NULL */
  const char *err;     /* stderr. Never NULL */
  int exit_code;       /* SHELL_EXIT_UNKNOWN when it did not end, or did not say */
  gboolean is_written; /* the command has left for the device: it may have been run whatever the error says */
} ShellResult;

/* Called once, from the main loop or from adb_free. result and its texts: borrowed. error: NULL when the command ended (with
 * any exit code) or `until` was seen; DEVICE_ERROR_GONE, _TIMEOUT, _REFUSED, _PROTOCOL; G_IO_ERROR_CANCELLED. */
typedef void (*ShellFunc) (const ShellResult *result, const GError *error, gpointer user);

/* adb must be READY. cancellable: NULL or borrowed until the answer. request is copied. */
void shell_run (Adb *adb, const ShellRequest *request, GCancellable *cancellable, ShellFunc func, gpointer user);
