// The service Basic Connect (MBIM 1.0, 10.5), as far as a SIM bench asks for it. No SMS, no USSD.
#include "tests/fleet/modem.h"

#include <string.h>

enum {
  DEVICE_CAPS = 1,
  SUBSCRIBER_READY = 2,
  RADIO_STATE = 3,
  PIN = 4,
  PIN_LIST = 5,
  HOME_PROVIDER = 6,
  VISIBLE_PROVIDERS = 8,
  REGISTER_STATE = 9,
  PACKET_SERVICE = 10,
  SIGNAL_STATE = 11,
  CONNECT = 12,
  DEVICE_SERVICES = 16,
  SUBSCRIBE_LIST = 19,
  PACKET_STATISTICS = 20,
};

#define DATA_CLASSES 0x3c // UMTS, HSDPA, HSUPA, LTE

enum ModemExtensions
modem_version (const Modem *modem)
{
  return MAX (modem->spoken, (enum ModemExtensions)modem->settings.forced);
}

static void
act_caps (Modem *modem, struct ModemRequest *request)
{
  const struct ModemSettings *set = &modem->settings;
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, 2);                // removable
  mbim_put_u32 (out, 1);                // GSM
  mbim_put_u32 (out, 1);                // no voice
  mbim_put_u32 (out, 2);                // removable card
  mbim_put_u32 (out, DATA_CLASSES);     //
  mbim_put_u32 (out, set->sms ? 3 : 0); // SMS as PDUs, both ways
  mbim_put_u32 (out, 1);                // manual registration
  mbim_put_u32 (out, 8);                // sessions
  mbim_put_text (out, NULL);            // custom data class
  mbim_put_text (out, set->imei);
  mbim_put_text (out, set->firmware);
  mbim_put_text (out, set->model);
  modem_answer (modem, request, MBIM_OK, out);
}

// ---- the card ----

static gboolean
shows_iccid (const Modem *modem)
{
  enum ModemReady ready = modem_ready (modem);
  if (ready == READY_NOT_INITIALIZED)
    return modem->settings.boot == MODEM_BOOT_ICCID;
  return ready == READY_INITIALIZED || ready == READY_LOCKED;
}

static struct MbimWriter *
ready_info (const Modem *modem)
{
  struct MbimWriter *out = mbim_writer_new ();
  enum ModemReady ready = modem_ready (modem);
  gboolean is_readable = ready == READY_INITIALIZED;
  g_autofree char *iccid = shows_iccid (modem) ? sim_iccid_raw (modem->sim) : NULL;
  gboolean has_numbers = is_readable && *modem->sim->settings.numbers != '\0';
  g_auto (GStrv) numbers = g_strsplit (has_numbers ? modem->sim->settings.numbers : "", ",", -1);
  mbim_put_u32 (out, ready);
  if (modem_version (modem) == MODEM_EX_3)
    mbim_put_u32 (out, 6); // a card that can be taken out
  mbim_put_text (out, is_readable ? modem->sim->settings.imsi : NULL);
  mbim_put_text (out, iccid);
  mbim_put_u32 (out, is_readable && modem->sim->settings.protect ? 1 : 0);
  mbim_put_u32 (out, g_strv_length (numbers));
  for (guint i = 0; numbers[i] != NULL; i++)
    mbim_put_text (out, numbers[i]);
  return out;
}

void
modem_indicate_ready (Modem *modem)
{
  modem_indicate (modem, &modem_basic, SUBSCRIBER_READY, ready_info (modem));
}

static void
act_ready (Modem *modem, struct ModemRequest *request)
{
  if (modem->is_booting && modem->settings.boot == MODEM_BOOT_STATUS)
    modem_answer (modem, request, MBIM_NOT_INITIALIZED, NULL);
  else
    modem_answer (modem, request, MBIM_OK, ready_info (modem));
}

// ---- PIN ----

enum { PIN1 = 2, PIN2 = 3, PUK1 = 11 };
enum { UNLOCKED = 0, LOCKED = 1 };

static struct MbimWriter *
pin_words (guint32 type, guint32 state, guint32 left)
{
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, type);
  mbim_put_u32 (out, state);
  mbim_put_u32 (out, left);
  return out;
}

