/* Phone lines. Their cards are in card.c. */
#include "db/row.h"
#include "db/sim.h"

#define SELECT_LINE "SELECT code, msisdn, operator_name, offer, state, credit_until, line_until, created_at FROM line "
enum { CODE, MSISDN, OPERATOR_NAME, OFFER, STATE, CREDIT_UNTIL, LINE_UNTIL, CREATED_AT };

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

static gpointer
line_read (Rows *rows, GError **error)
{
  g_autoptr (Line) line = g_new0 (Line, 1);
  row_code (rows, CODE, line->code);
  line->msisdn = row_dup (rows, MSISDN);
  line->operator_name = row_dup (rows, OPERATOR_NAME);
  line->offer = row_dup (rows, OFFER);
  line->credit_until = row_day (rows, CREDIT_UNTIL);
  line->line_until = row_day (rows, LINE_UNTIL);
  line->created_at = rows_int (rows, CREATED_AT);
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
                    "INSERT INTO line (code, msisdn, operator_name, offer, state, credit_until, line_until, created_at)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    "sssssssi", line->code, line->msisdn, line->operator_name, line->offer,
                    line_state_name (line->state), row_null_if_empty (line->credit_until.text),
                    row_null_if_empty (line->line_until.text), line->created_at) &&
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
line_set_clocks (Store *store, const char *code, Day credit_until, Day line_until, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error, "UPDATE line SET credit_until = $2, line_until = $3 WHERE code = $1", "sss",
                    code, row_null_if_empty (credit_until.text), row_null_if_empty (line_until.text)) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "line", code, error);
}
