/* The verbs of wiping and the story of a wipe, without a bench: what is refused, what each step writes, and that nothing but
 * evidence leads to "verified". */
#include "daemon/actions/wipe.h"
#include "daemon/actions/wipe_lock.h"
#include "daemon/actions/wipe_story.h"
#include "daemon/rules/item.h"
#include "tests/unit/actions/desk.h"

#define SERIAL "R9TESTWIPE1"

static GPtrArray *
slots_with (const char *port, const char *serial, gboolean is_duplicate)
{
  GPtrArray *slots = bench_slots_new ();
  BenchSlot *slot = g_new0 (BenchSlot, 1);
  slot->port = g_strdup (port);
  slot->serial = g_strdup (serial);
  slot->is_duplicate = is_duplicate;
  g_ptr_array_add (slots, slot);
  return slots;
}

static void
ask (Desk *desk, const char *item, const char *strategy, GPtrArray *slots)
{
  const WipeRequest request = {.item = item, .strategy = strategy, .slots = slots};
  DESK_DO (desk, wipe_ask, &request);
}

/* A wipe in state seen, on port 1-1.2. */
static void
open_wipe (Desk *desk, Code item, Code wipe)
{
  g_autoptr (GPtrArray) slots = slots_with ("1-1.2", SERIAL, FALSE);
  desk_add_tablet (desk, SERIAL, item);
  ask (desk, item, NULL, slots);
  g_assert_no_error (desk->error);
  g_strlcpy (wipe, desk_code (desk, 0), sizeof (Code));
}

/* Writes a step in a transaction of its own; gives the state it led to. */
static WipeState
apply (Desk *desk, WipeStep *step)
{
  g_autoptr (Wipe) after = NULL;
  desk_begin (desk);
  desk_end (desk, wipe_step_apply (desk->store, step, "CTESTDSK", &after, &desk->error));
  wipe_step_free (step);
  return after != NULL ? after->state : WIPE_STATES_N;
}

static WipeState
event (Desk *desk, const char *wipe, WipeEventKind kind, const char *reason)
{
  WipeStep *step = wipe_step_new (wipe, DESK_NOW * 1000LL);
  wipe_step_event (step, kind, reason);
  return apply (desk, step);
}

static WipeState
note_and (Desk *desk, const char *wipe, const char *note, WipeEventKind kind)
{
  WipeStep *step = wipe_step_new (wipe, DESK_NOW * 1000LL);
  wipe_step_note (step, "usb", "%s", note);
  wipe_step_event (step, kind, NULL);
  return apply (desk, step);
}

/* To "started": the item is being wiped from then on. */
static void
start (Desk *desk, Code item, Code wipe)
{
  open_wipe (desk, item, wipe);
  g_assert_cmpint (event (desk, wipe, WIPE_ON_SERIAL_MATCHES, NULL), ==, WIPE_IDENTIFIED);
  g_assert_cmpint (event (desk, wipe, WIPE_ON_GATE_OPEN, NULL), ==, WIPE_GATED);
  g_assert_cmpint (event (desk, wipe, WIPE_ON_STRATEGY, NULL), ==, WIPE_ARMED);
  g_assert_cmpint (event (desk, wipe, WIPE_ON_COMMAND, NULL), ==, WIPE_STARTED);
}

static WipeState
judge (Desk *desk, const char *wipe)
{
  WipeStep *step = wipe_step_new (wipe, DESK_NOW * 1000LL);
  step->judges = TRUE;
  return apply (desk, step);
}

/* Back on its port without adb: consistent, waits for a person. */
static void
come_back (Desk *desk, const char *wipe)
{
  WipeStep *step = wipe_step_new (wipe, DESK_NOW * 1000LL);
  note_and (desk, wipe, "left-port: 1-1.2", WIPE_ON_LEFT);
  wipe_step_note (step, "usb", "command-accepted: yes");
  wipe_step_note (step, "usb", "same-port: 1-1.2");
  wipe_step_note (step, "usb", "same-serial: yes");
  wipe_step_note (step, "usb", "adb-absent: yes");
  wipe_step_event (step, WIPE_ON_RETURNED, NULL);
  g_assert_cmpint (apply (desk, step), ==, WIPE_RETURNED);
}

