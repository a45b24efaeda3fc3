/* Fields as people type them. */
#include "daemon/actions/field.h"
#include "daemon/actions/piece.h"

static void
words_are_compared_as_people_do (void)
{
  g_assert_true (field_same_word ("N° de série", "n de SERIE"));
  g_assert_true (field_same_word ("Modèle", "modele"));
  g_assert_true (field_same_word ("inventory_no", "Inventory No"));
  g_assert_false (field_same_word ("modèle", "modules"));
  g_assert_true (piece_same_name ("Housse", "sleeve"));
  g_assert_true (piece_same_name ("Boîte", "BOX"));
  g_assert_true (piece_same_name ("coque verte", "Coque Verte"));
  g_assert_false (piece_same_name ("housse", "charger"));
}

static void
ambiguous_amount_names_both_readings (void)
{
  static const struct {
    const char *typed, *whole, *cents;
  } cases[] = {{"1.234", "123400", "123"}, {"1,234", "123400", "123"}};
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    Money untouched = money_of_cents (7);
    g_assert_false (field_amount ("price", cases[i].typed, NULL, TRUE, &untouched, &error));
    g_assert_error (error, RULE_ERROR, (int)M_MONEY_AMBIGUOUS);
    g_assert_cmpstr (rule_error_finding (error)->args[1], ==, cases[i].whole);
    g_assert_cmpstr (rule_error_finding (error)->args[2], ==, cases[i].cents);
    g_assert_cmpint (untouched.cents, ==, 7);
  }
}

static void
amount_is_text_or_cents (void)
{
  static const gint64 cents = 52667;
  Money amount;
  g_assert_true (field_amount ("price", "526,67", NULL, TRUE, &amount, NULL));
  g_assert_cmpint (amount.cents, ==, 52667);
  g_assert_true (field_amount ("price", NULL, &cents, TRUE, &amount, NULL));
  g_assert_cmpint (amount.cents, ==, 52667);
  g_assert_true (field_amount ("price", " ", NULL, FALSE, &amount, NULL));
  g_assert_cmpint (amount.cents, ==, 0);
  g_autoptr (GError) error = NULL;
  g_assert_false (field_amount ("price", "", NULL, TRUE, &amount, &error));
  g_assert_error (error, RULE_ERROR, (int)M_FIELD_MISSING);
}

static void
long_text_is_refused_by_characters_not_bytes (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  for (int i = 0; i < 120; i++)
    g_string_append (text, "é");
  g_autofree char *value = NULL;
  g_assert_true (field_text ("town", text->str, &value, NULL));
  g_assert_cmpstr (value, ==, text->str);
  g_string_append (text, "é");
  g_assert_false (field_text ("town", text->str, &value, &error));
  g_assert_error (error, RULE_ERROR, (int)M_FIELD_LONG);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/field/words-are-compared-as-people-do", words_are_compared_as_people_do);
  g_test_add_func ("/actions/field/ambiguous-amount-names-both-readings", ambiguous_amount_names_both_readings);
  g_test_add_func ("/actions/field/amount-is-text-or-cents", amount_is_text_or_cents);
  g_test_add_func ("/actions/field/long-text-is-refused-by-characters", long_text_is_refused_by_characters_not_bytes);
  return g_test_run ();
}
