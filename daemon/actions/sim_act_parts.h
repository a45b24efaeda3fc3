/* What the files of acts on cards share: sim_act.c, sim_identify.c, sim_pin.c, sim_talk.c,
 * sim_topup.c, sim_erase.c. */
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

/* The finding that a rule refused with; takes refused. NULL: it was no rule, and error is it. Caller frees. */
Finding *sim_finding_of (GError *refused, GError **error);

/* What a talk with the card of a line is held with. */
typedef struct {
  Card *card;
  const ModemSlot *slot;    /* borrowed from the bench; NULL until the card is looked for */
  const Dialogue *dialogue; /* borrowed from the Dialogues */
  gboolean is_signed;
} SimTalk;
void sim_talk_clear (SimTalk *talk);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SimTalk, sim_talk_clear)
/* Card and dialogue (dialogue_id absent: by the card's number); one that may spend is signed. M_LINE_NO_CARD, M_DIALOGUE_*. */
gboolean sim_talk_find (Store *store, const char *line, DialoguePurpose purpose, const char *dialogue_id,
                        const SimBench *bench, SimTalk *talk, GError **error);
/* The modem that holds its card and is free: what is refused here may be well in a minute. Errors of sim_slot_of_card. */
gboolean sim_talk_place (const SimBench *bench, SimTalk *talk, GError **error);
/* Caller frees. */
SimOrder *sim_talk_order (const ActionContext *context, ModemActKind kind, const SimTalk *talk);

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
gboolean sim_erase_end (SimEnd *end, GError **error);
void sim_touch (SimEnd *end, const char *code);
/* The operator has the last word on the credit; the line's own end follows when the offer counts it from there. */
gboolean sim_tell_clocks (Store *store, const ActionContext *context, Line *line, const Day *until,
                          Confidence confidence, GError **error);
