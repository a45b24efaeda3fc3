/* See the header file. The daemon reads; this end asks, waits and shows. */
#include "cli/intake.h"
#include "cli/answer.h"
#include "cli/ask.h"
#include "cli/display.h"
#include "cli/fields.h"
#include "cli/stream.h"
#include "cli/terminal.h"
#include "cli/typed.h"
#include <stdlib.h>

#define LOOK_MS  500
#define LOOK_MAX 600 /* five minutes: longer than any wait of the daemon's */

static json_t *
get_arrival (const Session *session, const char *serial, Reply *reply, Leave *leave, GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (serial, NULL, FALSE);
  g_autofree char *target = g_strconcat ("/v1/arrivals/", escaped, NULL);
  return ask_get (session, target, reply, leave, error);
}

static gboolean
is_state (const json_t *arrival, const char *state)
{
  return g_str_equal (answer_text (arrival, "state"), state);
}

/* Waits until it is read or failed. NULL: *leave and error say why. */
static json_t *
wait_for (const Session *session, const char *serial, Reply *reply, Leave *leave, GError **error)
{
  static const Text tap = {"Touchez « Autoriser » sur la tablette.", "Tap \"Allow\" on the tablet."};
  gboolean has_told = FALSE;
  g_autoptr (Stream) stream = stream_open (session);
  for (int looks = 0; looks < LOOK_MAX; looks++) {
    reply_clear (reply);
    json_t *arrival = get_arrival (session, serial, reply, leave, error);
    if (arrival == NULL || (!is_state (arrival, "asked") && !is_state (arrival, "tap")))
      return arrival;
    if (is_state (arrival, "tap") && !has_told)
      fprintf (stderr, "%s\n", text_in (tap, session->language));
    has_told = has_told || is_state (arrival, "tap");
    json_decref (arrival);
    if (stream_wait (stream, STREAM_NEWS, LOOK_MS) & STREAM_INTERRUPT)
      break;
  }
  fault_set (error, LEAVE_DEVICE, session->language,
             "La tablette n'a pas été lue à temps. Recommencez : temoin intake.",
             "The tablet was not read in time. Start again: temoin intake.");
  *leave = LEAVE_DEVICE;
  return NULL;
}

static gboolean
has_differences (const json_t *arrival)
{
  const json_t *facts = json_object_get (arrival, "facts");
  for (size_t i = 0; i < json_array_size (facts); i++)
    if (json_is_true (json_object_get (json_array_get (facts, i), "differs")))
      return TRUE;
  return FALSE;
}

/* One line a fact; what differs says what the register has. */
static void
print_facts (const Session *session, const json_t *arrival)
{
  const json_t *facts = json_object_get (arrival, "facts");
  for (size_t i = 0; i < json_array_size (facts); i++) {
    const json_t *fact = json_array_get (facts, i);
    g_autofree char *title = fields_title (answer_text (fact, "fact"), session->language);
    g_autofree char *value = fields_text (fact, "value", session->language);
    g_autofree char *known = fields_text (fact, "register", session->language);
    gboolean differs = json_is_true (json_object_get (fact, "differs"));
    g_autofree char *note = differs ? text_print (session->language, "   <- au registre : %s",
                                                  "   <- in the register: %s", *known != '\0' ? known : "—")
                                    : g_strdup ("");
    printf ("%-24s %s%s\n", title, value, note);
  }
}

static Leave
accept (const Session *session, const char *serial, GError **error)
{
  static const Text done = {"Le registre dit maintenant ce que dit la tablette.",
                            "The register now says what the tablet says."};
  Leave leave;
  json_t *fields = json_pack ("{s:s}", "serial", serial);
  char *body = json_dumps (fields, JSON_COMPACT);
  json_t *answer = ask_post (session, "/v1/arrivals/accept", body, NULL, &leave, error);
  free (body);
  json_decref (fields);
  if (answer == NULL)
    return leave;
  json_decref (answer);
  if (!session->is_json)
    printf ("%s\n", text_in (done, session->language));
  return LEAVE_DONE;
}

/* What was read: shown, and taken over when that is wanted. */
static Leave
show_read (const Session *session, const Typed *typed, const json_t *arrival, const Reply *reply, GError **error)
{
  static const Text question = {"Prendre au registre ce que dit la tablette ?",
                                "Take what the tablet says into the register?"};
  static const Text same = {"La tablette et le registre disent la même chose.",
                            "The tablet and the register say the same."};
  static const Text unknown = {"Elle n'est pas au registre : temoin tablet add --serial {serial} --model ...",
                               "It is not in the register: temoin tablet add --serial {serial} --model ..."};
  gboolean wants = typed_has (typed, "--accept");
  if (session->is_json)
    answer_raw (reply);
  else
    print_facts (session, arrival);
  if (*answer_text (arrival, "item") == '\0') {
    g_autofree char *line = fields_fill (text_in (unknown, session->language), arrival, session->language);
    fprintf (stderr, "%s\n", line);
    return LEAVE_DONE;
  }
  if (!has_differences (arrival) && !session->is_json)
    printf ("%s\n", text_in (same, session->language));
  fflush (stdout);
  if (!has_differences (arrival) ||
      (!wants && (!terminal_can_ask () || !terminal_confirm (session, text_in (question, session->language)))))
    return LEAVE_DONE;
  return accept (session, answer_text (arrival, "serial"), error);
}

Leave
intake_run (const Session *session, const Typed *typed, GError **error)
{
  Leave leave;
  g_auto (Reply) reply = {0, NULL};
  json_t *asked = ask_typed (session, typed, NULL, &leave, error);
  if (asked == NULL)
    return leave;
  g_autofree char *serial = g_strdup (answer_text (asked, "serial"));
  json_decref (asked);
  if (*serial == '\0')
    return LEAVE_DONE; /* a preview */
  json_t *arrival = wait_for (session, serial, &reply, &leave, error);
  if (arrival == NULL)
    return leave;
  if (is_state (arrival, "failed")) {
    g_autofree char *why = fields_text (arrival, "todo", session->language);
    answer_complain (session->language, why, answer_text (arrival, "reason"));
    leave = LEAVE_DEVICE;
  } else
    leave = show_read (session, typed, arrival, &reply, error);
  json_decref (arrival);
  return leave;
}
