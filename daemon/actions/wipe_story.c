/* The register's side of a wipe: steps as transactions. */
#include "daemon/actions/wipe_story.h"
#include "daemon/actions/state.h"
#include "daemon/actions/wipe.h"
#include "daemon/rules/check.h"
#include "daemon/rules/item.h"
#include "db/challenge.h"
#include "db/check.h"
#include "db/item.h"
#include "db/loan.h"
#include <string.h>

/* What a waiting wipe waits for: its reason, where it waited, what the person must do. */
static const struct {
  const char *reason;
  WipeState waited_in;
  MessageId todo;
} waits[] = {
    {"tap", WIPE_SEEN, M_TODO_TAP},
    {"reset_by_hand", WIPE_STARTED, M_TODO_RESET_BY_HAND},
    {"keys_by_hand", WIPE_STARTED, M_TODO_KEYS},
    {"attest", WIPE_RETURNED, M_TODO_ATTEST},
};

static void
note_free (gpointer data)
{
  WipeNote *note = data;
  g_free (note->text);
  g_free (note);
}

WipeStep *
wipe_step_new (const char *wipe, gint64 now_ms)
{
  WipeStep *step = g_new0 (WipeStep, 1);
  g_strlcpy (step->wipe, wipe, sizeof step->wipe);
  step->now_ms = now_ms;
  step->notes = g_ptr_array_new_with_free_func (note_free);
  return step;
}

void
wipe_step_free (WipeStep *step)
{
  if (step == NULL)
    return;
  g_ptr_array_unref (step->notes);
  g_free (step->gate);
  g_free (step->reason);
  g_free (step->strategy);
  g_free (step->serial);
  g_free (step->facts);
  g_free (step->challenge);
  if (step->chain != NULL)
    g_bytes_unref (step->chain);
  g_free (step);
}

void
wipe_step_note (WipeStep *step, const char *kind, const char *format, ...)
{
  WipeNote *note = g_new0 (WipeNote, 1);
  va_list arguments;
  note->kind = kind;
  va_start (arguments, format);
  note->text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (step->notes, note);
}

void
wipe_step_event (WipeStep *step, WipeEventKind event, const char *reason)
{
  step->moves = TRUE;
  step->event = event;
  g_free (step->reason);
  step->reason = g_strdup (reason);
}

WipeState
wipe_waited_in (const Wipe *wipe)
{
  for (gsize i = 0; wipe->state == WIPE_WAIT_HUMAN && i < G_N_ELEMENTS (waits); i++)
    if (g_strcmp0 (wipe->reason, waits[i].reason) == 0)
      return waits[i].waited_in;
  return WIPE_SEEN;
}

void
wipe_step_gate (WipeStep *step, const WipeGateFacts *facts)
{
  g_free (step->gate);
  step->gate = g_memdup2 (facts, sizeof *facts);
}

char *
wipe_reason_of_finding (const Finding *finding)
{
  GString *reason = g_string_new (message_code (finding->id));
  for (int i = 0; i < MESSAGE_ARGS && finding->args[i] != NULL; i++)
    g_string_append_printf (reason, "|%s", finding->args[i]);
  return g_string_free (reason, FALSE);
}

char *
wipe_reason_of_verdict (const Verdict *verdict, const char *const *overrides)
{
  g_autoptr (GError) refusal = NULL;
  if (verdict_allows (verdict, overrides))
    return NULL;
  rule_error_set_verdict (&refusal, verdict, overrides);
  return wipe_reason_of_finding (rule_error_finding (refusal));
}

char *
wipe_todo_text (const Wipe *wipe, const char *port, Language language)
{
  for (gsize i = 0; wipe->state == WIPE_WAIT_HUMAN && i < G_N_ELEMENTS (waits); i++)
    if (g_strcmp0 (wipe->reason, waits[i].reason) == 0)
      return reason_text (message_code (waits[i].todo), language);
  if (wipe->state == WIPE_GONE || wipe->state == WIPE_RECOVERY) {
    g_autofree char *away = g_strdup_printf ("%s|%s", message_code (M_TODO_AWAY), port);
    return reason_text (away, language);
  }
  return wipe->reason != NULL && wipe_is_over (wipe->state) ? reason_text (wipe->reason, language) : NULL;
}

