/* The bound of tests/bench/load.c on reading: libmicrohttpd set up as in temoind, answering the same bytes to everything. Ends
 * when its standard input does. */
#include <glib.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG     256
#define CONNECTIONS 200u
#define HEAD_MAX    32768 /* bytes */

static enum MHD_Result
on_request (void *cls, struct MHD_Connection *connection, const char *path, const char *method, const char *version,
            const char *data, size_t *size, void **context)
{
  static int begun;
  (void)path;
  (void)method;
  (void)version;
  (void)data;
  if (*context == NULL || *size > 0) {
    *context = &begun;
    *size = 0;
    return MHD_YES;
  }
  return MHD_queue_response (connection, MHD_HTTP_OK, cls);
}

/* -1 when it cannot listen. */
static int
listen_on (const char *path)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  gboolean listens = fd >= 0 && g_strlcpy (address.sun_path, path, sizeof address.sun_path) < sizeof address.sun_path &&
                     bind (fd, (struct sockaddr *)&address, sizeof address) == 0 && listen (fd, BACKLOG) == 0;
  return listens ? fd : -1;
}

static gboolean
serve (int fd, struct MHD_Response *response)
{
  struct MHD_Daemon *daemon = MHD_start_daemon (MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, response,
                                                MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
                                                MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_MAX, MHD_OPTION_END);
  char byte;
  if (daemon == NULL)
    return FALSE;
  g_print ("ready\n");
  while (read (STDIN_FILENO, &byte, 1) > 0)
    continue;
  MHD_stop_daemon (daemon);
  return TRUE;
}

int
main (int argc, char **argv)
{
  guint64 size;
  int fd = argc == 3 ? listen_on (argv[1]) : -1;
  if (fd < 0 || !g_ascii_string_to_unsigned (argv[2], 10, 1, G_MAXUINT16, &size, NULL)) {
    g_printerr ("usage: constant SOCKET SIZE\n");
    return EXIT_FAILURE;
  }
  struct MHD_Response *response =
      MHD_create_response_from_buffer (size, g_strnfill ((gsize)size, 'a'), MHD_RESPMEM_MUST_FREE);
  (void)MHD_add_response_header (response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json"); /* no line break in it */
  gboolean served = serve (fd, response);
  MHD_destroy_response (response);
  return served ? EXIT_SUCCESS : EXIT_FAILURE;
}
