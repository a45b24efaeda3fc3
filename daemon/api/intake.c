#include "daemon/api/intake.h"
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

/* The headers that decide where a message begins, ends and belongs. libmicrohttpd takes any number of them. */
typedef struct {
  guint hosts, lengths, encodings;
  gboolean is_chunked;
} Framing;

static enum MHD_Result
count_header (void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
  (void)kind; /* headers only were asked for */
  Framing *framing = cls;
  framing->hosts += strcasecmp (name, MHD_HTTP_HEADER_HOST) == 0;
  framing->lengths += strcasecmp (name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
  if (strcasecmp (name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
    framing->encodings++;
    framing->is_chunked = value != NULL && strcasecmp (value, "chunked") == 0;
  }
  return MHD_YES;
}

static gboolean
check_framing (struct MHD_Connection *connection, GError **error)
{
  Framing framing = {0};
  (void)MHD_get_connection_values (connection, MHD_HEADER_KIND, count_header, &framing); /* their number: counted */
  const char *fault = NULL;
  if (framing.hosts != 1)
    fault = "Host";
  else if (framing.lengths > 1 || (framing.lengths > 0 && framing.encodings > 0))
    fault = "Content-Length";
  else if (framing.encodings > 1 || (framing.encodings > 0 && !framing.is_chunked))
    fault = "Transfer-Encoding";
  if (fault == NULL)
    return TRUE;
  rule_error_set (error, M_REQUEST_FRAMING, fault, NULL);
  return FALSE;
}

typedef struct {
  Request *request;
  GError *error; /* the first */
} QueryReading;

static enum MHD_Result
read_query_word (void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
  (void)kind; /* query words only were asked for */
  QueryReading *reading = cls;
  if (!route_takes_query (reading->request->route, name)) {
    g_autofree char *shown = g_utf8_make_valid (name, -1);
    rule_error_set (&reading->error, M_FIELD_UNKNOWN, shown, NULL);
    return MHD_NO;
  }
  if (value == NULL || !g_utf8_validate (value, -1, NULL)) {
    rule_error_set (&reading->error, M_FIELD_TYPE, name, "UTF-8", NULL);
    return MHD_NO;
  }
  g_hash_table_replace (reading->request->query, g_strdup (name), g_strdup (value));
  return MHD_YES;
}

static gboolean
read_query (Request *request, struct MHD_Connection *connection, GError **error)
{
  QueryReading reading = {.request = request};
  (void)MHD_get_connection_values (connection, MHD_GET_ARGUMENT_KIND, read_query_word, &reading); /* errors: inside */
  if (reading.error == NULL)
    return TRUE;
  g_propagate_error (error, reading.error);
  return FALSE;
}

/* The announced length. What comes without one is counted as it comes. */
static gboolean
check_length (const Request *request, struct MHD_Connection *connection, GError **error)
{
  const char *text = MHD_lookup_connection_value (connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
  guint64 length;
  if (text == NULL ||
      (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &length, NULL) && length <= request->route->body_max))
    return TRUE;
  g_autofree char *most = g_strdup_printf ("%" G_GUINT64_FORMAT, request->route->body_max);
  rule_error_set (error, M_BODY_TOO_LARGE, most, NULL);
  return FALSE;
}

/* -1 for anything but the other end of a Unix socket: on others the kernel answers without knowing. */
static gint64
peer_uid (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  struct sockaddr_storage address;
  socklen_t address_size = sizeof address;
  struct ucred peer;
  socklen_t peer_size = sizeof peer;
  if (info == NULL || getsockname (info->connect_fd, (struct sockaddr *)&address, &address_size) != 0 ||
      address.ss_family != AF_UNIX || getsockopt (info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_size) != 0)
    return -1;
  return peer.uid;
}

gboolean
intake_head (Request *request, struct MHD_Connection *connection, const char *method, const char *path, GError **error)
{
  request->path = g_utf8_make_valid (path, -1);
  request->uid = peer_uid (connection);
  request->key = g_strdup (MHD_lookup_connection_value (connection, MHD_HEADER_KIND, "Idempotency-Key"));
  if (!check_framing (connection, error))
    return FALSE;
  request->route = route_find (method, request->path, &request->subject, error);
  return request->route != NULL && read_query (request, connection, error) && check_length (request, connection, error);
}
