/* All the waits of a bench with an end, as one source of the main loop: with 45 tablets each waiting for several things, the loop still looks at one
 * instant, the next one. Main loop's thread only. */
#pragma once
#include <glib.h>

typedef void (*DeadlineFunc) (gpointer user);

/* One wait; part of whatever waits, which must not move in memory while it is set. All zeros: not set. */
typedef struct {
  GSequenceIter *place; /* NULL: not set */
  gint64 due_us;        /* monotonic */
  DeadlineFunc func;
  gpointer user;
} Deadline;

/* func is called once from the loop when ms have passed; it is not set any more then, and may be set again or freed. Replaces the wait before. */
void deadline_set (Deadline *deadline, guint ms, DeadlineFunc func, gpointer user);
/* It will not be called. Also when it is not set. */
void deadline_clear (Deadline *deadline);
gboolean deadline_is_set (const Deadline *deadline);
