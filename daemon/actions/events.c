/* Who listens, and telling them. A callback may publish, subscribe and unsubscribe: the lock is recursive, and a place that was
 * given up while the list is being walked is swept when nobody walks it any more. */
#include "daemon/actions/events.h"

typedef struct {
  guint id; /* 0: given up */
  EventsFunc func;
  gpointer user;
} Subscriber;

struct _Events {
  GRecMutex lock; /* held while callbacks run: that is what events_unsubscribe waits for */
  GArray *subscribers;
  guint64 number;
  guint last_id;
  guint walking; /* how deep publishing publishes */
};

Events *
events_new (void)
{
  Events *events = g_new0 (Events, 1);
  g_rec_mutex_init (&events->lock);
  events->subscribers = g_array_new (FALSE, FALSE, sizeof (Subscriber));
  return events;
}

void
events_free (Events *events)
{
  if (events == NULL)
    return;
  g_array_unref (events->subscribers);
  g_rec_mutex_clear (&events->lock);
  g_free (events);
}

static void
sweep (Events *events)
{
  for (guint i = events->subscribers->len; i > 0; i--)
    if (g_array_index (events->subscribers, Subscriber, i - 1).id == 0)
      g_array_remove_index (events->subscribers, i - 1);
}

void
events_publish (Events *events, const char *topic, const char *subject)
{
  g_rec_mutex_lock (&events->lock);
  guint64 number = ++events->number;
  guint there_now = events->subscribers->len; /* who subscribes during this event hears the next one */
  events->walking++;
  for (guint i = 0; i < there_now; i++) {
    Subscriber subscriber = g_array_index (events->subscribers, Subscriber, i);
    if (subscriber.id != 0)
      subscriber.func (number, topic, subject, subscriber.user);
  }
  if (--events->walking == 0)
    sweep (events);
  g_rec_mutex_unlock (&events->lock);
}

guint
events_subscribe (Events *events, EventsFunc func, gpointer user)
{
  g_rec_mutex_lock (&events->lock);
  Subscriber subscriber = {.id = ++events->last_id, .func = func, .user = user};
  g_array_append_val (events->subscribers, subscriber);
  g_rec_mutex_unlock (&events->lock);
  return subscriber.id;
}

void
events_unsubscribe (Events *events, guint id)
{
  g_rec_mutex_lock (&events->lock);
  for (guint i = 0; i < events->subscribers->len; i++) {
    Subscriber *subscriber = &g_array_index (events->subscribers, Subscriber, i);
    if (subscriber->id == id)
      subscriber->id = 0;
  }
  if (events->walking == 0)
    sweep (events);
  g_rec_mutex_unlock (&events->lock);
}
