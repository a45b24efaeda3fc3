/* The seam between a bench of USB modems that read SIM cards and what the program decides to do with it. The twin of device.h: all of it
 * runs in the main loop's thread and returns at once; answers come by callback, in that same thread.
 * Behind it each modem has its own unprivileged process, temoin-modem: no network, no register (docs/decisions/0016). */
#pragma once
#include "daemon/devices/dialogue.h"
#include "daemon/devices/iccid.h"
#include <gio/gio.h>

#define MODEM_ERROR (modem_error_quark ())
GQuark modem_error_quark (void);
typedef enum {
  MODEM_ERROR_SETUP, /* udev, or the program temoin-modem, cannot be used */
  MODEM_ERROR_INPUT, /* the order is incomplete: a fault of the caller */
  MODEM_ERROR_GONE,  /* no modem on that port now */
  MODEM_ERROR_IMEI,  /* another modem is on that port */
  MODEM_ERROR_CARD,  /* another card, or none, is in it */
  MODEM_ERROR_BUSY,  /* it has a job already */
  MODEM_ERROR_STATE, /* its state does not allow it: faulted, SIM absent ... */
  MODEM_ERROR_RIGHT, /* not confirmed, or not signed: policy refuses it before anything is sent */
} ModemErrorCode;

/* absent -> opening -> open -> sim_boot -> (sim_absent | sim_bad | pin_locked | puk_locked | ready) -> registering -> online
 * any -> busy (a job) · any -> faulted (code, retried by itself) · unplugged -> absent */
typedef enum {
  MODEM_ABSENT, /* only seen in MODEM_LEFT */
  MODEM_OPENING,
  MODEM_OPEN,
  MODEM_SIM_BOOT,
  MODEM_SIM_ABSENT,
  MODEM_SIM_BAD,
  MODEM_PIN_LOCKED,
  MODEM_PUK_LOCKED,
  MODEM_READY, /* the card can be read; not on a network, or not asked yet */
  MODEM_REGISTERING,
  MODEM_ONLINE,
  MODEM_BUSY,
  MODEM_FAULTED,
} ModemState;
/* "absent" "opening" "open" "sim_boot" "sim_absent" "sim_bad" "pin_locked" "puk_locked" "ready" "registering" "online" "busy" "faulted" */
const char *modem_state_name (ModemState state);

/* Why something did not work: stable words, each also the code of a sentence in rules/messages.def.h.
 * X (symbol, word). Which status becomes which: modem_status.c. */
