/* The wipe machine by brute force, its gate. */
#include "daemon/rules/item.h"
#include "daemon/rules/wipe.h"
#include "golden.h"

/* A place of the machine: the state, and where it waited when it waits. */
typedef struct {
  WipeState state, waited_in;
} Place;

static void
print_moves (GString *printed, WipeState state, WipeState waited_in)
{
  for (WipeEventKind event = 0; event < WIPE_EVENTS_N; event++) {
    WipeState next;
    gboolean can = wipe_next (state, waited_in, event, &next);
    g_string_append_printf (printed, "%-10s %-10s %-14s %s\n", wipe_state_name (state),
                            state == WIPE_WAIT_HUMAN ? wipe_state_name (waited_in) : "", wipe_event_name (event),
                            can ? wipe_state_name (next) : "-");
  }
}

static void
test_table (void)
{
  g_autoptr (GString) printed = g_string_new ("# state, waited in, event, next\n");
  for (WipeState state = 0; state < WIPE_STATES_N; state++)
    for (WipeState waited_in = 0; waited_in < WIPE_STATES_N; waited_in++)
      if (state == WIPE_WAIT_HUMAN || waited_in == 0)
        print_moves (printed, state, waited_in);
  golden_check ("wipe-moves", printed->str);
}

static void
test_event_names_are_unique (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (WipeEventKind event = 0; event < WIPE_EVENTS_N; event++)
    g_assert_true (g_hash_table_add (seen, (gpointer)wipe_event_name (event)));
}

/* The real step: waiting remembers where it waited. FALSE when the event cannot happen there. */
static gboolean
step (Place at, WipeEventKind event, Place *to)
{
  WipeState next;
  if (!wipe_next (at.state, at.waited_in, event, &next))
    return FALSE;
  *to = (Place){next, next == WIPE_WAIT_HUMAN ? at.state : WIPE_SEEN};
  return TRUE;
}

/* What a path did so far. A path is followed until its (place, past) was met before. */
typedef struct {
  Place place;
  gboolean sent, proved; /* sent: the command may have gone out */
} Path;

#define PASTS 4
static gboolean met[WIPE_STATES_N][WIPE_STATES_N][PASTS];
static int paths_followed;

/* Where a wipe may be once its command may have gone out. */
static const gboolean after_command[WIPE_STATES_N] = {
    [WIPE_STARTED] = TRUE,    [WIPE_GONE] = TRUE,     [WIPE_RECOVERY] = TRUE,  [WIPE_RETURNED] = TRUE,
    [WIPE_WAIT_HUMAN] = TRUE, [WIPE_VERIFIED] = TRUE, [WIPE_NOT_WIPED] = TRUE, [WIPE_UNKNOWN] = TRUE,
};

static gboolean
is_returned (Place place)
{
  return place.state == WIPE_RETURNED || (place.state == WIPE_WAIT_HUMAN && place.waited_in == WIPE_RETURNED);
}

/* Where an event may lead, once the command may have gone out and before. */
static gboolean
is_lawful (const Path *before, WipeEventKind event, WipeState to)
{
  if (event == WIPE_ON_LOCKED)
    return is_returned (before->place) && to == WIPE_BLOCKED;
  if (to == WIPE_VERIFIED)
    return event == WIPE_ON_PROOF && is_returned (before->place);
  return !before->sent || after_command[to];
}

static void
check_step (const Path *before, WipeEventKind event, const Path *after)
{
  WipeState to = after->place.state;
  g_test_message ("%s + %s -> %s", wipe_state_name (before->place.state), wipe_event_name (event),
                  wipe_state_name (to));
  g_assert_true (is_lawful (before, event, to));
  g_assert_true (event != WIPE_ON_KEY_ACCEPTED || to == WIPE_NOT_WIPED);
  if (event == WIPE_ON_FOREIGN || event == WIPE_ON_LOST)
    g_assert_true (to == WIPE_UNKNOWN || to == WIPE_BLOCKED || to == WIPE_ABORTED);
  if (to != WIPE_WAIT_HUMAN && event != WIPE_ON_LOCKED)
    g_assert_true (wipe_may_have_begun (to) == after->sent);
}

static void
follow (Path path)
{
  guint past = (path.sent ? 1u : 0) | (path.proved ? 2u : 0);
  if (met[path.place.state][path.place.waited_in][past])
    return;
  met[path.place.state][path.place.waited_in][past] = TRUE;
  paths_followed++;
  for (WipeEventKind event = 0; event < WIPE_EVENTS_N; event++) {
    Path next = path;
    if (!step (path.place, event, &next.place))
      continue;
    g_assert_false (wipe_is_over (path.place.state)); /* what is over stays over */
    next.sent = path.sent || event == WIPE_ON_COMMAND;
    next.proved = path.proved || event == WIPE_ON_PROOF;
    check_step (&path, event, &next);
    follow (next);
  }
}

