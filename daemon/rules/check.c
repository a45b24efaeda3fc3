/* See the header file. */
#include "daemon/rules/check.h"
#include "daemon/rules/item.h"

void
check_newest (const Checklist *list, const GPtrArray *marks, gint64 since, const CheckMark **newest)
{
  for (guint i = 0; list->checks[i] != NULL; i++) {
    newest[i] = NULL;
    for (guint j = 0; newest[i] == NULL && j < marks->len; j++) {
      const CheckMark *mark = g_ptr_array_index (marks, j);
      if (mark->at >= since && g_str_equal (mark->name, list->checks[i]))
        newest[i] = mark;
    }
  }
}

gboolean
check_is_complete (const Checklist *list, const GPtrArray *marks, gint64 since)
{
  guint n = g_strv_length (list->checks);
  g_autofree const CheckMark **newest = g_new0 (const CheckMark *, n);
  check_newest (list, marks, since, newest);
  for (guint i = 0; i < n; i++)
    if (newest[i] == NULL || newest[i]->result != CHECK_OK)
      return FALSE;
  return TRUE;
}

ItemState
check_state_after_wipe (const Checklist *list)
{
  return list->is_required ? ITEM_BLOCKED : ITEM_READY;
}

void
check_judge_item (const Item *item, Verdict *verdict)
{
  gboolean waits_for_checks = item->state == ITEM_BLOCKED && g_strcmp0 (item->state_reason, ITEM_CHECK_REASON) == 0;
  if (item->state != ITEM_READY && item->state != ITEM_TO_WIPE && !waits_for_checks)
    verdict_add (verdict, M_CHECK_STATE, item->code, item_state_name (item->state), NULL);
}

void
repair_judge_item (const Item *item, Verdict *verdict)
{
  if (item->state != ITEM_REPAIR && !item_move_allowed (item->state, ITEM_REPAIR))
    verdict_add (verdict, M_REPAIR_STATE, item->code, item_state_name (item->state), NULL);
}
