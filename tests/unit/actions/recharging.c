/* Recharges written down by hand: the line, the money, the overdue borrower. */
#include "daemon/actions/recharge.h"
#include "db/fund.h"
#include "db/recharge.h"
#include "tests/unit/actions/desk.h"

#define ICCID "8933019000000079197"

typedef struct {
  Desk desk;
  Code person, sim, line, fund;
} Prepaid;

static void
prepaid_init (Prepaid *prepaid)
{
  desk_init (&prepaid->desk);
  desk_add_person (&prepaid->desk, "Ana Testa", prepaid->person);
  desk_add_sim (&prepaid->desk, ICCID, "06 39 98 00 01", prepaid->sim, prepaid->line);
  desk_add_fund (&prepaid->desk, "Recharges", "20,00", "connection", prepaid->fund);
}

static void
prepaid_clear (Prepaid *prepaid)
{
  desk_clear (&prepaid->desk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Prepaid, prepaid_clear)

static void
only_fund_pays_and_the_holder_is_kept (void)
{
  g_auto (Prepaid) prepaid;
  prepaid_init (&prepaid);
  Code loan;
  desk_lend (&prepaid.desk, prepaid.person, prepaid.line, loan);
  const RechargeRequest request = {.line = prepaid.sim, .amount = "9,90", .product = "5 Go"};
  g_assert_true (DESK_DO (&prepaid.desk, recharge_line, &request));
  g_autoptr (Recharge) recharge = recharge_load (prepaid.desk.store, desk_code (&prepaid.desk, 0), NULL);
  g_assert_cmpstr (recharge->line, ==, prepaid.line);
  g_assert_cmpstr (recharge->fund, ==, prepaid.fund);
  g_assert_cmpstr (recharge->person, ==, prepaid.person);
  g_assert_cmpint (recharge->amount.cents, ==, 990);
  g_assert_cmpstr (recharge->on.text, ==, "2026-11-23");
  g_autoptr (Fund) fund = fund_load (prepaid.desk.store, prepaid.fund, NULL);
  g_assert_cmpint (fund->spent.cents, ==, 990);
}

static void
balance_is_never_negative (void)
{
  g_auto (Prepaid) prepaid;
  prepaid_init (&prepaid);
  const RechargeRequest request = {.line = prepaid.line, .amount = "9,90", .fund = prepaid.fund};
  g_assert_true (DESK_DO (&prepaid.desk, recharge_line, &request));
  g_assert_true (DESK_DO (&prepaid.desk, recharge_line, &request));
  g_autofree char *before = desk_picture (&prepaid.desk);
  g_assert_false (DESK_DO (&prepaid.desk, recharge_line, &request));
  desk_assert_refused (&prepaid.desk, M_FUND_SHORT);
  g_autofree char *after = desk_picture (&prepaid.desk);
  g_assert_cmpstr (before, ==, after);
  g_autoptr (GPtrArray) wrong = fund_reconcile (prepaid.desk.store, NULL);
  g_assert_cmpuint (wrong->len, ==, 0);
}

static void
fund_is_named_when_there_are_two_or_none (void)
{
  g_auto (Prepaid) prepaid;
  prepaid_init (&prepaid);
  Code second;
  desk_add_fund (&prepaid.desk, "Département", "50", "connection", second);
  const RechargeRequest request = {.line = prepaid.line, .amount = "9,90"};
  g_assert_false (DESK_DO (&prepaid.desk, recharge_line, &request));
  desk_assert_refused (&prepaid.desk, M_FUND_CHOOSE);
  prepaid.desk.context.now += (gint64)86400 * 365 * 3; /* after both */
  g_assert_false (DESK_DO (&prepaid.desk, recharge_line, &request));
  desk_assert_refused (&prepaid.desk, M_FUND_NONE);
}

/* A donor who pays other things of the same strand is not asked for recharges. */
static void
fund_for_something_else_is_not_chosen (void)
{
  static const char *const repairs[] = {"repair", NULL};
  g_auto (Prepaid) prepaid;
  prepaid_init (&prepaid);
  Code second;
  desk_add_fund (&prepaid.desk, "Réparations", "50", "connection", second);
  prepaid.desk.context.comment = "convention";
  const FundChange change = {.fund = second, .conditions = {.expenses = repairs}};
  g_assert_true (DESK_DO (&prepaid.desk, fund_change, &change));
  const RechargeRequest request = {.line = prepaid.line, .amount = "9,90"};
  g_assert_true (DESK_DO (&prepaid.desk, recharge_line, &request));
  const RechargeRequest named = {.line = prepaid.line, .amount = "9,90", .fund = second};
  g_assert_false (DESK_DO (&prepaid.desk, recharge_line, &named));
  desk_assert_refused (&prepaid.desk, M_FUND_EXPENSE);
}

static void
overdue_borrower_keeps_the_line_alive_only (void)
{
  static const char *const rights[] = {"recharge-overdue", NULL};
  g_auto (Prepaid) prepaid;
  prepaid_init (&prepaid);
  Code loan;
  desk_lend (&prepaid.desk, prepaid.person, prepaid.line, loan);
  prepaid.desk.context.now += (gint64)86400 * 370;
  const RechargeRequest request = {.line = prepaid.line, .amount = "9,90"};
  g_assert_false (DESK_DO (&prepaid.desk, recharge_line, &request));
  desk_assert_refused (&prepaid.desk, M_RECHARGE_OVERDUE);
  const RechargeRequest keep_alive = {.line = prepaid.line, .amount = "5", .keep_alive = TRUE};
  g_assert_true (DESK_DO (&prepaid.desk, recharge_line, &keep_alive));
  prepaid.desk.context.overrides = rights;
  prepaid.desk.context.comment = "entretien d'embauche demain";
  g_assert_true (DESK_DO (&prepaid.desk, recharge_line, &request));
}

static void
bad_requests_are_refused (void)
{
  g_auto (Prepaid) prepaid;
  prepaid_init (&prepaid);
  Code tablet, equipment, retired_sim, retired;
  desk_add_ready_tablet (&prepaid.desk, "R9TEST0001", tablet);
  desk_add_fund (&prepaid.desk, "Matériel", "100", "equipment", equipment);
  desk_add_sim (&prepaid.desk, "8933109000000158380", NULL, retired_sim, retired);
  g_assert_true (line_set_state (prepaid.desk.store, retired, LINE_ACTIVE, LINE_RETIRED, NULL));
  const struct {
    RechargeRequest request;
    MessageId message;
  } cases[] = {
      {{.line = NULL, .amount = "5"}, M_FIELD_MISSING},
      {{.line = tablet, .amount = "5"}, M_CODE_NOT_A},
      {{.line = prepaid.line}, M_FIELD_MISSING},
      {{.line = prepaid.line, .amount = "0"}, M_MONEY_ZERO},
      {{.line = prepaid.line, .amount = "-5"}, M_MONEY_NEGATIVE},
      {{.line = prepaid.line, .amount = "5", .on = "24/11/2026"}, M_DAY_TO_COME},
      {{.line = prepaid.line, .amount = "5", .on = "31/02/2026"}, M_DAY_NOT_REAL},
      {{.line = prepaid.line, .amount = "5", .fund = equipment}, M_FUND_STRAND},
      {{.line = prepaid.line, .amount = "5", .on = "2025-12-31", .fund = prepaid.fund}, M_FUND_PERIOD},
      {{.line = retired, .amount = "5"}, M_RECHARGE_LINE_STATE},
  };
  g_autofree char *before = desk_picture (&prepaid.desk);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_false (DESK_DO (&prepaid.desk, recharge_line, &cases[i].request));
    desk_assert_refused (&prepaid.desk, cases[i].message);
  }
  prepaid.desk.context.is_preview = TRUE;
  const RechargeRequest good = {.line = prepaid.line, .amount = "5"};
  g_assert_true (DESK_DO (&prepaid.desk, recharge_line, &good));
  g_autofree char *after = desk_picture (&prepaid.desk);
  g_assert_cmpstr (before, ==, after);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/recharge/only-fund-pays-and-the-holder-is-kept", only_fund_pays_and_the_holder_is_kept);
  g_test_add_func ("/actions/recharge/balance-is-never-negative", balance_is_never_negative);
  g_test_add_func ("/actions/recharge/fund-is-named-when-there-are-two-or-none",
                   fund_is_named_when_there_are_two_or_none);
  g_test_add_func ("/actions/recharge/fund-for-something-else-is-not-chosen", fund_for_something_else_is_not_chosen);
  g_test_add_func ("/actions/recharge/overdue-borrower-keeps-the-line-alive-only",
                   overdue_borrower_keeps_the_line_alive_only);
  g_test_add_func ("/actions/recharge/bad-requests-are-refused", bad_requests_are_refused);
  return g_test_run ();
}
