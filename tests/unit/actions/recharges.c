/* Recharges that a voucher pays, from the reserve to the outcome: the money, the code, the line's clocks; and several lines at once. */
#include "daemon/actions/line.h"
#include "daemon/actions/offers.h"
#include "daemon/actions/product.h"
#include "daemon/actions/recharge.h"
#include "daemon/actions/secret.h"
#include "daemon/actions/voucher.h"
#include "db/fund.h"
#include "db/line_notice.h"
#include "db/recharge.h"
#include "db/secret.h"
#include "tests/unit/actions/desk.h"

#define ICCID       "8933019000000079197"
#define OTHER_ICCID "8933109000000158380"
#define CODE        "12345678901234"

typedef struct {
  Desk desk;
  Vault *vault;
  Code person, sim, line, fund;
} Shop;

static void
shop_init (Shop *shop)
{
  desk_init (&shop->desk);
  g_autofree char *key = g_build_filename (shop->desk.dir, "secret.key", NULL);
  shop->vault = vault_open (key);
  g_assert_true (vault_add_key (shop->vault, NULL));
  shop->desk.context.vault = shop->vault;
  desk_add_person (&shop->desk, "Ana Testa", shop->person);
  desk_add_sim (&shop->desk, ICCID, "06 39 98 00 01", shop->sim, shop->line);
  desk_add_fund (&shop->desk, "Recharges", "20,00", "connection", shop->fund);
  const ProductRequest product = {.id = "orange-10",
                                  .operator_name = "Orange",
                                  .name = "10 EUR",
                                  .price = "10",
                                  .credit_valid = "30 jours",
                                  .line_valid = "6 mois"};
  g_assert_true (DESK_DO (&shop->desk, product_add, &product));
}

