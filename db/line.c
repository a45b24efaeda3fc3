/* Phone lines. Their cards are in card.c. */
#include "db/row.h"
#include "db/sim.h"

#define SELECT_LINE                                                                                                    \
  "SELECT code, msisdn, operator_name, offer, state, credit_until, credit_origin, credit_confidence, line_until,"      \
  " line_origin, line_confidence, created_at, balance, balance_mb, balance_at FROM line "
/* The lines that still live, as the partial indexes say it. */
#define LIVES "state NOT IN ('lost', 'expired', 'retired')"
enum {
  CODE,
  MSISDN,
  OPERATOR_NAME,
  OFFER,
  STATE,
  CREDIT_UNTIL,
  CREDIT_ORIGIN,
  CREDIT_CONFIDENCE,
  LINE_UNTIL,
  LINE_ORIGIN,
  LINE_CONFIDENCE,
  CREATED_AT,
  BALANCE,
  BALANCE_MB,
  BALANCE_AT
};

void
line_free (Line *line)
{
  if (line == NULL)
    return;
  g_free (line->msisdn);
  g_free (line->operator_name);
  g_free (line->offer);
  g_free (line);
}

static void
line_destroy (gpointer line)
{
  line_free (line);
}

/* Three columns from that one on. A clock that was set before origins were kept has none. */
static LineClock
read_clock (Rows *rows, int column)
{
  LineClock clock = {.day = row_day (rows, column)};
  (void)clock_origin_parse (rows_text (rows, column + 1), &clock.origin);   /* NULL: NONE */
  (void)confidence_parse (rows_text (rows, column + 2), &clock.confidence); /* the CHECK keeps other words out */
  return clock;
}

static gpointer
line_read (Rows *rows, GError **error)
{
  g_autoptr (Line) line = g_new0 (Line, 1);
  row_code (rows, CODE, line->code);
  line->msisdn = row_dup (rows, MSISDN);
  line->operator_name = row_dup (rows, OPERATOR_NAME);
  line->offer = row_dup (rows, OFFER);
  line->credit = read_clock (rows, CREDIT_UNTIL);
  line->end = read_clock (rows, LINE_UNTIL);
  line->created_at = rows_int (rows, CREATED_AT);
  line->balance = row_maybe_int (rows, BALANCE);
  line->balance_mb = row_maybe_int (rows, BALANCE_MB);
  line->balance_at = rows_int (rows, BALANCE_AT);
  if (!line_state_parse (rows_text (rows, STATE), &line->state))
    return row_unreadable ("line", line->code, error);
  return g_steal_pointer (&line);
}

static const RowKind line_row = {"line", line_read, line_destroy};

gboolean
line_insert (Store *store, const Line *line, GError **error)
{
  g_autofree char *words =
      g_strjoin (" ", line->code, line->msisdn != NULL ? line->msisdn : "",
                 line->operator_name != NULL ? line->operator_name : "", line->offer != NULL ? line->offer : "", NULL);
  return store_run (store, NULL, error,
                    "INSERT INTO line (code, msisdn, operator_name, offer, state, created_at)"
                    " VALUES ($1, $2, $3, $4, $5, $6)",
                    "sssssi", line->code, line->msisdn, line->operator_name, line->offer, line_state_name (line->state),
                    line->created_at) &&
         (!(line->credit.day.text[0] != '\0' || line->end.day.text[0] != '\0') ||
          line_set_clocks (store, line->code, &line->credit, &line->end, error)) &&
         store_search_put (store, line->code, "line", words, error);
}

Line *
line_load (Store *store, const char *code, GError **error)
{
  return row_one (&line_row, store_query (store, error, SELECT_LINE "WHERE code = $1", "s", code), code, error);
}

Line *
line_load_by_msisdn (Store *store, const char *msisdn, GError **error)
{
  return row_one (
      &line_row,
      store_query (store, error, SELECT_LINE "WHERE msisdn = $1 AND state NOT IN ('expired', 'retired')", "s", msisdn),
      "with that number", error);
}

GPtrArray *
line_list (Store *store, const LineState *state, const char *after_code, guint limit, GError **error)
{
  const char *after = after_code != NULL ? after_code : "";
  Rows *rows = state != NULL
                   ? store_query (store, error, SELECT_LINE "WHERE state = $1 AND code > $2 ORDER BY code LIMIT $3",
                                  "ssi", line_state_name (*state), after, (gint64)limit)
                   : store_query (store, error, SELECT_LINE "WHERE code > $1 ORDER BY code LIMIT $2", "si", after,
                                  (gint64)limit);
  return row_all (&line_row, rows, error);
}

