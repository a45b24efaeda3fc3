/* The wipe as one person sees it from one terminal. The daemon does the work: this end may leave at any time. */
#include "cli/erase.h"
#include "cli/agree.h"
#include "cli/ask.h"
#include "cli/display.h"
#include "cli/fields.h"
#include "cli/stream.h"
#include "cli/terminal.h"
#include "cli/typed.h"
#include <stdlib.h>

#define LOOK_AGAIN_MS 2000 /* also without news: one may have been missed */

/* ---- small requests ---- */

/* POSTs fields (taken). As ask_post. */
static json_t *
post_fields (const Session *session, const char *target, json_t *fields, Leave *leave, GError **error)
{
  char *body = json_dumps (fields, JSON_COMPACT);
  json_decref (fields);
  json_t *answer = ask_post (session, target, body, NULL, leave, error);
  free (body);
  return answer;
}

static json_t *
get_object (const Session *session, const char *code, Reply *reply, Leave *leave, GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (code, NULL, FALSE);
  g_autofree char *target = g_strconcat ("/v1/objects/", escaped, NULL);
  return ask_get (session, target, reply, leave, error);
}

/* ---- the end ---- */

typedef struct {
  const char *state;
  Leave leave;
  Text sentence;
} Ending;

/* The endings of a wipe; a state that is not here is not an end. */
static const Ending endings[] = {
    {"verified",
     LEAVE_DONE,
     {"{item} est effacée : {verdict}. Le certificat : temoin certificate {code} -o certificat.pdf",
      "{item} is wiped: {verdict}. The certificate: temoin certificate {code} -o certificate.pdf"}},
    {"not_wiped", LEAVE_DEVICE, {"{item} n'est PAS effacée. {todo}", "{item} is NOT wiped. {todo}"}},
    {"unknown",
     LEAVE_DEVICE,
     {"On ne sait pas si {item} est effacée. {todo}", "It is not known whether {item} is wiped. {todo}"}},
    {"blocked", LEAVE_DEVICE, {"{item} : c'est bloqué. {todo}", "{item}: blocked. {todo}"}},
    {"aborted",
     LEAVE_REFUSED,
     {"L'effacement de {item} est abandonné avant d'avoir commencé. {todo}",
      "The wipe of {item} was given up before it began. {todo}"}},
};

static const Ending *
ending_of (const json_t *wipe)
{
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_equal (endings[i].state, answer_text (wipe, "state")))
      return &endings[i];
  return NULL;
}

static void
print_filled (const Session *session, Text sentence, const json_t *wipe)
{
  g_autofree char *line = fields_fill (text_in (sentence, session->language), wipe, session->language);
  printf ("%s\n", g_strchomp (line));
}

/* The wipe, or the tablet, as it stands after an act of a person. */
static void
print_standing (const Session *session, const json_t *object)
{
  static const Text standing = {"{code}  {state}", "{code}  {state}"};
  const Ending *ending = g_str_equal (answer_text (object, "kind"), "wipe") ? ending_of (object) : NULL;
  print_filled (session, ending == NULL ? standing : ending->sentence, object);
}

/* ---- following ---- */

typedef struct {
  const Session *session;
  const char *code; /* of the wipe */
  Stream *stream;
  json_int_t shown;   /* number of the last evidence printed */
  char *todo;         /* the last one printed, or NULL */
  gboolean has_steps; /* what a person taps is printed */
  gboolean is_asking; /* the technician's sentence is awaited on standard input */
  gboolean is_silent; /* it was said that the daemon does not answer */
} Follow;

static void
follow_clear (Follow *follow)
{
  stream_free (follow->stream);
  g_free (follow->todo);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Follow, follow_clear)

