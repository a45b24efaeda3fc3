/* For tests that run against the emulated fleet with the real libraries: starts temoin-fleet, then the test again under umockdev's preload.
 * Each such test includes it once. */
#pragma once
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PRELOAD     "libumockdev-preload.so.0"
#define DIRECTORY   "TEMOIN_TEST_FLEET" /* set for the second start: where scenario, socket and key are */
#define DEADLINE_MS 30000

static gboolean
on_late (gpointer user)
{
  *(gboolean *)user = TRUE;
  return G_SOURCE_REMOVE;
}

/* Runs the loop until the condition holds; fails the test when it never does. */
#define WAIT_FOR(condition)                                                                                            \
  do {                                                                                                                 \
    gboolean is_late = FALSE;                                                                                          \
    guint timer = g_timeout_add (DEADLINE_MS, on_late, &is_late);                                                      \
    while (!(condition) && !is_late)                                                                                   \
      g_main_context_iteration (NULL, TRUE);                                                                           \
    if (is_late)                                                                                                       \
      g_error ("%d: never became true: %s", __LINE__, #condition);                                                     \
    g_source_remove (timer);                                                                                           \
  } while (0)

static char *
in_directory (const char *name)
{
  return g_build_filename (g_getenv (DIRECTORY), name, NULL);
}

static void
on_line (GObject *source, GAsyncResult *result, gpointer user)
{
  char **answer = user;
  g_autoptr (GError) error = NULL;
  *answer = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, &error);
  g_assert_no_error (error);
}

static char *ask_fleet (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Sends one command line, returns the answer. */
static char *
ask_fleet (const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *line = g_strdup_vprintf (format, args);
  va_end (args);
  g_autofree char *path = in_directory ("socket");
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &error);
  g_assert_no_error (error);
  g_autofree char *with_end = g_strconcat (line, "\n", NULL);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), with_end, strlen (with_end),
                             NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GDataInputStream) input =
      g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  char *answer = NULL;
  g_data_input_stream_read_line_async (input, G_PRIORITY_DEFAULT, NULL, on_line, &answer);
  WAIT_FOR (answer != NULL); /* the bench goes on meanwhile */
  return answer;
}

#define TELL_FLEET(...)                                                                                                \
  do {                                                                                                                 \
    g_autofree char *answer = ask_fleet (__VA_ARGS__);                                                                 \
    if (!g_str_has_prefix (answer, "ok"))                                                                              \
      g_error ("%d: the fleet says: %s", __LINE__, answer);                                                            \
  } while (0)

/* ---- the first start: the fleet, then ourselves again ---- */

static void
die_with_parent (gpointer user)
{
  (void)user;
  prctl (PR_SET_PDEATHSIG, SIGTERM); /* nothing outlives a killed run */
}

static GPid
start_fleet (const char *directory, const char *scenario, char **root)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *devices = g_path_get_dirname (self);
  g_autofree char *program = g_canonicalize_filename ("../../../temoin-fleet", devices);
  g_autofree char *file = g_build_filename (directory, "scenario", NULL);
  g_autofree char *path = g_build_filename (directory, "socket", NULL);
  g_autoptr (GError) error = NULL;
  GPid pid;
  int out;
  g_assert_true (g_file_set_contents (file, scenario, -1, NULL));
  char scenario_option[] = "--scenario", socket_option[] = "--socket";
  char *argv[] = {program, scenario_option, file, socket_option, path, NULL};
  g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, die_with_parent, NULL, &pid, NULL, &out, NULL,
                            &error);
  g_assert_no_error (error);
  g_autoptr (GIOChannel) channel = g_io_channel_unix_new (out);
  g_io_channel_set_close_on_unref (channel, TRUE);
  g_autofree char *line = NULL;
  g_io_channel_read_line (channel, &line, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (line != NULL && g_str_has_prefix (line, "READY UMOCKDEV_DIR="));
  const char *start = strchr (line, '=') + 1;
  *root = g_strndup (start, strcspn (start, " "));
  return pid;
}

static int
run_again (char **argv, const char *directory, const char *root)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  g_subprocess_launcher_setenv (launcher, "LD_PRELOAD", PRELOAD, TRUE);
  g_subprocess_launcher_setenv (launcher, "UMOCKDEV_DIR", root, TRUE);
  g_subprocess_launcher_setenv (launcher, DIRECTORY, directory, TRUE);
  /* a sanitized build finds the preload before its own runtime */
  g_subprocess_launcher_setenv (launcher, "ASAN_OPTIONS", "verify_asan_link_order=0", TRUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child = g_subprocess_launcher_spawnv (launcher, (const char *const *)argv, &error);
  g_assert_no_error (error);
  g_subprocess_wait (child, NULL, NULL);
  return g_subprocess_get_if_exited (child) ? g_subprocess_get_exit_status (child) : EXIT_FAILURE;
}

static void
remove_directory (const char *directory)
{
  static const char *const names[] = {"scenario", "socket", "key.pem"};
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (directory, names[i], NULL);
    g_remove (path);
  }
  g_rmdir (directory);
}

/* The main of a test: run is its own main, under the preload. */
static int
under_fleet (int argc, char **argv, const char *scenario, int (*run) (int argc, char **argv))
{
  if (g_getenv (DIRECTORY) != NULL)
    return run (argc, argv);
  g_autofree char *directory = g_dir_make_tmp ("temoin-bench.XXXXXX", NULL);
  g_autofree char *root = NULL;
  GPid fleet = start_fleet (directory, scenario, &root);
  int status = run_again (argv, directory, root);
  kill (fleet, SIGTERM);
  int fleet_status;
  waitpid (fleet, &fleet_status, 0);
  if (WIFSIGNALED (fleet_status))
    g_printerr ("the fleet died of signal %d\n", WTERMSIG (fleet_status));
  remove_directory (directory);
  return status;
}
