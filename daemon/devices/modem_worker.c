/* The loop of temoin-modem: requests, indications and a poll; see the header file. */
#include "daemon/devices/modem_worker_parts.h"

#include "daemon/devices/modem_hold.h"
#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  POLL_S = 30,     /* indications get lost */
  POLL_BOOT_S = 1, /* while the card starts, or the network is looked for */
  BOOT_MAX_S = 60,
  ANSWER_MAX_S = 600,
  REQUESTS_MAX = 8,
  READ_SIZE = 4096,
  EXIT_LOST = 3, /* the modem is lost: a new process may find it again */
  ALARM_S = 20,  /* a loop that does not turn for so long is ended by the system */
  TURN_S = 5,
};

/* ---- to temoind ---- */

/* The line is in the socket's buffer when this returns: it survives this process. */
static void
send_report (Worker *worker, const ModemReport *report)
{
  g_autofree char *line = modem_report_write (report);
  const char *rest = line;
  gsize n = strlen (line);
  while (n > 0 && !worker->is_over) {
    gssize sent = send (worker->fd, rest, n, MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR)
      worker->is_over = TRUE;
    rest += MAX (sent, 0);
    n -= MAX (sent, 0);
  }
}

static void
tell (Worker *worker, ModemTell what, char *text)
{
  const ModemReport report = {.tell = what, .id = worker->current, .code = MODEM_CODE_NONE, .text = text};
  send_report (worker, &report);
}

void
worker_tell_sent (Worker *worker)
{
  worker->is_sent = TRUE;
  tell (worker, MODEM_TELL_SENT, NULL);
}

void
worker_tell_waiting (Worker *worker, const char *what)
{
  g_autofree char *copy = g_strdup (what);
  tell (worker, MODEM_TELL_WAITING, copy);
}

void
worker_tell_sms (Worker *worker, const char *text)
{
  g_autofree char *copy = g_strdup (text);
  tell (worker, MODEM_TELL_SMS, copy);
}

void
worker_tell_state (Worker *worker)
{
  const ModemReport report = {
      .tell = MODEM_TELL_STATE,
      .state = worker->state,
      .code = worker->code,
      .detail = worker->detail,
      .imei = worker->imei,
      .firmware = worker->firmware,
      .name = worker->name,
      .card = worker->card,
  };
  send_report (worker, &report);
}

/* ---- from temoind ---- */

/* Pings are answered from inside any wait: the answer says that this process still turns. */
static void
take_request (Worker *worker, ModemRequest *request)
{
  if (request->ask == MODEM_ASK_PING) {
    const ModemReport pong = {.tell = MODEM_TELL_PONG, .id = request->id, .code = MODEM_CODE_NONE};
    send_report (worker, &pong);
    modem_request_free (request);
  } else if (request->ask == MODEM_ASK_STOP) {
    if (worker->mbim != NULL && worker->current != 0)
      mbim_stop (worker->mbim);
    modem_request_free (request);
  } else if (worker->requests.length < REQUESTS_MAX)
    g_queue_push_tail (&worker->requests, request);
  else {
    worker->is_over = TRUE; /* temoind asks one thing at a time: this is not temoind */
    modem_request_free (request);
  }
}

static void
take_lines (Worker *worker)
{
  for (char *line; (line = modem_lines_take (worker->lines)) != NULL; modem_wipe_free (line)) {
    ModemRequest *request = modem_request_read (line, strlen (line), NULL);
    if (request == NULL)
      worker->is_over = TRUE;
    else
      take_request (worker, request);
  }
}

static gboolean
on_input (gint fd, GIOCondition condition, gpointer user)
{
  Worker *worker = user;
  char buffer[READ_SIZE];
  (void)condition; /* a hang-up reads as an end */
  gssize n = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n > 0 && modem_lines_put (worker->lines, buffer, n)) {
    take_lines (worker);
    explicit_bzero (buffer, sizeof buffer);
    if (!worker->is_over)
      return G_SOURCE_CONTINUE;
  }
  worker->is_over = TRUE;
  if (worker->mbim != NULL)
    mbim_stop (worker->mbim);
  return G_SOURCE_REMOVE;
}

static gboolean
on_turn (gpointer user)
{
  (void)user;
  alarm (ALARM_S);
  return G_SOURCE_CONTINUE;
}

/* ---- opening ---- */

