/* Money with a purpose: earmark, period, never below zero; and who may be recharged. */
#include "daemon/rules/fund.h"

static Fund fund;

static SpendFacts
spend_facts (gint64 cents)
{
  fund = (Fund){.name = (char *)"Don 2026",
                .strand = STRAND_CONNECTION,
                .from = {"2026-01-01"},
                .to = {"2026-12-31"},
                .granted = {790000},
                .spent = {100000}};
  return (SpendFacts){.fund = &fund, .amount = {cents}, .strand = STRAND_CONNECTION, .today = {"2026-11-23"}};
}

static Verdict *
judge (const SpendFacts *facts)
{
  Verdict *verdict = verdict_new ();
  fund_judge_spend (facts, verdict);
  return verdict;
}

static void
assert_stops (const SpendFacts *facts, int id)
{
  g_autoptr (Verdict) verdict = judge (facts);
  g_autoptr (GError) error = NULL;
  rule_error_set_verdict (&error, verdict, NULL);
  g_assert_error (error, RULE_ERROR, id);
}

/* Around the balance, cent by cent: allowed exactly while what is left is not below zero. */
static void
test_never_below_zero (void)
{
  static const gint64 amounts[] = {1, 689999, 690000, 690001, 700000, 790000, 99999999999, G_MAXINT64};
  for (gsize i = 0; i < G_N_ELEMENTS (amounts); i++) {
    SpendFacts facts = spend_facts (amounts[i]);
    g_autoptr (Verdict) verdict = judge (&facts);
    g_assert_true (verdict_allows (verdict, NULL) == (amounts[i] <= 690000));
  }
}

static void
test_says_what_is_missing (void)
{
  SpendFacts facts = spend_facts (700050);
  g_autoptr (Verdict) verdict = judge (&facts);
  g_autofree char *en = finding_text (g_ptr_array_index (verdict->impossible, 0), LANGUAGE_EN);
  g_assert_cmpstr (en, ==, "The fund \"Don 2026\" has only €6,900.00 left: €100.50 are missing to pay €7,000.50.");
}

static void
test_wants_an_amount (void)
{
  static const gint64 amounts[] = {0, -1, G_MININT64};
  for (gsize i = 0; i < G_N_ELEMENTS (amounts); i++) {
    SpendFacts facts = spend_facts (amounts[i]);
    assert_stops (&facts, M_MONEY_ZERO);
  }
}

static void
test_wants_the_right_strand (void)
{
  for (Strand strand = 0; strand < STRANDS_N; strand++) {
    SpendFacts facts = spend_facts (100);
    facts.strand = strand;
    g_autoptr (Verdict) verdict = judge (&facts);
    g_assert_true (verdict_allows (verdict, NULL) == (strand == STRAND_CONNECTION));
    g_assert_cmpstr (strand_text (strand, LANGUAGE_EN), ==, strand_name (strand));
  }
}

static void
test_asks_outside_the_period (void)
{
  static const struct {
    const char *today;
    gboolean is_inside;
  } rows[] = {{"2025-12-31", FALSE}, {"2026-01-01", TRUE}, {"2026-12-31", TRUE}, {"2027-01-01", FALSE}};
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    SpendFacts facts = spend_facts (100);
    g_strlcpy (facts.today.text, rows[i].today, sizeof facts.today.text);
    g_autoptr (Verdict) verdict = judge (&facts);
    g_assert_true (verdict_allows (verdict, NULL) == rows[i].is_inside);
    g_assert_true (verdict_allows (verdict, (const char *[]){"fund-period", NULL}));
  }
}

/* An override of the period does not make money. */
static void
test_no_override_of_the_balance (void)
{
  SpendFacts facts = spend_facts (690001);
  facts.today = (Day){"2027-01-01"};
  g_autoptr (Verdict) verdict = judge (&facts);
  g_assert_false (verdict_allows (verdict, (const char *[]){"fund-period", NULL}));
  assert_stops (&facts, M_FUND_SHORT);
}

