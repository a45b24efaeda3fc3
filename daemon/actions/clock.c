/* The register's clock: the machine's, plus an offset that only a demonstration register has. */
#include "daemon/actions/clock.h"
#include "db/setting.h"

#define OFFSET_KEY "demo_clock_offset_s"
#define NOON_S     (12 * 3600)

struct _Clock {
  gint64 offset_s; /* atomic: read in every thread */
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
  gint64 offset_s = offset != NULL ? g_ascii_strtoll (offset, NULL, 10) : 0;
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
