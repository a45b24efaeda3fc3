/* See recording.h. A recording is its asker's and the list's: the list lets go of it in the main loop, where the bench is. */
#include "daemon/actions/recording.h"
#include <string.h>

struct _Recordings {
  Bench *bench;
  guint settle_ms;
  GMutex lock;     /* of list and idle */
  GPtrArray *list; /* of Recording: those that somebody has not stopped, or that are still to be ended */
  guint idle;
};

struct _Recording {
  gatomicrefcount refs;
  Recordings *all;
  char *port;
  RecordingUntil until;
  Record *record; /* main loop; NULL: not begun */
  gboolean is_begun;
  Code wipe;          /* main loop: the wipe that was seen on that port, or "" */
  char *told;         /* what was told of it last: a note in its story is no news */
  GMutex lock;        /* of func */
  RecordingFunc func; /* NULL: nobody listens */
  gpointer user;
};

gboolean
recording_until_read (const char *word, RecordingUntil *until)
{
  static const char *const words[] = {
      [RECORDING_UNTIL_WIPED] = "wiped",
      [RECORDING_UNTIL_UNPLUGGED] = "unplugged",
      [RECORDING_UNTIL_STOPPED] = "stopped",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (words[i], word) == 0) {
      *until = (RecordingUntil)i;
      return TRUE;
    }
  return FALSE;
}

static void
recording_unref (gpointer data)
{
  Recording *recording = data;
  if (!g_atomic_ref_count_dec (&recording->refs))
    return;
  g_mutex_clear (&recording->lock);
  g_free (recording->port);
  g_free (recording->told);
  g_free (recording);
}

static gboolean
is_heard (Recording *recording)
{
  g_mutex_lock (&recording->lock);
  gboolean is_heard = recording->func != NULL;
  g_mutex_unlock (&recording->lock);
  return is_heard;
}

/* The lock is held meanwhile: recording_stop waits for the end of this call. */
static void
on_line (const char *line, gpointer user)
{
  Recording *recording = user;
  g_mutex_lock (&recording->lock);
  if (recording->func != NULL)
    recording->func (line, recording->user);
  g_mutex_unlock (&recording->lock);
}

static void
begin (Recording *recording)
{
  Recordings *all = recording->all;
  recording->is_begun = TRUE;
  recording->record = bench_record (all->bench, recording->port, all->settle_ms, on_line, recording);
  if (recording->record != NULL)
    return;
  on_line ("{\"t\":0,\"kind\":\"end\",\"because\":\"busy\"}", recording);
  on_line (NULL, recording);
}

/* Main loop. A copy: what is begun may end at once. */
static GPtrArray *
recordings_of (Recordings *all)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (recording_unref);
  g_mutex_lock (&all->lock);
  for (guint i = 0; i < all->list->len; i++) {
    Recording *recording = g_ptr_array_index (all->list, i);
    g_atomic_ref_count_inc (&recording->refs);
    g_ptr_array_add (copy, recording);
  }
  g_mutex_unlock (&all->lock);
  return copy;
}

static void
forget (Recordings *all, Recording *recording)
{
  record_free (g_steal_pointer (&recording->record));
  g_mutex_lock (&all->lock);
  g_ptr_array_remove (all->list, recording);
  g_mutex_unlock (&all->lock);
}

/* Begins those that were asked for, ends those that nobody listens to. */
static gboolean
tend (gpointer user)
{
  Recordings *all = user;
  g_mutex_lock (&all->lock);
  all->idle = 0;
  g_mutex_unlock (&all->lock);
  g_autoptr (GPtrArray) list = recordings_of (all);
  for (guint i = 0; i < list->len; i++) {
    Recording *recording = g_ptr_array_index (list, i);
    if (!is_heard (recording))
      forget (all, recording);
    else if (!recording->is_begun)
      begin (recording);
  }
  return G_SOURCE_REMOVE;
}

