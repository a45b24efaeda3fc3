/* The register's clock: the machine's, plus an offset that only a demonstration register has. */
#include "daemon/actions/clock.h"
#include "db/journal.h"
#include "db/setting.h"

#define OFFSET_KEY "demo_clock_offset_s"
#define NOON_S     (12 * 3600)
#define SLACK_S    120 /* seconds that a machine may take back when it sets its clock */

struct _Clock {
  /* atomic: read in every thread */
  gint64 offset_s;
  gint64 newest_s; /* of the journal, as last seen */
};

static gint64
machine_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

gboolean
clock_reload (Store *store, Clock *clock, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *offset = setting_get (store, OFFSET_KEY, &problem);
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  gint64 newest_s;
  if (!journal_newest_at (store, &newest_s, error))
    return FALSE;
  gint64 offset_s = offset != NULL ? g_ascii_strtoll (offset, NULL, 10) : 0;
  __atomic_store_n (&clock->newest_s, newest_s, __ATOMIC_RELAXED);
  __atomic_store_n (&clock->offset_s, offset_s, __ATOMIC_RELAXED);
  return TRUE;
}

Clock *
clock_new (Store *store, GError **error)
{
  g_autoptr (Clock) clock = g_new0 (Clock, 1);
  return clock_reload (store, clock, error) ? g_steal_pointer (&clock) : NULL;
}

void
clock_free (Clock *clock)
{
  g_free (clock);
}

gint64
clock_now (gpointer user)
{
  Clock *clock = user;
  return machine_now () + __atomic_load_n (&clock->offset_s, __ATOMIC_RELAXED);
}

/* ---- gone back ---- */

static gboolean
is_back (gint64 now, gint64 newest)
{
  return now < newest - SLACK_S;
}

gboolean
clock_is_back (Clock *clock)
{
  return is_back (clock_now (clock), __atomic_load_n (&clock->newest_s, __ATOMIC_RELAXED));
}

/* "2027-03-01 14:05" in the calendar's zone. Caller frees. */
static char *
instant_text (const Calendar *calendar, gint64 instant)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (instant);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, calendar->zone) : NULL;
  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("?");
}

gboolean
clock_check (Store *store, const ActionContext *context, Clock *clock, GError **error)
{
  gint64 newest;
  if (!journal_newest_at (store, &newest, error))
    return FALSE;
  __atomic_store_n (&clock->newest_s, newest, __ATOMIC_RELAXED);
  if (!is_back (context->now, newest))
    return TRUE;
  g_autofree char *now_text = instant_text (context->calendar, context->now);
  g_autofree char *newest_text = instant_text (context->calendar, newest);
  rule_error_set (error, M_CLOCK_BACKWARDS, now_text, newest_text, NULL);
  return FALSE;
}

gboolean
clock_confirm (Store *store, const ActionContext *context, Clock *clock, Outcome *outcome, GError **error)
{
  gint64 newest;
  if (!journal_newest_at (store, &newest, error))
    return FALSE;
  if (!is_back (context->now, newest))
    verdict_add (outcome->verdict, M_CLOCK_NOT_BACK, NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  g_autofree char *before = g_strdup_printf ("newest=%" G_GINT64_FORMAT, newest);
  if (!journal_append (store, context->now, context->account, "clock.confirm", "", before, NULL, context->comment,
                       error))
    return FALSE;
  __atomic_store_n (&clock->newest_s, context->now, __ATOMIC_RELAXED);
  return TRUE;
}

/* ---- a demonstration's ---- */

/* Noon on that day in the calendar's zone; 0, which is long past, when GLib cannot tell. */
static gint64
noon_of (const Calendar *calendar, const Day *day)
{
  g_autofree char *text = g_strdup_printf ("%sT12:00:00", day->text);
  g_autoptr (GDateTime) noon = g_date_time_new_from_iso8601 (text, calendar->zone);
  return noon != NULL ? g_date_time_to_unix (noon) : 0;
}

gboolean
clock_set_day (Store *store, const ActionContext *context, Clock *clock, const char *text, Outcome *outcome,
               GError **error)
{
  gboolean is_demo;
  Day day;
  if (!setting_is_demo (store, &is_demo, error) || !day_parse (text, &day, error))
    return FALSE;
  if (!is_demo) {
    rule_error_set (error, M_DEMO_ONLY, NULL);
    return FALSE;
  }
  Day today = day_of_instant (context->calendar, context->now);
  gint64 instant = noon_of (context->calendar, &day);
  if (instant + NOON_S < context->now)
    verdict_add (outcome->verdict, M_DEMO_CLOCK_BACK, today.text, NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  gint64 offset_s = MAX (instant, context->now) - machine_now ();
  g_autofree char *offset = g_strdup_printf ("%" G_GINT64_FORMAT, offset_s);
  if (!setting_set (store, OFFSET_KEY, offset, error) ||
      !action_journal (store, context, "demo.clock", "", today.text, day.text, error))
    return FALSE;
  __atomic_store_n (&clock->offset_s, offset_s, __ATOMIC_RELAXED);
  return TRUE;
}
