/* Days: reading, adding, counting, and when a loan is due. When the desk is closed is in calendar.c. */
#include "daemon/rules/dates.h"

#define YEAR_MIN 2000
#define YEAR_MAX 2199

static Day
day_of_date (const GDate *date)
{
  Day day;
  g_snprintf (day.text, sizeof day.text, "%04u-%02u-%02u", g_date_get_year (date), (guint)g_date_get_month (date),
              g_date_get_day (date));
  return day;
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
  guint y = (guint)atoi (day->text), m = (guint)atoi (day->text + 5), d = (guint)atoi (day->text + 8);
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
  guint y = (guint)atoi (trimmed + (is_french ? 6 : 0));
  guint m = (guint)atoi (trimmed + (is_french ? 3 : 5));
  guint d = (guint)atoi (trimmed + (is_french ? 0 : 8));
  if (y < YEAR_MIN || y > YEAR_MAX) {
    rule_error_set (error, M_DAY_RANGE, trimmed, NULL);
    return FALSE;
  }
  if (!g_date_valid_dmy ((GDateDay)d, (GDateMonth)m, (GDateYear)y)) {
    rule_error_set (error, M_DAY_NOT_REAL, trimmed, NULL);
    return FALSE;
  }
  g_snprintf (day->text, sizeof day->text, "%04u-%02u-%02u", y, m, d);
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
  Day day = {""};
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (instant);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, calendar->zone) : NULL;
  if (local != NULL)
    g_snprintf (day.text, sizeof day.text, "%04d-%02d-%02d", g_date_time_get_year (local) % 10000,
                g_date_time_get_month (local), g_date_time_get_day_of_month (local));
  return day;
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
