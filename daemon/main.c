/* temoind: options, wiring, signals; nothing else. */
#include "daemon/actions/loop_lag.h"
#include "daemon/api/api.h"
#include "daemon/config.h"
#include "daemon/rules/code.h"
#include "db/setting.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LISTEN_BACKLOG 256
enum { EXIT_USAGE = 2 };

/* The options, as typed. */
typedef struct {
  char *config, *state_dir, *database, *socket, *site;
  gboolean demo, no_bench, no_modems, routes, version;
} Options;

/* Everything that lives as long as the daemon, in the order in which it is made. */
typedef struct {
  Config *config;
  int lock_fd;
  Register *reg;
  Clock *clock;
  Vault *vault;
  Offers *offers;
  Dialogues *dialogues;
  Upkeep *upkeep;
  Events *events;
  ResetScreens *screens;
  Conductor *conductor;
  ModemBenchOptions modem_options;
  Modems *modems;
  Migration *migration;
  Code site;
  char *owner; /* of imports under way: this machine and state directory */
  Importer *importer;
  Api *api;
} Daemon;

static gboolean
parse_options (Options *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
      {"config", 0, 0, G_OPTION_ARG_FILENAME, &options->config, "Configuration file", "FILE"},
      {"state-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->state_dir, "Where the register and the adb key are", "DIR"},
      {"database", 0, 0, G_OPTION_ARG_STRING, &options->database,
       "The register: sqlite:PATH (default: DIR/register.db) or postgresql://...", "ADDRESS"},
      {"site", 0, 0, G_OPTION_ARG_STRING, &options->site, "Which site of a shared register this is (temoin site list)",
       "CODE"},
      {"socket", 0, 0, G_OPTION_ARG_FILENAME, &options->socket, "Admin socket", "PATH"},
      {"demo", 0, 0, G_OPTION_ARG_NONE, &options->demo, "A new register is a demonstration: its clock may be set",
       NULL},
      {"no-bench", 0, 0, G_OPTION_ARG_NONE, &options->no_bench, "Do not look at USB: no tablets, no modems", NULL},
      {"no-modems", 0, 0, G_OPTION_ARG_NONE, &options->no_modems, "Do not look at SIM modems", NULL},
      {"routes", 0, 0, G_OPTION_ARG_NONE, &options->routes, "Print the table of HTTP routes and end", NULL},
      {"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version and end", NULL},
      G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context =
      g_option_context_new ("- the daemon of Témoin, which lends tablets and SIM cards");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "\"%s\" is not an option", (*argv)[1]);
    return FALSE;
  }
  return TRUE;
}

static void
take_option (char **setting, char **option)
{
  if (*option == NULL)
    return;
  g_free (*setting);
  *setting = g_steal_pointer (option);
}

static gboolean
fail_errno (GError **error, const char *what, const char *path)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s %s: %s", what, path, g_strerror (errno));
  return FALSE;
}