/* From seen, every reachable place: verified only by a proof, after the command no way back, no end but by the table. */
static void
test_every_reachable_path (void)
{
  memset (met, 0, sizeof met);
  paths_followed = 0;
  follow ((Path){{WIPE_SEEN, WIPE_SEEN}, FALSE, FALSE});
  g_assert_cmpint (paths_followed, >=, WIPE_STATES_N);
  for (WipeState state = 0; state < WIPE_STATES_N; state++)
    if (state != WIPE_WAIT_HUMAN)
      g_assert_true (met[state][WIPE_SEEN][0] || met[state][WIPE_SEEN][1] || met[state][WIPE_SEEN][3]);
  g_assert_false (met[WIPE_VERIFIED][WIPE_SEEN][0] || met[WIPE_VERIFIED][WIPE_SEEN][1]);
}

/* From every unfinished place an end can be reached when the story is lost: no wipe hangs for ever. */
static void
test_a_lost_story_always_ends (void)
{
  for (WipeState state = 0; state < WIPE_STATES_N; state++)
    for (WipeState waited_in = WIPE_SEEN; waited_in <= WIPE_RETURNED; waited_in++) {
      WipeState next;
      if (wipe_is_over (state))
        continue;
      g_assert_true (wipe_next (state, waited_in, WIPE_ON_LOST, &next));
      g_assert_true (wipe_is_over (next));
    }
}

static void
test_no_command_while_somebody_is_waited_for (void)
{
  WipeState kept = WIPE_SEEN;
  g_assert_false (wipe_next (WIPE_WAIT_HUMAN, WIPE_ARMED, WIPE_ON_COMMAND, &kept));
  g_assert_false (wipe_next (WIPE_WAIT_HUMAN, WIPE_VERIFIED, WIPE_ON_HUMAN_DONE, &kept));
  g_assert_false (wipe_next (WIPE_WAIT_HUMAN, WIPE_WAIT_HUMAN, WIPE_ON_HUMAN_DONE, &kept));
  g_assert_cmpint (kept, ==, WIPE_SEEN);
}

static void
test_where_the_tablet_goes (void)
{
  g_autoptr (GString) printed = g_string_new ("# wipe ended, had begun, item\n");
  for (WipeState ended = 0; ended < WIPE_STATES_N; ended++)
    for (int had_begun = 0; had_begun <= 1; had_begun++) {
      ItemState after = ITEM_STATES_N;
      gboolean moves = wipe_item_state_after (ended, had_begun, &after);
      g_string_append_printf (printed, "%-10s %-3s %s\n", wipe_state_name (ended), had_begun ? "yes" : "no",
                              moves ? item_state_name (after) : "-");
      g_assert_true (moves || after == ITEM_STATES_N);
      if (moves)
        g_assert_true (after == ITEM_TO_WIPE || item_move_allowed (ITEM_WIPING, after));
      g_assert_true (after != ITEM_READY || ended == WIPE_VERIFIED);
    }
  golden_check ("wipe-item-after", printed->str);
}

/* ---- the gate ---- */

static Item tablet = {.code = "TBCDFGHK", .serial = (char *)"R9TEST0001", .state = ITEM_TO_WIPE};

/* Facts against which nothing can be said. */
static WipeGateFacts
good_facts (void)
{
  tablet.state = ITEM_TO_WIPE;
  tablet.serial = (char *)"R9TEST0001";
  return (WipeGateFacts){.identity = {.item = &tablet, .read_serial = "R9TEST0001"},
                         .link_ready = TRUE,
                         .strategy_needs_link = TRUE,
                         .battery_percent = 80,
                         .strategy = "recovery-wipe",
                         .probed_strategy = "recovery-wipe"};
}

static char *
list_codes (const GPtrArray *findings)
{
  g_autoptr (GString) codes = g_string_new (NULL);
  for (guint i = 0; i < findings->len; i++) {
    const Finding *finding = g_ptr_array_index (findings, i);
    g_string_append_printf (codes, "%s%s", i > 0 ? " " : "", message_code (finding->id));
  }
  return g_string_free (g_steal_pointer (&codes), FALSE);
}