static struct MbimWriter *
pin_info (const Modem *modem)
{
  const struct SimSettings *sim = &modem->sim->settings;
  enum ModemPinQuery way = (enum ModemPinQuery)modem->settings.pin_query;
  gboolean is_unknown = way == MODEM_PIN_UNKNOWN;
  if (sim_is_pin_blocked (modem->sim))
    return pin_words (PUK1, LOCKED, is_unknown ? G_MAXUINT32 : (guint32)sim->puk_left);
  guint32 left = is_unknown ? G_MAXUINT32 : (guint32)sim->pin_left;
  if (sim->pin_enabled && !modem->is_verified)
    return pin_words (PIN1, LOCKED, left);
  return pin_words (way == MODEM_PIN_PIN2 ? PIN2 : PIN1, UNLOCKED, left);
}

enum MbimStatus
modem_card_status (const Modem *modem)
{
  if (modem->sim == NULL)
    return MBIM_SIM_NOT_INSERTED;
  if (modem->is_booting)
    return MBIM_NOT_INITIALIZED;
  return sim_is_dead (modem->sim) ? MBIM_BAD_SIM : MBIM_OK;
}

static void
query_pin (Modem *modem, struct ModemRequest *request)
{
  enum MbimStatus status = modem_card_status (modem);
  gboolean is_locked = status == MBIM_OK && modem_ready (modem) == READY_LOCKED;
  if (status == MBIM_NOT_INITIALIZED && modem->settings.boot == MODEM_BOOT_LOCKED)
    modem_answer (modem, request, MBIM_OK, pin_words (PIN1, LOCKED, 3));
  else if (is_locked && modem->settings.pin_query == MODEM_PIN_STATUS)
    modem_answer (modem, request, MBIM_PIN_REQUIRED, NULL);
  else
    modem_answer (modem, request, status, status == MBIM_OK ? pin_info (modem) : NULL);
}

static enum MbimStatus
status_of (enum SimVerdict verdict)
{
  static const enum MbimStatus statuses[] = {
      [SIM_RIGHT] = MBIM_OK,
      [SIM_WRONG] = MBIM_FAILURE,
      [SIM_BLOCKED] = MBIM_FAILURE,
      [SIM_MALFORMED] = MBIM_INVALID_PARAMETERS,
  };
  return statuses[verdict];
}

static enum MbimStatus
enter_pin (Modem *modem, const char *pin, const char *new_pin)
{
  (void)new_pin; // of other operations
  if (!modem->sim->settings.pin_enabled && !sim_is_pin_blocked (modem->sim))
    return MBIM_PIN_DISABLED;
  enum MbimStatus status = status_of (sim_verify_pin (modem->sim, pin));
  modem->is_verified = modem->is_verified || status == MBIM_OK;
  return status;
}

static enum MbimStatus
switch_pin (Modem *modem, const char *pin, gboolean is_enabled)
{
  if (modem->sim->settings.pin_enabled == is_enabled)
    return is_enabled ? MBIM_OPERATION_NOT_ALLOWED : MBIM_PIN_DISABLED;
  enum MbimStatus status = status_of (sim_verify_pin (modem->sim, pin));
  if (status != MBIM_OK)
    return status;
  modem->is_verified = TRUE;
  sim_enable_pin (modem->sim, is_enabled);
  return MBIM_OK;
}

static enum MbimStatus
enable_pin (Modem *modem, const char *pin, const char *new_pin)
{
  (void)new_pin; // of other operations
  return switch_pin (modem, pin, TRUE);
}

static enum MbimStatus
disable_pin (Modem *modem, const char *pin, const char *new_pin)
{
  (void)new_pin; // of other operations
  return switch_pin (modem, pin, FALSE);
}

