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

static void
write_rehearsal (Writer *out, const Rehearsal *rehearsal, const Verdict *verdict)
{
  const Dialogue *dialogue = rehearsal->dialogue;
  writer_open_object (out, NULL);
  writer_text (out, "kind", "rehearsal");
  writer_text (out, "dialogue", dialogue->id);
  writer_text (out, "purpose", dialogue_purpose_name (dialogue->purpose));
  writer_text (out, "channel", dialogue_channel_name (dialogue->channel));
  writer_bool (out, "spends", dialogue_spends (dialogue));
  writer_bool (out, "signed", rehearsal->is_signed);
  writer_word (out, "line", rehearsal->line);
  writer_word (out, "sim", rehearsal->sim);
  writer_text (out, "port", rehearsal->port);
  writer_bool (out, "fits", rehearsal->fits);
  writer_text (out, "dry_run", rehearsal->text);
  problem_write_lists (out, verdict);
  writer_close (out);
}

gboolean
api_dialogue_rehearse (Request *request, Store *store, GError **error)
{
  g_auto (Rehearsal) rehearsal = {0};
  g_autoptr (Verdict) verdict = verdict_new ();
  Modems *modems = request->world->modems;
  g_autoptr (GPtrArray) slots = modems != NULL ? modems_slots (modems) : g_ptr_array_new ();
  const SimBench bench = {.slots = slots, .dialogues = request->world->dialogues};
  const RehearsalRequest asked = {.dialogue = request_query (request, "dialogue"),
                                  .line = request_query (request, "line")};
  if (!sim_rehearse (store, &asked, &bench, &rehearsal, verdict, error))
    return FALSE;
  g_auto (Writer) out;
  writer_init (&out);
  write_rehearsal (&out, &rehearsal, verdict);
  request_answer_json (request, 200, &out);
  return TRUE;
}

gboolean
api_dialogue_sign (Request *request, Store *store, GError **error)
{
  return dialogue_sign_off (store, &request->context, request->world->dialogues, form_data_input (request->form),
                            &request->outcome, error);
}