static void
shop_clear (Shop *shop)
{
  vault_free (shop->vault);
  desk_clear (&shop->desk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shop, shop_clear)

static void
add_voucher (Shop *shop, const char *number, const char *secret, Code code)
{
  const VoucherRequest request = {.number = number, .code = secret, .operator_name = "orange", .product = "orange-10"};
  DESK_DO (&shop->desk, voucher_add, &request);
  g_assert_no_error (shop->desk.error);
  g_strlcpy (code, desk_code (&shop->desk, 0), sizeof (Code));
}

static void
prepare (Shop *shop, const char *voucher, Code code)
{
  const RechargeRequest request = {.line = shop->line, .voucher = voucher};
  DESK_DO (&shop->desk, recharge_line, &request);
  g_assert_no_error (shop->desk.error);
  g_strlcpy (code, desk_code (&shop->desk, 0), sizeof (Code));
}

/* The code that is shown, in a transaction of its own. NULL when refused. Caller frees with vault_text_free. */
static char *
reveal (Shop *shop, const char *thing, const char *what)
{
  char *text = NULL;
  const RevealRequest request = {.thing = thing, .what = what};
  desk_begin (&shop->desk);
  desk_end (&shop->desk, secret_reveal (shop->desk.store, &shop->desk.context, &request, &text, &shop->desk.outcome,
                                        &shop->desk.error));
  return text;
}

static void
send (Shop *shop, const char *recharge)
{
  char *code = reveal (shop, recharge, NULL);
  g_assert_no_error (shop->desk.error);
  g_assert_cmpstr (code, ==, CODE);
  vault_text_free (code);
}

static gboolean
settle (Shop *shop, const char *recharge, const char *outcome, const char *comment)
{
  const SettleRequest request = {.recharge = recharge, .outcome = outcome};
  shop->desk.context.comment = comment;
  gboolean is_done = DESK_DO (&shop->desk, recharge_settle, &request);
  shop->desk.context.comment = NULL;
  return is_done;
}

static void
assert_states (Shop *shop, const char *recharge, RechargeState state, const char *voucher, VoucherState voucher_state,
               gint64 spent)
{
  g_autoptr (Recharge) kept = recharge_load (shop->desk.store, recharge, NULL);
  g_autoptr (Voucher) paid = voucher_load (shop->desk.store, voucher, NULL);
  g_autoptr (Fund) fund = fund_load (shop->desk.store, shop->fund, NULL);
  g_autoptr (GPtrArray) wrong = fund_reconcile (shop->desk.store, NULL);
  g_autoptr (GPtrArray) wrong_too = recharge_reconcile (shop->desk.store, 10, NULL);
  g_assert_cmpstr (recharge_state_name (kept->state), ==, recharge_state_name (state));
  g_assert_cmpstr (voucher_state_name (paid->state), ==, voucher_state_name (voucher_state));
  g_assert_cmpint (fund->spent.cents, ==, spent);
  g_assert_cmpuint (wrong->len + wrong_too->len, ==, 0);
}

static void
from_the_reserve_to_the_confirmation (void)
{
  g_auto (Shop) shop;
  shop_init (&shop);
  Code voucher, recharge;
  add_voucher (&shop, "LOT-1", "1234 5678 9012 34", voucher);
  prepare (&shop, voucher, recharge);
  assert_states (&shop, recharge, RECHARGE_PREPARED, voucher, VOUCHER_RESERVED, 1000);
  send (&shop, recharge);
  assert_states (&shop, recharge, RECHARGE_SENT, voucher, VOUCHER_RESERVED, 1000);
  send (&shop, recharge); /* the screen was closed too soon: shown again, not sent again */
  g_assert_true (settle (&shop, recharge, "confirmed", NULL));
  assert_states (&shop, recharge, RECHARGE_CONFIRMED, voucher, VOUCHER_USED, 1000);
  g_autoptr (Line) line = line_load (shop.desk.store, shop.line, NULL);
  g_assert_cmpstr (line->credit.day.text, ==, "2026-12-23");
  g_assert_cmpstr (line->end.day.text, ==, "2027-05-23");
  g_assert_cmpint (line->end.origin, ==, ORIGIN_RULE);
  desk_assert_journal_has_not (&shop.desk, CODE);
  g_assert_null (reveal (&shop, recharge, NULL));
  desk_assert_refused (&shop.desk, M_RECHARGE_STATE);
}

static void
lost_answer_is_never_sent_again (void)
{
  g_auto (Shop) shop;
  shop_init (&shop);
  Code voucher, recharge, again;
  add_voucher (&shop, "LOT-1", CODE, voucher);
  prepare (&shop, voucher, recharge);
  send (&shop, recharge);
  g_assert_true (settle (&shop, recharge, "ambiguous", NULL));
  assert_states (&shop, recharge, RECHARGE_AMBIGUOUS, voucher, VOUCHER_AMBIGUOUS, 1000);
  g_assert_null (reveal (&shop, recharge, NULL));
  const RechargeRequest request = {.line = shop.line, .voucher = voucher};
  g_assert_false (DESK_DO (&shop.desk, recharge_line, &request));
  desk_assert_refused (&shop.desk, M_VOUCHER_NOT_IN_STOCK);
  g_assert_false (settle (&shop, recharge, "rejected", NULL));
  desk_assert_refused (&shop.desk, M_RECHARGE_REASON);
  g_assert_true (settle (&shop, recharge, "rejected", "solde inchangé au 123"));
  assert_states (&shop, recharge, RECHARGE_REJECTED, voucher, VOUCHER_STOCK, 0);
  prepare (&shop, voucher, again); /* it did not arrive: once more, as a recharge of its own */
  send (&shop, again);
  g_assert_true (settle (&shop, again, "rejected", NULL));
  assert_states (&shop, again, RECHARGE_REJECTED, voucher, VOUCHER_REJECTED, 0);
}

static void
what_waits_too_long_is_ambiguous (void)
{
  g_auto (Shop) shop;
  shop_init (&shop);
  Code voucher, recharge;
  guint moved;
  add_voucher (&shop, "LOT-1", CODE, voucher);
  prepare (&shop, voucher, recharge);
  send (&shop, recharge);
  gint64 now = shop.desk.context.now;
  g_assert_true (recharge_give_up (shop.desk.store, &shop.desk.context, CHANNEL_VOUCHER, now, &moved, NULL));
  g_assert_cmpuint (moved, ==, 0);
  g_assert_true (recharge_give_up (shop.desk.store, &shop.desk.context, CHANNEL_BENCH, now + 1, &moved, NULL));
  g_assert_cmpuint (moved, ==, 0);
  g_assert_true (recharge_give_up (shop.desk.store, &shop.desk.context, CHANNEL_VOUCHER, now + 1, &moved, NULL));
  g_assert_cmpuint (moved, ==, 1);
  assert_states (&shop, recharge, RECHARGE_AMBIGUOUS, voucher, VOUCHER_AMBIGUOUS, 1000);
}

static void
cancelled_before_it_is_sent (void)
{
  g_auto (Shop) shop;
  shop_init (&shop);
  Code voucher, recharge;
  add_voucher (&shop, "LOT-1", CODE, voucher);
  prepare (&shop, voucher, recharge);
  const CancelRechargeRequest cancel = {.recharge = recharge};
  g_assert_true (DESK_DO (&shop.desk, recharge_cancel, &cancel));
  assert_states (&shop, recharge, RECHARGE_CANCELLED, voucher, VOUCHER_STOCK, 0);
  prepare (&shop, voucher, recharge);
  send (&shop, recharge);
  const CancelRechargeRequest late = {.recharge = recharge};
  g_assert_false (DESK_DO (&shop.desk, recharge_cancel, &late));
  desk_assert_refused (&shop.desk, M_RECHARGE_STATE);
}

static void
hand_recharge_is_corrected_by_a_counter_entry (void)
{
  static const char *const rights[] = {"recharge-correct", NULL};
  g_auto (Shop) shop;
  shop_init (&shop);
  const RechargeRequest request = {.line = shop.line, .product = "orange-10"};
  g_assert_true (DESK_DO (&shop.desk, recharge_line, &request)); /* the price is the product's */
  Code recharge;
  g_strlcpy (recharge, desk_code (&shop.desk, 0), sizeof recharge);
  const CancelRechargeRequest cancel = {.recharge = recharge};
  g_assert_false (DESK_DO (&shop.desk, recharge_cancel, &cancel));
  desk_assert_refused (&shop.desk, M_RECHARGE_CORRECT);
  shop.desk.context.overrides = rights;
  shop.desk.context.comment = "saisie deux fois";
  g_assert_true (DESK_DO (&shop.desk, recharge_cancel, &cancel));
  g_autoptr (GPtrArray) entries = fund_entry_list (shop.desk.store, shop.fund, 0, 10, NULL);
  g_assert_cmpuint (entries->len, ==, 2);
  g_assert_cmpint (((const FundEntry *)g_ptr_array_index (entries, 1))->credit.cents, ==, 1000);
}

static void
several_lines_all_or_none (void)
{
  g_auto (Shop) shop;
  shop_init (&shop);
  Code sim, other, voucher;
  desk_add_sim (&shop.desk, OTHER_ICCID, NULL, sim, other);
  const char *const lines[] = {shop.line, sim, NULL};
  const RechargeRequest request = {.lines = lines, .product = "orange-10", .from_stock = TRUE};
  add_voucher (&shop, "LOT-1", CODE, voucher);
  g_assert_false (DESK_DO (&shop.desk, recharge_line, &request)); /* one voucher for two lines */
  desk_assert_refused (&shop.desk, M_VOUCHER_NONE);
  Code second;
  add_voucher (&shop, "LOT-2", "98765432109876", second);
  g_autofree char *before = desk_picture (&shop.desk);
  shop.desk.context.is_preview = TRUE;
  g_assert_true (DESK_DO (&shop.desk, recharge_line, &request));
  g_assert_true (desk_list_has (shop.desk.outcome.verdict->to_know, M_RECHARGE_TOTAL));
  g_autofree char *after = desk_picture (&shop.desk);
  g_assert_cmpstr (before, ==, after);
  shop.desk.context.is_preview = FALSE;
  g_assert_true (DESK_DO (&shop.desk, recharge_line, &request));
  g_assert_cmpuint (shop.desk.outcome.codes->len, ==, 3);
  const RechargeRequest poor = {.lines = lines, .amount = "5"}; /* 20 EUR are spoken for */
  g_assert_false (DESK_DO (&shop.desk, recharge_line, &poor));
  desk_assert_refused (&shop.desk, M_FUND_SHORT);
  const char *const twice[] = {shop.line, shop.sim, NULL};
  const RechargeRequest same = {.lines = twice, .amount = "1"};
  g_assert_false (DESK_DO (&shop.desk, recharge_line, &same));
  desk_assert_refused (&shop.desk, M_THING_TWICE);
}

static void
cap_counts_the_lines_of_one_person_together (void)
{
  g_auto (Shop) shop;
  shop_init (&shop);
  const RechargeLimits limits = {.month_cap = {1500}};
  Code sim, other, loan;
  shop.desk.context.limits = &limits;
  desk_add_sim (&shop.desk, OTHER_ICCID, NULL, sim, other);
  desk_lend (&shop.desk, shop.person, shop.line, loan);
  desk_lend (&shop.desk, shop.person, other, loan);
  const char *const lines[] = {shop.line, other, NULL};
  const RechargeRequest both = {.lines = lines, .amount = "8"}, one = {.line = shop.line, .amount = "8"};
  g_assert_false (DESK_DO (&shop.desk, recharge_line, &both));
  desk_assert_refused (&shop.desk, M_RECHARGE_CAP);
  g_assert_true (DESK_DO (&shop.desk, recharge_line, &one));
  g_assert_false (DESK_DO (&shop.desk, recharge_line, &one));
  desk_assert_refused (&shop.desk, M_RECHARGE_CAP);
  const RechargeRequest keep_alive = {.line = shop.line, .amount = "8", .keep_alive = TRUE};
  g_assert_true (DESK_DO (&shop.desk, recharge_line, &keep_alive));
  shop.desk.context.now += (gint64)86400 * 10;                /* another month */
  g_assert_false (DESK_DO (&shop.desk, recharge_line, &one)); /* the fund, not the cap */
  desk_assert_refused (&shop.desk, M_FUND_SHORT);
}

static void
same_code_is_not_bought_twice (void)
{
  g_auto (Shop) shop;
  shop_init (&shop);
  Code voucher;
  add_voucher (&shop, "LOT-1", CODE, voucher);
  const struct {
    VoucherRequest request;
    MessageId message;
  } cases[] = {
      {{.number = "LOT-2", .code = "1234-5678-9012-34", .operator_name = "Orange", .product = "orange-10"},
       M_VOUCHER_CODE_KNOWN},
      {{.number = "LOT-1", .code = "11112222333344", .operator_name = "Orange", .product = "orange-10"},
       M_ALREADY_KNOWN},
      {{.number = "LOT-3", .code = "12", .operator_name = "Orange", .product = "orange-10"}, M_VOUCHER_CODE_FORMAT},
      {{.number = "LOT-3", .code = "11112222333344", .operator_name = "Orange", .product = "nothing"},
       M_PRODUCT_UNKNOWN},
      {{.number = "", .code = "11112222333344", .operator_name = "Orange", .product = "orange-10"},
       M_VOUCHER_NUMBER_MISSING},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_false (DESK_DO (&shop.desk, voucher_add, &cases[i].request));
    desk_assert_refused (&shop.desk, cases[i].message);
    g_assert_null (strstr (shop.desk.error->message, "11112222333344"));
  }
  g_assert_true (vault_add_key (shop.vault, NULL)); /* also under another key */
  g_assert_false (DESK_DO (&shop.desk, voucher_add, &cases[0].request));
  desk_assert_refused (&shop.desk, M_VOUCHER_CODE_KNOWN);
}

static void
pin_is_shown_with_a_reason_to_who_may (void)
{
  g_auto (Shop) shop;
  shop_init (&shop);
  const SimRequest request = {
      .iccid = OTHER_ICCID, .operator_name = "Orange", .offer = "Mobicarte", .pin = "1234", .puk = "87654321"};
  g_assert_true (DESK_DO (&shop.desk, sim_add, &request));
  Code sim;
  g_strlcpy (sim, desk_code (&shop.desk, 0), sizeof sim);
  g_assert_null (reveal (&shop, sim, "pin"));
  desk_assert_refused (&shop.desk, M_SECRET_REASON);
  shop.desk.context.comment = "écran bloqué";
  shop.desk.context.role = ROLE_AGENT;
  char *pin = reveal (&shop, sim, "pin");
  g_assert_cmpstr (pin, ==, "1234");
  vault_text_free (pin);
  g_assert_null (reveal (&shop, sim, "puk"));
  desk_assert_refused (&shop.desk, M_FORBIDDEN_ROLE);
  shop.desk.context.role = ROLE_TECHNICIAN;
  char *puk = reveal (&shop, sim, "puk");
  g_assert_cmpstr (puk, ==, "87654321");
  vault_text_free (puk);
  g_assert_null (reveal (&shop, shop.sim, "pin"));
  desk_assert_refused (&shop.desk, M_SECRET_NONE);
  desk_assert_journal_has_not (&shop.desk, "87654321");
}

static void
without_a_key_codes_are_refused_and_the_rest_works (void)
{
  g_auto (Shop) shop;
  shop_init (&shop);
  shop.desk.context.vault = NULL;
  g_autofree char *before = desk_picture (&shop.desk);
  const SimRequest with = {.iccid = OTHER_ICCID, .operator_name = "Orange", .offer = "Mobicarte", .pin = "1234"};
  const SimRequest without = {.iccid = OTHER_ICCID, .operator_name = "Orange", .offer = "Mobicarte"};
  g_assert_false (DESK_DO (&shop.desk, sim_add, &with));
  desk_assert_refused (&shop.desk, M_SECRET_NO_KEY);
  g_autofree char *after = desk_picture (&shop.desk);
  g_assert_cmpstr (before, ==, after);
  g_assert_true (DESK_DO (&shop.desk, sim_add, &without));
}

static void
keys_are_rotated_slice_by_slice (void)
{
  enum { SIMS = SECRET_ROTATE_SLICE + 10 };
  g_auto (Shop) shop;
  shop_init (&shop);
  Code voucher;
  add_voucher (&shop, "LOT-1", CODE, voucher);
  desk_begin (&shop.desk);
  for (int i = 0; i < SIMS; i++) {
    Code owner;
    g_snprintf (owner, sizeof owner, "S%07d", i);
    g_assert_true (secret_keep (shop.desk.store, &shop.desk.context, SECRET_PIN, owner, "4321", NULL));
  }
  g_assert_true (desk_end (&shop.desk, TRUE));
  g_autofree char *old = vault_key_id (shop.vault);
  gboolean left;
  guint slices = 0;
  do {
    DESK_DO (&shop.desk, secret_key_rotate, &left);
    g_assert_no_error (shop.desk.error);
    slices++;
  } while (left);
  g_autofree char *new = vault_key_id (shop.vault);
  g_assert_cmpstr (old, !=, new);
  g_assert_cmpuint (slices, ==, 2);
  g_autoptr (GPtrArray) others = secret_list_under_others (shop.desk.store, new, 10, NULL);
  g_assert_cmpuint (others->len, ==, 0);
  char *code = secret_open (shop.desk.store, &shop.desk.context, SECRET_VOUCHER, voucher, NULL);
  g_assert_cmpstr (code, ==, CODE);
  vault_text_free (code);
}

static void
notice_follows_the_end_of_the_line (void)
{
  g_auto (Shop) shop;
  shop_init (&shop);
  gint64 made;
  const ClocksRequest clocks = {.line = shop.sim, .line_until = "15/12/2026"};
  g_assert_true (DESK_DO (&shop.desk, line_set, &clocks));
  g_assert_true (line_notice_all (shop.desk.store, &shop.desk.context, &made, NULL));
  g_assert_cmpint (made, ==, 1); /* 22 days: the step of 30 alone */
  g_assert_true (line_notice_all (shop.desk.store, &shop.desk.context, &made, NULL));
  g_assert_cmpint (made, ==, 0);
  const RechargeRequest saves = {.line = shop.line, .product = "orange-10"};
  g_assert_true (DESK_DO (&shop.desk, recharge_line, &saves));
  const ToldRequest told = {.line = shop.line};
  g_assert_false (DESK_DO (&shop.desk, line_told, &told)); /* saved: nothing is left to tell */
  desk_assert_refused (&shop.desk, M_LINE_NOTICE_NONE);
  const ClocksRequest earlier = {.line = shop.line, .line_until = "2026-11-28", .origin = "operator"};
  g_assert_true (DESK_DO (&shop.desk, line_set, &earlier));
  g_assert_true (line_notice_all (shop.desk.store, &shop.desk.context, &made, NULL));
  g_assert_cmpint (made, ==, 1);
  g_assert_true (DESK_DO (&shop.desk, line_told, &told));
  g_assert_false (DESK_DO (&shop.desk, line_told, &told));
  g_autoptr (GPtrArray) sent = line_notice_list (shop.desk.store, LINE_NOTICE_SENT, NULL, 10, NULL);
  g_assert_cmpuint (sent->len, ==, 1);
  g_assert_cmpint (((const LineNotice *)g_ptr_array_index (sent, 0))->step, ==, 7);
}

static void
an_operator_has_several_names (void)
{
  static const struct {
    const char *operator_name, *offer, *id;
  } rows[] = {
      {"Bouygues Telecom", "Carte prépayée", "bouygues-prepaye"},
      {"Bouygues", "prepaye", "bouygues-prepaye"},
      {"BOUYGUES TÉLÉCOM", "Bouygues-prépayé", "bouygues-prepaye"},
      {"Free", "Forfait 2 €", "free"},
      {"free mobile", "free", "free"},
      {"Lyca Mobile", "Prépayé", "lycamobile"},
      {"Lyca", "Prépayé", "lycamobile"},
      {"Free", "Carte prépayée", NULL},
      {"Bouygues Immobilier", "Carte prépayée", NULL},
  };
  g_autoptr (Offers) offers = offers_load ("daemon/system/offers");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const Offer *found = offers_find (offers, rows[i].operator_name, rows[i].offer);
    g_assert_cmpstr (found != NULL ? found->id : NULL, ==, rows[i].id);
  }
  g_assert_true (offers_same_operator (offers, "Free", "FREE Mobile"));
  g_assert_true (offers_same_operator (NULL, "Orange", "orange"));
  g_assert_false (offers_same_operator (NULL, "Free", "Free Mobile"));
  g_assert_false (offers_same_operator (offers, "Free", "Bouygues"));
}

