/* What people type into fields. Serial numbers and phone numbers here are invented. */
#include "daemon/rules/field.h"

typedef char *(*Check) (const char *text, GError **error);

/* Either a normal form or a message. */
typedef struct {
  const char *text, *normal;
  int id; /* MessageId; GError.code is an int */
} Row;

static void
run (Check check, const Row *rows, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *normal = check (rows[i].text, &error);
    g_test_message ("%s", rows[i].text != NULL ? rows[i].text : "NULL");
    g_assert_cmpstr (normal, ==, rows[i].normal);
    if (rows[i].normal != NULL)
      g_assert_no_error (error);
    else
      g_assert_error (error, RULE_ERROR, rows[i].id);
    g_autofree char *again = rows[i].normal != NULL ? check (normal, NULL) : NULL;
    g_assert_cmpstr (again, ==, rows[i].normal); /* a normal form is its own normal form */
  }
}

static void
test_iccid (void)
{
  static const Row rows[] = {
      {"89330100000000000012", "89330100000000000012", 0},
      {"8933 0100\u00a00000 0000 0012", "89330100000000000012", 0},
      {"8933010000000000002", "8933010000000000002", 0},
      {"8933010000000000000", "8933010000000000000", 0}, /* 19 digits may lack their check digit */
      {NULL, NULL, M_ICCID_MISSING},
      {"", NULL, M_ICCID_MISSING},
      {" \t", NULL, M_ICCID_MISSING},
      {"89330100000000000013", NULL, M_ICCID_LUHN},
      {"893301000000000O001", NULL, M_ICCID_LETTERS},
      {"8.9330100000000E+18", NULL, M_ICCID_LETTERS}, /* what a spreadsheet makes of it */
      {"8933-0100-0000-0000-001", NULL, M_ICCID_LETTERS},
      {"٨٩٣٣٠١٠٠٠٠٠٠٠٠٠٠٠٠١", NULL, M_ICCID_LETTERS},
      {"893301000000000000", NULL, M_ICCID_LENGTH},
      {"893301000000000000001", NULL, M_ICCID_LENGTH},
      {"1234567890123456789", NULL, M_ICCID_START},
      {"89\xff", NULL, M_ICCID_LETTERS},
  };
  run (iccid_check, rows, G_N_ELEMENTS (rows));
}

static void
test_imei (void)
{
  static const Row rows[] = {
      {"352099001761481", "352099001761481", 0},    {"35-209900-176148-1", "352099001761481", 0},
      {"35 209900 176148 1", "352099001761481", 0}, {NULL, NULL, M_IMEI_MISSING},
      {"352099001761482", NULL, M_IMEI_LUHN},       {"35209900176148", NULL, M_IMEI_LENGTH},
      {"3520990017614810", NULL, M_IMEI_LENGTH},    {"3520990O1761481", NULL, M_IMEI_LETTERS},
  };
  run (imei_check, rows, G_N_ELEMENTS (rows));
}

static void
test_phone (void)
{
  static const Row rows[] = {
      {"06 39 98 00 00", "+33639980000", 0},
      {"0639980000", "+33639980000", 0},
      {"06.39.98.00.00", "+33639980000", 0},
      {"06-39-98-00-00", "+33639980000", 0},
      {"06\u00a039\u202f98 00 00", "+33639980000", 0},
      {"+33639980000", "+33639980000", 0},
      {"+33 (0)6 39 98 00 00", "+33639980000", 0},
      {"0033 6 39 98 00 00", "+33639980000", 0},
      {"0700 00 00 00 00 01", "+337000000000001", 0}, /* thirteen digits after +33: a number for machines */
      {"+32 470 00 00 00", "+32470000000", 0},
      {NULL, NULL, M_PHONE_MISSING},
      {"  ", NULL, M_PHONE_MISSING},
      {"639980000", NULL, M_PHONE_FORMAT},
      {"06 39 98 00", NULL, M_PHONE_FORMAT},
      {"06 39 98 00 00 0", NULL, M_PHONE_FORMAT},
      {"+330639980000", NULL, M_PHONE_FORMAT},
      {"+0639980000", NULL, M_PHONE_FORMAT},
      {"(0)639980000", NULL, M_PHONE_FORMAT},
      {"06 39 98 00 0O", NULL, M_PHONE_FORMAT},
      {"+", NULL, M_PHONE_FORMAT},
      {"112", NULL, M_PHONE_FORMAT},
      {"+1234567890123456", NULL, M_PHONE_FORMAT},
      {"06 39 98 00 00 / 06 39 98 00 01", NULL, M_PHONE_FORMAT},
  };
  run (msisdn_check, rows, G_N_ELEMENTS (rows));
}

