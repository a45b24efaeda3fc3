/* A thread with a clock for the HTTP server: it cuts connections that do not get to the point (libmicrohttpd's own time-out counts
 * inactivity only, which one byte a second beats), and gives the beat of event streams. Sleeps without a connection. */
#pragma once
#include <glib.h>

typedef struct _Watch Watch;
/* beat: called in the watch's thread every beat_s seconds while the watch is beating. */
Watch *watch_new (guint beat_s, void (*beat) (gpointer user), gpointer user);
/* Joins the thread. Accepts NULL. */
void watch_free (Watch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Watch, watch_free)

/* Shuts that socket down unless it is set again or forgotten within so many seconds; 0: no deadline for now. */
void watch_set (Watch *watch, int fd, guint seconds);
/* The socket is about to be closed. After it returns the watch does not touch fd. */
void watch_forget (Watch *watch, int fd);
void watch_set_beating (Watch *watch, gboolean is_beating);
