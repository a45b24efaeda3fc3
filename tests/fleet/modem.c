// The life of a modem: what shows on the cable, the card's boot, the network, and how commands go wrong.
//
//   card:    (no card) --in--> booting --boot_seconds--> locked | initialized      a card that is dead: bad SIM
//   network: deregistered --card usable, radio on--> searching --register_seconds--> home | denied
#include "tests/fleet/modem.h"

#include <gio/gio.h>
#include <string.h>

#define NODE_ANY 99

static const struct ModemService *const services[] = {&modem_basic,      &modem_sms, &modem_ussd, &modem_phonebook,
                                                      &modem_extensions, &modem_qmi, &modem_uicc};

// Places where a fault may strike, before those of the commands.
enum { POINT_ANY, POINT_OPEN, POINT_CLOSE, POINT_TOPUP, POINT_PIN_SET, N_POINTS };

static const char *const point_names[] = {[POINT_ANY] = "any",
                                          [POINT_OPEN] = "open",
                                          [POINT_CLOSE] = "close",
                                          [POINT_TOPUP] = "topup",
                                          [POINT_PIN_SET] = "pin-set"};

static const char *const fault_names[] = {
    [MODEM_FAULT_NONE] = "none",
    [MODEM_FAULT_UNPLUG] = "unplug",
    [MODEM_FAULT_SILENT] = "silent",
    [MODEM_FAULT_FAIL] = "fail",
    [MODEM_FAULT_LOST] = "lost",
    [MODEM_FAULT_GONE] = "gone",
    [MODEM_FAULT_RESET] = "reset",
    [MODEM_FAULT_LATE] = "late",
    [MODEM_FAULT_TWICE] = "twice",
    [MODEM_FAULT_CUT] = "cut",
    [MODEM_FAULT_REORDER] = "reorder",
    [MODEM_FAULT_STALL] = "stall",
    [MODEM_FAULT_NOT_OPENED] = "not-opened",
};

void
modem_touch (Modem *modem)
{
  if (modem->changed != NULL)
    modem->changed (modem->changed_user);
}

// ---- services ----

static gboolean
has_service (const Modem *modem, const struct ModemService *service)
{
  const struct ModemSettings *set = &modem->settings;
  const struct {
    const struct ModemService *service;
    gboolean is_there;
  } optional[] = {
      {&modem_ussd, set->ussd},
      {&modem_sms, set->sms},
      {&modem_phonebook, set->phonebook},
      {&modem_extensions, set->extensions != MODEM_EX_1},
      {&modem_qmi, set->radio == MODEM_RADIO_LOCKED},
      {&modem_uicc, set->uicc},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (optional); i++)
    if (optional[i].service == service)
      return optional[i].is_there;
  return TRUE;
}

const struct ModemService *
modem_service_at (const Modem *modem, guint place)
{
  for (gsize i = 0; i < G_N_ELEMENTS (services); i++)
    if (has_service (modem, services[i]) && place-- == 0)
      return services[i];
  return NULL;
}

static const struct ModemCommand *
find_command (const Modem *modem, const struct ModemRequest *request)
{
  const struct ModemService *service;
  for (guint place = 0; (service = modem_service_at (modem, place)) != NULL; place++) {
    if (memcmp (service->uuid, request->service, MBIM_UUID_BYTES) != 0)
      continue;
    for (gsize i = 0; i < service->n_commands; i++)
      if (service->commands[i].cid == request->cid)
        return &service->commands[i];
  }
  return NULL;
}

// The name of a place where a fault may strike, NULL after the last one.
static const char *
point_name (guint point)
{
  if (point < N_POINTS)
    return point_names[point];
  point -= N_POINTS;
  for (gsize i = 0; i < G_N_ELEMENTS (services); i++) {
    if (point < services[i]->n_commands)
      return services[i]->commands[point].name;
    point -= (guint)services[i]->n_commands;
  }
  return NULL;
}

