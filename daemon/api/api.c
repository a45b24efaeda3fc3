/* The HTTP server: libmicrohttpd's own thread hands requests over and takes answers back. All that touches its handler's states is in
 * this file; what a request means is not. */
#include "daemon/api/api.h"
#include "daemon/api/intake.h"
#include "daemon/api/leftovers.h"
#include "daemon/api/problem.h"
#include "daemon/api/stream.h"
#include "daemon/api/watch.h"
#include "daemon/api/work.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONNECTIONS_MAX 200
#define HEAD_MAX        32768 /* bytes of memory per connection: request line and headers */
#define IDLE_S          15    /* between two requests, or two packets */
#define HEAD_S          10    /* from the connection to the end of the first request's headers */
#define NEXT_HEAD_S     (IDLE_S + HEAD_S)
#define BODY_S          60            /* from the headers to the end of a body kept in memory */
#define UPLOAD_S        (60 * 60)     /* the same for a body kept in a file */
#define SEND_S          (10 * 60)     /* from the answer to its last byte */
#define RETRY_AFTER_S   "1"           /* of every 503: what it waits for is over by then, or is looked at again */
#define DISCARD_MAX     BODY_MAX_JSON /* bytes read, and thrown away, of a body that is refused */

struct _Api {
  ApiWorld world;
  struct MHD_Daemon *daemon;
  Work *work;
  Streams *streams;
  Watch *watch;
  GMutex lock;
  GCond idle; /* busy became 0 */
  guint busy; /* suspended requests */
  gboolean is_stopping;
};

/* How far a request is. */
typedef enum {
  PHASE_HEAD, /* the head was read; of one that takes a file the sender is being looked up */
  PHASE_BODY, /* its body is coming */
  PHASE_WORK, /* it is all here and handed over */
} Phase;

/* One request on one connection. */
typedef struct {
  Request request;
  Api *api;
  struct MHD_Connection *connection;
  int fd;        /* of the connection; not owned */
  int upload_fd; /* -1 unless a file is being received */
  Phase phase;
  guint64 received;    /* bytes of body */
  gboolean has_answer; /* request.answer may be sent */
} Exchange;

