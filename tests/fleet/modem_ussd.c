// The service USSD (MBIM 1.0, 10.8): one session a modem. Text comes when and how the operator of the scenario says.
#include "tests/fleet/gsm_text.h"
#include "tests/fleet/modem.h"

#include <gio/gio.h>

#define USSD_CID    1
#define PAYLOAD_MAX 160 // octets

enum { INITIATE = 0, CONTINUE = 1, CANCEL = 2 };

enum UssdCode {
  NO_ACTION_REQUIRED = 0,
  ACTION_REQUIRED = 1,
  TERMINATED = 2,
  OTHER_LOCAL_CLIENT = 3,
  NOT_SUPPORTED = 4,
  NETWORK_TIMEOUT = 5,
};

enum { NEW_SESSION = 0, EXISTING_SESSION = 1 };

// What the network answers, on its way.
struct Answer {
  struct ModemRequest *request; // NULL once answered
  enum ModemFault fault;        // of the text when the request is answered before it
  enum UssdCode code;
  char *text; // NULL: none
};

static struct MbimWriter *
ussd_info (const Modem *modem, enum UssdCode code, guint32 session, const char *text)
{
  const struct OperatorSettings *set = modem->operator!= NULL ? &modem->operator->settings : NULL;
  guint8 scheme = set != NULL ? operator_ussd_scheme (modem->operator) : 0x0f;
  g_autoptr (GByteArray) payload = text != NULL ? gsm_ussd (text, scheme, set == NULL || set->pads_with_cr) : NULL;
  if (text != NULL && payload == NULL) { // a character that the alphabet lacks
    scheme = 0x48;
    payload = gsm_ucs2 (text);
  }
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, code);
  mbim_put_u32 (out, session);
  mbim_put_u32 (out, payload != NULL ? scheme : 0);
  mbim_put_bytes (out, payload != NULL ? payload->data : NULL, payload != NULL ? payload->len : 0);
  return out;
}

static void
say (Modem *modem, struct ModemRequest *request, enum UssdCode code, const char *text)
{
  modem_answer (modem, request, MBIM_OK, ussd_info (modem, code, EXISTING_SESSION, text));
}

static void
indicate (Modem *modem, enum UssdCode code, guint32 session, const char *text)
{
  modem_indicate (modem, &modem_ussd, USSD_CID, ussd_info (modem, code, session, text));
}

static void
answer_free (gpointer memory)
{
  struct Answer *answer = memory;
  g_free (answer->request);
  g_free (answer->text);
  g_free (answer);
}

static void
come_text (Modem *modem, gpointer memory)
{
  struct Answer *answer = memory;
  enum ModemFault fault = answer->fault;
  if (!modem_loses (fault))
    indicate (modem, answer->code, EXISTING_SESSION, answer->text);
  answer_free (answer);
  modem_end_lost (modem, fault);
}

static void
come_response (Modem *modem, gpointer memory)
{
  struct Answer *answer = memory;
  say (modem, g_steal_pointer (&answer->request), answer->code, answer->text);
  answer_free (answer);
}

static void
come_text_then_response (Modem *modem, gpointer memory)
{
  struct Answer *answer = memory;
  if (!modem_loses (answer->request->fault))
    indicate (modem, answer->code, EXISTING_SESSION, answer->text);
  say (modem, g_steal_pointer (&answer->request), NO_ACTION_REQUIRED, NULL);
  answer_free (answer);
}

static void
come_terminated (Modem *modem, gpointer memory)
{
  struct Answer *answer = memory;
  double seconds = modem->operator->settings.ussd_text_seconds;
  modem_later (modem, seconds, come_text, answer, answer_free);
  say (modem, g_steal_pointer (&answer->request), TERMINATED, NULL);
}

// Sends the answer of the network on its way, in the manner of the operator.
static void
deliver (Modem *modem, struct Answer *answer)
{
  const struct OperatorSettings *set = &modem->operator->settings;
  static void (*const ways[]) (Modem * modem, gpointer memory) = {
      [USSD_RESPONSE] = come_response,
      [USSD_INDICATION] = come_text,
      [USSD_INDICATION_FIRST] = come_text_then_response,
      [USSD_TERMINATED_FIRST] = come_terminated,
      [USSD_UNSUPPORTED] = come_response,
      [USSD_TIMEOUT] = come_response,
      [USSD_SILENT] = come_response,
  };
  gboolean is_answered_first = set->ussd_style == USSD_INDICATION;
  gboolean loses_text_only = is_answered_first || set->ussd_style == USSD_TERMINATED_FIRST;
  if (loses_text_only) {
    answer->fault = answer->request->fault;
    answer->request->fault = MODEM_FAULT_NONE;
  }
  struct ModemRequest *request = is_answered_first ? g_steal_pointer (&answer->request) : NULL;
  modem_later (modem, set->ussd_seconds, ways[set->ussd_style], answer, answer_free);
  if (request != NULL)
    say (modem, request, NO_ACTION_REQUIRED, NULL);
}

