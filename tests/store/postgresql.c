/* What only PostgreSQL can do to us: databases of others, several daemons, connections and servers that go away. */
#include "db/register.h"
#include "db/store_postgresql_schema.h"
#include "tests/store/fixture.h"
#include <malloc.h>

#define DAEMONS      3
#define EACH         60
#define WAIT_US      (30 * G_USEC_PER_SEC)
#define ASK_AGAIN_US 20000
#define MANY_ROWS    300000
#define LITTLE_BYTES 4000000 /* that many rows in memory are several times as much */

static PGconn *
connect_to (const Place *place)
{
  PGconn *connection = PQconnectdb (place->url);
  g_assert_cmpstr (PQerrorMessage (connection), ==, "");
  return connection;
}

/* The one value that a statement gives, to another program. Caller frees. */
static char *
ask (const Place *place, const char *sql)
{
  PGconn *connection = connect_to (place);
  PGresult *result = PQexec (connection, sql);
  g_assert_cmpstr (PQresultErrorMessage (result), ==, "");
  char *value = g_strdup (PQntuples (result) > 0 ? PQgetvalue (result, 0, 0) : NULL);
  PQclear (result);
  PQfinish (connection);
  return value;
}

#define COUNT_TABLES "SELECT COUNT(*) FROM pg_class WHERE relnamespace = to_regnamespace('public') AND relkind = 'r'"
#define END_OTHERS                                                                                                     \
  "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity"                                                      \
  " WHERE datname = current_database() AND pid <> pg_backend_pid()"

static void
newer_register_is_left_alone (void)
{
  g_auto (Place) place;
  place_init (&place);
  store_close (open_store (&place));
  edit_database (place.url, "UPDATE register_stamp SET version = 9999");
  REFUSED (store_open (place.url, STORE_WRITE, &error), DB_ERROR_NEWER);
  REFUSED (store_open (place.url, STORE_READ, &error), DB_ERROR_NEWER);
  g_autofree char *version = ask (&place, "SELECT version FROM register_stamp");
  g_assert_cmpstr (version, ==, "9999");
}

/* A newer daemon came while this one runs. */
static void
newer_register_is_not_written_to (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  edit_database (place.url, "UPDATE register_stamp SET version = 9999");
  REFUSED (store_begin (store, &error), DB_ERROR_NEWER);
  g_assert_false (store_is_alive (store));
}

/* Those of tests/store/plans.c, which holds them against what a question may read. */
static void
sessions_plan_as_the_plans_are_tested (void)
{
  static const char *const settings[][2] = {
      {"enable_seqscan", "off"}, {"plan_cache_mode", "force_generic_plan"}, {"jit", "off"}};
  g_auto (Place) place;
  place_init (&place);
  store_close (open_store (&place)); /* makes it, for the reader */
  for (StoreMode mode = STORE_WRITE; mode <= STORE_READ; mode++) {
    g_autoptr (Store) store = store_open (place.url, mode, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS (settings); i++) {
      g_autoptr (Rows) rows = store_query (store, NULL, "SELECT current_setting($1)", "s", settings[i][0]);
      MUST (rows_next (rows, &error));
      g_assert_cmpstr (rows_text (rows, 0), ==, settings[i][1]);
    }
  }
}

/* What was known in one transaction is asked again in the next: another daemon may have written between them. */
static void
nothing_is_known_from_the_last_transaction (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) one = open_store (&place);
  g_autoptr (Store) other = open_store (&place);
  add_item (one, "T0000001", "R9KNOWN1", ITEM_READY);
  for (int i = 0; i < 2; i++) {
    MUST (store_begin (one, &error));
    g_autoptr (Item) item = item_load (one, "T0000001", NULL);
    g_assert_cmpint (item->state, ==, i == 0 ? ITEM_READY : ITEM_LENT);
    MUST (store_commit (one, &error));
    if (i == 0)
      MUST (item_set_state (other, "T0000001", ITEM_READY, ITEM_LENT, NULL, &error));
  }
}

