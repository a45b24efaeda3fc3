/* Dialogues with operators, in HTTP: what would be said, what it rests on, and who has signed it. */
#include "daemon/actions/dialogues.h"
#include "daemon/api/problem.h"
#include "daemon/api/resources.h"

static const Field fields[] = {
    {"dialogue", FIELD_TEXT, G_STRUCT_OFFSET (SignRequest, dialogue), TRUE, 0},
};
const Form api_sign_form = {sizeof (SignRequest), fields, G_N_ELEMENTS (fields)};

static void
write_dialogue (Writer *out, const DialogueLine *line)
{
  writer_open_object (out, NULL);
  writer_text (out, "kind", "dialogue");
  writer_text (out, "id", line->id);
  writer_text (out, "operator", line->operator_name);
  writer_text (out, "purpose", line->purpose);
  writer_text (out, "channel", line->channel);
  writer_text (out, "cost", line->cost);
  writer_bool (out, "spends", line->spends);
  writer_text (out, "verified_on", line->verified_on);
  writer_text (out, "source", line->source);
  writer_bool (out, "sourced", line->is_sourced);
  writer_bool (out, "signed", line->is_signed);
  writer_text (out, "signed_by", line->signed_by);
  writer_instant (out, "signed_at", line->signed_at);
  writer_text (out, "dry_run", line->dry_run);
  writer_close (out);
}

static gboolean
write_all (Writer *out, Store *store, const Dialogues *dialogues, GError **error)
{
  for (guint i = 0; i < dialogues_count (dialogues); i++) {
    g_auto (DialogueLine) line = {0};
    if (!dialogues_describe (store, dialogues, i, &line, error))
      return FALSE;
    write_dialogue (out, &line);
  }
  return TRUE;
}

gboolean
api_dialogue_list (Request *request, Store *store, GError **error)
{
  const Dialogues *dialogues = request->world->dialogues;
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  writer_open_array (&out, "items");
  if (!write_all (&out, store, dialogues, error))
    return FALSE;
  writer_close (&out);
  writer_null (&out, "next");
  writer_open_array (&out, "to_know");
  if (dialogues_problem (dialogues) != NULL)
    problem_write_finding (&out, dialogues_problem (dialogues));
  writer_close (&out);
  writer_close (&out);
  request_answer_json (request, 200, &out);
  return TRUE;
}

gboolean
api_dialogue_sign (Request *request, Store *store, GError **error)
{
  return dialogue_sign_off (store, &request->context, request->world->dialogues, form_data_input (request->form),
                            &request->outcome, error);
}
