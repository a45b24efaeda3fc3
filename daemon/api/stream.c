#include "daemon/api/stream.h"
#include "daemon/api/writer.h"
#include <string.h>
#include <sys/socket.h>

#define BLOCK (16 * 1024) /* bytes asked of a stream at a time */

struct _Streams {
  Events *events;
  StreamsTell tell;
  gpointer tell_user;
  guint subscription;
  GMutex lock;     /* of all below */
  GPtrArray *open; /* Stream *; freed by libmicrohttpd's callback */
  gboolean is_stopping;
};

typedef struct {
  Streams *all;
  struct MHD_Connection *connection;
  int fd; /* of the connection, which lives at least as long as the stream is in the list */
  GString *pending;
  gboolean is_suspended; /* only then may it be resumed */
  gboolean was_asked;    /* the headers left: libmicrohttpd has asked for what follows */
  gboolean is_over;
} Stream;

/* With the lock held. */
static void
resume (Stream *stream)
{
  if (!stream->is_suspended)
    return;
  stream->is_suspended = FALSE;
  MHD_resume_connection (stream->connection);
}

/* With the lock held. Who does not read is not asked for more by libmicrohttpd, and would never end by that. One that was not asked
 * yet only waits for its turn, and ends at its first question. */
static void
drop (Stream *stream)
{
  stream->is_over = TRUE;
  g_string_truncate (stream->pending, 0);
  if (stream->was_asked)
    (void)shutdown (stream->fd, SHUT_RDWR); /* already gone: just as well */
}

/* With the lock held. */
static void
send_text (Stream *stream, const char *text)
{
  if (stream->is_over)
    return;
  g_string_append (stream->pending, text);
  if (stream->pending->len > STREAM_PENDING_MAX)
    drop (stream);
  resume (stream);
}

static void
send_all (Streams *streams, const char *text)
{
  g_mutex_lock (&streams->lock);
  for (guint i = 0; i < streams->open->len; i++)
    send_text (g_ptr_array_index (streams->open, i), text);
  g_mutex_unlock (&streams->lock);
}

static void
on_news (guint64 number, const char *topic, const char *subject, gpointer user)
{
  Streams *streams = user;
  const char *name = NULL;
  g_autofree char *told = streams->tell (topic, subject, &name, streams->tell_user);
  g_auto (Writer) data;
  writer_init (&data);
  writer_open_object (&data, NULL);
  writer_text (&data, "subject", subject);
  if (name != NULL)
    writer_raw (&data, name, told != NULL ? told : "null");
  writer_close (&data);
  g_autofree char *text =
      g_strdup_printf ("id: %" G_GUINT64_FORMAT "\nevent: %s\ndata: %s\n\n", number, topic, data.text->str);
  send_all (streams, text);
}

void
streams_beat (Streams *streams)
{
  send_all (streams, ":\n\n");
}

/* Called by libmicrohttpd when it can send. */
static ssize_t
on_read (void *cls, uint64_t position, char *buffer, size_t max)
{
  (void)position; /* a stream has no other place than its end */
  Stream *stream = cls;
  g_mutex_lock (&stream->all->lock);
  stream->was_asked = TRUE;
  gsize length = MIN (stream->pending->len, max);
  ssize_t answer = (ssize_t)length;
  if (stream->is_over || stream->all->is_stopping)
    answer = MHD_CONTENT_READER_END_OF_STREAM;
  else if (length > 0) {
    memcpy (buffer, stream->pending->str, length);
    g_string_erase (stream->pending, 0, (gssize)length);
  } else {
    stream->is_suspended = TRUE;
    MHD_suspend_connection (stream->connection);
  }
  g_mutex_unlock (&stream->all->lock);
  return answer;
}

static void
on_end (void *cls)
{
  Stream *stream = cls;
  g_mutex_lock (&stream->all->lock);
  g_ptr_array_remove_fast (stream->all->open, stream);
  g_mutex_unlock (&stream->all->lock);
  g_string_free (stream->pending, TRUE);
  g_free (stream);
}

static gboolean
may_open (Streams *streams)
{
  g_mutex_lock (&streams->lock);
  gboolean may = !streams->is_stopping && streams->open->len < STREAMS_MAX;
  g_mutex_unlock (&streams->lock);
  return may;
}

struct MHD_Response *
streams_open (Streams *streams, struct MHD_Connection *connection)
{
  if (!may_open (streams))
    return NULL;
  Stream *stream = g_new0 (Stream, 1);
  stream->all = streams;
  stream->connection = connection;
  stream->fd = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  stream->pending = g_string_new (":\n\n"); /* the headers leave at once, with the first bytes */
  struct MHD_Response *response = MHD_create_response_from_callback (MHD_SIZE_UNKNOWN, BLOCK, on_read, stream, on_end);
  g_mutex_lock (&streams->lock);
  g_ptr_array_add (streams->open, stream);
  g_mutex_unlock (&streams->lock);
  return response;
}

guint
streams_count (Streams *streams)
{
  g_mutex_lock (&streams->lock);
  guint count = streams->open->len;
  g_mutex_unlock (&streams->lock);
  return count;
}

void
streams_stop (Streams *streams)
{
  g_mutex_lock (&streams->lock);
  streams->is_stopping = TRUE;
  for (guint i = 0; i < streams->open->len; i++)
    resume (g_ptr_array_index (streams->open, i));
  g_mutex_unlock (&streams->lock);
}

Streams *
streams_new (Events *events, StreamsTell tell, gpointer user)
{
  Streams *streams = g_new0 (Streams, 1);
  g_mutex_init (&streams->lock);
  streams->open = g_ptr_array_new ();
  streams->events = events;
  streams->tell = tell;
  streams->tell_user = user;
  streams->subscription = events_subscribe (events, on_news, streams);
  return streams;
}

void
streams_free (Streams *streams)
{
  if (streams == NULL)
    return;
  events_unsubscribe (streams->events, streams->subscription);
  g_assert (streams->open->len == 0);
  g_ptr_array_unref (streams->open);
  g_mutex_clear (&streams->lock);
  g_free (streams);
}
