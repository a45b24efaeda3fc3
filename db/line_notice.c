/* The outbox of notices about lines. */
#include "db/line_notice.h"
#include "db/row.h"

#define SELECT_NOTICE "SELECT line, until_day, step, state, at, claimed_at, sent_at FROM line_notice "
enum { LINE, UNTIL_DAY, STEP, STATE, AT, CLAIMED_AT, SENT_AT };

void
line_notice_free (LineNotice *notice)
{
  g_free (notice);
}

static void
notice_destroy (gpointer notice)
{
  line_notice_free (notice);
}

static gpointer
notice_read (Rows *rows, GError **error)
{
  g_autoptr (LineNotice) notice = g_new0 (LineNotice, 1);
  row_code (rows, LINE, notice->line);
  notice->until = row_day (rows, UNTIL_DAY);
  notice->step = rows_int (rows, STEP);
  notice->at = rows_int (rows, AT);
  notice->claimed_at = rows_int (rows, CLAIMED_AT);
  notice->sent_at = rows_int (rows, SENT_AT);
  if (!line_notice_state_parse (rows_text (rows, STATE), &notice->state))
    return row_unreadable ("notice", notice->line, error);
  return g_steal_pointer (&notice);
}

static const RowKind notice_row = {"notice", notice_read, notice_destroy};

gboolean
line_notice_make (Store *store, gint64 step, const Day *from, const Day *to, gint64 at, gint64 *made, GError **error)
{
  return store_run (store, made, error,
                    "INSERT INTO line_notice (line, until_day, step, state, at)"
                    " SELECT code, line_until, $1, 'waiting', $2 FROM line WHERE line_until >= $3 AND line_until <= $4"
                    " AND state NOT IN ('lost', 'expired', 'retired') ON CONFLICT (line, until_day, step) DO NOTHING",
                    "iiss", step, at, from->text, to->text);
}

GPtrArray *
line_notice_list (Store *store, LineNoticeState state, const LineNotice *after, guint limit, GError **error)
{
  return row_all (&notice_row,
                  store_query (store, error,
                               SELECT_NOTICE "WHERE state = $1 AND (until_day, line, step) > ($2, $3, $4)"
                                             " ORDER BY until_day, line, step LIMIT $5",
                               "sssii", line_notice_state_name (state), after != NULL ? after->until.text : "",
                               after != NULL ? after->line : "", after != NULL ? after->step : 0, (gint64)limit),
                  error);
}

GPtrArray *
line_notice_list_open (Store *store, const char *line, GError **error)
{
  return row_all (&notice_row,
                  store_query (store, error,
                               SELECT_NOTICE "WHERE line = $1 AND state IN ('waiting', 'claimed')"
                                             " ORDER BY until_day, step",
                               "s", line),
                  error);
}

gboolean
line_notice_move (Store *store, const LineNotice *notice, LineNoticeState to, gint64 at, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE line_notice SET state = $5, claimed_at = CASE WHEN $5 = 'claimed' THEN $6 ELSE claimed_at"
                    " END, sent_at = CASE WHEN $5 = 'sent' THEN $6 ELSE sent_at END"
                    " WHERE line = $1 AND until_day = $2 AND step = $3 AND state = $4",
                    "ssissi", notice->line, notice->until.text, notice->step, line_notice_state_name (notice->state),
                    line_notice_state_name (to), at) &&
         row_changed (changed, DB_ERROR_STALE, "notice", notice->line, error);
}
