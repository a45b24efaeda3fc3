/* libcurl over a UNIX socket. */
#include "cli/client.h"
#include <curl/curl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define CONNECT_TIMEOUT_S 5L
#define SILENCE_S         120L                /* no byte either way for so long: lost */
#define REPLY_MAX         (256 * 1024 * 1024) /* bytes kept in memory */

/* One try. */
typedef struct {
  const Request *request;
  CURL *curl;
  GString *body;
} Try;

void
reply_clear (Reply *reply)
{
  if (reply->body != NULL)
    g_string_free (reply->body, TRUE);
  *reply = (Reply){0, NULL};
}

static size_t
take_bytes (char *bytes, size_t size, size_t n, void *user)
{
  Try *try = user;
  long status = 0;
  (void)curl_easy_getinfo (try->curl, CURLINFO_RESPONSE_CODE, &status); /* cannot fail on a live handle */
  size_t length = size * n;
  if (try->request->download != NULL && status / 100 == 2)
    return fwrite (bytes, 1, length, try->request->download);
  if (try->body->len + length > REPLY_MAX)
    return 0;
  g_string_append_len (try->body, bytes, (gssize)length);
  return length;
}

static size_t
give_bytes (char *bytes, size_t size, size_t n, void *user)
{
  Try *try = user;
  return fread (bytes, size, n, try->request->upload);
}

