/* Invoices: the cents that are left over, money once, conditions of the donor, and the counter-entry. */
#include "daemon/actions/purchase.h"
#include "daemon/rules/fund.h"
#include "db/fund.h"
#include "tests/unit/actions/desk.h"

#define KITS 15

typedef struct {
  Desk desk;
  Code fund, kits[KITS];
  const char *items[KITS + 1];
} Shop;

static void
shop_init (Shop *shop)
{
  desk_init (&shop->desk);
  desk_add_fund (&shop->desk, "Don", "8 000,00", "equipment", shop->fund);
  for (int i = 0; i < KITS; i++) {
    char serial[16];
    g_snprintf (serial, sizeof serial, "R9TEST%04d", i);
    desk_add_tablet (&shop->desk, serial, shop->kits[i]);
    shop->items[i] = shop->kits[i];
  }
  shop->items[KITS] = NULL;
}

static void
shop_clear (Shop *shop)
{
  desk_clear (&shop->desk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shop, shop_clear)

static PurchaseRequest
invoice (const Shop *shop, const char *reference)
{
  return (PurchaseRequest){.supplier = "Boulanger Solidaire",
                           .invoice = reference,
                           .fund = shop->fund,
                           .total = "7 900,00",
                           .items = shop->items};
}

static gint64
price_of (Shop *shop, int kit)
{
  g_autoptr (Item) item = item_load (shop->desk.store, shop->kits[kit], NULL);
  return item->price.cents;
}

static gint64
spent (Shop *shop)
{
  g_autoptr (Fund) fund = fund_load (shop->desk.store, shop->fund, NULL);
  g_autoptr (GPtrArray) wrong = fund_reconcile (shop->desk.store, NULL);
  g_autoptr (GPtrArray) purchases = purchase_reconcile (shop->desk.store, 10, NULL);
  g_assert_cmpuint (wrong->len + purchases->len, ==, 0);
  return fund->spent.cents;
}

static void
first_kits_take_the_cents_left_over (void)
{
  g_auto (Shop) shop;
  shop_init (&shop);
  PurchaseRequest request = invoice (&shop, "F-2026-118");
  g_assert_true (DESK_DO (&shop.desk, purchase_add, &request));
  gint64 sum = 0;
  for (int i = 0; i < KITS; i++) {
    g_assert_cmpint (price_of (&shop, i), ==, i < 10 ? 52667 : 52666);
    sum += price_of (&shop, i);
  }
  g_assert_cmpint (sum, ==, 790000);
  g_assert_cmpint (spent (&shop), ==, 790000);
  g_assert_true (desk_list_has (shop.desk.outcome.verdict->to_know, M_PURCHASE_EXTRA));
  g_autoptr (GPtrArray) shares = purchase_share_list (shop.desk.store, desk_code (&shop.desk, 0), NULL);
  g_assert_cmpuint (shares->len, ==, KITS);
  g_assert_cmpstr (((PurchaseShare *)g_ptr_array_index (shares, 9))->item, ==, shop.kits[9]);
}

static void
counted_kits_need_no_record (void)
{
  static const gint64 seven = 7;
  g_auto (Shop) shop;
  shop_init (&shop);
  const PurchaseRequest request = {
      .supplier = "Boulanger", .invoice = "1", .fund = shop.fund, .total = "100", .count = &seven};
  g_assert_true (DESK_DO (&shop.desk, purchase_add, &request));
  g_autoptr (GPtrArray) shares = purchase_share_list (shop.desk.store, desk_code (&shop.desk, 0), NULL);
  gint64 sum = 0;
  for (guint i = 0; i < shares->len; i++)
    sum += ((PurchaseShare *)g_ptr_array_index (shares, i))->price.cents;
  g_assert_cmpint (sum, ==, 10000);
  g_assert_cmpint (spent (&shop), ==, 10000);
}

static void
counted_kits_are_named_later (void)
{
  static const gint64 three = 3;
  g_auto (Shop) shop;
  shop_init (&shop);
  const PurchaseRequest request = {
      .supplier = "Boulanger", .invoice = "1", .fund = shop.fund, .total = "100", .count = &three};
  g_assert_true (DESK_DO (&shop.desk, purchase_add, &request));
  g_autofree char *code = g_strdup (desk_code (&shop.desk, 0));
  const char *first[] = {shop.kits[4], NULL}, *rest[] = {shop.kits[5], shop.kits[6], shop.kits[7], NULL};
  PurchaseAssignRequest assign = {.purchase = code, .items = first};
  g_assert_true (DESK_DO (&shop.desk, purchase_assign, &assign));
  g_assert_cmpint (price_of (&shop, 4), ==, 3334);
  g_assert_false (DESK_DO (&shop.desk, purchase_assign, &assign));
  desk_assert_refused (&shop.desk, M_PURCHASE_PRICED);
  assign.items = rest;
  g_assert_false (DESK_DO (&shop.desk, purchase_assign, &assign));
  desk_assert_refused (&shop.desk, M_PURCHASE_FULL);
  rest[2] = NULL;
  g_assert_true (DESK_DO (&shop.desk, purchase_assign, &assign));
  g_assert_cmpint (price_of (&shop, 5) + price_of (&shop, 6), ==, 6666);
  g_assert_cmpint (spent (&shop), ==, 10000); /* no money moved */
  shop.desk.context.comment = "erreur";
  const PurchaseCancelRequest cancel = {.purchase = code};
  g_assert_true (DESK_DO (&shop.desk, purchase_undo, &cancel));
  g_assert_cmpint (price_of (&shop, 4) + price_of (&shop, 5) + spent (&shop), ==, 0);
  assign.items = first;
  g_assert_false (DESK_DO (&shop.desk, purchase_assign, &assign));
  desk_assert_refused (&shop.desk, M_PURCHASE_CANCELLED);
}

static void
nothing_is_paid_twice (void)
{
  g_auto (Shop) shop;
  shop_init (&shop);
  PurchaseRequest request = invoice (&shop, "F-1");
  request.total = "100";
  g_assert_true (DESK_DO (&shop.desk, purchase_add, &request));
  g_autofree char *before = desk_picture (&shop.desk);
  g_assert_false (DESK_DO (&shop.desk, purchase_add, &request)); /* the same invoice */
  desk_assert_refused (&shop.desk, M_PURCHASE_KNOWN);
  request.supplier = "BOULANGER solidairé"; /* the same one, for people */
  g_assert_false (DESK_DO (&shop.desk, purchase_add, &request));
  desk_assert_refused (&shop.desk, M_PURCHASE_KNOWN);
  request.invoice = "F-2"; /* the same kits */
  g_assert_false (DESK_DO (&shop.desk, purchase_add, &request));
  desk_assert_refused (&shop.desk, M_PURCHASE_PRICED);
  g_autofree char *after = desk_picture (&shop.desk);
  g_assert_cmpstr (before, ==, after);
}

static void
cancelling_gives_everything_back_once (void)
{
  g_auto (Shop) shop;
  shop_init (&shop);
  PurchaseRequest request = invoice (&shop, "F-1");
  g_assert_true (DESK_DO (&shop.desk, purchase_add, &request));
  g_autofree char *code = g_strdup (desk_code (&shop.desk, 0));
  const PurchaseCancelRequest cancel = {.purchase = code};
  g_assert_false (DESK_DO (&shop.desk, purchase_undo, &cancel));
  desk_assert_refused (&shop.desk, M_CHANGE_REASON);
  shop.desk.context.comment = "saisie sur le mauvais fonds";
  g_assert_true (DESK_DO (&shop.desk, purchase_undo, &cancel));
  g_assert_cmpint (spent (&shop), ==, 0);
  g_assert_cmpint (price_of (&shop, 0), ==, 0);
  g_assert_false (DESK_DO (&shop.desk, purchase_undo, &cancel));
  desk_assert_refused (&shop.desk, M_PURCHASE_CANCELLED);
  g_autoptr (GPtrArray) entries = fund_entry_list (shop.desk.store, shop.fund, 0, 10, NULL);
  g_assert_cmpuint (entries->len, ==, 2);                       /* the first one is not erased */
  g_assert_true (DESK_DO (&shop.desk, purchase_add, &request)); /* and the invoice may be entered rightly */
  g_assert_cmpint (spent (&shop), ==, 790000);
}

static void
bad_invoices_change_nothing (void)
{
  static const gint64 none = 0, many = 1001;
  g_auto (Shop) shop;
  shop_init (&shop);
  const char *twice[] = {shop.kits[0], shop.kits[0], NULL};
  const struct {
    PurchaseRequest request;
    MessageId message;
  } cases[] = {
      {{.invoice = "1", .total = "5", .items = shop.items}, M_FIELD_MISSING},
      {{.supplier = "B", .total = "5", .items = shop.items}, M_FIELD_MISSING},
      {{.supplier = "B", .invoice = "1", .items = shop.items}, M_FIELD_MISSING},
      {{.supplier = "B", .invoice = "1", .total = "0", .items = shop.items}, M_MONEY_ZERO},
      {{.supplier = "B", .invoice = "1", .total = "8 000,01", .items = shop.items}, M_FUND_SHORT},
      {{.supplier = "B", .invoice = "1", .total = "5"}, M_PURCHASE_THINGS},
      {{.supplier = "B", .invoice = "1", .total = "5", .items = shop.items, .count = &many}, M_PURCHASE_THINGS},
      {{.supplier = "B", .invoice = "1", .total = "5", .count = &none}, M_FIELD_RANGE},
      {{.supplier = "B", .invoice = "1", .total = "5", .count = &many}, M_FIELD_RANGE},
      {{.supplier = "B", .invoice = "1", .total = "5", .items = twice}, M_THING_TWICE},
      {{.supplier = "B", .invoice = "1", .total = "5", .items = shop.items, .on = "24/11/2026"}, M_DAY_TO_COME},
      {{.supplier = "B", .invoice = "1", .total = "5", .items = shop.items, .on = "31/12/2025"}, M_FUND_PERIOD},
      {{.supplier = "B", .invoice = "1", .total = "5", .items = shop.items, .paper_hash = "abc"}, M_PAPER_HASH},
  };
  g_autofree char *before = desk_picture (&shop.desk);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    PurchaseRequest request = cases[i].request;
    request.fund = shop.fund;
    g_test_message ("case %d", (int)i);
    g_assert_false (DESK_DO (&shop.desk, purchase_add, &request));
    desk_assert_refused (&shop.desk, cases[i].message);
  }
  shop.desk.context.is_preview = TRUE;
  PurchaseRequest good = invoice (&shop, "F-1");
  g_assert_true (DESK_DO (&shop.desk, purchase_add, &good));
  g_autofree char *after = desk_picture (&shop.desk);
  g_assert_cmpstr (before, ==, after);
}

