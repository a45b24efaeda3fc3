/* What the act of a regie allows: every kind of line around every bound, and a random year that never leaves them. */
#include "daemon/rules/regie.h"

static Regie regie;

static RegieFacts
facts_of (RegieKind kind, gint64 cents)
{
  static char *natures[] = {(char *)"Recharges", (char *)"Petit matériel", NULL};
  regie = (Regie){.code = "GBCDFGHK",
                  .name = (char *)"Régie du numérique",
                  .act_on = {"2026-01-15"},
                  .ceiling = {50000},
                  .natures = natures,
                  .means = 1u << PAY_CASH | 1u << PAY_CARD,
                  .holder = "CBCDFGHK",
                  .deputy = "CCCDFGHK",
                  .advance = {40000},
                  .balance = {30000},
                  .month = "2026-11"};
  return (RegieFacts){.regie = &regie,
                      .kind = kind,
                      .amount = {cents},
                      .on = {"2026-11-20"},
                      .today = {"2026-11-23"},
                      .account = "CBCDFGHK",
                      .nature = "Recharges",
                      .asked = "recharges",
                      .has_means = TRUE,
                      .means = PAY_CASH};
}

/* The code of the first finding that stops it, or "" when nothing does. */
static const char *
stopped_by (const RegieFacts *facts)
{
  g_autoptr (Verdict) verdict = verdict_new ();
  regie_judge (facts, verdict);
  g_assert_cmpuint (verdict->needs_confirmation->len, ==, 0); /* an act is changed by an act, never overridden */
  if (verdict->impossible->len == 0)
    return "";
  return message_code (((const Finding *)g_ptr_array_index (verdict->impossible, 0))->id);
}