static void
set_fault (Worker *worker, ModemCode code, const char *detail)
{
  worker->state = MODEM_FAULTED;
  worker->code = code;
  g_free (worker->detail);
  worker->detail = g_strdup (detail);
  worker_tell_state (worker);
}

/* Some modems send indications only after they were asked to; the standard says they send all. An empty list of CIDs is all of them. */
static void
subscribe (Worker *worker)
{
  static const MbimService services[] = {MBIM_SERVICE_BASIC_CONNECT, MBIM_SERVICE_SMS, MBIM_SERVICE_USSD};
  MbimEventEntry entries[G_N_ELEMENTS (services)] = {0};
  const MbimEventEntry *list[G_N_ELEMENTS (services)];
  for (gsize i = 0; i < G_N_ELEMENTS (services); i++) {
    entries[i].device_service_id = *mbim_uuid_from_service (services[i]);
    list[i] = &entries[i];
  }
  g_autoptr (GError) error = NULL; /* a modem that refuses keeps its default */
  mbim_order (worker->mbim, mbim_message_device_service_subscribe_list_set_new (G_N_ELEMENTS (list), list, NULL),
              WORKER_READ_S, &error);
}

static gboolean
read_caps (Worker *worker, GError **error)
{
  g_autoptr (MbimMessage) response = NULL;
  if (!mbim_call (worker->mbim, mbim_message_device_caps_query_new (NULL), WORKER_READ_S, &response, error))
    return FALSE;
  if (!mbim_message_device_caps_response_parse (response, NULL, NULL, NULL, NULL, &worker->data_class,
                                                &worker->sms_caps, NULL, NULL, NULL, &worker->imei, &worker->firmware,
                                                &worker->name, NULL) ||
      worker->imei == NULL)
    return modem_code_fail (error, MODEM_CODE_PROTOCOL, "it does not tell its IMEI");
  return TRUE;
}

/* "CORE/FAILED" with a text is all that libmbim tells when the node cannot be opened: so it is opened and locked by us before. */
static gboolean
open_modem (Worker *worker, const char *node, GError **error)
{
  worker->state = MODEM_OPENING;
  worker_tell_state (worker);
  worker->hold_fd = modem_hold (node, error);
  if (worker->hold_fd < 0)
    return FALSE;
  worker->mbim = mbim_open (node, error);
  if (worker->mbim == NULL) {
    g_autofree char *suspects = modem_hold_suspects ();
    if (suspects != NULL)
      g_prefix_error (error, "%s runs and may hold it: ", suspects);
    return FALSE;
  }
  worker->state = MODEM_OPEN;
  worker->opened_at = g_get_monotonic_time ();
  worker->boot_until = mbim_deadline (BOOT_MAX_S);
  return read_caps (worker, error);
}

static gboolean
begin (Worker *worker, const ModemRequest *request)
{
  g_autoptr (GError) error = NULL;
  if (request->ask != MODEM_ASK_OPEN || request->node == NULL)
    return FALSE;
  worker->answer_s = (guint)CLAMP (request->answer_s, 0, ANSWER_MAX_S);
  if (!open_modem (worker, request->node, &error)) {
    set_fault (worker, modem_code_of (error), error->message);
    return FALSE;
  }
  worker_tell_state (worker);
  subscribe (worker);
  worker_refresh (worker);
  return TRUE;
}

/* ---- requests ---- */

static gboolean
identify (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error)
{
  (void)request;
  (void)done;
  (void)error;
  worker->has_asked_home = FALSE;
  worker_refresh (worker);
  return TRUE;
}

/* One row a request. refreshes: the state is read again and told before DONE, so that whoever hears the result sees what it made. */
static const struct {
  WorkerFunc func;
  gboolean refreshes;
} rows[] = {
    [MODEM_ASK_IDENTIFY] = {identify, FALSE},
    [MODEM_ASK_PIN] = {worker_pin, TRUE},
    [MODEM_ASK_REGISTER] = {worker_register, TRUE},
    [MODEM_ASK_USSD] = {worker_ussd, FALSE},
    [MODEM_ASK_USSD_REPLY] = {worker_ussd_reply, FALSE},
    [MODEM_ASK_USSD_END] = {worker_ussd_end, FALSE},
    [MODEM_ASK_SMS] = {worker_sms, FALSE},
    [MODEM_ASK_SMS_END] = {worker_sms_end, FALSE},
    [MODEM_ASK_ERASE] = {worker_erase, TRUE},
    [MODEM_ASK_COUNT] = {worker_count, FALSE},
};

