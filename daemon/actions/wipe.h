/* Wiping a returned tablet: the verbs a person asks for. The conductor (actions/conductor.h) drives the tablet and the machine. */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/actions/bench_slot.h"
#include "daemon/actions/reset_screens.h"

typedef struct {
  const char *item;       /* a code */
  const char *strategy;   /* NULL: the conductor chooses after probing */
  gboolean removed;       /* a person ticked: the SIM and the memory card are out */
  const GPtrArray *slots; /* BenchSlot *: the bench now */
} WipeRequest;
/* Opens a wipe (state seen) for a to_wipe item that is on exactly one port. outcome: the wipe's code. Confirmation is the client's: ask a preview first. */
gboolean wipe_ask (Store *store, const ActionContext *context, const WipeRequest *request, Outcome *outcome,
                   GError **error);
/* A named person says: the welcome screen is shown and no former account is asked. Only where the wipe waits for it. text: what was seen. */
gboolean wipe_attest (Store *store, const ActionContext *context, const char *wipe, const char *text, Outcome *outcome,
                      GError **error);
/* Before the command was sent only. */
gboolean wipe_cancel (Store *store, const ActionContext *context, const char *wipe, Outcome *outcome, GError **error);
/* to_wipe -> ready without a wipe: needs the right "wipe-waive" and a reason; listed in reports. */
gboolean wipe_waive (Store *store, const ActionContext *context, const char *item, Outcome *outcome, GError **error);
/* Who has it on loan, for a sentence. FALSE on a database error; *name NULL when nobody, else freed by the caller. */
gboolean wipe_holder_name (Store *store, const char *item, char **name, GError **error);
/* For the verbs: the item of that code (RULE_ERROR when there is none); the wipe of that code, or the unfinished wipe of that item,
 * on this site's bench (RULE_ERROR; M_WIPE_ELSEWHERE). Caller frees. */
Item *wipe_find_item (Store *store, const char *text, GError **error);
Wipe *wipe_find (Store *store, const char *text, GError **error);
/* What a person must do about a preparation, or why it was refused. NULL when there is nothing to say. Caller frees. */
char *bench_preparation_text (const BenchSlot *slot, Language language);
/* What a person taps now, when a wipe waits for a reset by hand. FALSE when it waits for none. Borrowed from screens. */
gboolean wipe_reset_steps (const ResetScreens *screens, const Wipe *wipe, ResetSteps *steps);
/* What a person must do now about a wipe that waits, or why a finished one ended so, as a sentence. port: how its port is said, by its name when it has one. NULL when
 * there is nothing to say. Caller frees. */
char *wipe_todo_text (const Wipe *wipe, const char *port, Language language);
