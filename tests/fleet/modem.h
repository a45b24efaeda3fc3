// One emulated MBIM modem: its cable, its card slot, the time a card takes, radio, registration, faults. The bytes of the channel
// are in mbim.c, what commands mean in modem_basic.c, modem_sms.c, modem_ussd.c, modem_uicc.c and modem_more.c.
#pragma once

#include "tests/fleet/mbim.h"
#include "tests/fleet/modem_port.h"
#include "tests/fleet/modem_settings.h"
#include "tests/fleet/operator.h"

enum ModemReady { // MBIM 1.0, 10.5.2
  READY_NOT_INITIALIZED = 0,
  READY_INITIALIZED = 1,
  READY_NO_SIM = 2,
  READY_BAD_SIM = 3,
  READY_LOCKED = 6,
};

enum ModemRegister { // 10.5.9
  REGISTER_DEREGISTERED = 1,
  REGISTER_SEARCHING = 2,
  REGISTER_HOME = 3,
  REGISTER_DENIED = 6,
};

enum ModemFault {
  MODEM_FAULT_NONE,
  MODEM_FAULT_UNPLUG,     // the cable goes when the command comes
  MODEM_FAULT_SILENT,     // the command is ignored
  MODEM_FAULT_FAIL,       // refused with the status of the scenario
  MODEM_FAULT_LOST,       // carried out, and never answered
  MODEM_FAULT_GONE,       // carried out, then the cable goes instead of an answer
  MODEM_FAULT_RESET,      // carried out, then the modem restarts unseen: no answer, and not open any more
  MODEM_FAULT_LATE,       // answered after late_seconds
  MODEM_FAULT_TWICE,      // answered twice
  MODEM_FAULT_CUT,        // the last fragment of the answer is lost
  MODEM_FAULT_REORDER,    // the last two fragments of the answer change places
  MODEM_FAULT_STALL,      // the last fragment of the answer comes late_seconds after the others
  MODEM_FAULT_NOT_OPENED, // FUNCTION_ERROR NotOpened, though it was open
};

typedef struct Modem Modem;

// A command that is being carried out, until modem_answer.
struct ModemRequest {
  guint32 transaction, cid;
  guint8 service[MBIM_UUID_BYTES];
  gboolean is_set;
  struct MbimReader in; // its information buffer; valid during the act only
  enum ModemFault fault;
};

struct ModemCommand {
  const char *name; // for faults, "lost@pin"
  guint32 cid;
  gboolean has_query, has_set;
  void (*act) (Modem *modem, struct ModemRequest *request);
};

struct ModemService {
  const char *name;
  guint8 uuid[MBIM_UUID_BYTES];
  gboolean is_standard; // its indications come without a subscription
  const struct ModemCommand *commands;
  gsize n_commands;
};

extern const struct ModemService modem_basic, modem_sms, modem_ussd, modem_phonebook, modem_extensions, modem_qmi,
    modem_uicc;

#define MODEM_COMMANDS_MAX 64

struct Modem {
  char *name;
  struct ModemSettings settings;
  UsbBus *bus; // not owned
  ModemPort *port;
  Mbim *mbim;
  struct Sim *sim;           // in the slot, or NULL; not owned
  struct Operator *operator; // of the card, or NULL; not owned
  gboolean plugged;
  gboolean is_stale;                // open from before: a CLOSE must come first
  gboolean is_booting, is_verified; // the card: not read yet; its PIN was given
  gboolean radio_on, radio_unlocked;
  gboolean is_detached, is_connected; // the packet service; a data session
  enum ModemRegister registration;
  guint boot_timer, register_timer;
  GPtrArray *pending;                  // of struct Later in modem.c: what comes after a delay
  GHashTable *subscribed;              // names of "SERVICE CID" that the host wants to hear of; NULL: all standard ones
  enum ModemExtensions spoken;         // agreed with the host
  char *ussd_page;                     // where the USSD session is, NULL when none is open
  gboolean ussd_is_open, ussd_is_held; // by us; by another program
  enum ModemFault faults[MODEM_COMMANDS_MAX]; // by place in the list of all commands
  guint hosts;                                // programs that hold its node open, as far as the transport knows
  guint opens, closes, commands, protocol_errors;
  void (*changed) (gpointer user);
  gpointer changed_user;
};

