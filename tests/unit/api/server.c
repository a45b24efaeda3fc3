/* The server in this process, on a register of its own: roles, and stopping in the middle of things. What needs the whole daemon is in
 * tests/system/test_api.py. */
#include "daemon/api/api.h"
#include "db/account.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_TIMEOUT_S 20

typedef struct {
  char *folder, *socket;
  Register *reg;
  Importer *importer;
  Events *events;
  Clock *clock;
  Calendar calendar;
  Api *api;
  Role role; /* of the account of this user */
} Fixture;

static gboolean
make_clock (Store *store, gpointer data, GError **error)
{
  Fixture *f = data;
  f->clock = clock_new (store, error);
  return f->clock != NULL;
}

static gboolean
make_account (Store *store, gpointer data, GError **error)
{
  const Fixture *f = data;
  const Account account = {.code = "CBCDFGHK", .name = (char *)"test", .uid = geteuid (), .role = f->role};
  return account_insert (store, &account, error);
}

static int
listen_on (const char *path)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *)&address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 64), ==, 0);
  return fd;
}

static gboolean
write_wait (gpointer reg, RegisterFunc func, gpointer data, GError **error)
{
  return register_write_wait (reg, func, data, error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  f->role = (Role)GPOINTER_TO_INT (data);
  f->folder = g_dir_make_tmp ("api.XXXXXX", &error);
  g_autofree char *url = g_strdup_printf ("sqlite:%s/register.db", f->folder);
  f->socket = g_build_filename (f->folder, "socket", NULL);
  f->reg = register_open (url, &error);
  g_assert_no_error (error);
  g_assert_true (register_read_wait (f->reg, make_clock, f, &error));
  g_assert_true (register_write_wait (f->reg, make_account, f, &error));
  f->events = events_new ();
  f->calendar.zone = g_time_zone_new_identifier ("Europe/Paris");
  const ImporterWorld importer_world = {.write = write_wait,
                                        .user = f->reg,
                                        .owner = "here",
                                        .calendar = &f->calendar,
                                        .clock = f->clock,
                                        .events = f->events};
  f->importer = importer_new (&importer_world);
  importer_start (f->importer);
  const ApiWorld world = {.reg = f->reg,
                          .events = f->events,
                          .importer = f->importer,
                          .clock = f->clock,
                          .calendar = &f->calendar,
                          .state_dir = f->folder,
                          .label_host = "TEMOIN.EXAMPLE.ORG",
                          .owner_line = ""};
  f->api = api_new (&world, listen_on (f->socket), &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  (void)data;
  static const char *const files[] = {"socket", "register.db", "register.db-wal", "register.db-shm"};
  importer_stop (f->importer);
  api_free (f->api);
  importer_free (f->importer);
  register_close (f->reg);
  events_free (f->events);
  clock_free (f->clock);
  g_time_zone_unref (f->calendar.zone);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (f->folder, files[i], NULL);
    (void)g_unlink (path); /* SQLite removes its own at the last close */
  }
  g_assert_cmpint (g_rmdir (f->folder), ==, 0); /* an upload left behind would show here */
  g_free (f->folder);
  g_free (f->socket);
}

static int
connect_to (const Fixture *f)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const struct timeval patience = {.tv_sec = READ_TIMEOUT_S};
  g_strlcpy (address.sun_path, f->socket, sizeof address.sun_path);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), ==, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *)&address, sizeof address), ==, 0);
  return fd;
}

static void
send_text (int fd, const char *text)
{
  g_assert_cmpint (send (fd, text, strlen (text), MSG_NOSIGNAL), ==, (gssize)strlen (text));
}

/* All that comes until the daemon closes. */
static char *
read_all (int fd)
{
  GString *answer = g_string_new (NULL);
  char block[4096];
  ssize_t n;
  while ((n = read (fd, block, sizeof block)) > 0)
    g_string_append_len (answer, block, n);
  close (fd);
  return g_string_free (answer, FALSE);
}

static void
assert_status (const Fixture *f, const char *method, const char *path, const char *body, int status, const char *word)
{
  g_autofree char *request =
      g_strdup_printf ("%s %s HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", method, path,
                       strlen (body), body);
  int fd = connect_to (f);
  send_text (fd, request);
  g_autofree char *answer = read_all (fd);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 "));
  g_assert_cmpint (atoi (answer + strlen ("HTTP/1.1 ")), ==, status);
  g_assert_nonnull (strstr (answer, word));
}

