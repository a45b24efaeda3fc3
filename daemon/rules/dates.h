/* The one place that computes dates: due dates must not drift. Day granularity in the body's zone; the present instant is always an argument. */
#pragma once
#include "daemon/rules/message.h"
#include "db/records.h"

/* When the desk is closed. */
typedef struct {
  GTimeZone *zone;
  guint closed_weekdays;    /* bit 1 << n for n = 1 (Monday) .. 7 (Sunday) */
  gboolean french_holidays; /* the eleven public holidays of metropolitan France, Easter ones computed */
  const Day *closed_days;   /* further closed days (borrowed), may be NULL */
  gsize n_closed_days;
} Calendar;

/* Reads "2026-11-21" or "21/11/2026". M_DAY_FORMAT, or M_DAY_NOT_REAL for 31/02. M_DAY_RANGE outside the years 2000..2199. */
gboolean day_parse (const char *text, Day *day, GError **error);
gboolean day_is_set (const Day *day);
/* For those who compute: as a GDate. FALSE (date cleared) for "" and for anything that is not a real day. */
gboolean day_to_date (const Day *day, GDate *date);
/* The day that instant (epoch seconds) falls on in the calendar's zone. "" when no calendar can name it. */
Day day_of_instant (const Calendar *calendar, gint64 instant);
/* day + days (may be negative), held within the years 1 to 9999. "" gives "". */
Day day_add (const Day *day, int days);
/* Same date so many calendar months later, on the month's last day at most. "" gives "". */
Day day_add_months (const Day *day, int months);
/* Same date one calendar year later; 29 February becomes 28 February. */
Day day_add_year (const Day *day);
/* Whole days from a to b (negative when b is before a). */
int day_until (const Day *a, const Day *b);

/* Why that day is closed: "saturday" .. "monday", "holiday:labour_day", "closed" ; NULL when open. Static string. */
const char *calendar_closed (const Calendar *calendar, const Day *day);
/* That reason as a noun ("un dimanche" / "a Sunday"); NULL when it is none of them. Static. */
const char *calendar_closed_text (const char *reason, Language language);
/* The first open day on or after day. At most 60 days on; a calendar with no open day gives day itself. */
Day calendar_next_open (const Calendar *calendar, const Day *day);

/* When a loan that starts (or is renewed) on start is due: one year, moved to the next open day. */
typedef struct {
  Day day;
  Day nominal;        /* before it was moved */
  const char *reason; /* "term", or why nominal is closed. Static string */
} DueDay;
DueDay loan_due_day (const Calendar *calendar, const Day *start);
/* The reason as a sentence part ("le 21/11/2027 est un dimanche"). Caller frees. */
char *due_reason_text (const char *reason, const Day *nominal, Language language);
