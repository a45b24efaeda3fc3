/* Vouchers, recharges and their states, sealed secrets, lines that die and their notices, as the database keeps them on each engine. */
#include "db/dialogue_signature.h"
#include "db/line_notice.h"
#include "db/product.h"
#include "db/secret.h"
#include "db/voucher.h"
#include "tests/store/fixture.h"

#define AT 1798800000 /* epoch seconds */

static Voucher
voucher_of (const char *code, const char *number)
{
  Voucher voucher = {.number = (char *)number, .operator_name = (char *)"Orange", .product = (char *)"orange-10"};
  g_strlcpy (voucher.code, code, sizeof (Code));
  voucher.price = money_of_cents (1000);
  voucher.created_at = AT;
  return voucher;
}

static Recharge
recharge_of (const char *code, const char *voucher)
{
  Recharge recharge = {
      .line = "L0000001", .fund = "F0000001", .product = (char *)"orange-10", .on = day_of ("2027-03-02")};
  recharge.state = RECHARGE_PREPARED;
  recharge.channel = CHANNEL_VOUCHER;
  recharge.amount = money_of_cents (1000);
  g_strlcpy (recharge.code, code, sizeof (Code));
  g_strlcpy (recharge.voucher, voucher, sizeof (Code));
  return recharge;
}

static void
add_voucher (Store *store, const char *code, const char *number, const char *expires_on)
{
  Voucher voucher = voucher_of (code, number);
  voucher.expires_on = day_of (expires_on);
  MUST (voucher_insert (store, &voucher, &error));
}

static void
voucher_number_is_used_once (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_voucher (store, "V0000001", "LOT-1", "");
  Voucher again = voucher_of ("V0000002", "LOT-1"), free_one = voucher_of ("V0000003", "LOT-3");
  REFUSED (voucher_insert (store, &again, &error), DB_ERROR_UNIQUE);
  free_one.price = money_of_cents (0);
  REFUSED (voucher_insert (store, &free_one, &error), DB_ERROR_CHECK);
  MUST (voucher_set_state (store, "V0000001", VOUCHER_STOCK, VOUCHER_RESERVED, &error));
  REFUSED (voucher_set_state (store, "V0000001", VOUCHER_STOCK, VOUCHER_RESERVED, &error), DB_ERROR_STALE);
}

static void
voucher_that_expires_first_goes_first (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  static const char *const order[] = {"V0000004", "V0000002", "V0000001"};
  const Day today = day_of ("2027-03-01");
  add_voucher (store, "V0000001", "LOT-1", "");
  add_voucher (store, "V0000002", "LOT-2", "2027-12-31");
  add_voucher (store, "V0000003", "LOT-3", "2027-02-28"); /* too late */
  add_voucher (store, "V0000004", "LOT-4", "2027-03-01");
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) all = voucher_list_next (store, "orange-10", &today, 10, &problem);
  g_autoptr (GPtrArray) two = voucher_list_next (store, "orange-10", &today, 2, &problem);
  g_assert_no_error (problem);
  g_assert_cmpuint (all->len, ==, G_N_ELEMENTS (order));
  g_assert_cmpuint (two->len, ==, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    g_assert_cmpstr (((const Voucher *)g_ptr_array_index (all, i))->code, ==, order[i]);
}

static void
one_voucher_pays_for_one_live_recharge (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_line (store, "L0000001", "+33639980001");
  add_fund (store, "F0000001", 5000);
  add_voucher (store, "V0000001", "LOT-1", "");
  const Recharge first = recharge_of ("R0000001", "V0000001"), second = recharge_of ("R0000002", "V0000001");
  MUST (recharge_insert (store, &first, &error));
  REFUSED (recharge_insert (store, &second, &error), DB_ERROR_UNIQUE);
  RechargeMove move = {.to = RECHARGE_SENT, .at = AT};
  MUST (recharge_move (store, "R0000001", RECHARGE_PREPARED, &move, &error));
  REFUSED (recharge_move (store, "R0000001", RECHARGE_PREPARED, &move, &error), DB_ERROR_STALE);
  const RechargeEvidence told = EVIDENCE_BALANCE;
  move = (RechargeMove){.to = RECHARGE_REJECTED, .at = AT + 9, .evidence = &told};
  MUST (recharge_move (store, "R0000001", RECHARGE_SENT, &move, &error));
  MUST (recharge_insert (store, &second, &error));
  g_autoptr (Recharge) settled = recharge_load (store, "R0000001", NULL);
  g_assert_cmpint (settled->sent_at, ==, AT);
  g_assert_cmpint (settled->settled_at, ==, AT + 9);
  g_assert_true (settled->has_evidence && settled->evidence == EVIDENCE_BALANCE);
}