static void
test_serial (void)
{
  static const Row rows[] = {
      {"R9TEST0001", "R9TEST0001", 0},
      {" R9TEST0001\r\n", "R9TEST0001", 0},
      {"ab-c_d.1", "ab-c_d.1", 0},
      {"HA0000TEST", "HA0000TEST", 0},
      {NULL, NULL, M_SERIAL_MISSING},
      {"\t", NULL, M_SERIAL_MISSING},
      {"abc", NULL, M_SERIAL_LENGTH},
      {"123456789012345678901234567890abc", NULL, M_SERIAL_LENGTH},
      {"R9 TEST", NULL, M_SERIAL_LETTERS},
      {"R9TÉST", NULL, M_SERIAL_LETTERS},
      {"R9TEST;rm", NULL, M_SERIAL_LETTERS},
      {"0123456789ABCDEF", NULL, M_SERIAL_PLACEHOLDER},
      {"0123456789abcdef", NULL, M_SERIAL_PLACEHOLDER},
      {"1234567890ABCDEF", NULL, M_SERIAL_PLACEHOLDER},
      {"00000000", NULL, M_SERIAL_PLACEHOLDER},
      {"FFFFFFFFFFFF", NULL, M_SERIAL_PLACEHOLDER},
      {"Unknown", NULL, M_SERIAL_PLACEHOLDER},
  };
  run (serial_check, rows, G_N_ELEMENTS (rows));
}

static void
test_name (void)
{
  g_autofree char *longest = g_strnfill (120, 'a');
  g_autofree char *longer = g_strnfill (121, 'a');
  g_autoptr (GString) accents = g_string_new (NULL);
  for (int i = 0; i < 120; i++)
    g_string_append (accents, "é");
  const Row rows[] = {
      {"Odile Martin", "Odile Martin", 0},
      {"  Odile   Martin\r\n", "Odile   Martin", 0},
      {"\u00a0Zoé L'Hôte\u202f", "Zoé L'Hôte", 0},
      {"Nguyễn 阮", "Nguyễn 阮", 0},
      {longest, longest, 0},
      {accents->str, accents->str, 0},
      {longer, NULL, M_NAME_LONG},
      {NULL, NULL, M_NAME_MISSING},
      {"   ", NULL, M_NAME_MISSING},
      {"\u00a0", NULL, M_NAME_MISSING},
      {"\u200d", NULL, M_NAME_MISSING},
      {"Odile\nMartin", NULL, M_NAME_LETTERS},
      {"Odile\tMartin", NULL, M_NAME_LETTERS},
      {"Odile\x1b[0m", NULL, M_NAME_LETTERS},
      {"Odile\u202eMartin", NULL, M_NAME_LETTERS}, /* turns the text around */
      {"Odile\u200bMartin", NULL, M_NAME_LETTERS}, /* cannot be seen */
      {"Odile\u2028Martin", NULL, M_NAME_LETTERS},
      {"Odile \xe9", NULL, M_NAME_LETTERS}, /* Latin-1 */
  };
  run (name_check, rows, G_N_ELEMENTS (rows));
}

static void
test_inventory (void)
{
  static const Row rows[] = {
      {"TAB-2026-0001", "TAB-2026-0001", 0},
      {" 21838/2026 n° 14 ", "21838/2026 n° 14", 0},
      {"1234567890123456789012345", "1234567890123456789012345", 0},
      {"12345678901234567890123456", NULL, M_INVENTORY_LONG},
      {"", NULL, M_INVENTORY_MISSING},
      {NULL, NULL, M_INVENTORY_MISSING},
      {"TAB\n1", NULL, M_INVENTORY_LETTERS},
  };
  run (inventory_check, rows, G_N_ELEMENTS (rows));
}

/* Every single wrong digit is caught by the check digit. */
static void
test_luhn_catches_typing_mistakes (void)
{
  const char *good = "89330100000000000012";
  for (gsize i = 2; i < strlen (good); i++)
    for (char digit = '0'; digit <= '9'; digit++) {
      g_autofree char *wrong = g_strdup (good);
      wrong[i] = digit;
      g_autofree char *read = iccid_check (wrong, NULL);
      g_assert_true ((read != NULL) == (digit == good[i]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/field/iccid", test_iccid);
  g_test_add_func ("/rules/field/imei", test_imei);
  g_test_add_func ("/rules/field/phone", test_phone);
  g_test_add_func ("/rules/field/serial", test_serial);
  g_test_add_func ("/rules/field/name", test_name);
  g_test_add_func ("/rules/field/inventory", test_inventory);
  g_test_add_func ("/rules/field/luhn-catches-typing-mistakes", test_luhn_catches_typing_mistakes);
  return g_test_run ();
}