// Takes the armed fault of a place away.
static enum ModemFault
strike (Modem *modem, const char *name)
{
  const char *known;
  for (guint point = 0; (known = point_name (point)) != NULL; point++) {
    enum ModemFault fault = modem->faults[point];
    if (fault == MODEM_FAULT_NONE || !g_str_equal (known, name))
      continue;
    modem->faults[point] = MODEM_FAULT_NONE;
    modem_touch (modem);
    return fault;
  }
  return MODEM_FAULT_NONE;
}

static enum ModemFault
strike_command (Modem *modem, const char *name)
{
  enum ModemFault fault = strike (modem, name);
  return fault != MODEM_FAULT_NONE ? fault : strike (modem, point_names[POINT_ANY]);
}

static void
strike_request (Modem *modem, struct ModemRequest *request, guint point)
{
  enum ModemFault fault = strike (modem, point_names[point]);
  if (fault != MODEM_FAULT_NONE)
    request->fault = fault;
}

void
modem_strike_topup (Modem *modem, struct ModemRequest *request)
{
  strike_request (modem, request, POINT_TOPUP);
}

void
modem_strike_pin_set (Modem *modem, struct ModemRequest *request)
{
  strike_request (modem, request, POINT_PIN_SET);
}

gboolean
modem_arm (Modem *modem, const char *step, GError **error)
{
  const char *name;
  for (guint point = 0; (name = point_name (point)) != NULL; point++)
    for (guint fault = MODEM_FAULT_NONE + 1; fault < G_N_ELEMENTS (fault_names); fault++) {
      g_autofree char *both = g_strdup_printf ("%s@%s", fault_names[fault], name);
      if (!g_str_equal (both, step))
        continue;
      modem->faults[point] = fault;
      return TRUE;
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no such step");
  return FALSE;
}

char *
modem_faults_help (void)
{
  GString *text = g_string_new (NULL);
  const char *name;
  for (guint fault = MODEM_FAULT_NONE + 1; fault < G_N_ELEMENTS (fault_names); fault++)
    g_string_append_printf (text, "%s%s", fault > 1 ? "|" : "", fault_names[fault]);
  g_string_append (text, "@");
  for (guint point = 0; (name = point_name (point)) != NULL; point++)
    g_string_append_printf (text, "%s%s", point > 0 ? "|" : "", name);
  return g_string_free (text, FALSE);
}

// ---- what comes later ----

struct Later {
  Modem *modem;
  void (*act) (Modem *modem, gpointer data);
  gpointer data;
  GDestroyNotify free_data;
  guint timer;
};

static void
later_free (gpointer memory)
{
  struct Later *later = memory;
  g_clear_handle_id (&later->timer, g_source_remove);
  later->free_data (later->data);
  g_free (later);
}

static gboolean
on_later (gpointer user)
{
  struct Later *later = user;
  guint place;
  later->timer = 0;
  if (g_ptr_array_find (later->modem->pending, later, &place))
    (void)g_ptr_array_steal_index (later->modem->pending, place); // it is this one
  later->act (later->modem, later->data);
  g_free (later);
  return G_SOURCE_REMOVE;
}

void
modem_later (Modem *modem, double seconds, void (*act) (Modem *modem, gpointer data), gpointer data,
             GDestroyNotify free_data)
{
  struct Later *later = g_new (struct Later, 1);
  *later = (struct Later){modem, act, data, free_data, 0};
  later->timer = g_timeout_add ((guint)(seconds * 1000), on_later, later);
  g_ptr_array_add (modem->pending, later);
}

// ---- answers ----

static void
send_done (Modem *modem, const struct ModemRequest *request, enum MbimStatus status, const GByteArray *info,
           enum MbimMangle mangle)
{
  if (modem->settings.interleave)
    modem_indicate_signal (modem);
  mbim_command_done (modem->mbim, request->transaction, request->service, request->cid, status, info, mangle);
}

struct LateAnswer {
  struct ModemRequest *request;
  enum MbimStatus status;
  GByteArray *info;
  enum MbimMangle mangle; // what comes late
};

static void
late_answer_free (gpointer memory)
{
  struct LateAnswer *late = memory;
  g_free (late->request);
  g_byte_array_unref (late->info);
  g_free (late);
}

static void
answer_late (Modem *modem, gpointer memory)
{
  struct LateAnswer *late = memory;
  send_done (modem, late->request, late->status, late->info, late->mangle);
  late_answer_free (late);
}

// What becomes of an answer under each fault; those not listed let it pass.
static const enum MbimMangle mangles[] = {
    [MODEM_FAULT_TWICE] = MBIM_MANGLE_TWICE,     [MODEM_FAULT_CUT] = MBIM_MANGLE_CUT,
    [MODEM_FAULT_REORDER] = MBIM_MANGLE_REORDER, [MODEM_FAULT_STALL] = MBIM_MANGLE_CUT,
    [MODEM_FAULT_NOT_OPENED] = MBIM_MANGLE_NONE,
};

gboolean
modem_loses (enum ModemFault fault)
{
  static const gboolean losses[] = {
      [MODEM_FAULT_UNPLUG] = TRUE, [MODEM_FAULT_SILENT] = TRUE, [MODEM_FAULT_LOST] = TRUE,
      [MODEM_FAULT_GONE] = TRUE,   [MODEM_FAULT_RESET] = TRUE,  [MODEM_FAULT_NOT_OPENED] = FALSE,
  };
  return losses[fault];
}

void
modem_end_lost (Modem *modem, enum ModemFault fault)
{
  if (fault == MODEM_FAULT_GONE || fault == MODEM_FAULT_UNPLUG)
    (void)modem_unplug (modem, NULL); // already out is as good
  else if (fault == MODEM_FAULT_RESET)
    modem_restart (modem);
}

void
modem_answer (Modem *modem, struct ModemRequest *request, enum MbimStatus status, struct MbimWriter *writer)
{
  enum ModemFault fault = request->fault;
  g_autoptr (GByteArray) info = mbim_writer_end (writer != NULL ? writer : mbim_writer_new ());
  if (fault != MODEM_FAULT_LATE && !modem_loses (fault))
    send_done (modem, request, status, info, mangles[fault]);
  if (fault == MODEM_FAULT_LATE || fault == MODEM_FAULT_STALL) {
    struct LateAnswer *late = g_new (struct LateAnswer, 1);
    enum MbimMangle mangle = fault == MODEM_FAULT_LATE ? MBIM_MANGLE_NONE : MBIM_MANGLE_LAST;
    *late = (struct LateAnswer){request, status, g_steal_pointer (&info), mangle};
    modem_later (modem, modem->settings.late_seconds, answer_late, late, late_answer_free);
    return;
  }
  g_free (request);
  modem_end_lost (modem, fault);
}

static gboolean
is_wanted (const Modem *modem, const struct ModemService *service, guint32 cid)
{
  if (modem->subscribed == NULL)
    return service->is_standard;
  g_autofree char *all = g_strconcat (service->name, " all", NULL);
  g_autofree char *one = g_strdup_printf ("%s %u", service->name, cid);
  return g_hash_table_contains (modem->subscribed, all) || g_hash_table_contains (modem->subscribed, one);
}

void
modem_indicate (Modem *modem, const struct ModemService *service, guint32 cid, struct MbimWriter *info)
{
  if (is_wanted (modem, service, cid))
    mbim_indicate (modem->mbim, service->uuid, cid, info);
  else
    mbim_writer_free (info);
}

// ---- the channel ----

static void
channel_send (gpointer owner, const guint8 *bytes, gsize length)
{
  Modem *modem = owner;
  if (modem->port != NULL)
    modem_port_send (modem->port, bytes, length, (guint)modem->settings.piece);
}

// A new session: what the former one had agreed or asked for is over.
static void
forget_session (Modem *modem)
{
  g_ptr_array_set_size (modem->pending, 0);
  g_clear_pointer (&modem->subscribed, g_hash_table_unref);
  g_clear_pointer (&modem->ussd_page, g_free);
  modem->ussd_is_open = FALSE;
  modem->spoken = MODEM_EX_1;
  if (modem->port != NULL)
    modem_port_flush (modem->port);
}

// TRUE when a fault of the cable or the modem has dealt with the message.
static gboolean
is_struck (Modem *modem, guint32 transaction, enum ModemFault fault)
{
  switch (fault) {
  case MODEM_FAULT_UNPLUG:
    (void)modem_unplug (modem, NULL); // already out is as good
    return TRUE;
  case MODEM_FAULT_SILENT:
    return TRUE;
  case MODEM_FAULT_NOT_OPENED:
    mbim_reset (modem->mbim);
    mbim_function_error (modem->mbim, transaction, MBIM_ERROR_NOT_OPENED);
    return TRUE;
  case MODEM_FAULT_NONE:
  case MODEM_FAULT_FAIL:
  case MODEM_FAULT_LOST:
  case MODEM_FAULT_GONE:
  case MODEM_FAULT_RESET:
  case MODEM_FAULT_LATE:
  case MODEM_FAULT_TWICE:
  case MODEM_FAULT_CUT:
  case MODEM_FAULT_REORDER:
  case MODEM_FAULT_STALL:
    return FALSE;
  }
  g_assert_not_reached ();
}

static gboolean
is_ignored (Modem *modem)
{
  if (modem->settings.open_ignored == 0)
    return FALSE;
  modem->settings.open_ignored--;
  return TRUE;
}

static gboolean
channel_open (gpointer owner, guint32 transaction, guint32 max_transfer)
{
  Modem *modem = owner;
  const struct ModemSettings *set = &modem->settings;
  enum ModemFault fault = strike (modem, point_names[POINT_OPEN]);
  modem->opens++;
  modem_touch (modem);
  if (is_ignored (modem) || is_struck (modem, transaction, fault))
    return FALSE;
  forget_session (modem);
  if (set->open == MODEM_OPEN_FAILS || fault == MODEM_FAULT_FAIL) {
    mbim_open_done (modem->mbim, transaction, MBIM_FAILURE);
  } else if (set->open == MODEM_OPEN_REFUSE && max_transfer > (guint32)set->max_transfer) {
    mbim_function_error (modem->mbim, transaction, MBIM_ERROR_MAX_TRANSFER);
  } else if (modem->is_stale) {
    mbim_close_done (modem->mbim, transaction, MBIM_OK);
  } else {
    mbim_set_max_transfer (modem->mbim, MIN (max_transfer, (guint32)set->max_transfer));
    return TRUE;
  }
  return FALSE;
}

static gboolean
channel_close (gpointer owner, guint32 transaction)
{
  Modem *modem = owner;
  enum ModemFault fault = strike (modem, point_names[POINT_CLOSE]);
  gboolean was_open = mbim_is_open (modem->mbim) || modem->is_stale;
  modem->closes++;
  modem->is_stale = FALSE;
  modem_touch (modem);
  if (is_struck (modem, transaction, fault))
    return FALSE;
  if (!was_open) {
    mbim_close_done (modem->mbim, transaction, MBIM_FAILURE); // so does the D-Link DWM-156
    return FALSE;
  }
  forget_session (modem);
  return TRUE;
}

static void
set_registration (Modem *modem, enum ModemRegister state)
{
  if (modem->registration == state)
    return;
  modem->registration = state;
  modem_indicate_register (modem);
  modem_touch (modem);
}

// A line that has died is thrown out when it is next used.
static void
check_line (Modem *modem)
{
  if (modem->registration == REGISTER_HOME && !operator_admits (modem->operator, modem->sim))
    set_registration (modem, REGISTER_DENIED);
}

static void
channel_command (gpointer owner, const struct MbimCommand *command)
{
  Modem *modem = owner;
  struct ModemRequest *request = g_new (struct ModemRequest, 1);
  *request = (struct ModemRequest){
      .transaction = command->transaction,
      .cid = command->cid,
      .is_set = command->is_set,
      .in = {.bytes = command->data, .length = command->length},
  };
  memcpy (request->service, command->service, MBIM_UUID_BYTES);
  modem->commands++;
  modem_touch (modem);
  check_line (modem);
  const struct ModemCommand *row = find_command (modem, request);
  if (row == NULL || !(request->is_set ? row->has_set : row->has_query)) {
    modem_answer (modem, request, MBIM_NO_DEVICE_SUPPORT, NULL);
    return;
  }
  request->fault = strike_command (modem, row->name);
  if (is_struck (modem, request->transaction, request->fault))
    g_free (request);
  else if (request->fault == MODEM_FAULT_FAIL)
    modem_answer (modem, request, (enum MbimStatus)modem->settings.status, NULL);
  else
    row->act (modem, request);
}

static void
channel_broken (gpointer owner, enum MbimError error)
{
  (void)error; // the host is told; here it counts
  Modem *modem = owner;
  modem->protocol_errors++;
  modem_touch (modem);
}

static const struct MbimOwner channel = {channel_send, channel_open, channel_close, channel_command, channel_broken};

static void
port_received (gpointer model, const guint8 *bytes, gsize length)
{
  Modem *modem = model;
  mbim_receive (modem->mbim, bytes, length);
}

static void
port_held (gpointer model, guint programs)
{
  Modem *modem = model;
  modem->hosts = programs;
  modem_touch (modem);
}

static const struct ModemEar ear = {port_received, port_held};

// ---- card and network ----

enum ModemReady
modem_ready (const Modem *modem)
{
  if (modem->sim == NULL)
    return READY_NO_SIM;
  if (modem->is_booting)
    return modem->settings.boot == MODEM_BOOT_ABSENT ? READY_NO_SIM : READY_NOT_INITIALIZED;
  if (sim_is_dead (modem->sim))
    return READY_BAD_SIM;
  gboolean is_locked = modem->sim->settings.pin_enabled && !modem->is_verified;
  return is_locked || sim_is_pin_blocked (modem->sim) ? READY_LOCKED : READY_INITIALIZED;
}

static gboolean
on_registered (gpointer user)
{
  Modem *modem = user;
  modem->register_timer = 0;
  set_registration (modem, operator_admits (modem->operator, modem->sim) ? REGISTER_HOME : REGISTER_DENIED);
  if (modem->registration == REGISTER_HOME)
    modem_receive_waiting (modem);
  return G_SOURCE_REMOVE;
}

void
modem_register (Modem *modem)
{
  g_clear_handle_id (&modem->register_timer, g_source_remove);
  if (!modem->plugged || !modem->radio_on || modem_ready (modem) != READY_INITIALIZED) {
    set_registration (modem, REGISTER_DEREGISTERED);
    return;
  }
  set_registration (modem, REGISTER_SEARCHING);
  if (modem->operator!= NULL) // without one it searches for ever
    modem->register_timer = g_timeout_add ((guint)(modem->settings.register_seconds * 1000), on_registered, modem);
}

void
modem_card_changed (Modem *modem)
{
  modem_indicate_ready (modem);
  modem_register (modem);
  modem_touch (modem);
}

static gboolean
on_booted (gpointer user)
{
  Modem *modem = user;
  modem->boot_timer = 0;
  modem->is_booting = FALSE;
  modem_card_changed (modem);
  return G_SOURCE_REMOVE;
}

// The card gets power: what was entered is forgotten, and reading it takes a moment.
static void
start_card (Modem *modem)
{
  g_clear_handle_id (&modem->boot_timer, g_source_remove);
  modem->is_verified = FALSE;
  modem->is_booting = modem->plugged && modem->sim != NULL;
  if (modem->is_booting)
    modem->boot_timer = g_timeout_add ((guint)(modem->settings.boot_seconds * 1000), on_booted, modem);
  modem_card_changed (modem);
}

static void
start (Modem *modem)
{
  mbim_reset (modem->mbim);
  forget_session (modem);
  modem->radio_on = modem->settings.radio == MODEM_RADIO_ON;
  modem->radio_unlocked = modem->is_detached = modem->is_connected = FALSE;
  modem->ussd_is_held = modem->settings.ussd_busy != MODEM_USSD_FREE;
  modem->is_stale = modem->settings.open == MODEM_OPEN_STRAY;
  start_card (modem);
}

void
modem_restart (Modem *modem)
{
  if (modem->plugged)
    start (modem);
}

static void
take_out (Modem *modem)
{
  if (modem->sim != NULL)
    modem->sim->modem = NULL;
  modem->sim = NULL;
  modem->operator= NULL;
}

gboolean
modem_insert (Modem *modem, struct Sim *sim, struct Operator *operator, GError ** error)
{
  if (sim->modem != NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, "that card is in a modem already");
    return FALSE;
  }
  take_out (modem);
  modem->sim = sim;
  modem->operator= operator;
  sim->modem = modem;
  start_card (modem);
  sim_touch (sim);
  return TRUE;
}

