/* Statements that are sent ahead of their answer, results that are asked for early, and what a transaction keeps: the same outcome as one
 * statement after the other, and a failure that stays with its request. */
#include "db/counter.h"
#include "db/register.h"
#include "tests/store/fixture.h"

#define CLIENTS 16
#define EACH    20

static void
fill (Store *store)
{
  add_person (store, "P0000001", "Ada Exemple");
  add_item (store, "T0000001", "R9AHEAD1", ITEM_READY);
}

static void
expected_result_is_forgotten_at_a_write (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  fill (store);
  MUST (store_begin (store, &error));
  item_expect (store, "T0000001");
  item_expect (store, "T0000002"); /* asked for nothing */
  g_autoptr (Item) before = item_load (store, "T0000001", NULL);
  g_assert_cmpint (before->state, ==, ITEM_READY);
  REFUSED (item_load (store, "T0000002", &error), DB_ERROR_NOT_FOUND);
  MUST (item_set_state (store, "T0000001", ITEM_READY, ITEM_LENT, NULL, &error));
  g_autoptr (Item) after = item_load (store, "T0000001", NULL);
  g_assert_cmpint (after->state, ==, ITEM_LENT);
  add_item (store, "T0000002", "R9AHEAD2", ITEM_READY);
  g_autoptr (Item) found = item_load (store, "T0000002", NULL);
  g_assert_cmpstr (found->serial, ==, "R9AHEAD2");
  MUST (store_commit (store, &error));
}

/* Two results of the same question are read side by side, with others asked between. */
static void
expected_result_is_read_twice (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  fill (store);
  add_person (store, "P0000002", "Omar Exemple");
  static const char sql[] = "SELECT code FROM person WHERE code > $1 ORDER BY code";
  MUST (store_begin (store, &error));
  store_expect (store, sql, "s", "");
  g_autoptr (Rows) one = store_query (store, NULL, sql, "s", "");
  g_assert_true (rows_next (one, NULL));
  g_autoptr (Item) item = item_load (store, "T0000001", NULL);
  g_assert_nonnull (item);
  g_autoptr (Rows) two = store_query (store, NULL, sql, "s", "");
  g_assert_true (rows_next (two, NULL) && rows_next (two, NULL));
  g_assert_true (rows_next (one, NULL));
  g_assert_cmpstr (rows_text (one, 0), ==, "P0000002");
  g_assert_cmpstr (rows_text (two, 0), ==, "P0000002");
  g_assert_false (rows_next (one, NULL) || rows_next (two, NULL));
  store_rollback (store);
}

/* A write that returns rows is done each time it is asked. */
static void
counter_goes_on_within_a_transaction (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  static const char sql[] = "INSERT INTO counter (kind, value) VALUES ('T', 1)"
                            " ON CONFLICT (kind) DO UPDATE SET value = counter.value + 1 RETURNING value";
  MUST (store_begin (store, &error));
  for (gint64 expected = 1; expected <= 5; expected++) {
    gint64 value = 0;
    MUST (counter_next (store, 'N', &value, &error));
    g_assert_cmpint (value, ==, expected);
    g_autoptr (Rows) rows = store_query (store, NULL, sql, "");
    g_assert_true (rows_next (rows, NULL));
    g_assert_cmpint (rows_int (rows, 0), ==, expected);
  }
  MUST (store_commit (store, &error));
}

static gboolean
append (Store *store, GError **error)
{
  return journal_append (store, 1000, "C0000001", "test", "T0000001", "", "", "", error);
}

/* What the transaction has kept of the chain goes with the lines that are undone. */
static void
chain_goes_on_after_an_undone_line (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  MUST (store_begin (store, &error));
  MUST (append (store, &error));
  MUST (store_savepoint (store, &error));
  MUST (append (store, &error));
  MUST (append (store, &error));
  MUST (store_rollback_to_savepoint (store, &error));
  MUST (append (store, &error));
  MUST (store_commit (store, &error));
  MUST (append (store, &error)); /* outside a transaction */
  JournalChain chain;
  MUST (journal_verify (store, &chain, &error));
  g_assert_cmpint (chain.problem, ==, JOURNAL_WHOLE);
  g_assert_cmpint (chain.lines, ==, 3);
}