/* One daemon a state directory: two writers on one register would each believe to be alone. */
static gboolean
lock_state_dir (Daemon *daemon, GError **error)
{
  g_autofree char *path = g_build_filename (daemon->config->state_dir, "temoind.lock", NULL);
  if (g_mkdir_with_parents (daemon->config->state_dir, 0750) != 0)
    return fail_errno (error, "cannot make", daemon->config->state_dir);
  daemon->lock_fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (daemon->lock_fd < 0)
    return fail_errno (error, "cannot open", path);
  if (flock (daemon->lock_fd, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, "another temoind already works on %s", daemon->config->state_dir);
  return FALSE;
}

static gboolean
make_demo (Store *store, gpointer user, GError **error)
{
  (void)user;
  return setting_make_demo (store, error);
}

static gboolean
read_clock (Store *store, gpointer user, GError **error)
{
  Daemon *daemon = user;
  daemon->clock = clock_new (store, error);
  return daemon->clock != NULL;
}

static gboolean
read_site (const char *typed, Code site, GError **error)
{
  site[0] = '\0';
  if (typed == NULL || *typed == '\0' || code_parse_kind (typed, "B", site, error))
    return TRUE;
  g_prefix_error_literal (error, "site: ");
  return FALSE;
}

static gboolean
open_register (Daemon *daemon, gboolean demo, GError **error)
{
  if (daemon->config->database == NULL)
    daemon->config->database = g_strdup_printf ("sqlite:%s/register.db", daemon->config->state_dir);
  if (!read_site (daemon->config->site, daemon->site, error))
    return FALSE;
  daemon->reg = register_open_site (daemon->config->database, daemon->site, error);
  if (daemon->reg == NULL)
    return FALSE;
  register_set_deadline (daemon->reg, daemon->config->statement_deadline_ms);
  if (demo && !register_write_wait (daemon->reg, make_demo, NULL, error)) {
    g_prefix_error_literal (error, "--demo is for a new register only: ");
    return FALSE;
  }
  if (!register_read_wait (daemon->reg, read_clock, daemon, error))
    return FALSE;
  return daemon->config->copy_to == NULL || register_copy_to (daemon->reg, daemon->config->copy_to, error);
}

static gboolean
claim_bench (Store *store, gpointer user, GError **error)
{
  (void)user;
  return store_claim_bench (store, error);
}

/* Without its steps a reset by hand is still asked for, in one sentence. */
static void
open_screens (Daemon *daemon)
{
  g_autoptr (GError) error = NULL;
  daemon->screens = reset_screens_load (daemon->config->reset_screens, &error);
  if (daemon->screens == NULL)
    g_message ("no steps for resets by hand: %s (reset_screens below [bench] in temoin.conf says where they are)",
               error->message);
}

static void
open_tablets (Daemon *daemon)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *key_path = g_build_filename (daemon->config->state_dir, "adbkey.pem", NULL);
  daemon->conductor =
      conductor_new (daemon->reg, daemon->events, key_path, &daemon->config->timeouts, &daemon->config->strategies,
                     (const char *const *)daemon->config->attestation_roots, clock_now, daemon->clock, &error);
  if (daemon->conductor == NULL)
    g_warning ("no bench: %s", error->message);
  else if (daemon->config->samsung_at)
    conductor_allow_samsung_at (daemon->conductor);
}

/* Installed, systemd starts temoin-modem as its own user; else it is our child. */
static void
open_modems (Daemon *daemon)
{
  Config *config = daemon->config;
  g_autoptr (GError) error = NULL;
  if (g_file_test (config->modem_socket, G_FILE_TEST_EXISTS))
    daemon->modem_options.socket = config->modem_socket;
  daemon->modem_options.answer_s = MAX (config->operator_ms / 1000, 1);
  const ModemsWorld world = {
      .reg = daemon->reg,
      .events = daemon->events,
      .clock = daemon->clock,
      .calendar = &config->calendar,
      .vault = daemon->vault,
      .offers = daemon->offers,
      .limits = &config->recharge,
      .upkeep = daemon->upkeep,
      .options = &daemon->modem_options,
  };
  daemon->modems = modems_new (&world, &error);
  if (daemon->modems == NULL)
    g_warning ("no SIM bench: %s", error->message);
}

/* A machine without a usable USB still has a desk: the daemon goes on without a bench and says so. */
static void
open_bench (Daemon *daemon, gboolean no_modems)
{
  g_autoptr (GError) error = NULL;
  if (!register_write_wait (daemon->reg, claim_bench, NULL, &error)) {
    g_warning ("no bench: %s", error->message);
    return;
  }
  open_tablets (daemon);
  if (daemon->config->modems && !no_modems)
    open_modems (daemon);
}

/* A socket file that nobody answers on is left over from a daemon that was killed. */
static gboolean
remove_stale_socket (const struct sockaddr_un *address, GError **error)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return fail_errno (error, "cannot make a socket at", address->sun_path);
  gboolean is_answered = connect (fd, (const struct sockaddr *)address, sizeof *address) == 0;
  gboolean is_stale = !is_answered && errno == ECONNREFUSED;
  (void)close (fd); /* nothing was sent on it */
  if (is_answered) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, "another daemon already answers on %s", address->sun_path);
    return FALSE;
  }
  return !is_stale || unlink (address->sun_path) == 0 || fail_errno (error, "cannot replace", address->sun_path);
}

