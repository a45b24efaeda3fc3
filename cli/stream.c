/* One endless curl transfer beside the descriptors of the terminal. */
#include "cli/stream.h"
#include "cli/sse.h"
#include "cli/terminal.h"
#include <curl/curl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define REOPEN_MS   1000                  /* between two tries to open a lost stream */
#define PATIENCE_US (60 * G_USEC_PER_SEC) /* a restart of the daemon takes less */

struct _Stream {
  CURLM *multi;
  CURL *curl;
  Sse *sse;
  int interrupt_fd;
  gboolean is_open; /* the transfer is under way */
  gint64 opened_at_us;
  gint64 silent_since_us; /* 0: it answers */
  gboolean has_answered;  /* once, at least */
  gboolean has_news;
};

static void
on_event (const char *topic, const char *data, gpointer user)
{
  (void)data; /* whoever waits looks at everything again */
  Stream *stream = user;
  if (g_str_equal (topic, "wipe") || g_str_equal (topic, "bench") || g_str_equal (topic, "item"))
    stream->has_news = TRUE;
}

static size_t
take_bytes (char *bytes, size_t size, size_t n, void *user)
{
  Stream *stream = user;
  sse_feed (stream->sse, bytes, size * n);
  return size * n;
}

static void
start (Stream *stream)
{
  stream->opened_at_us = g_get_monotonic_time ();
  stream->is_open = curl_multi_add_handle (stream->multi, stream->curl) == CURLM_OK;
}

Stream *
stream_open (const Session *session)
{
  Stream *stream = g_new0 (Stream, 1);
  stream->multi = curl_multi_init ();
  stream->curl = curl_easy_init ();
  stream->sse = sse_new (on_event, stream);
  stream->interrupt_fd = terminal_interrupt_fd ();
  curl_easy_setopt (stream->curl, CURLOPT_UNIX_SOCKET_PATH, session->socket);
  curl_easy_setopt (stream->curl, CURLOPT_URL, "http://localhost/v1/events");
  curl_easy_setopt (stream->curl, CURLOPT_PROXY, "");
  curl_easy_setopt (stream->curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (stream->curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt (stream->curl, CURLOPT_WRITEFUNCTION, take_bytes);
  curl_easy_setopt (stream->curl, CURLOPT_WRITEDATA, stream);
  start (stream);
  return stream;
}

void
stream_free (Stream *stream)
{
  if (stream == NULL)
    return;
  if (stream->is_open)
    curl_multi_remove_handle (stream->multi, stream->curl);
  curl_easy_cleanup (stream->curl);
  curl_multi_cleanup (stream->multi);
  sse_free (stream->sse);
  if (stream->interrupt_fd >= 0)
    close (stream->interrupt_fd);
  g_free (stream);
}

static void
take_end (Stream *stream)
{
  int left;
  if (curl_multi_info_read (stream->multi, &left) == NULL)
    return;
  curl_multi_remove_handle (stream->multi, stream->curl);
  sse_reset (stream->sse);
  stream->is_open = FALSE;
}

/* Milliseconds until a lost stream may be opened again. */
static int
reopen_in_ms (const Stream *stream)
{
  gint64 waited = (g_get_monotonic_time () - stream->opened_at_us) / 1000;
  return waited >= REOPEN_MS ? 0 : (int)(REOPEN_MS - waited);
}

static int
take_signals (const Stream *stream)
{
  struct signalfd_siginfo info;
  int what = 0;
  while (stream->interrupt_fd >= 0 && read (stream->interrupt_fd, &info, sizeof info) == (ssize_t)sizeof info)
    what |= info.ssi_signo == SIGWINCH ? STREAM_RESIZED : STREAM_INTERRUPT;
  return what;
}

static gboolean
has_wanted_news (const Stream *stream, int wakes)
{
  return stream->has_news && (wakes & STREAM_NEWS) != 0;
}

static void
advance (Stream *stream)
{
  if (!stream->is_open && reopen_in_ms (stream) == 0) {
    start (stream);
    stream->has_news = TRUE; /* something may have happened unheard */
  }
  int running;
  curl_multi_perform (stream->multi, &running);
  take_end (stream);
}

int
stream_wait (Stream *stream, int wakes, int timeout_ms)
{
  gint64 until_us = g_get_monotonic_time () + (gint64)timeout_ms * 1000;
  gboolean takes_input = (wakes & STREAM_INPUT) != 0;
  int what = 0;
  do {
    advance (stream);
    struct curl_waitfd fds[] = {{stream->interrupt_fd, CURL_WAIT_POLLIN, 0}, {STDIN_FILENO, CURL_WAIT_POLLIN, 0}};
    int left_ms = has_wanted_news (stream, wakes) ? 0 : (int)MAX ((until_us - g_get_monotonic_time ()) / 1000, 0);
    if (!stream->is_open)
      left_ms = MIN (left_ms, reopen_in_ms (stream));
    curl_multi_poll (stream->multi, fds, takes_input ? 2 : 1, left_ms, NULL);
    advance (stream);
    what |= has_wanted_news (stream, wakes) ? STREAM_NEWS : 0;
    what |= takes_input && fds[1].revents != 0 ? STREAM_INPUT : 0;
    what |= take_signals (stream);
  } while (what == 0 && g_get_monotonic_time () < until_us);
  if (what & STREAM_NEWS)
    stream->has_news = FALSE;
  return what;
}

gboolean
stream_is_patient (Stream *stream, gboolean is_answered)
{
  gint64 now_us = g_get_monotonic_time ();
  stream->has_answered = stream->has_answered || is_answered;
  if (is_answered)
    stream->silent_since_us = 0;
  else if (stream->silent_since_us == 0)
    stream->silent_since_us = now_us;
  return is_answered || (stream->has_answered && now_us - stream->silent_since_us < PATIENCE_US);
}
