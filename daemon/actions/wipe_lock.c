/* The lock of a tablet: seen, lifted, wiped again. */
#include "daemon/actions/wipe_lock.h"
#include "daemon/actions/state.h"
#include "daemon/actions/wipe.h"
#include "daemon/actions/wipe_story.h"
#include "daemon/rules/code.h"
#include "db/item.h"
#include <string.h>

#define UNLOCKED "unlocked:" /* a line of the story: rules/evidence.c has its sentence */

static gboolean
is_lifted (Store *store, const Wipe *locked, gboolean *lifted, GError **error)
{
  g_autoptr (GPtrArray) events = wipe_event_list (store, locked->code, 0, error);
  if (events == NULL)
    return FALSE;
  *lifted = FALSE;
  for (guint i = 0; i < events->len; i++) {
    const WipeEvent *event = g_ptr_array_index (events, i);
    if (g_str_equal (event->kind, "human") && g_str_has_prefix (event->text, UNLOCKED))
      *lifted = TRUE;
  }
  return TRUE;
}

/* The wipe that met the lock, unless the tablet was wiped with a proof since. *locked NULL: it has none. */
static gboolean
load_locked (Store *store, const char *item, Wipe **locked, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (Wipe) met = wipe_last_locked (store, item, &problem);
  g_autoptr (Wipe) verified = met != NULL ? wipe_last_verified (store, item, &problem) : NULL;
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  gboolean is_past = verified != NULL && verified->created_at >= met->ended_at;
  *locked = is_past ? NULL : g_steal_pointer (&met);
  return TRUE;
}

static gboolean
read_lock (Store *store, const char *item, Wipe **locked, WipeLock *lock, GError **error)
{
  gboolean lifted;
  if (!load_locked (store, item, locked, error))
    return FALSE;
  *lock = WIPE_LOCK_NONE;
  if (*locked == NULL)
    return TRUE;
  if (!is_lifted (store, *locked, &lifted, error))
    return FALSE;
  *lock = lifted ? WIPE_LOCK_LIFTED : WIPE_LOCK_SHOWN;
  return TRUE;
}

gboolean
wipe_lock_of (Store *store, const char *item, WipeLock *lock, GError **error)
{
  g_autoptr (Wipe) locked = NULL;
  return read_lock (store, item, &locked, lock, error);
}

gboolean
wipe_lock_judge (Store *store, const char *item, gboolean is_waiver, Verdict *verdict, GError **error)
{
  WipeLock lock;
  if (!wipe_lock_of (store, item, &lock, error))
    return FALSE;
  if (lock == WIPE_LOCK_SHOWN)
    verdict_add (verdict, M_WIPE_LOCKED, item, NULL);
  else if (lock == WIPE_LOCK_LIFTED && is_waiver)
    verdict_add (verdict, M_WIPE_LOCK_LIFTED, item, NULL);
  return TRUE;
}

gboolean
wipe_attest_lock (Store *store, const ActionContext *context, const char *code, const char *text, Outcome *outcome,
                  GError **error)
{
  g_autoptr (Wipe) wipe = wipe_find (store, code, error);
  g_autofree char *seen = g_strstrip (g_strdup (text != NULL ? text : ""));
  if (wipe == NULL)
    return FALSE;
  if (wipe->state != WIPE_WAIT_HUMAN || wipe_waited_in (wipe) != WIPE_RETURNED)
    verdict_add (outcome->verdict, M_WIPE_ATTEST_WHEN, wipe->code, wipe_state_name (wipe->state), NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  g_autoptr (WipeStep) step = wipe_step_new (wipe->code, context->now * 1000);
  step->judges = TRUE;
  wipe_step_note (step, "human", "frp-locked: %s%s%s", context->account, *seen != '\0' ? ", " : "", seen);
  return wipe_step_act (store, context, step, outcome, error);
}

/* Where the item is when its lock is lifted: blocked since, or brought back to be wiped by a repair. */
static gboolean
release (Store *store, const Item *item, GError **error)
{
  return item->state != ITEM_BLOCKED || state_move_item (store, item->code, ITEM_BLOCKED, ITEM_TO_WIPE, NULL, error);
}

static gboolean
lift (Store *store, const ActionContext *context, const Item *item, const Wipe *locked, const char *how,
      Outcome *outcome, GError **error)
{
  g_autofree char *line = g_strdup_printf (UNLOCKED " %s, %s", context->account, how);
  g_autofree char *subjects = g_strdup_printf ("%s %s", locked->code, item->code);
  g_autofree char *before = g_strdup_printf ("state=%s lock=shown", item_state_name (item->state));
  if (!wipe_event_add (store, locked->code, context->now * 1000, "human", line, error) ||
      !release (store, item, error) ||
      !action_journal (store, context, "wipe.unlock", subjects, before, "lock=lifted", error)) {
    action_explain (error, M_STALE, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, item->code);
  return TRUE;
}

gboolean
wipe_unlock (Store *store, const ActionContext *context, const char *code, const char *text, Outcome *outcome,
             GError **error)
{
  WipeLock lock;
  g_autoptr (Wipe) locked = NULL;
  g_autoptr (Item) item = wipe_find_item (store, code, error);
  g_autofree char *how = g_strstrip (g_strdup (text != NULL ? text : ""));
  if (item == NULL || !read_lock (store, item->code, &locked, &lock, error))
    return FALSE;
  if (lock != WIPE_LOCK_SHOWN)
    verdict_add (outcome->verdict, M_WIPE_NOT_LOCKED, item->code, NULL);
  else if (*how == '\0')
    verdict_add (outcome->verdict, M_WIPE_UNLOCK_HOW, NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  return lift (store, context, item, locked, how, outcome, error);
}