static void
ledger_and_recharges_are_compared (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_line (store, "L0000001", "+33639980001");
  add_fund (store, "F0000001", 5000);
  const Recharge recharge = recharge_of ("R0000001", "");
  MUST (recharge_insert (store, &recharge, &error));
  MUST (fund_spend (store, "F0000001", money_of_cents (1000), "R0000001", NULL, AT, &error));
  g_autoptr (GPtrArray) none = recharge_reconcile (store, 10, NULL);
  g_assert_cmpuint (none->len, ==, 0);
  const RechargeMove move = {.to = RECHARGE_CANCELLED, .at = AT};
  MUST (recharge_move (store, "R0000001", RECHARGE_PREPARED, &move, &error));
  g_autoptr (GPtrArray) one = recharge_reconcile (store, 10, NULL); /* the money did not come back */
  g_assert_cmpuint (one->len, ==, 1);
  MUST (fund_credit (store, "F0000001", money_of_cents (1000), "R0000001", NULL, AT, &error));
  g_autoptr (GPtrArray) settled = recharge_reconcile (store, 10, NULL);
  g_assert_cmpuint (settled->len, ==, 0);
}

static void
put_secret (Store *store, SecretKind kind, const char *owner, const char *key, const char *print)
{
  g_autoptr (GBytes) box = g_bytes_new (key, strlen (key));
  Secret secret = {.kind = kind, .key_id = (char *)key, .box = box, .print = (char *)print, .at = AT};
  g_strlcpy (secret.owner, owner, sizeof (Code));
  MUST (secret_put (store, &secret, &error));
}

static void
secrets_are_replaced_and_found_by_key (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  Code owner;
  put_secret (store, SECRET_PIN, "S0000001", "aaaa", NULL);
  put_secret (store, SECRET_PUK, "S0000001", "aaaa", NULL);
  put_secret (store, SECRET_VOUCHER, "V0000001", "aaaa", "print1");
  put_secret (store, SECRET_PIN, "S0000001", "bbbb", NULL);
  g_autoptr (Secret) pin = secret_load (store, SECRET_PIN, "S0000001", NULL);
  g_assert_cmpstr (pin->key_id, ==, "bbbb");
  g_assert_cmpmem (g_bytes_get_data (pin->box, NULL), g_bytes_get_size (pin->box), "bbbb", 4);
  g_autoptr (GPtrArray) others = secret_list_under_others (store, "bbbb", 10, NULL);
  g_assert_cmpuint (others->len, ==, 2);
  g_autoptr (GPtrArray) all = secret_list_under_others (store, "b", 10, NULL);
  g_assert_cmpuint (all->len, ==, 3);
  MUST (secret_owner_of_print (store, SECRET_VOUCHER, "print1", owner, &error));
  g_assert_cmpstr (owner, ==, "V0000001");
  MUST (secret_owner_of_print (store, SECRET_VOUCHER, "print2", owner, &error));
  g_assert_cmpstr (owner, ==, "");
  g_autoptr (GBytes) box = g_bytes_new_static ("x", 1);
  const Secret twin = {
      .kind = SECRET_VOUCHER, .owner = "V0000002", .key_id = (char *)"a", .box = box, .print = (char *)"print1"};
  REFUSED (secret_put (store, &twin, &error), DB_ERROR_UNIQUE);
}

static void
set_end (Store *store, const char *code, const char *number, const char *day)
{
  const LineClock unknown = {.day = {""}}, end = {day_of (day), ORIGIN_RULE, CONFIDENCE_GUESS};
  add_line (store, code, number);
  MUST (line_set_clocks (store, code, &unknown, &end, &error));
}

static void
lines_are_listed_by_the_day_they_die (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  const Day from = day_of ("2027-03-01"), to = day_of ("2027-03-31");
  set_end (store, "L0000001", "+33639980001", "2027-03-31");
  set_end (store, "L0000002", "+33639980002", "2027-03-01");
  set_end (store, "L0000003", "+33639980003", "2027-04-01");
  set_end (store, "L0000004", "+33639980004", "2027-03-01");
  set_end (store, "L0000005", "+33639980005", "2027-03-10");
  add_line (store, "L0000006", "+33639980006");
  MUST (line_set_state (store, "L0000005", LINE_ACTIVE, LINE_RETIRED, &error));
  g_autoptr (GPtrArray) due = line_list_due (store, &from, &to, NULL, NULL, 2, NULL);
  g_assert_cmpuint (due->len, ==, 2);
  const Line *last = g_ptr_array_index (due, 1);
  g_assert_cmpstr (last->code, ==, "L0000004");
  g_autoptr (GPtrArray) rest = line_list_due (store, &from, &to, &last->end.day, last->code, 5, NULL);
  g_assert_cmpuint (rest->len, ==, 1);
  g_assert_cmpstr (((const Line *)g_ptr_array_index (rest, 0))->code, ==, "L0000001");
  g_autoptr (GPtrArray) needs = line_needs (store, &from, &to, NULL);
  g_assert_cmpuint (needs->len, ==, 1);
  g_assert_cmpint (((const LineNeed *)g_ptr_array_index (needs, 0))->lines, ==, 3);
  g_autoptr (GPtrArray) endless = line_list_endless (store, NULL, 5, NULL);
  g_assert_cmpuint (endless->len, ==, 1);
}

