/* Loans, funds, wipes: the constraints that hold however many ask at once. */
#include "tests/store/fixture.h"

static void
furnish (Store *store)
{
  add_person (store, "P0000001", "Ada Exemple");
  add_person (store, "P0000002", "Bob Exemple");
  add_item (store, "T0000001", "S1", ITEM_LENT);
  add_item (store, "T0000002", "S2", ITEM_LENT);
  add_line (store, "L0000001", "+33639980001");
}

static void
thing_is_in_one_open_loan (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  furnish (store);
  const char *const things[] = {"T0000001", "L0000001"};
  for (gsize i = 0; i < G_N_ELEMENTS (things); i++) {
    Code first, second;
    code_of ('N', (int)i * 10 + 1, first);
    code_of ('N', (int)i * 10 + 2, second);
    Loan loan = loan_of (first, "P0000001", things[i]);
    MUST (loan_insert (store, &loan, &error));
    Loan rival = loan_of (second, "P0000002", things[i]);
    REFUSED (loan_insert (store, &rival, &error), DB_ERROR_UNIQUE);
    g_autoptr (GError) failure = NULL;
    g_autoptr (Loan) open = loan_open_of (store, things[i], &failure);
    g_assert_no_error (failure);
    g_assert_cmpstr (open->person, ==, "P0000001");
    MUST (loan_set_state (store, first, LOAN_OPEN, LOAN_PARTLY_RETURNED, NULL, &error));
    REFUSED (loan_insert (store, &rival, &error), DB_ERROR_UNIQUE);
    MUST (loan_set_state (store, first, LOAN_PARTLY_RETURNED, LOAN_CLOSED, "2026-05-01", &error));
    g_assert_null (loan_open_of (store, things[i], &failure));
    g_assert_no_error (failure);
    MUST (loan_insert (store, &rival, &error));
    g_autoptr (GPtrArray) history = loan_list_of_thing (store, things[i], 10, NULL);
    g_assert_cmpint (history->len, ==, 2);
  }
}

static void
loan_of_nothing_is_refused (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  furnish (store);
  Loan both = loan_of ("N0000001", "P0000001", "T0000001");
  g_strlcpy (both.line, "L0000001", sizeof (Code));
  REFUSED (loan_insert (store, &both, &error), DB_ERROR_CHECK);
  Loan neither = loan_of ("N0000001", "P0000001", "");
  REFUSED (loan_insert (store, &neither, &error), DB_ERROR_CHECK);
  Loan backwards = loan_of ("N0000001", "P0000001", "T0000001");
  backwards.due_on = day_of ("2026-03-01");
  REFUSED (loan_insert (store, &backwards, &error), DB_ERROR_CHECK);
  Loan nobody = loan_of ("N0000001", "P0000009", "T0000001");
  REFUSED (loan_insert (store, &nobody, &error), DB_ERROR_FOREIGN);
  Loan unknown = loan_of ("N0000001", "P0000001", "T0000009");
  REFUSED (loan_insert (store, &unknown, &error), DB_ERROR_FOREIGN);
  g_assert_cmpint (count_rows (store, "loan"), ==, 0);
}

static void
loan_ends_with_a_day (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  furnish (store);
  Loan loan = loan_of ("N0000001", "P0000001", "T0000001");
  MUST (loan_insert (store, &loan, &error));
  REFUSED (loan_set_state (store, "N0000001", LOAN_OPEN, LOAN_CLOSED, NULL, &error), DB_ERROR_CHECK);
  REFUSED (loan_set_state (store, "N0000001", LOAN_OPEN, LOAN_PARTLY_RETURNED, "2026-05-01", &error), DB_ERROR_CHECK);
  MUST (loan_set_state (store, "N0000001", LOAN_OPEN, LOAN_WRITTEN_OFF, "2026-05-01", &error));
  REFUSED (loan_set_state (store, "N0000001", LOAN_OPEN, LOAN_CLOSED, "2026-05-02", &error), DB_ERROR_STALE);
  g_autoptr (Loan) read = loan_load (store, "N0000001", NULL);
  g_assert_cmpstr (read->closed_on.text, ==, "2026-05-01");
  g_assert_cmpstr (read->due_reason, ==, "term");
}

