/* The watch: late connections are cut, others are not, and the beat is given only while it is wanted. */
#include "daemon/api/watch.h"
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 10000

typedef struct {
  GMutex lock;
  GCond heard;
  guint beats;
} Ear;

static void
on_beat (gpointer user)
{
  Ear *ear = user;
  g_mutex_lock (&ear->lock);
  ear->beats++;
  g_cond_signal (&ear->heard);
  g_mutex_unlock (&ear->lock);
}

static void
no_beat (gpointer user)
{
  (void)user;
  g_assert_not_reached ();
}

/* Does the other end see the end of the stream within ms? */
static gboolean
is_cut (int fd, int ms)
{
  struct pollfd watched = {.fd = fd, .events = POLLIN};
  char byte;
  return poll (&watched, 1, ms) == 1 && read (fd, &byte, 1) == 0;
}

static void
test_cut (void)
{
  int late[2], fine[2], set_again[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, late), ==, 0);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fine), ==, 0);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, set_again), ==, 0);
  g_autoptr (Watch) watch = watch_new (60, no_beat, NULL);
  watch_set (watch, fine[0], 0);
  watch_set (watch, set_again[0], 1);
  watch_set (watch, late[0], 1);
  watch_set (watch, set_again[0], 60);
  g_assert_true (is_cut (late[1], PATIENCE_MS));
  g_assert_false (is_cut (fine[1], 0));
  g_assert_false (is_cut (set_again[1], 0));
  for (int i = 0; i < 2; i++) {
    close (late[i]);
    close (fine[i]);
    close (set_again[i]);
  }
}

/* The number of a closed socket is given again: the watch must have let go of it. */
static void
test_forget (void)
{
  int forgotten[2], late[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, forgotten), ==, 0);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, late), ==, 0);
  g_autoptr (Watch) watch = watch_new (60, no_beat, NULL);
  watch_set (watch, forgotten[0], 1);
  watch_forget (watch, forgotten[0]);
  watch_set (watch, late[0], 1);
  g_assert_true (is_cut (late[1], PATIENCE_MS));
  g_assert_false (is_cut (forgotten[1], 0));
  for (int i = 0; i < 2; i++) {
    close (forgotten[i]);
    close (late[i]);
  }
}

static void
test_beat (void)
{
  Ear ear = {0};
  g_mutex_init (&ear.lock);
  g_cond_init (&ear.heard);
  g_autoptr (Watch) watch = watch_new (1, on_beat, &ear);
  watch_set_beating (watch, TRUE);
  g_mutex_lock (&ear.lock);
  gint64 until = g_get_monotonic_time () + PATIENCE_MS * 1000;
  while (ear.beats < 2)
    g_assert_true (g_cond_wait_until (&ear.heard, &ear.lock, until));
  g_mutex_unlock (&ear.lock);
  watch_set_beating (watch, FALSE);
  g_clear_pointer (&watch, watch_free);
  g_cond_clear (&ear.heard);
  g_mutex_clear (&ear.lock);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/api/watch/cuts-what-is-late-and-nothing-else", test_cut);
  g_test_add_func ("/api/watch/forgets-what-is-closed", test_forget);
  g_test_add_func ("/api/watch/beats-while-it-is-wanted", test_beat);
  return g_test_run ();
}
