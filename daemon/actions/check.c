/* item.check and checklist.set: see check.h. */
#include "daemon/actions/check.h"
#include "daemon/actions/state.h"
#include "daemon/actions/wipe.h"
#include "daemon/rules/check.h"
#include "daemon/rules/item.h"
#include "db/item.h"
#include <string.h>

#define MARKS_READ 200 /* the newest looks that may count: far more than any checklist */
#define CHECKS_MAX 20  /* words of a checklist */

static gboolean
is_listed (const Checklist *list, const char *name)
{
  return g_strv_contains ((const char *const *)list->checks, name);
}

/* Every word is one of the list, with a result. */
static gboolean
read_checks (const CheckRequest *request, const Checklist *list, CheckResult *results, GError **error)
{
  g_autofree char *names = g_strjoinv (", ", list->checks);
  if (request->n_checks == 0) {
    rule_error_set (error, M_FIELD_MISSING, "checks", NULL);
    return FALSE;
  }
  for (gsize i = 0; i < request->n_checks; i++) {
    const PieceSaid *said = &request->checks[i];
    if (!is_listed (list, said->name)) {
      rule_error_set (error, M_CHECK_UNKNOWN, said->name, names, NULL);
      return FALSE;
    }
    if (!check_result_parse (said->state, &results[i])) {
      rule_error_set (error, M_CHECK_RESULT, said->state, NULL);
      return FALSE;
    }
  }
  return TRUE;
}

/* "screen=broken camera=missing": what is not ok. Caller frees; "" when all is. */
static char *
failures_of (const CheckRequest *request, const CheckResult *results)
{
  GString *failures = g_string_new (NULL);
  for (gsize i = 0; i < request->n_checks; i++)
    if (results[i] != CHECK_OK)
      g_string_append_printf (failures, "%s%s=%s", failures->len > 0 ? " " : "", request->checks[i].name,
                              check_result_name (results[i]));
  return g_string_free (failures, FALSE);
}

/* When its last verified wipe ended; 0 without one. */
static gboolean
wiped_at (Store *store, const char *item, gint64 *at, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (Wipe) wipe = wipe_last_verified (store, item, &problem);
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  *at = wipe != NULL ? wipe->ended_at : 0;
  return TRUE;
}

/* What follows from the looks: repair, ready, or nothing yet. */
static gboolean
move_on (Store *store, const ActionContext *context, const Item *item, const Checklist *list, const char *failures,
         GError **error)
{
  gint64 since;
  if (*failures != '\0') {
    RepairLine line = {
        .at = context->now, .account = (char *)context->account, .step = REPAIR_OPENED, .note = (char *)failures};
    g_strlcpy (line.item, item->code, sizeof line.item);
    return repair_add (store, &line, error) &&
           state_move_item (store, item->code, item->state, ITEM_REPAIR, failures, error);
  }
  if (item->state != ITEM_BLOCKED)
    return TRUE;
  g_autoptr (GPtrArray) marks = check_mark_list (store, item->code, MARKS_READ, error);
  if (marks == NULL || !wiped_at (store, item->code, &since, error))
    return FALSE;
  return !check_is_complete (list, marks, since) ||
         state_move_item (store, item->code, ITEM_BLOCKED, ITEM_READY, NULL, error);
}

static gboolean
write_checks (Store *store, const ActionContext *context, const CheckRequest *request, const CheckResult *results,
              const Item *item, GError **error)
{
  g_autoptr (GString) after = g_string_new (NULL);
  g_autofree char *before = g_strdup_printf ("state=%s", item_state_name (item->state));
  for (gsize i = 0; i < request->n_checks; i++) {
    if (!check_mark_add (store, item->code, context->account, request->checks[i].name, results[i], context->now, error))
      return FALSE;
    g_string_append_printf (after, "%s%s=%s", i > 0 ? " " : "", request->checks[i].name,
                            check_result_name (results[i]));
  }
  return action_journal (store, context, "item.check", item->code, before, after->str, error);
}

gboolean
item_check (Store *store, const ActionContext *context, const CheckRequest *request, Outcome *outcome, GError **error)
{
  g_autoptr (Item) item = wipe_find_item (store, request->item, error);
  g_autoptr (Checklist) list = item != NULL ? checklist_load (store, item->kind, error) : NULL;
  g_autofree CheckResult *results = g_new0 (CheckResult, request->n_checks);
  if (list == NULL || !read_checks (request, list, results, error))
    return FALSE;
  g_autofree char *failures = failures_of (request, results);
  check_judge_item (item, outcome->verdict);
  if (*failures != '\0')
    verdict_add (outcome->verdict, M_CHECK_FAILED, item->code, NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!write_checks (store, context, request, results, item, error) ||
      !move_on (store, context, item, list, failures, error)) {
    action_explain (error, M_STALE, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, item->code);
  return TRUE;
}

/* ---- the list itself ---- */

static gboolean
check_words (const char *const *words, GError **error)
{
  gsize n = 0;
  for (; words != NULL && words[n] != NULL; n++)
    if (*words[n] == '\0' || strspn (words[n], "abcdefghijklmnopqrstuvwxyz_-") != strlen (words[n])) {
      rule_error_set (error, M_CHECK_WORD, words[n], NULL);
      return FALSE;
    }
  if (words == NULL || (n > 0 && n <= CHECKS_MAX))
    return TRUE;
  rule_error_set (error, M_FIELD_RANGE, "checks", "1", G_STRINGIFY (CHECKS_MAX), NULL);
  return FALSE;
}

static gboolean
read_required (const char *text, gboolean *is_required, GError **error)
{
  if (text == NULL)
    return TRUE;
  if (!g_str_equal (text, "yes") && !g_str_equal (text, "no")) {
    rule_error_set (error, M_WORD_UNKNOWN, text, "required", "yes, no", NULL);
    return FALSE;
  }
  *is_required = g_str_equal (text, "yes");
  return TRUE;
}

gboolean
checklist_change (Store *store, const ActionContext *context, const ChecklistRequest *request, Outcome *outcome,
                  GError **error)
{
  ItemKind kind;
  if (!item_kind_parse (request->kind, &kind)) {
    rule_error_set (error, M_ITEM_KIND_UNKNOWN, request->kind, NULL);
    return FALSE;
  }
  g_autoptr (Checklist) list = checklist_load (store, kind, error);
  if (list == NULL || !check_words (request->checks, error) ||
      !read_required (request->is_required, &list->is_required, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  const char *const *checks = request->checks != NULL ? request->checks : (const char *const *)list->checks;
  g_autofree char *words = g_strjoinv (",", (char **)checks);
  g_autofree char *after =
      g_strdup_printf ("kind=%s checks=%s required=%s", request->kind, words, list->is_required ? "yes" : "no");
  return checklist_set (store, kind, checks, list->is_required, error) &&
         action_journal (store, context, "checklist.set", "", NULL, after, error);
}