static void
test_reader (Fixture *f, gconstpointer data)
{
  (void)data;
  assert_status (f, "GET", "/v1/persons", "", 200, "\"items\":[]");
  assert_status (f, "POST", "/v1/persons", "{\"name\":\"A\"}", 403, "forbidden_role");
  assert_status (f, "POST", "/v1/persons", "{\"name\":\"A\",\"preview\":true}", 403, "forbidden_role");
  assert_status (f, "GET", "/v1/backup", "", 403, "forbidden_role");
  assert_status (f, "POST", "/v1/restore?confirm=1", "bytes", 403, "forbidden_role");
  assert_status (f, "POST", "/v1/imports", "serial\nREADER0001\n", 403, "forbidden_role");
  assert_status (f, "GET", "/v1/persons", "", 200, "\"items\":[]");
  assert_status (f, "GET", "/v1/items", "", 200, "\"items\":[]");
}

static void
test_agent (Fixture *f, gconstpointer data)
{
  (void)data;
  assert_status (f, "POST", "/v1/persons", "{\"name\":\"A\"}", 201, "\"kind\":\"person\"");
  assert_status (f, "POST", "/v1/funds", "{\"name\":\"A\"}", 400, "field_missing");
  assert_status (f, "POST", "/v1/funds",
                 "{\"name\":\"A\",\"amount\":\"1\",\"from\":\"2026-01-01\",\"to\":\"2026-12-31\","
                 "\"strand\":\"skills\"}",
                 403, "forbidden_role");
  assert_status (f, "POST", "/v1/waivers", "{\"item\":\"TBCDFGHK\"}", 403, "forbidden_role");
}

/* Streams are open, a body is half sent, a head is half sent, requests are with the register: it stops all the same. */
static void
test_stop (Fixture *f, gconstpointer data)
{
  (void)data;
  int fds[32];
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++) {
    static const char *const beginnings[] = {
        "GET /v1/events HTTP/1.1\r\nHost: t\r\n\r\n",
        "POST /v1/persons HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\n{\"na",
        "GET /v1/pers",
        "POST /v1/restore HTTP/1.1\r\nHost: t\r\nContent-Length: 100000\r\n\r\nhalf",
        "GET /v1/journal/verify HTTP/1.1\r\nHost: t\r\n\r\n",
        "POST /v1/persons HTTP/1.1\r\nHost: t\r\nContent-Length: 12\r\n\r\n{\"name\":\"A\"}",
    };
    fds[i] = connect_to (f);
    send_text (fds[i], beginnings[i % G_N_ELEMENTS (beginnings)]);
  }
  assert_status (f, "GET", "/healthz", "", 200, "\"ok\":true");
  g_clear_pointer (&f->api, api_free);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++) {
    g_autofree char *rest = read_all (fds[i]);
    g_assert_true (rest[0] == '\0' || g_str_has_prefix (rest, "HTTP/1.1 "));
  }
}

static gpointer
publish_much (gpointer data)
{
  for (int i = 0; i < 2000; i++)
    events_publish (data, "item", "TBCDFGHK");
  return NULL;
}

/* News are published while readers come and go. */
static void
test_news_under_load (Fixture *f, gconstpointer data)
{
  (void)data;
  GThread *publishers[2];
  for (gsize i = 0; i < G_N_ELEMENTS (publishers); i++)
    publishers[i] = g_thread_new ("publisher", publish_much, f->events);
  for (int i = 0; i < 60; i++) {
    int fd = connect_to (f);
    char byte;
    send_text (fd, "GET /v1/events HTTP/1.1\r\nHost: t\r\n\r\n");
    g_assert_cmpint (read (fd, &byte, 1), ==, 1);
    close (fd);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (publishers); i++)
    g_thread_join (publishers[i]);
  assert_status (f, "GET", "/healthz", "", 200, "\"ok\":true");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/api/server/a-reader-changes-nothing", Fixture, GINT_TO_POINTER (ROLE_READER), set_up, test_reader,
              tear_down);
  g_test_add ("/api/server/an-agent-lends-but-does-not-grant", Fixture, GINT_TO_POINTER (ROLE_AGENT), set_up,
              test_agent, tear_down);
  g_test_add ("/api/server/stops-in-the-middle-of-everything", Fixture, GINT_TO_POINTER (ROLE_ADMIN), set_up, test_stop,
              tear_down);
  g_test_add ("/api/server/readers-of-news-come-and-go", Fixture, GINT_TO_POINTER (ROLE_ADMIN), set_up,
              test_news_under_load, tear_down);
  return g_test_run ();
}
