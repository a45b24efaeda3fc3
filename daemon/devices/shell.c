/* Shell v2 where the device has it; else the old shell, whose exit code we make it print after the output. */
#include "daemon/devices/shell.h"
#include "daemon/devices/deadline.h"

#include "daemon/devices/device.h"
#include "daemon/devices/shell_packet.h"

#include <stdlib.h>
#include <string.h>

#define OUTPUT_MAX (4 * 1024 * 1024) /* bytes; the longest dump seen is well below */

typedef struct {
  Adb *adb; /* outlives the request: adb_free ends it */
  guint32 stream;
  gboolean has_packets;
  GByteArray *buffer; /* packets not whole yet */
  GString *out, *err;
  int exit_code;
  gboolean is_written;
  char *until;
  Deadline deadline;
  GSource *cancel;
  GCancellable *cancellable;
  ShellFunc func;
  gpointer user;
} Shell;

static void
shell_free (Shell *shell)
{
  g_byte_array_unref (shell->buffer);
  g_string_free (shell->out, TRUE);
  g_string_free (shell->err, TRUE);
  g_free (shell->until);
  deadline_clear (&shell->deadline);
  if (shell->cancel != NULL) {
    g_source_destroy (shell->cancel);
    g_source_unref (shell->cancel);
  }
  g_clear_object (&shell->cancellable);
  g_free (shell);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Shell, shell_free)

/* The stream must be over, closed or forgotten. */
static void
finish (Shell *ended, const GError *error)
{
  g_autoptr (Shell) shell = ended;
  ShellResult result = {
      .out = shell->out->str,
      .err = shell->err->str,
      .exit_code = shell->exit_code,
      .is_written = shell->is_written,
  };
  shell->func (&result, error, shell->user);
}

static void
stop (Shell *shell, const GError *error)
{
  adb_stream_close (shell->adb, shell->stream);
  finish (shell, error);
}

static void
on_timeout (gpointer user)
{
  Shell *shell = user;
  g_autoptr (GError) error = g_error_new (DEVICE_ERROR, DEVICE_ERROR_TIMEOUT, "the tablet did not answer in time");
  stop (shell, error);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user)
{
  g_autoptr (GError) error = NULL;
  (void)g_cancellable_set_error_if_cancelled (cancellable, &error); /* it is: we are its callback */
  stop (user, error);
  return G_SOURCE_REMOVE;
}

static void
on_stream_written (gpointer user)
{
  Shell *shell = user;
  shell->is_written = TRUE;
}

static void
take_packet (Shell *shell, const ShellPacket *packet)
{
  if (packet->id == SHELL_STDOUT)
    g_string_append_len (shell->out, (const char *)packet->data, packet->n);
  else if (packet->id == SHELL_STDERR)
    g_string_append_len (shell->err, (const char *)packet->data, packet->n);
  else if (packet->id == SHELL_EXIT && packet->n >= 1)
    shell->exit_code = packet->data[0];
}

/* FALSE when the bytes cannot be packets. */
static gboolean
take_packets (Shell *shell, const guint8 *data, gsize n)
{
  gsize offset = 0;
  ShellPacket packet;
  g_byte_array_append (shell->buffer, data, (guint)n);
  while (shell_packet_next (shell->buffer->data, shell->buffer->len, &offset, &packet))
    take_packet (shell, &packet);
  gboolean is_sane = !shell_packet_is_too_long (shell->buffer->data, shell->buffer->len, offset);
  g_byte_array_remove_range (shell->buffer, 0, (guint)offset);
  return is_sane;
}

static void
on_stream_data (const guint8 *data, gsize n, gpointer user)
{
  Shell *shell = user;
  gboolean is_sane = TRUE;
  if (shell->has_packets)
    is_sane = take_packets (shell, data, n);
  else
    g_string_append_len (shell->out, (const char *)data, (gssize)n);
  if (!is_sane || shell->out->len + shell->err->len > OUTPUT_MAX) {
    g_autoptr (GError) error = g_error_new (DEVICE_ERROR, DEVICE_ERROR_PROTOCOL, "the tablet's answer makes no sense");
    stop (shell, error);
    return;
  }
  if (shell->until != NULL && strstr (shell->out->str, shell->until) != NULL) {
    adb_stream_forget (shell->adb, shell->stream); /* closing it could kill the command */
    finish (shell, NULL);
  }
}

/* Without shell v2 the last line is "rc=N", made by us. */
static void
cut_exit_mark (Shell *shell)
{
  char *mark = g_strrstr (shell->out->str, SHELL_EXIT_MARK);
  if (mark == NULL || !g_ascii_isdigit (mark[strlen (SHELL_EXIT_MARK)]))
    return;
  shell->exit_code = atoi (mark + strlen (SHELL_EXIT_MARK));
  g_string_truncate (shell->out, (gsize)(mark - shell->out->str));
}

static void
on_stream_closed (const GError *error, gpointer user)
{
  Shell *shell = user;
  if (!shell->has_packets)
    cut_exit_mark (shell);
  finish (shell, error);
}

static const AdbStreamFuncs stream_funcs = {
    .written = on_stream_written,
    .data = on_stream_data,
    .closed = on_stream_closed,
};

static void
watch_cancellable (Shell *shell, GCancellable *cancellable)
{
  if (cancellable == NULL)
    return;
  shell->cancellable = g_object_ref (cancellable);
  shell->cancel = g_cancellable_source_new (cancellable);
  g_source_set_callback (shell->cancel, G_SOURCE_FUNC (on_cancelled), shell, NULL);
  g_source_attach (shell->cancel, NULL);
}

static char *
service_of (const Shell *shell, const ShellRequest *request)
{
  if (request->input != NULL)
    return g_strconcat ("exec:", request->command, NULL);
  return shell->has_packets ? g_strdup_printf ("shell,v2,raw:%s", request->command)
                            : g_strconcat ("shell:", request->command, SHELL_EXIT_ECHO, NULL);
}

void
shell_run (Adb *adb, const ShellRequest *request, GCancellable *cancellable, ShellFunc func, gpointer user)
{
  Shell *shell = g_new0 (Shell, 1);
  shell->adb = adb;
  shell->has_packets = request->input == NULL && adb_has_shell_v2 (adb);
  shell->buffer = g_byte_array_new ();
  shell->out = g_string_new (NULL);
  shell->err = g_string_new (NULL);
  shell->exit_code = SHELL_EXIT_UNKNOWN;
  shell->until = g_strdup (request->until);
  shell->func = func;
  shell->user = user;
  deadline_set (&shell->deadline, request->timeout_ms, on_timeout, shell);
  watch_cancellable (shell, cancellable);
  g_autofree char *service = service_of (shell, request);
  shell->stream = adb_stream_open (adb, service, &stream_funcs, shell);
  if (request->input != NULL) {
    gsize n;
    const guint8 *bytes = g_bytes_get_data (request->input, &n);
    adb_stream_write (adb, shell->stream, bytes, n);
  } else if (shell->has_packets) /* our side has no input: a command that reads must not wait for it */
    adb_stream_write (adb, shell->stream, (const guint8[]){SHELL_CLOSE_STDIN, 0, 0, 0, 0}, SHELL_PACKET_HEADER_SIZE);
}
