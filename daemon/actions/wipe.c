/* The verbs of wiping: ask, attest, cancel, waive. Each is one transaction; the conductor does the rest. */
#include "daemon/actions/wipe.h"
#include "daemon/actions/prepare_run.h"
#include "daemon/actions/state.h"
#include "daemon/actions/wipe_lock.h"
#include "daemon/actions/wipe_story.h"
#include "daemon/devices/device.h"
#include "daemon/rules/code.h"
#include "daemon/rules/item.h"
#include "db/item.h"
#include "db/loan.h"
#include "db/person.h"
#include <string.h>

#define TOOL "Témoin temoind " TEMOIN_VERSION

/* The names of all strategies, for a sentence. Caller frees. */
static char *
strategy_names (void)
{
  gsize n;
  const Strategy *const *strategies = strategy_list (&n);
  GString *names = g_string_new (NULL);
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", strategies[i]->name);
  return g_string_free (names, FALSE);
}

static gboolean
check_strategy (const char *name, GError **error)
{
  if (name == NULL || strategy_find (name) != NULL)
    return TRUE;
  g_autofree char *names = strategy_names ();
  rule_error_set (error, M_STRATEGY_UNKNOWN, name, names, NULL);
  return FALSE;
}

Item *
wipe_find_item (Store *store, const char *text, GError **error)
{
  Code code;
  g_autoptr (GError) problem = NULL;
  if (text == NULL) {
    rule_error_set (error, M_FIELD_MISSING, "item", NULL);
    return NULL;
  }
  if (!code_parse_kind (text, "T", code, error))
    return NULL;
  g_autoptr (Item) item = item_load (store, code, &problem);
  if (g_error_matches (problem, DB_ERROR, DB_ERROR_NOT_FOUND))
    rule_error_set (error, M_ITEM_NOT_FOUND, code, NULL);
  else if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return g_steal_pointer (&item);
}

gboolean
wipe_holder_name (Store *store, const char *item, char **name, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (Loan) loan = loan_open_of (store, item, &problem);
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  if (loan == NULL)
    return TRUE;
  g_autoptr (Person) person = person_load (store, loan->person, error);
  if (person == NULL)
    return FALSE;
  *name = g_strdup (person->name);
  return TRUE;
}