// ---- its life ----

// Makes a modem that is not shown yet; takes over the content of `settings`.
Modem *modem_new (const char *name, struct ModemSettings *settings, UsbBus *bus);
void modem_free (Modem *modem);

gboolean modem_plug (Modem *modem, const char *port, GError **error);
gboolean modem_unplug (Modem *modem, GError **error);
gboolean modem_set (Modem *modem, const char *key, const char *value, GError **error);
gboolean modem_arm (Modem *modem, const char *step, GError **error);
char *modem_faults_help (void);
char *modem_state (const Modem *modem);
char *modem_value (const Modem *modem, const char *key);

// The card goes in; one that is in goes out unseen, a swap too fast for the modem. FALSE with error when it is elsewhere.
gboolean modem_insert (Modem *modem, struct Sim *sim, struct Operator *operator, GError ** error);
gboolean modem_eject (Modem *modem, GError **error);

// The modem restarts without leaving the bus: the host is not told.
void modem_restart (Modem *modem);

// ---- for the commands ----

// Answers and frees the request. `info` is freed; NULL for an empty buffer.
void modem_answer (Modem *modem, struct ModemRequest *request, enum MbimStatus status, struct MbimWriter *info);

// Tells the host, if it wants to hear of it. `info` is freed.
void modem_indicate (Modem *modem, const struct ModemService *service, guint32 cid, struct MbimWriter *info);

// Calls `act`, which takes over `data`, after some seconds. A restart, an unplugging or a new session frees it instead.
void modem_later (Modem *modem, double seconds, void (*act) (Modem *modem, gpointer data), gpointer data,
                  GDestroyNotify free_data);

enum ModemReady modem_ready (const Modem *modem);

// The card has become usable, or not: tells the host and looks for the network.
void modem_card_changed (Modem *modem);

// Looks for the network anew, or leaves it when the radio is off.
void modem_register (Modem *modem);

void modem_touch (Modem *modem);

// An account was just credited: takes over the fault that was armed for this moment.
void modem_strike_topup (Modem *modem, struct ModemRequest *request);
// The same before the card counts a PIN or a PUK: it counts, whatever becomes of the answer.
void modem_strike_pin_set (Modem *modem, struct ModemRequest *request);

// TRUE for faults that lose what follows the command. modem_end_lost then does what goes with the loss: the cable or the
// session ends.
gboolean modem_loses (enum ModemFault fault);
void modem_end_lost (Modem *modem, enum ModemFault fault);

// The services it offers, one after the other; NULL after the last one.
const struct ModemService *modem_service_at (const Modem *modem, guint place);

// The messages that the network holds for the card come in now, as far as there is room (modem_sms.c).
void modem_receive_waiting (Modem *modem);

// The network sends a message to a card, wherever it is (modem_sms.c). `from` NULL: the operator.
void modem_send_to_card (struct Sim *sim, const struct Operator *op, const char *from, const char *text,
                         gboolean is_flash);

// A message of the network that nobody asked for, or a page that opens a session (modem_ussd.c). FALSE with error when there is no network.
gboolean modem_push_ussd (Modem *modem, const char *text, GError **error);

// MBIM_OK when the card was read, whether it is locked or not; or why it was not.
enum MbimStatus modem_card_status (const Modem *modem);

// The MBIMEx version whose layouts are in force.
enum ModemExtensions modem_version (const Modem *modem);

// What the host hears of without having asked (modem_basic.c).
void modem_indicate_ready (Modem *modem);
void modem_indicate_register (Modem *modem);
void modem_indicate_radio (Modem *modem);
void modem_indicate_signal (Modem *modem);