static void
till_and_advance_stay_within_their_bounds (void)
{
  static const struct {
    RegieKind kind;
    gboolean is_reversal;
    gint64 cents;
    const char *code;
  } rows[] = {
      {REGIE_EXPENSE, FALSE, 30000, ""},
      {REGIE_EXPENSE, FALSE, 30001, "regie_short"},
      {REGIE_EXPENSE, FALSE, 0, "money_zero"},
      {REGIE_EXPENSE, FALSE, -1, "money_zero"},
      {REGIE_ADVANCE, FALSE, 10000, ""},
      {REGIE_ADVANCE, FALSE, 10001, "regie_ceiling"},
      {REGIE_REPAYMENT, FALSE, 30000, ""},
      {REGIE_REPAYMENT, FALSE, 30001, "regie_short"},
      {REGIE_RECONSTITUTION, FALSE, 1000000, ""}, /* as much as was asked */
      {REGIE_EXPENSE, TRUE, 10000, ""},
      {REGIE_ADVANCE, TRUE, 30001, "regie_short"},
      {REGIE_RECONSTITUTION, TRUE, 30001, "regie_short"},
      {REGIE_REPAYMENT, TRUE, 10001, "regie_ceiling"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    RegieFacts facts = facts_of (rows[i].kind, rows[i].cents);
    facts.is_reversal = rows[i].is_reversal;
    g_test_message ("row %d", (int)i);
    g_assert_cmpstr (stopped_by (&facts), ==, rows[i].code);
  }
  RegieFacts facts = facts_of (REGIE_REPAYMENT, 35000);
  regie.balance.cents = 38000;
  regie.advance.cents = 34999;
  g_assert_cmpstr (stopped_by (&facts), ==, "regie_advance");
}

static void
only_what_the_act_names (void)
{
  RegieFacts facts = facts_of (REGIE_EXPENSE, 100);
  facts.nature = NULL;
  g_assert_cmpstr (stopped_by (&facts), ==, "regie_nature");
  for (PayMeans means = 0; means < PAY_MEANS_N; means++) {
    facts = facts_of (REGIE_EXPENSE, 100);
    facts.means = means;
    g_assert_cmpstr (stopped_by (&facts), ==, means == PAY_CASH || means == PAY_CARD ? "" : "regie_means");
  }
  facts.has_means = FALSE;
  g_assert_cmpstr (stopped_by (&facts), ==, "field_missing");
  facts.kind = REGIE_ADVANCE; /* the accountant pays as they like */
  facts.nature = NULL;
  g_assert_cmpstr (stopped_by (&facts), ==, "");
}

static void
only_its_holder_and_deputy (void)
{
  RegieFacts facts = facts_of (REGIE_EXPENSE, 100);
  facts.account = "CCCDFGHK";
  g_assert_cmpstr (stopped_by (&facts), ==, "");
  facts.account = "CDDDFGHK";
  g_assert_cmpstr (stopped_by (&facts), ==, "regie_holder");
  regie.deputy[0] = '\0';
  facts.account = "";
  g_assert_cmpstr (stopped_by (&facts), ==, "regie_holder");
}

static void
months_never_go_back (void)
{
  static const struct {
    const char *on, *closed, *code;
  } rows[] = {
      {"2026-11-01", "", ""},
      {"2026-11-23", "2026-10", ""},
      {"2026-11-24", "", "day_to_come"},
      {"2026-10-31", "", "regie_month_behind"},
      {"2026-10-31", "2026-10", "regie_month_closed"},
      {"2026-11-20", "2026-11", "regie_month_closed"},
      {"2026-01-14", "", "regie_before_act"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    RegieFacts facts = facts_of (REGIE_EXPENSE, 100);
    g_strlcpy (facts.on.text, rows[i].on, sizeof facts.on.text);
    g_strlcpy (regie.closed_month, rows[i].closed, sizeof regie.closed_month);
    g_assert_cmpstr (stopped_by (&facts), ==, rows[i].code);
  }
}

static const char *
close_stopped_by (const char *period, gint64 unasked)
{
  static const Day today = {"2026-11-23"};
  g_autoptr (Verdict) verdict = verdict_new ();
  if (strlen (period) == strlen ("2026"))
    regie_judge_close_year (&regie, period, unasked, verdict);
  else
    regie_judge_close (&regie, period, &today, verdict);
  return verdict->impossible->len == 0
             ? ""
             : message_code (((const Finding *)g_ptr_array_index (verdict->impossible, 0))->id);
}

static void
months_and_years_are_closed_in_their_order (void)
{
  (void)facts_of (REGIE_EXPENSE, 1);
  g_assert_cmpstr (close_stopped_by ("2026-10", 0), ==, "");
  g_assert_cmpstr (close_stopped_by ("2026-11", 0), ==, "regie_month_runs");
  g_assert_cmpstr (close_stopped_by ("2025", 0), ==, "regie_december");
  g_strlcpy (regie.closed_month, "2025-12", sizeof regie.closed_month);
  g_assert_cmpstr (close_stopped_by ("2025-12", 0), ==, "regie_month_closed");
  g_assert_cmpstr (close_stopped_by ("2025", 7), ==, "regie_unasked");
  g_assert_cmpstr (close_stopped_by ("2025", 0), ==, "");
  g_strlcpy (regie.closed_year, "2025", sizeof regie.closed_year);
  g_assert_cmpstr (close_stopped_by ("2025", 0), ==, "regie_year_closed");
}

/* Whatever is tried, in whatever order: the till is never below zero, the advance never above the ceiling, and a line and its reversal
 * leave everything as it was. */
static void
a_random_year_stays_within_the_act (void)
{
  (void)facts_of (REGIE_EXPENSE, 1);
  regie.advance = regie.balance = money_of_cents (0);
  int allowed = 0;
  for (int turn = 0; turn < 20000; turn++) {
    Regie kept = regie;
    RegieFacts facts =
        facts_of ((RegieKind)g_test_rand_int_range (0, REGIE_KINDS_N), g_test_rand_int_range (-5, 60000));
    regie.advance = kept.advance;
    regie.balance = kept.balance;
    facts.is_reversal = g_test_rand_bit ();
    if (stopped_by (&facts)[0] != '\0')
      continue;
    allowed++;
    regie.balance.cents += regie_move (facts.kind, facts.is_reversal, facts.amount).cents;
    regie.advance.cents += regie_advance_move (facts.kind, facts.is_reversal, facts.amount).cents;
    g_assert_cmpint (regie.balance.cents, >=, 0);
    g_assert_cmpint (regie.advance.cents, >=, 0);
    g_assert_cmpint (regie.advance.cents, <=, regie.ceiling.cents);
    g_assert_cmpint (regie_move (facts.kind, TRUE, facts.amount).cents, ==,
                     -regie_move (facts.kind, FALSE, facts.amount).cents);
    if (regie.balance.cents > 10 * regie.ceiling.cents) /* reconstitutions are bounded by what was spent, elsewhere */
      regie.balance = regie.advance;
  }
  g_assert_cmpint (allowed, >, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/regie/till-and-advance-stay-within-their-bounds", till_and_advance_stay_within_their_bounds);
  g_test_add_func ("/rules/regie/only-what-the-act-names", only_what_the_act_names);
  g_test_add_func ("/rules/regie/only-its-holder-and-deputy", only_its_holder_and_deputy);
  g_test_add_func ("/rules/regie/months-never-go-back", months_never_go_back);
  g_test_add_func ("/rules/regie/months-and-years-are-closed-in-their-order",
                   months_and_years_are_closed_in_their_order);
  g_test_add_func ("/rules/regie/a-random-year-stays-within-the-act", a_random_year_stays_within_the_act);
  return g_test_run ();
}
