#include "daemon/api/stream.h"
#include "daemon/api/writer.h"
#include <string.h>
#include <poll.h>
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
  const char *beat; /* tells both ends that the other is there, and means nothing */
  const char *lost; /* the last words to a reader that is too slow; NULL: it is cut off at once */
  gsize pending_max;
} StreamKind;

static const StreamKind news = {":\n\n", NULL, STREAM_PENDING_MAX};
static const StreamKind recorded = {"\n", "{\"kind\":\"end\",\"because\":\"slow_reader\"}\n", RECORDING_PENDING_MAX};

typedef struct {
  Streams *all;
  const StreamKind *kind;
  struct MHD_Connection *connection;
  int fd;               /* of the connection, which lives at least as long as the stream is in the list */
  Recording *recording; /* what it tells; NULL: the news */
  GString *pending;
  gboolean is_suspended; /* only then may it be resumed */
  gboolean was_asked;    /* the headers left: libmicrohttpd has asked for what follows */
  gboolean was_read;     /* since the last beat */
  gboolean is_last;      /* what is pending is all that follows */
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

/* With the lock held. Who has fallen too far behind is told so, or cut off. */
static void
lose (Stream *stream)
{
  if (stream->kind->lost == NULL) {
    drop (stream);
    return;
  }
  g_string_append (stream->pending, stream->kind->lost);
  stream->is_last = TRUE;
}

/* With the lock held. */
static void
send_text (Stream *stream, const char *text, const char *end)
{
  if (stream->is_over || stream->is_last)
    return;
  if (stream->pending->len + strlen (text) > stream->kind->pending_max)
    lose (stream);
  else {
    g_string_append (stream->pending, text);
    g_string_append (stream->pending, end);
  }
  resume (stream);
}

static void
send_news (Streams *streams, const char *text)
{
  g_mutex_lock (&streams->lock);
  for (guint i = 0; i < streams->open->len; i++) {
    Stream *stream = g_ptr_array_index (streams->open, i);
    if (stream->kind == &news)
      send_text (stream, text, "");
  }
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
  send_news (streams, text);
}

/* With the lock held. The last words wait for their reader from one beat to the next, and no longer. */
static void
beat (Stream *stream)
{
  if (stream->is_last && !stream->was_read)
    drop (stream);
  stream->was_read = FALSE;
  send_text (stream, stream->kind->beat, "");
}

void
streams_beat (Streams *streams)
{
  g_mutex_lock (&streams->lock);
  for (guint i = 0; i < streams->open->len; i++)
    beat (g_ptr_array_index (streams->open, i));
  g_mutex_unlock (&streams->lock);
}

/* A RecordingFunc. */
static void
on_recorded (const char *line, gpointer user)
{
  Stream *stream = user;
  g_mutex_lock (&stream->all->lock);
  if (line != NULL)
    send_text (stream, line, "\n");
  else {
    stream->is_last = TRUE;
    resume (stream);
  }
  g_mutex_unlock (&stream->all->lock);
}

/* Called by libmicrohttpd when it can send. */
static ssize_t
on_read (void *cls, uint64_t position, char *buffer, size_t max)
{
  (void)position; /* a stream has no other place than its end */
  Stream *stream = cls;
  g_mutex_lock (&stream->all->lock);
  stream->was_asked = stream->was_read = TRUE;
  gsize length = MIN (stream->pending->len, max);
  ssize_t answer = (ssize_t)length;
  if (stream->is_over || stream->all->is_stopping)
    answer = MHD_CONTENT_READER_END_OF_STREAM;
  else if (length > 0) {
    memcpy (buffer, stream->pending->str, length);
    g_string_erase (stream->pending, 0, (gssize)length);
  } else if (stream->is_last) {
    answer = MHD_CONTENT_READER_END_OF_STREAM;
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
  Recording *recording = g_steal_pointer (&stream->recording);
  g_mutex_unlock (&stream->all->lock);
  recording_stop (recording); /* without the lock: it waits for a line that is being told */
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

/* NULL when it may not open. The headers leave at once, with the first beat. */
static Stream *
stream_new (Streams *streams, struct MHD_Connection *connection, const StreamKind *kind)
{
  if (!may_open (streams))
    return NULL;
  Stream *stream = g_new0 (Stream, 1);
  stream->all = streams;
  stream->kind = kind;
  stream->connection = connection;
  stream->fd = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  stream->pending = g_string_new (kind->beat);
  g_mutex_lock (&streams->lock);
  g_ptr_array_add (streams->open, stream);
  g_mutex_unlock (&streams->lock);
  return stream;
}

static struct MHD_Response *
response_of (Stream *stream)
{
  return MHD_create_response_from_callback (MHD_SIZE_UNKNOWN, BLOCK, on_read, stream, on_end);
}

struct MHD_Response *
streams_open (Streams *streams, struct MHD_Connection *connection)
{
  Stream *stream = stream_new (streams, connection, &news);
  return stream != NULL ? response_of (stream) : NULL;
}

static gboolean
is_hung_up (int fd)
{
  struct pollfd peer = {.fd = fd, .events = POLLRDHUP};
  return poll (&peer, 1, 0) > 0;
}

/* A reader that went away is noticed at the next beat only; who comes back sooner would find the port taken by himself. */
static void
stop_unheard (Streams *streams)
{
  g_autoptr (GPtrArray) unheard = g_ptr_array_new ();
  g_mutex_lock (&streams->lock);
  for (guint i = 0; i < streams->open->len; i++) {
    Stream *stream = g_ptr_array_index (streams->open, i);
    if (stream->recording == NULL || !is_hung_up (stream->fd))
      continue;
    g_ptr_array_add (unheard, g_steal_pointer (&stream->recording));
    drop (stream);
    resume (stream);
  }
  g_mutex_unlock (&streams->lock);
  for (guint i = 0; i < unheard->len; i++)
    recording_stop (g_ptr_array_index (unheard, i));
}

struct MHD_Response *
streams_record (Streams *streams, struct MHD_Connection *connection, Recordings *recordings, const char *port,
                RecordingUntil until)
{
  stop_unheard (streams);
  Stream *stream = stream_new (streams, connection, &recorded);
  if (stream == NULL)
    return NULL;
  Recording *recording = recordings_start (recordings, port, until, on_recorded, stream);
  g_mutex_lock (&streams->lock);
  stream->recording = recording;
  g_mutex_unlock (&streams->lock);
  return response_of (stream);
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