/* The path as an address, its folder made. */
static gboolean
socket_address (const char *path, struct sockaddr_un *address, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  if (g_strlcpy (address->sun_path, path, sizeof address->sun_path) >= sizeof address->sun_path) {
    errno = ENAMETOOLONG;
    return fail_errno (error, "socket", path);
  }
  return g_mkdir_with_parents (folder, 0755) == 0 || fail_errno (error, "cannot make", folder);
}

static gboolean
open_socket (const char *path, int *listen_fd, GError **error)
{
  struct sockaddr_un address;
  if (!socket_address (path, &address, error) || !remove_stale_socket (&address, error))
    return FALSE;
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  mode_t mask = umask (0117); /* 0660: owner and group; the identity is the peer's uid */
  gboolean listens =
      fd >= 0 && bind (fd, (struct sockaddr *)&address, sizeof address) == 0 && listen (fd, LISTEN_BACKLOG) == 0;
  umask (mask);
  if (listens) {
    *listen_fd = fd;
    return TRUE;
  }
  fail_errno (error, "cannot listen on", path);
  if (fd >= 0)
    (void)close (fd); /* it never listened */
  return FALSE;
}

/* Keys, offers and the daily check. A key that cannot be used, and an offer that cannot be understood, are said; the desk opens all the same. */
static void
open_lines (Daemon *daemon)
{
  Config *config = daemon->config;
  if (config->key_file == NULL)
    config->key_file = g_build_filename (config->state_dir, "secret.key", NULL);
  daemon->vault = vault_open (config->key_file);
  if (vault_problem (daemon->vault) != NULL) {
    g_autofree char *sentence = finding_text (vault_problem (daemon->vault), LANGUAGE_EN);
    g_warning ("sealed codes cannot be opened: %s", sentence);
  }
  daemon->offers = offers_load (config->offers_dir);
  daemon->dialogues = dialogues_load (config->dialogues_dir);
  daemon->upkeep = upkeep_new (daemon->reg, daemon->clock, &config->calendar, MAX (config->check_ms / 1000, 1));
}

static gboolean
write_wait (gpointer reg, RegisterFunc func, gpointer data, GError **error)
{
  return register_write_wait (reg, func, data, error);
}

/* What a daemon before had sealed is finished by its thread from now on. */
static void
open_importer (Daemon *daemon)
{
  daemon->owner = g_strjoin (":", g_get_host_name (), daemon->config->state_dir, NULL);
  const ImporterWorld world = {
      .write = write_wait,
      .user = daemon->reg,
      .owner = daemon->owner,
      .calendar = &daemon->config->calendar,
      .clock = daemon->clock,
      .vault = daemon->vault,
      .offers = daemon->offers,
      .limits = &daemon->config->recharge,
      .events = daemon->events,
      .print = api_import_print,
  };
  daemon->importer = importer_new (&world);
  importer_start (daemon->importer);
}

static gboolean
open_api (Daemon *daemon, GError **error)
{
  const ApiWorld world = {
      .reg = daemon->reg,
      .conductor = daemon->conductor,
      .modems = daemon->modems,
      .events = daemon->events,
      .importer = daemon->importer,
      .clock = daemon->clock,
      .migration = daemon->migration,
      .screens = daemon->screens,
      .calendar = &daemon->config->calendar,
      .vault = daemon->vault,
      .offers = daemon->offers,
      .dialogues = daemon->dialogues,
      .limits = &daemon->config->recharge,
      .upkeep = daemon->upkeep,
      .state_dir = daemon->config->state_dir,
      .label_host = daemon->config->label_host,
      .owner_line = daemon->config->owner_line,
  };
  int listen_fd;
  if (!open_socket (daemon->config->socket, &listen_fd, error))
    return FALSE;
  daemon->api = api_new (&world, listen_fd, error);
  return daemon->api != NULL;
}