gboolean
wipe_story_evidence (Store *store, const char *wipe, WipeEvidence *evidence, GError **error)
{
  g_autoptr (GPtrArray) events = wipe_event_list (store, wipe, 0, error);
  if (events == NULL)
    return FALSE;
  *evidence = (WipeEvidence){0};
  for (guint i = 0; i < events->len; i++)
    evidence_count (evidence, g_ptr_array_index (events, i));
  return TRUE;
}

/* What the evidence leads to. */
static gboolean
judge (Store *store, const char *wipe, WipeEventKind *event, const char **reason, WipeVerdict *verdict, GError **error)
{
  WipeEvidence evidence;
  if (!wipe_story_evidence (store, wipe, &evidence, error))
    return FALSE;
  *verdict = wipe_judge_evidence (&evidence);
  if (evidence.frp_locked && *verdict != VERDICT_NOT_WIPED) {
    *event = WIPE_ON_LOCKED;
    *reason = message_code (M_WIPE_FRP);
    return TRUE;
  }
  switch (*verdict) {
  case VERDICT_PROVEN:
  case VERDICT_ATTESTED:
    *event = WIPE_ON_PROOF;
    *reason = NULL;
    return TRUE;
  case VERDICT_CONSISTENT:
    *event = WIPE_ON_NEEDS_HUMAN;
    *reason = "attest";
    return TRUE;
  case VERDICT_NOT_WIPED:
    *event = WIPE_ON_KEY_ACCEPTED;
    *reason = "wipe_key_accepted";
    return TRUE;
  case VERDICT_NONE:
  case VERDICT_UNKNOWN:
  case WIPE_VERDICTS_N:
    break;
  }
  *event = WIPE_ON_LOST;
  *reason = "wipe_unproven";
  return TRUE;
}

static WipeVerdict
verdict_of_end (const Wipe *ended)
{
  if (ended->state == WIPE_NOT_WIPED)
    return VERDICT_NOT_WIPED;
  if (ended->state == WIPE_UNKNOWN)
    return VERDICT_UNKNOWN;
  return ended->state == WIPE_VERIFIED ? ended->verdict : VERDICT_NONE;
}

/* Ready only when its kind asks for no checks: else it is blocked until they are ticked. */
static gboolean
move_item_after (Store *store, const Wipe *ended, const Item *item, ItemState after, GError **error)
{
  const char *reason = after == ITEM_BLOCKED ? ended->reason : NULL;
  if (after == ITEM_READY) {
    g_autoptr (Checklist) list = checklist_load (store, item->kind, error);
    if (list == NULL)
      return FALSE;
    after = check_state_after_wipe (list);
    reason = after == ITEM_BLOCKED ? ITEM_CHECK_REASON : NULL;
  }
  return state_move_item (store, item->code, item->state, after, reason, error);
}

gboolean
wipe_story_end (Store *store, const ActionContext *context, const Wipe *ended, gboolean had_begun, GError **error)
{
  WipeVerdict verdict = verdict_of_end (ended);
  ItemState after;
  g_autoptr (Item) item = item_load (store, ended->item, error);
  if (item == NULL || !wipe_set_verdict (store, ended->code, verdict, error))
    return FALSE;
  if (wipe_item_state_after (ended->state, had_begun, &after) && item->state == ITEM_WIPING && after != item->state &&
      !move_item_after (store, ended, item, after, error))
    return FALSE;
  g_autofree char *subjects = g_strdup_printf ("%s %s", ended->code, ended->item);
  g_autofree char *outcome = g_strdup_printf ("state=%s verdict=%s reason=%s", wipe_state_name (ended->state),
                                              wipe_verdict_name (verdict), ended->reason != NULL ? ended->reason : "");
  return action_journal (store, context, "wipe.end", subjects, NULL, outcome, error);
}

