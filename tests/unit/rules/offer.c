/* Spans and offer files: what is read, and what is refused with which key. */
#include "daemon/rules/offer.h"
#include <string.h>

static void
test_spans (void)
{
  static const struct {
    const char *typed, *kept;
  } rows[] = {
      {"7d", "7d"},    {"7 jours", "7d"}, {"1 jour", "1d"},  {"2 weeks", "14d"},    {"6 mois", "6m"}, {"6m", "6m"},
      {"1 an", "12m"}, {"10y", "120m"},   {"", NULL},        {"7", NULL},           {"0d", NULL},     {"-3d", NULL},
      {"+3d", NULL},   {"11y", NULL},     {"3 lunes", NULL}, {"9999999999d", NULL}, {NULL, NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Span span = {77, 77};
    gboolean is_read = span_parse (rows[i].typed, &span);
    g_assert_true (is_read == (rows[i].kept != NULL));
    g_autofree char *kept = span_text (&span);
    g_assert_cmpstr (kept, ==, is_read ? rows[i].kept : "77m"); /* untouched */
  }
}

static void
test_a_month_ends_on_its_last_day (void)
{
  const Day start = {"2026-08-31"};
  const Span span = {6, 0};
  Day end = day_add_span (&start, &span);
  g_assert_cmpstr (end.text, ==, "2027-02-28");
  end = day_add_span (&start, &(Span){0, 7});
  g_assert_cmpstr (end.text, ==, "2026-09-07");
  end = day_add_span (&start, &(Span){0, 0});
  g_assert_cmpstr (end.text, ==, "");
}

#define OFFER "[offer]\nid = x\noperator = Orange\nconfidence = likely\nsource = a leaflet\n"

static void
test_a_whole_offer (void)
{
  static const char text[] = OFFER "names = Mobicarte; La Mobicarte\nline_valid = 6 months\nline_from = credit_end\n"
                                   "verified_on = 2026-11-01\n[product x-5]\nname = 5 EUR\nprice_cents = 500\n"
                                   "credit_valid = 7 days\n[product x-9]\nname = 9 EUR\nprice_cents = 900\n"
                                   "confidence = certain\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (Offer) offer = offer_read (text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (offer->names[1], ==, "La Mobicarte");
  g_assert_cmpint (offer->line_valid.months, ==, 6);
  g_assert_cmpint (offer->line_from, ==, OFFER_FROM_CREDIT_END);
  g_assert_cmpuint (offer->sales->len, ==, 2);
  const Sale *sale = &g_array_index (offer->sales, Sale, 0);
  g_assert_cmpstr (sale->id, ==, "x-5");
  g_assert_cmpint (sale->price.cents, ==, 500);
  g_assert_cmpint (sale->confidence, ==, CONFIDENCE_LIKELY); /* the offer's */
  g_assert_cmpint (g_array_index (offer->sales, Sale, 1).confidence, ==, CONFIDENCE_CERTAIN);
}

static void
test_what_is_wrong_is_named (void)
{
  static const struct {
    const char *text;
    MessageId id;
    const char *named;
  } rows[] = {
      {"", M_OFFER_KEY_MISSING, "id"},
      {"no group", M_OFFER_SYNTAX, NULL},
      {"\xff", M_OFFER_SYNTAX, NULL},
      {"[offer]\nid = x\n", M_OFFER_KEY_MISSING, "operator"},
      {"[offer]\nid = X é\n", M_OFFER_VALUE, "id"},
      {OFFER "colour = red\n", M_OFFER_KEY_UNKNOWN, "colour"},
      {OFFER "line_valid = for ever\n", M_OFFER_VALUE, "line_valid"},
      {OFFER "line_from = monday\n", M_OFFER_VALUE, "line_from"},
      {OFFER "verified_on = 2026-02-31\n", M_OFFER_VALUE, "verified_on"},
      {OFFER "[product]\n", M_OFFER_GROUP_UNKNOWN, NULL},
      {OFFER "[product É]\n", M_OFFER_GROUP_UNKNOWN, NULL},
      {OFFER "[product a]\nname = a\n", M_OFFER_KEY_MISSING, "price_cents"},
      {OFFER "[product a]\nname = a\nprice_cents = 5,00\n", M_OFFER_VALUE, "price_cents"},
      {OFFER "[product a]\nname = a\nprice_cents = 0\n", M_OFFER_VALUE, "price_cents"},
      {OFFER "[product a]\nname =\nprice_cents = 5\n", M_OFFER_VALUE, "name"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (offer_read (rows[i].text, strlen (rows[i].text), &error));
    g_assert_error (error, RULE_ERROR, (int)rows[i].id);
    if (rows[i].named != NULL)
      g_assert_cmpstr (rule_error_finding (error)->args[1], ==, rows[i].named);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/offer/spans", test_spans);
  g_test_add_func ("/rules/offer/a-month-ends-on-its-last-day", test_a_month_ends_on_its_last_day);
  g_test_add_func ("/rules/offer/a-whole-offer", test_a_whole_offer);
  g_test_add_func ("/rules/offer/what-is-wrong-is-named", test_what_is_wrong_is_named);
  return g_test_run ();
}
