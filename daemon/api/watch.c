#include "daemon/api/watch.h"
#include <sys/socket.h>

#define NEVER G_MAXINT64

struct _Watch {
  GMutex lock;
  GCond changed;
  GThread *thread;
  GHashTable *deadlines; /* fd -> gint64 *, monotonic microseconds */
  gint64 next_beat;      /* or NEVER */
  gint64 sleeps_until;   /* what the thread waits for */
  guint beat_s;
  void (*beat) (gpointer user);
  gpointer user;
  gboolean is_stopping;
};

/* Cuts what is late. The earliest instant at which there is something to do again. */
static gint64
cut_late (Watch *watch, gint64 now)
{
  GHashTableIter each;
  gpointer fd, value;
  gint64 earliest = watch->next_beat;
  g_hash_table_iter_init (&each, watch->deadlines);
  while (g_hash_table_iter_next (&each, &fd, &value)) {
    gint64 *deadline = value;
    if (*deadline <= now) {
      (void)shutdown (GPOINTER_TO_INT (fd), SHUT_RDWR); /* already gone: just as well */
      *deadline = NEVER;
    }
    earliest = MIN (earliest, *deadline);
  }
  return earliest;
}

/* The lock is released around the beat: it takes the streams' lock. */
static void
give_beat (Watch *watch, gint64 now)
{
  if (watch->next_beat > now)
    return;
  watch->next_beat = now + (gint64)watch->beat_s * G_USEC_PER_SEC;
  g_mutex_unlock (&watch->lock);
  watch->beat (watch->user);
  g_mutex_lock (&watch->lock);
}

static gpointer
run (gpointer data)
{
  Watch *watch = data;
  g_mutex_lock (&watch->lock);
  while (!watch->is_stopping) {
    gint64 now = g_get_monotonic_time ();
    give_beat (watch, now);
    gint64 earliest = cut_late (watch, now);
    if (watch->is_stopping)
      break;
    watch->sleeps_until = earliest;
    if (earliest == NEVER)
      g_cond_wait (&watch->changed, &watch->lock);
    else
      (void)g_cond_wait_until (&watch->changed, &watch->lock, earliest); /* woken or late: look again */
  }
  g_mutex_unlock (&watch->lock);
  return NULL;
}

Watch *
watch_new (guint beat_s, void (*beat) (gpointer user), gpointer user)
{
  Watch *watch = g_new0 (Watch, 1);
  g_mutex_init (&watch->lock);
  g_cond_init (&watch->changed);
  watch->deadlines = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  watch->next_beat = NEVER;
  watch->beat_s = beat_s;
  watch->beat = beat;
  watch->user = user;
  watch->thread = g_thread_new ("http-watch", run, watch);
  return watch;
}

void
watch_free (Watch *watch)
{
  if (watch == NULL)
    return;
  g_mutex_lock (&watch->lock);
  watch->is_stopping = TRUE;
  g_cond_signal (&watch->changed);
  g_mutex_unlock (&watch->lock);
  g_thread_join (watch->thread);
  g_hash_table_unref (watch->deadlines);
  g_cond_clear (&watch->changed);
  g_mutex_clear (&watch->lock);
  g_free (watch);
}

void
watch_set (Watch *watch, int fd, guint seconds)
{
  gint64 *deadline = g_new (gint64, 1);
  *deadline = seconds == 0 ? NEVER : g_get_monotonic_time () + (gint64)seconds * G_USEC_PER_SEC;
  g_mutex_lock (&watch->lock);
  g_hash_table_insert (watch->deadlines, GINT_TO_POINTER (fd), deadline);
  if (*deadline < watch->sleeps_until) /* a later one is seen when the thread next wakes */
    g_cond_signal (&watch->changed);
  g_mutex_unlock (&watch->lock);
}

void
watch_forget (Watch *watch, int fd)
{
  g_mutex_lock (&watch->lock);
  g_hash_table_remove (watch->deadlines, GINT_TO_POINTER (fd));
  g_mutex_unlock (&watch->lock);
}

void
watch_set_beating (Watch *watch, gboolean is_beating)
{
  g_mutex_lock (&watch->lock);
  if (!is_beating)
    watch->next_beat = NEVER;
  else if (watch->next_beat == NEVER)
    watch->next_beat = g_get_monotonic_time () + (gint64)watch->beat_s * G_USEC_PER_SEC;
  g_cond_signal (&watch->changed);
  g_mutex_unlock (&watch->lock);
}