static enum MbimStatus
change_pin (Modem *modem, const char *pin, const char *new_pin)
{
  if (!modem->sim->settings.pin_enabled)
    return MBIM_PIN_DISABLED;
  if (strlen (new_pin) < 4 || strlen (new_pin) > 8)
    return MBIM_INVALID_PARAMETERS; // before it costs an attempt
  enum MbimStatus status = status_of (sim_verify_pin (modem->sim, pin));
  if (status == MBIM_OK)
    modem->is_verified = TRUE;
  return status == MBIM_OK ? status_of (sim_change_pin (modem->sim, new_pin)) : status;
}

static enum MbimStatus
enter_puk (Modem *modem, const char *puk, const char *new_pin)
{
  enum MbimStatus status = status_of (sim_unblock (modem->sim, puk, new_pin));
  if (status == MBIM_OK)
    modem->is_verified = TRUE;
  return status;
}

static const struct {
  guint32 type, operation;
  enum MbimStatus (*act) (Modem *modem, const char *pin, const char *new_pin);
} pin_acts[] = {
    {PIN1, 0, enter_pin}, {PIN1, 1, enable_pin}, {PIN1, 2, disable_pin}, {PIN1, 3, change_pin}, {PUK1, 0, enter_puk},
};

static enum MbimStatus
run_pin (Modem *modem, struct MbimReader *in)
{
  guint32 type = mbim_get_u32 (in), operation = mbim_get_u32 (in);
  g_autofree char *pin = mbim_get_text (in);
  g_autofree char *new_pin = mbim_get_text (in);
  if (in->is_bad)
    return MBIM_INVALID_PARAMETERS;
  for (gsize i = 0; i < G_N_ELEMENTS (pin_acts); i++)
    if (pin_acts[i].type == type && pin_acts[i].operation == operation)
      return pin_acts[i].act (modem, pin, new_pin);
  return MBIM_NO_DEVICE_SUPPORT;
}

static void
act_pin (Modem *modem, struct ModemRequest *request)
{
  if (!request->is_set) {
    query_pin (modem, request);
    return;
  }
  enum MbimStatus status = modem_card_status (modem);
  if (status != MBIM_OK) {
    modem_answer (modem, request, status, NULL);
    return;
  }
  enum ModemReady before = modem_ready (modem);
  modem_strike_pin_set (modem, request);
  status = run_pin (modem, &request->in);
  struct MbimWriter *info = pin_info (modem); // the attempts left come with a refusal too
  modem_answer (modem, request, status, info);
  if (modem->plugged && modem_ready (modem) != before)
    modem_card_changed (modem);
}

static void
act_pin_list (Modem *modem, struct ModemRequest *request)
{
  enum { N_PINS = 10, MODE_ENABLED = 1, MODE_DISABLED = 2, NUMERIC = 1 };
  enum MbimStatus status = modem_card_status (modem);
  if (status != MBIM_OK) {
    modem_answer (modem, request, status, NULL);
    return;
  }
  struct MbimWriter *out = mbim_writer_new ();
  for (guint i = 0; i < N_PINS; i++) { // PIN1, PIN2, then eight that this modem does not have
    guint32 pin1_mode = modem->sim->settings.pin_enabled ? MODE_ENABLED : MODE_DISABLED;
    mbim_put_u32 (out, i == 0 ? pin1_mode : i == 1 ? MODE_ENABLED : 0);
    mbim_put_u32 (out, i < 2 ? NUMERIC : 0);
    mbim_put_u32 (out, i < 2 ? 4 : 0);
    mbim_put_u32 (out, i < 2 ? 8 : 0);
  }
  modem_answer (modem, request, MBIM_OK, out);
}

// ---- radio and network ----

static struct MbimWriter *
radio_info (const Modem *modem)
{
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, modem->settings.radio != MODEM_RADIO_HARDWARE);
  mbim_put_u32 (out, modem->radio_on);
  return out;
}

void
modem_indicate_radio (Modem *modem)
{
  modem_indicate (modem, &modem_basic, RADIO_STATE, radio_info (modem));
}

static gboolean
may_switch_on (const Modem *modem)
{
  enum ModemRadio radio = (enum ModemRadio)modem->settings.radio;
  return radio != MODEM_RADIO_HARDWARE && (radio != MODEM_RADIO_LOCKED || modem->radio_unlocked);
}

