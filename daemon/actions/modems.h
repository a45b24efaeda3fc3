/* The SIM bench of this machine joined to the register: which modems are there, and one act at a time on each, every step written before it leaves.
 * The twin of conductor.h. Lives in the main loop; what is asked, and what comes of it, is sim_act.h. */
#pragma once
#include "daemon/actions/clock.h"
#include "daemon/actions/events.h"
#include "daemon/actions/offers.h"
#include "daemon/actions/sim_act.h"
#include "daemon/actions/upkeep.h"
#include "db/register.h"

/* All borrowed, and must outlive it. */
typedef struct {
  Register *reg;
  Events *events;
  Clock *clock;
  const Calendar *calendar;
  struct _Vault *vault;
  const Offers *offers;
  const RechargeLimits *limits;
  Upkeep *upkeep;
  const ModemBenchOptions *options;
} ModemsWorld;

typedef struct _Modems Modems;
/* Gives up what the register has under way on this site's modems (waits for the register), then watches for modems. NULL with error when udev or the
 * register cannot be used; no modem at all is no error. */
Modems *modems_new (const ModemsWorld *world, GError **error);
/* Ends what is under way and writes down how. Accepts NULL. */
void modems_free (Modems *modems);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Modems, modems_free)
/* The modems now, by port: array of ModemSlot *, owned by the caller. Any thread. */
GPtrArray *modems_slots (Modems *modems);
/* Starts what was asked, once it is durable. Takes order. Any thread. */
void modems_start (Modems *modems, SimOrder *order);
/* The register was replaced: what is under way ends, and what the new one holds is given up. Any thread. */
void modems_restart (Modems *modems);
