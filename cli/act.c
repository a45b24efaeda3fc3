/* See the header file. The daemon works: this end may leave, `temoin modem acts` shows what came of it. */
#include "cli/act.h"
#include "cli/agree.h"
#include "cli/answer.h"
#include "cli/ask.h"
#include "cli/fields.h"
#include "cli/stream.h"
#include "cli/terminal.h"
#include "cli/typed.h"
#include <stdlib.h>

#define LOOK_MS  300
#define LOOK_MAX 2400 /* twelve minutes: longer than any talk of the daemon's */

static gboolean
is_over (const json_t *act)
{
  return json_is_true (json_object_get (act, "is_over"));
}

/* ---- waiting ---- */

/* That act once it is over (caller json_decref's). NULL: *leave and error say why. */
static json_t *
wait_for (const Session *session, Stream *stream, json_int_t number, Leave *leave, GError **error)
{
  g_autofree char *target = g_strdup_printf ("/v1/acts/%" JSON_INTEGER_FORMAT, number);
  for (int looks = 0; looks < LOOK_MAX; looks++) {
    json_t *act = ask_get (session, target, NULL, leave, error);
    if (act == NULL || is_over (act))
      return act;
    json_decref (act);
    if ((stream_wait (stream, FALSE, LOOK_MS) & STREAM_INTERRUPT) != 0)
      break;
  }
  fault_set (error, LEAVE_DEVICE, session->language,
             "Ce n'est pas fini. Le service continue : regardez plus tard, temoin modem acts.",
             "It is not over. The daemon goes on: look later, temoin modem acts.");
  *leave = LEAVE_DEVICE;
  return NULL;
}

/* The numbers of the acts that the answer tells of: acts, or a recharge that has one. Caller unrefs. */
static GArray *
numbers_of (const json_t *answer)
{
  const json_t *items = json_object_get (answer, "items");
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (json_int_t));
  for (size_t i = 0; i < json_array_size (items); i++) {
    const json_t *item = json_array_get (items, i);
    const json_t *number = json_object_get (item, g_str_equal (answer_text (item, "kind"), "act") ? "number" : "act");
    json_int_t value = json_integer_value (number);
    if (json_is_integer (number))
      g_array_append_val (numbers, value);
  }
  return numbers;
}

static json_t *
wait_for_all (const Session *session, const GArray *numbers, Leave *leave, GError **error)
{
  g_autoptr (Stream) stream = stream_open (session);
  json_t *acts = json_array ();
  for (guint i = 0; i < numbers->len; i++) {
    json_t *act = wait_for (session, stream, g_array_index (numbers, json_int_t, i), leave, error);
    if (act == NULL) {
      json_decref (acts);
      return NULL;
    }
    json_array_append_new (acts, act);
  }
  return acts;
}

/* ---- telling ---- */

/* One line each, by what was asked. */
static const struct {
  const char *job;
  Text line;
} lines[] = {
    {"identify", {"{port}  {iccid}  {verdict}  {sim}  {line}", "{port}  {iccid}  {verdict}  {sim}  {line}"}},
    {"balance",
     {"{line}  {state}  {balance_cents}  jusqu'au {credit_until}",
      "{line}  {state}  {balance_cents}  until {credit_until}"}},
    {"topup", {"{recharge}  {line}  {state}", "{recharge}  {line}  {state}"}},
    {"count",
     {"{sim}  {iccid}  messages : {messages}, contacts : {contacts}",
      "{sim}  {iccid}  messages: {messages}, contacts: {contacts}"}},
    {"erase",
     {"{sim}  {iccid}  {state}  messages effacés : {messages}, contacts effacés : {contacts}",
      "{sim}  {iccid}  {state}  messages erased: {messages}, contacts erased: {contacts}"}},
    {"",
     {"{sim}  {iccid}  {state}  essais restants : {attempts_left}",
      "{sim}  {iccid}  {state}  attempts left: {attempts_left}"}},
};