static void
renewal_is_conditional (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  furnish (store);
  Loan loan = loan_of ("N0000001", "P0000001", "T0000001");
  MUST (loan_insert (store, &loan, &error));
  MUST (loan_set_due (store, "N0000001", "2027-03-02", "2028-03-02", "term", &error));
  REFUSED (loan_set_due (store, "N0000001", "2027-03-02", "2028-03-02", "term", &error), DB_ERROR_STALE);
  REFUSED (loan_set_due (store, "N0000001", "2028-03-02", "31/02/2029", "term", &error), DB_ERROR_CHECK);
  g_autoptr (Loan) read = loan_load (store, "N0000001", NULL);
  g_assert_cmpint (read->renewals, ==, 1);
  g_assert_cmpstr (read->due_on.text, ==, "2028-03-02");
  MUST (loan_set_state (store, "N0000001", LOAN_OPEN, LOAN_CLOSED, "2026-05-01", &error));
  REFUSED (loan_set_due (store, "N0000001", "2028-03-02", "2029-03-02", "term", &error), DB_ERROR_STALE);
}

static void
due_list_is_ordered_and_paged (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  furnish (store);
  static const struct {
    const char *code, *thing, *due;
  } loans[] = {{"N0000003", "T0000001", "2026-06-01"},
               {"N0000001", "T0000002", "2026-06-01"},
               {"N0000002", "L0000001", "2026-05-01"}};
  for (gsize i = 0; i < G_N_ELEMENTS (loans); i++) {
    Loan loan = loan_of (loans[i].code, "P0000001", loans[i].thing);
    loan.due_on = day_of (loans[i].due);
    MUST (loan_insert (store, &loan, &error));
  }
  static const char *const expected[] = {"N0000002", "N0000001", "N0000003"};
  Day day = {""};
  Code code = "";
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++) {
    g_autoptr (GError) failure = NULL;
    g_autoptr (GPtrArray) page = loan_list_due (store, "2026-06-01", day.text, code, 1, &failure);
    g_assert_no_error (failure);
    g_assert_cmpint (page->len, ==, 1);
    const LoanDue *due = g_ptr_array_index (page, 0);
    g_assert_cmpstr (due->loan.code, ==, expected[i]);
    g_assert_cmpstr (due->person_name, ==, "Ada Exemple");
    g_assert_cmpstr (due->thing, ==, i == 0 ? "+33639980001" : "Tab A9");
    day = due->loan.due_on;
    g_strlcpy (code, due->loan.code, sizeof code);
  }
  g_autoptr (GPtrArray) early = loan_list_due (store, "2026-05-31", NULL, NULL, 10, NULL);
  g_assert_cmpint (early->len, ==, 1);
  MUST (loan_set_state (store, "N0000002", LOAN_OPEN, LOAN_CLOSED, "2026-05-01", &error));
  g_autoptr (GPtrArray) none = loan_list_due (store, "2026-05-31", NULL, NULL, 10, NULL);
  g_assert_cmpint (none->len, ==, 0);
  g_autoptr (GPtrArray) of_person = loan_list_open_of_person (store, "P0000001", NULL);
  g_autoptr (GPtrArray) all_of_person = loan_list_of_person (store, "P0000001", 10, NULL);
  g_assert_cmpint (of_person->len, ==, 2);
  g_assert_cmpint (all_of_person->len, ==, 3);
}

static void
piece_comes_back_once (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  furnish (store);
  Piece sleeve = {.code = "K0000001", .item = "T0000001", .name = (char *)"housse"};
  MUST (piece_insert (store, &sleeve, &error));
  Loan loan = loan_of ("N0000001", "P0000001", "T0000001");
  MUST (loan_insert (store, &loan, &error));
  LoanPiece out = {.loan = "N0000001", .piece = "K0000001", .name = (char *)"housse"};
  MUST (loan_piece_insert (store, &out, &error));
  REFUSED (loan_piece_insert (store, &out, &error), DB_ERROR_UNIQUE);
  MUST (loan_piece_return (store, "N0000001", "K0000001", PIECE_BROKEN, "zip", &error));
  REFUSED (loan_piece_return (store, "N0000001", "K0000001", PIECE_PRESENT, NULL, &error), DB_ERROR_STALE);
  REFUSED (loan_piece_return (store, "N0000001", "K0000009", PIECE_PRESENT, NULL, &error), DB_ERROR_STALE);
  g_autoptr (GPtrArray) pieces = loan_piece_list (store, "N0000001", NULL);
  g_assert_cmpint (pieces->len, ==, 1);
  const LoanPiece *back = g_ptr_array_index (pieces, 0);
  g_assert_true (back->is_back);
  g_assert_cmpint (back->in_state, ==, PIECE_BROKEN);
  g_assert_cmpstr (back->condition, ==, "zip");
}

