/* The dialogue files of this daemon, and who has read which of them: one that may spend money does so only once an administrator has signed that very
 * text. Runs nothing (devices/dialogue_run.h). */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/devices/dialogue.h"

typedef struct _Dialogues Dialogues;
/* Reads the folder, once, at start. A mistake in one file refuses all of them, and is kept as the problem; the desk opens all the same. folder
 * NULL or missing: none. Caller frees. */
Dialogues *dialogues_load (const char *folder);
/* Accepts NULL. */
void dialogues_free (Dialogues *dialogues);
/* Borrowed; NULL when none could be read. dialogues may be NULL, here and below. */
const DialogueBook *dialogues_book (const Dialogues *dialogues);
/* M_DIALOGUE_FILE, or NULL. Borrowed. */
const Finding *dialogues_problem (const Dialogues *dialogues);

/* One dialogue as it is shown. Texts but the last two are borrowed from the book. */
typedef struct {
  const char *id, *operator_name, *purpose, *channel, *cost, *verified_on, *source;
  gboolean spends, is_sourced, is_signed;
  gint64 signed_at;
  char *signed_by; /* owned */
  char *dry_run;   /* owned: what would be said, codes as dots */
} DialogueLine;
void dialogue_line_clear (DialogueLine *line);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DialogueLine, dialogue_line_clear)
guint dialogues_count (const Dialogues *dialogues);
/* The index-th, and whether its text is signed. line is filled on success only. */
gboolean dialogues_describe (Store *store, const Dialogues *dialogues, guint index, DialogueLine *line, GError **error);

/* As typed; borrowed. */
typedef struct {
  const char *dialogue; /* id */
} SignRequest;
/* Verb "dialogue.sign": an administrator has read that text and tried it; a comment says how (M_DIALOGUE_REASON). A file that changes is unsigned again.
 * RULE_ERROR: M_DIALOGUE_NOT_FOUND, M_DIALOGUE_SIGNED. outcome has no code. */
gboolean dialogue_sign_off (Store *store, const ActionContext *context, const Dialogues *dialogues,
                            const SignRequest *request, Outcome *outcome, GError **error);
