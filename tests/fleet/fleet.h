// Everything of one run on one bus, read from a scenario file. No sockets in here.
#pragma once

#include "tests/fleet/modem.h"
#include "tests/fleet/sim_store.h"
#include "tests/fleet/tablet.h"
#include "tests/fleet/thing.h"

struct Fleet {
  UsbBus *bus;
  GPtrArray *tablets;                   // of Tablet, in the order of the scenario
  GPtrArray *operators, *sims, *modems; // of struct Operator, struct Sim, Modem
  struct SimStore *store;               // what cards remember after the end, or NULL
  GArray *things;                       // of struct Thing: the tablets and all else that has a name, in the same order
  void (*changed) (gpointer user);      // told after each change of any state; NULL for nobody
  gpointer changed_user;
};

// Reads the scenario (a key file with one group [KIND NAME] each) and plugs what is plugged. NULL with error, naming
// the group, when a key, a value or a port is wrong.
struct Fleet *fleet_new (const char *scenario_path, enum UsbNodeKind kind, GError **error);

// Unplugs everything and removes the bus. NULL is accepted.
void fleet_free (struct Fleet *fleet);

// The tablet of that name, owned by the fleet; NULL with error when there is none.
Tablet *fleet_find (const struct Fleet *fleet, const char *name, GError **error);

// The card or the modem of that name, owned by the fleet; NULL with error when there is none.
struct Sim *fleet_find_sim (const struct Fleet *fleet, const char *name, GError **error);
Modem *fleet_find_modem (const struct Fleet *fleet, const char *name, GError **error);

// The operator of a card, owned by the fleet, or NULL.
struct Operator *fleet_operator_of (const struct Fleet *fleet, const struct Sim *sim);

// Whatever has that name, owned by the fleet; NULL with error when there is none.
const struct Thing *fleet_thing (const struct Fleet *fleet, const char *name, GError **error);

// Two tablets change ports; cables that were in are in again. FALSE with error when one has no port.
gboolean fleet_swap (Tablet *one, Tablet *other, GError **error);

// The plug of a hub ("1-2") goes out, and all tablets below it with it; or in again, where they were. FALSE with error when none is there.
gboolean fleet_plug_hub (struct Fleet *fleet, const char *hub, gboolean is_in, GError **error);
