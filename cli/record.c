/* See the header file. The daemon makes the lines; this end keeps them, and says how it ended. */
#include "cli/record.h"
#include "cli/answer.h"
#include "cli/client.h"
#include "cli/files.h"
#include "cli/terminal.h"
#include "cli/transfer.h"
#include "cli/typed.h"
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define TAIL_MAX     4096 /* bytes at the end of the file that hold its last line */
#define STOPPED_LINE "{\"kind\":\"end\",\"because\":\"stopped\"}\n"

typedef struct {
  FILE *file;
  int interrupt_fd;
  gboolean is_stopped;
} Taking;

/* About once a second: whoever looks at the file meanwhile sees what has come. */
static gboolean
stops (gpointer user)
{
  Taking *taking = user;
  struct signalfd_siginfo info;
  fflush (taking->file);
  while (taking->interrupt_fd >= 0 && read (taking->interrupt_fd, &info, sizeof info) == (ssize_t)sizeof info)
    taking->is_stopped = taking->is_stopped || info.ssi_signo != SIGWINCH;
  return taking->is_stopped;
}

/* Why it ended, as its last line says; NULL when it does not say, or cannot be read again. Caller frees. */
static char *
end_of (FILE *file)
{
  char tail[TAIL_MAX + 1];
  off_t size = ftello (file);
  off_t from = size > TAIL_MAX ? size - TAIL_MAX : 0;
  ssize_t n = size > 0 ? pread (fileno (file), tail, TAIL_MAX, from) : 0;
  tail[MAX (n, 0)] = '\0';
  g_strchomp (tail);
  const char *line = strrchr (tail, '\n');
  json_t *end = json_loads (line != NULL ? line + 1 : tail, 0, NULL);
  char *because = g_strdup (json_string_value (json_object_get (end, "because")));
  json_decref (end);
  return because;
}

/* Ends that are not what was wanted. */
static const struct {
  const char *because; /* NULL: the file does not say */
  Leave leave;
  gboolean is_kept;
  Text text;
} troubles[] = {
    {"busy",
     LEAVE_REFUSED,
     FALSE,
     {"Ce port est déjà enregistré, ou trop d'enregistrements sont en cours. Arrêtez-en un (Ctrl-C), puis recommencez.",
      "This port is being recorded already, or too many recordings are under way. Stop one (Ctrl-C), then try again."}},
    {"slow_reader",
     LEAVE_UNREACHABLE,
     TRUE,
     {"L'enregistrement s'est arrêté : ce fichier n'a pas été écrit assez vite. Ce qui précède est gardé. Choisissez "
      "un disque plus rapide.",
      "The recording stopped: this file was not written fast enough. What came before is kept. Choose a faster disk."}},
    {NULL,
     LEAVE_UNREACHABLE,
     TRUE,
     {"L'enregistrement est coupé avant sa fin : le service temoind s'est arrêté. Ce qui précède est gardé.",
      "The recording was cut before its end: the service temoind stopped. What came before is kept."}},
};

static Leave
keep (const Session *session, const char *path, FileOut *taken, GError **error)
{
  static const Text note = {"Lisez-le avant de l'envoyer : chaque ligne dit ce qui s'est passé, sans nom ni numéro.",
                            "Read it before you send it: each line says what happened, without names or numbers."};
  g_autoptr (FileOut) out = taken;
  guint64 bytes = (guint64)ftello (files_stream (out));
  if (!files_keep (session, g_steal_pointer (&out), error))
    return LEAVE_USAGE;
  if (g_str_equal (path, "-"))
    return LEAVE_DONE;
  transfer_tell_written (session, path, bytes);
  fprintf (stderr, "%s\n", text_in (note, session->language));
  return LEAVE_DONE;
}

/* The end was not the wanted one. */
static Leave
end_badly (const Session *session, const char *path, FileOut *taken, const char *because, GError **error)
{
  g_autoptr (FileOut) out = taken;
  gsize row = 0;
  while (troubles[row].because != NULL && g_strcmp0 (troubles[row].because, because) != 0)
    row++;
  if (troubles[row].is_kept && keep (session, path, g_steal_pointer (&out), error) != LEAVE_DONE)
    return LEAVE_USAGE;
  fault_set (error, troubles[row].leave, session->language, "%s", "%s",
             text_in (troubles[row].text, session->language));
  return troubles[row].leave;
}

static gboolean
is_wanted_end (const char *because, gboolean is_stopped, gboolean is_read_again)
{
  static const char *const wanted[] = {"wipe_over", "unplugged", NULL};
  return is_stopped || !is_read_again || (because != NULL && g_strv_contains (wanted, because));
}

static void
tell_started (const Session *session)
{
  static const Text note = {"Enregistrement en cours. Ctrl-C l'arrête.", "Recording. Ctrl-C stops it."};
  if (terminal_can_ask ())
    fprintf (stderr, "%s\n", text_in (note, session->language));
}

static Leave
take (const Session *session, const Typed *typed, Taking *taking, FileOut *opened, GError **error)
{
  g_autoptr (FileOut) out = opened;
  const char *path = typed_text (typed, "-o");
  g_autofree char *target = typed_target (typed);
  const Request request = {
      .method = "GET", .target = target, .download = taking->file, .is_long = TRUE, .stops = stops, .user = taking};
  g_auto (Reply) reply = {0, NULL};
  gboolean is_answered = client_ask (session, &request, &reply, error);
  if (!is_answered && ftello (taking->file) <= 0)
    return LEAVE_UNREACHABLE;
  if (is_answered && fault_leave_of_status (reply.status) != LEAVE_DONE)
    return answer_refuse (session, &reply);
  g_clear_error (error); /* what is cut is kept, and said below */
  if (taking->is_stopped)
    fputs (STOPPED_LINE, taking->file);
  fflush (taking->file);
  g_autofree char *because = g_str_equal (path, "-") ? NULL : end_of (taking->file);
  if (is_answered && is_wanted_end (because, taking->is_stopped, !g_str_equal (path, "-")))
    return keep (session, path, g_steal_pointer (&out), error);
  return end_badly (session, path, g_steal_pointer (&out), because, error);
}

Leave
record_run (const Session *session, const Typed *typed, GError **error)
{
  Taking taking = {.interrupt_fd = terminal_interrupt_fd ()}; /* first: from the file's beginning Ctrl-C ends it well */
  FileOut *out = files_write (session, typed_text (typed, "-o"), typed_has (typed, "--force"), error);
  Leave leave = LEAVE_USAGE;
  if (out != NULL) {
    taking.file = files_stream (out);
    tell_started (session);
    leave = take (session, typed, &taking, out, error);
  }
  if (taking.interrupt_fd >= 0)
    close (taking.interrupt_fd);
  return leave;
}
