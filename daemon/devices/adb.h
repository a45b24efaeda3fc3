/* One adb connection over a wire: greeting, authentication, streams (AOSP adb/protocol.txt).
 * Not for what is said over a stream (shell.c), nor for finding devices (bench.c). */
#pragma once
#include "daemon/devices/adb_key.h"
#include "daemon/devices/wire.h"

typedef struct _Adb Adb;

typedef enum {
  ADB_GREETING,  /* (again) before the device's CNXN */
  ADB_NEEDS_TAP, /* our public key was offered; silence until somebody taps */
  ADB_UNTRUSTED, /* our signature was refused and the key may not be offered. Last call; the wire is closed */
  ADB_READY,
  ADB_LOST, /* error is set. Last call; the wire is closed, every stream has ended */
} AdbState;
typedef void (*AdbFunc) (AdbState state, const GError *error, gpointer user);

/* Takes the wire and sends our CNXN; tells each change of state from the main loop. key: borrowed, must outlive it.
 * timeout_ms: how long the device may be silent while greeting (not while it waits for a tap). */
Adb *adb_new (Wire *wire, const AdbKey *key, gboolean offers_key, guint timeout_ms, AdbFunc func, gpointer user);
/* Closes the wire; every stream ends with DEVICE_ERROR_GONE now; func is not called. Accepts NULL. */
void adb_free (Adb *adb);
/* May streams be opened now? */
gboolean adb_is_ready (const Adb *adb);
/* READY: does it speak shell v2 (exit codes)? */
gboolean adb_has_shell_v2 (const Adb *adb);
/* READY: did the device ask who we are and take our key? FALSE when it let us in without asking (trade-in mode, test build):
 * then being let in says nothing about a former trust. */
gboolean adb_has_asked (const Adb *adb);

/* What a stream's owner is told. Always from the main loop. */
typedef struct {
  void (*written) (gpointer user); /* the OPEN with the service's name has left: the device may act on it */
  void (*data) (const guint8 *data, gsize n, gpointer user);
  void (*closed) (const GError *error, gpointer user); /* last call. NULL = closed by the device after it was opened */
} AdbStreamFuncs;
/* Opens a service. Only when READY. funcs: static. Returns the stream's number, never 0. */
guint32 adb_stream_open (Adb *adb, const char *service, const AdbStreamFuncs *funcs, gpointer user);
/* Queues bytes for the device: one WRTE at a time, each waits for its OKAY. No effect when the stream is over. */
void adb_stream_write (Adb *adb, guint32 stream, const guint8 *data, gsize n);
/* Ends the stream; its owner is not called any more. No effect when it is over. */
void adb_stream_close (Adb *adb, guint32 stream);
/* Stops calling the owner but leaves the stream open until the device closes it (its output is read and dropped): what
 * runs behind it is not killed. */
void adb_stream_forget (Adb *adb, guint32 stream);
