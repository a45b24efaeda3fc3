/* Looking at a thing before it is lent again, and repairing it. */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/actions/take_back.h"
#include "db/check.h"

/* As typed; borrowed. checks: name ("screen") and state ("ok" "broken" "missing"). */
typedef struct {
  const char *item;
  const PieceSaid *checks;
  gsize n_checks;
} CheckRequest;
/* Verb "item.check". Each name must be in the checklist of the item's kind. Anything that is not ok sends the item to repair; a wiped item
 * that was blocked for its checklist is ready when the last one is ok. outcome: the item. RULE_ERROR: M_CHECK_UNKNOWN, M_CHECK_RESULT,
 * M_CHECK_STATE. */
gboolean item_check (Store *store, const ActionContext *context, const CheckRequest *request, Outcome *outcome,
                     GError **error);

/* As typed; borrowed, NULL = absent. kind: a kind of item; checks: words, NULL = as they are; is_required: "yes" "no", NULL = as it is. */
typedef struct {
  const char *kind;
  const char *const *checks;
  const char *is_required;
} ChecklistRequest;
/* Verb "checklist.set". outcome: nothing but the verdict. RULE_ERROR: M_ITEM_KIND_UNKNOWN, M_CHECK_WORD, M_WORD_UNKNOWN. */
gboolean checklist_change (Store *store, const ActionContext *context, const ChecklistRequest *request,
                           Outcome *outcome, GError **error);

/* As typed; borrowed, NULL = absent. */
typedef struct {
  const char *item, *note;
  const char *cost; /* "45,00"; not together with cost_cents */
  const gint64 *cost_cents;
  const char *fund; /* pays the cost in the same transaction */
} RepairRequest;
/* Verb "item.repair": the item goes to repair; one that is there already gets another note or cost. outcome: the item, the fund.
 * RULE_ERROR: M_REPAIR_STATE, M_MONEY_*, M_FIELD_MISSING (a fund without a cost), and the fund's verdict. */
gboolean item_repair (Store *store, const ActionContext *context, const RepairRequest *request, Outcome *outcome,
                      GError **error);
/* Verb "item.repaired": repair -> to_wipe, whoever had it in hand may have used it. cost and fund are not read. */
gboolean item_repaired (Store *store, const ActionContext *context, const RepairRequest *request, Outcome *outcome,
                        GError **error);
