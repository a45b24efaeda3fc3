/* How long the main loop keeps the bench waiting: the time between two looks at its descriptors, in which it works. Measured without a
 * timer of its own, so that a daemon at rest stays at rest. */
#pragma once
#include "daemon/rules/message.h"

/* Measures the default main context from its next turn on; for the life of the program. Before the loop runs. */
void loop_lag_watch (void);

typedef struct {
  guint64 turns; /* since the start */
  gint64 max_us; /* the longest one */
  gint64 p99_us; /* 99 of 100 were at most so long, to a tenth of a millisecond; turns without work count */
  guint64 slow;  /* turns above LOOP_LAG_SLOW_US */
} LoopLag;
#define LOOP_LAG_SLOW_US 20000 /* what a person with a tablet in hand may not notice yet */

/* Any thread. All zeros when nothing is measured. */
void loop_lag_read (LoopLag *lag);
/* What whoever looks after the daemon should know of it: a note, or a trouble when tablets really wait. NULL: too little was measured. Caller
 * frees. */
Finding *loop_lag_judge (const LoopLag *lag);
