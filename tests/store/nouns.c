/* People, accounts, items, pieces, lines, cards, recharges: what the store keeps and what it refuses. */
#include "tests/store/fixture.h"

static void
person_comes_back_whole (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  Person written = {.code = "P0000001", .name = (char *)"Zoé L'Hôte", .phone = (char *)"+33639980001"};
  written.town = (char *)"Saint-Exemple";
  written.created_at = 1700000000;
  written.last_contact_at = 1700000001;
  MUST (person_insert (store, &written, &error));
  g_autoptr (GError) error = NULL;
  g_autoptr (Person) read = person_load (store, "P0000001", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (read->name, ==, "Zoé L'Hôte");
  g_assert_cmpstr (read->phone, ==, "+33639980001");
  g_assert_null (read->email);
  g_assert_cmpstr (read->town, ==, "Saint-Exemple");
  g_assert_cmpint (read->created_at, ==, 1700000000);
  g_assert_cmpint (read->last_contact_at, ==, 1700000001);
}

static void
person_is_refused (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_person (store, "P0000001", "Ada Exemple");
  Person again = {.code = "P0000001", .name = (char *)"Bob"};
  REFUSED (person_insert (store, &again, &error), DB_ERROR_UNIQUE);
  Person nobody = {.code = "P0000002", .name = (char *)""};
  REFUSED (person_insert (store, &nobody, &error), DB_ERROR_CHECK);
  Person nameless = {.code = "P0000003"};
  REFUSED (person_insert (store, &nameless, &error), DB_ERROR_CHECK);
  Person uncoded = {.code = "P1", .name = (char *)"Bob"};
  REFUSED (person_insert (store, &uncoded, &error), DB_ERROR_CHECK);
  REFUSED (person_load (store, "P9999999", &error), DB_ERROR_NOT_FOUND);
  g_assert_cmpint (count_rows (store, "person"), ==, 1);
}

static void
people_are_listed_by_pages (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  for (int i = 0; i < 7; i++) {
    Code code;
    code_of ('P', i, code);
    add_person (store, code, "Ada Exemple");
  }
  int seen = 0;
  Code after = "";
  for (;;) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) page = person_list (store, after, 3, &error);
    g_assert_no_error (error);
    if (page->len == 0)
      break;
    g_assert_cmpint (page->len, <=, 3);
    for (guint i = 0; i < page->len; i++) {
      const Person *person = g_ptr_array_index (page, i);
      g_assert_cmpstr (person->code, >, after);
      g_strlcpy (after, person->code, sizeof after);
      seen++;
    }
  }
  g_assert_cmpint (seen, ==, 7);
}

static void
contact_only_moves_forward (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_person (store, "P0000001", "Ada Exemple");
  MUST (person_touch (store, "P0000001", 5000, &error));
  MUST (person_touch (store, "P0000001", 4000, &error));
  g_autoptr (Person) person = person_load (store, "P0000001", NULL);
  g_assert_cmpint (person->last_contact_at, ==, 5000);
}

static void
phone_may_be_shared (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  Person one = {.code = "P0000001", .name = (char *)"Ada", .phone = (char *)"0639980001"};
  Person two = {.code = "P0000002", .name = (char *)"Bob", .phone = (char *)"0639980001"};
  MUST (person_insert (store, &one, &error));
  MUST (person_insert (store, &two, &error));
  g_autoptr (GPtrArray) both = person_list_by_phone (store, "0639980001", 10, NULL);
  g_autoptr (GPtrArray) none = person_list_by_phone (store, "0639980002", 10, NULL);
  g_assert_cmpint (both->len, ==, 2);
  g_assert_cmpint (none->len, ==, 0);
}

