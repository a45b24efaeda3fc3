/* Lines and recharges at size, for tests/bench/bench: `fill` makes a register, `ask` compares what the daemon asks with a scan that needs no
 * index and no kept balance, `write` makes recharges as the daemon does, without HTTP and without rules: the bound of recharges a second. */
#include "daemon/rules/code.h"
#include "db/counter.h"
#include "db/fund.h"
#include "db/journal.h"
#include "db/recharge.h"
#include "db/sim.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT            1798800000 /* epoch seconds */
#define GRANT         1000000000 /* cents */
#define FUNDS         100
#define BATCH         5000 /* rows a commit of fill */
#define WRITTEN_LINES 1000 /* that get recharges */
#define REPEATS       21
#define YEAR          672 /* days, of months of 28: every day exists */

static gint64 lines_n, recharges_n;

static Day
day_number (gint64 number)
{
  Day day;
  g_snprintf (day.text, sizeof day.text, "%04d-%02d-%02d", (int)(2027 + number / 336), (int)(1 + number / 28 % 12),
              (int)(1 + number % 28));
  return day;
}

static gboolean
insert_fund (Store *store, gint64 number, GError **error)
{
  Fund fund = {.name = (char *)"Fonds", .strand = STRAND_CONNECTION, .granted = {.cents = GRANT}, .created_at = AT};
  Code code;
  g_strlcpy (fund.from.text, "2026-01-01", sizeof fund.from.text);
  g_strlcpy (fund.to.text, "2030-12-31", sizeof fund.to.text);
  if (!code_make ('F', number, code))
    return FALSE;
  g_strlcpy (fund.code, code, sizeof fund.code);
  return fund_insert (store, &fund, error);
}

static gboolean
insert_line (Store *store, gint64 number, GError **error)
{
  g_autofree char *msisdn = g_strdup_printf ("+999%09" G_GINT64_FORMAT, number); /* a country that is none */
  Line line = {.msisdn = msisdn, .operator_name = (char *)"Orange", .offer = (char *)"Mobicarte", .state = LINE_ACTIVE};
  line.end = (LineClock){day_number (number * 7919 % YEAR), ORIGIN_RULE, CONFIDENCE_GUESS};
  line.created_at = AT;
  return code_make ('L', number, line.code) && line_insert (store, &line, error);
}

static gboolean
insert_recharge (Store *store, gint64 number, GError **error)
{
  Recharge recharge = {.product = (char *)"orange-10", .amount = {.cents = 1}, .at = AT, .state = RECHARGE_CONFIRMED};
  recharge.on = day_number (number % YEAR);
  if (!code_make ('R', number, recharge.code) ||
      !code_make ('L', 1 + number % MIN (lines_n, WRITTEN_LINES), recharge.line) ||
      !code_make ('F', 1 + number % FUNDS, recharge.fund))
    return FALSE;
  return recharge_insert (store, &recharge, error) &&
         fund_spend (store, recharge.fund, recharge.amount, recharge.code, "recharge.add", AT, error);
}

/* Numbers 1 to count, in large commits. */
static gboolean
fill (Store *store, gint64 count, gboolean (*insert) (Store *store, gint64 number, GError **error), GError **error)
{
  for (gint64 number = 1; number <= count;) {
    if (!store_begin (store, error))
      return FALSE;
    for (gint64 last = MIN (number + BATCH - 1, count); number <= last; number++)
      if (!insert (store, number, error))
        return FALSE;
    if (!store_commit (store, error))
      return FALSE;
  }
  return TRUE;
}

static void
print_codes (char kind, gint64 count)
{
  for (gint64 number = 1; number <= count; number++) {
    Code code;
    if (code_make (kind, number, code))
      g_print ("%s\n", code);
  }
}

static gboolean
set_counter (Store *store, char kind, gint64 count, GError **error)
{
  gint64 value;
  for (gint64 i = 0; i < count; i++)
    if (!counter_next (store, kind, &value, error))
      return FALSE;
  return TRUE;
}

static gboolean
fill_all (Store *store, GError **error)
{
  if (!store_run (store, NULL, error, "PRAGMA synchronous = OFF", "") || !fill (store, FUNDS, insert_fund, error) ||
      !fill (store, lines_n, insert_line, error) || !fill (store, recharges_n, insert_recharge, error))
    return FALSE;
  if (!store_begin (store, error) || !set_counter (store, 'R', recharges_n, error) ||
      !set_counter (store, 'F', FUNDS, error) || !store_commit (store, error))
    return FALSE;
  print_codes ('L', MIN (lines_n, 1000));
  print_codes ('F', FUNDS);
  return TRUE;
}

/* ---- asking ---- */

static gboolean
kept_balance (Store *store, GError **error)
{
  Code code;
  g_autoptr (Fund) fund = code_make ('F', 1, code) ? fund_load (store, code, error) : NULL;
  return fund != NULL;
}

