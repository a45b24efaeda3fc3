/* Answers without a known end: the news of /v1/events, and recordings of the bench. Each is a suspended connection that is resumed when there is something to
 * tell. */
#pragma once
#include "daemon/actions/events.h"
#include "daemon/actions/recording.h"
#include <microhttpd.h>

#define STREAM_BEAT_S 15  /* a comment line this often tells both ends that the other is there */
#define STREAMS_MAX   100 /* connections */
#define STREAM_PENDING_MAX                                                                                             \
  (256 * 1024) /* bytes a slow reader may be behind before it is dropped: a full bench says 45 KiB at once */

/* The same for a recording: the answers of a tablet come in one piece. Then its last line says so. */
#define RECORDING_PENDING_MAX (4 * 1024 * 1024)

typedef struct _Streams Streams;
/* What a piece of news tells beyond its subject: the name of the member that holds it (static), and its JSON; *name NULL when that topic tells
 * nothing more. NULL with a name: the subject is no more. Called in the publisher's thread; must not block. The caller frees the text. */
typedef char *(*StreamsTell) (const char *topic, const char *subject, const char **name, gpointer user);
/* Subscribes to events (borrowed). */
Streams *streams_new (Events *events, StreamsTell tell, gpointer user);
/* After the last stream ended. Accepts NULL. */
void streams_free (Streams *streams);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Streams, streams_free)

/* The endless answer for that connection, to be queued and destroyed by the caller; NULL when there are too many, or when stopping. */
struct MHD_Response *streams_open (Streams *streams, struct MHD_Connection *connection);
/* The same for the lines of a recording of that port, which ends as recordings_start says; empty lines between them mean nothing. */
struct MHD_Response *streams_record (Streams *streams, struct MHD_Connection *connection, Recordings *recordings,
                                     const char *port, RecordingUntil until);
/* A comment, or an empty line, to each. Any thread. */
void streams_beat (Streams *streams);
guint streams_count (Streams *streams);
/* Lets every stream end; no new one opens. */
void streams_stop (Streams *streams);
