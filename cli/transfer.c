/* Whole files, down and up. */
#include "cli/transfer.h"
#include "cli/answer.h"
#include "cli/display.h"
#include "cli/files.h"
#include "cli/terminal.h"
#include "cli/typed.h"
#include <string.h>

static const char *
output_path (const Typed *typed)
{
  const char *path = typed_text (typed, "-o");
  return path == NULL ? typed_text (typed, "FILE") : path;
}

/* What may be had in another form, told by the name of the file; the last row that fits counts. The rest has one form. */
static void
choose_output (const Typed *typed, const char *path)
{
  static const struct {
    const char *target, *suffix, *output;
  } forms[] = {{"/v1/labels", "", "pdf"},
               {"/v1/labels", ".png", "png"},
               {"/v1/certificates/", ".json", "json"},
               {"/v1/regies/report", ".csv", "csv"}};
  if (typed_has (typed, "--csv"))
    json_object_set_new (typed->fields, "output", json_string ("csv"));
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    if (g_str_has_prefix (typed->command->path, forms[i].target) && g_str_has_suffix (path, forms[i].suffix))
      json_object_set_new (typed->fields, "output", json_string (forms[i].output));
}

void
transfer_tell_written (const Session *session, const char *path, guint64 bytes)
{
  g_autofree char *size = display_bytes (bytes, session->language);
  g_autofree char *line =
      text_print (session->language, "Fichier écrit : %s (%s)", "File written: %s (%s)", path, size);
  printf ("%s\n", line);
}

gboolean
transfer_down (const Session *session, const char *target, FILE *file, Reply *reply, GError **error)
{
  Request request = {.method = "GET",
                     .target = target,
                     .download = file,
                     .is_long = TRUE,
                     .progress = terminal_can_ask () ? terminal_transfer : NULL,
                     .user = (gpointer)session};
  gboolean is_answered = client_ask (session, &request, reply, error);
  terminal_progress (NULL);
  return is_answered;
}

Leave
transfer_fetch (const Session *session, const Typed *typed, GError **error)
{
  const char *path = output_path (typed);
  choose_output (typed, path);
  g_autofree char *target = typed_target (typed);
  g_autoptr (FileOut) out = files_write (session, path, typed_has (typed, "--force"), error);
  if (out == NULL)
    return LEAVE_USAGE;
  g_auto (Reply) reply = {0, NULL};
  if (!transfer_down (session, target, files_stream (out), &reply, error))
    return LEAVE_UNREACHABLE;
  if (fault_leave_of_status (reply.status) != LEAVE_DONE)
    return answer_refuse (session, &reply);
  if (!g_str_equal (path, "-"))
    transfer_tell_written (session, path, (guint64)ftello (files_stream (out)));
  return files_keep (session, g_steal_pointer (&out), error) ? LEAVE_DONE : LEAVE_USAGE;
}

/* ---- up ---- */

static gboolean
send (const Session *session, const Request *request, Reply *reply, GError **error)
{
  gboolean is_answered = client_ask (session, request, reply, error);
  terminal_progress (NULL);
  return is_answered;
}

gboolean
transfer_up (const Session *session, const char *target, FILE *file, const char *type, Reply *reply, GError **error)
{
  const Request request = {.method = "POST",
                           .target = target,
                           .upload = file,
                           .type = type,
                           .is_long = TRUE,
                           .progress = terminal_can_ask () ? terminal_transfer : NULL,
                           .user = (gpointer)session};
  return send (session, &request, reply, error);
}

/* How far the daemon is with the oldest import; NULL when it does not say. Caller frees. */
static char *
import_text (const Session *session)
{
  const Request request = {.method = "GET", .target = "/v1/imports"};
  g_auto (Reply) reply = {0, NULL};
  if (!client_ask (session, &request, &reply, NULL) || reply.status != 200)
    return NULL;
  json_t *answer = json_loadb (reply.body->str, reply.body->len, 0, NULL);
  const json_t *job = json_array_get (json_object_get (answer, "items"), 0);
  const char *state = json_string_value (json_object_get (job, "state"));
  int lines = (int)json_integer_value (json_object_get (job, "lines"));
  int made = (int)json_integer_value (json_object_get (job, "made"));
  int applied = (int)json_integer_value (json_object_get (job, "applied"));
  char *text = NULL;
  if (g_strcmp0 (state, "staging") == 0)
    text = text_print (session->language, "Vérification : %d lignes ...", "Checking: %d lines ...", lines);
  else if (state != NULL)
    text = text_print (session->language, "Enregistrement : %d sur %d ...", "Writing: %d of %d ...", applied, made);
  json_decref (answer);
  return text;
}

