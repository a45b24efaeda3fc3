/* Whose turn it is at each port of the bench: a person's, the tablet's, or nobody's; how far a wipe is, as far as that can be told. */
#pragma once
#include "daemon/rules/message.h"
#include "db/records.h"

/* In the order in which a person looks at them. */
typedef enum {
  BENCH_HAND,  /* a person must do something */
  BENCH_RUNS,  /* it goes on by itself */
  BENCH_DONE,  /* wiped and ready: it may be unplugged */
  BENCH_RESTS, /* nothing is asked of it */
  BENCH_NEEDS_N
} BenchNeed;
const char *bench_need_name (BenchNeed need); /* "hand" "runs" "done" "rests" */

/* What is known of one port. Texts are borrowed. */
typedef struct {
  gboolean is_duplicate; /* its serial is on another port too */
  const char *serial;
  const char *trouble; /* why it cannot be opened: a message's code and arguments, as a wipe's reason; NULL */
  gboolean has_wipe;   /* an unfinished one holds it */
  WipeState wipe_state;
  gboolean prepares, needs_tap; /* a preparation is under way; it waits for a tap */
  gboolean has_adb;             /* or fastboot: it can be talked to */
  const char *item;             /* its code; "" when the register does not know it */
  ItemState item_state;
  const char *item_reason; /* why it is blocked: as a wipe's reason, a word, or NULL */
} BenchFacts;

typedef struct {
  BenchNeed need;
  int rank;   /* smaller ones first: who needs a hand, and the most urgent of them */
  char *todo; /* what to do, as a wipe's reason; NULL: nothing, or its wipe says it. Caller frees */
} BenchAdvice;
void bench_judge (const BenchFacts *facts, BenchAdvice *advice);

/* How far a wipe is, 0 to 100. away_s: seconds since its command was sent; while the tablet is away that is all there is to go by, so this
 * comes ever closer to the end of that step without reaching it. waited_in: as in wipe_next. */
int wipe_percent (WipeState state, WipeState waited_in, gint64 away_s);
