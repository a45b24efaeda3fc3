/* Days: reading, adding, counting, and when a loan is due. When the desk is closed is in calendar.c. */
#include "daemon/rules/dates.h"

#define YEAR_MIN 2000
#define YEAR_MAX 2199

#define JULIAN_OF_1970 719163 /* days, as GDate counts them */
#define JULIAN_OF_9999 3652059

static void
put_digits (char *at, guint count, guint number)
{
  for (; count > 0; number /= 10)
    at[--count] = (char)('0' + number % 10);
}

/* A number of several digits. */
static guint
digits (const char *at, guint count)
{
  guint number = 0;
  for (guint i = 0; i < count; i++)
    number = number * 10 + (guint)g_ascii_digit_value (at[i]);
  return number;
}

/* By hand: a lend reads and writes some twenty days, and printf is slower than all else it does with them. */
static Day
day_of_numbers (guint year, guint month, guint day)
{
  Day made = {"0000-00-00"};
  put_digits (made.text, 4, year);
  put_digits (made.text + 5, 2, month);
  put_digits (made.text + 8, 2, day);
  return made;
}

static Day
day_of_date (const GDate *date)
{
  return day_of_numbers (g_date_get_year (date), g_date_get_month (date), g_date_get_day (date));
}

/* Does text look like pattern, where 0 stands for a digit? */
static gboolean
looks_like (const char *text, const char *pattern)
{
  gsize i;
  for (i = 0; pattern[i] != '\0'; i++)
    if (pattern[i] == '0' ? !g_ascii_isdigit (text[i]) : text[i] != pattern[i])
      return FALSE;
  return text[i] == '\0';
}

gboolean
day_to_date (const Day *day, GDate *date)
{
  g_date_clear (date, 1);
  if (!looks_like (day->text, "0000-00-00"))
    return FALSE;
  guint y = digits (day->text, 4), m = digits (day->text + 5, 2), d = digits (day->text + 8, 2);
  if (!g_date_valid_dmy ((GDateDay)d, (GDateMonth)m, (GDateYear)y))
    return FALSE;
  g_date_set_dmy (date, (GDateDay)d, (GDateMonth)m, (GDateYear)y);
  return TRUE;
}

gboolean
day_parse (const char *text, Day *day, GError **error)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text != NULL ? text : ""));
  gboolean is_french = looks_like (trimmed, "00/00/0000");
  if (!is_french && !looks_like (trimmed, "0000-00-00")) {
    rule_error_set (error, M_DAY_FORMAT, trimmed, NULL);
    return FALSE;
  }
  guint y = digits (trimmed + (is_french ? 6 : 0), 4);
  guint m = digits (trimmed + (is_french ? 3 : 5), 2);
  guint d = digits (trimmed + (is_french ? 0 : 8), 2);
  if (y < YEAR_MIN || y > YEAR_MAX) {
    rule_error_set (error, M_DAY_RANGE, trimmed, NULL);
    return FALSE;
  }
  if (!g_date_valid_dmy ((GDateDay)d, (GDateMonth)m, (GDateYear)y)) {
    rule_error_set (error, M_DAY_NOT_REAL, trimmed, NULL);
    return FALSE;
  }
  *day = day_of_numbers (y, m, d);
  return TRUE;
}

gboolean
day_is_set (const Day *day)
{
  return day->text[0] != '\0';
}

Day
day_of_instant (const Calendar *calendar, gint64 instant)
{
  enum { DAY_S = 24 * 60 * 60 };
  if (instant < 0 || instant > (gint64)(JULIAN_OF_9999 - JULIAN_OF_1970) * DAY_S)
    return (Day){""};
  int interval = g_time_zone_find_interval (calendar->zone, G_TIME_TYPE_UNIVERSAL, instant);
  gint64 local = instant + g_time_zone_get_offset (calendar->zone, interval);
  GDate date;
  g_date_clear (&date, 1);
  g_date_set_julian (
      &date, (guint32)(JULIAN_OF_1970 + (local + DAY_S) / DAY_S - 1)); /* west of Greenwich 1970 begins in 1969 */
  return day_of_date (&date);
}

Day
day_add (const Day *day, int days)
{
  GDate date, first, last;
  if (!day_to_date (day, &date))
    return (Day){""};
  g_date_clear (&first, 1);
  g_date_clear (&last, 1);
  g_date_set_dmy (&first, 1, G_DATE_JANUARY, 1);
  g_date_set_dmy (&last, 31, G_DATE_DECEMBER, 9999);
  gint64 julian = (gint64)g_date_get_julian (&date) + days;
  g_date_set_julian (&date, (guint32)CLAMP (julian, g_date_get_julian (&first), g_date_get_julian (&last)));
  return day_of_date (&date);
}

Day
day_add_months (const Day *day, int months)
{
  GDate date;
  if (!day_to_date (day, &date))
    return (Day){""};
  g_date_add_months (&date, (guint)months); /* on the month's last day at most */
  return day_of_date (&date);
}

Day
day_add_year (const Day *day)
{
  GDate date;
  if (!day_to_date (day, &date))
    return (Day){""};
  g_date_add_years (&date, 1); /* gives 28 February after 29 February */
  return day_of_date (&date);
}

int
day_until (const Day *a, const Day *b)
{
  GDate from, to;
  return day_to_date (a, &from) && day_to_date (b, &to) ? g_date_days_between (&from, &to) : 0;
}

DueDay
loan_due_day (const Calendar *calendar, const Day *start)
{
  DueDay due = {.nominal = day_add_year (start)};
  const char *closed = calendar_closed (calendar, &due.nominal);
  due.day = calendar_next_open (calendar, &due.nominal);
  due.reason = closed != NULL ? closed : "term";
  return due;
}

/* The reasons that are not a closed day. */
static const struct {
  const char *reason;
  const char *text[2]; /* by Language */
} due_reasons[] = {
    {"term", {"un an de prêt", "one year of loan"}},
    {"asked", {"date choisie avec la personne", "day chosen with the person"}},
};

char *
due_reason_text (const char *reason, const Day *nominal, Language language)
{
  const char *closed = calendar_closed_text (reason, language);
  if (closed != NULL)
    return g_strdup_printf (language == LANGUAGE_FR ? "le %.2s/%.2s/%.4s est %s" : "%.2s/%.2s/%.4s is %s",
                            nominal->text + 8, nominal->text + 5, nominal->text, closed);
  for (gsize i = 0; i < G_N_ELEMENTS (due_reasons); i++)
    if (g_strcmp0 (reason, due_reasons[i].reason) == 0)
      return g_strdup (due_reasons[i].text[language]);
  return g_strdup (reason != NULL ? reason : "");
}