/* A line that was written down by the short name takes the products and the vouchers of the long one. */
static void
a_voucher_meets_its_line_by_any_name_of_the_operator (void)
{
  g_auto (Shop) shop;
  shop_init (&shop);
  g_autoptr (Offers) offers = offers_load ("daemon/system/offers");
  const SimRequest sim = {.iccid = OTHER_ICCID, .operator_name = "Bouygues", .offer = "Prépayé"};
  g_assert_true (DESK_DO (&shop.desk, sim_add, &sim));
  g_strlcpy (shop.line, desk_code (&shop.desk, 1), sizeof shop.line);
  const ProductRequest product = {
      .id = "bouygues-5", .operator_name = "Bouygues Telecom", .name = "5 EUR", .price = "5"};
  g_assert_true (DESK_DO (&shop.desk, product_add, &product));
  const VoucherRequest bought = {
      .number = "LOT-1", .code = CODE, .operator_name = "bouygues télécom", .product = "bouygues-5"};
  g_assert_true (DESK_DO (&shop.desk, voucher_add, &bought));
  g_autofree char *voucher = g_strdup (desk_code (&shop.desk, 0));
  const RechargeRequest by_voucher = {.line = shop.line, .voucher = voucher},
                        by_hand = {.line = shop.line, .product = "5 EUR"};
  g_assert_false (DESK_DO (&shop.desk, recharge_line, &by_voucher)); /* nobody says that they are one */
  desk_assert_refused (&shop.desk, M_VOUCHER_OPERATOR);
  shop.desk.context.offers = offers;
  g_assert_true (DESK_DO (&shop.desk, recharge_line, &by_voucher));
  g_assert_true (DESK_DO (&shop.desk, recharge_line, &by_hand));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func ("/actions/recharges/" name, func)
  TEST ("from-the-reserve-to-the-confirmation", from_the_reserve_to_the_confirmation);
  TEST ("lost-answer-is-never-sent-again", lost_answer_is_never_sent_again);
  TEST ("what-waits-too-long-is-ambiguous", what_waits_too_long_is_ambiguous);
  TEST ("cancelled-before-it-is-sent", cancelled_before_it_is_sent);
  TEST ("hand-recharge-is-corrected-by-a-counter-entry", hand_recharge_is_corrected_by_a_counter_entry);
  TEST ("several-lines-all-or-none", several_lines_all_or_none);
  TEST ("cap-counts-the-lines-of-one-person-together", cap_counts_the_lines_of_one_person_together);
  TEST ("same-code-is-not-bought-twice", same_code_is_not_bought_twice);
  TEST ("pin-is-shown-with-a-reason-to-who-may", pin_is_shown_with_a_reason_to_who_may);
  TEST ("without-a-key-codes-are-refused-and-the-rest-works", without_a_key_codes_are_refused_and_the_rest_works);
  TEST ("keys-are-rotated-slice-by-slice", keys_are_rotated_slice_by_slice);
  TEST ("an-operator-has-several-names", an_operator_has_several_names);
  TEST ("a-voucher-meets-its-line-by-any-name-of-the-operator", a_voucher_meets_its_line_by_any_name_of_the_operator);
  TEST ("notice-follows-the-end-of-the-line", notice_follows_the_end_of_the_line);
#undef TEST
  return g_test_run ();
}