static void
show_evidence (Follow *follow, const json_t *wipe)
{
  static const Text line = {"  {clock}  {kind}  {text}", "  {clock}  {kind}  {text}"};
  const json_t *evidence = json_object_get (wipe, "evidence");
  for (size_t i = 0; i < json_array_size (evidence); i++) {
    const json_t *fact = json_array_get (evidence, i);
    json_int_t number = json_integer_value (json_object_get (fact, "number"));
    if (number <= follow->shown)
      continue;
    print_filled (follow->session, line, fact);
    follow->shown = number;
  }
}

static void
show_todo (Follow *follow, const json_t *wipe)
{
  static const Text line = {"À FAIRE : {todo}", "TO DO: {todo}"};
  g_autofree char *todo = fields_text (wipe, "todo", follow->session->language);
  if (*todo == '\0' || g_strcmp0 (todo, follow->todo) == 0)
    return;
  print_filled (follow->session, line, wipe);
  g_free (follow->todo);
  follow->todo = g_steal_pointer (&todo);
}

/* What a person taps on the tablet, once. */
static void
show_steps (Follow *follow, const json_t *wipe)
{
  gboolean is_english = follow->session->language == LANGUAGE_ENGLISH;
  const json_t *steps = json_object_get (json_object_get (wipe, "steps"), is_english ? "en" : "fr");
  for (size_t i = 0; !follow->has_steps && i < json_array_size (steps); i++) {
    g_autofree char *step = display_clean (json_string_value (json_array_get (steps, i)));
    printf ("  %zu. %s\n", i + 1, step);
  }
  follow->has_steps = follow->has_steps || json_array_size (steps) > 0;
}

static void
show_progress (const Follow *follow, const json_t *wipe)
{
  static const char *const wheel[] = {"|", "/", "-", "\\"};
  static guint turn;
  g_autofree char *state = fields_text (wipe, "state", follow->session->language);
  g_autofree char *line = g_strdup_printf ("%s %s", wheel[turn++ % G_N_ELEMENTS (wheel)], state);
  terminal_progress (line);
}

static gboolean
waits_for_attestation (const json_t *wipe)
{
  return g_str_equal (answer_text (wipe, "state"), "wait_human") &&
         g_str_equal (answer_text (wipe, "reason"), "attest");
}

/* Asks the person, or (without a terminal) says what to type later. TRUE: it is being asked. */
static gboolean
ask_attestation (Follow *follow, const json_t *wipe)
{
  static const Text question = {"Écrivez en une phrase ce que montre l'écran, puis Entrée (« compte » si un ancien "
                                "compte est demandé, « non » si ce "
                                "n'est pas l'accueil) : ",
                                "Write in one sentence what the screen shows, then Enter (\"account\" if a former "
                                "account is asked, \"no\" if it is "
                                "not the welcome page): "};
  static const Text later = {"Pour l'attester : temoin wipe {item} --attest \"ce que montre l'écran\"",
                             "To attest it: temoin wipe {item} --attest \"what the screen shows\""};
  if (!terminal_can_ask () || follow->session->is_json) {
    print_filled (follow->session, later, wipe);
    return FALSE;
  }
  terminal_progress (text_in (question, follow->session->language));
  return TRUE;
}

/* What one word says instead of a sentence. */
static const struct {
  Text word;
  const char *target;
  gboolean says_lock;
} one_words[] = {
    {{"non", "no"}, "/v1/cancellations", FALSE},
    {{"compte", "account"}, "/v1/attestations", TRUE},
};

static gssize
one_word_of (const char *said)
{
  for (gsize i = 0; i < G_N_ELEMENTS (one_words); i++)
    if (g_ascii_strcasecmp (said, one_words[i].word.fr) == 0 || g_ascii_strcasecmp (said, one_words[i].word.en) == 0)
      return (gssize)i;
  return -1;
}

