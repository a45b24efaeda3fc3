/* See the header file. What is sent is never said again: an unclear answer after a step that spends is ambiguous, and a person resolves it. */
#include "daemon/devices/dialogue_run.h"

#include "daemon/devices/dialogue_parts.h"
#include "daemon/devices/modem_card.h"
#include "daemon/devices/modem_line.h"
#include <string.h>

struct _DialogueRun {
  const Dialogue *dialogue;
  char *code; /* NULL when there is none */
  const DialogueCarrier *carrier;
  gpointer user;
  guint step; /* the one being said, or the next */
  gboolean is_over;
  gboolean may_be_spent; /* a step that spends was on its way */
  char *answer;
  DialogueFound found;
};

ModemCode
dialogue_run_check (const Dialogue *dialogue, const char *code, gboolean is_signed)
{
  if (dialogue_spends (dialogue) && !is_signed)
    return MODEM_CODE_UNSIGNED;
  return dialogue_code_is_good (dialogue, code) ? MODEM_CODE_NONE : MODEM_CODE_CODE_FORMAT;
}

static const DialogueStep *
step_at (const DialogueRun *run, guint index)
{
  return &g_array_index (run->dialogue->steps, DialogueStep, index);
}

/* From the step with the code on, money may leave; without a code, from the start. */
static gboolean
step_spends (const DialogueRun *run)
{
  if (!dialogue_spends (run->dialogue))
    return FALSE;
  if (!dialogue_takes_code (run->dialogue) || run->dialogue->cost != DIALOGUE_COST_FREE)
    return TRUE;
  for (guint i = 0; i <= run->step; i++)
    if (step_at (run, i)->text != NULL && strstr (step_at (run, i)->text, DIALOGUE_CODE) != NULL)
      return TRUE;
  return FALSE;
}

static void
finish (DialogueRun *run, ModemCode code, const char *detail)
{
  if (run->is_over)
    return;
  run->is_over = TRUE;
  run->carrier->done (modem_outcome_of (code, run->may_be_spent), code, detail, run->user);
}

static void
say (DialogueRun *run)
{
  const DialogueStep *step = step_at (run, run->step);
  GString *text = g_string_sized_new (DIALOGUE_ANSWER_MAX); /* not moved: nothing of the code is left behind */
  g_string_append (text, step->text);
  if (run->code != NULL)
    g_string_replace (text, DIALOGUE_CODE, run->code, 0);
  g_autofree char *masked = dialogue_mask (step->text, DIALOGUE_CODE);
  run->carrier->say (step->kind, text->str, masked, step_spends (run), run->user);
  modem_wipe_free (g_string_free (text, FALSE));
}

DialogueRun *
dialogue_run_new (const Dialogue *dialogue, const char *code, const DialogueCarrier *carrier, gpointer user)
{
  DialogueRun *run = g_new0 (DialogueRun, 1);
  run->dialogue = dialogue;
  run->code = g_strdup (code);
  run->carrier = carrier;
  run->user = user;
  dialogue_found_clear (&run->found);
  say (run);
  return run;
}

void
dialogue_run_free (DialogueRun *run)
{
  if (run == NULL)
    return;
  modem_wipe_free (run->code);
  g_free (run->answer);
  dialogue_found_clear (&run->found);
  g_free (run);
}

void
dialogue_run_sent (DialogueRun *run)
{
  run->may_be_spent = run->may_be_spent || step_spends (run);
}

/* The expectations after the step that was answered; the index of the first one that is not met, or of what comes next. */
static gboolean
meets_expectations (const DialogueRun *run, guint *next)
{
  for (*next = run->step + 1; *next < run->dialogue->steps->len; (*next)++) {
    const DialogueStep *step = step_at (run, *next);
    if (step->kind != DIALOGUE_EXPECT)
      return TRUE;
    if (!g_regex_match (step->expect, run->answer, 0, NULL))
      return FALSE;
  }
  return TRUE;
}

/* Has it told what was asked? Of a top-up that would be no proof: a refusal may tell the balance too. */
static gboolean
has_told (const DialogueRun *run)
{
  const DialogueFound *found = &run->found;
  return run->dialogue->purpose != DIALOGUE_TOPUP &&
         (found->eur_cents >= 0 || found->mb >= 0 || found->date != NULL || found->text != NULL);
}

/* The last answer, when all steps are done. Where nobody wrote how success reads, what is free needs none. */
static ModemCode
judge_end (const DialogueRun *run, DialogueMeaning meaning)
{
  gboolean has_success = run->dialogue->patterns[DIALOGUE_SAYS_SUCCESS]->len > 0;
  gboolean is_good =
      has_success ? meaning == DIALOGUE_SAYS_SUCCESS : !dialogue_spends (run->dialogue) || has_told (run);
  return is_good ? MODEM_CODE_NONE : MODEM_CODE_UNEXPECTED;
}

/* What this answer, which refuses nothing, makes of the talk: NONE = it goes on with the step next, or is over when that is the last. */
static ModemCode
judge (const DialogueRun *run, DialogueMeaning meaning, gboolean is_open, guint *next)
{
  if (!meets_expectations (run, next))
    return MODEM_CODE_UNEXPECTED;
  if (*next == run->dialogue->steps->len)
    return judge_end (run, meaning);
  return run->dialogue->channel == DIALOGUE_USSD && !is_open ? MODEM_CODE_USSD_ENDED : MODEM_CODE_NONE;
}

static void
go_on (DialogueRun *run, DialogueMeaning meaning, gboolean is_open)
{
  guint next;
  ModemCode code = judge (run, meaning, is_open, &next);
  /* a message that is something else (an advertisement, another matter) does not end the talk: the time-out does */
  if (code != MODEM_CODE_NONE && run->dialogue->channel == DIALOGUE_SMS)
    return;
  if (code != MODEM_CODE_NONE)
    finish (run, code, "the answer is not what the dialogue expects");
  else if (next == run->dialogue->steps->len)
    finish (run, code, NULL);
  else {
    run->step = next;
    say (run);
  }
}

void
dialogue_run_answered (DialogueRun *run, const char *answer, gboolean is_open)
{
  if (run->is_over)
    return;
  g_free (run->answer);
  g_autofree char *bounded = dialogue_bound_answer (answer);
  run->answer = dialogue_mask (bounded, run->code);
  DialogueMeaning meaning = dialogue_read (run->dialogue, run->answer, &run->found);
  if (meaning == DIALOGUE_SAYS_USED)
    finish (run, MODEM_CODE_CODE_USED, NULL);
  else if (meaning == DIALOGUE_SAYS_FAILURE)
    finish (run, MODEM_CODE_TOPUP_REFUSED, NULL);
  else
    go_on (run, meaning, is_open);
}

void
dialogue_run_failed (DialogueRun *run, ModemCode code, const char *detail)
{
  finish (run, code, detail);
}

gboolean
dialogue_run_is_over (const DialogueRun *run)
{
  return run->is_over;
}

const char *
dialogue_run_answer (const DialogueRun *run)
{
  return run->answer;
}

const DialogueFound *
dialogue_run_found (const DialogueRun *run)
{
  return &run->found;
}
