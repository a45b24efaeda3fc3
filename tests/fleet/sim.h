// One emulated SIM card: what is written on it, its PIN and PUK counters, the messages and contacts it holds, and the account
// that the operator keeps for it. It knows neither MBIM nor the modem it is in.
#pragma once

#include <glib.h>

enum IccidForm { ICCID_PLAIN, ICCID_UPPER_F, ICCID_LOWER_F, ICCID_SWAPPED };

struct SimSettings {
  char *iccid, *imsi, *numbers, *pin, *puk, *operator, * spn, *gid1;
  char *credit_expiry, *line_expiry; // YYYY-MM-DD, "" for never
  int iccid_form;                    // enum IccidForm
  int pin_enabled, bad, protect;     // booleans
  int pin_left, puk_left;
  int balance; // cents
  int wrong_codes, sms_max, contacts;
};

// One message in the store of the card.
struct SimMessage {
  guint index;  // from 1
  guint status; // as MBIM counts: 0 new, 1 read, 2 draft, 3 sent
  GBytes *pdu;
};

struct SimStore;

struct Sim {
  char *name;
  struct SimSettings settings;
  struct SimStore *store; // not owned; NULL: nothing survives a restart
  gpointer modem;         // that it is in, or NULL; the modem's business
  GPtrArray *messages;    // of struct SimMessage, by index
  GPtrArray *incoming;    // what is on its way to it (modem_sms.c), or NULL
  GQueue waiting;         // of GBytes: messages that the network holds until there is room
  guint pin_tries, pin_wrong, puk_tries, puk_wrong, topups, sms_sent, ussd_asked;
  void (*changed) (gpointer user);
  gpointer changed_user;
};

enum SimVerdict { SIM_RIGHT, SIM_WRONG, SIM_BLOCKED, SIM_MALFORMED };

// Makes a card; takes over the content of `settings`.
struct Sim *sim_new (const char *name, struct SimSettings *settings);
void sim_free (struct Sim *sim);

void sim_settings_init (struct SimSettings *settings);
void sim_settings_clear (struct SimSettings *settings);
gboolean sim_settings_set (struct SimSettings *settings, const char *key, const char *value, GError **error);
char *sim_settings_help (void);

// The identifier as the modem hands it on, in the form of the scenario. The caller owns it.
char *sim_iccid_raw (const struct Sim *sim);

gboolean sim_is_pin_blocked (const struct Sim *sim);
gboolean sim_is_dead (const struct Sim *sim);

// Compares and counts, as the card itself does; what was counted is kept before this returns. MALFORMED counts nothing.
enum SimVerdict sim_verify_pin (struct Sim *sim, const char *pin);
enum SimVerdict sim_unblock (struct Sim *sim, const char *puk, const char *new_pin);

// After sim_verify_pin was right.
enum SimVerdict sim_change_pin (struct Sim *sim, const char *new_pin);
void sim_enable_pin (struct Sim *sim, gboolean is_enabled);

// Keeps what changed, and tells the watchers.
void sim_touch (struct Sim *sim);

// Adds a message at the lowest free index and returns it; NULL when the store is full. The PDU stays the caller's.
const struct SimMessage *sim_add_message (struct Sim *sim, GBytes *pdu, guint status);
struct SimMessage *sim_message (const struct Sim *sim, guint index);

// Removes the messages for which `is_gone` says so; returns how many.
guint sim_remove_messages (struct Sim *sim,
                           gboolean (*is_gone) (const struct SimMessage *message, gconstpointer argument),
                           gconstpointer argument);

// "iccid=... pin_left=3 ...", and one value of it. The caller owns the text.
char *sim_state (const struct Sim *sim);
char *sim_value (const struct Sim *sim, const char *key);