static int
connection_fd (struct MHD_Connection *connection)
{
  return MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static void
answer_problem (Exchange *exchange, const GError *error)
{
  problem_answer (&exchange->request, error);
  exchange->has_answer = TRUE;
}

static void
answer_message (Exchange *exchange, MessageId id)
{
  g_autoptr (GError) error = NULL;
  rule_error_set (&error, id, NULL);
  answer_problem (exchange, error);
}

/* ---- sending ---- */

static void
unref_bytes (void *cls)
{
  g_bytes_unref (cls);
}

/* NULL when the file cannot be read any more. */
static struct MHD_Response *
response_of_file (Answer *answer)
{
  struct stat file;
  if (fstat (answer->fd, &file) != 0)
    return NULL;
  struct MHD_Response *response = MHD_create_response_from_fd64 ((uint64_t)file.st_size, answer->fd);
  if (response != NULL)
    answer->fd = -1; /* closed with the response */
  return response;
}

static struct MHD_Response *
response_of_answer (Answer *answer)
{
  if (answer->fd >= 0)
    return response_of_file (answer);
  gsize length;
  gconstpointer data = g_bytes_get_data (answer->bytes, &length);
  return MHD_create_response_from_buffer_with_free_callback_cls (length, (void *)(guintptr)data, unref_bytes,
                                                                 g_bytes_ref (answer->bytes));
}

static void
add_header (struct MHD_Response *response, const char *name, const char *value)
{
  if (value != NULL)
    (void)MHD_add_response_header (response, name, value); /* refuses line breaks only: ours have none */
}

static void
add_headers (struct MHD_Response *response, const Exchange *exchange, const char *type)
{
  const Answer *answer = &exchange->request.answer;
  g_autofree char *methods = answer->status == 405 ? route_methods (exchange->request.path) : NULL;
  gboolean is_cut = exchange->request.route == NULL;
  add_header (response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
  add_header (response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  add_header (response, "X-Content-Type-Options", "nosniff");
  add_header (response, MHD_HTTP_HEADER_ALLOW, methods);
  add_header (response, "Idempotency-Replayed", answer->is_replayed ? "true" : NULL);
  add_header (response, "X-Temoin-Backup", answer->backup);
  add_header (response, MHD_HTTP_HEADER_RETRY_AFTER, answer->status == 503 ? RETRY_AFTER_S : NULL);
  /* after a head that was not understood, what follows on the connection cannot be trusted */
  add_header (response, MHD_HTTP_HEADER_CONNECTION, is_cut ? "close" : NULL);
}

static enum MHD_Result
send_response (Exchange *exchange, struct MHD_Response *response, guint status, const char *type)
{
  if (response == NULL)
    return MHD_NO;
  add_headers (response, exchange, type);
  enum MHD_Result queued = MHD_queue_response (exchange->connection, status, response);
  MHD_destroy_response (response);
  return queued;
}

static enum MHD_Result
send_answer (Exchange *exchange)
{
  Answer *answer = &exchange->request.answer;
  watch_set (exchange->api->watch, exchange->fd, SEND_S);
  return send_response (exchange, response_of_answer (answer), answer->status, answer->type);
}

static struct MHD_Response *
open_stream (const Exchange *exchange)
{
  const Request *request = &exchange->request;
  Streams *streams = exchange->api->streams;
  if (request->recorded_port == NULL)
    return streams_open (streams, exchange->connection);
  return streams_record (streams, exchange->connection, conductor_recordings (request->world->conductor),
                         request->recorded_port, request->recorded_until);
}

static enum MHD_Result
send_stream (Exchange *exchange)
{
  Api *api = exchange->api;
  struct MHD_Response *response = open_stream (exchange);
  if (response == NULL) {
    answer_message (exchange, M_BUSY);
    return send_answer (exchange);
  }
  watch_set (api->watch, exchange->fd, 0);
  watch_set_beating (api->watch, TRUE);
  (void)MHD_set_connection_option (exchange->connection, MHD_CONNECTION_OPTION_TIMEOUT,
                                   0u); /* the beat finds the dead */
  return send_response (exchange, response, 200,
                        exchange->request.recorded_port != NULL ? "application/x-ndjson" : "text/event-stream");
}

/* ---- working ---- */

/* The connection sleeps until on_done. FALSE when stopping: then there is an answer that says so. */
static gboolean
suspend (Exchange *exchange)
{
  Api *api = exchange->api;
  g_mutex_lock (&api->lock);
  gboolean may = !api->is_stopping;
  if (may) {
    api->busy++;
    MHD_suspend_connection (exchange->connection);
  }
  g_mutex_unlock (&api->lock);
  if (!may)
    answer_message (exchange, M_STOPPING);
  return may;
}

/* Any thread. */
static void
on_done (Request *request, gpointer user)
{
  Exchange *exchange = user;
  Api *api = exchange->api;
  exchange->has_answer = request->answer.type != NULL;
  g_mutex_lock (&api->lock);
  MHD_resume_connection (exchange->connection); /* from here on the exchange may be gone */
  if (--api->busy == 0)
    g_cond_broadcast (&api->idle);
  g_mutex_unlock (&api->lock);
}

static enum MHD_Result
hand_over (Exchange *exchange, void (*start) (Work *work, Request *request, gpointer user))
{
  watch_set (exchange->api->watch, exchange->fd, 0);
  if (!suspend (exchange))
    return send_answer (exchange);
  start (exchange->api->work, &exchange->request, exchange);
  return MHD_YES;
}

/* ---- receiving ---- */

static gboolean
open_upload (Exchange *exchange, GError **error)
{
  Request *request = &exchange->request;
  request->upload = g_build_filename (exchange->api->world.state_dir, "upload-XXXXXX", NULL);
  exchange->upload_fd = g_mkstemp_full (request->upload, O_RDWR | O_CLOEXEC, 0600);
  if (exchange->upload_fd >= 0)
    return TRUE;
  g_clear_pointer (&request->upload, g_free);
  rule_error_set (error, errno == ENOSPC ? M_DISK_FULL : M_DISK_BROKEN, NULL);
  return FALSE;
}

/* The head was read: refuse now, or take the body. A body that goes to a file waits until its sender is known. */
static enum MHD_Result
begin (Exchange *exchange, const char *method, const char *path)
{
  g_autoptr (GError) error = NULL;
  Request *request = &exchange->request;
  if (!intake_head (request, exchange->connection, method, path, &error) ||
      (route_takes_file (request->route) && !open_upload (exchange, &error))) {
    answer_problem (exchange, error);
    return send_answer (exchange);
  }
  if (route_takes_file (request->route))
    return hand_over (exchange, work_start);
  exchange->phase = PHASE_BODY;
  watch_set (exchange->api->watch, exchange->fd, BODY_S);
  return MHD_YES;
}

static gboolean
keep_upload (Exchange *exchange, const char *data, gsize size)
{
  while (size > 0) {
    ssize_t written = write (exchange->upload_fd, data, size);
    if (written < 0 && errno != EINTR) {
      answer_message (exchange, errno == ENOSPC ? M_DISK_FULL : M_DISK_BROKEN);
      return FALSE;
    }
    if (written > 0) {
      data += written;
      size -= (gsize)written;
    }
  }
  return TRUE;
}

/* A body without announced length that is too long is cut: no answer can be given in its middle. */
static enum MHD_Result
take_body (Exchange *exchange, const char *data, size_t *size)
{
  Request *request = &exchange->request;
  exchange->received += *size;
  guint64 most = exchange->has_answer ? DISCARD_MAX : request->route->body_max;
  if (exchange->received > most)
    return MHD_NO;
  if (!exchange->has_answer && exchange->upload_fd >= 0)
    (void)keep_upload (exchange, data, *size); /* a failure is the answer, given at the end of the body */
  else if (!exchange->has_answer)
    g_byte_array_append (request->body, (const guint8 *)data, (guint)*size);
  *size = 0;
  return MHD_YES;
}

static gboolean
read_form (Request *request, GError **error)
{
  if (request->route->form == NULL)
    return TRUE;
  request->form = form_read (request->route->form, (const char *)request->body->data, request->body->len, error);
  return request->form != NULL;
}

static gboolean
close_upload (Exchange *exchange)
{
  int fd = exchange->upload_fd;
  exchange->upload_fd = -1;
  if (close (fd) == 0)
    return TRUE;
  answer_message (exchange, errno == ENOSPC ? M_DISK_FULL : M_DISK_BROKEN);
  return FALSE;
}

/* The whole request is here. */
static enum MHD_Result
work_on (Exchange *exchange)
{
  g_autoptr (GError) error = NULL;
  Request *request = &exchange->request;
  exchange->phase = PHASE_WORK;
  if (route_takes_file (request->route))
    return close_upload (exchange) ? hand_over (exchange, work_start_draw) : send_answer (exchange);
  if (request->route->kind == ROUTE_NOW)
    work_now (request);
  else if (work_knows (exchange->api->work, request))
    return send_answer (exchange);
  else if (read_form (request, &error))
    return hand_over (exchange, work_start);
  else
    answer_problem (exchange, error);
  return send_answer (exchange);
}

/* libmicrohttpd 0.9.75 calls once more for the head when a request was suspended there: who sends is known by now. */
static enum MHD_Result
begin_upload (Exchange *exchange)
{
  exchange->phase = PHASE_BODY;
  watch_set (exchange->api->watch, exchange->fd, UPLOAD_S);
  return MHD_YES;
}

static Exchange *
exchange_new (Api *api, struct MHD_Connection *connection)
{
  Exchange *exchange = g_new0 (Exchange, 1);
  exchange->api = api;
  exchange->connection = connection;
  exchange->fd = connection_fd (connection);
  exchange->upload_fd = -1;
  request_init (&exchange->request, &api->world);
  return exchange;
}

/* libmicrohttpd's access handler: called with the head, with each part of the body, at its end, and after each resume. */
static enum MHD_Result
on_request (void *cls, struct MHD_Connection *connection, const char *path, const char *method, const char *version,
            const char *data, size_t *size, void **context)
{
  (void)version; /* libmicrohttpd takes 1.0 and 1.1 only */
  Exchange *exchange = *context;
  if (exchange == NULL) {
    *context = exchange = exchange_new (cls, connection);
    return begin (exchange, method, path);
  }
  if (*size > 0)
    return take_body (exchange, data, size);
  if (exchange->has_answer)
    return send_answer (exchange);
  switch (exchange->phase) {
  case PHASE_HEAD:
    return begin_upload (exchange);
  case PHASE_BODY:
    return work_on (exchange);
  case PHASE_WORK:
    return send_stream (exchange);
  }
  return MHD_NO;
}

static void
on_completed (void *cls, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code)
{
  (void)connection;
  (void)code; /* sent or not: the exchange is over */
  Api *api = cls;
  Exchange *exchange = *context;
  if (exchange == NULL)
    return;
  watch_set (api->watch, exchange->fd, NEXT_HEAD_S);
  if (exchange->upload_fd >= 0)
    (void)close (exchange->upload_fd); /* a file that was not received whole is removed */
  request_clear (&exchange->request);
  g_free (exchange);
  *context = NULL;
}

static void
on_connection (void *cls, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode code)
{
  (void)context; /* nothing is kept by connection but its deadline */
  Api *api = cls;
  int fd = connection_fd (connection);
  switch (code) {
  case MHD_CONNECTION_NOTIFY_STARTED:
    watch_set (api->watch, fd, HEAD_S);
    break;
  case MHD_CONNECTION_NOTIFY_CLOSED:
    watch_forget (api->watch, fd);
    break;
  }
}

/* Only of the bench: its facts are in memory. Of the rest the subject is told, and who wants more asks. */
static char *
tell_news (const char *topic, const char *subject, const char **name, gpointer user)
{
  const Api *api = user;
  if (api->world.conductor == NULL || !g_str_equal (topic, "slot"))
    return NULL;
  *name = "slot";
  return api_bench_news (&api->world, subject);
}

static void
on_beat (gpointer user)
{
  Api *api = user;
  streams_beat (api->streams);
  if (streams_count (api->streams) == 0)
    watch_set_beating (api->watch, FALSE);
}

/* ---- life ---- */

static struct MHD_Daemon *
start_daemon (Api *api, int listen_fd)
{
  return MHD_start_daemon (MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, api,
                           MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_CONNECTION_TIMEOUT, (guint)IDLE_S,
                           MHD_OPTION_CONNECTION_LIMIT, (guint)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                           (size_t)HEAD_MAX, MHD_OPTION_NOTIFY_COMPLETED, on_completed, api,
                           MHD_OPTION_NOTIFY_CONNECTION, on_connection, api, MHD_OPTION_END);
}

Api *
api_new (const ApiWorld *world, int admin_listen_fd, GError **error)
{
  g_autoptr (Api) api = g_new0 (Api, 1);
  g_mutex_init (&api->lock);
  g_cond_init (&api->idle);
  api->world = *world;
  leftovers_remove (world->state_dir);
  api->streams = streams_new (world->events, tell_news, api);
  api->watch = watch_new (STREAM_BEAT_S, on_beat, api);
  api->work = work_new (&api->world, on_done, error);
  if (api->work == NULL)
    return NULL;
  api->daemon = start_daemon (api, admin_listen_fd);
  if (api->daemon == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the HTTP server cannot start on the admin socket");
    return NULL;
  }
  return g_steal_pointer (&api);
}

/* libmicrohttpd may only be stopped when no connection is suspended. */
static void
wait_until_idle (Api *api)
{
  g_mutex_lock (&api->lock);
  api->is_stopping = TRUE;
  while (api->busy > 0)
    g_cond_wait (&api->idle, &api->lock);
  g_mutex_unlock (&api->lock);
}

void
api_free (Api *api)
{
  if (api == NULL)
    return;
  streams_stop (api->streams);
  wait_until_idle (api);
  if (api->daemon != NULL)
    MHD_stop_daemon (api->daemon);
  work_free (api->work);
  watch_free (api->watch);
  streams_free (api->streams);
  g_cond_clear (&api->idle);
  g_mutex_clear (&api->lock);
  g_free (api);
}
