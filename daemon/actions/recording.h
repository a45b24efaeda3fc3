/* Recordings of ports, from whoever asked for them (any thread) to the bench (the main loop), and their lines back. Nothing is kept: a line that was given
 * away is forgotten. */
#pragma once
#include "daemon/devices/device.h"
#include "db/records.h"

/* When a recording ends by itself. */
typedef enum {
  RECORDING_UNTIL_WIPED,     /* a wipe on that port is over: attested, failed, cancelled */
  RECORDING_UNTIL_UNPLUGGED, /* the tablet left */
  RECORDING_UNTIL_STOPPED,   /* never: whoever asked stops it */
} RecordingUntil;
/* "wiped" "unplugged" "stopped"; FALSE, until untouched, for another word. */
gboolean recording_until_read (const char *word, RecordingUntil *until);

typedef struct _Recordings Recordings; /* of one bench */
typedef struct _Recording Recording;   /* one of them */

/* line: without its end; NULL after the last one, which says why. Called in the main loop; must not block, nor stop the recording. */
typedef void (*RecordingFunc) (const char *line, gpointer user);

/* bench: borrowed, must outlive it. settle_ms: see bench_record. */
Recordings *recordings_new (Bench *bench, guint settle_ms);
/* Main loop; every recording must have been stopped. Accepts NULL. */
void recordings_free (Recordings *recordings);

/* Starts soon. A port that is recorded already, or one too many, ends at once with the word "busy". Any thread. Stop it in any case. */
Recording *recordings_start (Recordings *recordings, const char *port, RecordingUntil until, RecordingFunc func,
                             gpointer user);
/* func is not called any more once this returns. Any thread but from inside func. Accepts NULL. */
void recording_stop (Recording *recording);

/* What the bench and the wipes on it do. is_over: the wipe's last step is written and its link is closed. Main loop. */
void recordings_bench (Recordings *recordings, const Device *device, BenchEvent event);
void recordings_wipe (Recordings *recordings, const Wipe *wipe, gboolean is_over);