static void
refuses_what_is_not_on_the_bench (void)
{
  g_auto (Desk) desk;
  Code item;
  desk_init (&desk);
  desk_add_tablet (&desk, SERIAL, item);
  g_autofree char *before = desk_picture (&desk);
  g_autoptr (GPtrArray) other = slots_with ("1-1.2", "R9OTHER", FALSE);
  ask (&desk, item, NULL, other);
  desk_assert_refused (&desk, M_WIPE_NOT_ON_BENCH);
  ask (&desk, item, NULL, NULL);
  desk_assert_refused (&desk, M_WIPE_NOT_ON_BENCH);
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
}

static void
refuses_a_duplicate_and_an_unknown_strategy (void)
{
  g_auto (Desk) desk;
  Code item;
  desk_init (&desk);
  desk_add_tablet (&desk, SERIAL, item);
  g_autoptr (GPtrArray) twice = slots_with ("1-1.2", SERIAL, TRUE);
  ask (&desk, item, NULL, twice);
  desk_assert_refused (&desk, M_WIPE_DUPLICATE);
  ask (&desk, item, "hammer", twice);
  desk_assert_refused (&desk, M_STRATEGY_UNKNOWN);
  ask (&desk, "TXXX", NULL, twice);
  desk_assert_refused (&desk, M_CODE_LENGTH);
}

static void
refuses_a_lent_tablet (void)
{
  g_auto (Desk) desk;
  Code item, person, loan;
  desk_init (&desk);
  desk_add_ready_tablet (&desk, SERIAL, item);
  desk_add_person (&desk, "Amina Diallo", person);
  desk_lend (&desk, person, item, loan);
  g_autoptr (GPtrArray) slots = slots_with ("1-1.2", SERIAL, FALSE);
  ask (&desk, item, NULL, slots);
  desk_assert_refused (&desk, M_WIPE_ITEM_LENT);
  desk_assert_item_state (&desk, item, ITEM_LENT);
}

static void
one_wipe_an_item_and_a_port (void)
{
  g_auto (Desk) desk;
  Code item, wipe, other;
  desk_init (&desk);
  open_wipe (&desk, item, wipe);
  g_autoptr (GPtrArray) slots = slots_with ("1-1.2", SERIAL, FALSE);
  ask (&desk, item, NULL, slots);
  desk_assert_refused (&desk, M_WIPE_RUNNING);
  desk_add_tablet (&desk, "R9OTHER", other);
  g_autoptr (GPtrArray) same_port = slots_with ("1-1.2", "R9OTHER", FALSE);
  ask (&desk, other, NULL, same_port);
  desk_assert_refused (&desk, M_WIPE_PORT_TAKEN);
}

static void
a_preview_changes_nothing (void)
{
  g_auto (Desk) desk;
  Code item;
  desk_init (&desk);
  desk_add_tablet (&desk, SERIAL, item);
  g_autoptr (GPtrArray) slots = slots_with ("1-1.2", SERIAL, FALSE);
  g_autofree char *before = desk_picture (&desk);
  desk.context.is_preview = TRUE;
  ask (&desk, item, NULL, slots);
  g_assert_no_error (desk.error);
  g_assert_cmpuint (desk.outcome.verdict->impossible->len, ==, 0);
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
}

static void
verified_only_with_evidence_and_a_person (void)
{
  g_auto (Desk) desk;
  Code item, wipe;
  desk_init (&desk);
  start (&desk, item, wipe);
  desk_assert_item_state (&desk, item, ITEM_WIPING);
  DESK_DO (&desk, wipe_attest, wipe, "Bienvenue");
  desk_assert_refused (&desk, M_WIPE_ATTEST_WHEN);
  come_back (&desk, wipe);
  g_assert_cmpint (judge (&desk, wipe), ==, WIPE_WAIT_HUMAN);
  DESK_DO (&desk, wipe_attest, wipe, "  ");
  desk_assert_refused (&desk, M_WIPE_NEEDS_TEXT);
  desk_assert_item_state (&desk, item, ITEM_WIPING);
  DESK_DO (&desk, wipe_attest, item, "page Bienvenue");
  g_assert_no_error (desk.error);
  desk_assert_item_state (&desk, item, ITEM_READY);
  g_autoptr (Wipe) done = wipe_load (desk.store, wipe, NULL);
  g_assert_cmpstr (wipe_verdict_name (done->verdict), ==, "attested");
  g_assert_cmpstr (done->attested_by, ==, "CTESTDSK");
  DESK_DO (&desk, wipe_attest, wipe, "again");
  desk_assert_refused (&desk, M_WIPE_ATTEST_WHEN);
}

