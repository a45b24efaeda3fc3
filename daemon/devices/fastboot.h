/* One fastboot connection over a wire: a command, its replies, the next command.
 * Not for what to erase and when: strategy_fastboot.c. */
#pragma once
#include "daemon/devices/wire.h"

#define FASTBOOT_COMMAND_MAX 64 /* bytes: what the oldest bootloaders take */

typedef struct _Fastboot Fastboot;

/* value: the text of OKAY ("" when empty), or of FAIL with DEVICE_ERROR_REFUSED; NULL on another error. is_written: the
 * command has left for the device. Called once, from the loop or from fastboot_free. Errors: _REFUSED, _GONE, _TIMEOUT,
 * _PROTOCOL, G_IO_ERROR_CANCELLED (also when the wire is lost: see fastboot_is_open). */
typedef void (*FastbootFunc) (const char *value, gboolean is_written, const GError *error, gpointer user);
/* The wire is of no more use (error says why); every command has been answered. Last call. */
typedef void (*FastbootLostFunc) (const GError *error, gpointer user);

/* Takes the wire. Sends nothing. */
Fastboot *fastboot_new (Wire *wire, FastbootLostFunc lost, gpointer user);
/* Commands not answered end with DEVICE_ERROR_GONE now. Accepts NULL. */
void fastboot_free (Fastboot *fastboot);
/* FALSE once the wire is lost. */
gboolean fastboot_is_open (const Fastboot *fastboot);
/* Queues a command of at most FASTBOOT_COMMAND_MAX bytes. A command that is cancelled while the device works at it costs the
 * wire: there is no way to take it back. Time-outs: 30 s of silence (each INFO or TEXT starts them again), 10 minutes in all. */
void fastboot_run (Fastboot *fastboot, const char *command, GCancellable *cancellable, FastbootFunc func,
                   gpointer user);