static void
account_of_a_uid_is_one (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  Account desk = {.code = "C0000001", .name = (char *)"Desk", .uid = 1000, .role = ROLE_AGENT};
  Account other = {.code = "C0000002", .name = (char *)"Other", .uid = 1000, .role = ROLE_ADMIN};
  Account remote = {.code = "C0000003", .name = (char *)"Remote", .uid = -1, .role = ROLE_READER};
  Account remote_too = {.code = "C0000004", .name = (char *)"Remote too", .uid = -1, .role = ROLE_TECHNICIAN};
  MUST (account_insert (store, &desk, &error));
  REFUSED (account_insert (store, &other, &error), DB_ERROR_UNIQUE);
  MUST (account_insert (store, &remote, &error));
  MUST (account_insert (store, &remote_too, &error));
  g_autoptr (Account) found = account_load_by_uid (store, 1000, NULL);
  g_assert_cmpstr (found->code, ==, "C0000001");
  g_assert_cmpint (found->role, ==, ROLE_AGENT);
  REFUSED (account_load_by_uid (store, -1, &error), DB_ERROR_NOT_FOUND);
  REFUSED (account_load_by_uid (store, 0, &error), DB_ERROR_NOT_FOUND);
  g_autoptr (GPtrArray) all = account_list (store, NULL, 10, NULL);
  g_assert_cmpint (all->len, ==, 3);
  g_autoptr (GPtrArray) page = account_list (store, "C0000001", 1, NULL);
  g_assert_cmpint (page->len, ==, 1);
  g_assert_cmpstr (((const Account *)g_ptr_array_index (page, 0))->code, ==, "C0000003");
}

/* The lists of records.h and the CHECKs of the schema agree, and nothing else gets in. */
static void
every_word_of_the_lists_is_stored (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  Code code;
  for (int i = 0; i < ITEM_STATES_N; i++) {
    code_of ('T', i, code);
    add_item (store, code, NULL, (ItemState)i);
    g_autoptr (Item) item = item_load (store, code, NULL);
    g_assert_cmpint (item->state, ==, i);
  }
  for (int i = 0; i < ITEM_KINDS_N; i++) {
    Item item = {.kind = (ItemKind)i};
    code_of ('T', 100 + i, item.code);
    MUST (item_insert (store, &item, &error));
  }
  for (int i = 0; i < PIECE_STATES_N; i++) {
    Piece piece = {.item = "T0000000", .name = (char *)"sleeve", .state = (PieceState)i};
    code_of ('K', i, piece.code);
    MUST (piece_insert (store, &piece, &error));
  }
  for (int i = 0; i < LINE_STATES_N; i++) {
    Line line = {.state = (LineState)i};
    code_of ('L', i, line.code);
    MUST (line_insert (store, &line, &error));
  }
  for (int i = 0; i < STRANDS_N; i++) {
    Fund fund = {.name = (char *)"F", .strand = (Strand)i};
    code_of ('F', i, fund.code);
    MUST (fund_insert (store, &fund, &error));
  }
  for (int i = 0; i < ROLES_N; i++) {
    Account account = {.name = (char *)"A", .uid = -1, .role = (Role)i};
    code_of ('C', i, account.code);
    MUST (account_insert (store, &account, &error));
  }
  REFUSED (store_run (store, NULL, &error, "UPDATE item SET state = 'sold'", ""), DB_ERROR_CHECK);
  REFUSED (store_run (store, NULL, &error, "UPDATE item SET kind = 'boat'", ""), DB_ERROR_CHECK);
  REFUSED (store_run (store, NULL, &error, "UPDATE line SET state = 'sold'", ""), DB_ERROR_CHECK);
  REFUSED (store_run (store, NULL, &error, "UPDATE account SET role = 'root'", ""), DB_ERROR_CHECK);
  REFUSED (store_run (store, NULL, &error, "UPDATE item SET price = 'much'", ""), DB_ERROR_CHECK);
}

static void
serial_is_one_among_ours (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_item (store, "T0000001", "R9XX0001", ITEM_READY);
  Item twin = {.code = "T0000002", .serial = (char *)"R9XX0001"};
  REFUSED (item_insert (store, &twin, &error), DB_ERROR_UNIQUE);
  MUST (item_set_state (store, "T0000001", ITEM_READY, ITEM_DONATED, "given", &error));
  REFUSED (item_load_by_serial (store, "R9XX0001", &error), DB_ERROR_NOT_FOUND);
  MUST (item_insert (store, &twin, &error));
  g_autoptr (Item) found = item_load_by_serial (store, "R9XX0001", NULL);
  g_assert_cmpstr (found->code, ==, "T0000002");
  REFUSED (item_set_state (store, "T0000001", ITEM_DONATED, ITEM_TO_WIPE, "back", &error), DB_ERROR_UNIQUE);
  /* two that nobody could read are not twins */
  add_item (store, "T0000003", NULL, ITEM_NEW);
  add_item (store, "T0000004", NULL, ITEM_NEW);
}

