/* When the desk is closed: week days, the French public holidays, the days the body adds. Declared in dates.h with the rest of the dates. */
#include "daemon/rules/dates.h"

#define NEXT_OPEN_DAYS_MAX 60

/* One row a reason: its stable word and how people say it. */
typedef struct {
  const char *word;
  const char *text[2]; /* by Language */
} Closing;

/* Index: GDateWeekday (Monday is 1). */
static const Closing weekdays[] = {
    [G_DATE_MONDAY] = {"monday", {"un lundi", "a Monday"}},
    [G_DATE_TUESDAY] = {"tuesday", {"un mardi", "a Tuesday"}},
    [G_DATE_WEDNESDAY] = {"wednesday", {"un mercredi", "a Wednesday"}},
    [G_DATE_THURSDAY] = {"thursday", {"un jeudi", "a Thursday"}},
    [G_DATE_FRIDAY] = {"friday", {"un vendredi", "a Friday"}},
    [G_DATE_SATURDAY] = {"saturday", {"un samedi", "a Saturday"}},
    [G_DATE_SUNDAY] = {"sunday", {"un dimanche", "a Sunday"}},
};

/* Code du travail, article L3133-1. Either a fixed day and month, or a number of days after Easter Sunday (month 0). */
static const struct {
  Closing closing;
  int month, day;
} holidays[] = {
    {{"holiday:new_year", {"férié (jour de l'An)", "a public holiday (New Year's Day)"}}, 1, 1},
    {{"holiday:easter_monday", {"férié (lundi de Pâques)", "a public holiday (Easter Monday)"}}, 0, 1},
    {{"holiday:labour_day", {"férié (fête du Travail)", "a public holiday (Labour Day)"}}, 5, 1},
    {{"holiday:victory_day", {"férié (8 mai 1945)", "a public holiday (Victory Day)"}}, 5, 8},
    {{"holiday:ascension", {"férié (Ascension)", "a public holiday (Ascension Day)"}}, 0, 39},
    {{"holiday:whit_monday", {"férié (lundi de Pentecôte)", "a public holiday (Whit Monday)"}}, 0, 50},
    {{"holiday:bastille_day", {"férié (fête nationale)", "a public holiday (national day)"}}, 7, 14},
    {{"holiday:assumption", {"férié (Assomption)", "a public holiday (Assumption)"}}, 8, 15},
    {{"holiday:all_saints", {"férié (Toussaint)", "a public holiday (All Saints' Day)"}}, 11, 1},
    {{"holiday:armistice", {"férié (11 novembre 1918)", "a public holiday (Armistice Day)"}}, 11, 11},
    {{"holiday:christmas", {"férié (Noël)", "a public holiday (Christmas Day)"}}, 12, 25},
};

static const Closing added = {"closed", {"un jour de fermeture", "a closing day"}};

/* Easter Sunday of that year in the Gregorian calendar, by Gauss's method with the two corrections of 1816. */
static void
easter_sunday (int year, GDate *sunday)
{
  int century = year / 100;
  int moon_correction = (15 + century - (13 + 8 * century) / 25 - century / 4) % 30;
  int sun_correction = (4 + century - century / 4) % 7;
  int golden = year % 19;
  int moon = (19 * golden + moon_correction) % 30;
  int week = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + sun_correction) % 7;
  int after_22_march = moon + week;
  if (moon == 29 && week == 6)
    after_22_march -= 7;
  else if (moon == 28 && week == 6 && golden > 10)
    after_22_march -= 7;
  g_date_set_dmy (sunday, 22, G_DATE_MARCH, (GDateYear)year);
  g_date_add_days (sunday, (guint)after_22_march);
}

static const Closing *
holiday_on (const GDate *date)
{
  GDate easter;
  g_date_clear (&easter, 1);
  easter_sunday (g_date_get_year (date), &easter);
  int after_easter = g_date_days_between (&easter, date);
  for (gsize i = 0; i < G_N_ELEMENTS (holidays); i++) {
    gboolean falls = holidays[i].month == 0 ? holidays[i].day == after_easter
                                            : holidays[i].month == (int)g_date_get_month (date) &&
                                                  holidays[i].day == g_date_get_day (date);
    if (falls)
      return &holidays[i].closing;
  }
  return NULL;
}

static gboolean
is_added (const Calendar *calendar, const Day *day)
{
  for (gsize i = 0; calendar->closed_days != NULL && i < calendar->n_closed_days; i++)
    if (g_str_equal (calendar->closed_days[i].text, day->text))
      return TRUE;
  return FALSE;
}

const char *
calendar_closed (const Calendar *calendar, const Day *day)
{
  GDate date;
  if (!day_to_date (day, &date))
    return NULL;
  const Closing *holiday = calendar->french_holidays ? holiday_on (&date) : NULL;
  if (holiday != NULL)
    return holiday->word;
  GDateWeekday weekday = g_date_get_weekday (&date);
  if ((calendar->closed_weekdays & (1u << weekday)) != 0)
    return weekdays[weekday].word;
  return is_added (calendar, day) ? added.word : NULL;
}

static const Closing *
closing_find (const char *word)
{
  for (gsize i = G_DATE_MONDAY; i <= G_DATE_SUNDAY; i++)
    if (g_strcmp0 (weekdays[i].word, word) == 0)
      return &weekdays[i];
  for (gsize i = 0; i < G_N_ELEMENTS (holidays); i++)
    if (g_strcmp0 (holidays[i].closing.word, word) == 0)
      return &holidays[i].closing;
  return g_strcmp0 (added.word, word) == 0 ? &added : NULL;
}

const char *
calendar_closed_text (const char *reason, Language language)
{
  const Closing *closing = closing_find (reason);
  return closing != NULL ? closing->text[language] : NULL;
}

Day
calendar_next_open (const Calendar *calendar, const Day *day)
{
  for (int ahead = 0; ahead <= NEXT_OPEN_DAYS_MAX; ahead++) {
    Day next = day_add (day, ahead);
    if (calendar_closed (calendar, &next) == NULL)
      return next;
  }
  return *day;
}
