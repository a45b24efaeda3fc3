/* Radio, registration and signal. See modem_worker_parts.h. */
#include "daemon/devices/modem_worker_parts.h"

enum {
  RADIO_S = 20,
  REGISTER_S = 60,
  NETWORK_WAIT_S = 90, /* for a card to find its network */
  LOOK_S = 3,
  HOME_S = 10,
  RSSI_MAX = 31, /* 99 = unknown (TS 27.007, 8.5) */
};

/* A registration as read. */
typedef struct {
  MbimRegisterState state;
  char *provider_id, *provider_name;
} Registration;

static void
registration_clear (Registration *registration)
{
  g_free (registration->provider_id);
  g_free (registration->provider_name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Registration, registration_clear)

static gboolean
read_registration (Worker *worker, Registration *registration, GError **error)
{
  g_autoptr (MbimMessage) response = NULL;
  if (!mbim_call (worker->mbim, mbim_message_register_state_query_new (NULL), WORKER_READ_S, &response, error))
    return FALSE;
  gboolean is_read = mbim_is_version (worker->mbim, 2)
                         ? mbim_message_ms_basic_connect_v2_register_state_response_parse (
                               response, NULL, &registration->state, NULL, NULL, NULL, &registration->provider_id,
                               &registration->provider_name, NULL, NULL, NULL, NULL)
                         : mbim_message_register_state_response_parse (response, NULL, &registration->state, NULL, NULL,
                                                                       NULL, &registration->provider_id,
                                                                       &registration->provider_name, NULL, NULL, NULL);
  return is_read || modem_code_fail (error, MODEM_CODE_PROTOCOL, "the registration cannot be read");
}

/* What each state of registration is called, and makes of the modem. */
static const struct {
  const char *name;
  ModemState state;
  ModemCode code;
} registrations[] = {
    [MBIM_REGISTER_STATE_UNKNOWN] = {NULL, MODEM_READY, MODEM_CODE_NONE},
    [MBIM_REGISTER_STATE_DEREGISTERED] = {"idle", MODEM_READY, MODEM_CODE_NONE},
    [MBIM_REGISTER_STATE_SEARCHING] = {"searching", MODEM_REGISTERING, MODEM_CODE_NONE},
    [MBIM_REGISTER_STATE_HOME] = {"home", MODEM_ONLINE, MODEM_CODE_NONE},
    [MBIM_REGISTER_STATE_ROAMING] = {"roaming", MODEM_ONLINE, MODEM_CODE_NONE},
    [MBIM_REGISTER_STATE_PARTNER] = {"roaming", MODEM_ONLINE, MODEM_CODE_NONE},
    [MBIM_REGISTER_STATE_DENIED] = {"denied", MODEM_READY, MODEM_CODE_LINE_REFUSED},
};

static void
take_registration (Worker *worker, Registration *registration)
{
  guint state =
      (guint)registration->state < G_N_ELEMENTS (registrations) ? registration->state : MBIM_REGISTER_STATE_UNKNOWN;
  ModemCard *card = worker->card;
  g_free (card->registration);
  g_free (card->network);
  g_free (card->network_name);
  card->registration = g_strdup (registrations[state].name);
  card->network = g_steal_pointer (&registration->provider_id);
  card->network_name = g_steal_pointer (&registration->provider_name);
  worker->state = registrations[state].state;
  if (registrations[state].code != MODEM_CODE_NONE)
    worker->code = registrations[state].code;
}

static void
read_signal (Worker *worker)
{
  g_autoptr (MbimMessage) response = NULL;
  g_autoptr (GError) error = NULL;
  guint32 rssi;
  worker->card->signal_percent = -1;
  if (!mbim_call (worker->mbim, mbim_message_signal_state_query_new (NULL), WORKER_READ_S, &response, &error))
    return;
  gboolean is_read = mbim_is_version (worker->mbim, 2)
                         ? mbim_message_ms_basic_connect_v2_signal_state_response_parse (response, &rssi, NULL, NULL,
                                                                                         NULL, NULL, NULL, NULL, NULL)
                         : mbim_message_signal_state_response_parse (response, &rssi, NULL, NULL, NULL, NULL, NULL);
  if (is_read && rssi <= RSSI_MAX)
    worker->card->signal_percent = rssi * 100 / RSSI_MAX;
}

/* Some modems ask the network for it and time out: once a card, and a failure says nothing. */
static void
read_home (Worker *worker)
{
  g_autoptr (MbimMessage) response = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MbimProvider) provider = NULL;
  if (worker->has_asked_home)
    return;
  worker->has_asked_home = TRUE;
  if (!mbim_call (worker->mbim, mbim_message_home_provider_query_new (NULL), HOME_S, &response, &error) ||
      !mbim_message_home_provider_response_parse (response, &provider, NULL))
    return;
  worker->card->home_network = g_strdup (provider->provider_id);
  worker->card->home_name = g_strdup (provider->provider_name);
}

