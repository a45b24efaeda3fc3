/* One talk: walks through the steps of a dialogue over a session that somebody else carries (a modem's USSD, its messages, a person). Decides what
 * the answers mean and whether something may have been spent. Sends nothing itself. */
#pragma once
#include "daemon/devices/modem.h"

typedef struct _DialogueRun DialogueRun;

/* What the carrier does. Both may call back into the run only later, from the main loop. */
typedef struct {
  /* Say text (masked: the same with the code as dots). spends: before it can reach the network, dialogue_run_sent must be called. */
  void (*say) (DialogueStepKind kind, const char *text, const char *masked, gboolean spends, gpointer user);
  /* The talk is over. code NONE: success. Called exactly once; the run is still readable. */
  void (*done) (ModemOutcome outcome, ModemCode code, const char *detail, gpointer user);
} DialogueCarrier;

/* May it be started? MODEM_CODE_NONE, or UNSIGNED (it may spend, and nobody signed it off), or CODE_FORMAT. */
ModemCode dialogue_run_check (const Dialogue *dialogue, const char *code, gboolean is_signed);
/* dialogue and carrier must outlive it; code is copied, wiped at the end. Says the first step at once. It must have passed the check. */
DialogueRun *dialogue_run_new (const Dialogue *dialogue, const char *code, const DialogueCarrier *carrier,
                               gpointer user);
/* Accepts NULL. Does not call done. */
void dialogue_run_free (DialogueRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DialogueRun, dialogue_run_free)
/* The step that is being said may be on its way to the network. */
void dialogue_run_sent (DialogueRun *run);
/* The other side said this. is_open: the USSD session waits for a reply. */
void dialogue_run_answered (DialogueRun *run, const char *answer, gboolean is_open);
/* No answer: the carrier failed, or waited long enough. */
void dialogue_run_failed (DialogueRun *run, ModemCode code, const char *detail);

gboolean dialogue_run_is_over (const DialogueRun *run);
/* The last words, the code as dots; NULL before. Borrowed. */
const char *dialogue_run_answer (const DialogueRun *run);
const DialogueFound *dialogue_run_found (const DialogueRun *run);