static void
notice_is_made_once_a_step_and_an_end (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  const Day from = day_of ("2027-03-01"), to = day_of ("2027-03-31");
  gint64 made;
  set_end (store, "L0000001", "+33639980001", "2027-03-31");
  MUST (line_notice_make (store, 30, &from, &to, AT, &made, &error));
  g_assert_cmpint (made, ==, 1);
  MUST (line_notice_make (store, 30, &from, &to, AT, &made, &error));
  g_assert_cmpint (made, ==, 0);
  g_autoptr (GPtrArray) waiting = line_notice_list (store, LINE_NOTICE_WAITING, NULL, 5, NULL);
  g_assert_cmpuint (waiting->len, ==, 1);
  LineNotice *notice = g_ptr_array_index (waiting, 0);
  MUST (line_notice_move (store, notice, LINE_NOTICE_CLAIMED, AT + 1, &error));
  REFUSED (line_notice_move (store, notice, LINE_NOTICE_CLAIMED, AT + 2, &error), DB_ERROR_STALE);
  g_autoptr (GPtrArray) open = line_notice_list_open (store, "L0000001", NULL);
  g_assert_cmpuint (open->len, ==, 1);
  g_assert_cmpint (((const LineNotice *)g_ptr_array_index (open, 0))->claimed_at, ==, AT + 1);
}

static void
product_is_replaced_and_dialogue_is_signed (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  Product product = {
      .id = (char *)"orange-10", .operator_name = (char *)"Orange", .name = (char *)"10 EUR", .is_active = TRUE};
  product.price = money_of_cents (1000);
  MUST (product_put (store, &product, &error));
  product.price = money_of_cents (1100);
  product.credit_valid = (char *)"30d";
  MUST (product_put (store, &product, &error));
  g_autoptr (Product) kept = product_load (store, "orange-10", NULL);
  g_assert_cmpint (kept->price.cents, ==, 1100);
  g_assert_cmpstr (kept->credit_valid, ==, "30d");
  g_autofree char *hash = g_strnfill (64, 'a');
  g_autofree char *other = g_strnfill (64, 'b');
  g_autofree char *signed_by = NULL;
  gboolean is_signed;
  gint64 at;
  MUST (dialogue_sign (store, "orange", hash, "C0000001", AT, &error));
  MUST (dialogue_sign (store, "orange", hash, "C0000002", AT + 1, &error));
  MUST (dialogue_is_signed (store, "orange", other, &is_signed, &signed_by, &at, &error));
  g_assert_false (is_signed);
  MUST (dialogue_is_signed (store, "orange", hash, &is_signed, &signed_by, &at, &error));
  g_assert_true (is_signed);
  g_assert_cmpstr (signed_by, ==, "C0000001");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_on_each ("/store/recharges/voucher-number-is-used-once", voucher_number_is_used_once);
  test_on_each ("/store/recharges/voucher-that-expires-first-goes-first", voucher_that_expires_first_goes_first);
  test_on_each ("/store/recharges/one-voucher-pays-for-one-live-recharge", one_voucher_pays_for_one_live_recharge);
  test_on_each ("/store/recharges/ledger-and-recharges-are-compared", ledger_and_recharges_are_compared);
  test_on_each ("/store/recharges/secrets-are-replaced-and-found-by-key", secrets_are_replaced_and_found_by_key);
  test_on_each ("/store/recharges/lines-are-listed-by-the-day-they-die", lines_are_listed_by_the_day_they_die);
  test_on_each ("/store/recharges/notice-is-made-once-a-step-and-an-end", notice_is_made_once_a_step_and_an_end);
  test_on_each ("/store/recharges/product-is-replaced-and-dialogue-is-signed",
                product_is_replaced_and_dialogue_is_signed);
  return g_test_run ();
}