/* A ClientProgress: the file on its way, then the daemon's work on it. */
static void
show_import (guint64 done, guint64 total, gpointer user)
{
  static gint64 asked_at;
  if (total == 0 || done < total || asked_at == 0)
    terminal_transfer (done, total, user);
  if (total == 0 || done < total)
    return;
  gint64 now = g_get_monotonic_time ();
  if (now - asked_at < G_TIME_SPAN_SECOND / 2)
    return;
  asked_at = now;
  g_autofree char *text = import_text (user);
  if (text != NULL)
    terminal_progress (text);
}

static gboolean
send_list (const Session *session, const Typed *typed, Reply *reply, GError **error)
{
  FILE *file = files_read (session, typed_text (typed, "FILE"), error);
  if (file == NULL)
    return FALSE;
  g_autofree char *target = typed_target (typed);
  const Request request = {.method = "POST",
                           .target = target,
                           .upload = file,
                           .type = "text/csv",
                           .is_long = TRUE,
                           .progress = terminal_can_ask () ? show_import : NULL,
                           .user = (gpointer)session};
  gboolean is_answered = send (session, &request, reply, error);
  fclose (file);
  return is_answered;
}

/* The lines that a person must correct. Each sentence names its line. */
static void
print_wrong_rows (const Session *session, const json_t *rows)
{
  for (size_t i = 0; i < json_array_size (rows); i++) {
    const json_t *row = json_array_get (rows, i);
    if (g_strcmp0 (json_string_value (json_object_get (row, "verdict")), "error") != 0)
      continue;
    g_autofree char *sentence = answer_sentence (row, session->language);
    printf ("  - %s\n", sentence);
  }
}

static void
print_summary (const Session *session, const json_t *answer, gboolean is_rehearsal)
{
  int made = (int)json_integer_value (json_object_get (answer, "made"));
  int known = (int)json_integer_value (json_object_get (answer, "known"));
  int errors = (int)json_integer_value (json_object_get (answer, "errors"));
  int lines = (int)json_integer_value (json_object_get (answer, "lines"));
  g_autofree char *text =
      is_rehearsal
          ? text_print (session->language,
                        "Essai. Lignes : %d, à créer : %d, déjà connues : %d, à corriger : %d. Rien n'a changé.",
                        "Rehearsal. Lines: %d, to make: %d, known: %d, to correct: %d. Nothing was changed.", lines,
                        made, known, errors)
          : text_print (session->language, "Lignes : %d, créées : %d, déjà connues : %d, à corriger : %d.",
                        "Lines: %d, made: %d, known: %d, to correct: %d.", lines, made, known, errors);
  printf ("%s\n", text);
}

/* TRUE when no line is wrong. */
static gboolean
print_import (const Session *session, const Reply *reply, gboolean is_rehearsal)
{
  json_t *answer = json_loadb (reply->body->str, reply->body->len, 0, NULL);
  gboolean is_right = json_integer_value (json_object_get (answer, "errors")) == 0;
  if (!session->is_json)
    print_wrong_rows (session, json_object_get (answer, "rows"));
  if (!session->is_json && json_object_get (answer, "lines") != NULL)
    print_summary (session, answer, is_rehearsal);
  fflush (stdout);
  json_decref (answer);
  return is_right;
}

Leave
transfer_import (const Session *session, const Typed *typed, GError **error)
{
  g_auto (Reply) reply = {0, NULL};
  if (!send_list (session, typed, &reply, error))
    return LEAVE_UNREACHABLE;
  gboolean is_right = print_import (session, &reply, json_object_get (typed->fields, "dry_run") != NULL);
  if (fault_leave_of_status (reply.status) != LEAVE_DONE)
    return answer_refuse (session, &reply);
  if (session->is_json)
    answer_raw (&reply);
  return is_right ? LEAVE_DONE : LEAVE_REFUSED;
}
