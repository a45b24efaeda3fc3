/* termios, signalfd, and lines that are rewritten. */
#include "cli/terminal.h"
#include "cli/display.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved_mode;
static gboolean has_saved_mode;

gboolean
terminal_can_ask (void)
{
  return isatty (STDIN_FILENO) && isatty (STDERR_FILENO);
}

static gboolean
is_shown (void)
{
  return isatty (STDOUT_FILENO);
}

gboolean
terminal_can_draw (void)
{
  return is_shown () && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

gboolean
terminal_has_colour (void)
{
  const char *refusal = g_getenv ("NO_COLOR");
  return terminal_can_draw () && (refusal == NULL || *refusal == '\0');
}

static struct winsize
terminal_size (void)
{
  enum { USUAL_COLUMNS = 80, USUAL_LINES = 24 };
  struct winsize size = {0};
  if (!is_shown ())
    return size;
  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
    size = (struct winsize){.ws_col = USUAL_COLUMNS, .ws_row = USUAL_LINES};
  return size;
}

gsize
terminal_width (void)
{
  return terminal_size ().ws_col;
}

gsize
terminal_height (void)
{
  return terminal_size ().ws_row;
}

void
terminal_take_screen (void)
{
  fputs ("\033[?1049h\033[?25l", stdout);
}

void
terminal_leave_screen (void)
{
  fputs ("\033[?25h\033[?1049l", stdout);
  fflush (stdout);
}

void
terminal_paint (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  fputs ("\033[H", stdout);
  for (char **line = lines; *line != NULL; line++)
    printf ("%s\033[K%s", *line, line[1] != NULL ? "\n" : "");
  fputs ("\033[J", stdout);
  fflush (stdout);
}

char *
terminal_ask (const char *question)
{
  fprintf (stderr, "%s", question);
  fflush (stderr);
  char *line = NULL;
  size_t size = 0;
  ssize_t length = getline (&line, &size, stdin);
  char *text = length < 0 ? NULL : g_strdup (g_strstrip (line));
  free (line);
  if (text != NULL && *text == '\0')
    g_clear_pointer (&text, g_free);
  return text;
}

char *
terminal_ask_unseen (const char *question)
{
  struct termios seen, unseen;
  gboolean is_typed = isatty (STDIN_FILENO) && tcgetattr (STDIN_FILENO, &seen) == 0;
  if (is_typed) {
    fprintf (stderr, "%s", question);
    fflush (stderr);
    unseen = seen;
    unseen.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr (STDIN_FILENO, TCSAFLUSH, &unseen); /* at worst it is seen by who types it */
  }
  char *line = NULL;
  size_t size = 0;
  ssize_t length = getline (&line, &size, stdin);
  if (is_typed) {
    (void)tcsetattr (STDIN_FILENO, TCSAFLUSH, &seen); /* nothing better can be done */
    fprintf (stderr, "\n");
  }
  if (length > 0 && line[length - 1] == '\n')
    line[--length] = '\0';
  if (length > 0)
    return line;
  free (line);
  return NULL;
}

gboolean
terminal_confirm (const Session *session, const char *question)
{
  g_autofree char *line =
      g_strdup_printf ("%s %s ", question, session->language == LANGUAGE_ENGLISH ? "[y/N]" : "[o/N]");
  g_autofree char *answer = terminal_ask (line);
  return answer != NULL && strchr ("oOyY", answer[0]) != NULL;
}

int
terminal_interrupt_fd (void)
{
  sigset_t signals;
  sigemptyset (&signals);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGWINCH);
  if (sigprocmask (SIG_BLOCK, &signals, NULL) != 0)
    return -1;
  return signalfd (-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

void
terminal_take_keys (void)
{
  if (!isatty (STDIN_FILENO) || tcgetattr (STDIN_FILENO, &saved_mode) != 0)
    return;
  struct termios mode = saved_mode;
  mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  has_saved_mode = tcsetattr (STDIN_FILENO, TCSANOW, &mode) == 0;
}

void
terminal_restore (void)
{
  if (has_saved_mode)
    (void)tcsetattr (STDIN_FILENO, TCSANOW, &saved_mode); /* leaving anyway: nothing better can be done */
  has_saved_mode = FALSE;
}

void
terminal_progress (const char *text)
{
  if (!isatty (STDERR_FILENO))
    return;
  fprintf (stderr, "\r\033[K%s", text == NULL ? "" : text);
  fflush (stderr);
}

void
terminal_bar (guint64 done, guint64 total, const char *after)
{
  enum { BAR = 30 }; /* columns */
  int filled = (int)(MIN (done, total) * BAR / total);
  g_autofree char *full = g_strnfill (BAR, '#');
  g_autofree char *line =
      g_strdup_printf ("[%.*s%*s] %d %%  %s", filled, full, BAR - filled, "", (int)(done * 100 / total), after);
  terminal_progress (line);
}

void
terminal_transfer (guint64 done, guint64 total, gpointer user)
{
  const Session *session = user;
  g_autofree char *bytes = display_bytes (done, session->language);
  if (total == 0)
    terminal_progress (bytes);
  else
    terminal_bar (done, total, bytes);
}
