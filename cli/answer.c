/* Refusals and three-list answers in words. */
#include "cli/answer.h"
#include "cli/display.h"
#include <string.h>

const char *
answer_text (const json_t *object, const char *name)
{
  const char *text = json_string_value (json_object_get (object, name));
  return text == NULL ? "" : text;
}

json_t *
answer_parse (const Session *session, const Reply *reply, GError **error)
{
  json_t *answer = json_loadb (reply->body->str, reply->body->len, JSON_REJECT_DUPLICATES, NULL);
  if (answer == NULL)
    fault_set (error, LEAVE_UNREACHABLE, session->language,
               "La réponse reçue sur %s n'est pas lisible (état HTTP %ld). Est-ce bien temoind ?",
               "The answer received on %s cannot be read (HTTP status %ld). Is it temoind?", session->socket,
               reply->status);
  return answer;
}

char *
answer_sentence (const json_t *finding, Language language)
{
  const char *names[] = {language == LANGUAGE_ENGLISH ? "en" : "fr", "detail", "title", "code"};
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    const char *text = json_string_value (json_object_get (finding, names[i]));
    if (text != NULL && *text != '\0')
      return display_clean (text);
  }
  return g_strdup ("?");
}

void
answer_complain (Language language, const char *sentence, const char *code)
{
  g_autofree char *name = g_strndup (code, strcspn (code, "|")); /* what follows is in the sentence */
  g_autofree char *stable = display_clean (name);
  fprintf (stderr, language == LANGUAGE_ENGLISH ? "temoin: %s (%s)\n" : "temoin : %s (%s)\n", sentence, stable);
}

void
answer_raw (const Reply *reply)
{
  const GString *body = reply->body;
  fwrite (body->str, 1, body->len, stdout);
  if (body->len == 0 || body->str[body->len - 1] != '\n')
    fputc ('\n', stdout);
}

static void
print_finding (const Session *session, const json_t *finding, FILE *out)
{
  g_autofree char *sentence = answer_sentence (finding, session->language);
  const char *right = json_string_value (json_object_get (finding, "right"));
  if (right == NULL) {
    fprintf (out, "  - %s\n", sentence);
    return;
  }
  g_autofree char *name = display_clean (right);
  fprintf (out, "  - %s  [--override %s --comment \"...\"]\n", sentence, name);
}

static gboolean
is_told (const json_t *finding, const char *told)
{
  return told != NULL && json_object_get (finding, "right") == NULL &&
         g_strcmp0 (json_string_value (json_object_get (finding, "code")), told) == 0;
}

static void
print_list (const Session *session, const json_t *list, const char *title, const char *told, FILE *out)
{
  gboolean has_title = FALSE;
  for (size_t i = 0; i < json_array_size (list); i++) {
    const json_t *finding = json_array_get (list, i);
    if (is_told (finding, told))
      continue;
    if (!has_title)
      fprintf (out, "%s\n", title);
    has_title = TRUE;
    print_finding (session, finding, out);
  }
}

static const struct {
  const char *name;
  Text title;
} lists[] = {
    {"impossible", {"Impossible", "Impossible"}},
    {"needs_confirmation", {"À confirmer", "Needs confirmation"}},
    {"to_know", {"À savoir", "To know"}},
};

void
answer_lists (const Session *session, const json_t *answer, const char *told, FILE *out)
{
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    print_list (session, json_object_get (answer, lists[i].name), text_in (lists[i].title, session->language), told,
                out);
}

void
answer_notes (const Session *session, const json_t *answer)
{
  const gsize last = G_N_ELEMENTS (lists) - 1;
  fflush (stdout); /* the line of the act comes first */
  print_list (session, json_object_get (answer, lists[last].name), text_in (lists[last].title, session->language), NULL,
              stderr);
}

static gboolean
is_claimed (const json_t *finding, const json_t *overrides)
{
  const char *right = json_string_value (json_object_get (finding, "right"));
  for (size_t i = 0; i < json_array_size (overrides); i++)
    if (g_strcmp0 (right, json_string_value (json_array_get (overrides, i))) == 0)
      return TRUE;
  return FALSE;
}

gboolean
answer_stops (const json_t *answer, const json_t *overrides)
{
  if (json_array_size (json_object_get (answer, "impossible")) > 0)
    return TRUE;
  const json_t *questions = json_object_get (answer, "needs_confirmation");
  for (size_t i = 0; i < json_array_size (questions); i++)
    if (!is_claimed (json_array_get (questions, i), overrides))
      return TRUE;
  return FALSE;
}

Leave
answer_refuse (const Session *session, const Reply *reply)
{
  g_autoptr (GError) error = NULL;
  json_t *problem = answer_parse (session, reply, &error);
  if (problem == NULL) {
    answer_complain (session->language, error->message, fault_code (LEAVE_UNREACHABLE));
    return LEAVE_UNREACHABLE;
  }
  if (session->is_json)
    answer_raw (reply);
  const char *code = json_string_value (json_object_get (problem, "code"));
  g_autofree char *sentence = answer_sentence (problem, session->language);
  answer_complain (session->language, sentence, code == NULL ? "?" : code);
  answer_lists (session, problem, code, stderr);
  json_decref (problem);
  return fault_leave_of_status (reply->status);
}
