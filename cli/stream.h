/* The daemon's live news (/v1/events): wait for something to look at again, for a key, or for Ctrl-C. */
#pragma once
#include "cli/session.h"

typedef struct _Stream Stream;

typedef enum {
  STREAM_NEWS = 1,      /* a wipe or the bench changed (or the stream was lost and may have missed it): look again */
  STREAM_INPUT = 2,     /* standard input can be read */
  STREAM_INTERRUPT = 4, /* Ctrl-C or SIGTERM; taken off. Always waited for, as the next one */
  STREAM_RESIZED = 8,   /* the terminal has another size; taken off */
} StreamWhat;

/* Starts listening; never fails: a stream that cannot be opened, or ends, is opened again at the next waits. */
Stream *stream_open (const Session *session);
/* Accepts NULL. */
void stream_free (Stream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stream, stream_free)
/* Waits at most timeout_ms. Returns a set of StreamWhat; 0 when the time is over. wakes: a set of STREAM_NEWS and STREAM_INPUT; news that come while they
 * are not waited for are kept for later. */
int stream_wait (Stream *stream, int wakes, int timeout_ms);

/* For whoever asks at each news: did the daemon answer this time? FALSE when it never did, or has been silent for a minute
 * (a restart of the daemon takes less, and a wipe goes on after it). */
gboolean stream_is_patient (Stream *stream, gboolean is_answered);
