/* The two clocks of a line after a recharge, who has the last word on them, and the cheapest recharge that saves it. */
#include "daemon/rules/line.h"
#include <string.h>

static const Day on = {"2026-11-23"};
static char id[] = "test";
static const Offer from_credit = {
    .id = id, .line_valid = {6, 0}, .line_from = OFFER_FROM_CREDIT_END, .confidence = CONFIDENCE_LIKELY};
static const Offer from_recharge = {
    .id = id, .line_valid = {12, 0}, .line_from = OFFER_FROM_RECHARGE, .confidence = CONFIDENCE_CERTAIN};

static Sale
sale_of (const char *name, gint64 cents, int credit_days, int line_days)
{
  return (Sale){.id = name,
                .name = name,
                .price = money_of_cents (cents),
                .credit_valid = {0, credit_days},
                .line_valid = {0, line_days},
                .confidence = CONFIDENCE_GUESS};
}

static void
test_clocks_after_a_recharge (void)
{
  const struct {
    const Offer *offer;
    Sale sale;
    const char *credit, *end;
    Confidence end_confidence;
  } rows[] = {
      {&from_credit, sale_of ("a", 500, 7, 0), "2026-11-30", "2027-05-30", CONFIDENCE_GUESS},
      {&from_credit, sale_of ("a", 500, 0, 0), "", "", CONFIDENCE_NONE}, /* from a credit that nobody knows */
      {&from_recharge, sale_of ("a", 500, 0, 0), "", "2027-11-23", CONFIDENCE_CERTAIN},
      {&from_recharge, sale_of ("a", 500, 7, 30), "2026-11-30", "2026-12-23", CONFIDENCE_GUESS},
      {NULL, sale_of ("a", 500, 7, 0), "2026-11-30", "", CONFIDENCE_NONE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const LineClocks clocks = line_clocks_after (rows[i].offer, &rows[i].sale, &on);
    g_assert_cmpstr (clocks.credit.day.text, ==, rows[i].credit);
    g_assert_cmpstr (clocks.end.day.text, ==, rows[i].end);
    g_assert_cmpint (clocks.end.confidence, ==, rows[i].end_confidence);
    g_assert_cmpint (clocks.end.origin, ==, *rows[i].end != '\0' ? ORIGIN_RULE : ORIGIN_NONE);
  }
}

static void
test_a_rule_only_makes_it_later (void)
{
  static const struct {
    const char *kept, *told;
    ClockOrigin origin;
    const char *then;
  } rows[] = {
      {"", "2027-01-01", ORIGIN_RULE, "2027-01-01"},
      {"2027-02-01", "2027-01-01", ORIGIN_RULE, "2027-02-01"},
      {"2027-02-01", "2027-03-01", ORIGIN_RULE, "2027-03-01"},
      {"2027-02-01", "2027-01-01", ORIGIN_OPERATOR, "2027-01-01"},
      {"2027-02-01", "2027-01-01", ORIGIN_TYPED, "2027-01-01"},
      {"2027-02-01", "", ORIGIN_OPERATOR, "2027-02-01"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    LineClock kept = {.day = {""}, .origin = ORIGIN_TYPED}, told = {.day = {""}, .origin = rows[i].origin};
    g_strlcpy (kept.day.text, rows[i].kept, sizeof kept.day.text);
    g_strlcpy (told.day.text, rows[i].told, sizeof told.day.text);
    line_clock_tell (&kept, &told);
    g_assert_cmpstr (kept.day.text, ==, rows[i].then);
  }
}

static void
test_the_cheapest_that_saves (void)
{
  const Day end = {"2026-12-10"}, past = {"2026-11-01"};
  LineClock until;
  const Sale sales[] = {sale_of ("long", 900, 30, 365), sale_of ("credit-only", 100, 7, 0),
                        sale_of ("five", 500, 7, 60), sale_of ("also-five", 500, 7, 90)};
  const Sale *best = line_cheapest_saving (NULL, sales, G_N_ELEMENTS (sales), &on, &end, &until);
  g_assert_cmpstr (best->id, ==, "also-five"); /* of two at one price the longer; the cheapest of all saves nothing */
  g_assert_cmpstr (until.day.text, ==, "2027-03-10");
  best = line_cheapest_saving (NULL, sales, G_N_ELEMENTS (sales), &on, &past, &until);
  g_assert_cmpstr (best->id, ==, "also-five");
  g_assert_cmpstr (until.day.text, ==, "2027-02-21"); /* its end is past: bought today */
  best = line_cheapest_saving (NULL, &sales[1], 1, &on, &end, &until);
  g_assert_cmpstr (best->id, ==, "credit-only"); /* no rule tells of any: the cheapest, as a guess */
  g_assert_cmpstr (until.day.text, ==, "");
  g_assert_cmpint (until.confidence, ==, CONFIDENCE_GUESS);
  g_assert_null (line_cheapest_saving (&from_recharge, sales, 0, &on, &end, &until));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/line/clocks-after-a-recharge", test_clocks_after_a_recharge);
  g_test_add_func ("/rules/line/a-rule-only-makes-it-later", test_a_rule_only_makes_it_later);
  g_test_add_func ("/rules/line/the-cheapest-that-saves", test_the_cheapest_that_saves);
  return g_test_run ();
}
