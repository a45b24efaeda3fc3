/* day_parse on any bytes: it answers, touches the output only on success, and every day it reads can be computed with. */
#include "daemon/rules/dates.h"
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const Calendar calendar = {.closed_weekdays = 1u << 7, .french_holidays = TRUE};
  g_autofree char *text = g_strndup ((const char *)data, size);
  Day day = {"kept"}, again;
  if (!day_parse (text, &day, NULL)) {
    g_assert_cmpstr (day.text, ==, "kept");
    return 0;
  }
  g_assert_true (day_parse (day.text, &again, NULL));
  g_assert_cmpstr (again.text, ==, day.text);
  DueDay due = loan_due_day (&calendar, &day);
  g_assert_cmpint (day_until (&day, &due.nominal), >=, 365);
  g_assert_cmpint (day_until (&day, &due.nominal), <=, 366);
  g_assert_null (calendar_closed (&calendar, &due.day));
  Day back = day_add (&due.day, day_until (&due.day, &day));
  g_assert_cmpstr (back.text, ==, day.text);
  return 0;
}
