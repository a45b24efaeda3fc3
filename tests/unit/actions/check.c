/* Checks before a loan and repairs: what is refused, where a thing goes, who pays. */
#include "daemon/actions/check.h"
#include "daemon/actions/wipe_story.h"
#include "daemon/rules/check.h"
#include "db/wipe.h"
#include "tests/unit/actions/desk.h"

#define SERIAL "R9TESTCHECK"

static void
check (Desk *desk, const char *item, const char *name, const char *state)
{
  const PieceSaid said = {name, state};
  const CheckRequest request = {.item = item, .checks = &said, .n_checks = 1};
  DESK_DO (desk, item_check, &request);
}

static void
require_checks (Desk *desk)
{
  static const char *const checks[] = {"screen", "charge", NULL};
  const ChecklistRequest request = {.kind = "tablet", .checks = checks, .is_required = "yes"};
  DESK_DO (desk, checklist_change, &request);
  g_assert_no_error (desk->error);
}

/* A tablet whose wipe ends verified now. */
static void
wipe_tablet (Desk *desk, Code item)
{
  Wipe wipe = {.port = (char *)"1-1", .state = WIPE_RETURNED, .asked_by = (char *)"CTESTDSK", .created_at = DESK_NOW};
  desk_add_tablet (desk, SERIAL, item);
  g_strlcpy (wipe.code, "XTESTCHK", sizeof wipe.code);
  g_strlcpy (wipe.item, item, sizeof wipe.item);
  desk_begin (desk);
  desk_end (desk, wipe_insert (desk->store, &wipe, &desk->error) &&
                      item_set_state (desk->store, item, ITEM_TO_WIPE, ITEM_WIPING, NULL, &desk->error) &&
                      wipe_move (desk->store, wipe.code, WIPE_RETURNED, WIPE_VERIFIED, NULL, DESK_NOW, &desk->error));
  g_assert_no_error (desk->error);
  g_autoptr (Wipe) ended = wipe_load (desk->store, wipe.code, &desk->error);
  desk_begin (desk);
  desk_end (desk, wipe_story_end (desk->store, &desk->context, ended, TRUE, &desk->error));
  g_assert_no_error (desk->error);
}

static void
without_a_required_list_a_verified_wipe_is_ready (void)
{
  g_auto (Desk) desk;
  Code item;
  desk_init (&desk);
  wipe_tablet (&desk, item);
  desk_assert_item_state (&desk, item, ITEM_READY);
  check (&desk, item, "screen", "ok");
  g_assert_no_error (desk.error);
  desk_assert_item_state (&desk, item, ITEM_READY);
}

static void
a_required_list_opens_ready_only_when_it_is_ticked (void)
{
  g_auto (Desk) desk;
  Code item;
  desk_init (&desk);
  require_checks (&desk);
  wipe_tablet (&desk, item);
  desk_assert_item_state (&desk, item, ITEM_BLOCKED);
  check (&desk, item, "screen", "ok");
  g_assert_no_error (desk.error);
  desk_assert_item_state (&desk, item, ITEM_BLOCKED);
  check (&desk, item, "camera", "ok"); /* not in the list any more */
  desk_assert_refused (&desk, M_CHECK_UNKNOWN);
  check (&desk, item, "charge", "fine");
  desk_assert_refused (&desk, M_CHECK_RESULT);
  desk_assert_item_state (&desk, item, ITEM_BLOCKED);
  check (&desk, item, "charge", "ok");
  g_assert_no_error (desk.error);
  desk_assert_item_state (&desk, item, ITEM_READY);
}

/* What was seen before the wipe says nothing of the tablet after it. */
static void
a_look_of_before_the_wipe_does_not_count (void)
{
  const CheckMark old = {.at = DESK_NOW - 1, .name = (char *)"screen", .result = CHECK_OK};
  const CheckMark fresh = {.at = DESK_NOW, .name = (char *)"screen", .result = CHECK_OK};
  const CheckMark broken = {.at = DESK_NOW + 1, .name = (char *)"screen", .result = CHECK_BROKEN};
  char *words[] = {(char *)"screen", NULL};
  const Checklist list = {KIND_TABLET, words, TRUE};
  g_autoptr (GPtrArray) marks = g_ptr_array_new ();
  g_assert_false (check_is_complete (&list, marks, 0));
  g_ptr_array_add (marks, (gpointer)&old);
  g_assert_false (check_is_complete (&list, marks, DESK_NOW));
  g_ptr_array_insert (marks, 0, (gpointer)&fresh);
  g_assert_true (check_is_complete (&list, marks, DESK_NOW));
  g_ptr_array_insert (marks, 0, (gpointer)&broken); /* the newest counts */
  g_assert_false (check_is_complete (&list, marks, DESK_NOW));
}

static void
what_is_broken_goes_to_repair (void)
{
  g_auto (Desk) desk;
  Code item;
  desk_init (&desk);
  wipe_tablet (&desk, item);
  check (&desk, item, "camera", "broken");
  g_assert_no_error (desk.error);
  desk_assert_item_state (&desk, item, ITEM_REPAIR);
  g_autoptr (Item) broken = item_load (desk.store, item, NULL);
  g_assert_cmpstr (broken->state_reason, ==, "camera=broken");
  check (&desk, item, "camera", "ok");
  desk_assert_refused (&desk, M_CHECK_STATE);
  const RepairRequest request = {.item = item, .note = "écran changé"};
  DESK_DO (&desk, item_repaired, &request);
  g_assert_no_error (desk.error);
  desk_assert_item_state (&desk, item, ITEM_TO_WIPE); /* whoever repaired it may have used it */
  DESK_DO (&desk, item_repaired, &request);
  desk_assert_refused (&desk, M_REPAIR_NONE);
}

