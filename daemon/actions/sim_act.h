/* What is asked of a card in a modem, from the asking to what comes of it: the half that is written in the register. Each ask is judged against the
 * bench as it is seen, written as a row of modem_act, and given as an order to whoever talks to the modems (modems.h) once it is durable.
 * What came of it is written by sim_act_end. docs/decisions/0024-sim-desk.md. */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/actions/dialogues.h"
#include "daemon/actions/recharge.h"
#include "daemon/devices/modem.h"

/* One modem as the bench shows it; a copy. Strings are owned. */
typedef struct {
  char *port, *imei, *name, *detail;
  const char *state; /* modem_state_name */
  const char *code;  /* modem_code_word: what is wrong, or NULL */
  gboolean is_free;  /* it is open and has no job */
  char *iccid;       /* NULL: no card read */
  char *home_name, *home_network, *network_name, *registration;
  GStrv numbers;
  int pin_on, pin_left, puk_left, signal_percent; /* -1 = not said */
} ModemSlot;
ModemSlot *modem_slot_new (const Modem *modem);
ModemSlot *modem_slot_copy (const ModemSlot *slot);
/* Accepts NULL. */
void modem_slot_free (ModemSlot *slot);

/* What is to be done with a modem; in memory only, for it may hold codes: those are wiped. */
typedef struct {
  gint64 number, asked_at;
  ModemActKind kind;
  char *port, *imei, *iccid; /* iccid NULL: whichever card is in it */
  Code card, line, recharge; /* or "" */
  char *account;
  char *pin, *new_pin, *puk, *code; /* vault_text_new */
  gboolean is_typed;                /* the PIN or PUK was typed by a person now */
  gboolean is_next;                 /* the PIN is the one that the card may have taken */
  int attempts_seen, confirmations;
  const Dialogue *dialogue; /* of the Dialogues; NULL without */
  gboolean is_signed;
  char *operator_name, *offer, *msisdn; /* of a line to be made for a new card; NULL without */
} SimOrder;
/* Accepts NULL. */
void sim_order_free (SimOrder *order);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimOrder, sim_order_free)

/* How the modem ended it; a copy. */
typedef struct {
  ModemOutcome outcome;
  ModemCode code;
  char *answer;   /* NULL without */
  gint64 eur, mb; /* -1 = not said */
  char *date;     /* YYYY-MM-DD or NULL */
  char *iccid;    /* the card that is in it now; NULL: none was read */
  GStrv numbers;
  int pin_on, pin_left, puk_left, attempts_left;
  int n_messages, n_contacts; /* counted, or erased; -1 = not said */
} SimResult;
SimResult *sim_result_new (const ModemResult *result);
/* Without a modem: the order could not be started. */
SimResult *sim_result_failed (ModemOutcome outcome, ModemCode code);
/* Accepts NULL. */
void sim_result_free (SimResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimResult, sim_result_free)

/* What an ask works with besides its request. All borrowed but orders. */
typedef struct {
  const GPtrArray *slots; /* of ModemSlot: the bench now */
  const Dialogues *dialogues;
  GPtrArray *orders; /* of SimOrder: what was asked is added; to be started when it is durable */
} SimBench;

/* ---- asking: verbs. Each fills the outcome's verdict; what is done is in bench->orders. RULE_ERROR: M_MODEM_*, M_SIM_NOT_IN_MODEM ... ---- */

/* As typed; borrowed, NULL or "" = absent. */
typedef struct {
  const char *port;                           /* absent: every modem */
  const char *line;                           /* the line that the card carries from now on: a replacement card */
  const char *operator_name, *offer, *msisdn; /* or a line to be made for it */
} IdentifyRequest;
/* Reads the card again and says known, new or conflict; a new one is bound when the request says to what (one modem then). */
gboolean sim_identify (Store *store, const ActionContext *context, const IdentifyRequest *request, SimBench *bench,
                       Outcome *outcome, GError **error);

typedef struct {
  const char *sim; /* code of a card or its line */
  const char *act; /* "enter" "change" "enable" "disable" "unblock" */
  const char *pin, *new_pin, *puk;
  const char *which; /* "new" or "old", when the register knows two */
  const gint64
      *attempts; /* how many the person was told are left (-1: not known), and accepted; NULL: nobody confirmed */
  gboolean sure; /* and said so twice */
} PinRequest;
/* Verb "sim.pin". A PIN that nobody types is the sealed one of that very card, and goes only with three attempts left. A new PIN is sealed first. */
gboolean sim_pin (Store *store, const ActionContext *context, const PinRequest *request, SimBench *bench,
                  Outcome *outcome, GError **error);