gboolean
modem_eject (Modem *modem, GError **error)
{
  struct Sim *sim = modem->sim;
  if (sim == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no card is in");
    return FALSE;
  }
  take_out (modem);
  start_card (modem);
  sim_touch (sim);
  return TRUE;
}

// ---- the cable ----

static gboolean
attach (Modem *modem, GError **error)
{
  static const char *const drivers[] = {[MODEM_CDC_MBIM] = "cdc_mbim", [MODEM_QMI_WWAN] = "qmi_wwan"};
  const struct ModemSettings *set = &modem->settings;
  struct UsbIdentity identity = {
      .vendor = 0x1199,
      .product = 0x9071,
      .maker = set->maker,
      .model = set->model,
      .serial = set->serial,
      .max_control = (guint16)(set->max_command > 0 ? set->max_command : set->max_transfer),
  };
  struct ModemShape shape = {
      &identity,
      drivers[set->driver],
      set->node == NODE_ANY ? -1 : set->node,
      (guint)set->max_command,
  };
  modem->port = modem_port_attach (modem->bus, set->port, &shape, &ear, modem, error);
  return modem->port != NULL;
}

gboolean
modem_plug (Modem *modem, const char *port, GError **error)
{
  if (modem->plugged) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the cable is in");
    return FALSE;
  }
  if (port != NULL && !modem_settings_set (&modem->settings, "port", port, error))
    return FALSE;
  if (*modem->settings.port == '\0') {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "a port is needed");
    return FALSE;
  }
  if (!attach (modem, error))
    return FALSE;
  modem->plugged = TRUE;
  start (modem);
  return TRUE;
}

