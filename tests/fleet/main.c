// temoin-fleet: presents emulated Android tablets and MBIM modems to unmodified programs. Options and signals; no more.
#include "tests/fleet/control.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#define EXIT_USAGE 2

struct Options {
  char *scenario, *socket, *nodes, *send;
  char **rest;
};

static void
options_clear (struct Options *options)
{
  g_free (options->scenario);
  g_free (options->socket);
  g_free (options->nodes);
  g_free (options->send);
  g_strfreev (options->rest);
}

static gboolean
parse (struct Options *options, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
      {"scenario", 0, 0, G_OPTION_ARG_FILENAME, &options->scenario, "key file with the tablets, modems and cards",
       "FILE"},
      {"socket", 0, 0, G_OPTION_ARG_FILENAME, &options->socket, "Unix socket for commands", "PATH"},
      {"nodes", 0, 0, G_OPTION_ARG_STRING, &options->nodes, "device nodes (default fifo)", "fifo|pty"},
      {"send", 0, 0, G_OPTION_ARG_FILENAME, &options->send, "send one command to a running fleet", "PATH"},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->rest, NULL, "[COMMAND]"},
      {0},
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_set_summary (context, "Emulated Android tablets and SIM modems for tests and demonstrations.\n"
                                         "`--send PATH help` lists the commands and the scenario keys.");
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, &argc, &argv, error);
}

static gboolean
is_usable (const struct Options *options)
{
  if (options->send != NULL)
    return options->rest != NULL && options->rest[1] == NULL;
  gboolean nodes_are_known =
      options->nodes == NULL || g_str_equal (options->nodes, "fifo") || g_str_equal (options->nodes, "pty");
  return options->scenario != NULL && options->socket != NULL && options->rest == NULL && nodes_are_known;
}

static gboolean
on_signal (gpointer user)
{
  g_main_loop_quit (user);
  return G_SOURCE_CONTINUE;
}

static gboolean
serve (const struct Options *options, GError **error)
{
  gboolean is_pty = g_strcmp0 (options->nodes, "pty") == 0;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  struct Fleet *fleet = fleet_new (options->scenario, is_pty ? USB_NODE_PTY : USB_NODE_FIFO, error);
  if (fleet == NULL)
    return FALSE;
  struct Control *control = control_new (fleet, options->socket, loop, error);
  if (control != NULL) {
    g_unix_signal_add (SIGTERM, on_signal, loop);
    g_unix_signal_add (SIGINT, on_signal, loop);
    printf ("READY UMOCKDEV_DIR=%s SOCKET=%s\n", usb_bus_root (fleet->bus), options->socket);
    fflush (stdout);
    g_main_loop_run (loop);
  }
  control_free (control);
  fleet_free (fleet);
  return control != NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) original = g_strdupv (argv); // parsing reorders argv
  struct Options options = {0};
  int status = EXIT_SUCCESS;
  if (!parse (&options, argc, argv, &error) || !is_usable (&options)) {
    g_printerr ("temoin-fleet: %s\n", error != NULL ? error->message : "see --help");
    status = EXIT_USAGE;
  } else if (options.send != NULL) {
    status = control_send (options.send, options.rest[0]);
  } else {
    usb_prepare (original);
    (void)prctl (PR_SET_NAME, "temoin-fleet"); // started again, it would be "exe" to whoever looks who holds a tablet
    (void)signal (SIGPIPE, SIG_IGN);
    (void)signal (SIGHUP, SIG_IGN); // a terminal node closes
    if (!serve (&options, &error)) {
      g_printerr ("temoin-fleet: %s\n", error->message);
      status = EXIT_FAILURE;
    }
  }
  options_clear (&options);
  return status;
}