static void
fund_never_goes_below_zero (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_fund (store, "F0000001", 790000);
  MUST (fund_spend (store, "F0000001", money_of_cents (789999), "T0000001", "kit", 1, &error));
  REFUSED (fund_spend (store, "F0000001", money_of_cents (2), "T0000002", "kit", 2, &error), DB_ERROR_CHECK);
  MUST (fund_spend (store, "F0000001", money_of_cents (1), "T0000002", NULL, 3, &error));
  REFUSED (fund_spend (store, "F0000001", money_of_cents (1), "", NULL, 4, &error), DB_ERROR_CHECK);
  REFUSED (fund_spend (store, "F0000001", money_of_cents (0), "", NULL, 4, &error), DB_ERROR_CHECK);
  REFUSED (fund_spend (store, "F0000001", money_of_cents (-5), "", NULL, 4, &error), DB_ERROR_CHECK);
  REFUSED (fund_spend (store, "F0000001", money_of_cents (G_MAXINT64), "", NULL, 4, &error), DB_ERROR_CHECK);
  REFUSED (fund_spend (store, "F0000009", money_of_cents (1), "", NULL, 4, &error), DB_ERROR_NOT_FOUND);
  REFUSED (fund_credit (store, "F0000001", money_of_cents (790001), "", NULL, 4, &error), DB_ERROR_CHECK);
  MUST (fund_credit (store, "F0000001", money_of_cents (50), "T0000002", "typing mistake", 5, &error));
  g_autoptr (Fund) fund = fund_load (store, "F0000001", NULL);
  g_assert_cmpint (fund->spent.cents, ==, 789950);
  g_autoptr (GPtrArray) entries = fund_entry_list (store, "F0000001", 0, 10, NULL);
  g_assert_cmpint (entries->len, ==, 3);
  for (guint i = 0; i < entries->len; i++)
    g_assert_cmpint (((const FundEntry *)g_ptr_array_index (entries, i))->number, ==, i + 1);
  const FundEntry *last = g_ptr_array_index (entries, 2);
  g_assert_cmpint (last->credit.cents, ==, 50);
  g_assert_cmpint (last->debit.cents, ==, 0);
  g_assert_cmpstr (last->reason, ==, "typing mistake");
}

static void
fund_is_refused (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  Fund negative = {.code = "F0000001", .name = (char *)"F", .granted = {.cents = -1}};
  REFUSED (fund_insert (store, &negative, &error), DB_ERROR_CHECK);
  Fund backwards = {.code = "F0000001", .name = (char *)"F"};
  backwards.from = day_of ("2026-12-31");
  backwards.to = day_of ("2026-01-01");
  REFUSED (fund_insert (store, &backwards, &error), DB_ERROR_CHECK);
  Fund spent = {.code = "F0000001", .name = (char *)"F", .granted = {.cents = 10}, .spent = {.cents = 10}};
  MUST (fund_insert (store, &spent, &error));
  g_autoptr (GPtrArray) funds = fund_list (store, NULL, 10, NULL);
  g_assert_cmpint (((const Fund *)g_ptr_array_index (funds, 0))->spent.cents, ==, 0);
}