gboolean
modem_unplug (Modem *modem, GError **error)
{
  if (!modem->plugged) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the cable is out");
    return FALSE;
  }
  modem->plugged = FALSE;
  modem_port_detach (g_steal_pointer (&modem->port));
  start (modem);
  return TRUE;
}

static void
follow_radio (Modem *modem)
{
  modem->radio_on = modem->settings.radio == MODEM_RADIO_ON;
  modem_indicate_radio (modem);
  modem_register (modem);
}

static void
follow_busy (Modem *modem)
{
  modem->ussd_is_held = modem->settings.ussd_busy != MODEM_USSD_FREE;
}

// What the host sees of a setting at once.
static const struct {
  const char *key;
  gboolean is_shown; // on the bus: the modem leaves and comes back
  void (*follow) (Modem *modem);
} followers[] = {
    {"port", TRUE, NULL},
    {"node", TRUE, NULL},
    {"driver", TRUE, NULL},
    {"serial", TRUE, NULL},
    {"max_command", TRUE, NULL},
    {"radio", FALSE, follow_radio},
    {"rssi", FALSE, modem_indicate_signal},
    {"ussd_busy", FALSE, follow_busy},
};

gboolean
modem_set (Modem *modem, const char *key, const char *value, GError **error)
{
  gboolean was_plugged = modem->plugged, is_shown = FALSE;
  void (*follow) (Modem * modem) = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (followers); i++)
    if (g_str_equal (followers[i].key, key)) {
      is_shown = followers[i].is_shown;
      follow = followers[i].follow;
    }
  if (!modem_settings_set (&modem->settings, key, value, error))
    return FALSE;
  if (is_shown && was_plugged)
    (void)modem_unplug (modem, NULL); // it is in
  if (follow != NULL)
    follow (modem);
  modem_touch (modem);
  return !is_shown || !was_plugged || modem_plug (modem, NULL, error);
}