/* What is known before the tablet is asked anything: the rest of the gate comes when its facts are read (conductor). */
static gboolean
judge_ask (Store *store, const WipeRequest *request, const Item *item, const BenchSlot *slot, Verdict *verdict,
           GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *holder = NULL;
  Item judged = *item;
  if (item->state == ITEM_BLOCKED) { /* asking again is the way out of blocked: it passes through to_wipe */
    verdict_add (verdict, M_WIPE_BLOCKED_BEFORE, item->code, NULL);
    judged.state = ITEM_TO_WIPE;
  }
  if (!wipe_holder_name (store, item->code, &holder, error))
    return FALSE;
  WipeIdentity facts = {.item = &judged, .holder = holder, .read_serial = item->serial};
  if (slot != NULL) {
    g_autoptr (Wipe) other = wipe_open_of_port (store, slot->port, &problem);
    if (problem != NULL) {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
    facts.read_serial = slot->serial;
    facts.is_duplicate = slot->is_duplicate;
    facts.port_is_reserved = other != NULL;
  } else if (judged.state == ITEM_TO_WIPE) {
    verdict_add (verdict, M_WIPE_NOT_ON_BENCH, item->code, NULL);
    return TRUE;
  } /* else it may not be wiped anyway: only that is said */
  wipe_judge_identity (&facts, verdict);
  if (slot != NULL && prepare_is_running (slot->preparation))
    verdict_add (verdict, M_ENROL_RUNNING, item->code, NULL);
  if (!request->removed)
    wipe_remind (verdict);
  return TRUE;
}

static gboolean
refuse_second_wipe (Store *store, const Item *item, Verdict *verdict, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (Wipe) running = wipe_open_of_item (store, item->code, &problem);
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  if (running != NULL)
    verdict_add (verdict, M_WIPE_RUNNING, item->code, running->code, NULL);
  return TRUE;
}

static gboolean
note_tick (Store *store, const ActionContext *context, const WipeRequest *request, const char *wipe, GError **error)
{
  g_autofree char *text = g_strdup_printf ("removed: %s", context->account);
  return !request->removed || wipe_event_add (store, wipe, context->now * 1000, "human", text, error);
}

/* The rights claimed now are kept with the wipe: the gate that may need them opens later. */
static gboolean
note_overrides (Store *store, const ActionContext *context, const char *wipe, GError **error)
{
  for (guint i = 0; context->overrides != NULL && context->overrides[i] != NULL; i++) {
    g_autofree char *text = g_strdup_printf ("override: %s, %s", context->overrides[i], context->comment);
    if (!wipe_event_add (store, wipe, context->now * 1000, "human", text, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
open_wipe (Store *store, const ActionContext *context, const WipeRequest *request, const Item *item,
           const BenchSlot *slot, Outcome *outcome, GError **error)
{
  Wipe wipe = {.port = slot->port,
               .serial = slot->serial,
               .strategy = (char *)request->strategy,
               .state = WIPE_SEEN,
               .created_at = context->now,
               .asked_by = (char *)context->account,
               .tool = (char *)TOOL};
  g_strlcpy (wipe.item, item->code, sizeof wipe.item);
  if (!action_new_code (store, 'X', wipe.code, error))
    return FALSE;
  if (item->state == ITEM_BLOCKED && !state_move_item (store, item->code, ITEM_BLOCKED, ITEM_TO_WIPE, NULL, error))
    return FALSE;
  g_autofree char *subjects = g_strdup_printf ("%s %s", wipe.code, item->code);
  g_autofree char *before = g_strdup_printf ("item=%s", item_state_name (item->state));
  g_autofree char *after =
      g_strdup_printf ("port=%s strategy=%s", slot->port, request->strategy != NULL ? request->strategy : "");
  if (!wipe_insert (store, &wipe, error) ||
      !wipe_event_add (store, wipe.code, context->now * 1000, "state", "asked -> seen", error) ||
      !note_tick (store, context, request, wipe.code, error) || !note_overrides (store, context, wipe.code, error) ||
      !action_journal (store, context, "wipe.ask", subjects, before, after, error)) {
    action_explain (error, M_WIPE_PORT_TAKEN, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, wipe.code);
  return TRUE;
}

gboolean
wipe_ask (Store *store, const ActionContext *context, const WipeRequest *request, Outcome *outcome, GError **error)
{
  g_autoptr (Item) item = wipe_find_item (store, request->item, error);
  if (item == NULL || !check_strategy (request->strategy, error) ||
      !refuse_second_wipe (store, item, outcome->verdict, error) ||
      !wipe_lock_judge (store, item->code, FALSE, outcome->verdict, error))
    return FALSE;
  const BenchSlot *slot = bench_slot_of (request->slots, item->serial);
  if (!judge_ask (store, request, item, slot, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  return open_wipe (store, context, request, item, slot, outcome, error);
}

static Wipe *
find_anywhere (Store *store, const char *text, GError **error)
{
  Code code;
  g_autoptr (GError) problem = NULL;
  g_autoptr (Wipe) wipe = NULL;
  if (text == NULL) {
    rule_error_set (error, M_FIELD_MISSING, "wipe", NULL);
    return NULL;
  }
  if (!code_parse_kind (text, "XT", code, error))
    return NULL;
  wipe = code[0] == 'X' ? wipe_load (store, code, &problem) : wipe_open_of_item (store, code, &problem);
  if (wipe == NULL && (problem == NULL || g_error_matches (problem, DB_ERROR, DB_ERROR_NOT_FOUND)))
    rule_error_set (error, M_WIPE_NOT_FOUND, code, NULL);
  else if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return g_steal_pointer (&wipe);
}

/* The daemon that drives another site's bench does not hear what is said here. */
Wipe *
wipe_find (Store *store, const char *text, GError **error)
{
  g_autoptr (Wipe) wipe = find_anywhere (store, text, error);
  if (wipe == NULL || g_str_equal (wipe->site, store_site (store)))
    return g_steal_pointer (&wipe);
  rule_error_set (error, M_WIPE_ELSEWHERE, wipe->code, wipe->site, NULL);
  return NULL;
}

gboolean
wipe_step_act (Store *store, const ActionContext *context, const WipeStep *step, Outcome *outcome, GError **error)
{
  g_autoptr (Wipe) after = NULL;
  if (!wipe_step_apply (store, step, context->account, &after, error)) {
    action_explain (error, M_STALE, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, step->wipe);
  outcome_add_code (outcome, after->item);
  return TRUE;
}

gboolean
wipe_attest (Store *store, const ActionContext *context, const char *code, const char *text, Outcome *outcome,
             GError **error)
{
  g_autoptr (Wipe) wipe = wipe_find (store, code, error);
  g_autofree char *seen = g_strstrip (g_strdup (text != NULL ? text : ""));
  if (wipe == NULL)
    return FALSE;
  if (wipe->state != WIPE_WAIT_HUMAN || wipe_waited_in (wipe) != WIPE_RETURNED)
    verdict_add (outcome->verdict, M_WIPE_ATTEST_WHEN, wipe->code, wipe_state_name (wipe->state), NULL);
  else if (*seen == '\0')
    verdict_add (outcome->verdict, M_WIPE_NEEDS_TEXT, NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  g_autoptr (WipeStep) step = wipe_step_new (wipe->code, context->now * 1000);
  step->judges = TRUE;
  wipe_step_note (step, "human", "attested: %s", seen);
  return wipe_set_attestation (store, wipe->code, context->account, seen, error) &&
         wipe_step_act (store, context, step, outcome, error);
}

/* What cancelling means where the wipe stands. FALSE: too late, only the tablet can end it now. */
static gboolean
cancel_event (const Wipe *wipe, WipeEventKind *event, const char **reason)
{
  WipeState where = wipe->state == WIPE_WAIT_HUMAN ? wipe_waited_in (wipe) : wipe->state;
  if (wipe->state == WIPE_WAIT_HUMAN && where == WIPE_RETURNED) {
    *event = WIPE_ON_LOST; /* the technician looked and did not see a reset tablet */
    *reason = "wipe_denied";
  } else if (wipe->state == WIPE_WAIT_HUMAN && where == WIPE_STARTED) {
    *event = WIPE_ON_IGNORED; /* nobody reset it by hand */
    *reason = "wipe_cancelled";
  } else {
    *event = WIPE_ON_CANCEL;
    *reason = "wipe_cancelled";
  }
  return wipe->state == WIPE_WAIT_HUMAN || !wipe_may_have_begun (wipe->state);
}

gboolean
wipe_cancel (Store *store, const ActionContext *context, const char *code, Outcome *outcome, GError **error)
{
  WipeEventKind event;
  const char *reason;
  g_autoptr (Wipe) wipe = wipe_find (store, code, error);
  if (wipe == NULL)
    return FALSE;
  if (wipe_is_over (wipe->state))
    verdict_add (outcome->verdict, M_WIPE_MOVE, wipe->code, wipe_state_name (wipe->state), NULL);
  else if (!cancel_event (wipe, &event, &reason))
    verdict_add (outcome->verdict, M_WIPE_BEGUN, wipe->code, NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  g_autoptr (WipeStep) step = wipe_step_new (wipe->code, context->now * 1000);
  wipe_step_note (step, "human", "cancelled: %s", context->account);
  (void)cancel_event (wipe, &event, &reason); /* it was possible a moment ago, in this transaction */
  wipe_step_event (step, event, reason);
  return wipe_step_act (store, context, step, outcome, error);
}

gboolean
wipe_waive (Store *store, const ActionContext *context, const char *code, Outcome *outcome, GError **error)
{
  g_autoptr (Item) item = wipe_find_item (store, code, error);
  if (item == NULL || !refuse_second_wipe (store, item, outcome->verdict, error) ||
      !wipe_lock_judge (store, item->code, TRUE, outcome->verdict, error))
    return FALSE;
  if (item->state != ITEM_TO_WIPE)
    verdict_add (outcome->verdict, M_WIPE_ITEM_STATE, item->code, item_state_name (item->state), NULL);
  verdict_add (outcome->verdict, M_WIPE_WAIVE, item->code, NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!state_move_item (store, item->code, ITEM_TO_WIPE, ITEM_READY, ITEM_WAIVED_REASON, error) ||
      !action_journal (store, context, "wipe.waive", item->code, "state=to_wipe", "state=ready", error)) {
    action_explain (error, M_STALE, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, item->code);
  return TRUE;
}

/* One line "name=value" of the facts. Caller frees; NULL when it is not there. */
static char *
fact_of (const Wipe *wipe, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (wipe->facts != NULL ? wipe->facts : "", "\n", -1);
  gsize length = strlen (name);
  for (char **line = lines; *line != NULL; line++)
    if (strncmp (*line, name, length) == 0 && (*line)[length] == '=')
      return g_strdup (*line + length + 1);
  return NULL;
}

gboolean
wipe_reset_steps (const ResetScreens *screens, const Wipe *wipe, ResetSteps *steps)
{
  const Strategy *strategy = strategy_find (wipe->strategy);
  if (strategy == NULL)
    return FALSE;
  gboolean is_awaited = wipe->state == WIPE_WAIT_HUMAN && wipe_waited_in (wipe) == WIPE_STARTED;
  /* in the recovery menu the keys are still to be pressed when the tablet has left */
  gboolean is_in_menu =
      strategy->by_hand == STRATEGY_HAND_KEYS && (wipe->state == WIPE_GONE || wipe->state == WIPE_RECOVERY);
  g_autofree char *maker = fact_of (wipe, "maker");
  return (is_awaited || is_in_menu) && reset_screens_find (screens, maker, strategy->by_hand, steps);
}