static void
reconcile_finds_drift_and_gaps (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  for (int i = 1; i <= 3; i++) {
    Code code;
    code_of ('F', i, code);
    add_fund (store, code, 1000);
    MUST (fund_spend (store, code, money_of_cents (100), "", NULL, 1, &error));
    MUST (fund_spend (store, code, money_of_cents (200), "", NULL, 1, &error));
  }
  g_autoptr (GPtrArray) none = fund_reconcile (store, NULL);
  g_assert_cmpint (none->len, ==, 0);
  MUST (store_run (store, NULL, &error, "UPDATE fund SET spent = 299 WHERE code = 'F0000002'", ""));
  MUST (store_run (store, NULL, &error, "UPDATE fund_entry SET number = 7 WHERE fund = 'F0000003' AND number = 2", ""));
  g_autoptr (GPtrArray) wrong = fund_reconcile (store, NULL);
  g_assert_cmpint (wrong->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (wrong, 0), ==, "F0000002");
  g_assert_cmpstr (g_ptr_array_index (wrong, 1), ==, "F0000003");
}

static Wipe
wipe_of (const char *code, const char *item, const char *port)
{
  Wipe wipe = {.port = (char *)port, .asked_by = (char *)"C0000001", .created_at = 100};
  g_strlcpy (wipe.code, code, sizeof (Code));
  g_strlcpy (wipe.item, item, sizeof (Code));
  return wipe;
}

static void
unfinished_wipe_holds_item_and_port (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  furnish (store);
  Wipe wipe = wipe_of ("X0000001", "T0000001", "1-1");
  MUST (wipe_insert (store, &wipe, &error));
  Wipe same_item = wipe_of ("X0000002", "T0000001", "1-2");
  REFUSED (wipe_insert (store, &same_item, &error), DB_ERROR_UNIQUE);
  Wipe same_port = wipe_of ("X0000002", "T0000002", "1-1");
  REFUSED (wipe_insert (store, &same_port, &error), DB_ERROR_UNIQUE);
  Wipe unknown = wipe_of ("X0000002", "T0000009", "1-2");
  REFUSED (wipe_insert (store, &unknown, &error), DB_ERROR_FOREIGN);
  g_autoptr (Wipe) of_port = wipe_open_of_port (store, "1-1", NULL);
  g_autoptr (Wipe) of_item = wipe_open_of_item (store, "T0000001", NULL);
  g_assert_cmpstr (of_port->code, ==, "X0000001");
  g_assert_cmpstr (of_item->code, ==, "X0000001");
  MUST (wipe_move (store, "X0000001", WIPE_SEEN, WIPE_ABORTED, "cable", 200, &error));
  g_autoptr (GError) failure = NULL;
  g_assert_null (wipe_open_of_port (store, "1-1", &failure));
  g_assert_null (wipe_open_of_item (store, "T0000001", &failure));
  g_assert_null (wipe_last_verified (store, "T0000001", &failure));
  g_assert_no_error (failure);
  MUST (wipe_insert (store, &same_item, &error));
  MUST (wipe_set_port (store, "X0000002", "1-1", &error));
  REFUSED (wipe_set_port (store, "X0000001", "1-3", &error), DB_ERROR_NOT_FOUND);
}

/* Which states hold a tablet is written in the schema; this is the list that the rules and the header promise. */
static void
finished_states_are_five (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  furnish (store);
  g_autoptr (GString) finished = g_string_new (NULL);
  for (int i = 0; i < WIPE_STATES_N; i++) {
    Code code;
    code_of ('X', i, code);
    Wipe wipe = wipe_of (code, "T0000001", NULL);
    MUST (wipe_insert (store, &wipe, &error));
    if (i != WIPE_SEEN)
      MUST (wipe_move (store, code, WIPE_SEEN, (WipeState)i, NULL, 200, &error));
    g_autoptr (Wipe) read = wipe_load (store, code, NULL);
    g_autoptr (Wipe) open = wipe_open_of_item (store, "T0000001", NULL);
    g_assert_true ((open == NULL) == (read->ended_at == 200));
    if (open == NULL)
      g_string_append_printf (finished, "%s ", wipe_state_name ((WipeState)i));
    else
      MUST (wipe_move (store, code, (WipeState)i, WIPE_ABORTED, NULL, 300, &error));
  }
  g_assert_cmpstr (finished->str, ==, "verified not_wiped unknown blocked aborted ");
}