static gboolean
daemon_start (Daemon *daemon, Options *options, GError **error)
{
  daemon->config = config_load (options->config, error);
  if (daemon->config == NULL)
    return FALSE;
  take_option (&daemon->config->state_dir, &options->state_dir);
  take_option (&daemon->config->database, &options->database);
  take_option (&daemon->config->socket, &options->socket);
  take_option (&daemon->config->site, &options->site);
  if (!lock_state_dir (daemon, error) || !open_register (daemon, options->demo, error))
    return FALSE;
  daemon->events = events_new ();
  daemon->migration = migration_new (daemon->reg, daemon->events, daemon->config->database, daemon->site);
  open_lines (daemon);
  open_importer (daemon);
  if (!options->no_bench) {
    open_screens (daemon);
    open_bench (daemon, options->no_modems);
  }
  return open_api (daemon, error);
}

static void
daemon_stop (Daemon *daemon)
{
  if (daemon->api != NULL)
    (void)unlink (daemon->config->socket); /* a left-over one is replaced at the next start */
  if (daemon->importer != NULL)
    importer_stop (daemon->importer); /* the api waits for imports under way */
  if (daemon->reg != NULL)
    register_end (daemon->reg); /* and the api and the upkeep for their reads */
  api_free (daemon->api);
  migration_free (daemon->migration);
  importer_free (daemon->importer);
  modems_free (daemon->modems); /* what it still has to write is told to the upkeep and the events */
  upkeep_free (daemon->upkeep);
  conductor_free (daemon->conductor);
  reset_screens_free (daemon->screens);
  register_close (daemon->reg);
  events_free (daemon->events);
  clock_free (daemon->clock);
  g_free (daemon->owner);
  vault_free (daemon->vault);
  offers_free (daemon->offers);
  dialogues_free (daemon->dialogues);
  if (daemon->lock_fd >= 0)
    (void)close (daemon->lock_fd); /* frees the lock */
  config_free (daemon->config);
}

static gboolean
on_stop_signal (gpointer user)
{
  g_main_loop_quit (user);
  return G_SOURCE_CONTINUE;
}

/* Keys and codes are in our memory: it is written to no core file, and no other process of the same user may read it. */
static void
hide_memory (void)
{
  const struct rlimit none = {0, 0};
  (void)setrlimit (RLIMIT_CORE, &none); /* lowering never fails */
  if (prctl (PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    g_warning ("a crash of this program may write its memory to the disk: %s", g_strerror (errno));
}

static int
serve (Options *options)
{
  Daemon daemon = {.lock_fd = -1};
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  hide_memory ();
  gboolean started = daemon_start (&daemon, options, &error);
  if (started) {
    g_unix_signal_add (SIGTERM, on_stop_signal, loop);
    g_unix_signal_add (SIGINT, on_stop_signal, loop);
    loop_lag_watch ();
    g_message ("temoind " TEMOIN_VERSION " answers on %s", daemon.config->socket);
    g_main_loop_run (loop);
  } else
    g_printerr ("temoind: %s\n", error->message);
  daemon_stop (&daemon);
  return started ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void
options_clear (Options *options)
{
  g_free (options->config);
  g_free (options->state_dir);
  g_free (options->database);
  g_free (options->socket);
  g_free (options->site);
}

int
main (int argc, char **argv)
{
  Options options = {0};
  g_autoptr (GError) error = NULL;
  int status = EXIT_SUCCESS;
  setlocale (LC_ALL, "");
  signal (SIGPIPE, SIG_IGN); /* a client that hangs up is an error of that write */
  signal (SIGHUP, SIG_IGN);  /* a device node that is a terminal may hang up when it is unplugged */
  if (!parse_options (&options, &argc, &argv, &error)) {
    g_printerr ("temoind: %s\n", error->message);
    status = EXIT_USAGE;
  } else if (options.version)
    g_print ("temoind " TEMOIN_VERSION "\n");
  else if (options.routes)
    api_print_routes (stdout);
  else
    status = serve (&options);
  options_clear (&options);
  return status;
}