static void
a_lent_or_locked_tablet_is_not_checked (void)
{
  g_auto (Desk) desk;
  Code item, person, loan;
  desk_init (&desk);
  desk_add_ready_tablet (&desk, SERIAL, item);
  desk_add_person (&desk, "Amina Diallo", person);
  desk_lend (&desk, person, item, loan);
  check (&desk, item, "screen", "ok");
  desk_assert_refused (&desk, M_CHECK_STATE);
  const RepairRequest request = {.item = item};
  DESK_DO (&desk, item_repair, &request);
  desk_assert_refused (&desk, M_REPAIR_STATE);
  Item locked = {.code = "TBCDFGHK", .state = ITEM_BLOCKED, .state_reason = (char *)"wipe_frp"};
  g_autoptr (Verdict) verdict = verdict_new ();
  check_judge_item (&locked, verdict); /* ticking a list lifts no lock */
  g_assert_cmpuint (verdict->impossible->len, ==, 1);
}

static void
a_fund_pays_the_repair_once_and_never_below_zero (void)
{
  g_auto (Desk) desk;
  Code item;
  const FundRequest gift = {
      .name = "Don", .amount = "100,00", .from = "2026-01-01", .to = "2027-12-31", .strand = "equipment"};
  desk_init (&desk);
  DESK_DO (&desk, fund_add, &gift);
  g_assert_no_error (desk.error);
  g_autofree char *fund = g_strdup (desk_code (&desk, 0));
  desk_add_tablet (&desk, SERIAL, item);
  const RepairRequest unpriced = {.item = item, .fund = fund};
  DESK_DO (&desk, item_repair, &unpriced);
  desk_assert_refused (&desk, M_FIELD_MISSING);
  const RepairRequest request = {.item = item, .note = "vitre", .cost = "60,00", .fund = fund};
  DESK_DO (&desk, item_repair, &request);
  g_assert_no_error (desk.error);
  desk_assert_item_state (&desk, item, ITEM_REPAIR);
  g_autofree char *before = desk_picture (&desk);
  DESK_DO (&desk, item_repair, &request);
  desk_assert_refused (&desk, M_FUND_SHORT);
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
  g_autoptr (Fund) paid = fund_load (desk.store, fund, NULL);
  g_assert_cmpint (paid->spent.cents, ==, 6000);
  g_autoptr (GPtrArray) lines = repair_list (desk.store, item, 10, NULL);
  g_assert_cmpuint (lines->len, ==, 1);
  const RepairLine *line = g_ptr_array_index (lines, 0);
  g_assert_cmpint (line->cost.cents, ==, 6000);
  g_assert_cmpstr (line->fund, ==, fund);
  g_assert_cmpint (line->step, ==, REPAIR_OPENED);
}

static void
a_list_has_plain_words (void)
{
  static const char *const good[] = {"screen", "sim-slot", NULL}, *const bad[] = {"écran", NULL},
                           *const spaced[] = {"a b", NULL}, *const none[] = {NULL};
  const ChecklistRequest wrong[] = {{.kind = "tablet", .checks = bad},
                                    {.kind = "tablet", .checks = spaced},
                                    {.kind = "tablet", .checks = none},
                                    {.kind = "car", .checks = good},
                                    {.kind = "tablet", .is_required = "perhaps"}};
  static const MessageId refusals[] = {M_CHECK_WORD, M_CHECK_WORD, M_FIELD_RANGE, M_ITEM_KIND_UNKNOWN, M_WORD_UNKNOWN};
  g_auto (Desk) desk;
  desk_init (&desk);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    DESK_DO (&desk, checklist_change, &wrong[i]);
    desk_assert_refused (&desk, refusals[i]);
  }
  const ChecklistRequest right = {.kind = "laptop", .checks = good};
  DESK_DO (&desk, checklist_change, &right);
  g_assert_no_error (desk.error);
  g_autoptr (Checklist) list = checklist_load (desk.store, KIND_LAPTOP, NULL);
  g_assert_true (g_strv_equal ((const char *const *)list->checks, good));
  g_assert_false (list->is_required);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/check/without-a-required-list-a-verified-wipe-is-ready",
                   without_a_required_list_a_verified_wipe_is_ready);
  g_test_add_func ("/actions/check/a-required-list-opens-ready-only-when-it-is-ticked",
                   a_required_list_opens_ready_only_when_it_is_ticked);
  g_test_add_func ("/actions/check/a-look-of-before-the-wipe-does-not-count", a_look_of_before_the_wipe_does_not_count);
  g_test_add_func ("/actions/check/what-is-broken-goes-to-repair", what_is_broken_goes_to_repair);
  g_test_add_func ("/actions/check/a-lent-or-locked-tablet-is-not-checked", a_lent_or_locked_tablet_is_not_checked);
  g_test_add_func ("/actions/check/a-fund-pays-the-repair-once-and-never-below-zero",
                   a_fund_pays_the_repair_once_and_never_below_zero);
  g_test_add_func ("/actions/check/a-list-has-plain-words", a_list_has_plain_words);
  return g_test_run ();
}
