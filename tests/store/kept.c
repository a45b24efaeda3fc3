/* A register that an older release made (tests/data/register-v1.sql) is brought up to date, and nothing of it is lost. */
#include "db/backup.h"
#include "db/migrations.h"
#include "db/site.h"
#include "db/store_postgresql_schema.h"
#include "db/store_sqlite_schema.h"
#include "tests/store/fixture.h"

#define SAMPLE          "tests/data/register-v1.sql"
/* What stands in it. */
#define LINES           38
#define HEAD_HASH       "9b11ee2dfa9da70e0c354d5fda3512c30862456360b2c8ee2a74b3260677de52"
#define FUND            "FKCHJGKL"
#define PERSON          "PHDJPBLK" /* Zoé Lévêque */
#define LENT            "TRDNGHHR"
#define WIPING          "THXHNDDT"
/* Of db/migrations/0001-register.sql, which is released. */
#define RELEASED_SHA256 "4cd3a44177cd4546950c3f02e096dde889431835cc55d815ce10ccc2a05d664b"

/* The statements of the sample that this engine understands: a line of only one begins with "--sqlite " or "--postgresql ". Caller frees. */
static char *
sample_for (const char *engine)
{
  g_autofree char *text = NULL;
  g_autofree char *own = g_strdup_printf ("--%s ", engine);
  g_assert_true (g_file_get_contents (SAMPLE, &text, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *sql = g_string_new (NULL);
  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, own))
      g_string_append_printf (sql, "%s\n", *line + strlen (own));
    else if (!g_str_has_prefix (*line, "--"))
      g_string_append_printf (sql, "%s\n", *line);
  return g_string_free (sql, FALSE);
}

static void
restore_file (const char *path)
{
  sqlite3 *handle = NULL;
  g_autofree char *sql = sample_for ("sqlite");
  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  MUST (schema_migrate (handle, 0, migrations, 1, &error));
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (handle), ==, SQLITE_OK);
}

static void
restore_database (const char *url)
{
  g_autofree char *sql = sample_for ("postgresql");
  PGconn *connection = PQconnectdb (url);
  MUST (postgresql_schema_migrate (connection, migrations, 1, &error));
  PQfinish (connection);
  edit_database (url, sql);
}

static void
restore (const char *url)
{
  if (g_str_has_prefix (url, "sqlite:"))
    restore_file (url + strlen ("sqlite:"));
  else
    restore_database (url);
}

/* The old register at the place, opened by this program. */
static Store *
open_kept (Place *place)
{
  place_init (place);
  restore (place->url);
  return open_store (place);
}

static void
released_migration_never_changes (void)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, migrations[0].sql, -1);
  g_assert_cmpstr (sum, ==, RELEASED_SHA256);
}

static void
journal_is_still_whole (void)
{
  g_auto (Place) place;
  g_autoptr (Store) store = open_kept (&place);
  g_assert_cmpint (store_schema (store), ==, store_schema_newest ());
  JournalChain chain;
  MUST (journal_verify (store, &chain, &error));
  g_assert_cmpint (chain.problem, ==, JOURNAL_WHOLE);
  g_assert_cmpint (chain.lines, ==, LINES);
  g_assert_cmpstr (chain.head_hash, ==, HEAD_HASH);
  MUST (journal_append (store, 1900000000, "CNPLPKRJ", "test", WIPING, "", "", "", &error));
  MUST (journal_verify (store, &chain, &error));
  g_assert_cmpint (chain.lines, ==, LINES + 1);
  g_autoptr (GPtrArray) of_item = journal_list_of (store, WIPING, 100, NULL);
  g_assert_cmpint (((const JournalLine *)g_ptr_array_index (of_item, 0))->number, ==, LINES + 1);
  g_assert_cmpuint (of_item->len, >, 3);
  /* an edit of an old line is still seen */
  MUST (store_run (store, NULL, &error, "UPDATE journal SET reason = 'autre' WHERE number = 20", ""));
  MUST (journal_verify (store, &chain, &error));
  g_assert_cmpint (chain.bad_number, ==, 20);
}

