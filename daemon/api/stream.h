/* The event streams of /v1/events: each subscriber is a suspended connection that is resumed when there is news. */
#pragma once
#include "daemon/actions/events.h"
#include <microhttpd.h>

#define STREAM_BEAT_S 15  /* a comment line this often tells both ends that the other is there */
#define STREAMS_MAX   100 /* connections */
#define STREAM_PENDING_MAX                                                                                             \
  (256 * 1024) /* bytes a slow reader may be behind before it is dropped: a full bench says 45 KiB at once */

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
/* A comment line to each. Any thread. */
void streams_beat (Streams *streams);
guint streams_count (Streams *streams);
/* Lets every stream end; no new one opens. */
void streams_stop (Streams *streams);
