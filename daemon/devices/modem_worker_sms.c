/* Short messages: one is sent, the answers of one sender are told while somebody listens. Messages that were stored before are never read, nor
 * those of anybody else told: they are the borrower's. */
#include "daemon/devices/modem_worker_parts.h"

enum {
  SEND_S = 60, /* libmbim's users give it 300; a person waits at the desk */
  DELETE_S = 10,
};

static gboolean
send_pdu (Worker *worker, GByteArray *pdu, GError **error)
{
  const MbimSmsPduSendRecord record = {.pdu_data_size = pdu->len, .pdu_data = pdu->data};
  MbimMessage *message = mbim_message_sms_send_set_new (MBIM_SMS_FORMAT_PDU, &record, NULL, NULL);
  explicit_bzero (pdu->data, pdu->len);
  return mbim_order (worker->mbim, message, SEND_S, error);
}

gboolean
worker_sms (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error)
{
  const MbimSmsCaps needed = MBIM_SMS_CAPS_PDU_RECEIVE | MBIM_SMS_CAPS_PDU_SEND;
  (void)done;
  if (request->iccid == NULL || request->to == NULL || request->text == NULL)
    return modem_code_fail (error, MODEM_CODE_PROTOCOL, "no card, number or text is named");
  if ((worker->sms_caps & needed) != needed)
    return modem_code_fail (error, MODEM_CODE_UNSUPPORTED, "the modem has no messages");
  g_autoptr (GByteArray) pdu = sms_write_submit (request->to, request->text, NULL);
  if (pdu == NULL)
    return modem_code_fail (error, MODEM_CODE_SMS_ENCODING, "the message cannot be written");
  if (!worker_check_card (worker, request->iccid, error))
    return FALSE;
  mbim_forget_sms (worker->mbim);
  g_free (worker->listen_from);
  worker->listen_from = g_strdup (request->from != NULL ? request->from : request->to);
  worker_tell_sent (worker);
  return send_pdu (worker, pdu, error);
}

gboolean
worker_sms_end (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error)
{
  (void)request;
  (void)done;
  (void)error;
  g_clear_pointer (&worker->listen_from, g_free);
  sms_joiner_free (worker->joiner);
  worker->joiner = sms_joiner_new ();
  return TRUE;
}

static void
delete_message (Worker *worker, guint32 index)
{
  g_autoptr (GError) error = NULL; /* it stays: the store is a little fuller */
  mbim_order (worker->mbim, mbim_message_sms_delete_set_new (MBIM_SMS_FLAG_INDEX, index, NULL), DELETE_S, &error);
}

/* TRUE when it was of the awaited sender. */
static gboolean
take_pdu (Worker *worker, const MbimSmsPduReadRecord *record)
{
  g_autoptr (SmsPart) part = sms_read_deliver (record->pdu_data, record->pdu_data_size, NULL);
  if (part == NULL || g_ascii_strcasecmp (part->sender, worker->listen_from) != 0)
    return FALSE;
  g_autofree char *text = sms_joiner_take (worker->joiner, g_steal_pointer (&part));
  if (text != NULL)
    worker_tell_sms (worker, text);
  return TRUE;
}

/* The index is the one that was asked for: the Fibocom L850 answers 1 whatever it reads (ModemManager 1c4f2320). */
static void
read_message (Worker *worker, guint32 index)
{
  g_autoptr (MbimMessage) response = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MbimSmsPduReadRecordArray) records = NULL;
  if (!mbim_call (worker->mbim, mbim_message_sms_read_query_new (MBIM_SMS_FORMAT_PDU, MBIM_SMS_FLAG_INDEX, index, NULL),
                  WORKER_READ_S, &response, &error) ||
      !mbim_message_sms_read_response_parse (response, NULL, NULL, &records, NULL, NULL))
    return;
  if (records != NULL && records[0] != NULL && take_pdu (worker, records[0]))
    delete_message (worker, index);
}

/* A message that is shown at once and not stored. */
static void
take_flash (Worker *worker, const MbimMessage *message)
{
  g_autoptr (MbimSmsPduReadRecordArray) records = NULL;
  guint32 n = 0;
  if (!mbim_message_sms_read_notification_parse (message, NULL, &n, &records, NULL, NULL))
    return;
  for (guint32 i = 0; records != NULL && records[i] != NULL; i++)
    (void)take_pdu (worker, records[i]); /* of somebody else: left alone */
}

static void
take_message (Worker *worker, const MbimMessage *message)
{
  MbimSmsStatusFlag flag;
  guint32 index;
  if (mbim_message_indicate_status_get_cid (message) == MBIM_CID_SMS_READ)
    take_flash (worker, message);
  else if (mbim_message_sms_message_store_status_notification_parse (message, &flag, &index, NULL) &&
           (flag & MBIM_SMS_STATUS_FLAG_NEW_MESSAGE) != 0)
    read_message (worker, index);
}

void
worker_take_messages (Worker *worker)
{
  if (worker->listen_from == NULL) {
    mbim_forget_sms (worker->mbim);
    return;
  }
  for (MbimMessage *message; (message = mbim_take_sms (worker->mbim)) != NULL; mbim_message_unref (message))
    take_message (worker, message);
}
