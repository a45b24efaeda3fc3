/* Money as people write it, and as files want it. The arithmetic is in money.h. */
#include "db/money.h"
#include <string.h>

#define CENTS_MAX    G_GINT64_CONSTANT (99999999999) /* 999 999 999,99 */
#define WHOLE_MAX    (CENTS_MAX / 100)
#define GROUP_DIGITS 3
#define EURO         "\xe2\x82\xac"

/* Spaces made plain, ends and euro sign taken off. NULL when text is not UTF-8. Caller frees. */
static char *
tidy (const char *text)
{
  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return NULL;
  g_autoptr (GString) plain = g_string_new (text);
  g_string_replace (plain, "\xc2\xa0", " ", 0);     /* U+00A0 */
  g_string_replace (plain, "\xe2\x80\xaf", " ", 0); /* U+202F */
  g_strstrip (plain->str);
  if (g_str_has_suffix (plain->str, EURO))
    plain->str[strlen (plain->str) - strlen (EURO)] = '\0';
  g_strchomp (plain->str);
  return g_string_free (g_steal_pointer (&plain), FALSE);
}

/* Takes the digits at *at; returns how many. number stops growing above WHOLE_MAX. */
static int
take_digits (const char **at, gint64 *number)
{
  int digits = 0;
  for (; g_ascii_isdigit (**at); (*at)++, digits++)
    *number = MIN (*number * 10 + g_ascii_digit_value (**at), WHOLE_MAX + 1);
  return digits;
}

/* "7900" or "7 900": groups after the first have three digits. */
static MoneyParse
take_whole (const char **at, gint64 *whole)
{
  int first = take_digits (at, whole);
  if (first == 0)
    return MONEY_NOT_A_NUMBER;
  while (**at == ' ') {
    (*at)++;
    int digits = take_digits (at, whole);
    if (digits == 0)
      return MONEY_NOT_A_NUMBER;
    if (digits != GROUP_DIGITS || first > GROUP_DIGITS)
      return MONEY_AMBIGUOUS;
  }
  return MONEY_OK;
}

/* What so many digits after a comma or point mean, with `next` behind them. Three may be thousands. */
static MoneyParse
judge_decimals (int digits, char next)
{
  gboolean is_grouping = next == ',' || next == '.' || (next == '\0' && digits == GROUP_DIGITS);
  if (digits > 0 && is_grouping)
    return MONEY_AMBIGUOUS;
  return next == '\0' && (digits == 1 || digits == 2) ? MONEY_OK : MONEY_NOT_A_NUMBER;
}

/* Nothing, or a comma or point and one or two digits. */
static MoneyParse
take_cents (const char **at, gint64 *cents)
{
  if (**at == '\0')
    return MONEY_OK;
  if (**at != ',' && **at != '.')
    return MONEY_NOT_A_NUMBER;
  (*at)++;
  gint64 number = 0;
  int digits = take_digits (at, &number);
  MoneyParse found = judge_decimals (digits, **at);
  if (found == MONEY_OK)
    *cents = digits == 1 ? number * 10 : number;
  return found;
}

static gboolean
take_minus (const char **at)
{
  static const char *const signs[] = {"-", "\xe2\x88\x92"}; /* and U+2212 */
  for (gsize i = 0; i < G_N_ELEMENTS (signs); i++)
    if (g_str_has_prefix (*at, signs[i])) {
      *at += strlen (signs[i]);
      return TRUE;
    }
  return FALSE;
}

MoneyParse
money_parse (const char *text, Money *amount)
{
  g_autofree char *plain = tidy (text);
  if (plain == NULL)
    return MONEY_NOT_A_NUMBER;
  const char *at = plain;
  gboolean is_negative = take_minus (&at);
  gint64 whole = 0, cents = 0;
  MoneyParse found = take_whole (&at, &whole);
  if (found == MONEY_OK)
    found = take_cents (&at, &cents);
  if (found != MONEY_OK)
    return found;
  if (is_negative)
    return MONEY_NEGATIVE;
  if (whole > WHOLE_MAX)
    return MONEY_TOO_LARGE;
  *amount = money_of_cents (whole * 100 + cents);
  return MONEY_OK;
}

char *
money_to_text (Money amount)
{
  guint64 cents = amount.cents < 0 ? -(guint64)amount.cents : (guint64)amount.cents;
  return g_strdup_printf ("%s%" G_GUINT64_FORMAT ".%02d", amount.cents < 0 ? "-" : "", cents / 100, (int)(cents % 100));
}
