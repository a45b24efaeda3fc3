/* See fund_report.h. */
#include "daemon/actions/fund_report.h"
#include "daemon/actions/fund.h"
#include "db/fund.h"
#include "db/sim.h"
#include <string.h>

enum { MONTHS_MAX = 360, TURNS_MAX = 1000 }; /* of a report; recharges of one line */

void
fund_report_clear (FundReport *report)
{
  fund_free (report->fund);
  g_clear_pointer (&report->months, g_array_unref);
  g_clear_pointer (&report->others, g_ptr_array_unref);
}

/* As FundMonth counts. */
static gint64
month_of_day (const Day *day)
{
  return 12 * g_ascii_strtoll (day->text, NULL, 10) + g_ascii_strtoll (day->text + 5, NULL, 10) - 1;
}

static FundReportMonth *
month_at (const FundReport *report, gint64 first, gint64 month)
{
  gint64 last = first + report->months->len - 1;
  return &g_array_index (report->months, FundReportMonth, CLAMP (month, first, last) - first);
}

/* From the first month of the period, or of the ledger, to the end of the period, or to today when that is over. Gives the first one. */
static gint64
lay_out (FundReport *report, const GPtrArray *moved, const Day *today)
{
  gint64 first = month_of_day (&report->fund->from);
  gint64 last = MAX (month_of_day (&report->fund->to), month_of_day (today));
  if (moved->len > 0) {
    first = MIN (first, ((const FundMonth *)g_ptr_array_index (moved, 0))->month);
    last = MAX (last, ((const FundMonth *)g_ptr_array_index (moved, moved->len - 1))->month);
  }
  last = MIN (last, first + MONTHS_MAX - 1);
  g_array_set_size (report->months, (guint)(last - first + 1));
  for (gint64 month = first; month <= last; month++) {
    FundReportMonth *row = month_at (report, first, month);
    *row = (FundReportMonth){.month = ""};
    g_snprintf (row->month, sizeof row->month, "%04d-%02d", (int)(month / 12 % 10000), (int)(month % 12) + 1);
  }
  return first;
}

/* ---- what the lines will need ---- */

typedef struct {
  FundReport *report;
  gint64 first; /* month */
  const Day *today;
  const Offers *offers;
  Catalogue catalogue;
} Forecast;

static void
expect (Forecast *forecast, const LineNeed *need, const Day *day, Money price)
{
  FundReport *report = forecast->report;
  month_at (report, forecast->first, month_of_day (day))->expected.cents += price.cents * need->lines;
  report->committed.cents += price.cents * need->lent;
  report->keep_alive.cents += price.cents * (need->lines - need->lent);
}

/* On each last day of theirs until the period ends. A day that no rule tells ends it: once is what is known. */
static void
follow (Forecast *forecast, const LineNeed *need)
{
  Day day = need->until;
  const Offer *offer = offers_find (forecast->offers, need->operator_name, need->offer);
  g_autoptr (GArray) sales = catalogue_sales (&forecast->catalogue, need->operator_name, need->offer);
  for (int turn = 0; turn < TURNS_MAX && strcmp (day.text, forecast->report->fund->to.text) <= 0; turn++) {
    LineClock until;
    const Sale *sale =
        line_cheapest_saving (offer, (const Sale *)sales->data, sales->len, forecast->today, &day, &until);
    if (sale == NULL)
      forecast->report->unpriced += need->lines;
    else
      expect (forecast, need, &day, sale->price);
    if (sale == NULL || strcmp (until.day.text, day.text) <= 0)
      return;
    day = until.day;
  }
}

static gboolean
forecast_lines (Store *store, Forecast *forecast, GError **error)
{
  const Fund *fund = forecast->report->fund;
  if (!fund_has_strand (fund, STRAND_CONNECTION) || !fund_pays (fund, EXPENSE_RECHARGE))
    return TRUE;
  if (!catalogue_init (&forecast->catalogue, store, forecast->offers, error))
    return FALSE;
  g_autoptr (GPtrArray) needs = line_needs_by_day (store, forecast->today, &fund->to, error);
  for (guint i = 0; needs != NULL && i < needs->len; i++)
    follow (forecast, g_ptr_array_index (needs, i));
  catalogue_clear (&forecast->catalogue);
  g_autoptr (GPtrArray) endless = needs != NULL ? line_list_endless (store, NULL, 1, error) : NULL;
  forecast->report->has_endless = endless != NULL && endless->len > 0;
  return endless != NULL;
}

/* ---- together ---- */

static void
settle (FundReport *report)
{
  Money left = report->fund->granted;
  for (guint i = 0; i < report->months->len; i++) {
    FundReportMonth *row = &g_array_index (report->months, FundReportMonth, i);
    left.cents += row->credit.cents - row->debit.cents - row->expected.cents;
    row->left = left;
  }
  report->left =
      money_of_cents (fund_balance (report->fund).cents - report->committed.cents - report->keep_alive.cents);
}

/* The other funds that the same lines may be paid from today. */
static gboolean
find_others (Store *store, const Day *today, FundReport *report, GError **error)
{
  report->others = fund_has_strand (report->fund, STRAND_CONNECTION)
                       ? fund_paying (store, STRAND_CONNECTION, EXPENSE_RECHARGE, today, error)
                       : g_ptr_array_new ();
  for (guint i = report->others != NULL ? report->others->len : 0; i > 0; i--)
    if (g_str_equal (((const Fund *)g_ptr_array_index (report->others, i - 1))->code, report->fund->code))
      g_ptr_array_remove_index (report->others, i - 1);
  return report->others != NULL;
}

gboolean
fund_report_load (Store *store, const Offers *offers, const Day *today, const char *fund, FundReport *report,
                  GError **error)
{
  report->fund = fund_find (store, fund, error);
  g_autoptr (GPtrArray) moved = report->fund != NULL ? fund_month_list (store, report->fund->code, error) : NULL;
  if (moved == NULL)
    return FALSE;
  report->months = g_array_new (FALSE, FALSE, sizeof (FundReportMonth));
  Forecast forecast = {.report = report, .today = today, .offers = offers};
  forecast.first = lay_out (report, moved, today);
  for (guint i = 0; i < moved->len; i++) {
    const FundMonth *month = g_ptr_array_index (moved, i);
    FundReportMonth *row = month_at (report, forecast.first, month->month);
    row->debit.cents += month->debit.cents;
    row->credit.cents += month->credit.cents;
  }
  if (!forecast_lines (store, &forecast, error) || !find_others (store, today, report, error))
    return FALSE;
  settle (report);
  return TRUE;
}
