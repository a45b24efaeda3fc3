/* The two clocks of lines: told by a recharge, by the operator, or by a person; and the notices before a line dies. */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/actions/offers.h"

/* Tells the line's clocks, inside another verb (no journal line): writes them when they move (rules/line.h says when), and drops the notices about an
 * end that is no longer its end. line: as read; its clocks are moved too. */
gboolean line_tell (Store *store, const ActionContext *context, Line *line, const LineClocks *told, GError **error);

/* As typed; borrowed. At least one day. */
typedef struct {
  const char *line; /* code of a line or of a SIM card */
  const char *credit_until, *line_until;
  const char *origin; /* "operator": copied from the operator's text; "typed" when absent */
} ClocksRequest;
/* Verb "line.clocks". outcome: the line's code. RULE_ERROR: M_LINE_CLOCKS_NONE, M_DAY_*. */
gboolean line_set (Store *store, const ActionContext *context, const ClocksRequest *request, Outcome *outcome,
                   GError **error);

/* Writes the notices that are due today: for each living line the step that its end has reached. made: how many are new. */
gboolean line_notice_all (Store *store, const ActionContext *context, gint64 *made, GError **error);
/* As typed; borrowed. */
typedef struct {
  const char *line;
} ToldRequest;
/* Verb "line.told": a person told the holder (or whoever pays) that the line is about to die; its waiting notices are claimed and sent.
 * outcome: the line's code. RULE_ERROR: M_LINE_NOTICE_NONE. */
gboolean line_told (Store *store, const ActionContext *context, const ToldRequest *request, Outcome *outcome,
                    GError **error);

/* The line that somebody named, by its code or its card's. M_FIELD_MISSING, M_CODE_*, M_LINE_NOT_FOUND. Caller frees. */
Line *line_find (Store *store, const char *text, GError **error);
