/* dialogue.sign, and the list of dialogues: see dialogues.h. */
#include "daemon/actions/dialogues.h"
#include "daemon/actions/field.h"
#include "db/dialogue_signature.h"

struct _Dialogues {
  DialogueBook *book; /* NULL: none */
  Finding *problem;
};

Dialogues *
dialogues_load (const char *folder)
{
  Dialogues *dialogues = g_new0 (Dialogues, 1);
  g_autoptr (GError) problem = NULL;
  if (folder == NULL || !g_file_test (folder, G_FILE_TEST_IS_DIR))
    return dialogues;
  dialogues->book = dialogue_book_load (folder, &problem);
  if (dialogues->book != NULL)
    return dialogues;
  g_warning ("no dialogues: %s", problem->message);
  dialogues->problem = finding_new (M_DIALOGUE_FILE, problem->message, NULL);
  return dialogues;
}

void
dialogues_free (Dialogues *dialogues)
{
  if (dialogues == NULL)
    return;
  dialogue_book_free (dialogues->book);
  finding_free (dialogues->problem);
  g_free (dialogues);
}

const DialogueBook *
dialogues_book (const Dialogues *dialogues)
{
  return dialogues != NULL ? dialogues->book : NULL;
}

const Finding *
dialogues_problem (const Dialogues *dialogues)
{
  return dialogues != NULL ? dialogues->problem : NULL;
}

void
dialogue_line_clear (DialogueLine *line)
{
  g_clear_pointer (&line->signed_by, g_free);
  g_clear_pointer (&line->dry_run, g_free);
}

guint
dialogues_count (const Dialogues *dialogues)
{
  return dialogues_book (dialogues) != NULL ? dialogue_book_size (dialogues->book) : 0;
}

gboolean
dialogues_describe (Store *store, const Dialogues *dialogues, guint index, DialogueLine *line, GError **error)
{
  const Dialogue *dialogue = dialogue_book_get (dialogues->book, index);
  DialogueLine found = {.id = dialogue->id,
                        .operator_name = dialogue->operator,
                        .purpose = dialogue_purpose_name (dialogue->purpose),
                        .channel = dialogue_channel_name (dialogue->channel),
                        .cost = dialogue_cost_name (dialogue->cost),
                        .verified_on = dialogue->verified_on,
                        .source = dialogue->source,
                        .spends = dialogue_spends (dialogue),
                        .is_sourced = dialogue->is_sourced};
  if (!dialogue_is_signed (store, dialogue->id, dialogue->digest, &found.is_signed, &found.signed_by, &found.signed_at,
                           error))
    return FALSE;
  found.dry_run = dialogue_dry_run (dialogue, NULL);
  *line = found;
  return TRUE;
}

static const Dialogue *
find (const Dialogues *dialogues, const char *id, GError **error)
{
  const DialogueBook *book = dialogues_book (dialogues);
  const Dialogue *dialogue = book != NULL && !field_is_absent (id) ? dialogue_book_find (book, id) : NULL;
  if (dialogue == NULL)
    rule_error_set (error, M_DIALOGUE_NOT_FOUND, id != NULL ? id : "", NULL);
  return dialogue;
}

gboolean
dialogue_sign_off (Store *store, const ActionContext *context, const Dialogues *dialogues, const SignRequest *request,
                   Outcome *outcome, GError **error)
{
  gboolean is_signed;
  g_autofree char *signed_by = NULL;
  gint64 at;
  const Dialogue *dialogue = find (dialogues, request->dialogue, error);
  if (dialogue == NULL ||
      !dialogue_is_signed (store, dialogue->id, dialogue->digest, &is_signed, &signed_by, &at, error))
    return FALSE;
  if (is_signed)
    verdict_add (outcome->verdict, M_DIALOGUE_SIGNED, dialogue->id, signed_by, NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (field_is_absent (context->comment)) {
    rule_error_set (error, M_DIALOGUE_REASON, NULL);
    return FALSE;
  }
  g_autofree char *after = g_strdup_printf ("dialogue=%s digest=%.16s", dialogue->id, dialogue->digest);
  return dialogue_sign (store, dialogue->id, dialogue->digest, context->account, context->now, error) &&
         action_journal (store, context, "dialogue.sign", "", NULL, after, error);
}
