// The service SMS (MBIM 1.0, 10.7), as PDUs only, and the way of a message from the network into the card.
#include "tests/fleet/modem.h"
#include "tests/fleet/sms_pdu.h"

#include <string.h>

enum { CONFIGURATION = 1, READ = 2, SEND = 3, DELETE = 4, STORE_STATUS = 5 };
enum { FLAG_ALL = 0, FLAG_INDEX = 1, FLAG_NEW = 2, FLAG_OLD = 3, FLAG_SENT = 4, FLAG_DRAFT = 5 };
enum { STATUS_NEW = 0, STATUS_OLD = 1, STATUS_DRAFT = 2, STATUS_SENT = 3 };
enum { STORE_NONE = 0, STORE_FULL = 1, STORE_NEW = 2 };

#define PDU_FORMAT 0
#define SENDER     "Operateur" // of messages that nobody signed

// MBIM_OK when the card can be read, or why not.
static enum MbimStatus
store_status (const Modem *modem)
{
  static const enum MbimStatus statuses[] = {
      [READY_NOT_INITIALIZED] = MBIM_NOT_INITIALIZED,
      [READY_INITIALIZED] = MBIM_OK,
      [READY_NO_SIM] = MBIM_SIM_NOT_INSERTED,
      [READY_BAD_SIM] = MBIM_BAD_SIM,
      [READY_LOCKED] = MBIM_PIN_REQUIRED,
  };
  return statuses[modem_ready (modem)];
}

static void
act_configuration (Modem *modem, struct ModemRequest *request)
{
  gboolean is_ready = modem_ready (modem) == READY_INITIALIZED;
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, is_ready ? 1 : 0);
  mbim_put_u32 (out, PDU_FORMAT);
  mbim_put_u32 (out, is_ready ? (guint32)modem->sim->settings.sms_max : 0);
  mbim_put_u32 (out, 0); // CDMA
  mbim_put_text (out, is_ready && modem->operator != NULL ? modem->operator->settings.smsc : NULL);
  modem_answer (modem, request, MBIM_OK, out);
}

// ---- the store ----

static gboolean
is_meant (const struct SimMessage *message, guint32 flag, guint32 index)
{
  switch (flag) {
  case FLAG_ALL:
    return TRUE;
  case FLAG_INDEX:
    return message->index == index;
  case FLAG_NEW:
    return message->status == STATUS_NEW;
  case FLAG_OLD:
    return message->status == STATUS_OLD;
  case FLAG_SENT:
    return message->status == STATUS_SENT;
  case FLAG_DRAFT:
    return message->status == STATUS_DRAFT;
  default:
    return FALSE;
  }
}

static struct MbimWriter *
record (const Modem *modem, guint32 index, guint32 status, GBytes *pdu)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (pdu, &length);
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, modem->settings.always_index_1 ? 1 : index);
  mbim_put_u32 (out, status);
  mbim_put_bytes (out, bytes, length);
  return out;
}

// The format, the flag and the index of a query: MBIM_OK when they make sense here.
static enum MbimStatus
read_status (const Modem *modem, struct MbimReader *in, guint32 *flag, guint32 *index)
{
  enum MbimStatus status = store_status (modem);
  guint32 format = mbim_get_u32 (in);
  *flag = mbim_get_u32 (in);
  *index = mbim_get_u32 (in);
  if (status != MBIM_OK)
    return status;
  if (in->is_bad || format != PDU_FORMAT || *flag > FLAG_DRAFT)
    return MBIM_INVALID_PARAMETERS;
  return *flag == FLAG_INDEX && sim_message (modem->sim, *index) == NULL ? MBIM_INVALID_MEMORY_INDEX : MBIM_OK;
}

static void
act_read (Modem *modem, struct ModemRequest *request)
{
  guint32 flag, index;
  enum MbimStatus status = read_status (modem, &request->in, &flag, &index);
  if (status != MBIM_OK) {
    modem_answer (modem, request, status, NULL);
    return;
  }
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  for (guint i = 0; i < modem->sim->messages->len; i++)
    if (is_meant (modem->sim->messages->pdata[i], flag, index))
      g_ptr_array_add (found, modem->sim->messages->pdata[i]);
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, PDU_FORMAT);
  mbim_put_u32 (out, found->len);
  for (guint i = 0; i < found->len; i++) {
    struct SimMessage *message = found->pdata[i];
    mbim_put_struct (out, record (modem, message->index, message->status, message->pdu));
    if (message->status == STATUS_NEW)
      message->status = STATUS_OLD;
  }
  modem_answer (modem, request, MBIM_OK, out);
}

