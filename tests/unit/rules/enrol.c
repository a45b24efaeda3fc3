/* Who may be enrolled: every state of an item, and every single thing that stands against it. */
#include "daemon/rules/enrol.h"

#include <string.h>

static void
assert_says (const Verdict *verdict, const char *codes)
{
  g_autoptr (GString) said = g_string_new (NULL);
  for (guint i = 0; i < verdict->impossible->len; i++) {
    const Finding *finding = g_ptr_array_index (verdict->impossible, i);
    g_string_append_printf (said, "%s%s", i > 0 ? " " : "", message_code (finding->id));
  }
  g_assert_cmpstr (said->str, ==, codes);
  g_assert_cmpuint (verdict->needs_confirmation->len + verdict->to_know->len, ==, 0);
}

static void
only_what_is_at_hand (void)
{
  for (ItemState state = 0; state < ITEM_STATES_N; state++) {
    const Item item = {.code = "TBCDFGHK", .serial = (char *)"R9TEST0001", .state = state};
    gboolean is_good = state == ITEM_NEW || state == ITEM_TO_WIPE || state == ITEM_READY || state == ITEM_REPAIR;
    g_autoptr (Verdict) free_one = verdict_new ();
    g_autoptr (Verdict) lent = verdict_new ();
    enrol_judge_item (&item, NULL, free_one);
    assert_says (free_one, is_good ? "" : "enrol_state");
    enrol_judge_item (&item, "Odile Martin", lent);
    assert_says (lent, "enrol_lent");
  }
  const Item nameless = {.code = "TBCDFGHK", .state = ITEM_READY};
  g_autoptr (Verdict) verdict = verdict_new ();
  enrol_judge_item (&nameless, NULL, verdict);
  assert_says (verdict, "wipe_no_serial");
}

static void
what_android_wants (void)
{
  static const struct {
    EnrolFacts facts;
    const char *says;
  } rows[] = {{{"TBCDFGHK", 0, 1, FALSE}, ""},
              {{"TBCDFGHK", 1, 1, FALSE}, "enrol_accounts"},
              {{"TBCDFGHK", -1, 1, FALSE}, "enrol_unread"},
              {{"TBCDFGHK", 0, -1, FALSE}, "enrol_unread"},
              {{"TBCDFGHK", 0, 2, FALSE}, "enrol_users"},
              {{"TBCDFGHK", 0, 1, TRUE}, "wipe_owner"},
              {{"TBCDFGHK", 3, 2, TRUE}, "wipe_owner enrol_accounts enrol_users"}};
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Verdict) verdict = verdict_new ();
    enrol_judge_tablet (&rows[i].facts, verdict);
    assert_says (verdict, rows[i].says);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/enrol/only-what-is-at-hand", only_what_is_at_hand);
  g_test_add_func ("/rules/enrol/what-android-wants", what_android_wants);
  return g_test_run ();
}