static void
act_radio (Modem *modem, struct ModemRequest *request)
{
  gboolean was_on = modem->radio_on;
  if (request->is_set)
    modem->radio_on = mbim_get_u32 (&request->in) == 1 && may_switch_on (modem);
  modem_answer (modem, request, MBIM_OK, radio_info (modem));
  if (modem->radio_on != was_on) {
    modem_indicate_radio (modem);
    modem_register (modem);
  }
}

// The operator of the card, which there must be.
static struct MbimWriter *
provider_info (const Modem *modem)
{
  enum { HOME = 1, GSM = 1, UNKNOWN = 99 };
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_text (out, modem->operator->settings.provider);
  mbim_put_u32 (out, HOME);
  mbim_put_text (out, modem->operator->settings.provider_name);
  mbim_put_u32 (out, GSM);
  mbim_put_u32 (out, (guint32)modem->settings.rssi);
  mbim_put_u32 (out, UNKNOWN); // error rate
  return out;
}

static void
act_home_provider (Modem *modem, struct ModemRequest *request)
{
  if (modem_ready (modem) != READY_INITIALIZED || modem->operator== NULL) {
    enum MbimStatus status = modem_card_status (modem);
    modem_answer (modem, request, status != MBIM_OK ? status : MBIM_PIN_REQUIRED, NULL);
    return;
  }
  modem_answer (modem, request, MBIM_OK, provider_info (modem));
}

static struct MbimWriter *
register_info (const Modem *modem)
{
  enum { UNKNOWN_IN_HLR = 2, AUTOMATIC = 1 };
  gboolean is_home = modem->registration == REGISTER_HOME;
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, modem->registration == REGISTER_DENIED ? UNKNOWN_IN_HLR : 0);
  mbim_put_u32 (out, modem->registration);
  mbim_put_u32 (out, AUTOMATIC);
  mbim_put_u32 (out, is_home ? DATA_CLASSES : 0);
  mbim_put_u32 (out, 1); // GSM
  mbim_put_text (out, is_home ? modem->operator->settings.provider : NULL);
  mbim_put_text (out, is_home ? modem->operator->settings.provider_name : NULL);
  mbim_put_text (out, NULL); // roaming
  mbim_put_u32 (out, 0);
  if (modem_version (modem) >= MODEM_EX_2)
    mbim_put_u32 (out, DATA_CLASSES); // preferred
  return out;
}

void
modem_indicate_register (Modem *modem)
{
  modem_indicate (modem, &modem_basic, REGISTER_STATE, register_info (modem));
}

// MBIM_OK when the modem may look for a network, or why not.
static enum MbimStatus
register_status (const Modem *modem)
{
  enum MbimStatus status = modem_card_status (modem);
  if (status != MBIM_OK)
    return status;
  if (!modem->radio_on)
    return MBIM_RADIO_POWER_OFF;
  return modem_ready (modem) == READY_LOCKED ? MBIM_PIN_REQUIRED : MBIM_OK;
}

static void
act_register (Modem *modem, struct ModemRequest *request)
{
  enum MbimStatus status = request->is_set ? register_status (modem) : MBIM_OK;
  if (status != MBIM_OK) {
    modem_answer (modem, request, status, NULL);
    return;
  }
  if (request->is_set)
    modem_register (modem);
  modem_answer (modem, request, MBIM_OK, register_info (modem));
}

static struct MbimWriter *
signal_info (const Modem *modem)
{
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, modem->radio_on ? (guint32)modem->settings.rssi : 99);
  mbim_put_u32 (out, 99); // error rate unknown
  mbim_put_u32 (out, 30); // seconds between two indications
  mbim_put_u32 (out, 0);
  mbim_put_u32 (out, 0);
  if (modem_version (modem) >= MODEM_EX_2)
    mbim_put_u64 (out, 0); // no RSRP, no SNR
  return out;
}

void
modem_indicate_signal (Modem *modem)
{
  modem_indicate (modem, &modem_basic, SIGNAL_STATE, signal_info (modem));
}