struct Meant {
  guint32 flag, index;
};

static gboolean
is_removed (const struct SimMessage *message, gconstpointer argument)
{
  const struct Meant *meant = argument;
  return is_meant (message, meant->flag, meant->index);
}

static void
act_delete (Modem *modem, struct ModemRequest *request)
{
  struct Meant meant = {mbim_get_u32 (&request->in), mbim_get_u32 (&request->in)};
  enum MbimStatus status = store_status (modem);
  if (status == MBIM_OK && (request->in.is_bad || meant.flag > FLAG_DRAFT))
    status = MBIM_INVALID_PARAMETERS;
  guint removed = status == MBIM_OK ? sim_remove_messages (modem->sim, is_removed, &meant) : 0;
  if (status == MBIM_OK && removed == 0 && meant.flag == FLAG_INDEX)
    status = MBIM_INVALID_MEMORY_INDEX;
  modem_answer (modem, request, status, NULL);
  if (removed > 0)
    modem_receive_waiting (modem); // there is room now
}

static struct MbimWriter *
store_info (guint32 flag, guint32 index)
{
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, flag);
  mbim_put_u32 (out, index);
  return out;
}

static void
act_store_status (Modem *modem, struct ModemRequest *request)
{
  enum MbimStatus status = store_status (modem);
  gboolean is_full = status == MBIM_OK && modem->sim->messages->len >= (guint)modem->sim->settings.sms_max;
  modem_answer (modem, request, status, status == MBIM_OK ? store_info (is_full ? STORE_FULL : STORE_NONE, 0) : NULL);
}

// ---- in and out ----

static void
show_flash (Modem *modem, GBytes *pdu)
{
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, PDU_FORMAT);
  mbim_put_u32 (out, 1);
  mbim_put_struct (out, record (modem, 0, STATUS_NEW, pdu));
  modem_indicate (modem, &modem_sms, READ, out);
}

void
modem_receive_waiting (Modem *modem)
{
  while (modem->registration == REGISTER_HOME && !g_queue_is_empty (&modem->sim->waiting)) {
    GBytes *pdu = g_queue_peek_head (&modem->sim->waiting);
    gboolean is_flash = sms_is_flash (pdu);
    const struct SimMessage *message = is_flash ? NULL : sim_add_message (modem->sim, pdu, STATUS_NEW);
    if (message != NULL) {
      modem_indicate (modem, &modem_sms, STORE_STATUS, store_info (STORE_NEW, message->index));
    } else if (is_flash) {
      show_flash (modem, pdu);
    } else {
      modem_indicate (modem, &modem_sms, STORE_STATUS, store_info (STORE_FULL, 0));
      break;
    }
    g_bytes_unref (g_queue_pop_head (&modem->sim->waiting));
  }
}

// A message of the network that is on its way.
struct Incoming {
  struct Sim *sim;
  GPtrArray *parts;
  guint timer;
};

static void
incoming_free (gpointer memory)
{
  struct Incoming *incoming = memory;
  g_clear_handle_id (&incoming->timer, g_source_remove);
  g_ptr_array_unref (incoming->parts);
  g_free (incoming);
}

static gboolean
on_arrived (gpointer user)
{
  struct Incoming *incoming = user;
  struct Sim *sim = incoming->sim;
  incoming->timer = 0;
  for (guint i = 0; i < incoming->parts->len; i++)
    g_queue_push_tail (&sim->waiting, g_bytes_ref (incoming->parts->pdata[i]));
  g_ptr_array_remove (sim->incoming, incoming);
  if (sim->modem != NULL)
    modem_receive_waiting (sim->modem);
  sim_touch (sim);
  return G_SOURCE_REMOVE;
}

static void
exchange (GPtrArray *parts, guint one, guint other)
{
  gpointer part = parts->pdata[one];
  parts->pdata[one] = parts->pdata[other];
  parts->pdata[other] = part;
}

