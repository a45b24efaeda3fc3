/* Clocks of lines and their notices: see line.h. */
#include "daemon/actions/line.h"
#include "daemon/actions/field.h"
#include "daemon/actions/thing.h"
#include "db/line_notice.h"
#include "db/sim.h"
#include <string.h>

Line *
line_find (Store *store, const char *text, GError **error)
{
  g_auto (Thing) found = {0};
  if (field_is_absent (text)) {
    rule_error_set (error, M_FIELD_MISSING, "line", NULL);
    return NULL;
  }
  if (!thing_find (store, text, &found, error))
    return NULL;
  if (found.line == NULL)
    rule_error_set (error, M_CODE_NOT_A, found.item->code, "T", "LS", NULL);
  return g_steal_pointer (&found.line);
}

/* ---- clocks ---- */

static gboolean
is_same (const LineClock *a, const LineClock *b)
{
  return g_str_equal (a->day.text, b->day.text) && a->origin == b->origin && a->confidence == b->confidence;
}

/* What was to be told about another end. */
static gboolean
drop_notices (Store *store, const ActionContext *context, const Line *line, GError **error)
{
  g_autoptr (GPtrArray) open = line_notice_list_open (store, line->code, error);
  for (guint i = 0; open != NULL && i < open->len; i++) {
    const LineNotice *notice = g_ptr_array_index (open, i);
    if (!g_str_equal (notice->until.text, line->end.day.text) &&
        !line_notice_move (store, notice, LINE_NOTICE_VOID, context->now, error))
      return FALSE;
  }
  return open != NULL;
}

gboolean
line_tell (Store *store, const ActionContext *context, Line *line, const LineClocks *told, GError **error)
{
  const LineClocks before = {line->credit, line->end};
  line_clock_tell (&line->credit, &told->credit);
  line_clock_tell (&line->end, &told->end);
  if (is_same (&before.credit, &line->credit) && is_same (&before.end, &line->end))
    return TRUE;
  return line_set_clocks (store, line->code, &line->credit, &line->end, error) &&
         (g_str_equal (before.end.day.text, line->end.day.text) || drop_notices (store, context, line, error));
}

static gboolean
read_clock (const char *text, ClockOrigin origin, LineClock *clock, GError **error)
{
  *clock = (LineClock){.day = {""}};
  if (field_is_absent (text))
    return TRUE;
  if (!day_parse (text, &clock->day, error))
    return FALSE;
  clock->origin = origin;
  clock->confidence = CONFIDENCE_CERTAIN;
  return TRUE;
}

static gboolean
clocks_of_request (const ClocksRequest *request, LineClocks *told, GError **error)
{
  ClockOrigin origin = ORIGIN_TYPED;
  if (!field_is_absent (request->origin) && (!clock_origin_parse (request->origin, &origin) || origin == ORIGIN_RULE)) {
    rule_error_set (error, M_WORD_UNKNOWN, request->origin, "origin", "typed, operator", NULL);
    return FALSE;
  }
  if (!read_clock (request->credit_until, origin, &told->credit, error) ||
      !read_clock (request->line_until, origin, &told->end, error))
    return FALSE;
  if (day_is_set (&told->credit.day) || day_is_set (&told->end.day))
    return TRUE;
  rule_error_set (error, M_LINE_CLOCKS_NONE, NULL);
  return FALSE;
}

/* "credit=2026-12-01 line=2027-06-01". Caller frees. */
static char *
clocks_text (const Line *line)
{
  return g_strdup_printf ("credit=%s line=%s", day_is_set (&line->credit.day) ? line->credit.day.text : "-",
                          day_is_set (&line->end.day) ? line->end.day.text : "-");
}

gboolean
line_set (Store *store, const ActionContext *context, const ClocksRequest *request, Outcome *outcome, GError **error)
{
  LineClocks told;
  g_autoptr (Line) line = line_find (store, request->line, error);
  if (line == NULL || !clocks_of_request (request, &told, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  g_autofree char *before = clocks_text (line);
  if (!line_tell (store, context, line, &told, error))
    return FALSE;
  g_autofree char *after = clocks_text (line);
  if (!action_journal (store, context, "line.clocks", line->code, before, after, error))
    return FALSE;
  outcome_add_code (outcome, line->code);
  return TRUE;
}

/* ---- notices ---- */

gboolean
line_notice_all (Store *store, const ActionContext *context, gint64 *made, GError **error)
{
  Day today = day_of_instant (context->calendar, context->now);
  *made = 0;
  for (gsize i = 0; i < LINE_NOTICE_STEPS; i++) {
    gint64 more;
    gboolean is_last = i + 1 == LINE_NOTICE_STEPS;
    Day from = is_last ? today : day_add (&today, line_notice_steps[i + 1] + 1);
    Day to = day_add (&today, line_notice_steps[i]);
    if (!line_notice_make (store, line_notice_steps[i], &from, &to, context->now, &more, error))
      return FALSE;
    *made += more;
  }
  return TRUE;
}

/* Claimed first, then sent: whoever else is about to tell the same finds it taken. */
static gboolean
tell_all (Store *store, const ActionContext *context, const GPtrArray *notices, GError **error)
{
  for (guint i = 0; i < notices->len; i++) {
    LineNotice *notice = g_ptr_array_index (notices, i);
    if (notice->state == LINE_NOTICE_WAITING &&
        !line_notice_move (store, notice, LINE_NOTICE_CLAIMED, context->now, error))
      return FALSE;
    notice->state = LINE_NOTICE_CLAIMED;
    if (!line_notice_move (store, notice, LINE_NOTICE_SENT, context->now, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
line_told (Store *store, const ActionContext *context, const ToldRequest *request, Outcome *outcome, GError **error)
{
  g_autoptr (Line) line = line_find (store, request->line, error);
  g_autoptr (GPtrArray) notices = line != NULL ? line_notice_list_open (store, line->code, error) : NULL;
  if (notices == NULL)
    return FALSE;
  if (notices->len == 0)
    verdict_add (outcome->verdict, M_LINE_NOTICE_NONE, line->code, NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  g_autofree char *after = g_strdup_printf ("notices=%u line=%s", notices->len, line->end.day.text);
  if (!tell_all (store, context, notices, error) ||
      !action_journal (store, context, "line.told", line->code, NULL, after, error)) {
    action_explain (error, M_STALE, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, line->code);
  return TRUE;
}