/* What the donor asks for: further strands, kinds of expense, an end that is the end. */
static void
test_conditions_of_the_donor (void)
{
  static const char *const rights[] = {"fund-period", NULL};
  SpendFacts facts = spend_facts (100);
  facts.strand = STRAND_SKILLS;
  fund.also_strands = 1u << STRAND_SKILLS;
  g_autoptr (Verdict) further = judge (&facts);
  g_assert_true (verdict_allows (further, NULL));
  for (Expense expense = 0; expense < EXPENSES_N; expense++) {
    fund.expenses = 1u << EXPENSE_RECHARGE | 1u << EXPENSE_TABLET;
    facts.expense = expense;
    g_autoptr (Verdict) verdict = judge (&facts);
    g_assert_true (verdict_allows (verdict, NULL) == (expense == EXPENSE_RECHARGE || expense == EXPENSE_TABLET));
    fund.expenses = 0;
    g_autoptr (Verdict) anything = judge (&facts);
    g_assert_true (verdict_allows (anything, NULL));
  }
  g_strlcpy (facts.today.text, "2030-01-01", sizeof facts.today.text);
  g_autoptr (Verdict) late = judge (&facts);
  g_assert_true (verdict_allows (late, rights));
  fund.is_firm = TRUE;
  g_autoptr (Verdict) over = judge (&facts);
  g_assert_false (verdict_allows (over, rights));
  g_strlcpy (facts.today.text, "2020-01-01", sizeof facts.today.text); /* before: it may still be agreed */
  g_autoptr (Verdict) early = judge (&facts);
  g_assert_true (verdict_allows (early, rights));
}

/* 15 kits of 7,900.00: ten at 526.67 and five at 526.66, and nothing is lost for any number of shares. */
static void
test_split_keeps_every_cent (void)
{
  Money shares[40];
  money_split (money_of_cents (790000), 15, shares);
  for (guint i = 0; i < 15; i++)
    g_assert_cmpint (shares[i].cents, ==, i < 10 ? 52667 : 52666);
  for (guint n = 1; n <= G_N_ELEMENTS (shares); n++)
    for (gint64 total = 0; total < 200; total++) {
      gint64 sum = 0;
      money_split (money_of_cents (total), n, shares);
      for (guint i = 0; i < n; i++)
        sum += shares[i].cents;
      g_assert_cmpint (sum, ==, total);
      g_assert_cmpint (shares[0].cents - shares[n - 1].cents, <=, 1);
    }
  shares[0] = money_of_cents (7);
  money_split (money_of_cents (100), 0, shares);
  g_assert_cmpint (shares[0].cents, ==, 7);
}

/* ---- recharges ---- */

static Line line;

static RechargeFacts
recharge_facts (LineState state)
{
  line = (Line){.code = "LBCDFGHK", .state = state};
  return (RechargeFacts){.line = &line, .holder = "Odile Martin", .today = {"2026-11-23"}};
}

static void
assert_recharge (const RechargeFacts *facts, guint impossible, const char *right, const char *note)
{
  g_autoptr (Verdict) verdict = verdict_new ();
  recharge_judge (facts, verdict);
  g_assert_cmpuint (verdict->impossible->len, ==, impossible);
  g_assert_cmpuint (verdict->needs_confirmation->len, ==, right != NULL);
  g_assert_cmpuint (verdict->to_know->len, ==, note != NULL);
  if (right != NULL)
    g_assert_true (impossible > 0 || verdict_allows (verdict, (const char *[]){right, NULL}));
  if (note != NULL)
    g_assert_cmpstr (message_code (((Finding *)g_ptr_array_index (verdict->to_know, 0))->id), ==, note);
}