static void
an_accepted_key_is_not_wiped (void)
{
  g_auto (Desk) desk;
  Code item, wipe;
  desk_init (&desk);
  start (&desk, item, wipe);
  come_back (&desk, wipe);
  WipeStep *step = wipe_step_new (wipe, DESK_NOW * 1000LL);
  wipe_step_note (step, "usb", "key-accepted: it opens");
  step->judges = TRUE;
  g_assert_cmpint (apply (&desk, step), ==, WIPE_NOT_WIPED);
  desk_assert_item_state (&desk, item, ITEM_TO_WIPE);
}

/* A device can answer anything: its words, and the machine's own lines, never count. */
static void
the_words_of_a_device_are_no_evidence (void)
{
  static const char *const kinds[] = {"answered", "said"};
  g_auto (Desk) desk;
  Code item, wipe;
  desk_init (&desk);
  start (&desk, item, wipe);
  note_and (&desk, wipe, "left-port: 1-1.2", WIPE_ON_LEFT);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    WipeStep *step = wipe_step_new (wipe, DESK_NOW * 1000LL);
    wipe_step_note (step, kinds[i], "command-accepted: x");
    wipe_step_note (step, kinds[i], "same-port: x");
    wipe_step_note (step, kinds[i], "same-serial: x");
    wipe_step_note (step, kinds[i], "adb-absent: x");
    wipe_step_note (step, kinds[i], "attested: x");
    apply (&desk, step);
  }
  event (&desk, wipe, WIPE_ON_RETURNED, NULL);
  g_assert_cmpint (judge (&desk, wipe), ==, WIPE_UNKNOWN);
  desk_assert_item_state (&desk, item, ITEM_BLOCKED);
}

static void
a_blocked_tablet_can_be_asked_again (void)
{
  g_auto (Desk) desk;
  Code item, wipe;
  desk_init (&desk);
  start (&desk, item, wipe);
  g_assert_cmpint (event (&desk, wipe, WIPE_ON_LOST, "wipe_lost"), ==, WIPE_UNKNOWN);
  desk_assert_item_state (&desk, item, ITEM_BLOCKED);
  g_autoptr (GPtrArray) slots = slots_with ("1-1.2", SERIAL, FALSE);
  ask (&desk, item, NULL, slots);
  g_assert_no_error (desk.error);
  desk_assert_item_state (&desk, item, ITEM_TO_WIPE);
}

static void
cancel_before_and_after_the_command (void)
{
  g_auto (Desk) desk;
  Code item, wipe;
  desk_init (&desk);
  open_wipe (&desk, item, wipe);
  DESK_DO (&desk, wipe_cancel, wipe);
  g_assert_no_error (desk.error);
  desk_assert_item_state (&desk, item, ITEM_TO_WIPE);
  DESK_DO (&desk, wipe_cancel, wipe);
  desk_assert_refused (&desk, M_WIPE_MOVE);
  g_autoptr (GPtrArray) slots = slots_with ("1-1.2", SERIAL, FALSE);
  ask (&desk, item, NULL, slots);
  g_strlcpy (wipe, desk_code (&desk, 0), sizeof (Code));
  event (&desk, wipe, WIPE_ON_SERIAL_MATCHES, NULL);
  event (&desk, wipe, WIPE_ON_GATE_OPEN, NULL);
  event (&desk, wipe, WIPE_ON_STRATEGY, NULL);
  event (&desk, wipe, WIPE_ON_COMMAND, NULL);
  DESK_DO (&desk, wipe_cancel, wipe);
  desk_assert_refused (&desk, M_WIPE_BEGUN);
  come_back (&desk, wipe);
  judge (&desk, wipe);
  DESK_DO (&desk, wipe_cancel, wipe); /* the technician saw no welcome screen */
  g_assert_no_error (desk.error);
  desk_assert_item_state (&desk, item, ITEM_BLOCKED);
}

