/* Days, time zones, closed days and due days. */
#include "daemon/rules/dates.h"
#include "golden.h"

#define SATURDAY_SUNDAY (1u << 6 | 1u << 7)

static Day
day (const char *text)
{
  Day made = {""};
  g_strlcpy (made.text, text, sizeof made.text);
  return made;
}

/* Europe/Paris by its rule, so that the test does not depend on the machine's zone files. */
static GTimeZone *
paris (void)
{
  GTimeZone *zone = g_time_zone_new_identifier ("CET-1CEST,M3.5.0,M10.5.0/3");
  g_assert_nonnull (zone);
  return zone;
}

static void
test_reads_both_forms (void)
{
  static const char *const rows[][2] = {
      {"2026-11-21", "2026-11-21"}, {"21/11/2026", "2026-11-21"}, {" 21/11/2026\r\n", "2026-11-21"},
      {"2028-02-29", "2028-02-29"}, {"29/02/2000", "2000-02-29"}, {"31/12/2199", "2199-12-31"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    Day read;
    g_assert_true (day_parse (rows[i][0], &read, &error));
    g_assert_cmpstr (read.text, ==, rows[i][1]);
  }
}

static void
test_refuses_what_is_no_day (void)
{
  static const struct {
    const char *text;
    int id; /* MessageId; GError.code is an int */
  } rows[] = {
      {"31/02/2026", M_DAY_NOT_REAL},
      {"2026-02-31", M_DAY_NOT_REAL},
      {"29/02/2026", M_DAY_NOT_REAL},
      {"29/02/2100", M_DAY_NOT_REAL},
      {"00/01/2026", M_DAY_NOT_REAL},
      {"2026-13-01", M_DAY_NOT_REAL},
      {"99/99/2026", M_DAY_NOT_REAL},
      {"31/12/1999", M_DAY_RANGE},
      {"2200-01-01", M_DAY_RANGE},
      {"0000-00-00", M_DAY_RANGE},
      {"31/02", M_DAY_FORMAT},
      {"1/2/2026", M_DAY_FORMAT},
      {"2026/11/21", M_DAY_FORMAT},
      {"21-11-2026", M_DAY_FORMAT},
      {"21/11/26", M_DAY_FORMAT},
      {"2026-11-21T10", M_DAY_FORMAT},
      {"2026-11-2", M_DAY_FORMAT},
      {"+026-11-21", M_DAY_FORMAT},
      {"", M_DAY_FORMAT},
      {"demain", M_DAY_FORMAT},
      {"２０26-11-21", M_DAY_FORMAT},
      {NULL, M_DAY_FORMAT},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    Day kept = day ("2026-01-01");
    g_test_message ("%s", rows[i].text != NULL ? rows[i].text : "NULL");
    g_assert_false (day_parse (rows[i].text, &kept, &error));
    g_assert_error (error, RULE_ERROR, rows[i].id);
    g_assert_cmpstr (kept.text, ==, "2026-01-01");
  }
}

static void
test_adds_and_counts_days (void)
{
  static const struct {
    const char *from;
    int days;
    const char *to;
  } rows[] = {
      {"2026-11-21", 0, "2026-11-21"},     {"2026-11-21", 30, "2026-12-21"}, {"2028-02-28", 1, "2028-02-29"},
      {"2028-03-01", -1, "2028-02-29"},    {"2026-12-31", 1, "2027-01-01"},  {"2026-01-01", -366, "2024-12-31"},
      {"2000-01-01", 73049, "2200-01-01"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Day from = day (rows[i].from), to = day_add (&from, rows[i].days);
    g_assert_cmpstr (to.text, ==, rows[i].to);
    g_assert_cmpint (day_until (&from, &to), ==, rows[i].days);
  }
  Day start = day ("2026-11-21"), last = day_add (&start, G_MAXINT), first = day_add (&start, G_MININT);
  g_assert_cmpstr (last.text, ==, "9999-12-31");
  g_assert_cmpstr (first.text, ==, "0001-01-01");
}

static void
test_no_day_stays_no_day (void)
{
  Day none = day (""), some = day ("2026-11-21");
  g_assert_false (day_is_set (&none));
  g_assert_true (day_is_set (&some));
  Day added = day_add (&none, 3), later = day_add_year (&none);
  g_assert_false (day_is_set (&added));
  g_assert_false (day_is_set (&later));
  g_assert_cmpint (day_until (&none, &some), ==, 0);
}

static void
test_a_year_later (void)
{
  static const char *const rows[][2] = {
      {"2026-11-21", "2027-11-21"}, {"2028-02-29", "2029-02-28"}, {"2027-02-28", "2028-02-28"},
      {"2027-03-01", "2028-03-01"}, {"2028-03-01", "2029-03-01"}, {"2026-12-31", "2027-12-31"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Day from = day (rows[i][0]), to = day_add_year (&from);
    g_assert_cmpstr (to.text, ==, rows[i][1]);
  }
}

/* Borrowing year after year from 29 February must not drift by more than that one day. */
static void
test_years_do_not_drift (void)
{
  Day at = day ("2028-02-29");
  for (int year = 2029; year < 2060; year++) {
    g_autofree char *expected = g_strdup_printf ("%d-02-28", year);
    at = day_add_year (&at);
    g_assert_cmpstr (at.text, ==, expected);
  }
}

static void
test_midnight_in_paris (void)
{
  static const struct {
    gint64 instant;
    const char *day;
  } rows[] = {
      {1774738799, "2026-03-28"},                             /* 23:59:59 winter, the night the clocks go forward */
      {1774738800, "2026-03-29"},                             /* midnight */
      {1774821599, "2026-03-29"},                             /* 23:59:59 summer: that day had 23 hours */
      {1774821600, "2026-03-30"}, {1792879199, "2026-10-24"}, /* 23:59:59 summer, the night the clocks go back */
      {1792879200, "2026-10-25"}, {1792969199, "2026-10-25"}, /* 23:59:59 winter: that day had 25 hours */
      {1792969200, "2026-10-26"},
  };
  g_autoptr (GTimeZone) zone = paris ();
  const Calendar calendar = {.zone = zone};
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Day found = day_of_instant (&calendar, rows[i].instant);
    g_assert_cmpstr (found.text, ==, rows[i].day);
  }
  static const gint64 unnamed[] = {G_MAXINT64, G_MININT64, -1, 253402300800};
  for (gsize i = 0; i < G_N_ELEMENTS (unnamed); i++) {
    Day never = day_of_instant (&calendar, unnamed[i]);
    g_assert_false (day_is_set (&never));
  }
}

/* Each quarter of an hour of two years, and the ends of the calendar, in zones on both sides of Greenwich. */
static void
test_days_are_those_of_the_system (void)
{
  static const char *const zones[] = {
      "UTC", "Europe/Paris", "America/Guadeloupe", "Indian/Reunion", "Pacific/Noumea", "Pacific/Tahiti"};
  static const gint64 ends[] = {0, 1, 3600, 951782400, 4102444800, 253402200000};
  enum { FROM = 1767225600, YEARS = 2 * 365 * 86400, STEP = 900 };
  for (gsize z = 0; z < G_N_ELEMENTS (zones); z++) {
    g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (zones[z]);
    const Calendar calendar = {.zone = zone};
    g_assert_nonnull (zone);
    for (gint64 i = 0; i < YEARS / STEP + (gint64)G_N_ELEMENTS (ends); i++) {
      gint64 instant = i < (gint64)G_N_ELEMENTS (ends) ? ends[i] : FROM + (i - (gint64)G_N_ELEMENTS (ends)) * STEP;
      g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (instant);
      g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, zone);
      g_autofree char *expected = g_date_time_format (local, "%Y-%m-%d");
      Day found = day_of_instant (&calendar, instant);
      g_assert_cmpstr (found.text, ==, expected);
    }
  }
}

static void
test_easter_mondays (void)
{
  const Calendar calendar = {.french_holidays = TRUE};
  g_autoptr (GString) printed = g_string_new (NULL);
  for (Day at = day ("2000-01-01"); strcmp (at.text, "2200-01-01") < 0; at = day_add (&at, 1))
    if (g_strcmp0 (calendar_closed (&calendar, &at), "holiday:easter_monday") == 0)
      g_string_append_printf (printed, "%s\n", at.text);
  golden_check ("easter-mondays", printed->str);
}

static void
test_eleven_holidays (void)
{
  const Calendar calendar = {.french_holidays = TRUE};
  g_autoptr (GString) printed = g_string_new (NULL);
  for (Day at = day ("2026-01-01"); strcmp (at.text, "2029-01-01") < 0; at = day_add (&at, 1)) {
    const char *closed = calendar_closed (&calendar, &at);
    if (closed != NULL)
      g_string_append_printf (printed, "%s %s: %s / %s\n", at.text, closed, calendar_closed_text (closed, LANGUAGE_FR),
                              calendar_closed_text (closed, LANGUAGE_EN));
  }
  golden_check ("holidays", printed->str);
}

static void
test_why_it_is_closed (void)
{
  const Day fair[] = {day ("2026-11-24"), day ("2026-11-28")};
  const Calendar calendar = {
      .closed_weekdays = SATURDAY_SUNDAY, .french_holidays = TRUE, .closed_days = fair, .n_closed_days = 2};
  static const char *const rows[][2] = {
      {"2026-11-23", NULL},
      {"2026-11-24", "closed"},
      {"2026-11-28", "saturday"},
      {"2026-11-29", "sunday"},
      {"2026-11-11", "holiday:armistice"},
      {"2026-11-01", "holiday:all_saints"}, /* also a Sunday: the holiday is said */
      {"", NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Day at = day (rows[i][0]);
    g_assert_cmpstr (calendar_closed (&calendar, &at), ==, rows[i][1]);
  }
  const Calendar always_open = {.zone = NULL};
  Day christmas = day ("2026-12-25");
  g_assert_null (calendar_closed (&always_open, &christmas));
}

static void
test_every_weekday_can_be_closed (void)
{
  static const char *const names[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
  Day at = day ("2026-11-23"); /* a Monday */
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const Calendar calendar = {.closed_weekdays = 1u << (i + 1)};
    g_assert_cmpstr (calendar_closed (&calendar, &at), ==, names[i]);
    g_assert_nonnull (calendar_closed_text (names[i], LANGUAGE_FR));
    at = day_add (&at, 1);
    g_assert_null (calendar_closed (&calendar, &at));
  }
  g_assert_null (calendar_closed_text ("term", LANGUAGE_FR));
  g_assert_null (calendar_closed_text (NULL, LANGUAGE_FR));
}

static void
test_next_open_day (void)
{
  /* Christmas 2027 is a Saturday; the body closes until the New Year, which is a Saturday too */
  const Day closed[] = {day ("2027-12-27"), day ("2027-12-28"), day ("2027-12-29"), day ("2027-12-30"),
                        day ("2027-12-31")};
  const Calendar calendar = {
      .closed_weekdays = SATURDAY_SUNDAY, .french_holidays = TRUE, .closed_days = closed, .n_closed_days = 5};
  static const char *const rows[][2] = {
      {"2027-12-24", "2027-12-24"}, {"2027-12-25", "2028-01-03"},
      {"2027-12-31", "2028-01-03"}, {"2027-05-01", "2027-05-03"}, /* Saturday and holiday */
      {"2026-04-04", "2026-04-07"},                               /* Saturday, Sunday, Easter Monday */
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Day from = day (rows[i][0]), open = calendar_next_open (&calendar, &from);
    g_assert_cmpstr (open.text, ==, rows[i][1]);
  }
}

static void
test_a_desk_that_never_opens (void)
{
  const Calendar never = {.closed_weekdays = 0xfe};
  Day from = day ("2026-11-21"), same = calendar_next_open (&never, &from);
  g_assert_cmpstr (same.text, ==, "2026-11-21");
}

static void
test_due_day (void)
{
  const Calendar calendar = {.closed_weekdays = SATURDAY_SUNDAY, .french_holidays = TRUE};
  static const struct {
    const char *start, *nominal, *due, *reason, *fr, *en;
  } rows[] = {
      {"2026-11-20", "2027-11-20", "2027-11-22", "saturday", "le 20/11/2027 est un samedi", "20/11/2027 is a Saturday"},
      {"2026-11-23", "2027-11-23", "2027-11-23", "term", "un an de prêt", "one year of loan"},
      {"2028-02-29", "2029-02-28", "2029-02-28", "term", "un an de prêt", "one year of loan"},
      {"2026-05-06", "2027-05-06", "2027-05-07", "holiday:ascension", "le 06/05/2027 est férié (Ascension)",
       "06/05/2027 is a public holiday (Ascension Day)"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Day start = day (rows[i].start);
    DueDay due = loan_due_day (&calendar, &start);
    g_assert_cmpstr (due.nominal.text, ==, rows[i].nominal);
    g_assert_cmpstr (due.day.text, ==, rows[i].due);
    g_assert_cmpstr (due.reason, ==, rows[i].reason);
    g_autofree char *fr = due_reason_text (due.reason, &due.nominal, LANGUAGE_FR);
    g_autofree char *en = due_reason_text (due.reason, &due.nominal, LANGUAGE_EN);
    g_assert_cmpstr (fr, ==, rows[i].fr);
    g_assert_cmpstr (en, ==, rows[i].en);
  }
}

static void
test_other_reasons (void)
{
  Day any = day ("2026-11-21");
  g_autofree char *asked = due_reason_text ("asked", &any, LANGUAGE_EN);
  g_autofree char *strange = due_reason_text ("strange", &any, LANGUAGE_EN);
  g_autofree char *none = due_reason_text (NULL, &any, LANGUAGE_EN);
  g_assert_cmpstr (asked, ==, "day chosen with the person");
  g_assert_cmpstr (strange, ==, "strange");
  g_assert_cmpstr (none, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/day/reads-both-forms", test_reads_both_forms);
  g_test_add_func ("/rules/day/refuses-what-is-no-day", test_refuses_what_is_no_day);
  g_test_add_func ("/rules/day/adds-and-counts-days", test_adds_and_counts_days);
  g_test_add_func ("/rules/day/no-day-stays-no-day", test_no_day_stays_no_day);
  g_test_add_func ("/rules/day/a-year-later", test_a_year_later);
  g_test_add_func ("/rules/day/years-do-not-drift", test_years_do_not_drift);
  g_test_add_func ("/rules/day/midnight-in-paris", test_midnight_in_paris);
  g_test_add_func ("/rules/day/days-are-those-of-the-system", test_days_are_those_of_the_system);
  g_test_add_func ("/rules/calendar/easter-mondays", test_easter_mondays);
  g_test_add_func ("/rules/calendar/eleven-holidays", test_eleven_holidays);
  g_test_add_func ("/rules/calendar/why-it-is-closed", test_why_it_is_closed);
  g_test_add_func ("/rules/calendar/every-weekday-can-be-closed", test_every_weekday_can_be_closed);
  g_test_add_func ("/rules/calendar/next-open-day", test_next_open_day);
  g_test_add_func ("/rules/calendar/a-desk-that-never-opens", test_a_desk_that_never_opens);
  g_test_add_func ("/rules/due/one-year-to-an-open-day", test_due_day);
  g_test_add_func ("/rules/due/other-reasons", test_other_reasons);
  return g_test_run ();
}
