/* Codes on the command line. */
#include "cli/codes.h"
#include "cli/fields.h"
#include "cli/terminal.h"
#include "cli/typed.h"
#include <stdlib.h>
#include <string.h>

/* What is asked for, as people call it. */
static const struct {
  const char *name;
  Text question;
} questions[] = {
    {"pin", {"Code PIN : ", "PIN: "}},
    {"puk", {"Code PUK : ", "PUK: "}},
    {"new_pin", {"Nouveau code PIN : ", "New PIN: "}},
    {"code", {"Code de recharge : ", "Recharge code: "}},
};

static gboolean
is_wanted (const Typed *typed, const char *name)
{
  g_autofree char *option = g_strconcat ("--", name, NULL);
  for (const Parameter *parameter = typed->command->parameters; parameter->name != NULL; parameter++)
    if (g_str_equal (parameter->name, option))
      return typed_has (typed, option);
  return TRUE;
}

static gboolean
ask_one (const Session *session, const Typed *typed, const char *name, const Text *question, GError **error)
{
  char *code = terminal_ask_unseen (text_in (*question, session->language));
  if (code == NULL) {
    fault_set (error, LEAVE_USAGE, session->language,
               "Il manque le code : tapez-le quand il est demandé, ou donnez-le sur l'entrée standard.",
               "The code is missing: type it when it is asked for, or give it on standard input.");
    return FALSE;
  }
  json_object_set_new (typed->fields, name, json_string (code));
  explicit_bzero (code, strlen (code));
  free (code);
  return TRUE;
}

gboolean
codes_ask (const Session *session, const Typed *typed, GError **error)
{
  if (typed->command->asked == NULL)
    return TRUE;
  g_auto (GStrv) names = g_strsplit (typed->command->asked, " ", -1);
  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    if (g_strv_contains ((const char *const *)names, questions[i].name) && is_wanted (typed, questions[i].name) &&
        !ask_one (session, typed, questions[i].name, &questions[i].question, error))
      return FALSE;
  return TRUE;
}

Leave
codes_reveal (const Session *session, const Typed *typed, GError **error)
{
  g_auto (Reply) reply = {0, NULL};
  Leave leave;
  json_t *answer = ask_typed (session, typed, &reply, &leave, error);
  if (answer == NULL)
    return leave;
  if (session->is_json)
    answer_raw (&reply);
  else if (!json_is_string (json_object_get (answer, "secret")))
    answer_lists (session, answer, NULL, stdout);
  else {
    g_autofree char *line = fields_fill (text_in (typed->command->done, session->language), answer, session->language);
    printf ("%s\n", line);
    answer_notes (session, answer);
  }
  json_decref (answer);
  return leave;
}

Leave
codes_rotate (const Session *session, const Typed *typed, GError **error)
{
  gboolean has_more, is_preview = json_object_get (typed->fields, "preview") != NULL;
  do {
    g_auto (Reply) reply = {0, NULL};
    Leave leave;
    json_t *answer = ask_typed (session, typed, &reply, &leave, error);
    if (answer == NULL)
      return leave;
    has_more = json_is_true (json_object_get (answer, "left")) && !is_preview;
    if (session->is_json && !has_more)
      answer_raw (&reply);
    else if (!session->is_json)
      answer_notes (session, answer);
    json_decref (answer);
  } while (has_more);
  if (!session->is_json && !is_preview)
    printf ("%s\n", text_in (typed->command->done, session->language));
  return LEAVE_DONE;
}
