/* What time it is for the register. A real register follows the machine; one made with --demo may be moved forward in time. */
#pragma once
#include "daemon/actions/action.h"

typedef struct _Clock Clock;

/* Reads the register's setting. NULL on a database error. */
Clock *clock_new (Store *store, GError **error);
/* Reads it again, after another register took the place of the first. Any thread. FALSE on a database error: the clock is as before. */
gboolean clock_reload (Store *store, Clock *clock, GError **error);
void clock_free (Clock *clock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Clock, clock_free)
/* Epoch seconds. Any thread. user is the Clock (the type suits ApiWorld.now and conductor_new). */
gint64 clock_now (gpointer user);
/* Did it go back? No line of the journal may be later than now, but for two minutes (machines correct their clocks). */
gboolean clock_is_back (Clock *clock);
/* Before a verb: M_CLOCK_BACKWARDS when context->now is before the newest line of the journal by more than that. */
gboolean clock_check (Store *store, const ActionContext *context, Clock *clock, GError **error);
/* Verb "clock.confirm": somebody says that the clock is right although it went back. Its line has that instant, so that what follows may
 * be written. M_CLOCK_NOT_BACK when it did not. */
gboolean clock_confirm (Store *store, const ActionContext *context, Clock *clock, Outcome *outcome, GError **error);
/* Verb "demo.clock": the register's present becomes noon of that day ("2027-03-01"), never backwards. Only in a database made
 * with --demo (M_DEMO_ONLY). Takes effect for clock_now when the verb succeeds. */
gboolean clock_set_day (Store *store, const ActionContext *context, Clock *clock, const char *day, Outcome *outcome,
                        GError **error);