// A scan: the network of the card is the only one here.
static void
act_visible (Modem *modem, struct ModemRequest *request)
{
  if (!modem->radio_on) {
    modem_answer (modem, request, MBIM_RADIO_POWER_OFF, NULL);
    return;
  }
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, modem->operator!= NULL ? 1 : 0);
  if (modem->operator!= NULL)
    mbim_put_struct (out, provider_info (modem));
  modem_answer (modem, request, MBIM_OK, out);
}

// Packets go nowhere here; the state is what hosts look at.
static void
act_packet_service (Modem *modem, struct ModemRequest *request)
{
  enum { ATTACHED = 2, DETACHED = 4, LTE = 0x20, UP = 50000000, DOWN = 100000000 /* bits a second */ };
  if (modem->registration != REGISTER_HOME) {
    modem_answer (modem, request, MBIM_NOT_REGISTERED, NULL);
    return;
  }
  if (request->is_set)
    modem->is_detached = mbim_get_u32 (&request->in) == 1;
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, 0); // no error
  mbim_put_u32 (out, modem->is_detached ? DETACHED : ATTACHED);
  mbim_put_u32 (out, modem->is_detached ? 0 : LTE);
  mbim_put_u64 (out, UP);
  mbim_put_u64 (out, DOWN);
  if (modem_version (modem) >= MODEM_EX_2)
    mbim_put_u32 (out, 0); // frequency range
  if (modem_version (modem) == MODEM_EX_3) {
    mbim_put_u32 (out, 0); // no 5G
    mbim_put_u64 (out, 0); // tracking area
  }
  modem_answer (modem, request, MBIM_OK, out);
}

static struct MbimWriter *
connect_info (const Modem *modem, guint32 session)
{
  static const char internet[] = "~^*~Norrsken~^*~"; // the UUID of that context type, as in the specification
  enum { ACTIVATED = 1, DEACTIVATED = 3, IPV4 = 1 };
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, session);
  mbim_put_u32 (out, modem->is_connected ? ACTIVATED : DEACTIVATED);
  mbim_put_u32 (out, 0); // no voice call
  mbim_put_u32 (out, modem->is_connected ? IPV4 : 0);
  mbim_put_raw (out, internet, MBIM_UUID_BYTES);
  mbim_put_u32 (out, 0); // no error
  return out;
}

// One session, in the layout of MBIM 1.0.
static void
act_connect (Modem *modem, struct ModemRequest *request)
{
  guint32 session = mbim_get_u32 (&request->in), command = mbim_get_u32 (&request->in);
  enum MbimStatus status = MBIM_OK;
  if (modem->registration != REGISTER_HOME || modem->is_detached)
    status = MBIM_PACKET_SERVICE_DETACHED;
  else if (request->in.is_bad || session != 0)
    status = MBIM_INVALID_PARAMETERS;
  else if (request->is_set)
    modem->is_connected = command == 1;
  modem_answer (modem, request, status, status == MBIM_OK ? connect_info (modem, session) : NULL);
}

static void
act_statistics (Modem *modem, struct ModemRequest *request)
{
  struct MbimWriter *out = mbim_writer_new ();
  for (guint i = 0; i < 6; i++)
    mbim_put_u64 (out, 0); // two counters of errors, octets and packets in and out, two counters of errors
  modem_answer (modem, request, modem->is_connected ? MBIM_OK : MBIM_CONTEXT_NOT_ACTIVATED, out);
}

static void
act_signal (Modem *modem, struct ModemRequest *request)
{
  modem_answer (modem, request, MBIM_OK, signal_info (modem)); // a set changes nothing that anybody could see
}

// ---- services ----

static struct MbimWriter *
service_info (const struct ModemService *service)
{
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_raw (out, service->uuid, MBIM_UUID_BYTES);
  mbim_put_u32 (out, 0);
  mbim_put_u32 (out, 0);
  mbim_put_u32 (out, (guint32)service->n_commands);
  for (gsize i = 0; i < service->n_commands; i++)
    mbim_put_u32 (out, service->commands[i].cid);
  return out;
}