static void
numbers_of_an_item_are_guarded (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  Item item = {.code = "T0000001", .serial = (char *)"S1", .imei = (char *)"356938035643809"};
  item.inventory_no = (char *)"2026-INFO-0000000000000-1"; /* 25 letters */
  MUST (item_insert (store, &item, &error));
  Item same_imei = {.code = "T0000002", .imei = (char *)"356938035643809"};
  REFUSED (item_insert (store, &same_imei, &error), DB_ERROR_UNIQUE);
  Item too_long = {.code = "T0000002", .inventory_no = (char *)"2026-INFO-0000000000000-12"};
  REFUSED (item_insert (store, &too_long, &error), DB_ERROR_CHECK);
  Item cheap = {.code = "T0000002", .price = {.cents = -1}};
  REFUSED (item_insert (store, &cheap, &error), DB_ERROR_CHECK);
  Item unpaid = {.code = "T0000002", .fund = "F9999999"};
  REFUSED (item_insert (store, &unpaid, &error), DB_ERROR_FOREIGN);
  MUST (item_set_state (store, "T0000001", ITEM_NEW, ITEM_RETIRED, "broken", &error));
  Item heir = {.code = "T0000002", .inventory_no = item.inventory_no};
  REFUSED (item_insert (store, &heir, &error), DB_ERROR_UNIQUE);
  g_autoptr (Item) retired = item_load_by_inventory_no (store, item.inventory_no, NULL);
  g_assert_cmpstr (retired->code, ==, "T0000001");
  g_assert_cmpstr (retired->state_reason, ==, "broken");
  REFUSED (item_load_by_imei (store, "356938035643809", &error), DB_ERROR_NOT_FOUND);
}

static void
item_state_moves_once (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_item (store, "T0000001", "S1", ITEM_READY);
  MUST (item_set_state (store, "T0000001", ITEM_READY, ITEM_LENT, NULL, &error));
  REFUSED (item_set_state (store, "T0000001", ITEM_READY, ITEM_LENT, NULL, &error), DB_ERROR_STALE);
  REFUSED (item_set_state (store, "T0000009", ITEM_READY, ITEM_LENT, NULL, &error), DB_ERROR_STALE);
  gint64 counts[ITEM_STATES_N];
  MUST (item_count_by_state (store, counts, &error));
  g_assert_cmpint (counts[ITEM_LENT], ==, 1);
  g_assert_cmpint (counts[ITEM_READY], ==, 0);
  gint64 counted[ITEM_STATES_N];
  MUST (item_recount (store, counted, &error));
  g_assert_cmpmem (counts, sizeof counts, counted, sizeof counted);
}

static void
items_are_filtered (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_item (store, "T0000001", "S1", ITEM_READY);
  add_item (store, "T0000002", "S2", ITEM_LENT);
  Item hotspot = {.code = "T0000003", .kind = KIND_HOTSPOT, .state = ITEM_READY};
  MUST (item_insert (store, &hotspot, &error));
  ItemState ready = ITEM_READY;
  ItemKind tablet = KIND_TABLET;
  const struct {
    ItemFilter filter;
    guint n;
  } cases[] = {
      {{NULL, NULL}, 3},
      {{&ready, NULL}, 2},
      {{NULL, &tablet}, 2},
      {{&ready, &tablet}, 1},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GPtrArray) items = item_list (store, &cases[i].filter, NULL, 10, NULL);
    g_assert_cmpint (items->len, ==, cases[i].n);
  }
  g_autoptr (GPtrArray) rest = item_list (store, NULL, "T0000002", 10, NULL);
  g_assert_cmpint (rest->len, ==, 1);
}

