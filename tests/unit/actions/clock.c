/* The register's clock: moved in a demonstration, read again with the register. */
#include "daemon/actions/clock.h"
#include "db/setting.h"
#include "tests/unit/actions/desk.h"

#define DAY_S (24 * 3600)

/* A demonstration whose clock stands at noon of that day, which is after DESK_NOW. */
static Clock *
moved_clock (Desk *desk, const char *day)
{
  g_assert_true (setting_make_demo (desk->store, &desk->error));
  Clock *clock = clock_new (desk->store, &desk->error);
  g_assert_no_error (desk->error);
  desk_begin (desk);
  g_assert_true (
      desk_end (desk, clock_set_day (desk->store, &desk->context, clock, day, &desk->outcome, &desk->error)));
  return clock;
}

static void
another_register_brings_its_own_time (void)
{
  g_auto (Desk) desk, other;
  desk_init (&desk);
  desk_init (&other);
  g_autoptr (Clock) moved = moved_clock (&desk, "2190-03-01");
  gint64 machine = g_get_real_time () / G_USEC_PER_SEC;
  g_assert_cmpint (clock_now (moved), >, machine + DAY_S);
  g_assert_true (clock_reload (other.store, moved, &other.error));
  g_assert_cmpint (ABS (clock_now (moved) - machine), <, DAY_S);
  g_assert_true (clock_reload (desk.store, moved, &desk.error));
  g_assert_cmpint (clock_now (moved), >, machine + DAY_S);
}

static void
looking_ahead_moves_nothing (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  g_autoptr (Clock) moved = moved_clock (&desk, "2190-03-01");
  gint64 before = clock_now (moved);
  desk.context.now = before;
  desk.context.is_preview = TRUE;
  desk_begin (&desk);
  g_assert_true (
      desk_end (&desk, clock_set_day (desk.store, &desk.context, moved, "2191-03-01", &desk.outcome, &desk.error)));
  g_assert_cmpuint (desk.outcome.verdict->impossible->len, ==, 0);
  desk_begin (&desk);
  g_assert_true (
      desk_end (&desk, clock_set_day (desk.store, &desk.context, moved, "2189-03-01", &desk.outcome, &desk.error)));
  g_assert_true (desk_list_has (desk.outcome.verdict->impossible, M_DEMO_CLOCK_BACK));
  g_assert_cmpint (clock_now (moved) - before, <, DAY_S);
  desk.context.is_preview = FALSE;
  desk_begin (&desk);
  g_assert_false (
      desk_end (&desk, clock_set_day (desk.store, &desk.context, moved, "2189-03-01", &desk.outcome, &desk.error)));
  desk_assert_refused (&desk, M_DEMO_CLOCK_BACK);
}

static void
a_register_that_cannot_be_read_leaves_it (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  g_autoptr (Clock) moved = moved_clock (&desk, "2190-03-01");
  gint64 before = clock_now (moved);
  g_assert_true (store_run (desk.store, NULL, &desk.error, "DROP TABLE setting", ""));
  g_assert_false (clock_reload (desk.store, moved, &desk.error));
  g_assert_nonnull (desk.error);
  g_assert_cmpint (clock_now (moved) - before, <, DAY_S);
}

/* One line at DESK_NOW; then the desk's clock is so many seconds from it. */
static Clock *
clock_after_a_line (Desk *desk, gint64 seconds)
{
  desk_begin (desk);
  g_assert_true (
      desk_end (desk, action_journal (desk->store, &desk->context, "person.add", "", NULL, NULL, &desk->error)));
  desk->context.now += seconds;
  Clock *clock = clock_new (desk->store, &desk->error);
  g_assert_no_error (desk->error);
  return clock;
}

static gint64
newest_line (const Desk *desk)
{
  gint64 at;
  g_assert_true (journal_newest_at (desk->store, &at, NULL));
  return at;
}

static void
a_small_step_back_is_a_correction (void)
{
  static const struct {
    gint64 seconds;
    gboolean is_back;
  } steps[] = {{1, FALSE}, {0, FALSE}, {-1, FALSE}, {-120, FALSE}, {-121, TRUE}, {-DAY_S, TRUE}};
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_auto (Desk) desk;
    desk_init (&desk);
    g_autoptr (Clock) clock = clock_after_a_line (&desk, steps[i].seconds);
    g_assert_cmpint (clock_check (desk.store, &desk.context, clock, &desk.error), ==, !steps[i].is_back);
    if (steps[i].is_back)
      desk_assert_refused (&desk, M_CLOCK_BACKWARDS);
  }
}

static void
an_empty_journal_is_before_everything (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  g_autoptr (Clock) clock = clock_new (desk.store, &desk.error);
  desk.context.now = 1;
  g_assert_true (clock_check (desk.store, &desk.context, clock, &desk.error));
  g_assert_false (clock_is_back (clock));
}

static void
lines_are_never_dated_before_the_one_they_follow (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  g_autoptr (Clock) clock = clock_after_a_line (&desk, -DAY_S); /* the bench writes what happened, whatever the time */
  desk_begin (&desk);
  g_assert_true (desk_end (&desk, action_journal (desk.store, &desk.context, "wipe.end", "", NULL, NULL, &desk.error)));
  g_assert_cmpint (newest_line (&desk), ==, DESK_NOW);
  g_assert_false (clock_check (desk.store, &desk.context, clock, &desk.error));
}

static void
a_confirmed_clock_is_believed (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  g_autoptr (Clock) clock = clock_after_a_line (&desk, -DAY_S);
  desk.context.is_preview = TRUE;
  desk_begin (&desk);
  g_assert_true (desk_end (&desk, clock_confirm (desk.store, &desk.context, clock, &desk.outcome, &desk.error)));
  g_assert_cmpint (newest_line (&desk), ==, DESK_NOW);
  desk.context.is_preview = FALSE;
  desk_begin (&desk);
  g_assert_true (desk_end (&desk, clock_confirm (desk.store, &desk.context, clock, &desk.outcome, &desk.error)));
  g_assert_cmpint (newest_line (&desk), ==, DESK_NOW - DAY_S);
  g_assert_true (clock_check (desk.store, &desk.context, clock, &desk.error));
  desk_begin (&desk);
  g_assert_false (desk_end (&desk, clock_confirm (desk.store, &desk.context, clock, &desk.outcome, &desk.error)));
  desk_assert_refused (&desk, M_CLOCK_NOT_BACK);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/clock/another-register-brings-its-own-time", another_register_brings_its_own_time);
  g_test_add_func ("/actions/clock/looking-ahead-moves-nothing", looking_ahead_moves_nothing);
  g_test_add_func ("/actions/clock/a-register-that-cannot-be-read-leaves-it", a_register_that_cannot_be_read_leaves_it);
  g_test_add_func ("/actions/clock/a-small-step-back-is-a-correction", a_small_step_back_is_a_correction);
  g_test_add_func ("/actions/clock/an-empty-journal-is-before-everything", an_empty_journal_is_before_everything);
  g_test_add_func ("/actions/clock/lines-are-never-dated-before-the-one-they-follow",
                   lines_are_never_dated_before_the_one_they_follow);
  g_test_add_func ("/actions/clock/a-confirmed-clock-is-believed", a_confirmed_clock_is_believed);
  return g_test_run ();
}
