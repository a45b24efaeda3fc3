/* What the looks at an item lead to: which of its kind's checklist are still to be done since it was wiped, and which failed. */
#pragma once
#include "daemon/rules/message.h"
#include "db/records.h"

/* The state_reason of an item that is wiped, and blocked until its checklist is ticked. */
#define ITEM_CHECK_REASON "check"

/* marks: CheckMark *, newest first; only those at `since` (epoch seconds) or later count, and of each name the newest. For each word of the
 * list: the mark that counts, or NULL. marks[] has room for all words. */
void check_newest (const Checklist *list, const GPtrArray *marks, gint64 since, const CheckMark **newest);
/* Is every word of the list ticked "ok" since then? */
gboolean check_is_complete (const Checklist *list, const GPtrArray *marks, gint64 since);
/* Where a verified wipe leads: ready, or blocked until the checklist is ticked. */
ItemState check_state_after_wipe (const Checklist *list);
/* May the item be checked in that state? ready; blocked for its checks only; to_wipe. M_CHECK_STATE otherwise. */
void check_judge_item (const Item *item, Verdict *verdict);
/* May it go to repair (or, when it is there, may a cost be noted)? M_REPAIR_STATE otherwise. */
void repair_judge_item (const Item *item, Verdict *verdict);