/* One line was typed: attest it, or say that the tablet does not look reset, or is locked. FALSE: nothing more will be typed. */
static gboolean
take_attestation (Follow *follow, GError **error)
{
  g_autofree char *said = terminal_ask ("");
  Leave leave;
  follow->is_asking = FALSE; /* asked again when it still waits */
  if (said == NULL)
    return !feof (stdin);
  gssize word = one_word_of (said);
  json_t *fields = json_pack ("{s:s}", "wipe", follow->code);
  if (word < 0)
    json_object_set_new (fields, "text", json_string (said));
  else if (one_words[word].says_lock)
    json_object_set_new (fields, "lock", json_true ());
  json_t *answer =
      post_fields (follow->session, word >= 0 ? one_words[word].target : "/v1/attestations", fields, &leave, error);
  json_decref (answer);
  return error == NULL || *error == NULL;
}

static void
say_silent (Follow *follow)
{
  static const Text text = {
      "Témoin ne répond plus : j'attends qu'il revienne (l'effacement suit son cours).",
      "Témoin does not answer any more: waiting for it to come back (the wipe takes its course)."};
  if (!follow->is_silent)
    fprintf (stderr, "%s\n", text_in (text, follow->session->language));
  follow->is_silent = TRUE;
}

static Leave
leave_running (const Follow *follow)
{
  g_autofree char *code = display_code (follow->code);
  g_autofree char *text = text_print (
      follow->session->language, "L'effacement %s continue sans ce terminal. Pour le suivre encore : temoin wipe %s",
      "The wipe %s goes on without this terminal. To follow it again: temoin wipe %s", code, code);
  fprintf (stderr, "\n%s\n", text);
  return LEAVE_DONE;
}

/* The question on the terminal stays as it is while it is still the right one. */
static gboolean
is_still_asking (Follow *follow, const json_t *wipe)
{
  gboolean is_right = follow->is_asking && waits_for_attestation (wipe);
  if (follow->is_asking && !is_right)
    fputc ('\n', stderr); /* somebody else answered: leave the question's line */
  follow->is_asking = is_right;
  return is_right;
}

/* Shows what is new. TRUE: it goes on; FALSE: over, *leave says how. */
static gboolean
show_wipe (Follow *follow, const json_t *wipe, const Reply *reply, Leave *leave)
{
  const Ending *ending = ending_of (wipe);
  if (is_still_asking (follow, wipe))
    return TRUE;
  terminal_progress (NULL);
  if (!follow->session->is_json)
    show_evidence (follow, wipe);
  if (!follow->session->is_json && ending == NULL) {
    show_todo (follow, wipe);
    show_steps (follow, wipe);
  }
  if (waits_for_attestation (wipe)) {
    follow->is_asking = ask_attestation (follow, wipe);
    *leave = LEAVE_DONE;
    return follow->is_asking;
  }
  if (ending == NULL)
    return TRUE;
  if (follow->session->is_json)
    answer_raw (reply);
  else
    print_filled (follow->session, ending->sentence, wipe);
  *leave = ending->leave;
  return FALSE;
}

/* Looks at the wipe once. TRUE: look again at the next news. */
static gboolean
look (Follow *follow, Leave *leave, GError **error)
{
  g_auto (Reply) reply = {0, NULL};
  g_autoptr (GError) trouble = NULL;
  json_t *wipe = get_object (follow->session, follow->code, &reply, leave, &trouble);
  if (wipe == NULL && trouble == NULL)
    return FALSE; /* refused, and said so */
  if (!stream_is_patient (follow->stream, wipe != NULL)) {
    g_propagate_error (error, g_steal_pointer (&trouble));
    return FALSE;
  }
  if (wipe == NULL) {
    say_silent (follow);
    return TRUE;
  }
  follow->is_silent = FALSE;
  gboolean goes_on = show_wipe (follow, wipe, &reply, leave);
  if (goes_on && !follow->is_asking && !follow->session->is_json)
    show_progress (follow, wipe);
  fflush (stdout);
  json_decref (wipe);
  return goes_on;
}

