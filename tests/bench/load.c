/* Sends a list of HTTP requests to a Unix socket from many clients at once, each with its own connection kept alive, and prints
 * how long they took. Knows just enough HTTP for the answers of temoind and of tests/bench/constant.c. */
#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HEAD_MAX    8192 /* bytes of an answer's head */
#define CLIENTS_MAX 200  /* as many as temoind takes */
#define SPAN_PER_MS G_TIME_SPAN_MILLISECOND
#define SPAN_PER_S  ((double)G_TIME_SPAN_SECOND)

typedef struct {
  char **requests; /* whole requests, ready to be sent */
  guint count;
  gint next;     /* atomic: the first request that nobody took */
  gint failures; /* atomic: answers other than 2xx, and connections lost */
  gint64 *spans; /* microseconds, one a request */
  const char *path;
} Load;

/* One connection, and what was read of it. */
typedef struct {
  int fd;
  gsize filled;
  char bytes[HEAD_MAX + 1];
} Client;

static gboolean
client_open (Client *client, const char *path)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  client->filled = 0;
  client->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return g_strlcpy (address.sun_path, path, sizeof address.sun_path) < sizeof address.sun_path && client->fd >= 0 &&
         connect (client->fd, (const struct sockaddr *)&address, sizeof address) == 0;
}

static gboolean
send_all (int fd, const char *bytes, gsize size)
{
  while (size > 0) {
    ssize_t sent = send (fd, bytes, size, MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR)
      return FALSE;
    if (sent > 0) {
      bytes += sent;
      size -= (gsize)sent;
    }
  }
  return TRUE;
}

/* Reads more into what is free of the buffer. FALSE when the peer hung up or the buffer is full. */
static gboolean
client_read (Client *client)
{
  ssize_t got;
  do
    got = recv (client->fd, client->bytes + client->filled, HEAD_MAX - client->filled, 0);
  while (got < 0 && errno == EINTR);
  if (got <= 0)
    return FALSE;
  client->filled += (gsize)got;
  client->bytes[client->filled] = '\0';
  return TRUE;
}

/* Drops the first bytes of the answer, reading those that have not come yet. */
static gboolean
client_skip (Client *client, gsize size)
{
  while (size > client->filled) {
    size -= client->filled;
    client->filled = 0;
    if (!client_read (client))
      return FALSE;
  }
  client->filled -= size;
  memmove (client->bytes, client->bytes + size, client->filled);
  client->bytes[client->filled] = '\0';
  return TRUE;
}

static gboolean
client_answer_is_good (Client *client)
{
  static const char length_name[] = "\r\nContent-Length:";
  const char *end;
  client->bytes[client->filled] = '\0';
  while ((end = strstr (client->bytes, "\r\n\r\n")) == NULL)
    if (!client_read (client))
      return FALSE;
  const char *length = strcasestr (client->bytes, length_name);
  gboolean is_good = g_str_has_prefix (client->bytes, "HTTP/1.1 2");
  if (length == NULL || length > end)
    return FALSE;
  gsize body = g_ascii_strtoull (length + strlen (length_name), NULL, 10);
  return client_skip (client, (gsize)(end - client->bytes) + strlen ("\r\n\r\n") + body) && is_good;
}

static gpointer
client_thread (gpointer data)
{
  Load *load = data;
  Client client;
  gboolean is_open = client_open (&client, load->path);
  guint i;
  while ((i = (guint)g_atomic_int_add (&load->next, 1)) < load->count) {
    gint64 before = g_get_monotonic_time ();
    gboolean is_good = is_open && send_all (client.fd, load->requests[i], strlen (load->requests[i])) &&
                       client_answer_is_good (&client);
    load->spans[i] = g_get_monotonic_time () - before;
    g_atomic_int_add (&load->failures, is_good ? 0 : 1);
  }
  if (client.fd >= 0)
    (void)close (client.fd); /* everything was answered */
  return NULL;
}

/* "POST /v1/loans {...}" or "GET /healthz", one a line. */
static char *
request_of_line (const char *line, guint number)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 3);
  g_assert_cmpuint (g_strv_length (words), >=, 2);
  if (words[2] == NULL)
    return g_strdup_printf ("%s %s HTTP/1.1\r\nHost: bench\r\n\r\n", words[0], words[1]);
  return g_strdup_printf ("%s %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                          "Idempotency-Key: bench-%d-%u\r\n\r\n%s",
                          words[0], words[1], strlen (words[2]), (int)getpid (), number, words[2]);
}

static gboolean
load_read (Load *load, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  load->requests = g_strsplit (g_strchomp (text), "\n", -1);
  load->count = g_strv_length (load->requests);
  load->spans = g_new0 (gint64, load->count + 1);
  for (guint i = 0; i < load->count; i++) {
    char *line = load->requests[i];
    load->requests[i] = request_of_line (line, i);
    g_free (line);
  }
  return TRUE;
}

static int
compare (const void *a, const void *b)
{
  gint64 x = *(const gint64 *)a;
  gint64 y = *(const gint64 *)b;
  return (x > y) - (x < y);
}

static void
load_print (Load *load, gint64 span)
{
  qsort (load->spans, load->count, sizeof *load->spans, compare);
  g_print ("%u\t%d\t%.1f\t%.3f\t%.3f\n", load->count, load->failures, load->count * SPAN_PER_S / (double)span,
           (double)load->spans[load->count / 2] / SPAN_PER_MS,
           (double)load->spans[load->count * 99 / 100] / SPAN_PER_MS);
}

static void
load_run (Load *load, guint clients)
{
  GThread *threads[CLIENTS_MAX];
  gint64 before = g_get_monotonic_time ();
  for (guint i = 0; i < clients; i++)
    threads[i] = g_thread_new ("client", client_thread, load);
  for (guint i = 0; i < clients; i++)
    (void)g_thread_join (threads[i]); /* gives nothing back */
  load_print (load, g_get_monotonic_time () - before);
}

int
main (int argc, char **argv)
{
  guint64 clients;
  if (argc != 4 || !g_ascii_string_to_unsigned (argv[2], 10, 1, CLIENTS_MAX, &clients, NULL)) {
    g_printerr ("usage: load SOCKET CLIENTS FILE\n(prints: requests, failures, per second, p50 ms, p99 ms)\n");
    return EXIT_FAILURE;
  }
  Load load = {.path = argv[1]};
  g_autoptr (GError) error = NULL;
  if (!load_read (&load, argv[3], &error)) {
    g_printerr ("load: %s\n", error->message);
    return EXIT_FAILURE;
  }
  load_run (&load, (guint)clients);
  g_strfreev (load.requests);
  g_free (load.spans);
  return load.failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
