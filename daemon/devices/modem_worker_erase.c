/* Counts and erases the messages and contacts of a returned card. They are counted, never read: MBIM has no other way to count messages than to have them all
 * sent, so their octets pass through and are overwritten unlooked at. */
#include "daemon/devices/modem_worker_parts.h"

enum { ERASE_S = 30 };

static void
wipe_message (MbimMessage *message)
{
  guint32 n = 0;
  const guint8 *raw = mbim_message_get_raw (message, &n, NULL);
  if (raw != NULL)
    explicit_bzero ((guint8 *)raw, n);
}

/* -1: no such store. */
static gboolean
count_messages (Worker *worker, gint64 *n, GError **error)
{
  g_autoptr (MbimMessage) response = NULL;
  g_autoptr (GError) why = NULL;
  guint32 count = 0;
  if (!mbim_call (worker->mbim, mbim_message_sms_read_query_new (MBIM_SMS_FORMAT_PDU, MBIM_SMS_FLAG_ALL, 0, NULL),
                  ERASE_S, &response, &why)) {
    *n = -1;
    if (modem_code_of (why) == MODEM_CODE_UNSUPPORTED)
      return TRUE;
    g_propagate_error (error, g_steal_pointer (&why));
    return FALSE;
  }
  gboolean is_read = mbim_message_sms_read_response_parse (response, NULL, &count, NULL, NULL, NULL);
  wipe_message (response);
  *n = count;
  return is_read || modem_code_fail (error, MODEM_CODE_PROTOCOL, "the messages cannot be counted");
}

static gboolean
count_contacts (Worker *worker, gint64 *n, GError **error)
{
  g_autoptr (MbimMessage) response = NULL;
  g_autoptr (GError) why = NULL;
  guint32 used = 0;
  if (!mbim_call (worker->mbim, mbim_message_phonebook_configuration_query_new (NULL), WORKER_READ_S, &response,
                  &why)) {
    *n = -1;
    if (modem_code_of (why) == MODEM_CODE_UNSUPPORTED) /* NO_PHONEBOOK too */
      return TRUE;
    g_propagate_error (error, g_steal_pointer (&why));
    return FALSE;
  }
  gboolean is_read =
      mbim_message_phonebook_configuration_response_parse (response, NULL, NULL, &used, NULL, NULL, NULL);
  *n = used;
  return is_read || modem_code_fail (error, MODEM_CODE_PROTOCOL, "the contacts cannot be counted");
}

static gboolean
erase_messages (Worker *worker, ModemReport *done, GError **error)
{
  gint64 left;
  if (!count_messages (worker, &done->n_messages, error))
    return FALSE;
  if (done->n_messages <= 0)
    return TRUE;
  worker_tell_sent (worker);
  if (!mbim_order (worker->mbim, mbim_message_sms_delete_set_new (MBIM_SMS_FLAG_ALL, 0, NULL), ERASE_S, error) ||
      !count_messages (worker, &left, error))
    return FALSE;
  return left == 0 || modem_code_fail (error, MODEM_CODE_SMS_STORE, "messages are still there");
}

static gboolean
erase_contacts (Worker *worker, ModemReport *done, GError **error)
{
  gint64 left;
  if (!count_contacts (worker, &done->n_contacts, error))
    return FALSE;
  if (done->n_contacts <= 0)
    return TRUE;
  worker_tell_sent (worker);
  if (!mbim_order (worker->mbim, mbim_message_phonebook_delete_set_new (MBIM_PHONEBOOK_FLAG_ALL, 0, NULL), ERASE_S,
                   error) ||
      !count_contacts (worker, &left, error))
    return FALSE;
  return left == 0 || modem_code_fail (error, MODEM_CODE_FAILURE, "contacts are still there");
}

/* Is the card that is named in the modem? Nothing is counted yet. */
static gboolean
begin (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error)
{
  done->n_messages = done->n_contacts = -1;
  if (request->iccid == NULL)
    return modem_code_fail (error, MODEM_CODE_PROTOCOL, "no card is named");
  return worker_check_card (worker, request->iccid, error);
}

gboolean
worker_erase (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error)
{
  return begin (worker, request, done, error) && erase_messages (worker, done, error) &&
         worker_check_card (worker, request->iccid, error) && erase_contacts (worker, done, error);
}

gboolean
worker_count (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error)
{
  return begin (worker, request, done, error) && count_messages (worker, &done->n_messages, error) &&
         count_contacts (worker, &done->n_contacts, error) && worker_check_card (worker, request->iccid, error);
}
