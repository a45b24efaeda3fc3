/* temoin-modem as a process, without a modem: what it refuses, how it ends, who holds a node, and what each error of libmbim is called. */
#include "daemon/devices/modem_hold.h"
#include "daemon/devices/modem_line.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <libmbim-glib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the process ---- */

static char *
program_path (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *devices = g_path_get_dirname (self);
  return g_canonicalize_filename ("../../../temoin-modem", devices);
}

/* Starts it with one end of a socket as descriptor 3. */
static GSubprocess *
start (int *fd)
{
  int pair[2];
  g_autoptr (GError) error = NULL;
  g_autofree char *program = program_path ();
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_subprocess_launcher_take_fd (launcher, pair[1], 3);
  GSubprocess *process = g_subprocess_launcher_spawn (launcher, &error, program, NULL);
  g_assert_no_error (error);
  *fd = pair[0];
  return process;
}

static void
say (int fd, const char *text)
{
  g_assert_cmpint (send (fd, text, strlen (text), MSG_NOSIGNAL), ==, (gssize)strlen (text));
}

/* Everything that it says until it hangs up. Caller frees. */
static char *
listen_to_end (int fd)
{
  GString *said = g_string_new (NULL);
  char buffer[4096];
  gssize n;
  while ((n = recv (fd, buffer, sizeof buffer, 0)) > 0)
    g_string_append_len (said, buffer, n);
  return g_string_free (said, FALSE);
}

static void
test_needs_its_socket (void)
{
  g_autofree char *program = program_path ();
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, program, NULL);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 2);
}

/* Whoever talks nonsense is not temoind. */
static void
test_ends_on_nonsense (void)
{
  static const char *const talks[] = {"hello\n", "{\"ask\":\"ping\"}x\n", "{\"ask\":\"identify\"}\n",
                                      "{\"tell\":\"pong\"}\n"};
  for (gsize i = 0; i < G_N_ELEMENTS (talks); i++) {
    int fd;
    g_autoptr (GSubprocess) process = start (&fd);
    say (fd, talks[i]);
    g_autofree char *said = listen_to_end (fd);
    g_assert_true (g_subprocess_wait (process, NULL, NULL));
    g_assert_cmpstr (said, ==, "");
    close (fd);
  }
}

static void
test_ends_with_its_daemon (void)
{
  int fd;
  g_autoptr (GSubprocess) process = start (&fd);
  say (fd, "{\"ask\":\"ping\",\"id\":1}\n");
  char answer[64] = "";
  g_assert_cmpint (recv (fd, answer, sizeof answer - 1, 0), >, 0);
  g_assert_cmpstr (answer, ==, "{\"tell\":\"pong\",\"id\":1,\"state\":\"absent\"}\n");
  close (fd);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
}

static void
test_says_what_it_cannot_open (void)
{
  static const struct {
    const char *node, *code;
  } rows[] = {{"/dev/no-such-modem", "\"code\":\"modem_gone\""}, {"/proc/self/mem/x", "\"code\":\"modem_gone\""}};
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    int fd;
    g_autoptr (GSubprocess) process = start (&fd);
    g_autofree char *line = g_strdup_printf ("{\"ask\":\"open\",\"id\":1,\"node\":\"%s\"}\n", rows[i].node);
    say (fd, line);
    g_autofree char *said = listen_to_end (fd);
    g_assert_nonnull (strstr (said, "\"state\":\"faulted\""));
    g_assert_nonnull (strstr (said, rows[i].code));
    g_assert_true (g_subprocess_wait (process, NULL, NULL));
    g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 3);
    close (fd);
  }
}

static char *
limit_of (const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "limits", NULL);
  char *text = NULL;
  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

/* PINs pass through it: a crash leaves no core. */
static void
test_no_core (void)
{
  int fd;
  char answer[64];
  g_autoptr (GSubprocess) process = start (&fd);
  say (fd, "{\"ask\":\"ping\",\"id\":1}\n");
  g_assert_cmpint (recv (fd, answer, sizeof answer, 0), >, 0); /* it runs: the limit is set */
  g_autofree char *limits = limit_of (g_subprocess_get_identifier (process));
  g_assert_true (g_regex_match_simple ("Max core file size +0 +0 ", limits, 0, 0));
  close (fd);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
}

/* ---- the node ---- */

typedef struct {
  char *folder, *node;
} Node;

static void
make_node (Node *node)
{
  node->folder = g_dir_make_tmp ("temoin-hold.XXXXXX", NULL);
  node->node = g_build_filename (node->folder, "node", NULL);
  g_assert_cmpint (mkfifo (node->node, 0600), ==, 0);
}

static void
remove_node (Node *node)
{
  g_remove (node->node);
  g_rmdir (node->folder);
  g_free (node->node);
  g_free (node->folder);
}