static void
test_recharge_every_state (void)
{
  static const struct {
    guint impossible;
    const char *right;
  } expected[LINE_STATES_N] = {[LINE_SUSPENDED] = {0, "recharge-suspended"},
                               [LINE_LOST] = {1, NULL},
                               [LINE_EXPIRED] = {1, NULL},
                               [LINE_RETIRED] = {1, NULL}};
  for (LineState state = 0; state < LINE_STATES_N; state++) {
    RechargeFacts facts = recharge_facts (state);
    assert_recharge (&facts, expected[state].impossible, expected[state].right, NULL);
  }
}

static void
test_an_overdue_loan_stops_the_top_up_not_the_keep_alive (void)
{
  RechargeFacts facts = recharge_facts (LINE_LENT);
  facts.holder_overdue = 1;
  assert_recharge (&facts, 0, "recharge-overdue", NULL);
  facts.keep_alive = TRUE;
  assert_recharge (&facts, 0, NULL, NULL);
  facts = recharge_facts (LINE_EXPIRED);
  facts.keep_alive = TRUE;
  assert_recharge (&facts, 1, NULL, NULL);
}

static void
test_what_one_person_may_have (void)
{
  const RechargeLimits limits = {.month_cap = {3000}, .window_months = 12};
  const struct {
    gint64 month, amount;
    const char *first;
    gboolean keep_alive;
    const char *right;
  } rows[] = {
      {0, 3000, "", FALSE, NULL},
      {2500, 500, "2025-11-23", FALSE, NULL},
      {2500, 501, "", FALSE, "recharge-cap"},
      {2500, 501, "", TRUE, NULL}, /* it saves the body's line */
      {0, 500, "2025-11-22", FALSE, "recharge-window"},
      {0, 500, "2025-11-22", TRUE, NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    RechargeFacts facts = recharge_facts (LINE_LENT);
    facts.limits = &limits;
    facts.month = money_of_cents (rows[i].month);
    facts.amount = money_of_cents (rows[i].amount);
    facts.keep_alive = rows[i].keep_alive;
    g_strlcpy (facts.first.text, rows[i].first, sizeof facts.first.text);
    assert_recharge (&facts, 0, rows[i].right, NULL);
  }
}

static void
test_recharge_notes (void)
{
  static const struct {
    const char *until, *note;
  } rows[] = {
      {"", NULL},           {"2026-11-22", "line_ended"}, {"2026-11-23", "line_ends"}, {"2026-12-23", "line_ends"},
      {"2026-12-24", NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    RechargeFacts facts = recharge_facts (LINE_LENT);
    g_strlcpy (line.end.day.text, rows[i].until, sizeof line.end.day.text);
    assert_recharge (&facts, 0, NULL, rows[i].note);
  }
  RechargeFacts facts = recharge_facts (LINE_ACTIVE);
  facts.holder = NULL;
  assert_recharge (&facts, 0, NULL, "recharge_no_holder");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/fund/never-below-zero", test_never_below_zero);
  g_test_add_func ("/rules/fund/says-what-is-missing", test_says_what_is_missing);
  g_test_add_func ("/rules/fund/wants-an-amount", test_wants_an_amount);
  g_test_add_func ("/rules/fund/wants-the-right-strand", test_wants_the_right_strand);
  g_test_add_func ("/rules/fund/asks-outside-the-period", test_asks_outside_the_period);
  g_test_add_func ("/rules/fund/no-override-of-the-balance", test_no_override_of_the_balance);
  g_test_add_func ("/rules/fund/conditions-of-the-donor", test_conditions_of_the_donor);
  g_test_add_func ("/rules/fund/split-keeps-every-cent", test_split_keeps_every_cent);
  g_test_add_func ("/rules/recharge/every-state", test_recharge_every_state);
  g_test_add_func ("/rules/recharge/an-overdue-loan-stops-the-top-up-not-the-keep-alive",
                   test_an_overdue_loan_stops_the_top_up_not_the_keep_alive);
  g_test_add_func ("/rules/recharge/what-one-person-may-have", test_what_one_person_may_have);
  g_test_add_func ("/rules/recharge/notes", test_recharge_notes);
  return g_test_run ();
}