static int
seek_bytes (void *user, curl_off_t offset, int origin)
{
  Try *try = user;
  return fseeko (try->request->upload, offset, origin) == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

static int
tell_progress (void *user, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
  Try *try = user;
  gboolean is_upload = try->request->upload != NULL;
  if (try->request->progress != NULL)
    try->request->progress ((guint64)(is_upload ? up : down), (guint64)(is_upload ? up_total : down_total),
                            try->request->user);
  return try->request->stops != NULL && try->request->stops (try->request->user);
}

static curl_off_t
upload_size (FILE *file)
{
  (void)fseeko (file, 0, SEEK_END); /* the file was opened to be seekable; a failure shows as size -1 */
  curl_off_t size = ftello (file);
  rewind (file);
  return size;
}

static void
set_body (Try *try)
{
  const Request *request = try->request;
  if (g_str_equal (request->method, "GET"))
    return;
  curl_easy_setopt (try->curl, CURLOPT_POST, 1L);
  if (request->upload == NULL) {
    curl_easy_setopt (try->curl, CURLOPT_POSTFIELDS, request->body == NULL ? "" : request->body);
    return;
  }
  curl_easy_setopt (try->curl, CURLOPT_POSTFIELDSIZE_LARGE, upload_size (request->upload));
  curl_easy_setopt (try->curl, CURLOPT_READFUNCTION, give_bytes);
  curl_easy_setopt (try->curl, CURLOPT_READDATA, try);
  curl_easy_setopt (try->curl, CURLOPT_SEEKFUNCTION, seek_bytes);
  curl_easy_setopt (try->curl, CURLOPT_SEEKDATA, try);
}

static void
set_options (Try *try, const Session *session, const char *url, struct curl_slist *headers)
{
  curl_easy_setopt (try->curl, CURLOPT_UNIX_SOCKET_PATH, session->socket);
  curl_easy_setopt (try->curl, CURLOPT_URL, url);
  curl_easy_setopt (try->curl, CURLOPT_PROXY, "");
  curl_easy_setopt (try->curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (try->curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
  curl_easy_setopt (try->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt (try->curl, CURLOPT_LOW_SPEED_TIME, try->request->is_long ? 0L : SILENCE_S);
  curl_easy_setopt (try->curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (try->curl, CURLOPT_WRITEFUNCTION, take_bytes);
  curl_easy_setopt (try->curl, CURLOPT_WRITEDATA, try);
  if (try->request->progress != NULL || try->request->stops != NULL) {
    curl_easy_setopt (try->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt (try->curl, CURLOPT_XFERINFOFUNCTION, tell_progress);
    curl_easy_setopt (try->curl, CURLOPT_XFERINFODATA, try);
  }
  set_body (try);
}

static struct curl_slist *
make_headers (const Request *request, const char *key, Language language)
{
  const char *type = request->upload == NULL ? "application/json" : request->type;
  g_autofree char *type_line = g_strdup_printf ("Content-Type: %s", type);
  g_autofree char *key_line = g_strdup_printf ("Idempotency-Key: %s", key);
  struct curl_slist *headers =
      curl_slist_append (NULL, language == LANGUAGE_ENGLISH ? "Accept-Language: en" : "Accept-Language: fr");
  headers = curl_slist_append (headers, "Expect:"); /* no pause before the body: the socket is local */
  if (!g_str_equal (request->method, "POST"))
    return headers;
  headers = curl_slist_append (headers, type_line);
  return curl_slist_append (headers, key_line);
}

static CURLcode
try_once (const Session *session, const Request *request, const char *key, Reply *reply)
{
  Try try = {request, curl_easy_init (), g_string_new (NULL)};
  g_autofree char *url = g_strconcat ("http://localhost", request->target, NULL);
  struct curl_slist *headers = make_headers (request, key, session->language);
  set_options (&try, session, url, headers);
  CURLcode code = curl_easy_perform (try.curl);
  if (code == CURLE_ABORTED_BY_CALLBACK) /* by request->stops alone */
    code = CURLE_OK;
  long status = 0;
  (void)curl_easy_getinfo (try.curl, CURLINFO_RESPONSE_CODE, &status); /* cannot fail on a live handle */
  curl_slist_free_all (headers);
  curl_easy_cleanup (try.curl);
  if (code == CURLE_OK)
    *reply = (Reply){status, g_steal_pointer (&try.body)};
  else
    g_string_free (try.body, TRUE);
  return code;
}

/* Had the request, or a part of it, left when the try failed? */
static gboolean
may_have_arrived (CURLcode code)
{
  return code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
         code == CURLE_PARTIAL_FILE || code == CURLE_OPERATION_TIMEDOUT;
}

/* Nobody listens there, or not to us. */
static void
fault_unreachable (const Session *session, GError **error)
{
  if (g_access (session->socket, F_OK) == 0 && g_access (session->socket, W_OK) != 0)
    fault_set (error, LEAVE_UNREACHABLE, session->language,
               "Vous n'avez pas le droit de parler à Témoin sur %s : demandez à entrer dans le groupe temoin.",
               "You may not speak to Témoin on %s: ask to join the group temoin.", session->socket);
  else
    fault_set (error, LEAVE_UNREACHABLE, session->language,
               "Témoin ne répond pas sur %s. Le service temoind est-il démarré ?",
               "Témoin does not answer on %s. Is the service temoind started?", session->socket);
}

static void
fault_lost (const Session *session, const Request *request, gboolean may_be_done, CURLcode code, GError **error)
{
  if (code == CURLE_WRITE_ERROR)
    fault_set (error, LEAVE_UNREACHABLE, session->language,
               "La réponse du serveur n'a pas pu être écrite ou est trop grosse.",
               "The server's answer could not be written, or is too large.");
  else if (may_be_done && g_str_equal (request->method, "POST"))
    fault_set (
        error, LEAVE_UNREACHABLE, session->language,
        "La connexion est coupée : on ne sait pas si la demande a été faite. Vérifiez avec « temoin show » ou « temoin "
        "journal » avant de recommencer.",
        "The connection was lost: it is not known whether the request was carried out. Check with \"temoin show\" or "
        "\"temoin journal\" before trying again.");
  else if (may_be_done)
    fault_set (error, LEAVE_UNREACHABLE, session->language, "La connexion est coupée avant la fin de la réponse.",
               "The connection was lost before the end of the answer.");
  else
    fault_unreachable (session, error);
}

gboolean
client_ask (const Session *session, const Request *request, Reply *reply, GError **error)
{
  g_autofree char *key = g_uuid_string_random ();
  CURLcode code = try_once (session, request, key, reply);
  gboolean may_be_done = may_have_arrived (code);
  if (may_be_done && request->download == NULL)
    code = try_once (session, request, key, reply);
  if (code != CURLE_OK)
    fault_lost (session, request, may_be_done, code, error);
  return code == CURLE_OK;
}
