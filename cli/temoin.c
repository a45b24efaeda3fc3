/* The program temoin: reads the command line, runs the row of the table, prints the last complaint. Nothing else. */
#include "cli/answer.h"
#include "cli/help.h"
#include "cli/terminal.h"
#include "cli/typed.h"
#include <locale.h>
#include <signal.h>

#define DEFAULT_SOCKET "/run/temoin/admin.sock"

static void
session_clear (Session *session)
{
  g_free (session->socket);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

static Leave
run (const Session *session, const Typed *typed, GError **error)
{
  if (typed_has (typed, "--version")) {
    printf ("temoin %s\n", TEMOIN_VERSION);
    return LEAVE_DONE;
  }
  if (!typed_has (typed, "--help"))
    return typed->command->run (session, typed, error);
  g_autofree char *text = typed->command == commands_find ("help") ? help_list (session->language)
                                                                   : help_command (typed->command, session->language);
  fputs (text, stdout);
  return LEAVE_DONE;
}

/* An answer that could not be printed (a full disk) is not an answer. */
static gboolean
is_printed (const Session *session, GError **error)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return TRUE;
  fault_set (error, LEAVE_USAGE, session->language, "La réponse n'a pas pu être écrite sur la sortie standard.",
             "The answer could not be written to standard output.");
  return FALSE;
}

static Leave
complain (const Session *session, const GError *error)
{
  answer_complain (session->language, error->message, fault_code ((Leave)error->code));
  return (Leave)error->code;
}

int
main (int argc, char **argv)
{
  setlocale (LC_CTYPE, "C.UTF-8");
  const char *const *arguments = (const char *const *)argv + (argc > 0 ? 1 : 0);
  const char *socket = g_getenv ("TEMOIN_SOCKET");
  g_auto (Session) session = {.language = language_choose (typed_language (arguments), g_getenv),
                              .socket = g_strdup (socket == NULL || *socket == '\0' ? DEFAULT_SOCKET : socket),
                              .has_colour = terminal_has_colour ()};
  g_auto (Typed) typed = {NULL, NULL, NULL};
  g_autoptr (GError) error = NULL;
  if (argc <= 1) {
    g_autofree char *list = help_list (session.language);
    fputs (list, stderr);
    return LEAVE_USAGE;
  }
  if (!typed_read (&session, arguments, &typed, &error))
    return (int)complain (&session, error);
  Leave leave = run (&session, &typed, &error);
  if (error == NULL && !is_printed (&session, &error))
    leave = LEAVE_USAGE;
  return (int)(error == NULL ? leave : complain (&session, error));
}