static void
an_impossible_move_is_stale_and_writes_nothing (void)
{
  g_auto (Desk) desk;
  Code item, wipe;
  desk_init (&desk);
  open_wipe (&desk, item, wipe);
  g_autofree char *before = desk_picture (&desk);
  g_assert_cmpint (event (&desk, wipe, WIPE_ON_PROOF, NULL), ==, WIPE_STATES_N);
  g_assert_error (desk.error, DB_ERROR, DB_ERROR_STALE);
  g_assert_cmpint (note_and (&desk, wipe, "left-port: x", WIPE_ON_RETURNED), ==, WIPE_STATES_N);
  g_autoptr (GPtrArray) events = wipe_event_list (desk.store, wipe, 0, NULL);
  g_assert_cmpuint (events->len, ==, 1);
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
}

/* The gate in the step: the item as it is in that transaction, with the rights claimed when the wipe was asked. */
static void
the_gate_is_judged_with_the_register (void)
{
  g_auto (Desk) desk;
  Code item, wipe;
  WipeGateFacts facts = {.identity = {.read_serial = SERIAL},
                         .link_ready = TRUE,
                         .strategy_needs_link = TRUE,
                         .battery_percent = 12,
                         .google_accounts = 0,
                         .maker_accounts = 0,
                         .strategy = "recovery-wipe",
                         .probed_strategy = "recovery-wipe"};
  desk_init (&desk);
  open_wipe (&desk, item, wipe);
  event (&desk, wipe, WIPE_ON_SERIAL_MATCHES, NULL);
  WipeStep *step = wipe_step_new (wipe, DESK_NOW * 1000LL);
  wipe_step_gate (step, &facts);
  g_assert_cmpint (apply (&desk, step), ==, WIPE_BLOCKED);
  g_autoptr (Wipe) blocked = wipe_load (desk.store, wipe, NULL);
  g_assert_cmpstr (blocked->reason, ==, "wipe_battery|12|30");
  g_autofree char *sentence = wipe_todo_text (blocked, blocked->port, LANGUAGE_EN);
  g_assert_nonnull (strstr (sentence, "12 %"));
  desk_assert_item_state (&desk, item, ITEM_TO_WIPE);
}

static void
unseen_accounts_need_the_right_claimed_at_the_start (void)
{
  static const char *const rights[] = {"wipe-accounts-unseen", NULL};
  g_auto (Desk) desk;
  Code item, wipe;
  const WipeGateFacts facts = {.identity = {.read_serial = SERIAL},
                               .link_ready = TRUE,
                               .strategy_needs_link = TRUE,
                               .battery_percent = 90,
                               .google_accounts = -1,
                               .maker_accounts = -1,
                               .strategy = "recovery-wipe",
                               .probed_strategy = "recovery-wipe"};
  for (int claimed = 0; claimed < 2; claimed++) {
    desk_init (&desk);
    desk.context.overrides = claimed ? rights : NULL;
    desk.context.comment = claimed ? "vu dans Réglages" : NULL;
    g_autoptr (GPtrArray) slots = slots_with ("1-1.2", SERIAL, FALSE);
    desk.context.overrides = NULL;
    desk_add_tablet (&desk, SERIAL, item);
    desk.context.overrides = claimed ? rights : NULL;
    ask (&desk, item, NULL, slots);
    g_assert_no_error (desk.error);
    g_strlcpy (wipe, desk_code (&desk, 0), sizeof (Code));
    event (&desk, wipe, WIPE_ON_SERIAL_MATCHES, NULL);
    WipeStep *step = wipe_step_new (wipe, DESK_NOW * 1000LL);
    wipe_step_gate (step, &facts);
    g_assert_cmpint (apply (&desk, step), ==, claimed ? WIPE_GATED : WIPE_BLOCKED);
    if (!claimed)
      desk_clear (&desk);
  }
}

