// One line in, one line out, for any number of connections; `wait` answers when the state matches or the time is over.
#include "tests/fleet/control.h"

#include "tests/fleet/commands.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALLERS_MAX 128 // that wait at once

struct Control {
  struct Fleet *fleet; // not owned
  GMainLoop *loop;     // not owned
  GSocketService *service;
  char *path;
  GPtrArray *peers; // of struct Peer, owned
};

// One connection, with at most one wait.
struct Peer {
  struct Control *control; // not owned
  GSocketConnection *connection;
  GDataInputStream *lines;
  GCancellable *gone;
  const struct Thing *thing; // that is watched, NULL when no wait is under way
  char *key, *value;
  guint timer;
};

static void read_next (struct Peer *peer);

static void
peer_free (gpointer memory)
{
  struct Peer *peer = memory;
  g_clear_handle_id (&peer->timer, g_source_remove);
  g_cancellable_cancel (peer->gone);
  g_object_unref (peer->gone);
  g_object_unref (peer->lines);
  g_object_unref (peer->connection);
  g_free (peer->key);
  g_free (peer->value);
  g_free (peer);
}

static void
say (struct Peer *peer, const char *answer)
{
  g_autofree char *line = g_strconcat (answer, "\n", NULL);
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (peer->connection));
  (void)g_output_stream_write_all (out, line, strlen (line), NULL, NULL, NULL); // a peer that left needs no answer
}

// ---- wait ----

static void
end_wait (struct Peer *peer, const char *kind)
{
  g_autofree char *state = peer->thing->type->state (peer->thing->self);
  g_autofree char *answer = g_strdup_printf ("%s %s", kind, state);
  peer->thing = NULL;
  g_clear_handle_id (&peer->timer, g_source_remove);
  g_clear_pointer (&peer->key, g_free);
  g_clear_pointer (&peer->value, g_free);
  say (peer, answer);
  read_next (peer);
}

static gboolean
wait_expired (gpointer user)
{
  struct Peer *peer = user;
  peer->timer = 0;
  end_wait (peer, "error timeout:");
  return G_SOURCE_REMOVE;
}

static void
check_wait (struct Peer *peer)
{
  g_autofree char *now = peer->thing->type->value (peer->thing->self, peer->key);
  if (g_strcmp0 (now, peer->value) == 0)
    end_wait (peer, "ok");
}

static void
on_changed (gpointer user)
{
  struct Control *control = user;
  for (guint i = 0; i < control->peers->len; i++) {
    struct Peer *peer = control->peers->pdata[i];
    if (peer->thing != NULL)
      check_wait (peer);
  }
}

// "wait NAME key=value SECONDS". NULL when the wait is under way, otherwise what is wrong.
static const char *
start_wait (struct Peer *peer, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  if (g_strv_length (words) != 4 || strchr (words[2], '=') == NULL)
    return "error usage: wait NAME key=value SECONDS";
  const struct Thing *thing = fleet_thing (peer->control->fleet, words[1], NULL);
  char *equals = strchr (words[2], '=');
  *equals = '\0';
  g_autofree char *known = thing != NULL ? thing->type->value (thing->self, words[2]) : NULL;
  if (known == NULL)
    return thing == NULL ? "error nothing has that name" : "error no such state";
  peer->thing = thing;
  peer->key = g_strdup (words[2]);
  peer->value = g_strdup (equals + 1);
  peer->timer = g_timeout_add ((guint)(g_ascii_strtod (words[3], NULL) * 1000), wait_expired, peer);
  check_wait (peer);
  return NULL;
}

// ---- lines ----

static void
obey (struct Peer *peer, const char *line)
{
  struct Control *control = peer->control;
  if (g_str_has_prefix (line, "wait ")) {
    const char *wrong = start_wait (peer, line);
    if (wrong == NULL)
      return; // answered, or will be
    say (peer, wrong);
  } else if (g_str_equal (line, "quit")) {
    say (peer, "ok");
    g_main_loop_quit (control->loop);
  } else {
    g_autofree char *answer = commands_run (control->fleet, line);
    say (peer, answer);
  }
  read_next (peer);
}

static void
on_line (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line =
      g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (source), result, NULL, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; // the peer is freed already
  struct Peer *peer = user;
  if (line != NULL)
    obey (peer, line);
  else
    g_ptr_array_remove (peer->control->peers, peer);
}

static void
read_next (struct Peer *peer)
{
  g_data_input_stream_read_line_async (peer->lines, G_PRIORITY_DEFAULT, peer->gone, on_line, peer);
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer user)
{
  (void)service; // there is one
  (void)source;
  struct Control *control = user;
  struct Peer *peer = g_new0 (struct Peer, 1);
  peer->control = control;
  peer->connection = g_object_ref (connection);
  peer->lines = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  peer->gone = g_cancellable_new ();
  g_ptr_array_add (control->peers, peer);
  read_next (peer);
  return TRUE;
}

struct Control *
control_new (struct Fleet *fleet, const char *path, GMainLoop *loop, GError **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  struct Control *control = g_new0 (struct Control, 1);
  control->fleet = fleet;
  control->loop = loop;
  control->path = g_strdup (path);
  control->peers = g_ptr_array_new_with_free_func (peer_free);
  control->service = g_socket_service_new ();
  g_signal_connect (control->service, "incoming", G_CALLBACK (on_incoming), control);
  fleet->changed = on_changed;
  fleet->changed_user = control;
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (control->service), CALLERS_MAX);
  if (g_socket_listener_add_address (G_SOCKET_LISTENER (control->service), address, G_SOCKET_TYPE_STREAM,
                                     G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, error))
    return control;
  g_clear_pointer (&control->path, g_free); // somebody else's
  control_free (control);
  return NULL;
}

void
control_free (struct Control *control)
{
  if (control == NULL)
    return;
  control->fleet->changed = NULL;
  g_socket_service_stop (control->service);
  g_socket_listener_close (G_SOCKET_LISTENER (control->service));
  g_object_unref (control->service);
  g_ptr_array_unref (control->peers);
  while (g_main_context_iteration (NULL, FALSE))
    continue; // lets the cancelled reads end
  if (control->path != NULL)
    (void)unlink (control->path); // may be gone with its folder
  g_free (control->path);
  g_free (control);
}

int
control_send (const char *path, const char *command)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &error);
  g_autofree char *line = g_strconcat (command, "\n", NULL);
  if (connection == NULL || !g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), line,
                                                        strlen (line), NULL, NULL, &error)) {
    g_printerr ("temoin-fleet: %s\n", error->message);
    return 3;
  }
  g_autoptr (GDataInputStream) lines =
      g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  g_autofree char *answer = g_data_input_stream_read_line_utf8 (lines, NULL, NULL, NULL);
  printf ("%s\n", answer != NULL ? answer : "error no answer");
  return answer != NULL && g_str_has_prefix (answer, "ok") ? EXIT_SUCCESS : EXIT_FAILURE;
}
