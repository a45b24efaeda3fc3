/* money_parse on any bytes: it answers, touches the output only on success, and reads back what it would print. */
#include "db/money.h"
#include <stddef.h>
#include <stdint.h>

#define UNTOUCHED (-1)

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  Money amount = money_of_cents (UNTOUCHED), again = amount;
  if (money_parse (text, &amount) != MONEY_OK) {
    g_assert_cmpint (amount.cents, ==, UNTOUCHED);
    return 0;
  }
  g_assert_cmpint (amount.cents, >=, 0);
  g_autofree char *printed = money_to_text (amount);
  g_assert_cmpint (money_parse (printed, &again), ==, MONEY_OK);
  g_assert_cmpint (again.cents, ==, amount.cents);
  return 0;
}