static Text
line_of (const json_t *act)
{
  gsize i = 0;
  while (lines[i].job[0] != '\0' && !g_str_equal (lines[i].job, answer_text (act, "job")))
    i++;
  return lines[i].line;
}

static gboolean
is_ok (const json_t *act)
{
  return g_str_equal (answer_text (act, "state"), "ok");
}

static void
print_act (const Session *session, const json_t *act)
{
  static const Text answer = {"L'opérateur a répondu : {answer}", "The operator answered: {answer}"};
  static const Text megabytes = {"Il reste {balance_mb} Mo.", "{balance_mb} MB are left."};
  g_autofree char *line = fields_fill (text_in (line_of (act), session->language), act, session->language);
  g_autofree char *todo = fields_text (act, "todo", session->language);
  printf ("%s\n", g_strchomp (line));
  if (*answer_text (act, "answer") != '\0') {
    g_autofree char *words = fields_fill (text_in (answer, session->language), act, session->language);
    printf ("%s\n", words);
  }
  if (json_is_integer (json_object_get (act, "balance_mb"))) {
    g_autofree char *left = fields_fill (text_in (megabytes, session->language), act, session->language);
    printf ("%s\n", left);
  }
  fflush (stdout);
  if (*todo != '\0' && is_ok (act))
    fprintf (stderr, "%s\n", todo);
  else if (!is_ok (act))
    answer_complain (session->language, todo, answer_text (act, "reason"));
}

/* Of several modems one may be empty: that is no failure. */
static gboolean
is_failure (const json_t *act, gboolean is_alone)
{
  return !is_ok (act) && (is_alone || !g_str_equal (answer_text (act, "reason"), "sim_absent"));
}

static Leave
leave_of (const json_t *acts)
{
  Leave leave = json_array_size (acts) > 0 ? LEAVE_DONE : LEAVE_REFUSED; /* of several recharges all may wait */
  for (size_t i = 0; i < json_array_size (acts); i++) {
    const json_t *act = json_array_get (acts, i);
    if (is_failure (act, json_array_size (acts) == 1))
      return LEAVE_DEVICE;
    if (g_str_equal (answer_text (act, "verdict"), "conflict"))
      leave = LEAVE_REFUSED;
  }
  return leave;
}

static void
print_all (const Session *session, const json_t *acts)
{
  for (size_t i = 0; i < json_array_size (acts) && !session->is_json; i++)
    print_act (session, json_array_get (acts, i));
  if (!session->is_json)
    return;
  json_t *whole = json_pack ("{s:O}", "items", acts);
  char *text = json_dumps (whole, JSON_COMPACT);
  printf ("%s\n", text);
  free (text);
  json_decref (whole);
}

/* What somebody has to look after, once more, below what may be a long list. */
static void
tell_ambiguous (const Session *session, const json_t *acts)
{
  static const Text title = {"Sans réponse claire, à régler (le solde, puis temoin recharge settle) :",
                             "Without a clear answer, to be settled (the balance, then temoin recharge settle):"};
  gboolean has_title = FALSE;
  for (size_t i = 0; json_array_size (acts) > 1 && i < json_array_size (acts); i++) {
    const json_t *act = json_array_get (acts, i);
    if (!g_str_equal (answer_text (act, "state"), "ambiguous") || *answer_text (act, "recharge") == '\0')
      continue;
    g_autofree char *line = fields_fill ("  {recharge}  {line}", act, session->language);
    fprintf (stderr, "%s%s%s\n", has_title ? "" : text_in (title, session->language), has_title ? "" : "\n", line);
    has_title = TRUE;
  }
}

/* ---- the command ---- */

/* is_told: what came of them is shown, as JSON too. */
static Leave
follow (const Session *session, const json_t *answer, gboolean is_told, GError **error)
{
  Leave leave = LEAVE_DONE;
  g_autoptr (GArray) numbers = numbers_of (answer);
  json_t *acts = wait_for_all (session, numbers, &leave, error);
  if (acts == NULL)
    return leave;
  if (is_told)
    print_all (session, acts);
  if (!session->is_json)
    tell_ambiguous (session, acts);
  leave = leave_of (acts);
  json_decref (acts);
  return leave;
}