static void
foreign_database_is_left_alone (void)
{
  g_auto (Place) place;
  place_init (&place);
  REFUSED (store_open (place.url, STORE_READ, &error), DB_ERROR_CORRUPT);
  edit_database (place.url, "CREATE TABLE recipe (name TEXT)");
  REFUSED (store_open (place.url, STORE_WRITE, &error), DB_ERROR_CORRUPT);
  g_autofree char *tables = ask (&place, COUNT_TABLES);
  g_assert_cmpstr (tables, ==, "1");
}

static void
other_encodings_are_refused (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autofree char *name = ask (&place, "SELECT current_database()");
  in_cluster ("DROP DATABASE", name, "");
  in_cluster ("CREATE DATABASE", name, "TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
  REFUSED (store_open (place.url, STORE_WRITE, &error), DB_ERROR_FAILED);
}

static void
failing_migration_leaves_nothing (void)
{
  g_auto (Place) place;
  place_init (&place);
  store_close (open_store (&place));
  g_autofree char *before = ask (&place, COUNT_TABLES);
  g_autofree Migration *list = g_new (Migration, migrations_n + 1);
  memcpy (list, migrations, (gsize)migrations_n * sizeof *list);
  list[migrations_n] = (Migration){"9999-broken", "CREATE TABLE good (a @INT@) @STRICT@; CREATE TABLE bad (a NOSUCH);"};
  PGconn *connection = connect_to (&place);
  REFUSED (postgresql_schema_migrate (connection, list, migrations_n + 1, &error), DB_ERROR_FAILED);
  g_autofree char *after = ask (&place, COUNT_TABLES);
  g_assert_cmpstr (after, ==, before);
  list[migrations_n].sql = "CREATE TABLE good (a @INT@) @STRICT@;";
  MUST (postgresql_schema_migrate (connection, list, migrations_n + 1, &error));
  PQfinish (connection);
  REFUSED (store_open (place.url, STORE_WRITE, &error), DB_ERROR_NEWER);
}

/* ---- several daemons ---- */

static gpointer
open_thread (gpointer data)
{
  return open_store (data);
}

static void
daemons_that_start_together_migrate_once (void)
{
  g_auto (Place) place;
  place_init (&place);
  GThread *threads[DAEMONS];
  for (int i = 0; i < DAEMONS; i++)
    threads[i] = g_thread_new ("open", open_thread, &place);
  for (int i = 0; i < DAEMONS; i++) {
    g_autoptr (Store) store = g_thread_join (threads[i]);
    g_assert_cmpint (store_schema (store), ==, store_schema_newest ());
  }
}

/* Everybody lends the same thing, and spends from the same fund, which has enough for ten. */
static gboolean
lend (Store *store, gpointer data, GError **error)
{
  int number = *(const int *)data;
  Code code;
  code_of ('N', number, code);
  Loan loan = loan_of (code, "P0000001", "T0000001");
  return journal_append (store, 1, "", "lend", code, NULL, NULL, NULL, error) && loan_insert (store, &loan, error);
}

static gboolean
spend (Store *store, G_GNUC_UNUSED gpointer data, GError **error)
{
  return journal_append (store, 1, "", "spend", "F0000001", NULL, NULL, NULL, error) &&
         fund_spend (store, "F0000001", money_of_cents (100), NULL, NULL, 1, error);
}

typedef struct {
  Register *reg;
  int first, lent, spent;
} Daemon;

static gpointer
site_thread (gpointer data)
{
  Daemon *site = data;
  for (int i = 0; i < EACH; i++) {
    int number = site->first + i;
    g_autoptr (GError) lending = NULL, spending = NULL;
    if (register_write_wait (site->reg, lend, &number, &lending))
      site->lent++;
    else
      g_assert_error (lending, DB_ERROR, DB_ERROR_UNIQUE);
    if (register_write_wait (site->reg, spend, NULL, &spending))
      site->spent++;
    else
      g_assert_error (spending, DB_ERROR, DB_ERROR_CHECK);
  }
  return NULL;
}

static void
daemons_share_one_truth (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_person (store, "P0000001", "Ada Exemple");
  add_item (store, "T0000001", "R9XX0001", ITEM_READY);
  add_fund (store, "F0000001", 1000);
  Daemon daemons[DAEMONS];
  GThread *threads[DAEMONS];
  for (int i = 0; i < DAEMONS; i++) {
    g_autoptr (GError) failure = NULL;
    daemons[i] = (Daemon){.reg = register_open (place.url, &failure), .first = i * EACH};
    g_assert_no_error (failure);
  }
  for (int i = 0; i < DAEMONS; i++)
    threads[i] = g_thread_new ("site", site_thread, &daemons[i]);
  int lent = 0, spent = 0;
  for (int i = 0; i < DAEMONS; i++) {
    g_thread_join (threads[i]);
    register_close (daemons[i].reg);
    lent += daemons[i].lent;
    spent += daemons[i].spent;
  }
  g_assert_cmpint (lent, ==, 1);
  g_assert_cmpint (spent, ==, 10);
  JournalChain report;
  MUST (journal_verify (store, &report, &error));
  g_assert_cmpint (report.problem, ==, JOURNAL_WHOLE);
  g_assert_cmpint (report.lines, ==, 11);
  g_autoptr (GPtrArray) wrong = fund_reconcile (store, NULL);
  g_assert_cmpuint (wrong->len, ==, 0);
}

static void
second_writer_waits_for_the_first (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) first = open_store (&place);
  g_autoptr (Store) second = open_store (&place);
  MUST (store_run (second, NULL, &error, "SET lock_timeout = '50ms'", ""));
  MUST (store_begin (first, &error));
  REFUSED (store_begin (second, &error), DB_ERROR_BUSY);
  g_assert_false (store_is_alive (second));
  MUST (store_commit (first, &error));
  MUST (store_begin (second, &error));
  MUST (store_commit (second, &error));
}

