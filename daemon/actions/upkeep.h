/* What the daemon does by itself, at start and then once a day: compares balances with ledgers, gives up recharges without an answer, writes the
 * notices about lines that die. Never spends. What it found is told by /healthz and `temoin doctor`. */
#pragma once
#include "daemon/actions/clock.h"
#include "db/register.h"

/* As last found. */
typedef struct {
  gint64 checked_at;                                                  /* epoch seconds; 0: not yet */
  gint64 ambiguous;                                                   /* recharges without an answer */
  gint64 funds_wrong, recharges_wrong, purchases_wrong, regies_wrong; /* whose ledger does not add up; counted to 100 */
} UpkeepReport;

typedef struct _Upkeep Upkeep;
/* Runs once now, then every period_s seconds, from the default main loop. All is borrowed and must outlive it. */
Upkeep *upkeep_new (Register *reg, Clock *clock, const Calendar *calendar, guint period_s);
/* Waits for the run under way. Before register_close. Accepts NULL. */
void upkeep_free (Upkeep *upkeep);
/* A recharge moved: counts those without an answer again, soon. Any thread; accepts NULL. */
void upkeep_touch (Upkeep *upkeep);
/* Any thread. NULL gives an empty report. */
UpkeepReport upkeep_report (Upkeep *upkeep);