/* started: the item is in the middle of it from now on. */
static gboolean
begin (Store *store, const ActionContext *context, const Wipe *wipe, GError **error)
{
  g_autofree char *subjects = g_strdup_printf ("%s %s", wipe->code, wipe->item);
  g_autofree char *what = g_strdup_printf ("strategy=%s", wipe->strategy != NULL ? wipe->strategy : "");
  return state_move_item (store, wipe->item, ITEM_TO_WIPE, ITEM_WIPING, NULL, error) &&
         action_journal (store, context, "wipe.start", subjects, "item=to_wipe", what, error);
}

/* Before it is sent, or after it was answered. */
static gboolean
write_challenge (Store *store, const WipeStep *step, GError **error)
{
  if (step->challenge == NULL)
    return TRUE;
  return step->chain != NULL ? challenge_set_chain (store, step->challenge, step->chain, error)
                             : challenge_insert (store, step->challenge, step->wipe, step->now_ms / 1000, error);
}

static gboolean
write_what_was_read (Store *store, const WipeStep *step, GError **error)
{
  for (guint i = 0; i < step->notes->len; i++) {
    const WipeNote *note = g_ptr_array_index (step->notes, i);
    if (!wipe_event_add (store, step->wipe, step->now_ms, note->kind, note->text, error))
      return FALSE;
  }
  if (!write_challenge (store, step, error) || (step->releases_port && !wipe_release_port (store, step->wipe, error)) ||
      (step->facts != NULL && !wipe_set_facts (store, step->wipe, step->serial, step->facts, error)))
    return FALSE;
  return step->strategy == NULL || wipe_set_strategy (store, step->wipe, step->strategy, error);
}

/* The rights that were claimed when the wipe was asked: notes "override: RIGHT, comment". NULL-terminated; caller frees. */
static GStrv
claimed_rights (GPtrArray *events)
{
  g_autoptr (GStrvBuilder) rights = g_strv_builder_new ();
  for (guint i = 0; i < events->len; i++) {
    const WipeEvent *event = g_ptr_array_index (events, i);
    const char *right_and_comment;
    const char *word = evidence_word (event->text, &right_and_comment);
    if (!g_str_equal (event->kind, "human") || g_strcmp0 (word, "override") != 0)
      continue;
    g_autofree char *right = g_strndup (right_and_comment, strcspn (right_and_comment, ","));
    g_strv_builder_add (rights, right);
  }
  return g_strv_builder_end (rights);
}

/* What the gate points out without closing; what a wipe never empties was said when it was asked. */
static gboolean
write_to_know (Store *store, const WipeStep *step, const Verdict *verdict, GError **error)
{
  for (guint i = 0; i < verdict->to_know->len; i++) {
    const Finding *finding = g_ptr_array_index (verdict->to_know, i);
    g_autofree char *reason = wipe_reason_of_finding (finding);
    g_autofree char *line = g_strconcat (EVIDENCE_TO_KNOW ": ", reason, NULL);
    if (finding->id != M_WIPE_SD_SIM && !wipe_event_add (store, step->wipe, step->now_ms, "state", line, error))
      return FALSE;
  }
  return TRUE;
}

