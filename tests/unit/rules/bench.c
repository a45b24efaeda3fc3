/* Whose turn it is, and how far a wipe is. */
#include "daemon/rules/bench.h"

static BenchAdvice
judge (const BenchFacts *facts)
{
  BenchAdvice advice;
  bench_judge (facts, &advice);
  return advice;
}

static void
the_most_urgent_comes_first (void)
{
  const BenchFacts facts[] = {
      {.item = "TBCDFGHK", .is_duplicate = TRUE, .serial = "R9TEST", .has_wipe = TRUE, .wipe_state = WIPE_WAIT_HUMAN},
      {.item = "TBCDFGHK", .has_wipe = TRUE, .wipe_state = WIPE_WAIT_HUMAN},
      {.item = "TBCDFGHK", .trouble = "device_busy", .item_state = ITEM_TO_WIPE},
      {.item = "TBCDFGHK", .item_state = ITEM_BLOCKED},
      {.item = "TBCDFGHK", .item_state = ITEM_TO_WIPE},
      {.item = "TBCDFGHK", .item_state = ITEM_LENT},
      {.item = "TBCDFGHK", .has_wipe = TRUE, .wipe_state = WIPE_GONE},
      {.item = "TBCDFGHK", .item_state = ITEM_READY},
      {.item = ""},
  };
  int last = -1;
  for (gsize i = 0; i < G_N_ELEMENTS (facts); i++) {
    BenchAdvice advice = judge (&facts[i]);
    g_assert_cmpint (advice.rank, >, last);
    g_assert_cmpint (advice.need, ==, i < 6 ? BENCH_HAND : i - 6 + (guint)BENCH_RUNS);
    last = advice.rank;
    g_free (advice.todo);
  }
}

static void
every_state_has_its_advice (void)
{
  for (int state = 0; state < ITEM_STATES_N; state++) {
    BenchAdvice advice = judge (&(BenchFacts){.item = "TBCDFGHK", .item_state = (ItemState)state});
    g_assert_true (advice.todo != NULL || advice.need != BENCH_HAND);
    g_free (advice.todo);
  }
}

static void
a_blocked_tablet_says_why (void)
{
  const BenchFacts known = {.item = "TBCDFGHK", .item_state = ITEM_BLOCKED, .item_reason = "wipe_frp"};
  const BenchFacts a_word = {.item = "TBCDFGHK", .item_state = ITEM_BLOCKED, .item_reason = "check"};
  BenchAdvice advice = judge (&known);
  g_assert_cmpstr (advice.todo, ==, "wipe_frp");
  g_free (advice.todo);
  advice = judge (&a_word);
  g_assert_cmpstr (advice.todo, ==, "bench_blocked|TBCDFGHK");
  g_free (advice.todo);
}

static void
progress_never_goes_back (void)
{
  static const WipeState way[] = {WIPE_SEEN, WIPE_IDENTIFIED, WIPE_GATED, WIPE_ARMED, WIPE_STARTED};
  int last = -1;
  for (gsize i = 0; i < G_N_ELEMENTS (way); i++) {
    g_assert_cmpint (wipe_percent (way[i], WIPE_SEEN, 0), >, last);
    last = wipe_percent (way[i], WIPE_SEEN, 0);
  }
  for (gint64 s = 0; s < 24 * 3600; s = s * 2 + 1) {
    g_assert_cmpint (wipe_percent (WIPE_GONE, WIPE_SEEN, s), >=, last);
    last = wipe_percent (WIPE_RECOVERY, WIPE_SEEN, s);
  }
  g_assert_cmpint (last, <, wipe_percent (WIPE_RETURNED, WIPE_SEEN, 0));
  g_assert_cmpint (wipe_percent (WIPE_WAIT_HUMAN, WIPE_RETURNED, 0), ==, wipe_percent (WIPE_RETURNED, WIPE_SEEN, 0));
  g_assert_cmpint (wipe_percent (WIPE_GONE, WIPE_SEEN, -5), ==,
                   wipe_percent (WIPE_GONE, WIPE_SEEN, 0)); /* clock set back */
  g_assert_cmpint (wipe_percent (WIPE_GONE, WIPE_SEEN, G_MAXINT64), <=, 90);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/bench/the-most-urgent-comes-first", the_most_urgent_comes_first);
  g_test_add_func ("/rules/bench/every-state-has-its-advice", every_state_has_its_advice);
  g_test_add_func ("/rules/bench/a-blocked-tablet-says-why", a_blocked_tablet_says_why);
  g_test_add_func ("/rules/bench/progress-never-goes-back", progress_never_goes_back);
  return g_test_run ();
}