static void
act_services (Modem *modem, struct ModemRequest *request)
{
  const struct ModemService *service;
  struct MbimWriter *out = mbim_writer_new ();
  guint count = 0;
  while (modem_service_at (modem, count) != NULL)
    count++;
  mbim_put_u32 (out, count);
  mbim_put_u32 (out, 0); // no device service streams
  for (guint place = 0; (service = modem_service_at (modem, place)) != NULL; place++)
    mbim_put_struct (out, service_info (service));
  modem_answer (modem, request, MBIM_OK, out);
}

static const struct ModemService *
service_of (const Modem *modem, const guint8 *uuid)
{
  const struct ModemService *service;
  for (guint place = 0; (service = modem_service_at (modem, place)) != NULL; place++)
    if (memcmp (service->uuid, uuid, MBIM_UUID_BYTES) == 0)
      return service;
  return NULL;
}

// One entry of the list: a service, and which of its indications; none means all.
static gboolean
subscribe (const Modem *modem, GHashTable *wanted, struct MbimReader *entry)
{
  const guint8 *uuid = mbim_get_raw (entry, MBIM_UUID_BYTES);
  guint32 count = mbim_get_u32 (entry);
  if (entry->is_bad)
    return FALSE;
  const struct ModemService *service = service_of (modem, uuid);
  const char *name = service != NULL ? service->name : "unknown"; // asking for it is not wrong
  if (count == 0)
    g_hash_table_add (wanted, g_strconcat (name, " all", NULL));
  for (guint32 i = 0; i < count && !entry->is_bad; i++)
    g_hash_table_add (wanted, g_strdup_printf ("%s %u", name, mbim_get_u32 (entry)));
  return !entry->is_bad;
}

static void
act_subscribe (Modem *modem, struct ModemRequest *request)
{
  struct MbimReader *in = &request->in;
  g_autoptr (GHashTable) wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  struct MbimWriter *out = mbim_writer_new ();
  guint32 count = mbim_get_u32 (in);
  gboolean is_good = !in->is_bad;
  mbim_put_u32 (out, count);
  for (guint32 i = 0; i < count && is_good; i++) {
    gsize length;
    const guint8 *bytes = mbim_get_bytes (in, &length);
    struct MbimReader entry = {.bytes = bytes, .length = length};
    is_good = bytes != NULL && subscribe (modem, wanted, &entry);
    mbim_put_bytes (out, bytes, length); // the answer repeats the list
  }
  if (is_good) {
    g_clear_pointer (&modem->subscribed, g_hash_table_unref);
    modem->subscribed = g_steal_pointer (&wanted);
  }
  modem_answer (modem, request, is_good ? MBIM_OK : MBIM_INVALID_PARAMETERS, out);
}

static const struct ModemCommand commands[] = {
    {"caps", DEVICE_CAPS, TRUE, FALSE, act_caps},
    {"ready", SUBSCRIBER_READY, TRUE, FALSE, act_ready},
    {"radio", RADIO_STATE, TRUE, TRUE, act_radio},
    {"pin", PIN, TRUE, TRUE, act_pin},
    {"pin-list", PIN_LIST, TRUE, FALSE, act_pin_list},
    {"home", HOME_PROVIDER, TRUE, FALSE, act_home_provider},
    {"visible", VISIBLE_PROVIDERS, TRUE, FALSE, act_visible},
    {"register", REGISTER_STATE, TRUE, TRUE, act_register},
    {"signal", SIGNAL_STATE, TRUE, TRUE, act_signal},
    {"packet-service", PACKET_SERVICE, TRUE, TRUE, act_packet_service},
    {"connect", CONNECT, TRUE, TRUE, act_connect},
    {"statistics", PACKET_STATISTICS, TRUE, FALSE, act_statistics},
    {"services", DEVICE_SERVICES, TRUE, FALSE, act_services},
    {"subscribe", SUBSCRIBE_LIST, FALSE, TRUE, act_subscribe},
};

const struct ModemService modem_basic = {
    "basic",
    {0xa2, 0x89, 0xcc, 0x33, 0xbc, 0xbb, 0x8b, 0x4f, 0xb6, 0xb0, 0x13, 0x3e, 0xc2, 0xaa, 0xe6, 0xdf},
    TRUE,
    commands,
    G_N_ELEMENTS (commands),
};