static void
assert_gate (const WipeGateFacts *facts, const char *impossible, const char *confirm, const char *note)
{
  g_autoptr (Verdict) verdict = verdict_new ();
  wipe_judge_gate (facts, verdict);
  g_autofree char *first = list_codes (verdict->impossible);
  g_autofree char *second = list_codes (verdict->needs_confirmation);
  g_autofree char *third = list_codes (verdict->to_know);
  g_assert_cmpstr (first, ==, impossible);
  g_assert_cmpstr (second, ==, confirm);
  g_assert_cmpstr (third, ==, note);
}

static void
test_gate_opens (void)
{
  WipeGateFacts facts = good_facts ();
  assert_gate (&facts, "", "", "wipe_sd_sim");
  facts.battery_percent = 30;
  assert_gate (&facts, "", "", "wipe_sd_sim");
  facts.battery_percent = 5;
  facts.is_charging = 1;
  assert_gate (&facts, "", "", "wipe_sd_sim");
}

static void
test_gate_wants_the_state_to_wipe (void)
{
  for (ItemState state = 0; state < ITEM_STATES_N; state++) {
    WipeGateFacts facts = good_facts ();
    tablet.state = state;
    assert_gate (&facts, state == ITEM_TO_WIPE ? "" : "wipe_item_state", "", "wipe_sd_sim");
    facts.identity.holder = "Odile Martin";
    assert_gate (&facts, "wipe_item_lent", "", "wipe_sd_sim");
  }
}

static void
test_gate_wants_the_right_tablet (void)
{
  WipeGateFacts facts = good_facts ();
  facts.identity.read_serial = "R9TEST0002";
  assert_gate (&facts, "wipe_serial_differs", "", "wipe_sd_sim");
  facts.identity.read_serial = "r9test0001"; /* nearly is not equal */
  assert_gate (&facts, "wipe_serial_differs", "", "wipe_sd_sim");
  facts.identity.read_serial = NULL;
  assert_gate (&facts, "wipe_serial_unread", "", "wipe_sd_sim");
  facts.identity.is_duplicate = TRUE;
  assert_gate (&facts, "wipe_serial_unread wipe_duplicate", "", "wipe_sd_sim");
  facts = good_facts ();
  facts.identity.port_is_reserved = TRUE;
  assert_gate (&facts, "wipe_port_taken", "", "wipe_sd_sim");
  facts = good_facts ();
  tablet.serial = NULL;
  assert_gate (&facts, "wipe_no_serial", "", "wipe_sd_sim");
}

static void
test_gate_wants_no_account (void)
{
  WipeGateFacts facts = good_facts ();
  facts.google_accounts = 1;
  assert_gate (&facts, "wipe_google", "", "wipe_sd_sim");
  facts.maker_accounts = 2;
  assert_gate (&facts, "wipe_google wipe_other_account", "", "wipe_sd_sim");
  facts.strategy_clears_google_lock = TRUE;
  assert_gate (&facts, "", "", "wipe_sd_sim");
  facts = good_facts ();
  facts.other_accounts = 3; /* of applications: they lock nothing */
  assert_gate (&facts, "", "", "wipe_app_account wipe_sd_sim");
  facts = good_facts ();
  facts.maker_accounts = -1;
  assert_gate (&facts, "", "wipe_accounts_unseen", "wipe_sd_sim");
  facts.google_accounts = -1;
  assert_gate (&facts, "", "wipe_accounts_unseen", "wipe_sd_sim");
  facts.strategy_clears_google_lock = TRUE;
  assert_gate (&facts, "", "", "wipe_sd_sim");
}

/* A lock that is there already is lifted by no wipe, not even one that clears it. */
static void
test_gate_wants_no_lock (void)
{
  WipeGateFacts facts = good_facts ();
  facts.lock_is_active = 1;
  assert_gate (&facts, "wipe_lock_active", "", "wipe_sd_sim");
  facts.strategy_clears_google_lock = TRUE;
  assert_gate (&facts, "wipe_lock_active", "", "wipe_sd_sim");
  facts.lock_is_active = -1; /* it does not say: before Android 15 none does */
  assert_gate (&facts, "", "", "wipe_sd_sim");
}

static void
test_gate_wants_a_reason_for_another_way (void)
{
  WipeGateFacts facts = good_facts ();
  facts.strategy = "helper";
  assert_gate (&facts, "", "wipe_strategy_other", "wipe_sd_sim");
  facts.strategy_objection = "needs_helper_app"; /* no reason makes it work */
  assert_gate (&facts, "wipe_objection", "", "wipe_sd_sim");
  facts.strategy = "guided"; /* the safest of all: nobody has to say why */
  facts.strategy_objection = NULL;
  facts.strategy_clears_google_lock = TRUE;
  assert_gate (&facts, "", "", "wipe_sd_sim");
}

