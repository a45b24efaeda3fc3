/* The card: is it there, which one, does it wait for a PIN. See modem_worker_parts.h. */
#include "daemon/devices/modem_worker_parts.h"

enum {
  ABSENT_GRACE_S = 5
}; /* the MC7710 says "not inserted" while the card starts (ModemManager, mm-broadband-modem-mbim.c) */

/* One answer to SUBSCRIBER_READY_STATUS. */
typedef struct {
  MbimSubscriberReadyState state;
  MbimReadyInfoFlag info;
  char *imsi, *iccid;
  char **numbers;
} Ready;

static void
ready_clear (Ready *ready)
{
  g_free (ready->imsi);
  g_free (ready->iccid);
  g_strfreev (ready->numbers);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ready, ready_clear)

static gboolean
read_ready (Worker *worker, Ready *ready, GError **error)
{
  g_autoptr (MbimMessage) response = NULL;
  if (!mbim_call (worker->mbim, mbim_message_subscriber_ready_status_query_new (NULL), WORKER_READ_S, &response, error))
    return FALSE;
  gboolean is_read =
      mbim_is_version (worker->mbim, 3)
          ? mbim_message_ms_basic_connect_v3_subscriber_ready_status_response_parse (
                response, &ready->state, NULL, &ready->imsi, &ready->iccid, &ready->info, NULL, &ready->numbers, NULL)
          : mbim_message_subscriber_ready_status_response_parse (response, &ready->state, &ready->imsi, &ready->iccid,
                                                                 &ready->info, NULL, &ready->numbers, NULL);
  return is_read || modem_code_fail (error, MODEM_CODE_PROTOCOL, "the ready status cannot be read");
}

static void
set_state (Worker *worker, ModemState state, ModemCode code, const char *detail)
{
  worker->state = state;
  worker->code = code;
  g_free (worker->detail);
  worker->detail = g_strdup (detail);
}

/* What the ready state says by itself. An MBIM status may say the same in another way. */
static const struct {
  ModemState state;
  ModemCode code;
} ready_states[] = {
    [MBIM_SUBSCRIBER_READY_STATE_NOT_INITIALIZED] = {MODEM_SIM_BOOT, MODEM_CODE_SIM_BOOTING},
    [MBIM_SUBSCRIBER_READY_STATE_INITIALIZED] = {MODEM_READY, MODEM_CODE_NONE},
    [MBIM_SUBSCRIBER_READY_STATE_SIM_NOT_INSERTED] = {MODEM_SIM_ABSENT, MODEM_CODE_SIM_ABSENT},
    [MBIM_SUBSCRIBER_READY_STATE_BAD_SIM] = {MODEM_SIM_BAD, MODEM_CODE_SIM_BAD},
    [MBIM_SUBSCRIBER_READY_STATE_FAILURE] = {MODEM_SIM_BAD, MODEM_CODE_SIM_BAD},
    [MBIM_SUBSCRIBER_READY_STATE_NOT_ACTIVATED] = {MODEM_READY, MODEM_CODE_LINE_REFUSED},
    [MBIM_SUBSCRIBER_READY_STATE_DEVICE_LOCKED] = {MODEM_PIN_LOCKED, MODEM_CODE_SIM_PIN_REQUIRED},
    [MBIM_SUBSCRIBER_READY_STATE_NO_ESIM_PROFILE] = {MODEM_SIM_ABSENT, MODEM_CODE_SIM_ABSENT},
};

static void
set_ready_state (Worker *worker, guint ready)
{
  gboolean is_starting = g_get_monotonic_time () < worker->opened_at + ABSENT_GRACE_S * G_USEC_PER_SEC;
  if (ready >= G_N_ELEMENTS (ready_states))
    set_state (worker, MODEM_SIM_BAD, MODEM_CODE_PROTOCOL, "an unknown ready state");
  else if (ready == MBIM_SUBSCRIBER_READY_STATE_SIM_NOT_INSERTED && is_starting)
    set_state (worker, MODEM_SIM_BOOT, MODEM_CODE_SIM_BOOTING, NULL);
  else
    set_state (worker, ready_states[ready].state, ready_states[ready].code, NULL);
}

/* Another card: nothing of the old one stays. */
static void
take_identity (Worker *worker, Ready *ready)
{
  g_autofree char *iccid = iccid_canonical (ready->iccid);
  if (g_strcmp0 (iccid, worker->card->iccid) != 0) {
    modem_card_free (worker->card);
    worker->card = modem_card_new ();
    worker->has_asked_home = FALSE;
    worker->card->iccid = g_steal_pointer (&iccid);
  }
  ModemCard *card = worker->card;
  card->is_private = (ready->info & MBIM_READY_INFO_FLAG_PROTECT_UNIQUE_ID) != 0;
  g_free (card->iccid_raw);
  card->iccid_raw = g_steal_pointer (&ready->iccid);
  g_free (card->imsi);
  card->imsi = card->is_private ? NULL : g_steal_pointer (&ready->imsi);
  g_strfreev (card->numbers);
  card->numbers = g_steal_pointer (&ready->numbers);
}

gboolean
worker_check_card (Worker *worker, const char *iccid, GError **error)
{
  g_auto (Ready) ready = {0};
  if (!read_ready (worker, &ready, error))
    return FALSE;
  g_autofree char *seen = iccid_canonical (ready.iccid);
  if (iccid_is_same (seen, iccid))
    return TRUE;
  if (ready.state == MBIM_SUBSCRIBER_READY_STATE_SIM_NOT_INSERTED)
    return modem_code_fail (error, MODEM_CODE_SIM_ABSENT, "the card was taken out");
  if (ready.state == MBIM_SUBSCRIBER_READY_STATE_NOT_INITIALIZED)
    return modem_code_fail (error, MODEM_CODE_SIM_BOOTING, "a card is starting");
  if (seen == NULL)
    return modem_code_fail (error, MODEM_CODE_UNSUPPORTED, "the modem does not tell the card's number now");
  return modem_code_fail (error, MODEM_CODE_SIM_CHANGED, "another card is in the modem");
}