// The parts of a long message in the order in which this operator lets them arrive.
static void
arrange (GPtrArray *parts, enum SmsOrder order)
{
  switch (order) {
  case SMS_IN_ORDER:
    break;
  case SMS_REVERSED:
    for (guint i = 0; i < parts->len / 2; i++)
      exchange (parts, i, parts->len - 1 - i);
    break;
  case SMS_SHUFFLED: // the same way each time: 2, 1, 4, 3, ...
    for (guint i = 0; i + 1 < parts->len; i += 2)
      exchange (parts, i, i + 1);
    break;
  }
}

void
modem_send_to_card (struct Sim *sim, const struct Operator *op, const char *from, const char *text, gboolean is_flash)
{
  static guint8 reference;
  struct SmsDelivery delivery = {
      .smsc = op->settings.smsc,
      .from = from != NULL ? from : SENDER,
      .text = text,
      .is_ucs2 = op->settings.sms_coding == 1,
      .is_flash = is_flash,
      .reference = ++reference,
      .sent_at = g_get_real_time () / G_USEC_PER_SEC,
  };
  struct Incoming *incoming = g_new (struct Incoming, 1);
  *incoming = (struct Incoming){sim, sms_deliver (&delivery), 0};
  arrange (incoming->parts, (enum SmsOrder)op->settings.sms_order);
  if (sim->incoming == NULL)
    sim->incoming = g_ptr_array_new_with_free_func (incoming_free);
  g_ptr_array_add (sim->incoming, incoming);
  incoming->timer = g_timeout_add ((guint)(op->settings.sms_seconds * 1000), on_arrived, incoming);
}

// The message of a request: MBIM_OK when it can be sent from here, with its texts for the caller.
static enum MbimStatus
send_status (const Modem *modem, struct MbimReader *in, char **to, char **text)
{
  gsize length;
  guint32 format = mbim_get_u32 (in);
  // a structure of its own behind the format: its offset counts from where it begins, as libmbim writes it
  struct MbimReader record = {in->bytes + in->at, in->length - in->at, 0, in->is_bad};
  const guint8 *pdu = mbim_get_bytes (&record, &length);
  enum MbimStatus status = store_status (modem);
  if (status != MBIM_OK)
    return status;
  if (modem->registration != REGISTER_HOME)
    return modem->radio_on ? MBIM_NOT_REGISTERED : MBIM_RADIO_POWER_OFF;
  gboolean is_good = format == PDU_FORMAT && pdu != NULL && sms_submit_read (pdu, length, to, text);
  return is_good ? MBIM_OK : MBIM_INVALID_PARAMETERS;
}

static void
act_send (Modem *modem, struct ModemRequest *request)
{
  static guint32 reference;
  g_autofree char *to = NULL, *text = NULL;
  enum MbimStatus status = send_status (modem, &request->in, &to, &text);
  if (status != MBIM_OK) {
    modem_answer (modem, request, status, NULL);
    return;
  }
  struct OperatorReply reply;
  operator_sms (modem->operator, modem->sim, to, text, &reply);
  if (reply.is_charged)
    modem_strike_topup (modem, request);
  if (reply.sms != NULL && !modem_loses (request->fault))
    modem_send_to_card (modem->sim, modem->operator, to, reply.sms, FALSE);
  operator_reply_clear (&reply);
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, ++reference & 0xff);
  modem_answer (modem, request, MBIM_OK, out);
}

static const struct ModemCommand commands[] = {
    {"sms-configuration", CONFIGURATION, TRUE, TRUE, act_configuration},
    {"sms-read", READ, TRUE, FALSE, act_read},
    {"sms-send", SEND, FALSE, TRUE, act_send},
    {"sms-delete", DELETE, FALSE, TRUE, act_delete},
    {"sms-status", STORE_STATUS, TRUE, FALSE, act_store_status},
};

const struct ModemService modem_sms = {
    "sms",
    {0x53, 0x3f, 0xbe, 0xeb, 0x14, 0xfe, 0x44, 0x67, 0x9f, 0x90, 0x33, 0xa2, 0x23, 0xe5, 0x6c, 0x3f},
    TRUE,
    commands,
    G_N_ELEMENTS (commands),
};