#define MODEM_CODES(X)                                                                                                 \
  X (BUSY, "modem_busy")                       /* the modem says busy; asked again three times */                      \
  X (FAILURE, "modem_failure")                 /* it said no without saying why */                                     \
  X (UNSUPPORTED, "modem_unsupported")         /* this modem cannot do it */                                           \
  X (TIMEOUT, "modem_timeout")                 /* silent */                                                            \
  X (LOST_SESSION, "modem_lost_session")       /* it forgot us; opened again */                                        \
  X (GONE, "modem_gone")                       /* unplugged */                                                         \
  X (CRASHED, "modem_crashed")                 /* its process ended or was stopped because it was silent */            \
  X (STATUS, "modem_status")                   /* a status that no table knows: the number is in detail */             \
  X (HOST_PERMISSION, "modem_host_permission") /* the udev rule is missing */                                          \
  X (HOST_BUSY, "modem_host_busy")             /* another program holds the node: detail says which */                 \
  X (PROTOCOL, "modem_protocol")               /* it answered nonsense */                                              \
  X (SIM_ABSENT, "sim_absent")                                                                                         \
  X (SIM_BAD, "sim_bad")                                                                                               \
  X (SIM_BOOTING, "sim_booting")                                                                                       \
  X (SIM_CHANGED, "sim_changed") /* the card in the modem is not the one of the order */                               \
  X (SIM_PIN_REQUIRED, "sim_pin_required")                                                                             \
  X (SIM_PUK_REQUIRED, "sim_puk_required")                                                                             \
  X (SIM_PIN_OFF, "sim_pin_off") /* the card does not ask for a PIN */                                                 \
  X (PIN_WRONG, "sim_pin_wrong")                                                                                       \
  X (PUK_WRONG, "sim_puk_wrong")                                                                                       \
  X (PIN_FORMAT, "sim_pin_format")           /* a PIN has 4 to 8 digits, a PUK 8: nothing was sent */                  \
  X (PIN_UNCONFIRMED, "sim_pin_unconfirmed") /* fewer than 3 attempts, or unknown, and nobody confirmed */             \
  X (PIN_ATTEMPTS, "sim_pin_attempts")       /* another number of attempts than the one that was confirmed */          \
  X (NET_NONE, "net_none")                   /* not registered, no provider */                                         \
  X (LINE_REFUSED, "line_refused")           /* the network refuses the line: expired or suspended? */                 \
  X (RADIO_OFF, "radio_off")                                                                                           \
  X (RADIO_LOCKED, "radio_locked") /* stays off: hardware switch, or the maker's FCC lock */                           \
  X (USSD_BUSY, "ussd_busy")                                                                                           \
  X (USSD_ENDED, "ussd_ended") /* the network ended it without a word */                                               \
  X (USSD_TIMEOUT, "ussd_timeout")                                                                                     \
  X (SMS_CENTRE, "sms_centre")   /* no or wrong message centre number */                                               \
  X (SMS_NETWORK, "sms_network") /* the network did not take the message in time */                                    \
  X (SMS_ENCODING, "sms_encoding")                                                                                     \
  X (SMS_STORE, "sms_store")            /* the card's store is full or broken */                                       \
  X (SMS_SILENT, "sms_silent")          /* sent; no answer came in the time of the dialogue */                         \
  X (CODE_USED, "topup_code_used")      /* the operator says: already used */                                          \
  X (TOPUP_REFUSED, "topup_refused")    /* the operator says no */                                                     \
  X (UNEXPECTED, "dialogue_unexpected") /* the answer is not what the dialogue expects */                              \
  X (UNSIGNED, "dialogue_unsigned")     /* it spends and nobody signed it off */                                       \
  X (CODE_FORMAT, "topup_code_format")  /* the recharge code has not the operator's form: nothing was sent */          \
  X (CANCELLED, "modem_cancelled")
typedef enum {
#define X(symbol, word) MODEM_CODE_##symbol,
  MODEM_CODES (X)
#undef X
      MODEM_N_CODES,
  MODEM_CODE_NONE = MODEM_N_CODES,
} ModemCode;
/* The word; NULL for MODEM_CODE_NONE. */
const char *modem_code_word (ModemCode code);
/* MODEM_CODE_NONE when there is none of that word. */
ModemCode modem_code_find (const char *word);

#define MODEM_ATTEMPTS_UNKNOWN (-1)

/* What the card and the network say. NULL / -1 = not said. Strings are for the screen, never for a log. */
typedef struct {
  char *iccid, *iccid_raw; /* canonical, and as the modem gave it. NULL: no card read (yet) */
  char *imsi;
  GStrv numbers;       /* phone numbers that the card tells: often none, often old: never a key */
  gboolean is_private; /* the card asks not to show its identity (READY_INFO_PROTECT_UNIQUE_ID) */
  int is_pin_on;       /* the card asks for its PIN at start: 1, 0, -1 */
  int pin_attempts;    /* left, or MODEM_ATTEMPTS_UNKNOWN; the last number known, kept while the PUK is asked for */
  int puk_attempts;
  char *home_network; /* MCC-MNC of the operator of the card */
  char *home_name;    /* how the card or the modem calls that operator */
  char *network;      /* MCC-MNC it is registered on now */
  char *network_name;
  char *registration; /* "idle" "searching" "home" "roaming" "denied"; NULL = unknown */
  int signal_percent; /* 0..100, -1 */
} ModemCard;

