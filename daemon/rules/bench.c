/* Tables: a row for each state. */
#include "daemon/rules/bench.h"

#include <string.h>

static const char *const need_names[] = {
    [BENCH_HAND] = "hand", [BENCH_RUNS] = "runs", [BENCH_DONE] = "done", [BENCH_RESTS] = "rests"};
G_STATIC_ASSERT (G_N_ELEMENTS (need_names) == BENCH_NEEDS_N);

const char *
bench_need_name (BenchNeed need)
{
  return need_names[need];
}

/* Ranks within those who need a hand; the others follow in the order of BenchNeed. */
enum { RANK_DUPLICATE, RANK_WAITS, RANK_TROUBLE, RANK_BLOCKED, RANK_NEXT, RANK_LENT, RANK_AFTER_HAND };

/* What a tablet asks for that is plugged in and not being worked on. */
static const struct {
  BenchNeed need;
  int rank; /* of BENCH_HAND */
  MessageId todo;
} at_rest[] = {
    [ITEM_NEW] = {BENCH_HAND, RANK_NEXT, M_BENCH_WIPE},
    [ITEM_TO_WIPE] = {BENCH_HAND, RANK_NEXT, M_BENCH_WIPE},
    [ITEM_WIPING] = {BENCH_RUNS, 0, MESSAGES_N},
    [ITEM_READY] = {BENCH_DONE, 0, M_BENCH_READY},
    [ITEM_LENT] = {BENCH_HAND, RANK_LENT, M_BENCH_LENT},
    [ITEM_BLOCKED] = {BENCH_HAND, RANK_BLOCKED, M_BENCH_BLOCKED},
    [ITEM_REPAIR] = {BENCH_RESTS, 0, MESSAGES_N},
    [ITEM_LOST] = {BENCH_HAND, RANK_BLOCKED, M_BENCH_FOUND},
    [ITEM_STOLEN] = {BENCH_HAND, RANK_BLOCKED, M_BENCH_FOUND},
    [ITEM_RETIRED] = {BENCH_RESTS, 0, MESSAGES_N},
    [ITEM_DONATED] = {BENCH_RESTS, 0, MESSAGES_N},
};
G_STATIC_ASSERT (G_N_ELEMENTS (at_rest) == ITEM_STATES_N);

static void
advise (BenchAdvice *advice, BenchNeed need, int rank, char *todo)
{
  *advice = (BenchAdvice){need, need == BENCH_HAND ? rank : RANK_AFTER_HAND + (int)need, todo};
}

static char *
reason_with (MessageId id, const char *argument)
{
  return g_strdup_printf ("%s|%s", message_code (id), argument);
}

/* A reason that has a sentence says more than that there is one. */
static gboolean
says_something (const char *reason)
{
  g_autofree char *code = reason != NULL ? g_strndup (reason, strcspn (reason, "|")) : NULL;
  return code != NULL && message_find (code, &(MessageId){0});
}

static void
advise_at_rest (const BenchFacts *facts, BenchAdvice *advice)
{
  char *todo = NULL;
  if (facts->item[0] == '\0') {
    advise (advice, BENCH_RESTS, 0, g_strdup (message_code (M_BENCH_UNKNOWN)));
    return;
  }
  if (facts->item_state == ITEM_BLOCKED && says_something (facts->item_reason))
    todo = g_strdup (facts->item_reason);
  else if (at_rest[facts->item_state].todo == M_BENCH_WIPE && !facts->has_adb)
    todo = reason_with (M_BENCH_NO_ADB, facts->item);
  else if (at_rest[facts->item_state].todo != MESSAGES_N)
    todo = reason_with (at_rest[facts->item_state].todo, facts->item);
  advise (advice, at_rest[facts->item_state].need, at_rest[facts->item_state].rank, todo);
}

void
bench_judge (const BenchFacts *facts, BenchAdvice *advice)
{
  if (facts->is_duplicate)
    advise (advice, BENCH_HAND, RANK_DUPLICATE, reason_with (M_WIPE_DUPLICATE, facts->serial));
  else if (facts->has_wipe)
    advise (advice, facts->wipe_state == WIPE_WAIT_HUMAN ? BENCH_HAND : BENCH_RUNS, RANK_WAITS, NULL);
  else if (facts->prepares)
    advise (advice, facts->needs_tap ? BENCH_HAND : BENCH_RUNS, RANK_WAITS,
            facts->needs_tap ? g_strdup (message_code (M_TODO_TAP)) : NULL);
  else if (facts->trouble != NULL)
    advise (advice, BENCH_HAND, RANK_TROUBLE, g_strdup (facts->trouble));
  else
    advise_at_rest (facts, advice);
}

int
wipe_percent (WipeState state, WipeState waited_in, gint64 away_s)
{
  enum { USUAL_S = 120, AWAY_FROM = 30, AWAY_TO = 90 }; /* s: a guess, until real tablets were measured */
  static const int percents[] = {
      [WIPE_SEEN] = 2,       [WIPE_IDENTIFIED] = 10, [WIPE_GATED] = 15,      [WIPE_ARMED] = 20,
      [WIPE_STARTED] = 25,   [WIPE_GONE] = 0,        [WIPE_RECOVERY] = 0,    [WIPE_RETURNED] = 95,
      [WIPE_WAIT_HUMAN] = 0, [WIPE_VERIFIED] = 100,  [WIPE_NOT_WIPED] = 100, [WIPE_UNKNOWN] = 100,
      [WIPE_BLOCKED] = 100,  [WIPE_ABORTED] = 100,
  };
  G_STATIC_ASSERT (G_N_ELEMENTS (percents) == WIPE_STATES_N);
  gint64 away = CLAMP (away_s, 0, G_MAXINT32);
  WipeState where = state == WIPE_WAIT_HUMAN ? waited_in : state;
  if (where == WIPE_GONE || where == WIPE_RECOVERY)
    return AWAY_FROM + (int)((AWAY_TO - AWAY_FROM) * away / (away + USUAL_S));
  return percents[where];
}