typedef struct {
  const char *line;
  const char *dialogue; /* absent: by the card's number */
} BalanceRequest;
/* Verb "line.balance": asks the operator. */
gboolean sim_balance (Store *store, const ActionContext *context, const BalanceRequest *request, SimBench *bench,
                      Outcome *outcome, GError **error);

typedef struct {
  const char *line;
  const char *text;     /* the operator's words, as a person heard or read them */
  const char *dialogue; /* which operator's: absent: by the card's number */
} HeardRequest;
/* Verb "line.balance" of a dialogue that a person holds (a call, a web page): its patterns read the balance and the dates in those words, and the verdict
 * says what was understood. M_HEARD_NOTHING. */
gboolean sim_heard (Store *store, const ActionContext *context, const HeardRequest *request, const Dialogues *dialogues,
                    Outcome *outcome, GError **error);

typedef struct {
  const char *recharge; /* absent: all that were prepared for the bench */
  const char *dialogue; /* absent: by the card's number */
} TopupRequest;
/* Of a recharge that was prepared for the bench. Nothing leaves before it is written that it was sent. Of all of them those go whose card sits in a free
 * modem; the verdict tells what the others wait for (M_RECHARGE_WAITS). M_RECHARGE_NONE_PREPARED. */
gboolean sim_topup (Store *store, const ActionContext *context, const TopupRequest *request, SimBench *bench,
                    Outcome *outcome, GError **error);

/* Verb "recharge.add" of the bench: recharge_line, then as sim_topup. What cannot be sent is not prepared either; of several lines, those whose card is
 * in no free modem are prepared and wait, as the verdict tells. */
gboolean sim_recharge (Store *store, const ActionContext *context, const RechargeRequest *request, SimBench *bench,
                       Outcome *outcome, GError **error);

typedef struct {
  const char *sim; /* code of a card or its line */
} EraseRequest;
/* Counts the messages and contacts on the card. They are never read. */
gboolean sim_count (Store *store, const ActionContext *context, const EraseRequest *request, SimBench *bench,
                    Outcome *outcome, GError **error);
/* Verb "sim.erase": erases them. While the line is on loan they are the borrower's: right "sim-erase-lent". */
gboolean sim_erase (Store *store, const ActionContext *context, const EraseRequest *request, SimBench *bench,
                    Outcome *outcome, GError **error);

/* What a dialogue would do with the card of a line, without sending anything. */
typedef struct {
  const char *dialogue; /* required */
  const char *line;     /* absent: no card is looked at */
} RehearsalRequest;
typedef struct {
  const Dialogue *dialogue; /* borrowed from the Dialogues */
  gboolean is_signed, fits; /* fits: it is the one that would be chosen for that card */
  Code line, sim;           /* or "" */
  char *port;               /* of the modem that holds the card, or NULL */
  char *text;               /* the steps, codes as dots */
} Rehearsal;
void rehearsal_clear (Rehearsal *rehearsal);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rehearsal, rehearsal_clear)
/* verdict: what stands against it now. FALSE only for what cannot be looked at: M_DIALOGUE_NOT_FOUND, M_LINE_NOT_FOUND ... */
gboolean sim_rehearse (Store *store, const RehearsalRequest *request, const SimBench *bench, Rehearsal *rehearsal,
                       Verdict *verdict, GError **error);

/* ---- what comes of it ---- */

/* The step that spends is about to leave: the act and its recharge are sent from here on. An error: it must not leave. */
gboolean sim_act_send (Store *store, const ActionContext *context, const SimOrder *order, GError **error);
/* Writes how it ended, and what follows for card, line, PIN, recharge and voucher. touched: codes of what changed are added. Nothing is written of an act
 * that has ended already, or that this register does not have. */
gboolean sim_act_end (Store *store, const ActionContext *context, const SimOrder *order, const SimResult *result,
                      GPtrArray *touched, GError **error);
/* The same when that was refused by a rule: the act ends without an answer, and says why. */
gboolean sim_act_abandon (Store *store, const ActionContext *context, const SimOrder *order, const char *reason,
                          GError **error);
/* At start: what was under way on this site's bench has no result. What may have been sent is ambiguous, the rest was not done. */
gboolean sim_act_give_up (Store *store, const ActionContext *context, GError **error);

/* "asked", "identify" ... as people say it. Static. */
const char *sim_act_state_text (ModemActState state, Language language);
