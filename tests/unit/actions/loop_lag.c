/* What is said of the main loop's gauge; the gauge itself is seen at work in tests/system/test_bench.py. */
#include "daemon/actions/loop_lag.h"

static void
assert_says (const LoopLag *lag, MessageId id, const char *most, const char *longest)
{
  g_autoptr (Finding) finding = loop_lag_judge (lag);
  g_assert_nonnull (finding);
  g_assert_cmpstr (message_code (finding->id), ==, message_code (id));
  g_assert_cmpstr (finding->args[0], ==, most);
  g_assert_cmpstr (finding->args[1], ==, longest);
  g_assert_cmpstr (finding->args[2], ==, "20");
}

static void
few_turns_say_nothing (void)
{
  const LoopLag slow = {.turns = 999, .max_us = 500000, .p99_us = 500000, .slow = 999}, none = {0};
  g_assert_null (loop_lag_judge (&slow));
  g_assert_null (loop_lag_judge (&none));
}

static void
one_slow_turn_among_many_is_no_trouble (void)
{
  const LoopLag lag = {.turns = 100000, .max_us = 350001, .p99_us = 800, .slow = 3};
  assert_says (&lag, M_LOOP_GOOD, "1", "351");
}

static void
one_in_a_hundred_above_the_limit_is_a_trouble (void)
{
  const LoopLag at = {.turns = 1000, .max_us = 20000, .p99_us = LOOP_LAG_SLOW_US},
                above = {.turns = 1000, .max_us = 41000, .p99_us = LOOP_LAG_SLOW_US + 1, .slow = 11};
  assert_says (&at, M_LOOP_GOOD, "20", "20");
  assert_says (&above, M_LOOP_SLOW, "21", "41");
  g_assert_cmpint (message_kind (M_LOOP_SLOW), ==, MESSAGE_TROUBLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/loop-lag/few-turns-say-nothing", few_turns_say_nothing);
  g_test_add_func ("/actions/loop-lag/one-slow-turn-among-many-is-no-trouble", one_slow_turn_among_many_is_no_trouble);
  g_test_add_func ("/actions/loop-lag/one-in-a-hundred-above-the-limit-is-a-trouble",
                   one_in_a_hundred_above_the_limit_is_a_trouble);
  return g_test_run ();
}