/* ---- what goes away ---- */

static void
spoiled_transaction_is_not_committed (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  MUST (store_begin (store, &error));
  add_person (store, "P0000001", "Ada Exemple");
  REFUSED (store_run (store, NULL, &error, "DELETE FROM nothing", ""), DB_ERROR_FAILED);
  g_assert_true (store_is_alive (store));
  REFUSED (store_commit (store, &error), DB_ERROR_FAILED);
  g_assert_cmpint (count_rows (store, "person"), ==, 0);
}

static void
lost_connection_loses_the_transaction (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  MUST (store_begin (store, &error));
  add_person (store, "P0000001", "Ada Exemple");
  g_free (ask (&place, END_OTHERS));
  REFUSED (store_run (store, NULL, &error, "DELETE FROM person", ""), DB_ERROR_LOST);
  g_assert_false (store_is_alive (store));
  REFUSED (store_run (store, NULL, &error, "DELETE FROM person", ""), DB_ERROR_LOST);
  REFUSED (store_commit (store, &error), DB_ERROR_LOST);
  store_rollback (store);
  MUST (store_begin (store, &error));
  g_assert_cmpint (count_rows (store, "person"), ==, 0);
  MUST (store_commit (store, &error));
}

/* Lost while nobody used it: the next transaction does not notice. */
static void
idle_connection_is_made_again (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_person (store, "P0000001", "Ada Exemple");
  g_free (ask (&place, END_OTHERS));
  MUST (store_begin (store, &error));
  add_person (store, "P0000002", "Bob Exemple");
  MUST (store_commit (store, &error));
  g_assert_cmpint (count_rows (store, "person"), ==, 2);
}

static gboolean
add_one (Store *store, gpointer data, GError **error)
{
  Person person = {.name = (char *)"Ada Exemple"};
  code_of ('P', *(const int *)data, person.code);
  return person_insert (store, &person, error);
}

