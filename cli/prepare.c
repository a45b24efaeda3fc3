/* One tablet as the bench shows it, looked at again at each news. */
#include "cli/prepare.h"
#include "cli/answer.h"
#include "cli/ask.h"
#include "cli/display.h"
#include "cli/fields.h"
#include "cli/stream.h"
#include "cli/terminal.h"
#include "cli/typed.h"

#define LOOK_AGAIN_MS 2000 /* also without news: one may have been missed */
#define EMPTY_LOOKS   5    /* so often nothing may be under way yet: it was asked a moment ago */

/* The slot that shows that item; NULL: it is not on the bench any more. Borrowed from bench. */
static const json_t *
slot_of (const json_t *bench, const char *item)
{
  const json_t *slots = json_object_get (bench, "items");
  for (size_t i = 0; i < json_array_size (slots); i++)
    if (g_str_equal (answer_text (json_array_get (slots, i), "item"), item))
      return json_array_get (slots, i);
  return NULL;
}

/* What a look leads to. A state that is not here goes on. */
static const struct {
  const char *state;
  gboolean is_over;
  Leave leave;
  Text sentence;
} looks[] = {
    {"tap", FALSE, LEAVE_DONE, {"À FAIRE : {preparation}", "TO DO: {preparation}"}},
    {"enrolled",
     TRUE,
     LEAVE_DONE,
     {"{item} est préparée : notre application la gère.", "{item} is prepared: our application manages it."}},
    {"refused",
     TRUE,
     LEAVE_DEVICE,
     {"{item} n'est PAS préparée. {preparation}", "{item} is NOT prepared. {preparation}"}},
    {"", TRUE, LEAVE_DEVICE, {"{item} n'est PAS préparée : recommencez.", "{item} is NOT prepared: start again."}},
};

static void
say (const Session *session, Text sentence, const json_t *slot)
{
  g_autofree char *line = fields_fill (text_in (sentence, session->language), slot, session->language);
  terminal_progress (NULL);
  printf ("%s\n", g_strchomp (line));
  fflush (stdout);
}

typedef struct {
  int said;  /* index of the look that was said last, or -1 */
  int empty; /* looks at which nothing was under way */
} Followed;

/* Says what is new of the slot. TRUE: it goes on. */
static gboolean
take_slot (const Session *session, const json_t *slot, Followed *followed, Leave *leave)
{
  const char *state = answer_text (slot, "preparation_state");
  if (*state == '\0' && ++followed->empty < EMPTY_LOOKS)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (looks); i++) {
    if (!g_str_equal (looks[i].state, state))
      continue;
    if (followed->said != (int)i)
      say (session, looks[i].sentence, slot);
    followed->said = (int)i;
    *leave = looks[i].leave;
    return !looks[i].is_over;
  }
  return TRUE;
}

static Leave
say_gone (const Session *session, const char *item)
{
  g_autofree char *code = display_code (item);
  g_autofree char *text = text_print (session->language, "%s n'est plus sur le banc. Rebranchez-la et recommencez.",
                                      "%s is not on the bench any more. Plug it in and start again.", code);
  terminal_progress (NULL);
  fprintf (stderr, "%s\n", text);
  return LEAVE_DEVICE;
}

static Leave
follow (const Session *session, const char *item, GError **error)
{
  g_autoptr (Stream) stream = stream_open (session);
  Followed followed = {-1, 0};
  Leave leave = LEAVE_DONE;
  gboolean goes_on = TRUE;
  while (goes_on) {
    json_t *bench = ask_get (session, "/v1/bench", NULL, &leave, error);
    if (bench == NULL)
      return leave;
    const json_t *slot = slot_of (bench, item);
    goes_on = slot != NULL && take_slot (session, slot, &followed, &leave);
    if (slot == NULL)
      leave = say_gone (session, item);
    json_decref (bench);
    if (goes_on && (stream_wait (stream, STREAM_NEWS, LOOK_AGAIN_MS) & STREAM_INTERRUPT) != 0)
      return LEAVE_DONE;
  }
  return leave;
}

Leave
prepare_run (const Session *session, const Typed *typed, GError **error)
{
  g_auto (Reply) reply = {0, NULL};
  Leave leave;
  json_t *answer = ask_typed (session, typed, &reply, &leave, error);
  if (answer == NULL)
    return leave;
  g_autofree char *code = g_strdup (answer_text (answer, "code"));
  gboolean is_asked = *code != '\0' && json_object_get (typed->fields, "preview") == NULL;
  if (session->is_json || !is_asked)
    answer_raw (&reply);
  else
    say (session, typed->command->done, json_array_get (json_object_get (answer, "items"), 0));
  json_decref (answer);
  return is_asked ? follow (session, code, error) : LEAVE_DONE;
}