/* ---- PIN ---- */

void
worker_take_attempts (Worker *worker, const MbimMessage *response)
{
  MbimPinType type;
  guint32 left;
  if (response == NULL || !mbim_message_pin_response_parse (response, &type, NULL, &left, NULL))
    return;
  int attempts = left > G_MAXINT8 ? MODEM_ATTEMPTS_UNKNOWN : (int)left; /* 0xffffffff: not told */
  worker->pin_type = type;
  if (type == MBIM_PIN_TYPE_PIN1)
    worker->card->pin_attempts = attempts;
  else if (type == MBIM_PIN_TYPE_PUK1) {
    worker->card->puk_attempts = attempts;
    worker->card->pin_attempts = 0;
  }
}

gboolean
worker_read_pin (Worker *worker, GError **error)
{
  g_autoptr (MbimMessage) response = NULL;
  g_autoptr (GError) why = NULL;
  if (mbim_call (worker->mbim, mbim_message_pin_query_new (NULL), WORKER_READ_S, &response, &why)) {
    worker->card->pin_attempts = MODEM_ATTEMPTS_UNKNOWN;
    worker_take_attempts (worker, response);
    return TRUE;
  }
  if (modem_code_of (why) != MODEM_CODE_SIM_PIN_REQUIRED) {
    g_propagate_error (error, g_steal_pointer (&why));
    return FALSE;
  }
  worker->pin_type = MBIM_PIN_TYPE_PIN1; /* the VZ20M answers so (ModemManager, mm-broadband-modem-mbim.c) */
  worker->card->pin_attempts = MODEM_ATTEMPTS_UNKNOWN;
  return TRUE;
}

/* Does the card ask for a PIN at start? Not all modems tell. */
static void
read_pin_mode (Worker *worker)
{
  g_autoptr (MbimMessage) response = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MbimPinDesc) pin1 = NULL;
  worker->card->is_pin_on = -1;
  if (!mbim_call (worker->mbim, mbim_message_pin_list_query_new (NULL), WORKER_READ_S, &response, &error) ||
      !mbim_message_pin_list_response_parse (response, &pin1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                             NULL))
    return;
  if (pin1->pin_mode == MBIM_PIN_MODE_ENABLED || pin1->pin_mode == MBIM_PIN_MODE_DISABLED)
    worker->card->is_pin_on = pin1->pin_mode == MBIM_PIN_MODE_ENABLED;
}

/* A PIN query is only believed now: while the card starts, some modems say "locked, PIN1" of any card (openwrt/openwrt#24260, RM520N-GL). */
static void
set_lock_state (Worker *worker)
{
  g_autoptr (GError) error = NULL;
  if (!worker_read_pin (worker, &error)) {
    set_state (worker, MODEM_PIN_LOCKED, modem_code_of (error), error->message);
    return;
  }
  if (worker->pin_type == MBIM_PIN_TYPE_PUK1)
    set_state (worker, MODEM_PUK_LOCKED, MODEM_CODE_SIM_PUK_REQUIRED, NULL);
  else if (worker->pin_type != MBIM_PIN_TYPE_PIN1)
    set_state (worker, MODEM_SIM_BAD, MODEM_CODE_UNSUPPORTED,
               "the modem asks for another code than the card's PIN: it only takes its operator's cards");
  worker->card->is_pin_on = 1;
}

/* An open card. "PIN2, unlocked" means that PIN1 is fine (libmbim-devel 2016-April/000728). */
static void
read_open_card (Worker *worker)
{
  g_autoptr (GError) error = NULL; /* a modem that cannot tell leaves the number unknown */
  worker_read_pin (worker, &error);
  read_pin_mode (worker);
  worker_read_net (worker);
}

static void
read_card (Worker *worker)
{
  g_autoptr (GError) error = NULL;
  g_auto (Ready) ready = {0};
  if (!read_ready (worker, &ready, &error)) {
    /* NOT_INITIALIZED, SIM_NOT_INSERTED and BAD_SIM as a status: the same as the state (ModemManager 20a95cf4) */
    ModemCode code = modem_code_of (error);
    ModemState state = code == MODEM_CODE_SIM_BOOTING  ? MODEM_SIM_BOOT
                       : code == MODEM_CODE_SIM_ABSENT ? MODEM_SIM_ABSENT
                                                       : MODEM_SIM_BAD;
    set_state (worker, state, code, error->message);
    return;
  }
  set_ready_state (worker, ready.state);
  take_identity (worker, &ready);
  gboolean is_readable = worker->state == MODEM_READY || worker->state == MODEM_PIN_LOCKED;
  if (is_readable && worker->card->iccid == NULL && worker->card->iccid_raw != NULL)
    set_state (worker, MODEM_SIM_BAD, MODEM_CODE_SIM_BAD, "the card's number has no known form");
  else if (worker->state == MODEM_PIN_LOCKED)
    set_lock_state (worker);
  else if (worker->state == MODEM_READY)
    read_open_card (worker);
}

void
worker_refresh (Worker *worker)
{
  (void)mbim_take_card_changed (worker->mbim); /* looked at now */
  (void)mbim_take_net_changed (worker->mbim);
  read_card (worker);
  if (!mbim_is_gone (worker->mbim) && !mbim_is_dead (worker->mbim))
    worker_tell_state (worker);
}