gboolean
line_set_state (Store *store, const char *code, LineState from, LineState to, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error, "UPDATE line SET state = $3 WHERE code = $1 AND state = $2", "sss", code,
                    line_state_name (from), line_state_name (to)) &&
         row_changed (changed, DB_ERROR_STALE, "line", code, error);
}

gboolean
line_set_clocks (Store *store, const char *code, const LineClock *credit, const LineClock *end, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE line SET credit_until = $2, credit_origin = $3, credit_confidence = $4, line_until = $5,"
                    " line_origin = $6, line_confidence = $7 WHERE code = $1",
                    "sssssss", code, row_null_if_empty (credit->day.text),
                    row_null_if_empty (clock_origin_name (credit->origin)),
                    row_null_if_empty (confidence_name (credit->confidence)), row_null_if_empty (end->day.text),
                    row_null_if_empty (clock_origin_name (end->origin)),
                    row_null_if_empty (confidence_name (end->confidence))) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "line", code, error);
}

gboolean
line_set_balance (Store *store, const char *code, gint64 cents, gint64 mb, gint64 at, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE line SET balance = NULLIF($2, -1), balance_mb = NULLIF($3, -1), balance_at = $4"
                    " WHERE code = $1",
                    "siii", code, cents, mb, at) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "line", code, error);
}

/* ---- lines that die ---- */

GPtrArray *
line_list_due (Store *store, const Day *from, const Day *to, const Day *after_day, const char *after_code, guint limit,
               GError **error)
{
  gboolean is_first = after_day == NULL;
  return row_all (&line_row,
                  store_query (store, error,
                               SELECT_LINE "WHERE (line_until, code) > ($1, $2) AND line_until >= $1"
                                           " AND line_until <= $3 AND " LIVES " ORDER BY line_until, code LIMIT $4",
                               "sssi", is_first ? from->text : after_day->text, is_first ? "" : after_code, to->text,
                               (gint64)limit),
                  error);
}

GPtrArray *
line_list_endless (Store *store, const char *after_code, guint limit, GError **error)
{
  return row_all (&line_row,
                  store_query (store, error,
                               SELECT_LINE "WHERE line_until IS NULL AND " LIVES
                                           " AND code > $1 ORDER BY code LIMIT $2",
                               "si", after_code != NULL ? after_code : "", (gint64)limit),
                  error);
}

static void
need_free (gpointer data)
{
  LineNeed *need = data;
  g_free (need->operator_name);
  g_free (need->offer);
  g_free (need);
}

static gpointer
need_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  LineNeed *need = g_new0 (LineNeed, 1);
  need->operator_name = row_dup (rows, 0);
  need->offer = row_dup (rows, 1);
  need->lines = rows_int (rows, 2);
  return need;
}

static const RowKind need_row = {"need", need_read, need_free};

GPtrArray *
line_needs (Store *store, const Day *from, const Day *to, GError **error)
{
  return row_all (&need_row,
                  store_query (store, error,
                               "SELECT operator_name, offer, COUNT(*) FROM line WHERE line_until >= $1"
                               " AND line_until <= $2 AND " LIVES " GROUP BY operator_name, offer"
                               " ORDER BY operator_name, offer",
                               "ss", from->text, to->text),
                  error);
}

static gpointer
day_need_read (Rows *rows, GError **error)
{
  enum { UNTIL = 3, LENT };
  LineNeed *need = need_read (rows, error);
  need->until = row_day (rows, UNTIL);
  need->lent = rows_int (rows, LENT);
  return need;
}

static const RowKind day_need_row = {"need", day_need_read, need_free};

GPtrArray *
line_needs_by_day (Store *store, const Day *from, const Day *to, GError **error)
{
  return row_all (&day_need_row,
                  store_query (store, error,
                               "SELECT operator_name, offer, COUNT(*), line_until,"
                               " SUM(CASE WHEN state = 'lent' THEN 1 ELSE 0 END) FROM line WHERE line_until >= $1"
                               " AND line_until <= $2 AND " LIVES " GROUP BY line_until, operator_name, offer"
                               " ORDER BY line_until, operator_name, offer",
                               "ss", from->text, to->text),
                  error);
}
