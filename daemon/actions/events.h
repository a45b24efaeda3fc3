/* News for whoever watches (the desk, `temoin bench watch`): small, without content, after the change is durable. Thread-safe. */
#pragma once
#include <glib.h>

typedef struct _Events Events;
/* Called in the publisher's thread; must not block. number counts from 1 without gap. */
typedef void (*EventsFunc) (guint64 number, const char *topic, const char *subject, gpointer user);

Events *events_new (void);
void events_free (Events *events);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Events, events_free)
/* topic: "wipe" "bench" "loan" "item" ... ; subject: a code or a port. */
void events_publish (Events *events, const char *topic, const char *subject);
guint events_subscribe (Events *events, EventsFunc func, gpointer user);
/* After it returns, func is not running and will not run again. */
void events_unsubscribe (Events *events, guint id);
