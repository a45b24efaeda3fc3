/* The daily check: one write, then one read, each in the register's threads. */
#include "daemon/actions/upkeep.h"
#include "daemon/actions/line.h"
#include "daemon/actions/recharge.h"
#include "db/fund.h"
#include "db/purchase.h"
#include "db/regie.h"

#define FORGOTTEN_S (24 * 60 * 60) /* a person who was shown a code tells the outcome within a day */
#define COUNTED_MAX 100
#define OWN_ACCOUNT "temoind"

struct _Upkeep {
  Register *reg;
  Clock *clock;
  const Calendar *calendar;
  guint timer;
  GMutex lock;
  GCond idle;
  guint busy;                     /* requests with the register */
  gboolean is_counting, is_stale; /* one count at a time: of two readers the slower would have the last word */
  gboolean is_running;            /* the daily ones */
  UpkeepReport report;
};

/* As many as there are: each call takes a slice. */
static gboolean
give_up_all (Store *store, const ActionContext *context, RechargeChannel channel, gint64 before, GError **error)
{
  guint moved;
  do {
    if (!recharge_give_up (store, context, channel, before, &moved, error))
      return FALSE;
  } while (moved > 0);
  return TRUE;
}

static gboolean
tidy (Store *store, gpointer data, GError **error)
{
  Upkeep *upkeep = data;
  gint64 now = clock_now (upkeep->clock), made;
  const ActionContext context = {.now = now, .calendar = upkeep->calendar, .account = OWN_ACCOUNT, .role = ROLE_ADMIN};
  if (!clock_check (store, &context, upkeep->clock, error))
    return FALSE;
  return give_up_all (store, &context, CHANNEL_VOUCHER, now - FORGOTTEN_S, error) &&
         give_up_all (store, &context, CHANNEL_BENCH, now - FORGOTTEN_S, error) &&
         line_notice_all (store, &context, &made, error);
}

static gboolean
check (Store *store, gpointer data, GError **error)
{
  Upkeep *upkeep = data;
  UpkeepReport found = {.checked_at = clock_now (upkeep->clock)};
  g_autoptr (GPtrArray) funds = fund_reconcile (store, error);
  g_autoptr (GPtrArray) recharges = funds != NULL ? recharge_reconcile (store, COUNTED_MAX, error) : NULL;
  g_autoptr (GPtrArray) purchases = recharges != NULL ? purchase_reconcile (store, COUNTED_MAX, error) : NULL;
  g_autoptr (GPtrArray) regies = purchases != NULL ? regie_reconcile (store, error) : NULL;
  if (regies == NULL)
    return FALSE;
  found.regies_wrong = regies->len;
  found.purchases_wrong = purchases->len;
  found.funds_wrong = funds->len;
  found.recharges_wrong = recharges->len;
  g_mutex_lock (&upkeep->lock);
  found.ambiguous = upkeep->report.ambiguous; /* counted apart */
  upkeep->report = found;
  g_mutex_unlock (&upkeep->lock);
  return TRUE;
}

static gboolean
enter (Upkeep *upkeep, gboolean is_daily)
{
  g_mutex_lock (&upkeep->lock);
  gboolean may = !is_daily || !upkeep->is_running;
  upkeep->busy += may;
  upkeep->is_running = upkeep->is_running || is_daily;
  g_mutex_unlock (&upkeep->lock);
  return may;
}

static void
leave (Upkeep *upkeep, gboolean is_daily)
{
  g_mutex_lock (&upkeep->lock);
  upkeep->busy--;
  upkeep->is_running = upkeep->is_running && !is_daily;
  g_cond_broadcast (&upkeep->idle);
  g_mutex_unlock (&upkeep->lock);
}

static void
on_checked (gpointer data, const GError *error)
{
  Upkeep *upkeep = data;
  if (error != NULL)
    g_warning ("the daily check did not end: %s", error->message);
  upkeep_touch (upkeep); /* what moved while it read */
  leave (upkeep, TRUE);
}

static void
on_tidied (gpointer data, const GError *error)
{
  Upkeep *upkeep = data;
  if (error != NULL)
    g_warning ("the daily upkeep did not end: %s", error->message);
  register_read (upkeep->reg, check, on_checked, upkeep);
}

static gboolean
run (gpointer data)
{
  Upkeep *upkeep = data;
  if (enter (upkeep, TRUE))
    register_write (upkeep->reg, tidy, on_tidied, upkeep);
  return G_SOURCE_CONTINUE;
}

static gboolean
count (Store *store, gpointer data, GError **error)
{
  Upkeep *upkeep = data;
  gint64 ambiguous;
  if (!recharge_count_open (store, RECHARGE_AMBIGUOUS, &ambiguous, error))
    return FALSE;
  g_mutex_lock (&upkeep->lock);
  upkeep->report.ambiguous = ambiguous;
  g_mutex_unlock (&upkeep->lock);
  return TRUE;
}

static void
on_counted (gpointer data, const GError *error)
{
  Upkeep *upkeep = data;
  if (error != NULL)
    g_debug ("not counted: %s", error->message); /* the daily check counts again */
  g_mutex_lock (&upkeep->lock);
  gboolean is_stale = upkeep->is_stale;
  upkeep->is_counting = upkeep->is_stale = FALSE;
  g_mutex_unlock (&upkeep->lock);
  if (is_stale)
    upkeep_touch (upkeep);
  leave (upkeep, FALSE);
}

void
upkeep_touch (Upkeep *upkeep)
{
  if (upkeep == NULL)
    return;
  g_mutex_lock (&upkeep->lock);
  gboolean may = !upkeep->is_counting;
  upkeep->is_stale = !may;
  upkeep->is_counting = TRUE;
  g_mutex_unlock (&upkeep->lock);
  if (may && enter (upkeep, FALSE))
    register_read (upkeep->reg, count, on_counted, upkeep);
}

Upkeep *
upkeep_new (Register *reg, Clock *clock, const Calendar *calendar, guint period_s)
{
  Upkeep *upkeep = g_new0 (Upkeep, 1);
  *upkeep = (Upkeep){.reg = reg, .clock = clock, .calendar = calendar};
  g_mutex_init (&upkeep->lock);
  g_cond_init (&upkeep->idle);
  (void)run (upkeep); /* it always goes on */
  upkeep->timer = g_timeout_add_seconds (period_s, run, upkeep);
  return upkeep;
}

void
upkeep_free (Upkeep *upkeep)
{
  if (upkeep == NULL)
    return;
  g_source_remove (upkeep->timer);
  g_mutex_lock (&upkeep->lock);
  while (upkeep->busy > 0)
    g_cond_wait (&upkeep->idle, &upkeep->lock);
  g_mutex_unlock (&upkeep->lock);
  g_mutex_clear (&upkeep->lock);
  g_cond_clear (&upkeep->idle);
  g_free (upkeep);
}

UpkeepReport
upkeep_report (Upkeep *upkeep)
{
  if (upkeep == NULL)
    return (UpkeepReport){0};
  g_mutex_lock (&upkeep->lock);
  UpkeepReport report = upkeep->report;
  g_mutex_unlock (&upkeep->lock);
  return report;
}