static gboolean
run (Store *store, const char *sql, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (Rows) rows = store_query (store, &problem, sql, "");
  while (rows != NULL && rows_next (rows, &problem))
    (void)rows_int (rows, 0); /* only read */
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return rows != NULL;
}

static gboolean
scanned_balance (Store *store, GError **error)
{
  return run (store, "SELECT fund, SUM(debit - credit) FROM fund_entry GROUP BY fund", error);
}

static gboolean
due_by_index (Store *store, GError **error)
{
  const Day from = day_number (300), to = day_number (360), end = day_number (328);
  g_autoptr (GPtrArray) lines = line_list_due (store, &from, &to, NULL, NULL, 101, error);
  g_autoptr (GPtrArray) needs = lines != NULL ? line_needs (store, &from, &end, error) : NULL;
  return needs != NULL;
}

/* The same answers without the index: a sign before a column keeps SQLite from it. */
static gboolean
due_by_scan (Store *store, GError **error)
{
  return run (store,
              "SELECT code FROM line WHERE +line_until >= '2027-11-21' AND +line_until <= '2028-01-25'"
              " ORDER BY +line_until, code LIMIT 101",
              error) &&
         run (store,
              "SELECT +operator_name, +offer, COUNT(*) FROM line WHERE +line_until >= '2027-11-21'"
              " AND +line_until <= '2027-12-21' GROUP BY 1, 2",
              error);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Median of the milliseconds that it takes; below zero when it fails. */
static double
timed (Store *store, gboolean (*ask) (Store *store, GError **error), GError **error)
{
  double spans[REPEATS];
  for (int i = 0; i < REPEATS; i++) {
    gint64 began = g_get_monotonic_time ();
    if (!ask (store, error))
      return -1;
    spans[i] = (double)(g_get_monotonic_time () - began) / G_TIME_SPAN_MILLISECOND;
  }
  qsort (spans, REPEATS, sizeof *spans, compare_doubles);
  return spans[REPEATS / 2];
}

static gboolean
ask_all (Store *store, GError **error)
{
  static const struct {
    const char *what;
    gboolean (*kept) (Store *store, GError **error), (*scan) (Store *store, GError **error);
  } rows[] = {{"balance", kept_balance, scanned_balance}, {"due", due_by_index, due_by_scan}};
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    double kept = timed (store, rows[i].kept, error), scan = timed (store, rows[i].scan, error);
    if (kept < 0 || scan < 0)
      return FALSE;
    g_print ("%s\t%.4f\t%.4f\n", rows[i].what, kept, scan);
  }
  return TRUE;
}

/* ---- writing ---- */

static gboolean
write_one (Store *store, GError **error)
{
  gint64 number;
  Code recharge, line, fund;
  if (!counter_next (store, 'R', &number, error) || !insert_recharge (store, number, error) ||
      !code_make ('R', number, recharge) || !code_make ('L', 1 + number % WRITTEN_LINES, line) ||
      !code_make ('F', 1 + number % FUNDS, fund))
    return FALSE;
  g_autofree char *subjects = g_strjoin (" ", recharge, line, fund, NULL);
  return journal_append (store, AT, "CBBBBBBB", "recharge.add", subjects, NULL, "state=confirmed", NULL, error);
}

static gboolean
write_all (Store *store, gint64 count, gint64 batch, GError **error)
{
  gint64 began = g_get_monotonic_time ();
  for (gint64 done = 0; done < count;) {
    if (!store_begin (store, error))
      return FALSE;
    for (gint64 last = MIN (done + batch, count); done < last; done++)
      if (!write_one (store, error))
        return FALSE;
    if (!store_commit (store, error))
      return FALSE;
  }
  g_print ("%.0f\n", (double)count * G_TIME_SPAN_SECOND / (double)(g_get_monotonic_time () - began));
  return TRUE;
}

static gboolean
work (Store *store, const char *verb, gint64 first, gint64 second, GError **error)
{
  lines_n = first;
  recharges_n = second;
  if (g_str_equal (verb, "fill"))
    return fill_all (store, error);
  return g_str_equal (verb, "ask") ? ask_all (store, error) : write_all (store, first, second, error);
}

static gboolean
read_arguments (int argc, char **argv, gint64 *first, gint64 *second)
{
  return argc == 5 && g_ascii_string_to_signed (argv[3], 10, 1, G_MAXINT32, first, NULL) &&
         g_ascii_string_to_signed (argv[4], 10, 1, G_MAXINT32, second, NULL);
}

int
main (int argc, char **argv)
{
  gint64 first, second;
  g_autoptr (GError) error = NULL;
  if (!read_arguments (argc, argv, &first, &second)) {
    g_printerr ("usage: lines fill|ask sqlite:PATH LINES RECHARGES, lines write sqlite:PATH COUNT BATCH\n");
    return EXIT_FAILURE;
  }
  g_autoptr (Store) store = store_open (argv[2], STORE_WRITE, &error);
  if (store != NULL && work (store, argv[1], first, second, &error))
    return EXIT_SUCCESS;
  g_printerr ("lines: %s\n", error->message);
  return EXIT_FAILURE;
}
