/* The lines of an event stream (text/event-stream) cut into events, whatever the way the bytes arrive. No network here. */
#pragma once
#include <glib.h>

typedef struct _Sse Sse;
/* topic: "message" when the stream gave none. data: may be "". Both borrowed for the call. */
typedef void (*SseFunc) (const char *topic, const char *data, gpointer user);

/* func is called once for each complete event, from sse_feed. */
Sse *sse_new (SseFunc func, gpointer user);
/* Accepts NULL. */
void sse_free (Sse *sse);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sse, sse_free)
/* Takes the next bytes, in pieces of any size. Line ends: LF, CR LF or CR. What would make a line or an event longer than
 * 64 KiB is dropped with the event it belongs to. */
void sse_feed (Sse *sse, const char *bytes, gsize length);
/* The stream was lost: what is not complete is forgotten. */
void sse_reset (Sse *sse);