static Leave
follow_wipe (const Session *session, const char *code, GError **error)
{
  g_auto (Follow) follow = {.session = session, .code = code, .stream = stream_open (session)};
  Leave leave = LEAVE_DONE;
  while (look (&follow, &leave, error)) {
    int what = stream_wait (follow.stream, STREAM_NEWS | (follow.is_asking ? STREAM_INPUT : 0), LOOK_AGAIN_MS);
    if (what & STREAM_INTERRUPT)
      return leave_running (&follow);
    if ((what & STREAM_INPUT) && !take_attestation (&follow, error))
      return leave_running (&follow);
  }
  return leave;
}

/* ---- starting ---- */

/* The port where the bench shows that item; "?" when it does not. Caller frees. */
static char *
port_of (const Session *session, const char *item, Leave *leave, GError **error)
{
  json_t *bench = ask_get (session, "/v1/bench", NULL, leave, error);
  if (bench == NULL)
    return NULL;
  const json_t *slots = json_object_get (bench, "items");
  char *port = NULL;
  for (size_t i = 0; port == NULL && i < json_array_size (slots); i++)
    if (g_str_equal (answer_text (json_array_get (slots, i), "item"), item))
      port = fields_text (json_array_get (slots, i), "port", session->language);
  json_decref (bench);
  return port == NULL ? g_strdup ("?") : port;
}

static void
print_plan (const Session *session, const json_t *item, const char *port, const char *strategy)
{
  static const Text chosen = {"choisie d'après la tablette", "chosen from what the tablet can do"};
  g_autofree char *code = display_code (answer_text (item, "code"));
  g_autofree char *model = display_clean (answer_text (item, "model"));
  g_autofree char *serial = display_clean (answer_text (item, "serial"));
  g_autofree char *text =
      text_print (session->language,
                  "Tablette %s · %s · n° de série %s · port %s\nTout ce qu'elle contient sera effacé, sans retour "
                  "possible. Méthode : %s.",
                  "Tablet %s · %s · serial %s · port %s\nEverything on it will be erased for good. Way: %s.", code,
                  model, serial, port, strategy == NULL ? text_in (chosen, session->language) : strategy);
  fprintf (session->is_json ? stderr : stdout, "%s\n", text);
}

/* The first thing that stands against it as the complaint, then the lists. */
static Leave
refuse_plan (const Session *session, const json_t *verdict)
{
  const json_t *first = json_array_get (json_object_get (verdict, "impossible"), 0);
  if (first == NULL)
    first = json_array_get (json_object_get (verdict, "needs_confirmation"), 0);
  const char *code = answer_text (first, "code");
  g_autofree char *sentence = answer_sentence (first, session->language);
  answer_complain (session->language, sentence, code);
  answer_lists (session, verdict, code, stderr);
  return LEAVE_REFUSED;
}

static const Agreement wiping = {
    .question = {"Effacer cette tablette ?", "Wipe this tablet?"},
    .needs_yes = {"Effacer demande une confirmation : sans terminal, ajoutez --yes.",
                  "A wipe needs a confirmation: without a terminal add --yes."},
    .declined = {"Rien n'a été effacé.", "Nothing was wiped."},
};

/* Asks the daemon what it would say, shows the plan, asks the person. */
static gboolean
is_agreed (const Session *session, const Typed *typed, const json_t *item, Leave *leave, GError **error)
{
  json_t *question = json_copy (typed->fields);
  json_object_set_new (question, "preview", json_true ());
  json_t *verdict = post_fields (session, typed->command->path, question, leave, error);
  if (verdict == NULL)
    return FALSE;
  gboolean is_possible = !answer_stops (verdict, json_object_get (typed->fields, "overrides"));
  g_autofree char *port = is_possible ? port_of (session, answer_text (item, "code"), leave, error) : NULL;
  if (port != NULL) {
    print_plan (session, item, port, json_string_value (json_object_get (typed->fields, "strategy")));
    answer_lists (session, verdict, NULL, session->is_json ? stderr : stdout);
    fflush (stdout);
    *leave = LEAVE_REFUSED;
  } else if (!is_possible) {
    *leave = refuse_plan (session, verdict);
  }
  json_decref (verdict);
  return port != NULL && agree (session, typed, &wiping, error);
}