// ---- the truth ----

static const struct {
  const char *name;
  gsize offset; // of a guint
} counts[] = {
    {"plugged", G_STRUCT_OFFSET (Modem, plugged)},
    {"radio", G_STRUCT_OFFSET (Modem, radio_on)},
    {"registration", G_STRUCT_OFFSET (Modem, registration)},
    {"hosts", G_STRUCT_OFFSET (Modem, hosts)},
    {"opens", G_STRUCT_OFFSET (Modem, opens)},
    {"closes", G_STRUCT_OFFSET (Modem, closes)},
    {"commands", G_STRUCT_OFFSET (Modem, commands)},
    {"protocol_errors", G_STRUCT_OFFSET (Modem, protocol_errors)},
    {"ussd", G_STRUCT_OFFSET (Modem, ussd_is_open)},
};

static char *
port_text (const Modem *modem)
{
  return g_strdup (modem->settings.port);
}

static char *
node_text (const Modem *modem)
{
  return modem->port != NULL ? g_strdup_printf ("/dev/cdc-wdm%u", modem_port_node (modem->port)) : g_strdup ("-");
}

static char *
sim_text (const Modem *modem)
{
  return g_strdup (modem->sim != NULL ? modem->sim->name : "-");
}

static char *
ready_text (const Modem *modem)
{
  return g_strdup_printf ("%d", modem_ready (modem));
}