/* With the lock held. */
static void
tend_soon (Recordings *all)
{
  if (all->idle == 0)
    all->idle = g_idle_add_full (G_PRIORITY_DEFAULT, tend, all, NULL);
}

Recordings *
recordings_new (Bench *bench, guint settle_ms)
{
  Recordings *all = g_new0 (Recordings, 1);
  all->bench = bench;
  all->settle_ms = settle_ms;
  g_mutex_init (&all->lock);
  all->list = g_ptr_array_new_with_free_func (recording_unref);
  return all;
}

void
recordings_free (Recordings *all)
{
  if (all == NULL)
    return;
  if (all->idle != 0)
    g_source_remove (all->idle);
  g_autoptr (GPtrArray) list = recordings_of (all);
  for (guint i = 0; i < list->len; i++)
    forget (all, g_ptr_array_index (list, i));
  g_ptr_array_unref (all->list);
  g_mutex_clear (&all->lock);
  g_free (all);
}

Recording *
recordings_start (Recordings *all, const char *port, RecordingUntil until, RecordingFunc func, gpointer user)
{
  Recording *recording = g_new0 (Recording, 1);
  g_atomic_ref_count_init (&recording->refs);
  g_atomic_ref_count_inc (&recording->refs); /* one is the list's */
  recording->all = all;
  recording->port = g_strdup (port);
  recording->until = until;
  g_mutex_init (&recording->lock);
  recording->func = func;
  recording->user = user;
  g_mutex_lock (&all->lock);
  g_ptr_array_add (all->list, recording);
  tend_soon (all);
  g_mutex_unlock (&all->lock);
  return recording;
}

void
recording_stop (Recording *recording)
{
  if (recording == NULL)
    return;
  Recordings *all = recording->all;
  g_mutex_lock (&recording->lock);
  recording->func = NULL;
  g_mutex_unlock (&recording->lock);
  g_mutex_lock (&all->lock);
  tend_soon (all);
  g_mutex_unlock (&all->lock);
  recording_unref (recording);
}

/* ---- what happens on the bench ---- */

void
recordings_bench (Recordings *all, const Device *device, BenchEvent event)
{
  if (event != BENCH_LEFT)
    return;
  g_autoptr (GPtrArray) list = recordings_of (all);
  for (guint i = 0; i < list->len; i++) {
    const Recording *recording = g_ptr_array_index (list, i);
    if (recording->record != NULL && recording->until == RECORDING_UNTIL_UNPLUGGED &&
        strcmp (recording->port, device->port) == 0)
      record_end (recording->record, "unplugged");
  }
}

/* A wipe whose evidence is complete may have given its port away: it is still the one that was seen there. */
static gboolean
is_wipe_of (const Recording *recording, const Wipe *wipe)
{
  return g_strcmp0 (recording->port, wipe->port) == 0 || strcmp (recording->wipe, wipe->code) == 0;
}

static void
tell_wipe (Recording *recording, const Wipe *wipe)
{
  const char *state = wipe_state_name (wipe->state), *verdict = wipe_verdict_name (wipe->verdict);
  g_autofree char *now = g_strdup_printf ("%s %s %s", state, wipe->strategy != NULL ? wipe->strategy : "", verdict);
  g_strlcpy (recording->wipe, wipe->code, sizeof recording->wipe);
  if (g_strcmp0 (now, recording->told) == 0)
    return;
  g_free (recording->told);
  recording->told = g_steal_pointer (&now);
  record_wipe (recording->record, state, wipe->strategy, verdict);
}

void
recordings_wipe (Recordings *all, const Wipe *wipe, gboolean is_over)
{
  g_autoptr (GPtrArray) list = recordings_of (all);
  for (guint i = 0; i < list->len; i++) {
    Recording *recording = g_ptr_array_index (list, i);
    if (recording->record == NULL || !is_wipe_of (recording, wipe))
      continue;
    tell_wipe (recording, wipe);
    if (is_over && recording->until == RECORDING_UNTIL_WIPED)
      record_end (recording->record, "wipe_over");
  }
}