/* One plug-in of one modem. Borrowed from the bench: valid inside the callback, or until the main loop runs again. */
typedef struct {
  guint64 session;  /* a new number at each arrival, never reused */
  const char *port; /* "1-1.2": bus and port numbers. The identity of a modem is port + IMEI; node numbers change */
  const char *node; /* "/dev/cdc-wdm0" */
  const char *imei; /* NULL until it is open */
  const char *name; /* maker and product, or NULL */
  const char *firmware;
  ModemState state;
  ModemState before_job; /* while state is MODEM_BUSY: the state when the job began; else equal to state */
  ModemCode code;        /* why it is faulted, or what the state lacks; MODEM_CODE_NONE */
  const char *detail; /* technical, English: "held by ModemManager (pid 812)"; NULL. No secret, no number of a person */
  guint64 job;        /* 0 = none */
  const ModemCard *card; /* never NULL */
} Modem;

typedef enum {
  MODEM_ARRIVED,
  MODEM_CHANGED, /* state, code, card facts or job */
  MODEM_CARD, /* another card than before, or none: whoever thinks of the old one must forget it. Told before MODEM_CHANGED */
  MODEM_LEFT, /* unplugged; still readable during this call */
} ModemEvent;
typedef void (*ModemFunc) (const Modem *modem, ModemEvent event, gpointer user);

typedef struct {
  const char *program; /* temoin-modem to start, as the same user; NULL: the one beside the running program */
  const char
      *socket; /* installed: systemd starts one temoin-modem a connection, as its own user. NULL: program is started */
  /* seconds; 0: as usual */
  guint answer_s; /* an operator's answer by USSD is waited for: 100 */
  guint silent_s; /* a process that says nothing for so long is ended: 15 */
  guint retry_s;  /* the longest wait before one is started again: 15 */
} ModemBenchOptions;

typedef struct _ModemBench ModemBench;
/* Watches udev in the default main context and starts a process for each cdc_mbim modem; what is plugged in already comes as MODEM_ARRIVED
 * from the loop. A process that ends is started again after 2, 5, then every 15 s; one that is silent for 15 s is ended.
 * NULL with MODEM_ERROR_SETUP. */
ModemBench *modem_bench_new (const ModemBenchOptions *options, ModemFunc func, gpointer user, GError **error);
/* Ends the jobs (their callback is called, outcome as if unplugged now) and the processes. Accepts NULL. */
void modem_bench_free (ModemBench *bench);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ModemBench, modem_bench_free)
/* By port. Array of borrowed `const Modem *`; caller unrefs it. */
GPtrArray *modem_bench_list (ModemBench *bench);
/* NULL when nothing is plugged in there. */
const Modem *modem_bench_find_port (ModemBench *bench, const char *port);
/* The modem that holds that card now (iccid_is_same); NULL. */
const Modem *modem_bench_find_card (ModemBench *bench, const char *iccid);

typedef enum {
  MODEM_JOB_IDENTIFY, /* reads everything again; spends nothing, uses no attempt */
  MODEM_JOB_PIN_ENTER,
  MODEM_JOB_PIN_CHANGE, /* pin -> new_pin */
  MODEM_JOB_PIN_ENABLE,
  MODEM_JOB_PIN_DISABLE,
  MODEM_JOB_UNBLOCK,  /* puk, new_pin */
  MODEM_JOB_REGISTER, /* radio on, registration, at most 90 s */
  MODEM_JOB_DIALOGUE, /* dialogue, code: USSD or SMS */
  MODEM_JOB_ERASE,    /* every message and contact on the card and in the modem, unread, unlisted; counts come back */
  MODEM_JOB_COUNT,    /* the counts alone */
} ModemJob;
/* "identify" "pin_enter" "pin_change" "pin_enable" "pin_disable" "unblock" "register" "dialogue" "erase" "count" */
const char *modem_job_name (ModemJob job);