void
worker_read_net (Worker *worker)
{
  g_autoptr (GError) error = NULL;
  g_auto (Registration) registration = {0};
  read_home (worker);
  if (read_registration (worker, &registration, &error))
    take_registration (worker, &registration);
  else if (modem_code_of (error) == MODEM_CODE_RADIO_OFF)
    worker->code = MODEM_CODE_RADIO_OFF;
  if (worker->state == MODEM_ONLINE)
    read_signal (worker);
}

/* ---- registering ---- */

static gboolean
read_radio (MbimMessage *response, gboolean *is_on, gboolean *is_hardware_off)
{
  MbimRadioSwitchState hardware, software;
  if (!mbim_message_radio_state_response_parse (response, &hardware, &software, NULL))
    return FALSE;
  *is_hardware_off = hardware == MBIM_RADIO_SWITCH_STATE_OFF;
  *is_on = !*is_hardware_off && software == MBIM_RADIO_SWITCH_STATE_ON;
  return TRUE;
}

/* Some modems always start with the radio off (D-Link DWM-156); laptop modems stay off until their maker's unlock was sent. That is not
 * done here: ModemManager ships the scripts (/usr/share/ModemManager/fcc-unlock.available.d). */
static gboolean
switch_radio_on (Worker *worker, GError **error)
{
  g_autoptr (MbimMessage) before = NULL, after = NULL;
  gboolean is_on, is_hardware_off = FALSE;
  if (!mbim_call (worker->mbim, mbim_message_radio_state_query_new (NULL), WORKER_READ_S, &before, error))
    return FALSE;
  if (read_radio (before, &is_on, &is_hardware_off) && is_on)
    return TRUE;
  if (!mbim_call (worker->mbim, mbim_message_radio_state_set_new (MBIM_RADIO_SWITCH_STATE_ON, NULL), RADIO_S, &after,
                  error))
    return FALSE;
  if (read_radio (after, &is_on, &is_hardware_off) && is_on)
    return TRUE;
  return modem_code_fail (error, MODEM_CODE_RADIO_LOCKED,
                          is_hardware_off ? "the hardware switch is off"
                                          : "it stays off: see /usr/share/ModemManager/fcc-unlock.available.d");
}

static gboolean
is_settled (Worker *worker, GError **error)
{
  g_auto (Registration) registration = {0};
  if (!read_registration (worker, &registration, error))
    return TRUE;
  take_registration (worker, &registration);
  if (g_strcmp0 (worker->card->registration, "denied") != 0)
    return worker->state == MODEM_ONLINE;
  modem_code_fail (error, MODEM_CODE_LINE_REFUSED, "registration denied");
  return TRUE;
}

static gboolean
wait_for_network (Worker *worker, GError **error)
{
  gint64 deadline = mbim_deadline (NETWORK_WAIT_S);
  g_autoptr (GError) why = NULL;
  worker_tell_waiting (worker, "network");
  while (!is_settled (worker, &why)) {
    gint64 look_at = MIN (mbim_deadline (LOOK_S), deadline);
    gboolean is_told = FALSE;
    while (!is_told && mbim_wait (worker->mbim, look_at))
      is_told = mbim_take_net_changed (worker->mbim);
    if (!is_told && g_get_monotonic_time () < look_at) /* stopped, or gone */
      return modem_code_fail (error, mbim_is_gone (worker->mbim) ? MODEM_CODE_GONE : MODEM_CODE_CANCELLED, "stopped");
    if (g_get_monotonic_time () >= deadline)
      return modem_code_fail (error, MODEM_CODE_NET_NONE, "no network in 90 s");
  }
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
worker_register (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error)
{
  (void)done;
  if (request->iccid == NULL)
    return modem_code_fail (error, MODEM_CODE_PROTOCOL, "no card is named");
  if (!worker_check_card (worker, request->iccid, error))
    return FALSE;
  worker_refresh (worker);
  if (worker->state == MODEM_ONLINE)
    return TRUE;
  if (worker->state != MODEM_READY && worker->state != MODEM_REGISTERING)
    return modem_code_fail (error, worker->code, "the card is not open");
  if (!switch_radio_on (worker, error))
    return FALSE;
  g_autoptr (GError) why = NULL; /* some modems register by themselves and refuse the order: what counts is the state */
  mbim_order (worker->mbim,
              mbim_message_register_state_set_new (NULL, MBIM_REGISTER_ACTION_AUTOMATIC, worker->data_class, NULL),
              REGISTER_S, &why);
  if (mbim_is_gone (worker->mbim)) {
    g_propagate_error (error, g_steal_pointer (&why));
    return FALSE;
  }
  return wait_for_network (worker, error);
}