static void
a_waiver_needs_the_right_and_a_reason (void)
{
  static const char *const rights[] = {"wipe-waive", NULL};
  g_auto (Desk) desk;
  Code item;
  desk_init (&desk);
  desk_add_tablet (&desk, SERIAL, item);
  DESK_DO (&desk, wipe_waive, item);
  desk_assert_refused (&desk, M_WIPE_WAIVE);
  desk.context.overrides = rights;
  DESK_DO (&desk, wipe_waive, item);
  desk_assert_refused (&desk, M_REASON_MISSING);
  desk_assert_item_state (&desk, item, ITEM_TO_WIPE);
  desk.context.comment = "neuve, scellée";
  DESK_DO (&desk, wipe_waive, item);
  g_assert_no_error (desk.error);
  desk_assert_item_state (&desk, item, ITEM_READY);
  DESK_DO (&desk, wipe_waive, item);
  desk_assert_refused (&desk, M_WIPE_ITEM_STATE);
}

static WipeLock
lock_of (Desk *desk, const char *item)
{
  WipeLock lock;
  g_assert_true (wipe_lock_of (desk->store, item, &lock, NULL));
  return lock;
}

/* To the question of the technician, who sees the former account asked. */
static void
lock_up (Desk *desk, Code item, Code wipe)
{
  start (desk, item, wipe);
  come_back (desk, wipe);
  g_assert_cmpint (judge (desk, wipe), ==, WIPE_WAIT_HUMAN);
  DESK_DO (desk, wipe_attest_lock, wipe, " ");
  g_assert_no_error (desk->error);
}

static void
a_lock_blocks_until_it_is_lifted_and_the_tablet_wiped_again (void)
{
  static const char *const rights[] = {"wipe-waive", NULL};
  g_auto (Desk) desk;
  Code item, wipe;
  desk_init (&desk);
  lock_up (&desk, item, wipe);
  desk_assert_item_state (&desk, item, ITEM_BLOCKED);
  g_assert_cmpint (lock_of (&desk, item), ==, WIPE_LOCK_SHOWN);
  g_autoptr (Wipe) ended = wipe_load (desk.store, wipe, NULL);
  g_assert_cmpint (ended->state, ==, WIPE_BLOCKED);
  g_assert_cmpstr (ended->reason, ==, "wipe_frp");
  g_autoptr (GPtrArray) slots = slots_with ("1-1.2", SERIAL, FALSE);
  ask (&desk, item, "guided", slots);
  desk_assert_refused (&desk, M_WIPE_LOCKED);
  DESK_DO (&desk, wipe_unlock, item, "\t");
  desk_assert_refused (&desk, M_WIPE_UNLOCK_HOW);
  DESK_DO (&desk, wipe_unlock, item, "la personne a saisi son compte");
  g_assert_no_error (desk.error);
  desk_assert_item_state (&desk, item, ITEM_TO_WIPE);
  DESK_DO (&desk, wipe_unlock, item, "encore");
  desk_assert_refused (&desk, M_WIPE_NOT_LOCKED);
  desk.context.overrides = rights;
  desk.context.comment = "pressé";
  DESK_DO (&desk, wipe_waive, item);
  desk_assert_refused (&desk, M_WIPE_LOCK_LIFTED);
  desk.context.overrides = NULL;
  ask (&desk, item, "guided", slots);
  g_assert_no_error (desk.error);
}

/* Through a repair it would come back to be wiped without a word about its lock. */
static void
a_lock_survives_a_repair (void)
{
  static const char *const rights[] = {"wipe-waive", NULL};
  g_auto (Desk) desk;
  Code item, wipe;
  desk_init (&desk);
  lock_up (&desk, item, wipe);
  desk_begin (&desk);
  desk_end (&desk, item_set_state (desk.store, item, ITEM_BLOCKED, ITEM_TO_WIPE, NULL, &desk.error));
  desk.context.overrides = rights;
  desk.context.comment = "pressé";
  DESK_DO (&desk, wipe_waive, item);
  desk_assert_refused (&desk, M_WIPE_LOCKED);
  DESK_DO (&desk, wipe_unlock, item, "levé par le fabricant");
  g_assert_no_error (desk.error);
  desk_assert_item_state (&desk, item, ITEM_TO_WIPE);
}

