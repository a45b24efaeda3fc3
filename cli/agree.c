/* See the header file. */
#include "cli/agree.h"
#include "cli/terminal.h"
#include "cli/typed.h"

gboolean
agree (const Session *session, const Typed *typed, const Agreement *agreement, GError **error)
{
  if (typed_has (typed, "--yes"))
    return TRUE;
  gboolean can_ask = terminal_can_ask ();
  if (can_ask && terminal_confirm (session, text_in (agreement->question, session->language)))
    return TRUE;
  const Text *why = can_ask ? &agreement->declined : &agreement->needs_yes;
  fault_set (error, can_ask ? LEAVE_REFUSED : LEAVE_USAGE, session->language, "%s", "%s",
             text_in (*why, session->language));
  return FALSE;
}