static struct Answer *
answer_new (struct ModemRequest *request, enum UssdCode code, const char *text)
{
  struct Answer *answer = g_new0 (struct Answer, 1);
  answer->request = request;
  answer->code = code;
  answer->text = g_strdup (text);
  return answer;
}

static void
follow_page (Modem *modem, const char *page)
{
  g_free (modem->ussd_page);
  modem->ussd_page = g_strdup (page);
  modem->ussd_is_open = page != NULL;
  modem_touch (modem);
}

static void
ask_operator (Modem *modem, struct ModemRequest *request, const char *typed)
{
  struct OperatorReply reply;
  operator_ussd (modem->operator, modem->sim, modem->ussd_page, typed, &reply);
  follow_page (modem, reply.page);
  if (reply.is_charged)
    modem_strike_topup (modem, request);
  enum ModemFault fault = request->fault;
  enum UssdCode code = modem->ussd_is_open ? ACTION_REQUIRED : NO_ACTION_REQUIRED;
  deliver (modem, fault == MODEM_FAULT_FAIL ? answer_new (request, NETWORK_TIMEOUT, NULL)
                                            : answer_new (request, code, reply.text));
  if (reply.sms != NULL)
    modem_send_to_card (modem->sim, modem->operator, NULL, reply.sms, FALSE);
  operator_reply_clear (&reply);
}

// What the network does with a code: three manners do not even look at it.
static void
reach_network (Modem *modem, struct ModemRequest *request, const char *typed)
{
  switch ((enum UssdStyle)modem->operator->settings.ussd_style) {
  case USSD_UNSUPPORTED:
    deliver (modem, answer_new (request, NOT_SUPPORTED, NULL));
    break;
  case USSD_TIMEOUT:
    deliver (modem, answer_new (request, NETWORK_TIMEOUT, NULL));
    break;
  case USSD_SILENT:
    g_free (request);
    break;
  case USSD_RESPONSE:
  case USSD_INDICATION:
  case USSD_INDICATION_FIRST:
  case USSD_TERMINATED_FIRST:
    ask_operator (modem, request, typed);
  }
}

static void
cancel (Modem *modem, struct ModemRequest *request)
{
  if (modem->settings.ussd_busy == MODEM_USSD_UNTIL_CANCEL)
    modem->ussd_is_held = FALSE;
  follow_page (modem, NULL);
  say (modem, request, TERMINATED, NULL); // also when there was no session
}

// Initiates or continues: who is refused by the modem itself never reaches the network.
static void
dial (Modem *modem, struct ModemRequest *request, guint32 action, const char *typed)
{
  gboolean is_taken = modem->ussd_is_held || (action == INITIATE && modem->ussd_is_open);
  if (modem->registration != REGISTER_HOME)
    modem_answer (modem, request, modem->radio_on ? MBIM_NOT_REGISTERED : MBIM_RADIO_POWER_OFF, NULL);
  else if (is_taken)
    say (modem, request, OTHER_LOCAL_CLIENT, NULL);
  else if (action == CONTINUE && !modem->ussd_is_open)
    say (modem, request, TERMINATED, NULL);
  else
    reach_network (modem, request, typed);
}

static void
act_ussd (Modem *modem, struct ModemRequest *request)
{
  guint32 action = mbim_get_u32 (&request->in), scheme = mbim_get_u32 (&request->in);
  gsize length;
  const guint8 *payload = mbim_get_bytes (&request->in, &length);
  gboolean is_bad = request->in.is_bad || action > CANCEL || length > PAYLOAD_MAX;
  g_autofree char *typed = gsm_ussd_text (payload, is_bad ? 0 : length, (guint8)scheme);
  if (is_bad || (action != CANCEL && length == 0))
    modem_answer (modem, request, MBIM_INVALID_PARAMETERS, NULL);
  else if (action == CANCEL)
    cancel (modem, request);
  else
    dial (modem, request, action, typed);
}

gboolean
modem_push_ussd (Modem *modem, const char *text, GError **error)
{
  if (modem->registration != REGISTER_HOME) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the modem is on no network");
    return FALSE;
  }
  struct OperatorReply reply;
  operator_push (modem->operator, modem->sim, text, &reply);
  follow_page (modem, reply.page);
  indicate (modem, modem->ussd_is_open ? ACTION_REQUIRED : NO_ACTION_REQUIRED, NEW_SESSION, reply.text);
  operator_reply_clear (&reply);
  return TRUE;
}

static const struct ModemCommand commands[] = {{"ussd", USSD_CID, FALSE, TRUE, act_ussd}};

const struct ModemService modem_ussd = {
    "ussd",
    {0xe5, 0x50, 0xa0, 0xc8, 0x5e, 0x82, 0x47, 0x9e, 0x82, 0xf7, 0x10, 0xab, 0xf4, 0xc3, 0x35, 0x1f},
    TRUE,
    commands,
    G_N_ELEMENTS (commands),
};