static void
a_proof_ends_the_lock (void)
{
  g_auto (Desk) desk;
  Code item, wipe;
  desk_init (&desk);
  lock_up (&desk, item, wipe);
  DESK_DO (&desk, wipe_unlock, item, "levé par le fabricant");
  g_autoptr (GPtrArray) slots = slots_with ("1-1.2", SERIAL, FALSE);
  ask (&desk, item, NULL, slots);
  g_strlcpy (wipe, desk_code (&desk, 0), sizeof (Code));
  for (int i = 0; i < 4; i++)
    event (&desk, wipe, (WipeEventKind)(WIPE_ON_SERIAL_MATCHES + i), NULL);
  come_back (&desk, wipe);
  judge (&desk, wipe);
  DESK_DO (&desk, wipe_attest, wipe, "accueil");
  g_assert_no_error (desk.error);
  desk_assert_item_state (&desk, item, ITEM_READY);
  g_assert_cmpint (lock_of (&desk, item), ==, WIPE_LOCK_NONE);
}

/* An unwiped tablet is unwiped first of all, whatever else it shows. */
static void
an_accepted_key_is_worse_than_a_lock (void)
{
  g_auto (Desk) desk;
  Code item, wipe;
  desk_init (&desk);
  start (&desk, item, wipe);
  come_back (&desk, wipe);
  WipeStep *step = wipe_step_new (wipe, DESK_NOW * 1000LL);
  wipe_step_note (step, "usb", "key-accepted: it opens");
  wipe_step_note (step, "usb", "frp-locked: it says so");
  step->judges = TRUE;
  g_assert_cmpint (apply (&desk, step), ==, WIPE_NOT_WIPED);
  g_assert_cmpint (lock_of (&desk, item), ==, WIPE_LOCK_NONE);
  DESK_DO (&desk, wipe_attest_lock, wipe, NULL);
  desk_assert_refused (&desk, M_WIPE_ATTEST_WHEN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/wipe/refuses-what-is-not-on-the-bench", refuses_what_is_not_on_the_bench);
  g_test_add_func ("/actions/wipe/refuses-a-duplicate-and-an-unknown-strategy",
                   refuses_a_duplicate_and_an_unknown_strategy);
  g_test_add_func ("/actions/wipe/refuses-a-lent-tablet", refuses_a_lent_tablet);
  g_test_add_func ("/actions/wipe/one-wipe-an-item-and-a-port", one_wipe_an_item_and_a_port);
  g_test_add_func ("/actions/wipe/a-preview-changes-nothing", a_preview_changes_nothing);
  g_test_add_func ("/actions/wipe/verified-only-with-evidence-and-a-person", verified_only_with_evidence_and_a_person);
  g_test_add_func ("/actions/wipe/an-accepted-key-is-not-wiped", an_accepted_key_is_not_wiped);
  g_test_add_func ("/actions/wipe/the-words-of-a-device-are-no-evidence", the_words_of_a_device_are_no_evidence);
  g_test_add_func ("/actions/wipe/a-blocked-tablet-can-be-asked-again", a_blocked_tablet_can_be_asked_again);
  g_test_add_func ("/actions/wipe/cancel-before-and-after-the-command", cancel_before_and_after_the_command);
  g_test_add_func ("/actions/wipe/an-impossible-move-is-stale-and-writes-nothing",
                   an_impossible_move_is_stale_and_writes_nothing);
  g_test_add_func ("/actions/wipe/the-gate-is-judged-with-the-register", the_gate_is_judged_with_the_register);
  g_test_add_func ("/actions/wipe/unseen-accounts-need-the-right-claimed-at-the-start",
                   unseen_accounts_need_the_right_claimed_at_the_start);
  g_test_add_func ("/actions/wipe/a-waiver-needs-the-right-and-a-reason", a_waiver_needs_the_right_and_a_reason);
  g_test_add_func ("/actions/wipe-lock/blocks-until-it-is-lifted-and-the-tablet-wiped-again",
                   a_lock_blocks_until_it_is_lifted_and_the_tablet_wiped_again);
  g_test_add_func ("/actions/wipe-lock/survives-a-repair", a_lock_survives_a_repair);
  g_test_add_func ("/actions/wipe-lock/a-proof-ends-it", a_proof_ends_the_lock);
  g_test_add_func ("/actions/wipe-lock/an-accepted-key-is-worse", an_accepted_key_is_worse_than_a_lock);
  return g_test_run ();
}
