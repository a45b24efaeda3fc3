/* A poll function around the context's own, and a histogram. There is one main loop, and a GPollFunc knows nothing but its descriptors:
 * hence the statics. */
#include "daemon/actions/loop_lag.h"

#define STEP_US 100
#define STEPS   1000 /* the last one holds all that took longer */

static struct {
  GMutex lock;
  GPollFunc poll;       /* the context's own */
  gint64 working_since; /* 0: not yet, or within the poll. The loop's thread only */
  guint64 counts[STEPS];
  LoopLag lag;
} gauge;

static void
count (gint64 worked_us)
{
  gint64 step = MIN (worked_us / STEP_US, STEPS - 1);
  g_mutex_lock (&gauge.lock);
  gauge.counts[step]++;
  gauge.lag.turns++;
  gauge.lag.slow += worked_us > LOOP_LAG_SLOW_US;
  gauge.lag.max_us = MAX (gauge.lag.max_us, worked_us);
  g_mutex_unlock (&gauge.lock);
}

static gint
poll_and_count (GPollFD *fds, guint n, gint timeout_ms)
{
  if (gauge.working_since != 0)
    count (g_get_monotonic_time () - gauge.working_since);
  gint ready = gauge.poll (fds, n, timeout_ms);
  gauge.working_since = g_get_monotonic_time ();
  return ready;
}

void
loop_lag_watch (void)
{
  gauge.poll = g_main_context_get_poll_func (NULL);
  g_main_context_set_poll_func (NULL, poll_and_count);
}

void
loop_lag_read (LoopLag *lag)
{
  guint64 left;
  g_mutex_lock (&gauge.lock);
  *lag = gauge.lag;
  left = gauge.lag.turns / 100; /* so many may be longer */
  for (int step = STEPS - 1; step >= 0 && lag->p99_us == 0 && lag->turns > 0; step--) {
    if (gauge.counts[step] > left)
      lag->p99_us = MIN ((gint64)(step + 1) * STEP_US, lag->max_us);
    else
      left -= gauge.counts[step];
  }
  g_mutex_unlock (&gauge.lock);
}

#define TURNS_MIN 1000 /* fewer say nothing of one in a hundred */

/* Milliseconds, rounded up: what is shown is never less than what was. */
static char *
ms_text (gint64 us)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, (us + 999) / 1000);
}

Finding *
loop_lag_judge (const LoopLag *lag)
{
  if (lag->turns < TURNS_MIN)
    return NULL;
  g_autofree char *most = ms_text (lag->p99_us), *longest = ms_text (lag->max_us), *limit = ms_text (LOOP_LAG_SLOW_US);
  return finding_new (lag->p99_us > LOOP_LAG_SLOW_US ? M_LOOP_SLOW : M_LOOP_GOOD, most, longest, limit, NULL);
}