static void
tell_done (Worker *worker, ModemReport *done, const GError *error)
{
  done->tell = MODEM_TELL_DONE;
  done->id = worker->current;
  done->code = modem_code_of (error);
  done->is_sent = worker->is_sent;
  done->detail = error != NULL ? g_strdup (error->message) : NULL;
  send_report (worker, done);
}

static void
do_request (Worker *worker, const ModemRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ModemReport) done = g_new0 (ModemReport, 1);
  done->attempts = MODEM_ATTEMPTS_UNKNOWN;
  worker->current = request->id;
  worker->is_sent = FALSE;
  mbim_clear_stop (worker->mbim);
  if (request->imei != NULL && g_strcmp0 (request->imei, worker->imei) != 0)
    modem_code_fail (&error, MODEM_CODE_GONE, "another modem is here");
  else if (rows[request->ask].func == NULL)
    modem_code_fail (&error, MODEM_CODE_UNSUPPORTED, "it is open already");
  else
    rows[request->ask].func (worker, request, done, &error);
  if (rows[request->ask].refreshes && !mbim_is_gone (worker->mbim) && !mbim_is_dead (worker->mbim))
    worker_refresh (worker);
  tell_done (worker, done, error);
  worker->current = 0;
}

/* ---- the loop ---- */

static gint64
next_poll (const Worker *worker)
{
  gint64 now = g_get_monotonic_time ();
  gboolean is_moving =
      (worker->state == MODEM_SIM_BOOT && now < worker->boot_until) || worker->state == MODEM_REGISTERING;
  return now + (is_moving ? POLL_BOOT_S : POLL_S) * G_USEC_PER_SEC;
}

static void
work (Worker *worker)
{
  gint64 poll_at = next_poll (worker);
  while (!worker->is_over && !mbim_is_gone (worker->mbim) && !mbim_is_dead (worker->mbim)) {
    g_autoptr (ModemRequest) request = g_queue_pop_head (&worker->requests);
    mbim_clear_stop (worker->mbim);
    if (request != NULL)
      do_request (worker, request);
    worker_take_messages (worker);
    gboolean is_due = g_get_monotonic_time () >= poll_at;
    if (mbim_take_card_changed (worker->mbim) || mbim_take_net_changed (worker->mbim) || is_due) {
      worker_refresh (worker);
      poll_at = next_poll (worker);
    } else if (worker->requests.length == 0)
      mbim_wait (worker->mbim, poll_at);
  }
}

static void
say_farewell (Worker *worker)
{
  if (worker->is_over)
    return;
  if (mbim_is_gone (worker->mbim))
    set_fault (worker, MODEM_CODE_GONE, "unplugged");
  else if (mbim_is_dead (worker->mbim))
    set_fault (worker, MODEM_CODE_TIMEOUT, "it answers no more; it is opened again");
}

static void
free_requests (gpointer request)
{
  modem_request_free (request);
}

static void
worker_clear (Worker *worker)
{
  g_queue_clear_full (&worker->requests, free_requests);
  mbim_close (worker->mbim);
  if (worker->hold_fd >= 0)
    (void)close (worker->hold_fd); /* frees the lock */
  modem_lines_free (worker->lines);
  modem_card_free (worker->card);
  sms_joiner_free (worker->joiner);
  g_free (worker->listen_from);
  g_free (worker->imei);
  g_free (worker->firmware);
  g_free (worker->name);
  g_free (worker->detail);
}

int
modem_worker_run (int fd)
{
  Worker worker = {.fd = fd, .hold_fd = -1, .code = MODEM_CODE_NONE};
  worker.lines = modem_lines_new ();
  worker.card = modem_card_new ();
  worker.joiner = sms_joiner_new ();
  guint input = g_unix_fd_add (fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, &worker);
  guint turn = g_timeout_add_seconds (TURN_S, on_turn, NULL);
  on_turn (NULL);
  while (!worker.is_over && worker.requests.length == 0)
    g_main_context_iteration (NULL, TRUE);
  g_autoptr (ModemRequest) first = g_queue_pop_head (&worker.requests);
  if (!worker.is_over && begin (&worker, first)) {
    work (&worker);
    say_farewell (&worker);
  }
  int status = worker.is_over ? 0 : EXIT_LOST;
  if (!worker.is_over)
    g_source_remove (input);
  g_source_remove (turn);
  worker_clear (&worker);
  return status;
}
