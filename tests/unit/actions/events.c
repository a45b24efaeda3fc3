/* Telling whoever listens: numbers without a gap from many threads, and silence after events_unsubscribe. */
#include "daemon/actions/events.h"
#include <string.h>

enum { THREADS = 8, EACH = 2000 };

typedef struct {
  Events *events;
  GString *heard;
  guint64 last;
  guint count, id;
  gboolean in_order;
} Listener;

static void
write_down (guint64 number, const char *topic, const char *subject, gpointer user)
{
  Listener *listener = user;
  g_string_append_printf (listener->heard, "%" G_GUINT64_FORMAT " %s %s;", number, topic, subject);
}

static void
everybody_hears_everything_in_order (void)
{
  g_autoptr (Events) events = events_new ();
  g_autoptr (GString) a = g_string_new (NULL), b = g_string_new (NULL);
  Listener first = {.heard = a}, second = {.heard = b};
  guint id = events_subscribe (events, write_down, &first);
  events_publish (events, "loan", "NAAA");
  events_subscribe (events, write_down, &second);
  events_publish (events, "wipe", "XAAA");
  events_unsubscribe (events, id);
  events_publish (events, "bench", "1-1.2");
  g_assert_cmpstr (a->str, ==, "1 loan NAAA;2 wipe XAAA;");
  g_assert_cmpstr (b->str, ==, "2 wipe XAAA;3 bench 1-1.2;");
}

static void
leave_at_once (guint64 number, const char *topic, const char *subject, gpointer user)
{
  Listener *listener = user;
  write_down (number, topic, subject, user);
  events_unsubscribe (listener->events, listener->id);
}

static void
publish_once_more (guint64 number, const char *topic, const char *subject, gpointer user)
{
  Listener *listener = user;
  write_down (number, topic, subject, user);
  if (number == 1)
    events_publish (listener->events, "again", subject);
}

static void
listener_may_leave_and_publish_while_it_hears (void)
{
  g_autoptr (Events) events = events_new ();
  g_autoptr (GString) a = g_string_new (NULL), b = g_string_new (NULL);
  Listener leaver = {.events = events, .heard = a}, talker = {.events = events, .heard = b};
  leaver.id = events_subscribe (events, leave_at_once, &leaver);
  talker.id = events_subscribe (events, publish_once_more, &talker);
  events_publish (events, "item", "TAAA");
  events_publish (events, "item", "TBBB");
  g_assert_cmpstr (a->str, ==, "1 item TAAA;");
  g_assert_cmpstr (b->str, ==, "1 item TAAA;2 again TAAA;3 item TBBB;");
}

static void
count (guint64 number, const char *topic, const char *subject, gpointer user)
{
  Listener *listener = user;
  (void)topic;
  (void)subject;
  listener->in_order = listener->in_order && number == listener->last + 1;
  listener->last = number;
  listener->count++; /* no lock of its own: the threads take turns */
}

static gpointer
publish_many (gpointer data)
{
  for (int i = 0; i < EACH; i++)
    events_publish (data, "loan", "N");
  return NULL;
}

static void
many_threads_make_one_story (void)
{
  g_autoptr (Events) events = events_new ();
  GThread *threads[THREADS];
  Listener listener = {.in_order = TRUE};
  events_subscribe (events, count, &listener);
  for (int i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("publisher", publish_many, events);
  for (int i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (listener.count, ==, THREADS * EACH);
  g_assert_true (listener.in_order);
}

static void
dereference (guint64 number, const char *topic, const char *subject, gpointer user)
{
  (void)number;
  (void)topic;
  (void)subject;
  *(int *)user += 1; /* freed memory when it is called too late: the sanitizer sees it */
}

static void
nobody_is_called_after_leaving (void)
{
  g_autoptr (Events) events = events_new ();
  GThread *publisher = g_thread_new ("publisher", publish_many, events);
  for (int i = 0; i < EACH; i++) {
    int *mine = g_new0 (int, 1);
    guint id = events_subscribe (events, dereference, mine);
    events_unsubscribe (events, id);
    int after = *mine;
    g_thread_yield ();
    g_assert_cmpint (*mine, ==, after);
    g_free (mine);
  }
  g_thread_join (publisher);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/events/everybody-hears-everything-in-order", everybody_hears_everything_in_order);
  g_test_add_func ("/actions/events/listener-may-leave-and-publish", listener_may_leave_and_publish_while_it_hears);
  g_test_add_func ("/actions/events/many-threads-make-one-story", many_threads_make_one_story);
  g_test_add_func ("/actions/events/nobody-is-called-after-leaving", nobody_is_called_after_leaving);
  return g_test_run ();
}