/* What is asked. Strings are copied (secrets wiped when the job ends). The policy is enforced here AND in temoin-modem:
 * - a PIN that nobody typed (is_typed FALSE: the stored one of this very card) goes only when exactly 3 attempts are left;
 * - fewer, or unknown: is_typed, and attempts_seen equal to what is left now (MODEM_ATTEMPTS_UNKNOWN for unknown);
 * - a PUK: is_typed, confirmations 2, and attempts_seen as above. */
typedef struct {
  ModemJob job;
  const char *port;
  const char *imei; /* required, except to identify */
  const char *
      iccid; /* canonical; required, except to identify: read again on the modem before each step that spends or uses an attempt */
  const char *pin, *new_pin, *puk;
  gboolean is_typed;        /* a named person typed it now */
  int attempts_seen;        /* what that person was shown, and confirmed; ignored when is_typed is FALSE */
  int confirmations;        /* how many times that person said yes */
  const Dialogue *dialogue; /* MODEM_JOB_DIALOGUE; must outlive the job */
  const char *code;         /* the recharge code for {code}; NULL when the dialogue has none */
  gboolean
      is_signed; /* an admin signed this text of the dialogue (its digest): without it, nothing that spends is sent */
  gboolean is_held; /* before each step that spends MODEM_HELD is told, and nothing leaves before modem_bench_go */
} ModemOrder;

typedef enum {
  MODEM_SAID,     /* text = what is being sent, secrets as dots. Called BEFORE it can reach the modem when it spends */
  MODEM_ANSWERED, /* text = the operator's words, our code as dots */
  MODEM_HELD,     /* text = what is about to be sent; it waits for modem_bench_go (or modem_bench_cancel) */
  MODEM_WAITING,  /* text = a stable word of what is waited for: "network" "ussd" "sms" "sim" */
} ModemNews;

typedef enum {
  MODEM_OK,
  MODEM_REFUSED, /* code says by whom and why; nothing was spent. A wrong PIN used an attempt: see attempts_left */
  MODEM_AMBIGUOUS, /* a step that spends (or uses an attempt) may have reached the network (or the card), and no clear answer came:
                      never sent again automatically */
  MODEM_NOT_DONE, /* unplugged, crashed, silent or cancelled, and surely nothing was spent and no attempt used */
} ModemOutcome;
/* "ok" "refused" "ambiguous" "not_done" */
const char *modem_outcome_name (ModemOutcome outcome);

typedef struct {
  ModemOutcome outcome;
  ModemCode code;             /* MODEM_CODE_NONE when OK */
  const char *detail;         /* technical, English, or NULL */
  int attempts_left;          /* after a PIN or PUK act; MODEM_ATTEMPTS_UNKNOWN */
  int n_messages, n_contacts; /* counted, or erased; -1 = the modem cannot tell, or has no such store */
  const char *answer;         /* the operator's last words, our code as dots; NULL */
  const DialogueFound *found; /* never NULL */
  const ModemCard *card;      /* as it is now; never NULL */
} ModemResult;

/* Called for each news with result NULL, then exactly once with the result (text NULL, news to be ignored). Strings are borrowed. */
typedef void (*ModemJobFunc) (guint64 job, ModemNews news, const char *text, const ModemResult *result, gpointer user);
/* Starts the job; its number, or 0 with an error: then nothing was sent and func is never called. One job a modem. The message of
 * MODEM_ERROR_RIGHT and MODEM_ERROR_STATE is a word of MODEM_CODES; the others are English sentences. */
guint64 modem_bench_start (ModemBench *bench, const ModemOrder *order, ModemJobFunc func, gpointer user,
                           GError **error);
/* Ends it as soon as that is safe; the result still comes by the callback: what was sent stays ambiguous. No effect on an unknown number. */
void modem_bench_cancel (ModemBench *bench, guint64 job);
/* Lets the step go that MODEM_HELD told of; may be called inside that news. No effect when nothing is held, and on an unknown number. */
void modem_bench_go (ModemBench *bench, guint64 job);