static Leave
start_wipe (const Session *session, const Typed *typed, GError **error)
{
  g_auto (Reply) reply = {0, NULL};
  Leave leave;
  json_t *answer = ask_typed (session, typed, &reply, &leave, error);
  if (answer == NULL)
    return leave;
  g_autofree char *code = g_strdup (answer_text (answer, "code"));
  gboolean is_left_alone = typed_has (typed, "--no-wait");
  if (!session->is_json)
    print_filled (session, typed->command->done, json_array_get (json_object_get (answer, "items"), 0));
  else if (is_left_alone)
    answer_raw (&reply);
  json_decref (answer);
  return is_left_alone ? LEAVE_DONE : follow_wipe (session, code, error);
}

static Leave
wipe_item (const Session *session, const Typed *typed, GError **error)
{
  Leave leave;
  json_t *item = get_object (session, answer_text (typed->fields, "item"), NULL, &leave, error);
  if (item == NULL)
    return leave;
  g_autofree char *code = g_strdup (answer_text (item, "code"));
  gboolean is_wipe = g_str_equal (answer_text (item, "kind"), "wipe");
  gboolean may_start = !is_wipe && is_agreed (session, typed, item, &leave, error);
  json_decref (item);
  if (is_wipe)
    return follow_wipe (session, code, error);
  return may_start ? start_wipe (session, typed, error) : leave;
}

/* ---- the other acts on a wipe ---- */

/* One act is one request of its own; the code typed goes under the name that the request wants. */
static const struct {
  const char *option, *target, *code_field, *text_field, *right, *flag;
} acts[] = {
    {"--attest", "/v1/attestations", "wipe", "text", NULL, NULL},
    {"--frp", "/v1/attestations", "wipe", NULL, NULL, "lock"},
    {"--unlocked", "/v1/unlocks", "item", "text", NULL, NULL},
    {"--cancel", "/v1/cancellations", "wipe", NULL, NULL, NULL},
    {"--waive", "/v1/waivers", "item", "comment", "wipe-waive", NULL},
};

static Leave
do_act (const Session *session, const Typed *typed, gsize which, GError **error)
{
  json_t *fields = json_copy (typed->fields);
  json_t *code = json_incref (json_object_get (fields, "item"));
  json_object_del (fields, "item");
  json_object_set_new (fields, acts[which].code_field, code);
  if (acts[which].text_field != NULL)
    json_object_set_new (fields, acts[which].text_field, json_string (typed_text (typed, acts[which].option)));
  if (acts[which].flag != NULL)
    json_object_set_new (fields, acts[which].flag, json_true ());
  if (acts[which].right != NULL)
    json_object_set_new (fields, "overrides", json_pack ("[s]", acts[which].right));
  Leave leave;
  g_auto (Reply) reply = {0, NULL};
  char *body = json_dumps (fields, JSON_COMPACT);
  json_decref (fields);
  json_t *answer = ask_post (session, acts[which].target, body, &reply, &leave, error);
  free (body);
  if (answer == NULL)
    return leave;
  const json_t *first = json_array_get (json_object_get (answer, "items"), 0);
  if (session->is_json)
    answer_raw (&reply);
  else
    print_standing (session, first);
  answer_notes (session, answer);
  json_decref (answer);
  return LEAVE_DONE;
}

Leave
erase_run (const Session *session, const Typed *typed, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (acts); i++)
    if (typed_has (typed, acts[i].option))
      return do_act (session, typed, i, error);
  if (json_object_get (typed->fields, "preview") != NULL)
    return ask_act (session, typed, error);
  return wipe_item (session, typed, error);
}