/* Of a command that has --bench, only then. */
static gboolean
starts_act (const Typed *typed)
{
  for (const Parameter *parameter = typed->command->parameters; parameter->name != NULL; parameter++)
    if (g_str_equal (parameter->name, "--bench"))
      return json_is_true (json_object_get (typed->fields, "bench"));
  return TRUE;
}

/* What spends for many is asked about first. */
static const struct {
  const char *words;
  Agreement agreement;
} agreements[] = {
    {"recharge bulk",
     {.question = {"Envoyer ces recharges à l'opérateur ?", "Send these recharges to the operator?"},
      .needs_yes = {"Plusieurs recharges d'un coup demandent une confirmation : sans terminal, ajoutez --yes.",
                    "Several recharges at once need a confirmation: without a terminal add --yes."},
      .declined = {"Rien n'a été envoyé.", "Nothing was sent."}}},
};

/* What was asked, judged and not done; NULL: *leave and error say why. Caller json_decref's. */
static json_t *
preview (const Session *session, const Typed *typed, Leave *leave, GError **error)
{
  json_t *question = json_copy (typed->fields);
  json_object_set_new (question, "preview", json_true ());
  char *body = json_dumps (question, JSON_COMPACT);
  json_t *verdict = ask_post (session, typed->command->path, body, NULL, leave, error);
  free (body);
  json_decref (question);
  return verdict;
}

/* Shows what would be done, and asks. FALSE: *leave or error say why not. shown: what was told (NULL: nothing was asked); caller json_decref's. */
static gboolean
is_agreed (const Session *session, const Typed *typed, json_t **shown, Leave *leave, GError **error)
{
  gsize i = 0;
  while (i < G_N_ELEMENTS (agreements) && !g_str_equal (agreements[i].words, typed->command->words))
    i++;
  if (i == G_N_ELEMENTS (agreements) || typed_has (typed, "--yes"))
    return TRUE;
  json_t *verdict = preview (session, typed, leave, error);
  if (verdict == NULL)
    return FALSE;
  answer_lists (session, verdict, NULL, session->is_json ? stderr : stdout);
  fflush (stdout);
  *leave = LEAVE_REFUSED;
  *shown = verdict;
  return !answer_stops (verdict, json_object_get (typed->fields, "overrides")) &&
         agree (session, typed, &agreements[i].agreement, error);
}

/* What is to be known is not said a second time. */
static void
tell_news (const Session *session, const json_t *answer, const json_t *shown)
{
  const json_t *before = json_object_get (shown, "to_know");
  if (!session->is_json && (before == NULL || !json_equal (before, json_object_get (answer, "to_know"))))
    answer_notes (session, answer);
}

static Leave
start (const Session *session, const Typed *typed, const json_t *shown, GError **error)
{
  Leave leave;
  json_t *answer = ask_typed (session, typed, NULL, &leave, error);
  if (answer == NULL)
    return leave;
  tell_news (session, answer, shown);
  leave = follow (session, answer, TRUE, error);
  json_decref (answer);
  return leave;
}

Leave
act_run (const Session *session, const Typed *typed, GError **error)
{
  Leave leave = LEAVE_REFUSED;
  json_t *shown = NULL;
  if (json_object_get (typed->fields, "preview") != NULL || !starts_act (typed))
    return ask_act (session, typed, error);
  if (is_agreed (session, typed, &shown, &leave, error))
    leave = start (session, typed, shown, error);
  json_decref (shown);
  return leave;
}

/* ---- erasing ---- */

static const Agreement erasing = {
    .question = {"Effacer pour toujours ces messages et ces contacts ?", "Erase these messages and contacts for good?"},
    .needs_yes = {"Effacer une carte demande une confirmation : sans terminal, ajoutez --yes.",
                  "Erasing a card needs a confirmation: without a terminal add --yes."},
    .declined = {"Rien n'a été effacé.", "Nothing was erased."},
};