static void
test_gate_points_out (void)
{
  WipeGateFacts facts = good_facts ();
  facts.users = 2;
  facts.oem_unlock_allowed = facts.is_unlocked = 1;
  assert_gate (&facts, "", "", "wipe_users wipe_oem_unlock wipe_unlocked wipe_sd_sim");
  facts.users = facts.oem_unlock_allowed = facts.is_unlocked = -1;
  assert_gate (&facts, "", "", "wipe_sd_sim");
}

static void
test_gate_wants_a_tablet_that_can (void)
{
  WipeGateFacts facts = good_facts ();
  facts.battery_percent = 29;
  assert_gate (&facts, "wipe_battery", "", "wipe_sd_sim");
  facts.is_charging = -1;
  assert_gate (&facts, "wipe_battery", "", "wipe_sd_sim");
  facts.battery_percent = facts.battery_is_low = -1;
  assert_gate (&facts, "", "", "wipe_battery_unseen wipe_sd_sim");
  facts.battery_is_low = 0; /* the boot loader says no number, and that it is enough */
  assert_gate (&facts, "", "", "wipe_sd_sim");
  facts.battery_is_low = 1;
  assert_gate (&facts, "wipe_battery_low", "", "wipe_sd_sim");
  facts = good_facts ();
  facts.merge_pending = -1; /* it did not say */
  assert_gate (&facts, "", "", "wipe_sd_sim");
  facts.has_foreign_owner = facts.merge_pending = 1;
  assert_gate (&facts, "wipe_owner wipe_merge", "", "wipe_sd_sim");
  facts = good_facts ();
  facts.strategy_objection = "needs_android_15";
  facts.link_ready = FALSE;
  assert_gate (&facts, "wipe_link wipe_objection", "", "wipe_sd_sim");
  facts.strategy_needs_link = FALSE;
  assert_gate (&facts, "wipe_objection", "", "wipe_sd_sim");
}

/* The words of daemon/devices: a new one there wants a sentence here. */
static void
test_objections_have_words (void)
{
  static const char *const words[] = {"needs_adb",
                                      "needs_fastboot",
                                      "needs_android_15",
                                      "needs_recovery_wipe",
                                      "needs_unlocked_bootloader",
                                      "needs_android_10",
                                      "needs_bootloader",
                                      "needs_fastbootd",
                                      "needs_persistent_data",
                                      "needs_owner_app",
                                      "needs_helper_app",
                                      "not_enrolled",
                                      "in_test_mode",
                                      "enrolled",
                                      "knows_recovery_wipe",
                                      "helper_configured",
                                      "unlocked_bootloader",
                                      "in_fastbootd",
                                      "nothing_else",
                                      "no_adb",
                                      "asked",
                                      "update_pending"};
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    g_assert_nonnull (wipe_objection_text (words[i], LANGUAGE_FR));
    g_assert_nonnull (wipe_objection_text (words[i], LANGUAGE_EN));
  }
  g_assert_null (wipe_objection_text ("needs_magic", LANGUAGE_EN));
  g_assert_null (wipe_objection_text (NULL, LANGUAGE_EN));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/wipe/table", test_table);
  g_test_add_func ("/rules/wipe/event-names-are-unique", test_event_names_are_unique);
  g_test_add_func ("/rules/wipe/every-reachable-path", test_every_reachable_path);
  g_test_add_func ("/rules/wipe/a-lost-story-always-ends", test_a_lost_story_always_ends);
  g_test_add_func ("/rules/wipe/no-command-while-somebody-is-waited-for", test_no_command_while_somebody_is_waited_for);
  g_test_add_func ("/rules/wipe/where-the-tablet-goes", test_where_the_tablet_goes);
  g_test_add_func ("/rules/wipe-gate/opens", test_gate_opens);
  g_test_add_func ("/rules/wipe-gate/wants-the-state-to-wipe", test_gate_wants_the_state_to_wipe);
  g_test_add_func ("/rules/wipe-gate/wants-the-right-tablet", test_gate_wants_the_right_tablet);
  g_test_add_func ("/rules/wipe-gate/wants-no-account", test_gate_wants_no_account);
  g_test_add_func ("/rules/wipe-gate/wants-no-lock", test_gate_wants_no_lock);
  g_test_add_func ("/rules/wipe-gate/wants-a-reason-for-another-way", test_gate_wants_a_reason_for_another_way);
  g_test_add_func ("/rules/wipe-gate/points-out", test_gate_points_out);
  g_test_add_func ("/rules/wipe-gate/wants-a-tablet-that-can", test_gate_wants_a_tablet_that_can);
  g_test_add_func ("/rules/wipe-gate/objections-have-words", test_objections_have_words);
  return g_test_run ();
}