static char *
open_text (const Modem *modem)
{
  return g_strdup (mbim_is_open (modem->mbim) ? "1" : "0");
}

// How many faults are armed and have not struck yet.
static char *
armed_text (const Modem *modem)
{
  guint armed = 0;
  for (guint point = 0; point_name (point) != NULL; point++)
    armed += modem->faults[point] != MODEM_FAULT_NONE;
  return g_strdup_printf ("%u", armed);
}

static const struct {
  const char *name;
  char *(*get) (const Modem *modem);
} texts[] = {
    {"port", port_text},   {"node", node_text}, {"sim", sim_text},
    {"ready", ready_text}, {"open", open_text}, {"armed", armed_text},
};

char *
modem_value (const Modem *modem, const char *key)
{
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_str_equal (texts[i].name, key))
      return texts[i].get (modem);
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    if (g_str_equal (counts[i].name, key))
      return g_strdup_printf ("%u", G_STRUCT_MEMBER (guint, modem, counts[i].offset));
  return NULL;
}

char *
modem_state (const Modem *modem)
{
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *value = texts[i].get (modem);
    g_string_append_printf (text, "%s%s=%s", i > 0 ? " " : "", texts[i].name, value);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    g_string_append_printf (text, " %s=%u", counts[i].name, G_STRUCT_MEMBER (guint, modem, counts[i].offset));
  return g_string_free (text, FALSE);
}

Modem *
modem_new (const char *name, struct ModemSettings *settings, UsbBus *bus)
{
  Modem *modem = g_new0 (Modem, 1);
  modem->name = g_strdup (name);
  modem->settings = *settings;
  memset (settings, 0, sizeof *settings);
  modem->bus = bus;
  modem->registration = REGISTER_DEREGISTERED;
  modem->pending = g_ptr_array_new_with_free_func (later_free);
  modem->mbim = mbim_new (&channel, modem);
  return modem;
}

void
modem_free (Modem *modem)
{
  if (modem == NULL)
    return;
  modem->changed = NULL;
  if (modem->plugged)
    (void)modem_unplug (modem, NULL); // it is in
  take_out (modem);
  g_clear_handle_id (&modem->boot_timer, g_source_remove);
  g_clear_handle_id (&modem->register_timer, g_source_remove);
  g_clear_pointer (&modem->subscribed, g_hash_table_unref);
  g_ptr_array_unref (modem->pending);
  mbim_free (modem->mbim);
  modem_settings_clear (&modem->settings);
  g_free (modem->ussd_page);
  g_free (modem->name);
  g_free (modem);
}
