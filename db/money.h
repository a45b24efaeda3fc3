/* Money is a whole number of euro cents, never a floating-point number.
 * The arithmetic is here, inline, so that the rules can use it without linking db/. Reading and printing are in money.c. */
#pragma once
#include <glib.h>

typedef struct {
  gint64 cents;
} Money;

/* What money_parse found. Everything but MONEY_OK leaves the output untouched. */
typedef enum {
  MONEY_OK,
  MONEY_NOT_A_NUMBER, /* letters, nothing at all, two signs ... */
  MONEY_AMBIGUOUS,    /* "1.234", "1,234", "7.900,0": could be read two ways */
  MONEY_NEGATIVE,
  MONEY_TOO_LARGE, /* more than 999 999 999,99 */
} MoneyParse;

static inline Money
money_of_cents (gint64 cents)
{
  return (Money){.cents = cents};
}

/* sum = a + b. FALSE when it does not fit; sum is then untouched. */
static inline gboolean
money_add (Money a, Money b, Money *sum)
{
  gint64 cents;
  if (__builtin_add_overflow (a.cents, b.cents, &cents))
    return FALSE;
  sum->cents = cents;
  return TRUE;
}

/* Reads "7 900,00" (any of space, U+00A0, U+202F between groups of three), "7900,00", "7900.00", "7900", with an optional
 * euro sign at the end. Refuses what two people could read differently ("1.234", "1,234"). */
MoneyParse money_parse (const char *text, Money *amount);

/* "7900.00" (or "-12.50"): for files and logs. Caller frees. */
char *money_to_text (Money amount);
