/* What the files of acts on cards share: sim_act.c, sim_identify.c, sim_pin.c, sim_talk.c. */
#pragma once
#include "daemon/actions/sim_act.h"
#include "db/modem_act.h"
#include "db/sim.h"

/* The slot on that port; NULL with M_MODEM_PORT. Borrowed. */
const ModemSlot *sim_slot_on (const SimBench *bench, const char *port, GError **error);
/* The free slot that holds that card; NULL with M_SIM_NOT_IN_MODEM, M_MODEM_BUSY or what is wrong with the modem. Borrowed. */
const ModemSlot *sim_slot_of_card (const SimBench *bench, const Card *card, GError **error);
/* The card of a code of a card or its line (then the newest). M_CODE_*, M_LINE_NOT_FOUND. Caller frees. */
Card *sim_card_find (Store *store, const char *text, GError **error);
/* An error whose sentence is that code's (a ModemCode's word). Always FALSE. */
gboolean sim_refuse (const char *code, GError **error);

/* An order for that slot, and for that card when there is one. Caller frees. */
SimOrder *sim_order_new (const ActionContext *context, ModemActKind kind, const ModemSlot *slot, const Card *card);
/* Writes the act of the order, and adds the order to the bench. Takes order. M_MODEM_BUSY when that modem has one under way. */
gboolean sim_act_ask (Store *store, const ActionContext *context, SimBench *bench, SimOrder *order, GError **error);
/* One line of the journal that names act, modem and card, and never a code. after: more, or NULL. */
gboolean sim_journal (Store *store, const ActionContext *context, const char *verb, const SimOrder *order,
                      const char *after, GError **error);

/* What follows when an act has ended: fills act, and writes the rest. */
typedef struct {
  Store *store;
  const ActionContext *context;
  const SimOrder *order;
  const SimResult *result;
  ModemAct *act;      /* as it was; its state and reason are the result's already */
  GPtrArray *touched; /* codes of what changed */
} SimEnd;
gboolean sim_identify_end (SimEnd *end, GError **error);
gboolean sim_pin_end (SimEnd *end, GError **error);
gboolean sim_balance_end (SimEnd *end, GError **error);
gboolean sim_topup_end (SimEnd *end, GError **error);
void sim_touch (SimEnd *end, const char *code);
