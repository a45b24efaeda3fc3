/* The machines of recharges and vouchers, every pair printed; and which voucher may be used. */
#include "daemon/rules/voucher.h"
#include "golden.h"

static void
test_recharge_moves (void)
{
  g_autoptr (GString) printed = g_string_new (NULL);
  for (RechargeState from = 0; from < RECHARGE_STATES_N; from++)
    for (RechargeState to = 0; to < RECHARGE_STATES_N; to++)
      g_string_append_printf (printed, "%-10s %-10s %s\n", recharge_state_name (from), recharge_state_name (to),
                              recharge_move_allowed (from, to) ? voucher_state_name (voucher_state_after (from, to))
                                                               : "-");
  golden_check ("recharge-moves", printed->str);
}

static void
test_voucher_moves (void)
{
  g_autoptr (GString) printed = g_string_new (NULL);
  for (VoucherState from = 0; from < VOUCHER_STATES_N; from++)
    for (VoucherState to = 0; to < VOUCHER_STATES_N; to++)
      g_string_append_printf (printed, "%-10s %-10s %s\n", voucher_state_name (from), voucher_state_name (to),
                              voucher_move_allowed (from, to) ? "yes" : "-");
  golden_check ("voucher-moves", printed->str);
}

/* A code must never be sent twice because an answer was lost. */
static void
test_nothing_that_was_sent_is_sent_again (void)
{
  for (RechargeState from = 0; from < RECHARGE_STATES_N; from++)
    g_assert_true (recharge_move_allowed (from, RECHARGE_SENT) == (from == RECHARGE_PREPARED));
  for (VoucherState from = 0; from < VOUCHER_STATES_N; from++)
    g_assert_true (voucher_move_allowed (from, VOUCHER_RESERVED) == (from == VOUCHER_STOCK));
}

static void
test_every_move_of_a_recharge_is_one_of_its_voucher (void)
{
  for (RechargeState from = 0; from < RECHARGE_STATES_N; from++)
    for (RechargeState to = 0; to < RECHARGE_STATES_N; to++) {
      if (!recharge_move_allowed (from, to) || from == RECHARGE_CONFIRMED)
        continue;
      VoucherState before = from == RECHARGE_AMBIGUOUS ? VOUCHER_AMBIGUOUS : VOUCHER_RESERVED;
      VoucherState after = voucher_state_after (from, to);
      g_assert_true (before == after || voucher_move_allowed (before, after));
    }
}

static void
test_which_voucher_may_be_used (void)
{
  Voucher voucher = {.code = "VBCDFGHK", .state = VOUCHER_STOCK, .operator_name = (char *)"Orange"};
  Line line = {.code = "LBCDFGHK", .operator_name = (char *)"SFR"};
  VoucherFacts facts = {.voucher = &voucher, .line = &line, .today = {"2026-11-23"}};
  const struct {
    VoucherState state;
    const char *expires_on;
    gboolean is_other_operator;
    const char *refused;
  } rows[] = {
      {VOUCHER_STOCK, "", FALSE, NULL},
      {VOUCHER_STOCK, "2026-11-23", FALSE, NULL},
      {VOUCHER_STOCK, "2026-11-22", FALSE, "voucher_expired"},
      {VOUCHER_AMBIGUOUS, "", FALSE, "voucher_not_in_stock"},
      {VOUCHER_STOCK, "", TRUE, "voucher_operator"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Verdict) verdict = verdict_new ();
    voucher.state = rows[i].state;
    g_strlcpy (voucher.expires_on.text, rows[i].expires_on, sizeof voucher.expires_on.text);
    facts.is_other_operator = rows[i].is_other_operator;
    voucher_judge (&facts, verdict);
    g_assert_cmpuint (verdict->impossible->len, ==, rows[i].refused != NULL);
    if (rows[i].refused != NULL)
      g_assert_cmpstr (message_code (((Finding *)g_ptr_array_index (verdict->impossible, 0))->id), ==, rows[i].refused);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/voucher/recharge-moves", test_recharge_moves);
  g_test_add_func ("/rules/voucher/voucher-moves", test_voucher_moves);
  g_test_add_func ("/rules/voucher/nothing-that-was-sent-is-sent-again", test_nothing_that_was_sent_is_sent_again);
  g_test_add_func ("/rules/voucher/every-move-of-a-recharge-is-one-of-its-voucher",
                   test_every_move_of_a_recharge_is_one_of_its_voucher);
  g_test_add_func ("/rules/voucher/which-voucher-may-be-used", test_which_voucher_may_be_used);
  return g_test_run ();
}
