/* Private to wipe_run*.c: the parts of a wipe under way that its files share. wipe_run.c owns the queue, the writing and the table;
 * wipe_run_before.c what happens before the command, wipe_run_after.c what happens from the command on. */
#pragma once
#include "daemon/actions/wipe_run.h"
#include "daemon/actions/wipe_story.h"
#include "daemon/devices/deadline.h"

typedef enum {
  HAPPENED_RELOAD,   /* a person changed the wipe in the register */
  HAPPENED_ARRIVED,  /* plugged in on our port */
  HAPPENED_LEFT,     /* unplugged from our port */
  HAPPENED_LINK,     /* the link to it changed */
  HAPPENED_PROBED,   /* facts, or error */
  HAPPENED_SAID,     /* the strategy said something to it */
  HAPPENED_ANSWERED, /* it answered */
  HAPPENED_ACCEPTED, /* it took the wipe */
  HAPPENED_FAILED,   /* the strategy gave up */
  HAPPENED_TIMER,    /* the wait of this state is over */
  HAPPENED_SETTLED,  /* back for long enough without adb */
  HAPPENED_STATUS,   /* the reset tablet answered our challenge, or did not */
  HAPPENINGS_N
} HappeningKind;

typedef struct {
  HappeningKind kind;
  guint64 session;
  DeviceMode mode;
  DeviceLink link;
  char *serial, *text;
  gboolean is_recovery, has_asked, is_duplicate;
  gboolean was_sent; /* HAPPENED_FAILED: the wipe command may have reached the device */
  DeviceFacts *facts;
  gboolean is_locked; /* STATUS: by Google's lock */
  GBytes *chain;      /* STATUS: what was signed; NULL: text says why not */
  GError *error;
} Happening;

struct _WipeRun {
  grefcount references;
  WipeRunWorld *world;
  Wipe *wipe; /* as it is on disk */
  gboolean is_resumed, is_over;
  gboolean has_gap; /* taken up from the register: what happened since its last step was not seen */
  guint64 session;  /* the plug-in that was looked at; 0 = none */
  DeviceMode mode;  /* of it, before the command */
  DeviceFacts *facts;
  const Strategy *strategy;
  gboolean strategy_runs, has_left; /* has_left: it left before the strategy's last word */
  gboolean goes_without_link;       /* a person does it, and the tablet does not know our key */
  gboolean in_test_mode;            /* it came back erased, in test harness mode: a real reset must follow */
  gboolean is_writing, is_probing;
  char *challenge; /* to be sent as soon as the step that keeps it is on disk, or sent; NULL: none */
  gboolean is_asking_status;
  WipeStep *refused_step; /* not written (disk full ...): tried again, nothing is acted upon meanwhile */
  GQueue happenings;
  GCancellable *cancellable;
  Deadline wait, settling, retry;
};

/* A line of the facts that were read before the command: adb asked for our key then. */
#define ASKED_FOR_KEY "asked_for_key=1\n"

/* ---- wipe_run.c ---- */

WipeRun *run_ref (WipeRun *run);
/* Queues it (taken) and handles what can be handled now. */
void run_happen (WipeRun *run, Happening *happening);
Happening *happening_new (HappeningKind kind);
Happening *happening_of_device (HappeningKind kind, const Device *device);
/* The wait of the present state; a new one replaces it. */
void run_start_timer (WipeRun *run, guint delay_ms);
/* It is back: how long it must stay before that is believed. */
void run_start_settling (WipeRun *run, guint delay_ms);
/* Ends a wait: neither its timer nor what it has put into the queue counts any more. */
void run_stop_timer (WipeRun *run);
void run_stop_settling (WipeRun *run);
/* A step of this wipe, dated now; run_write takes it. run_write with NULL only reads the wipe again. One at a time. */
WipeStep *run_step (const WipeRun *run);
void run_write (WipeRun *run, WipeStep *step);
void run_write_event (WipeRun *run, WipeEventKind event, const char *reason);
void run_write_note (WipeRun *run, const char *kind, const char *text);
void run_start_probe (WipeRun *run);
/* Keeps the facts of a probe (taken from the happening, whose only use it is). */
void run_take_facts (WipeRun *run, const Happening *happening);
/* StrategyFunc; user: a reference to the run. */
void run_on_strategy (StrategyEvent event, const char *text, gboolean was_sent, const GError *error, gpointer user);
/* Sends the challenge that is on disk by now. */
void run_ask_status (WipeRun *run);
/* The device on our port if it is ours beyond doubt: our serial, and no other device shows it. NULL otherwise. */
const Device *run_our_device (const WipeRun *run);

/* ---- wipe_run_choice.c ---- */

typedef struct {
  const Strategy *strategy;
  const char *because; /* stable word */
} Choice;
/* The way that follows from what the tablet says: the first automatic one without objection, or the one by hand. */
Choice choice_by_probe (const WipeRun *run);
/* The one asked for, or that one. */
Choice choice_of (const WipeRun *run);
/* The reason of the step that takes it (M_WIPE_CHOSEN). Caller frees. */
char *choice_reason (Choice choice);
/* Why it cannot work on this device; NULL: nothing is known against it. */
const char *choice_objection (const WipeRun *run, const Strategy *strategy);

/* ---- handlers: STATE_HAPPENING ---- */

/* Before the command: is our tablet there, and the same plug-in as before? happening may be NULL. */
void before_look (WipeRun *run, const Happening *happening);
void before_link (WipeRun *run, const Happening *happening);
void before_probed (WipeRun *run, const Happening *happening);
void before_left (WipeRun *run, const Happening *happening);
void before_arrived (WipeRun *run, const Happening *happening);
void before_settled (WipeRun *run, const Happening *happening);
void before_timer (WipeRun *run, const Happening *happening);
void tap_link (WipeRun *run, const Happening *happening);
void tap_timer (WipeRun *run, const Happening *happening);
/* Sends the wipe, once. */
void started_send (WipeRun *run);
void started_resume (WipeRun *run);
void started_said (WipeRun *run, const Happening *happening);
void started_answered (WipeRun *run, const Happening *happening);
void started_accepted (WipeRun *run, const Happening *happening);
void started_failed (WipeRun *run, const Happening *happening);
void started_left (WipeRun *run, const Happening *happening);
void started_timer (WipeRun *run, const Happening *happening);
void by_hand_left (WipeRun *run, const Happening *happening);
void away_arrived (WipeRun *run, const Happening *happening);
void away_left (WipeRun *run, const Happening *happening);
void away_link (WipeRun *run, const Happening *happening);
void away_settled (WipeRun *run, const Happening *happening);
void away_probed (WipeRun *run, const Happening *happening);
/* Erased and in test harness mode: the real reset, chosen from what the tablet says now. */
void returned_send_again (WipeRun *run);
void away_timer (WipeRun *run, const Happening *happening);
void status_answered (WipeRun *run, const Happening *happening);
void returned_left (WipeRun *run, const Happening *happening);
void attest_left (WipeRun *run, const Happening *happening);
void attest_arrived (WipeRun *run, const Happening *happening);
void attest_link (WipeRun *run, const Happening *happening);
