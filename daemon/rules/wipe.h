/* The wipe machine and its gate (the proof scale is evidence.h). Pure tables; the conductor (actions/wipe) does the acting. */
#pragma once
#include "daemon/rules/message.h"
#include "db/records.h"

/* What can happen to a wipe. */
typedef enum {
  WIPE_ON_SERIAL_MATCHES, /* seen: serial read over the cable equals the register's */
  WIPE_ON_GATE_OPEN,      /* identified: the gate found nothing against it */
  WIPE_ON_STRATEGY,       /* gated: a strategy is chosen and confirmed */
  WIPE_ON_COMMAND,        /* armed: the command is about to be sent (written first) */
  WIPE_ON_LEFT,           /* the tablet left its port */
  WIPE_ON_RECOVERY_FACE,  /* back on the port with another face, without its adb (recovery) */
  WIPE_ON_RETURNED,       /* back on the port, same serial, settled */
  WIPE_ON_PROOF,          /* returned: evidence judged proven or attested */
  WIPE_ON_LOCKED,         /* returned: it asks for a former account (Google's lock); the reason is M_WIPE_FRP */
  WIPE_ON_NEEDS_HUMAN,    /* somebody must tap, reset by hand, or attest */
  WIPE_ON_HUMAN_DONE,     /* what was waited for happened: back to where it waited (see wipe_next) */
  WIPE_ON_SECOND,       /* returned in test harness mode, erased: the real reset is about to be sent (written first) */
  WIPE_ON_KEY_ACCEPTED, /* our key still opens adb: it was not wiped */
  WIPE_ON_IGNORED,      /* the command was answered or lost, but the tablet never left */
  WIPE_ON_REFUSED,      /* the device refused before anything was erased */
  WIPE_ON_CABLE,        /* the cable was pulled before the command was sent */
  WIPE_ON_LOST,         /* not back in time, or the story cannot be known any more */
  WIPE_ON_FOREIGN,      /* another serial on the port, duplicate, swapped */
  WIPE_ON_GATE_CLOSED,  /* the gate refuses */
  WIPE_ON_CANCEL,       /* a person cancels before the command was sent */
  WIPE_EVENTS_N
} WipeEventKind;
const char *wipe_event_name (WipeEventKind event); /* "serial_matches" ... */

/* The next state, or FALSE (next untouched) when that event cannot happen there. waited_in: the state before wait_human (ignored elsewhere).
 * After started nothing leads to aborted, and to blocked only a lock that shows itself (WIPE_ON_LOCKED, from returned); nothing but WIPE_ON_PROOF leads to verified, and only from returned or from wait_human waited_in returned. */
gboolean wipe_next (WipeState state, WipeState waited_in, WipeEventKind event, WipeState *next);
/* verified, not_wiped, unknown, blocked, aborted. */
gboolean wipe_is_over (WipeState state);
/* May the command have reached the device? (started and later; FALSE for wait_human: ask the state it waited in; and for blocked, which
 * is nearly always before it: ask started_at) */
gboolean wipe_may_have_begun (WipeState state);
/* Where the tablet goes when its wipe ends so, having begun or not. to_wipe when nothing was sent or
 * nothing was erased (it can be tried again at once), blocked when the story is unknown (somebody looks first) or the tablet is locked.
 * FALSE: leave it alone. */
gboolean wipe_item_state_after (WipeState ended, gboolean had_begun, ItemState *state);

/* What is known before the tablet is asked anything. */
typedef struct {
  const Item *item;
  const char *holder;        /* open loan? */
  const char *read_serial;   /* over the cable; NULL when it cannot be read */
  gboolean is_duplicate;     /* the serial is on two ports */
  gboolean port_is_reserved; /* another unfinished wipe holds this port */
} WipeIdentity;
/* Is it the tablet we mean, and is it free? Item not to_wipe -> impossible, naming its state (lent: who holds it); serial differs or
 * unknown -> impossible; duplicate, port reserved -> impossible. */
void wipe_judge_identity (const WipeIdentity *facts, Verdict *verdict);
/* What a wipe does not empty: to know, whatever the way. */
void wipe_remind (Verdict *verdict);

typedef struct {
  WipeIdentity identity;
  gboolean link_ready; /* the facts below were read (adb or fastboot) */
  gboolean strategy_needs_link;
  int battery_percent, is_charging, battery_is_low;    /* -1 unknown */
  int google_accounts, maker_accounts, other_accounts; /* -1 unreadable */
  gboolean strategy_clears_google_lock;
  const char *strategy_objection; /* stable word or NULL */
  const char *strategy;           /* its name */
  const char *probed_strategy;    /* the one that follows from what the tablet says */
  int has_foreign_owner;          /* a device owner that is not our own application */
  int merge_pending;
  int lock_is_active;     /* Google's lock, as its partition says */
  int users;              /* people's spaces */
  int oem_unlock_allowed; /* the developer option */
  int is_unlocked;        /* its bootloader */
} WipeGateFacts;
/* The identity; then: Google's lock active already, Google or maker's account without a clearing strategy -> impossible, with what to do;
 * unreadable accounts -> confirmation right "wipe-accounts-unseen" unless the strategy clears the lock; battery < 30 % and not charging, or said to be low by the boot loader,
 * merge pending, foreign owner -> impossible; another strategy than the probed one, that does not clear the lock -> confirmation right
 * "wipe-strategy"; users, applications' accounts, OEM unlocking, SD card and SIM -> to know. */
void wipe_judge_gate (const WipeGateFacts *facts, Verdict *verdict);

/* Why a strategy cannot work, or why it is chosen, in words, from the stable word of devices/ ("needs_android_15", "enrolled"); NULL for an
 * unknown word. Static. */
const char *wipe_objection_text (const char *word, Language language);