static void
money_and_counts_are_still_right (void)
{
  g_auto (Place) place;
  g_autoptr (Store) store = open_kept (&place);
  g_autoptr (GPtrArray) wrong = fund_reconcile (store, NULL);
  g_assert_cmpuint (wrong->len, ==, 0);
  g_autoptr (Fund) fund = fund_load (store, FUND, NULL);
  g_assert_cmpint (fund->granted.cents, ==, 60000);
  g_assert_cmpint (fund->spent.cents, ==, 3 * 999);
  /* the months that the migration made are those that the program would have written */
  g_autoptr (GPtrArray) entries = fund_entry_list (store, FUND, 0, 100, NULL);
  g_autoptr (GPtrArray) months = fund_month_list (store, FUND, NULL);
  for (guint i = 0, at = 0; i < entries->len; i++) {
    gint64 month = fund_month_of (((const FundEntry *)g_ptr_array_index (entries, i))->at);
    while (at < months->len && ((const FundMonth *)g_ptr_array_index (months, at))->month != month)
      at++;
    g_assert_cmpuint (at, <, months->len);
  }
  gint64 kept[ITEM_STATES_N], counted[ITEM_STATES_N];
  MUST (item_count_by_state (store, kept, &error));
  MUST (item_recount (store, counted, &error));
  g_assert_cmpmem (kept, sizeof kept, counted, sizeof counted);
  g_assert_cmpint (kept[ITEM_LENT], ==, 1);
  g_assert_cmpint (count_rows (store, "recharge"), ==, 3);
}

static void
nouns_are_still_there (void)
{
  g_auto (Place) place;
  g_autoptr (Store) store = open_kept (&place);
  g_autoptr (Loan) loan = loan_open_of (store, LENT, NULL);
  g_assert_cmpint (loan->renewals, ==, 1);
  g_autoptr (Wipe) wipe = wipe_open_of_item (store, WIPING, NULL);
  g_assert_cmpint (wipe->state, ==, WIPE_WAIT_HUMAN);
  g_assert_cmpstr (wipe->site, ==, "");
  g_autoptr (GPtrArray) unfinished = wipe_list_unfinished (store, NULL);
  g_assert_cmpuint (unfinished->len, ==, 1);
  g_autoptr (Account) account = account_load_by_uid (store, 60001, NULL);
  g_assert_cmpint (account->role, ==, ROLE_AGENT);
  g_autoptr (GPtrArray) found = store_search (store, "leveque zoe", 10, NULL);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (found, 0), ==, PERSON);
}

/* Several sites from then on: the old chain is that of the site without a name. */
static void
sites_come_afterwards (void)
{
  g_auto (Place) place;
  g_autoptr (Store) store = open_kept (&place);
  const Site site = {.code = "B0000001", .name = (char *)"Mornant", .created_at = 1900000000};
  MUST (site_insert (store, &site, &error));
  MUST (site_use (store, "B0000001", &error));
  MUST (journal_append (store, 1900000000, "CNPLPKRJ", "test", "", "", "", "", &error));
  g_autoptr (GPtrArray) chains = journal_verify_sites (store, NULL, NULL);
  g_assert_cmpuint (chains->len, ==, 2);
  g_assert_cmpint (((const JournalChain *)g_ptr_array_index (chains, 0))->lines, ==, LINES);
  g_assert_cmpint (((const JournalChain *)g_ptr_array_index (chains, 1))->lines, ==, 1);
  g_autoptr (Account) account = account_load_by_uid (store, 60001, NULL); /* of all sites */
  g_assert_nonnull (account);
}

static void
old_backup_is_still_one (void)
{
  g_auto (Place) place;
  place_init (&place);
  restore (place.url);
  BackupReport report;
  MUST (backup_check (place.path, &report, &error));
  g_assert_cmpint (report.journal_lines, ==, LINES);
  g_assert_cmpint (report.schema, ==, 1);
  MUST (backup_check (place.path, &report, &error)); /* and is as it was */
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "restore")) { /* for tests/system */
    restore (argv[2]);
    return 0;
  }
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/kept/released-migration-never-changes", released_migration_never_changes);
  test_on_each ("/store/kept/journal-is-still-whole", journal_is_still_whole);
  test_on_each ("/store/kept/money-and-counts-are-still-right", money_and_counts_are_still_right);
  test_on_each ("/store/kept/nouns-are-still-there", nouns_are_still_there);
  test_on_each ("/store/kept/sites-come-afterwards", sites_come_afterwards);
  test_on (ON_SQLITE, "/store/kept/old-backup-is-still-one", old_backup_is_still_one);
  return g_test_run ();
}