static void
test_lock (void)
{
  Node node;
  g_autoptr (GError) error = NULL;
  make_node (&node);
  int fd = modem_hold (node.node, &error);
  g_assert_no_error (error);
  g_assert_cmpint (modem_hold (node.node, &error), ==, -1);
  g_assert_error (error, MODEM_CODE_ERROR, MODEM_CODE_HOST_BUSY);
  g_assert_cmpstr (error->message, ==, "held by another temoin-modem");
  g_clear_error (&error);
  close (fd);
  fd = modem_hold (node.node, &error);
  g_assert_no_error (error);
  close (fd);
  remove_node (&node);
  g_assert_cmpint (modem_hold (node.node, &error), ==, -1);
}

/* Another program has it open, without a lock, as ModemManager would: it is named. */
static void
test_holder (void)
{
  Node node;
  g_autoptr (GError) error = NULL;
  make_node (&node);
  int ready[2], go[2];
  g_assert_cmpint (pipe (ready) + pipe (go), ==, 0);
  pid_t pid = fork ();
  if (pid == 0) {
    char c = 0;
    int fd = open (node.node, O_RDWR | O_NONBLOCK);
    close (go[1]);
    gssize n = write (ready[1], &c, fd >= 0 ? 1 : 0);
    n += read (go[0], &c, 1); /* until the test closes it */
    _exit (n > 0 ? 0 : 1);
  }
  char c;
  close (go[0]);
  g_assert_cmpint (read (ready[0], &c, 1), ==, 1);
  g_assert_cmpint (modem_hold (node.node, &error), ==, -1);
  g_assert_error (error, MODEM_CODE_ERROR, MODEM_CODE_HOST_BUSY);
  g_autofree char *expected = g_strdup_printf ("held by modem_host (pid %d)", (int)pid);
  g_assert_cmpstr (error->message, ==, expected);
  close (go[1]);
  waitpid (pid, NULL, 0);
  remove_node (&node);
}

/* ---- errors ---- */

static void
test_statuses (void)
{
  const struct {
    GQuark domain;
    int number;
    ModemCode code;
  } rows[] = {
      {MBIM_STATUS_ERROR, MBIM_STATUS_ERROR_BUSY, MODEM_CODE_BUSY},
      {MBIM_STATUS_ERROR, MBIM_STATUS_ERROR_STK_BUSY, MODEM_CODE_BUSY},
      {MBIM_STATUS_ERROR, MBIM_STATUS_ERROR_FAILURE, MODEM_CODE_FAILURE},
      {MBIM_STATUS_ERROR, MBIM_STATUS_ERROR_SIM_NOT_INSERTED, MODEM_CODE_SIM_ABSENT},
      {MBIM_STATUS_ERROR, MBIM_STATUS_ERROR_NOT_INITIALIZED, MODEM_CODE_SIM_BOOTING},
      {MBIM_STATUS_ERROR, MBIM_STATUS_ERROR_SMS_NETWORK_TIMEOUT, MODEM_CODE_SMS_NETWORK},
      {MBIM_STATUS_ERROR, MBIM_STATUS_ERROR_OPERATION_NOT_ALLOWED, MODEM_CODE_LINE_REFUSED},
      {MBIM_STATUS_ERROR, 0x77, MODEM_CODE_STATUS}, /* the library has no word for it (NULL): must not be printed */
      {MBIM_PROTOCOL_ERROR, MBIM_PROTOCOL_ERROR_NOT_OPENED, MODEM_CODE_LOST_SESSION},
      {MBIM_PROTOCOL_ERROR, MBIM_PROTOCOL_ERROR_TIMEOUT_FRAGMENT, MODEM_CODE_TIMEOUT},
      {MBIM_CORE_ERROR, MBIM_CORE_ERROR_TIMEOUT, MODEM_CODE_TIMEOUT},
      {MBIM_CORE_ERROR, MBIM_CORE_ERROR_WRONG_STATE, MODEM_CODE_GONE},
      {MBIM_CORE_ERROR, MBIM_CORE_ERROR_INVALID_MESSAGE, MODEM_CODE_PROTOCOL},
      {G_IO_ERROR, G_IO_ERROR_CANCELLED, MODEM_CODE_CANCELLED},
      {G_IO_ERROR, G_IO_ERROR_NOT_FOUND, MODEM_CODE_GONE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    modem_status_take (&error, g_error_new (rows[i].domain, rows[i].number, "secret 1357"));
    g_assert_cmpint (modem_code_of (error), ==, rows[i].code);
    g_assert_null (strstr (error->message, "1357")); /* of the library's words nothing is passed on */
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/temoin-modem/needs-its-socket", test_needs_its_socket);
  g_test_add_func ("/devices/temoin-modem/ends-on-nonsense", test_ends_on_nonsense);
  g_test_add_func ("/devices/temoin-modem/ends-with-its-daemon", test_ends_with_its_daemon);
  g_test_add_func ("/devices/temoin-modem/says-what-it-cannot-open", test_says_what_it_cannot_open);
  g_test_add_func ("/devices/temoin-modem/leaves-no-core", test_no_core);
  g_test_add_func ("/devices/temoin-modem/one-a-node", test_lock);
  g_test_add_func ("/devices/temoin-modem/names-who-holds-the-node", test_holder);
  g_test_add_func ("/devices/temoin-modem/errors-have-stable-words", test_statuses);
  return g_test_run ();
}