/* The request after which all connections of the batch are gone. */
static gboolean
add_and_end (Store *store, gpointer data, GError **error)
{
  const Place *place = data;
  int number = 7;
  g_free (add_one (store, &number, error) ? ask (place, END_OTHERS) : NULL);
  return TRUE;
}

static gboolean
count_people (Store *store, gpointer data, G_GNUC_UNUSED GError **error)
{
  *(gint64 *)data = count_rows (store, "person");
  return TRUE;
}

static void
lost_batch_is_not_acknowledged (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (GError) failure = NULL;
  g_autoptr (Register) reg = register_open (place.url, &failure);
  g_assert_no_error (failure);
  int number = 1;
  MUST (register_write_wait (reg, add_one, &number, &error));
  REFUSED (register_write_wait (reg, add_and_end, &place, &error), DB_ERROR_LOST);
  number = 2;
  MUST (register_write_wait (reg, add_one, &number, &error));
  gint64 n = 0;
  MUST (register_read_wait (reg, count_people, &n, &error));
  g_assert_cmpint (n, ==, 2);
}

/* A server of this test alone goes down and comes back: clear refusals meanwhile, and then work as before. */
static void
server_comes_back (void)
{
  g_autofree char *shared = g_steal_pointer (&cluster);
  int line;
  cluster = cluster_lend (&line);
  g_assert_nonnull (cluster);
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (GError) failure = NULL;
  g_autoptr (Register) reg = register_open (place.url, &failure);
  g_assert_no_error (failure);
  int number = 1;
  MUST (register_write_wait (reg, add_one, &number, &error));
  cluster_do ("halt", cluster);
  for (number = 2; number < 5; number++)
    REFUSED (register_write_wait (reg, add_one, &number, &error), DB_ERROR_LOST);
  cluster_do ("resume", cluster);
  gint64 end = g_get_monotonic_time () + WAIT_US;
  while (!register_write_wait (reg, add_one, &number, &failure)) {
    g_assert_error (failure, DB_ERROR, DB_ERROR_LOST);
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_clear_error (&failure);
    g_usleep (ASK_AGAIN_US); /* as a client that was told to come back */
  }
  gint64 n = 0;
  MUST (register_read_wait (reg, count_people, &n, &error));
  g_assert_cmpint (n, ==, 2);
  g_clear_pointer (&reg, register_close);
  cluster_do ("stop", cluster);
  close (line);
  g_free (cluster);
  cluster = g_steal_pointer (&shared);
  place.engine = ON_SQLITE; /* its database went with the server */
}

