/* temoin migrate: see migrate.h. */
#include "cli/migrate.h"
#include "cli/agree.h"
#include "cli/ask.h"
#include "cli/display.h"
#include "cli/stream.h"
#include "cli/terminal.h"
#include "cli/typed.h"
#include <stdlib.h>

#define STATUS        "/v1/migrations"
#define LOOK_AGAIN_MS 2000 /* also without news: one may have been missed */

static gint64
number_of (const json_t *status, const char *name)
{
  return json_integer_value (json_object_get (status, name));
}

static gboolean
is_state (const json_t *status, const char *state)
{
  return g_strcmp0 (json_string_value (json_object_get (status, "state")), state) == 0;
}

static const Agreement moving = {
    .question =
        {"Déplacer tout le registre vers cette base ? Pendant ce temps on peut lire, mais rien n'est enregistré.",
         "Move the whole register to that database? Meanwhile it can be read, but nothing is recorded."},
    .needs_yes =
        {"Personne ne peut rien enregistrer pendant le déplacement : sans terminal, ajoutez --yes pour le confirmer.",
         "Nobody can record anything during the move: without a terminal add --yes to confirm."},
    .declined = {"Rien n'a été changé.", "Nothing was changed."},
};

/* The address may hold a password: it is not repeated. */
static void
print_moved (const Session *session, const json_t *status)
{
  g_autofree char *granted = display_money (number_of (status, "granted_cents"), session->language);
  g_autofree char *spent = display_money (number_of (status, "spent_cents"), session->language);
  g_autofree char *text = text_print (
      session->language,
      "Le registre est déplacé, et comparé des deux côtés :\n"
      "  %" G_GINT64_FORMAT " lignes de %" G_GINT64_FORMAT " tables, toutes identiques\n"
      "  journal : %" G_GINT64_FORMAT " lignes, chaîne entière\n"
      "  fonds : %s accordés, %s dépensés ; %" G_GINT64_FORMAT " recharges\n"
      "  %" G_GINT64_FORMAT " recherches, mêmes réponses\n"
      "Maintenant : écrivez l'adresse sous [daemon] dans temoin.conf (database = ...), puis relancez temoind.\n"
      "Jusque-là, ce service ne fait que lire. L'ancien registre est intact : gardez-le quelque temps.",
      "The register is moved, and was compared on both sides:\n"
      "  %" G_GINT64_FORMAT " rows of %" G_GINT64_FORMAT " tables, all the same\n"
      "  journal: %" G_GINT64_FORMAT " lines, the chain is whole\n"
      "  funds: %s granted, %s spent; %" G_GINT64_FORMAT " recharges\n"
      "  %" G_GINT64_FORMAT " searches, the same answers\n"
      "Now: write the address below [daemon] in temoin.conf (database = ...), then start temoind again.\n"
      "Until then this service only reads. The old register is as it was: keep it for a while.",
      number_of (status, "rows"), number_of (status, "tables"), number_of (status, "journal_lines"), granted, spent,
      number_of (status, "recharges"), number_of (status, "searches"));
  printf ("%s\n", text);
}

/* The end of a move, in words. */
static Leave
tell_end (const Session *session, const json_t *status, const Reply *reply)
{
  if (session->is_json)
    answer_raw (reply);
  if (is_state (status, "done")) {
    if (!session->is_json)
      print_moved (session, status);
    return LEAVE_DONE;
  }
  g_autofree char *sentence = answer_sentence (status, session->language);
  const char *code = json_string_value (json_object_get (status, "code"));
  answer_complain (session->language, sentence, code != NULL ? code : "?");
  return LEAVE_REFUSED;
}

static void
show_progress (const Session *session, const json_t *status)
{
  gint64 done = number_of (status, "done"), total = number_of (status, "total");
  if (total > 0)
    terminal_bar ((guint64)done, (guint64)total, text_in ((Text){"du déplacement", "of the move"}, session->language));
}

/* One look. TRUE: it is over, or cannot be seen any more (*leave is the exit code). */
static gboolean
look (const Session *session, Stream *stream, Leave *leave, GError **error)
{
  g_auto (Reply) reply = {0, NULL};
  g_autoptr (GError) lost = NULL;
  json_t *status = ask_get (session, STATUS, &reply, leave, &lost);
  gboolean is_over = status == NULL ? !stream_is_patient (stream, FALSE) : !is_state (status, "running");
  if (status != NULL && stream_is_patient (stream, TRUE) && !is_over)
    show_progress (session, status);
  if (is_over)
    terminal_progress (NULL);
  if (is_over && status != NULL)
    *leave = tell_end (session, status, &reply);
  else if (is_over && lost != NULL)
    g_propagate_error (error, g_steal_pointer (&lost));
  json_decref (status);
  return is_over;
}

static Leave
follow (const Session *session, GError **error)
{
  g_autoptr (Stream) stream = stream_open (session);
  Leave leave = LEAVE_DONE;
  while (!look (session, stream, &leave, error))
    if ((stream_wait (stream, STREAM_NEWS, LOOK_AGAIN_MS) & STREAM_INTERRUPT) != 0) {
      terminal_progress (NULL);
      fault_set (error, LEAVE_DONE, session->language, "Le déplacement continue : « temoin migrate status ».",
                 "The move goes on: \"temoin migrate status\".");
      return LEAVE_DONE;
    }
  return leave;
}

/* What is refused anyway, an address that is none above all, is refused before anybody is asked to confirm. */
static gboolean
is_refused (const Session *session, const Typed *typed, Leave *leave, GError **error)
{
  json_t *body = json_copy (typed->fields);
  json_object_set_new (body, "preview", json_true ());
  char *text = json_dumps (body, JSON_COMPACT);
  json_t *answer = ask_post (session, STATUS, text, NULL, leave, error);
  free (text);
  json_decref (body);
  json_decref (answer);
  return answer == NULL;
}

Leave
migrate_run (const Session *session, const Typed *typed, GError **error)
{
  Leave leave;
  if (json_object_get (typed->fields, "preview") != NULL)
    return ask_act (session, typed, error);
  if (is_refused (session, typed, &leave, error))
    return leave;
  if (!agree (session, typed, &moving, error))
    return LEAVE_USAGE;
  json_t *answer = ask_typed (session, typed, NULL, &leave, error);
  if (answer == NULL)
    return leave;
  json_decref (answer);
  return follow (session, error);
}