/* The gate, with the item, its holder and its port as they are in this very transaction. *reason: why it is closed. */
static gboolean
judge_gate (Store *store, const WipeStep *step, const Wipe *wipe, WipeEventKind *event, char **reason, GError **error)
{
  WipeGateFacts facts = *step->gate;
  g_autoptr (GError) problem = NULL;
  g_autoptr (Verdict) verdict = verdict_new ();
  g_autoptr (Item) item = item_load (store, wipe->item, error);
  g_autoptr (GPtrArray) events = item != NULL ? wipe_event_list (store, wipe->code, 0, error) : NULL;
  if (events == NULL)
    return FALSE;
  g_autoptr (Loan) loan = loan_open_of (store, wipe->item, &problem);
  g_autoptr (Wipe) on_port = problem == NULL ? wipe_open_of_port (store, wipe->port, &problem) : NULL;
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  facts.identity.item = item;
  facts.identity.holder = loan != NULL ? loan->person : NULL;
  facts.identity.port_is_reserved = on_port != NULL && !g_str_equal (on_port->code, wipe->code);
  wipe_judge_gate (&facts, verdict);
  g_auto (GStrv) rights = claimed_rights (events);
  *reason = wipe_reason_of_verdict (verdict, (const char *const *)rights);
  *event = *reason == NULL ? WIPE_ON_GATE_OPEN : WIPE_ON_GATE_CLOSED;
  return write_to_know (store, step, verdict, error);
}

/* Where a step leads: the event it names, or the one that its judging comes to. */
typedef struct {
  WipeEventKind event;
  char *reason;
  WipeVerdict verdict;
  WipeState next;
} Turn;

static gboolean
choose_turn (Store *store, const WipeStep *step, const Wipe *before, Turn *turn, GError **error)
{
  const char *reason = step->reason;
  *turn = (Turn){.event = step->event, .verdict = before->verdict};
  if (step->judges && !judge (store, step->wipe, &turn->event, &reason, &turn->verdict, error))
    return FALSE;
  if (step->gate != NULL && !judge_gate (store, step, before, &turn->event, &turn->reason, error))
    return FALSE;
  if (turn->reason == NULL)
    turn->reason = g_strdup (reason);
  if (wipe_next (before->state, wipe_waited_in (before), turn->event, &turn->next))
    return TRUE;
  g_clear_pointer (&turn->reason, g_free);
  g_set_error (error, DB_ERROR, DB_ERROR_STALE, "wipe %s is %s: %s cannot happen there", step->wipe,
               wipe_state_name (before->state), wipe_event_name (turn->event));
  return FALSE;
}

static gboolean
take_turn (Store *store, const WipeStep *step, const Wipe *before, const Turn *turn, GError **error)
{
  g_autofree char *line =
      g_strdup_printf ("%s -> %s: %s", wipe_state_name (before->state), wipe_state_name (turn->next),
                       turn->reason != NULL ? turn->reason : wipe_event_name (turn->event));
  return wipe_move (store, step->wipe, before->state, turn->next, turn->reason, step->now_ms / 1000, error) &&
         wipe_set_verdict (store, step->wipe, turn->verdict, error) &&
         wipe_event_add (store, step->wipe, step->now_ms, "state", line, error);
}

static gboolean
move (Store *store, const ActionContext *context, const WipeStep *step, const Wipe *before, GError **error)
{
  Turn turn;
  if (!choose_turn (store, step, before, &turn, error))
    return FALSE;
  gboolean is_taken = take_turn (store, step, before, &turn, error);
  g_free (turn.reason);
  if (!is_taken)
    return FALSE;
  if (turn.next == WIPE_STARTED && before->state == WIPE_ARMED)
    return begin (store, context, before, error);
  if (!wipe_is_over (turn.next))
    return TRUE;
  g_autoptr (Wipe) ended = wipe_load (store, step->wipe, error);
  return ended != NULL && wipe_story_end (store, context, ended, before->started_at != 0, error);
}

gboolean
wipe_step_apply (Store *store, const WipeStep *step, const char *account, Wipe **wipe, GError **error)
{
  const ActionContext context = {.now = step->now_ms / 1000, .account = account, .role = ROLE_TECHNICIAN};
  if (!write_what_was_read (store, step, error))
    return FALSE;
  g_autoptr (Wipe) before = wipe_load (store, step->wipe, error);
  if (before == NULL ||
      ((step->moves || step->judges || step->gate != NULL) && !move (store, &context, step, before, error)))
    return FALSE;
  g_autoptr (Wipe) after = wipe_load (store, step->wipe, error);
  if (after == NULL)
    return FALSE;
  *wipe = g_steal_pointer (&after);
  return TRUE;
}