static void
wipe_keeps_its_story (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  furnish (store);
  Wipe wipe = wipe_of ("X0000001", "T0000001", "1-1");
  MUST (wipe_insert (store, &wipe, &error));
  MUST (wipe_set_facts (store, "X0000001", "S1", "sdk=35\n", &error));
  MUST (wipe_set_strategy (store, "X0000001", "recovery-wipe", &error));
  MUST (wipe_move (store, "X0000001", WIPE_SEEN, WIPE_STARTED, NULL, 110, &error));
  REFUSED (wipe_move (store, "X0000001", WIPE_SEEN, WIPE_STARTED, NULL, 111, &error), DB_ERROR_STALE);
  g_autoptr (GPtrArray) unfinished = wipe_list_unfinished (store, NULL);
  g_assert_cmpint (unfinished->len, ==, 1);
  MUST (wipe_event_add (store, "X0000001", 110001, "said", "cmd recovery wipe", &error));
  MUST (wipe_event_add (store, "X0000001", 110002, "usb", "left", &error));
  REFUSED (wipe_event_add (store, "X0000001", 110003, "guess", "?", &error), DB_ERROR_CHECK);
  REFUSED (wipe_event_add (store, "X0000009", 110003, "usb", "left", &error), DB_ERROR_FOREIGN);
  MUST (wipe_set_attestation (store, "X0000001", "C0000001", "welcome screen", &error));
  MUST (wipe_move (store, "X0000001", WIPE_STARTED, WIPE_WAIT_HUMAN, "tap", 115, &error));
  MUST (wipe_move (store, "X0000001", WIPE_WAIT_HUMAN, WIPE_STARTED, NULL, 118, &error));
  MUST (wipe_move (store, "X0000001", WIPE_STARTED, WIPE_VERIFIED, NULL, 120, &error));
  MUST (wipe_set_verdict (store, "X0000001", VERDICT_ATTESTED, &error));
  g_autoptr (Wipe) read = wipe_last_verified (store, "T0000001", NULL);
  g_assert_cmpint (read->started_at, ==, 110);
  g_assert_cmpint (read->ended_at, ==, 120);
  g_assert_cmpint (read->verdict, ==, VERDICT_ATTESTED);
  g_assert_cmpstr (read->serial, ==, "S1");
  g_assert_cmpstr (read->facts, ==, "sdk=35\n");
  g_assert_cmpstr (read->strategy, ==, "recovery-wipe");
  g_assert_cmpstr (read->attestation, ==, "welcome screen");
  g_autoptr (GPtrArray) events = wipe_event_list (store, "X0000001", 1, NULL);
  g_assert_cmpint (events->len, ==, 1);
  g_assert_cmpint (((const WipeEvent *)g_ptr_array_index (events, 0))->number, ==, 2);
  g_autoptr (GPtrArray) of_item = wipe_list (store, "T0000001", 10, NULL);
  g_autoptr (GPtrArray) all = wipe_list (store, NULL, 10, NULL);
  g_assert_cmpint (of_item->len, ==, 1);
  g_assert_cmpint (all->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_on_each ("/store/loan/thing-is-in-one-open-loan", thing_is_in_one_open_loan);
  test_on_each ("/store/loan/of-nothing-is-refused", loan_of_nothing_is_refused);
  test_on_each ("/store/loan/ends-with-a-day", loan_ends_with_a_day);
  test_on_each ("/store/loan/renewal-is-conditional", renewal_is_conditional);
  test_on_each ("/store/loan/due-list-is-ordered-and-paged", due_list_is_ordered_and_paged);
  test_on_each ("/store/loan/piece-comes-back-once", piece_comes_back_once);
  test_on_each ("/store/fund/never-below-zero", fund_never_goes_below_zero);
  test_on_each ("/store/fund/is-refused", fund_is_refused);
  test_on_each ("/store/fund/reconcile-finds-drift-and-gaps", reconcile_finds_drift_and_gaps);
  test_on_each ("/store/wipe/unfinished-holds-item-and-port", unfinished_wipe_holds_item_and_port);
  test_on_each ("/store/wipe/finished-states-are-five", finished_states_are_five);
  test_on_each ("/store/wipe/keeps-its-story", wipe_keeps_its_story);
  return g_test_run ();
}
