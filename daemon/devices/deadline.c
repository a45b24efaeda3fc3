/* A sorted sequence, and a source that is ready when its first one is due. Without a wait there is no source. */
#include "daemon/devices/deadline.h"

static GSequence *waits; /* of Deadline *, borrowed, by due_us; NULL: none is set */
static GSource *source;

static int
compare_due (gconstpointer a, gconstpointer b, gpointer user)
{
  const Deadline *left = a, *right = b;
  (void)user;
  return (left->due_us > right->due_us) - (left->due_us < right->due_us);
}

static Deadline *
first_wait (void)
{
  GSequenceIter *first = waits != NULL ? g_sequence_get_begin_iter (waits) : NULL;
  return first == NULL || g_sequence_iter_is_end (first) ? NULL : g_sequence_get (first);
}

static void
rearm (void)
{
  const Deadline *first = first_wait ();
  if (first != NULL) {
    g_source_set_ready_time (source, first->due_us);
    return;
  }
  g_source_destroy (source);
  g_clear_pointer (&source, g_source_unref);
  g_clear_pointer (&waits, g_sequence_free);
}

static gboolean
dispatch (GSource *self, GSourceFunc callback, gpointer user)
{
  gint64 now_us = g_source_get_time (self);
  (void)callback; /* each wait has its own */
  (void)user;
  /* those due now: one that sets another with nothing to wait for must not keep the loop here */
  for (Deadline *deadline = first_wait (); deadline != NULL && deadline->due_us <= now_us; deadline = first_wait ()) {
    g_sequence_remove (g_steal_pointer (&deadline->place));
    deadline->func (deadline->user);
  }
  if (source != NULL)
    rearm ();
  return G_SOURCE_CONTINUE; /* or it is destroyed already */
}

static GSourceFuncs funcs = {NULL, NULL, dispatch, NULL, NULL, NULL};

static void
start (void)
{
  waits = g_sequence_new (NULL);
  source = g_source_new (&funcs, sizeof (GSource));
  g_source_set_name (source, "deadlines");
  g_source_attach (source, NULL);
}

void
deadline_set (Deadline *deadline, guint ms, DeadlineFunc func, gpointer user)
{
  deadline_clear (deadline);
  if (waits == NULL)
    start ();
  deadline->due_us = g_get_monotonic_time () + (gint64)ms * 1000;
  deadline->func = func;
  deadline->user = user;
  deadline->place = g_sequence_insert_sorted (waits, deadline, compare_due, NULL);
  rearm ();
}

void
deadline_clear (Deadline *deadline)
{
  if (deadline->place == NULL)
    return;
  g_sequence_remove (g_steal_pointer (&deadline->place));
  rearm ();
}

gboolean
deadline_is_set (const Deadline *deadline)
{
  return deadline->place != NULL;
}
