/* USSD over MBIM (windows-driver-docs, mb-ussd-operations.md). One session a modem. The answer may come in the response, in an indication, or
 * as "terminated" before its text (faucamp/python-gsmmodem#14): whichever has words first counts. */
#include "daemon/devices/modem_worker_parts.h"

#include "daemon/devices/ussd.h"

enum {
  USSD_S = 100,
  GRACE_S = 5, /* after "terminated" for a late text; after an indication for the response */
  CANCEL_S = 10,
};

/* What the network said. */
typedef struct {
  gboolean is_told;
  MbimUssdResponse response;
  char *text; /* NULL: it had no words */
} Told;

static void
told_clear (Told *told)
{
  g_free (told->text);
  *told = (Told){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Told, told_clear)

/* Words are kept; a "terminated" without words does not replace them. */
static void
take (Told *told, MbimUssdResponse response, guint32 dcs, const guint8 *payload, guint32 n)
{
  g_autofree char *text = n > 0 ? ussd_decode (dcs, payload, n) : NULL;
  if (told->text != NULL && text == NULL)
    return;
  g_free (told->text);
  told->text = g_steal_pointer (&text);
  told->response = response;
  told->is_told = TRUE;
}

static void
take_response (Told *told, const MbimMessage *message)
{
  MbimUssdResponse response;
  guint32 dcs, n;
  const guint8 *payload;
  if (mbim_message_ussd_response_parse (message, &response, NULL, &dcs, &n, &payload, NULL))
    take (told, response, dcs, payload, n);
}

static void
take_indications (Worker *worker, Told *told)
{
  for (MbimMessage *message; (message = mbim_take_ussd (worker->mbim)) != NULL; mbim_message_unref (message)) {
    MbimUssdResponse response;
    guint32 dcs, n;
    const guint8 *payload;
    if (mbim_message_ussd_notification_parse (message, &response, NULL, &dcs, &n, &payload, NULL))
      take (told, response, dcs, payload, n);
  }
}

static gboolean
is_final (const Told *told)
{
  if (!told->is_told)
    return FALSE;
  switch (told->response) {
  case MBIM_USSD_RESPONSE_NO_ACTION_REQUIRED:
  case MBIM_USSD_RESPONSE_ACTION_REQUIRED:
  case MBIM_USSD_RESPONSE_TERMINATED_BY_NETWORK:
    return told->text != NULL;
  case MBIM_USSD_RESPONSE_OTHER_LOCAL_CLIENT:
  case MBIM_USSD_RESPONSE_OPERATION_NOT_SUPPORTED:
  case MBIM_USSD_RESPONSE_NETWORK_TIMEOUT:
    return TRUE;
  }
  return TRUE;
}

static void
cancel_session (Worker *worker)
{
  g_autoptr (GError) error = NULL; /* "terminated" comes even without a session */
  mbim_order (worker->mbim, mbim_message_ussd_set_new (MBIM_USSD_ACTION_CANCEL, 0, 0, NULL, NULL), CANCEL_S, &error);
}

/* Why there are no words. */
static gboolean
fail_told (Worker *worker, const Told *told, GError **error)
{
  if (told->is_told && told->response == MBIM_USSD_RESPONSE_OTHER_LOCAL_CLIENT) {
    cancel_session (worker); /* once: the next try finds the modem free */
    return modem_code_fail (error, MODEM_CODE_USSD_BUSY, "another USSD session is open");
  }
  if (told->is_told && told->response == MBIM_USSD_RESPONSE_OPERATION_NOT_SUPPORTED)
    return modem_code_fail (error, MODEM_CODE_UNSUPPORTED, "no USSD here: 4G without IMS?");
  if (told->is_told && told->response == MBIM_USSD_RESPONSE_TERMINATED_BY_NETWORK)
    return modem_code_fail (error, MODEM_CODE_USSD_ENDED, "terminated by the network without a text");
  return modem_code_fail (error, MODEM_CODE_USSD_TIMEOUT, "no answer from the network");
}

/* Has the command ended? Its own error decides only when the network said nothing. */
static gboolean
take_answer (Worker *worker, Told *told, gboolean *is_answered, GError **error)
{
  g_autoptr (MbimMessage) response = NULL;
  g_autoptr (GError) why = NULL;
  if (*is_answered || !mbim_answer (worker->mbim, &response, &why))
    return TRUE;
  *is_answered = TRUE;
  if (why == NULL)
    take_response (told, response);
  if (why == NULL || told->is_told)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

static guint
answer_s (const Worker *worker)
{
  return worker->answer_s > 0 ? worker->answer_s : USSD_S;
}

/* Waits for words, the end of the command, or the deadline. FALSE with the command's own error, when that decides. */
static gboolean
wait_for_words (Worker *worker, Told *told, gboolean *is_answered, GError **error)
{
  gint64 deadline = mbim_deadline (answer_s (worker) + GRACE_S);
  gboolean is_short = FALSE;
  do {
    if (!take_answer (worker, told, is_answered, error))
      return FALSE;
    take_indications (worker, told);
    if (is_final (told))
      return TRUE;
    if (told->is_told && told->response == MBIM_USSD_RESPONSE_TERMINATED_BY_NETWORK && !is_short) {
      deadline = mbim_deadline (GRACE_S);
      is_short = TRUE;
    }
  } while (mbim_wait (worker->mbim, deadline));
  return TRUE;
}

/* The command that is still running when an indication was faster. */
static void
finish_command (Worker *worker, gboolean is_answered)
{
  gint64 deadline = mbim_deadline (GRACE_S);
  g_autoptr (MbimMessage) response = NULL;
  g_autoptr (GError) error = NULL;
  while (!is_answered && !mbim_answer (worker->mbim, &response, &error))
    if (!mbim_wait (worker->mbim, deadline)) {
      mbim_abandon (worker->mbim);
      return;
    }
}

/* The modem left, or somebody stopped it: then the network is told too, or the session would stay open. */
static gboolean
fail_early (Worker *worker, GError **error)
{
  if (mbim_is_gone (worker->mbim))
    return modem_code_fail (error, MODEM_CODE_GONE, "the modem left");
  mbim_clear_stop (worker->mbim);
  cancel_session (worker);
  return modem_code_fail (error, MODEM_CODE_CANCELLED, "stopped");
}

static gboolean
say (Worker *worker, MbimUssdAction action, const char *text, ModemReport *done, GError **error)
{
  guint8 dcs;
  GByteArray *octets = ussd_encode (text, &dcs);
  if (octets == NULL)
    return modem_code_fail (error, MODEM_CODE_UNSUPPORTED, "the text cannot be sent by USSD");
  g_auto (Told) told = {0};
  gboolean is_answered = FALSE;
  GError *why = NULL;
  mbim_forget_ussd (worker->mbim); /* what came before is not the answer */
  worker_tell_sent (worker);
  mbim_begin (worker->mbim, mbim_message_ussd_set_new (action, dcs, octets->len, octets->data, NULL),
              answer_s (worker));
  explicit_bzero (octets->data, octets->len);
  g_byte_array_unref (octets);
  worker_tell_waiting (worker, "ussd");
  gboolean is_waited = wait_for_words (worker, &told, &is_answered, &why);
  finish_command (worker, is_answered);
  if (told.text == NULL && (mbim_is_gone (worker->mbim) || mbim_is_stopped (worker->mbim))) {
    g_clear_error (&why);
    return fail_early (worker, error);
  }
  if (!is_waited) {
    g_propagate_error (error, why);
    return FALSE;
  }
  if (told.text == NULL)
    return fail_told (worker, &told, error);
  done->text = g_steal_pointer (&told.text);
  done->is_open = told.response == MBIM_USSD_RESPONSE_ACTION_REQUIRED;
  return TRUE;
}

gboolean
worker_ussd (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error)
{
  if (request->iccid == NULL || request->text == NULL)
    return modem_code_fail (error, MODEM_CODE_PROTOCOL, "no card or no text is named");
  return worker_check_card (worker, request->iccid, error) &&
         say (worker, MBIM_USSD_ACTION_INITIATE, request->text, done, error);
}

gboolean
worker_ussd_reply (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error)
{
  if (request->iccid == NULL || request->text == NULL)
    return modem_code_fail (error, MODEM_CODE_PROTOCOL, "no card or no text is named");
  return worker_check_card (worker, request->iccid, error) &&
         say (worker, MBIM_USSD_ACTION_CONTINUE, request->text, done, error);
}

gboolean
worker_ussd_end (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error)
{
  (void)request;
  (void)done;
  (void)error;
  cancel_session (worker);
  return TRUE;
}