/* May it be erased, and what is on it? TRUE: that was shown. */
static gboolean
shows_contents (const Session *session, const Typed *typed, Leave *leave, GError **error)
{
  json_t *verdict = preview (session, typed, leave, error);
  if (verdict == NULL)
    return FALSE;
  gboolean stops = answer_stops (verdict, json_object_get (typed->fields, "overrides"));
  if (stops)
    answer_lists (session, verdict, NULL, session->is_json ? stderr : stdout);
  json_decref (verdict);
  *leave = LEAVE_REFUSED;
  if (stops)
    return FALSE;
  json_t *fields = json_pack ("{s:O}", "sim", json_object_get (typed->fields, "sim"));
  char *body = json_dumps (fields, JSON_COMPACT);
  json_t *answer = ask_post (session, "/v1/sims/contents", body, NULL, leave, error);
  free (body);
  json_decref (fields);
  if (answer == NULL)
    return FALSE;
  *leave = follow (session, answer, !session->is_json, error); /* of two acts the JSON is the second's */
  json_decref (answer);
  return *leave == LEAVE_DONE;
}

Leave
act_erase (const Session *session, const Typed *typed, GError **error)
{
  Leave leave;
  if (json_object_get (typed->fields, "preview") != NULL)
    return ask_act (session, typed, error);
  if (!shows_contents (session, typed, &leave, error))
    return leave;
  return agree (session, typed, &erasing, error) ? act_run (session, typed, error) : LEAVE_REFUSED;
}

/* ---- rehearsals ---- */

static Leave
hold_free (const Session *session, const json_t *rehearsal, GError **error)
{
  const char *line = answer_text (rehearsal, "line");
  if (*line == '\0' || json_is_true (json_object_get (rehearsal, "spends")) ||
      !g_str_equal (answer_text (rehearsal, "purpose"), "balance")) {
    fault_set (error, LEAVE_USAGE, session->language,
               "--run ne tient que les dialogues de solde gratuits, avec la carte d'une ligne (--line).",
               "--run only holds free balance dialogues, with the card of a line (--line).");
    return LEAVE_USAGE;
  }
  Leave leave;
  json_t *fields = json_pack ("{s:s, s:s}", "line", line, "dialogue", answer_text (rehearsal, "dialogue"));
  char *body = json_dumps (fields, JSON_COMPACT);
  json_t *answer = ask_post (session, "/v1/lines/balance", body, NULL, &leave, error);
  free (body);
  json_decref (fields);
  if (answer == NULL)
    return leave;
  leave = follow (session, answer, TRUE, error);
  json_decref (answer);
  return leave;
}

static void
print_rehearsal (const Session *session, const json_t *rehearsal)
{
  static const Text fits = {"C'est le dialogue de la carte {sim}, sur le port {port}.",
                            "It is the dialogue of card {sim}, on port {port}."};
  printf ("%s",
          answer_text (rehearsal, "dry_run")); /* lines of a file that an administrator reads: shown as they are */
  if (json_is_true (json_object_get (rehearsal, "fits")) && *answer_text (rehearsal, "port") != '\0') {
    g_autofree char *line = fields_fill (text_in (fits, session->language), rehearsal, session->language);
    printf ("%s\n", line);
  }
  answer_lists (session, rehearsal, NULL, stdout);
  fflush (stdout);
}

Leave
act_rehearse (const Session *session, const Typed *typed, GError **error)
{
  g_auto (Reply) reply = {0, NULL};
  Leave leave;
  g_autofree char *target = typed_target (typed);
  json_t *rehearsal = ask_get (session, target, &reply, &leave, error);
  if (rehearsal == NULL)
    return leave;
  if (!session->is_json)
    print_rehearsal (session, rehearsal);
  else if (!typed_has (typed, "--run"))
    answer_raw (&reply);
  if (answer_stops (rehearsal, NULL))
    leave = LEAVE_REFUSED;
  else if (typed_has (typed, "--run"))
    leave = hold_free (session, rehearsal, error);
  json_decref (rehearsal);
  return leave;
}
