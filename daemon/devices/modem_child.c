/* See the header file. Each line of the child is acted upon before its end is: what it said last ("sent") counts. */
#include "daemon/devices/modem_child.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
  PING_S = 5,
  SILENT_S = 15, /* then it is ended: with the restart, a wedged one costs its bench under 30 s */
  CHILD_FD = 3,
  READ_SIZE = 4096,
};

struct _ModemChild {
  int fd;
  GSubprocess *process; /* NULL when systemd started it */
  ModemLines *lines;
  const ModemChildFuncs *funcs;
  gpointer user;
  guint input, ping;
  gint64 heard_at;
  gint64 last_id;
  gboolean is_over;
  guint silent_s;
};

static void
stop_watching (ModemChild *child)
{
  if (child->input != 0)
    g_source_remove (child->input);
  if (child->ping != 0)
    g_source_remove (child->ping);
  child->input = child->ping = 0;
}

/* The last thing that is done in a handler: the child may be freed in it. */
static void
end (ModemChild *child, const char *detail, gboolean is_heard)
{
  if (child->is_over)
    return;
  child->is_over = TRUE;
  stop_watching (child);
  child->funcs->ended (detail, is_heard, child->user);
}

/* FALSE: nonsense. */
static gboolean
take_lines (ModemChild *child)
{
  for (char *line; (line = modem_lines_take (child->lines)) != NULL; modem_wipe_free (line)) {
    g_autoptr (ModemReport) report = modem_report_read (line, strlen (line), NULL);
    if (report == NULL) {
      modem_wipe_free (line);
      return FALSE;
    }
    child->heard_at = g_get_monotonic_time ();
    if (report->tell != MODEM_TELL_PONG)
      child->funcs->report (report, child->user);
  }
  return TRUE;
}

static gboolean
on_input (gint fd, GIOCondition condition, gpointer user)
{
  ModemChild *child = user;
  char buffer[READ_SIZE];
  (void)condition; /* a hang-up reads as an end */
  gssize n = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n > 0 && modem_lines_put (child->lines, buffer, n) && take_lines (child))
    return G_SOURCE_CONTINUE;
  child->input = 0; /* removed by what is returned */
  end (child, n > 0 ? "temoin-modem talked nonsense" : "temoin-modem ended", n == 0);
  return G_SOURCE_REMOVE;
}

static gboolean
on_ping (gpointer user)
{
  ModemChild *child = user;
  if (g_get_monotonic_time () - child->heard_at < child->silent_s * G_USEC_PER_SEC) {
    g_autoptr (ModemRequest) ping = g_new0 (ModemRequest, 1);
    ping->ask = MODEM_ASK_PING;
    modem_child_ask (child, ping);
    return G_SOURCE_CONTINUE;
  }
  child->ping = 0;
  end (child, "temoin-modem was silent", FALSE);
  return G_SOURCE_REMOVE;
}

gint64
modem_child_ask (ModemChild *child, ModemRequest *request)
{
  request->id = ++child->last_id;
  char *line = modem_request_write (request);
  /* a full socket means that the child does not read: its silence ends it */
  (void)!send (child->fd, line, strlen (line), MSG_DONTWAIT | MSG_NOSIGNAL);
  modem_wipe_free (line);
  return request->id;
}

/* ---- starting ---- */

static char *
default_program (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : g_strdup (".");
  return g_build_filename (folder, "temoin-modem", NULL);
}

static GSubprocess *
spawn (const char *program, int fd, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autofree char *beside = program == NULL ? default_program () : NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_subprocess_launcher_take_fd (launcher, fd, CHILD_FD);
  /* opened here: in the child, between fork and exec, another thread's lock may be held for ever */
  g_subprocess_launcher_set_stdin_file_path (launcher, "/dev/null");
  GSubprocess *process = g_subprocess_launcher_spawn (launcher, &why, program != NULL ? program : beside, NULL);
  if (process == NULL)
    g_set_error (error, MODEM_ERROR, MODEM_ERROR_SETUP, "cannot start temoin-modem: %s", why->message);
  return process;
}

static gboolean
start (ModemChild *child, const char *program, GError **error)
{
  int pair[2];
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    g_set_error (error, MODEM_ERROR, MODEM_ERROR_SETUP, "no socket: %s", g_strerror (errno));
    return FALSE;
  }
  child->fd = pair[0];
  child->process = spawn (program, pair[1], error);
  return child->process != NULL;
}

/* systemd accepts the connection and starts temoin-modem as its own user (temoin-modem.socket, Accept=yes). */
static gboolean
dial (ModemChild *child, const char *path, GError **error)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  child->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (child->fd >= 0 && g_strlcpy (address.sun_path, path, sizeof address.sun_path) < sizeof address.sun_path &&
      connect (child->fd, (struct sockaddr *)&address, sizeof address) == 0)
    return TRUE;
  g_set_error (error, MODEM_ERROR, MODEM_ERROR_SETUP, "nobody answers on %s: %s", path, g_strerror (errno));
  return FALSE;
}

ModemChild *
modem_child_new (const ModemBenchOptions *options, const char *node, const ModemChildFuncs *funcs, gpointer user,
                 GError **error)
{
  g_autoptr (ModemChild) child = g_new0 (ModemChild, 1);
  g_autoptr (ModemRequest) open = g_new0 (ModemRequest, 1);
  child->fd = -1;
  child->funcs = funcs;
  child->user = user;
  child->lines = modem_lines_new ();
  child->heard_at = g_get_monotonic_time ();
  if (options->socket != NULL ? !dial (child, options->socket, error) : !start (child, options->program, error))
    return NULL;
  child->input = g_unix_fd_add (child->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, child);
  child->silent_s = options->silent_s > 0 ? options->silent_s : SILENT_S;
  child->ping = g_timeout_add_seconds (MIN (PING_S, MAX (child->silent_s / 3, 1)), on_ping, child);
  open->ask = MODEM_ASK_OPEN;
  open->node = g_strdup (node);
  open->answer_s = options->answer_s;
  modem_child_ask (child, open);
  return g_steal_pointer (&child);
}

void
modem_child_free (ModemChild *child)
{
  if (child == NULL)
    return;
  stop_watching (child);
  if (child->process != NULL) {
    g_subprocess_force_exit (child->process); /* GLib reaps it */
    g_object_unref (child->process);
  }
  if (child->fd >= 0)
    (void)close (child->fd); /* nothing waits in it */
  modem_lines_free (child->lines);
  g_free (child);
}