static void
copies_are_left_to_its_own_tools (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  g_autofree char *path = g_build_filename (place.folder, "copy", NULL);
  char *kept = NULL;
  REFUSED (store_copy_to (store, path, &error), DB_ERROR_UNSUPPORTED);
  REFUSED (store_swap_in (place.url, path, 1, &kept, &error), DB_ERROR_UNSUPPORTED);
  REFUSED (store_swap_back (place.url, path, &error), DB_ERROR_UNSUPPORTED);
  g_assert_null (kept);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
check_finds_what_does_not_hold (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  MUST (store_check (store, &error));
  edit_database (place.url, "ALTER TABLE person ADD CONSTRAINT some_day CHECK (length(name) > 1) NOT VALID");
  REFUSED (store_check (store, &error), DB_ERROR_CORRUPT);
  edit_database (place.url, "ALTER TABLE person DROP CONSTRAINT some_day; ALTER TABLE loan DISABLE TRIGGER ALL");
  REFUSED (store_check (store, &error), DB_ERROR_CORRUPT);
  edit_database (place.url, "ALTER TABLE loan ENABLE TRIGGER ALL");
  MUST (store_check (store, &error));
}

/* What a person wrote is not in an error: errors are logged. */
static void
errors_do_not_repeat_what_people_wrote (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_item (store, "T0000001", "R9SECRET", ITEM_READY);
  Item again = {.kind = KIND_TABLET, .serial = (char *)"R9SECRET", .state = ITEM_READY, .code = "T0000002"};
  g_autoptr (GError) failure = NULL;
  g_assert_false (item_insert (store, &again, &failure));
  g_assert_error (failure, DB_ERROR, DB_ERROR_UNIQUE);
  g_assert_null (strstr (failure->message, "R9SECRET"));
}

static gsize
allocated (void)
{
  struct mallinfo2 info = mallinfo2 ();
  return info.uordblks + info.hblkhd;
}

/* A journal of millions, read inside the transaction that wrote it: as the comparison of a move does. */
static void
long_results_of_a_writer_come_as_they_are_read (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  MUST (store_begin (store, &error));
  MUST (store_send (store, &error, "INSERT INTO setting (key, value) VALUES ('a', '1')", ""));
  MUST (store_take_time (store, &error));
  gsize before = allocated ();
  g_autoptr (GError) failure = NULL;
  g_autoptr (Rows) rows = store_query (store, &failure, "SELECT * FROM generate_series(1, $1)", "i", (gint64)MANY_ROWS);
  gint64 count = 0;
  for (; count < MANY_ROWS / 2 && rows_next (rows, &failure); count++)
    g_assert_cmpint (rows_int (rows, 0), ==, count + 1);
  g_assert_cmpuint (allocated (), <, before + LITTLE_BYTES);
  MUST (store_send (store, &error, "INSERT INTO setting (key, value) VALUES ('b', '2')", ""));
  while (rows_next (rows, &failure))
    g_assert_cmpint (rows_int (rows, 0), ==, ++count);
  g_assert_no_error (failure);
  g_assert_cmpint (count, ==, MANY_ROWS);
  MUST (store_commit (store, &error));
  g_autofree char *kept = ask (&place, "SELECT COUNT(*) FROM setting WHERE key IN ('a', 'b')");
  g_assert_cmpstr (kept, ==, "2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  static const struct {
    const char *path;
    void (*func) (void);
  } tests[] = {
      {"/opening/newer-is-left-alone", newer_register_is_left_alone},
      {"/opening/newer-is-not-written-to", newer_register_is_not_written_to},
      {"/opening/nothing-is-known-from-the-last-transaction", nothing_is_known_from_the_last_transaction},
      {"/opening/sessions-plan-as-the-plans-are-tested", sessions_plan_as_the_plans_are_tested},
      {"/opening/foreign-is-left-alone", foreign_database_is_left_alone},
      {"/opening/other-encodings-are-refused", other_encodings_are_refused},
      {"/opening/failing-migration-leaves-nothing", failing_migration_leaves_nothing},
      {"/sites/migrate-once", daemons_that_start_together_migrate_once},
      {"/sites/share-one-truth", daemons_share_one_truth},
      {"/sites/second-writer-waits", second_writer_waits_for_the_first},
      {"/lost/spoiled-transaction-is-not-committed", spoiled_transaction_is_not_committed},
      {"/lost/connection-loses-the-transaction", lost_connection_loses_the_transaction},
      {"/lost/idle-connection-is-made-again", idle_connection_is_made_again},
      {"/lost/batch-is-not-acknowledged", lost_batch_is_not_acknowledged},
      {"/lost/server-comes-back", server_comes_back},
      {"/services/copies-are-left-to-its-own-tools", copies_are_left_to_its_own_tools},
      {"/services/check-finds-what-does-not-hold", check_finds_what_does_not_hold},
      {"/services/long-results-come-as-they-are-read", long_results_of_a_writer_come_as_they_are_read},
      {"/services/errors-do-not-repeat-what-people-wrote", errors_do_not_repeat_what_people_wrote},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    test_on (ON_POSTGRESQL, tests[i].path, tests[i].func);
  return g_test_run ();
}