static void
pieces_belong_to_an_item (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_item (store, "T0000001", "S1", ITEM_READY);
  Piece sleeve = {.code = "K0000001", .item = "T0000001", .name = (char *)"housse"};
  Piece orphan = {.code = "K0000002", .item = "T0000009", .name = (char *)"housse"};
  MUST (piece_insert (store, &sleeve, &error));
  REFUSED (piece_insert (store, &orphan, &error), DB_ERROR_FOREIGN);
  MUST (piece_set_state (store, "K0000001", PIECE_PRESENT, PIECE_BROKEN, &error));
  REFUSED (piece_set_state (store, "K0000001", PIECE_PRESENT, PIECE_MISSING, &error), DB_ERROR_STALE);
  g_autoptr (GPtrArray) pieces = piece_list (store, "T0000001", NULL);
  g_assert_cmpint (pieces->len, ==, 1);
  g_assert_cmpint (((const Piece *)g_ptr_array_index (pieces, 0))->state, ==, PIECE_BROKEN);
  g_autoptr (Piece) one = piece_load (store, "K0000001", NULL);
  g_assert_cmpstr (one->name, ==, "housse");
}

static void
card_is_replaced_and_line_stays (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_line (store, "L0000001", "+33639980001");
  Card card = {.code = "S0000001", .iccid = (char *)"8933150319000000001", .line = "L0000001", .created_at = 10};
  MUST (card_insert (store, &card, &error));
  Card twin = {.code = "S0000002", .iccid = (char *)"8933150319000000001", .line = "L0000001"};
  REFUSED (card_insert (store, &twin, &error), DB_ERROR_UNIQUE);
  Card cut = {.code = "S0000002", .iccid = (char *)"89331503190000000", .line = "L0000001"};
  REFUSED (card_insert (store, &cut, &error), DB_ERROR_CHECK);
  Card lost = {.code = "S0000002", .iccid = (char *)"8933150319000000002", .line = "L0000009"};
  REFUSED (card_insert (store, &lost, &error), DB_ERROR_FOREIGN);
  Card second = {.code = "S0000002", .iccid = (char *)"8933150319000000002", .line = "L0000001", .created_at = 20};
  MUST (card_insert (store, &second, &error));
  g_autoptr (Card) current = card_of_line (store, "L0000001", NULL);
  g_assert_cmpstr (current->code, ==, "S0000002");
  g_autoptr (Card) old = card_load_by_iccid (store, "8933150319000000001", NULL);
  g_assert_cmpstr (old->code, ==, "S0000001");
  g_assert_cmpstr (old->line, ==, "L0000001");
  REFUSED (card_load (store, "S0000009", &error), DB_ERROR_NOT_FOUND);
}

static void
line_number_may_live_again (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_line (store, "L0000001", "+33639980001");
  Line twin = {.code = "L0000002", .msisdn = (char *)"+33639980001"};
  REFUSED (line_insert (store, &twin, &error), DB_ERROR_UNIQUE);
  MUST (line_set_state (store, "L0000001", LINE_ACTIVE, LINE_EXPIRED, &error));
  REFUSED (line_set_state (store, "L0000001", LINE_ACTIVE, LINE_EXPIRED, &error), DB_ERROR_STALE);
  MUST (line_insert (store, &twin, &error));
  g_autoptr (Line) found = line_load_by_msisdn (store, "+33639980001", NULL);
  g_assert_cmpstr (found->code, ==, "L0000002");
  LineState expired = LINE_EXPIRED;
  g_autoptr (GPtrArray) dead = line_list (store, &expired, NULL, 10, NULL);
  g_autoptr (GPtrArray) all = line_list (store, NULL, NULL, 10, NULL);
  g_assert_cmpint (dead->len, ==, 1);
  g_assert_cmpint (all->len, ==, 2);
}

