/* Money: what is read, what is refused, and how it is written. */
#include "db/money.h"

#define NBSP      "\xc2\xa0"
#define NNBSP     "\xe2\x80\xaf"
#define EURO      "\xe2\x82\xac"
#define UNTOUCHED G_GINT64_CONSTANT (424242)

static const struct {
  const char *text;
  MoneyParse found;
  gint64 cents;
} readings[] = {
    {"7900", MONEY_OK, 790000},
    {"7900.00", MONEY_OK, 790000},
    {"7900,00", MONEY_OK, 790000},
    {"7 900,00", MONEY_OK, 790000},
    {"7" NBSP "900,00", MONEY_OK, 790000},
    {"7" NNBSP "900,00" NBSP EURO, MONEY_OK, 790000},
    {"1 234 567,89", MONEY_OK, 123456789},
    {" 526,67 ", MONEY_OK, 52667},
    {"526.67" EURO, MONEY_OK, 52667},
    {"12,5", MONEY_OK, 1250},
    {"0", MONEY_OK, 0},
    {"0,05", MONEY_OK, 5},
    {"007", MONEY_OK, 700},
    {"999 999 999,99", MONEY_OK, 99999999999},
    {"1.234", MONEY_AMBIGUOUS, 0},
    {"1,234", MONEY_AMBIGUOUS, 0},
    {"7.900,0", MONEY_AMBIGUOUS, 0},
    {"7.900,00", MONEY_AMBIGUOUS, 0},
    {"7,900.00", MONEY_AMBIGUOUS, 0},
    {"1,5,5", MONEY_AMBIGUOUS, 0},
    {"12 34", MONEY_AMBIGUOUS, 0},
    {"7900 000", MONEY_AMBIGUOUS, 0},
    {"1  234", MONEY_NOT_A_NUMBER, 0},
    {"1 2345", MONEY_AMBIGUOUS, 0},
    {"", MONEY_NOT_A_NUMBER, 0},
    {" ", MONEY_NOT_A_NUMBER, 0},
    {EURO, MONEY_NOT_A_NUMBER, 0},
    {"-", MONEY_NOT_A_NUMBER, 0},
    {"--5", MONEY_NOT_A_NUMBER, 0},
    {"+5", MONEY_NOT_A_NUMBER, 0},
    {"5-", MONEY_NOT_A_NUMBER, 0},
    {",50", MONEY_NOT_A_NUMBER, 0},
    {"5,", MONEY_NOT_A_NUMBER, 0},
    {"1,2345", MONEY_NOT_A_NUMBER, 0},
    {"12 euros", MONEY_NOT_A_NUMBER, 0},
    {"1e3", MONEY_NOT_A_NUMBER, 0},
    {"0x10", MONEY_NOT_A_NUMBER, 0},
    {"$5", MONEY_NOT_A_NUMBER, 0},
    {"5 " EURO " 5", MONEY_NOT_A_NUMBER, 0},
    {EURO "5", MONEY_NOT_A_NUMBER, 0},
    {"5\n6", MONEY_NOT_A_NUMBER, 0},
    {"\xd9\xa5", MONEY_NOT_A_NUMBER, 0}, /* an Arabic digit */
    {"5\xff", MONEY_NOT_A_NUMBER, 0},    /* not UTF-8 */
    {"7 900,00", MONEY_OK, 790000},
    {"-5", MONEY_NEGATIVE, 0},
    {"-0,01", MONEY_NEGATIVE, 0},
    {"\xe2\x88\x92"
     "12,50",
     MONEY_NEGATIVE, 0},
    {"1000000000", MONEY_TOO_LARGE, 0},
    {"1 000 000 000,00", MONEY_TOO_LARGE, 0},
    {"99999999999999999999999999", MONEY_TOO_LARGE, 0},
};

static void
reads_what_people_write (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (readings); i++) {
    Money amount = money_of_cents (UNTOUCHED);
    MoneyParse found = money_parse (readings[i].text, &amount);
    g_test_message ("\"%s\"", readings[i].text);
    g_assert_cmpint (found, ==, readings[i].found);
    g_assert_cmpint (amount.cents, ==, found == MONEY_OK ? readings[i].cents : UNTOUCHED);
  }
}

static void
refuses_no_text (void)
{
  Money amount;
  g_assert_cmpint (money_parse (NULL, &amount), ==, MONEY_NOT_A_NUMBER);
}

static void
writes_for_files (void)
{
  static const struct {
    gint64 cents;
    const char *text;
  } written[] = {
      {790000, "7900.00"},
      {5, "0.05"},
      {0, "0.00"},
      {-1250, "-12.50"},
      {-1, "-0.01"},
      {99999999999, "999999999.99"},
      {G_MININT64, "-92233720368547758.08"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (written); i++) {
    g_autofree char *text = money_to_text (money_of_cents (written[i].cents));
    g_assert_cmpstr (text, ==, written[i].text);
  }
}

static void
reads_back_what_it_wrote (void)
{
  static const gint64 amounts[] = {0, 1, 10, 99, 100, 52667, 790000, 99999999999};
  for (gsize i = 0; i < G_N_ELEMENTS (amounts); i++) {
    g_autofree char *text = money_to_text (money_of_cents (amounts[i]));
    Money amount;
    g_assert_cmpint (money_parse (text, &amount), ==, MONEY_OK);
    g_assert_cmpint (amount.cents, ==, amounts[i]);
  }
}

static void
adds_without_overflow (void)
{
  Money sum = money_of_cents (UNTOUCHED);
  g_assert_false (money_add (money_of_cents (G_MAXINT64), money_of_cents (1), &sum));
  g_assert_cmpint (sum.cents, ==, UNTOUCHED);
  g_assert_true (money_add (money_of_cents (52667), money_of_cents (-67), &sum));
  g_assert_cmpint (sum.cents, ==, 52600);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/money/reads-what-people-write", reads_what_people_write);
  g_test_add_func ("/db/money/refuses-no-text", refuses_no_text);
  g_test_add_func ("/db/money/writes-for-files", writes_for_files);
  g_test_add_func ("/db/money/reads-back-what-it-wrote", reads_back_what_it_wrote);
  g_test_add_func ("/db/money/adds-without-overflow", adds_without_overflow);
  return g_test_run ();
}
