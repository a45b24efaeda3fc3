/* The register's side of a wipe: one step of its story is one transaction (what was said and seen, the move of the machine, the item's
 * state, the journal). Nothing here talks to a device. */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/rules/evidence.h"
#include "daemon/rules/wipe.h"
#include "db/wipe.h"

/* A line for the wipe's story: "word: argument" with a word of the table in rules/evidence.c, or what was said and answered as it was. kind:
 * "said" "answered" "usb" "human". Only what the host saw ("usb") and a person said ("human") counts as evidence. */
typedef struct {
  const char *kind; /* static */
  char *text;
} WipeNote;

/* One step. Owned strings; NULL = unchanged. */
typedef struct {
  Code wipe;
  gint64 now_ms;    /* epoch milliseconds by the register's clock */
  GPtrArray *notes; /* WipeNote * */
  gboolean moves;   /* event and reason are meant */
  WipeEventKind event;
  gboolean judges; /* instead of a given event: weigh the evidence and take the event that follows from it */
  WipeGateFacts *
      gate; /* instead of a given event: judge the gate with what was read of the device; item, holder and port are filled in */
  char *reason; /* a waiting reason (wipe_story.c, table), or wipe_reason_of_error / of_verdict, or a message's code */
  char *strategy, *serial, *facts;
  char *challenge;        /* to a reset tablet: kept before it is sent; with chain: the one that was answered */
  GBytes *chain;          /* what the tablet signed over it */
  gboolean releases_port; /* unplugged with its evidence complete */
} WipeStep;
WipeStep *wipe_step_new (const char *wipe, gint64 now_ms);
void wipe_step_free (WipeStep *step);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WipeStep, wipe_step_free)
/* kind: see WipeNote. */
void wipe_step_note (WipeStep *step, const char *kind, const char *format, ...) G_GNUC_PRINTF (3, 4);
void wipe_step_event (WipeStep *step, WipeEventKind event, const char *reason);

/* The gate is judged in the step: facts are copied, their strings must live as long as the step does (static, or the run's). */
void wipe_step_gate (WipeStep *step, const WipeGateFacts *facts);

/* Writes the step. *wipe (caller frees) is the wipe as it stands after it. DB_ERROR_STALE when the machine has no such move from
 * where the wipe is now: somebody (a person, another step) was faster; load it again. */
gboolean wipe_step_apply (Store *store, const WipeStep *step, const char *account, Wipe **wipe, GError **error);

/* The same on behalf of a person: outcome gets the wipe and its item, and a stale step its sentence. */
gboolean wipe_step_act (Store *store, const ActionContext *context, const WipeStep *step, Outcome *outcome,
                        GError **error);

/* A wipe's reason is a message's code and its arguments, "wipe_battery|12|30", so that both languages can say it later.
 * From the first finding that stops a verdict. Caller frees; NULL when nothing stops it. */
char *wipe_reason_of_finding (const Finding *finding);
char *wipe_reason_of_verdict (const Verdict *verdict, const char *const *overrides);
/* The state in which a waiting wipe waits (its reason says for what). WIPE_SEEN for a wipe that does not wait. */
WipeState wipe_waited_in (const Wipe *wipe);
/* Reads the evidence out of the story. */
gboolean wipe_story_evidence (Store *store, const char *wipe, WipeEvidence *evidence, GError **error);
/* What a finished wipe's item and verdict become, with the journal line; used by wipe_step_apply and by the verbs. */
gboolean wipe_story_end (Store *store, const ActionContext *context, const Wipe *ended, gboolean had_begun,
                         GError **error);