/* Nothing comes behind the write that fails: the commit tells. */
static void
failure_is_told_at_the_commit (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  fill (store);
  MUST (store_begin (store, &error));
  g_autoptr (GError) failure = NULL;
  gboolean is_sent = store_send (store, &failure, "UPDATE person SET name = NULL WHERE code = $1", "s", "P0000001");
  g_assert_false (is_sent && store_commit (store, &failure));
  g_assert_error (failure, DB_ERROR, DB_ERROR_CHECK);
  store_rollback (store);
  g_autoptr (Person) person = person_load (store, "P0000001", NULL);
  g_assert_cmpstr (person->name, ==, "Ada Exemple");
  MUST (store_begin (store, &error));
  MUST (append (store, &error));
  MUST (store_commit (store, &error));
}

/* The item is lent already: the last thing that the request does is to send what will be refused. */
static gboolean
lend_again (Store *store, gpointer data, GError **error)
{
  Code code;
  code_of ('N', *(const int *)data, code);
  Loan loan = loan_of (code, "P0000001", "T0000001");
  return append (store, error) && loan_insert (store, &loan, error);
}

static gboolean
only_append (Store *store, gpointer data, GError **error)
{
  (void)data;
  return append (store, error);
}

typedef struct {
  Register *reg;
  int number, good;
} Client;

static gpointer
client_thread (gpointer data)
{
  Client *client = data;
  for (int i = 0; i < EACH; i++) {
    g_autoptr (GError) error = NULL;
    if (register_write_wait (client->reg, i % 4 == 3 ? lend_again : only_append, &client->number, &error))
      client->good++;
    else
      g_assert_error (error, DB_ERROR, DB_ERROR_UNIQUE);
  }
  return NULL;
}

static gboolean
verify (Store *store, gpointer data, GError **error)
{
  return journal_verify (store, data, error);
}

static void
failure_stays_with_its_request (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  fill (store);
  Loan first = loan_of ("N0000000", "P0000001", "T0000001");
  MUST (loan_insert (store, &first, &error));
  store_close (g_steal_pointer (&store));
  g_autoptr (Register) reg = register_open (place.url, NULL);
  g_assert_nonnull (reg);
  Client clients[CLIENTS];
  GThread *threads[CLIENTS];
  for (int i = 0; i < CLIENTS; i++) {
    clients[i] = (Client){.reg = reg, .number = i + 1};
    threads[i] = g_thread_new ("client", client_thread, &clients[i]);
  }
  for (int i = 0; i < CLIENTS; i++) {
    g_thread_join (threads[i]);
    g_assert_cmpint (clients[i].good, ==, EACH * 3 / 4);
  }
  JournalChain chain;
  MUST (register_read_wait (reg, verify, &chain, &error));
  g_assert_cmpint (chain.problem, ==, JOURNAL_WHOLE);
  g_assert_cmpint (chain.lines, ==, CLIENTS * EACH * 3 / 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_on_each ("/ahead/expected-result-is-forgotten-at-a-write", expected_result_is_forgotten_at_a_write);
  test_on_each ("/ahead/expected-result-is-read-twice", expected_result_is_read_twice);
  test_on_each ("/ahead/counter-goes-on-within-a-transaction", counter_goes_on_within_a_transaction);
  test_on_each ("/ahead/chain-goes-on-after-an-undone-line", chain_goes_on_after_an_undone_line);
  test_on_each ("/ahead/failure-is-told-at-the-commit", failure_is_told_at_the_commit);
  test_on_each ("/ahead/failure-stays-with-its-request", failure_stays_with_its_request);
  return g_test_run ();
}