static void
line_clocks_are_days (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_line (store, "L0000001", "+33639980001");
  const LineClock told = {day_of ("2026-04-01"), ORIGIN_OPERATOR, CONFIDENCE_CERTAIN}, unknown = {.day = day_of ("")};
  const LineClock wrong = {.day = day_of ("1 April")};
  MUST (line_set_clocks (store, "L0000001", &told, &unknown, &error));
  g_autoptr (Line) line = line_load (store, "L0000001", NULL);
  g_assert_cmpstr (line->credit.day.text, ==, "2026-04-01");
  g_assert_cmpint (line->credit.origin, ==, ORIGIN_OPERATOR);
  g_assert_cmpint (line->credit.confidence, ==, CONFIDENCE_CERTAIN);
  g_assert_cmpstr (line->end.day.text, ==, "");
  g_assert_cmpint (line->end.origin, ==, ORIGIN_NONE);
  REFUSED (line_set_clocks (store, "L0000001", &wrong, &unknown, &error), DB_ERROR_CHECK);
  REFUSED (line_set_clocks (store, "L0000009", &unknown, &unknown, &error), DB_ERROR_NOT_FOUND);
}

static void
recharges_are_listed_by_line_and_fund (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_line (store, "L0000001", "+33639980001");
  add_line (store, "L0000002", "+33639980002");
  add_fund (store, "F0000001", 10000);
  Recharge paid = {.code = "R0000001", .line = "L0000001", .fund = "F0000001", .product = (char *)"10 EUR"};
  paid.amount = money_of_cents (1000);
  paid.on = day_of ("2026-03-02");
  MUST (recharge_insert (store, &paid, &error));
  Recharge gift = {.code = "R0000002", .line = "L0000002", .product = (char *)"5 EUR", .on = paid.on};
  MUST (recharge_insert (store, &gift, &error));
  Recharge nowhere = {.code = "R0000003", .line = "L0000009", .product = (char *)"5 EUR", .on = paid.on};
  REFUSED (recharge_insert (store, &nowhere, &error), DB_ERROR_FOREIGN);
  Recharge dayless = {.code = "R0000003", .line = "L0000001", .product = (char *)"5 EUR"};
  REFUSED (recharge_insert (store, &dayless, &error), DB_ERROR_CHECK);
  const RechargeFilter of_line = {.line = "L0000002"}, of_fund = {.fund = "F0000001"};
  g_autoptr (GPtrArray) all = recharge_list (store, NULL, NULL, 10, NULL);
  g_autoptr (GPtrArray) line = recharge_list (store, &of_line, NULL, 10, NULL);
  g_autoptr (GPtrArray) fund = recharge_list (store, &of_fund, NULL, 10, NULL);
  g_assert_cmpint (all->len, ==, 2);
  g_assert_cmpint (line->len, ==, 1);
  g_assert_cmpint (fund->len, ==, 1);
  g_autoptr (Recharge) read = recharge_load (store, "R0000001", NULL);
  g_assert_cmpint (read->amount.cents, ==, 1000);
  g_assert_cmpstr (read->on.text, ==, "2026-03-02");
  g_assert_cmpstr (read->person, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_on_each ("/store/person/comes-back-whole", person_comes_back_whole);
  test_on_each ("/store/person/is-refused", person_is_refused);
  test_on_each ("/store/person/listed-by-pages", people_are_listed_by_pages);
  test_on_each ("/store/person/contact-only-moves-forward", contact_only_moves_forward);
  test_on_each ("/store/person/phone-may-be-shared", phone_may_be_shared);
  test_on_each ("/store/account/of-a-uid-is-one", account_of_a_uid_is_one);
  test_on_each ("/store/lists/every-word-is-stored", every_word_of_the_lists_is_stored);
  test_on_each ("/store/item/serial-is-one-among-ours", serial_is_one_among_ours);
  test_on_each ("/store/item/numbers-are-guarded", numbers_of_an_item_are_guarded);
  test_on_each ("/store/item/state-moves-once", item_state_moves_once);
  test_on_each ("/store/item/filtered", items_are_filtered);
  test_on_each ("/store/piece/belongs-to-an-item", pieces_belong_to_an_item);
  test_on_each ("/store/card/replaced-and-line-stays", card_is_replaced_and_line_stays);
  test_on_each ("/store/line/number-may-live-again", line_number_may_live_again);
  test_on_each ("/store/line/clocks-are-days", line_clocks_are_days);
  test_on_each ("/store/recharge/listed-by-line-and-fund", recharges_are_listed_by_line_and_fund);
  return g_test_run ();
}