static void
conditions_of_the_donor_hold (void)
{
  static const char *const laptops[] = {"laptop", NULL}, *const none[] = {"none", NULL},
                           *const wrong[] = {"boat", NULL};
  g_auto (Shop) shop;
  shop_init (&shop);
  PurchaseRequest request = invoice (&shop, "F-1");
  FundChange change = {.fund = shop.fund, .to = "30/06/2026", .conditions = {.firm_end = "yes", .text = "Tablettes"}};
  g_assert_false (DESK_DO (&shop.desk, fund_change, &change));
  desk_assert_refused (&shop.desk, M_CHANGE_REASON);
  shop.desk.context.comment = "avenant du 2 mars";
  g_assert_true (DESK_DO (&shop.desk, fund_change, &change));
  g_assert_false (DESK_DO (&shop.desk, purchase_add, &request));
  desk_assert_refused (&shop.desk, M_FUND_ENDED);
  change = (FundChange){.fund = shop.fund, .to = "31/12/2026", .conditions = {.expenses = laptops}};
  g_assert_true (DESK_DO (&shop.desk, fund_change, &change));
  g_assert_false (DESK_DO (&shop.desk, purchase_add, &request));
  desk_assert_refused (&shop.desk, M_FUND_EXPENSE);
  change = (FundChange){.fund = shop.fund, .conditions = {.expenses = wrong}};
  g_assert_false (DESK_DO (&shop.desk, fund_change, &change));
  desk_assert_refused (&shop.desk, M_WORD_UNKNOWN);
  change = (FundChange){.fund = shop.fund, .conditions = {.expenses = none}};
  g_assert_true (DESK_DO (&shop.desk, fund_change, &change));
  g_assert_true (DESK_DO (&shop.desk, purchase_add, &request));
  change = (FundChange){.fund = shop.fund, .amount = "7 899,99"};
  g_assert_false (DESK_DO (&shop.desk, fund_change, &change));
  desk_assert_refused (&shop.desk, M_FUND_GRANT_SHORT);
  g_autoptr (Fund) fund = fund_load (shop.desk.store, shop.fund, NULL);
  g_assert_cmpstr (fund->conditions, ==, "Tablettes");
  g_assert_true (fund->is_firm);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/purchase/first-kits-take-the-cents-left-over", first_kits_take_the_cents_left_over);
  g_test_add_func ("/actions/purchase/counted-kits-need-no-record", counted_kits_need_no_record);
  g_test_add_func ("/actions/purchase/counted-kits-are-named-later", counted_kits_are_named_later);
  g_test_add_func ("/actions/purchase/nothing-is-paid-twice", nothing_is_paid_twice);
  g_test_add_func ("/actions/purchase/cancelling-gives-everything-back-once", cancelling_gives_everything_back_once);
  g_test_add_func ("/actions/purchase/bad-invoices-change-nothing", bad_invoices_change_nothing);
  g_test_add_func ("/actions/purchase/conditions-of-the-donor-hold", conditions_of_the_donor_hold);
  return g_test_run ();
}
