/* Opening a register: new, known, newer, foreign, broken; and the journal, read by whoever edits the file. */
#include "db/store_sqlite.h"
#include "db/store_sqlite_schema.h"
#include "tests/store/fixture.h"

/* Speaks to the file as another program would. */
static void
edit_file (const char *path, const char *sql)
{
  sqlite3 *handle = NULL;
  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  char *said = NULL;
  int code = sqlite3_exec (handle, sql, NULL, NULL, &said);
  g_assert_cmpstr (said, ==, NULL);
  g_assert_cmpint (code, ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (handle), ==, SQLITE_OK);
}

/* The same on either engine. */
static void
edit (const Place *place, const char *sql)
{
  if (place->engine == ON_SQLITE)
    edit_file (place->path, sql);
  else
    edit_database (place->url, sql);
}

static GBytes *
file_bytes (const char *path)
{
  char *data;
  gsize size;
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  return g_bytes_new_take (data, size);
}

static void
assert_same_file (const char *path, GBytes *before)
{
  g_autoptr (GBytes) after = file_bytes (path);
  g_assert_true (g_bytes_equal (before, after));
}

static void
new_file_gets_the_newest_schema (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  g_assert_cmpint (store_schema_newest (), >=, 1);
  g_assert_cmpint (store_schema (store), ==, store_schema_newest ());
  MUST (store_check (store, &error));
  g_clear_pointer (&store, store_close);
  store = open_store (&place);
  g_assert_cmpint (store_schema (store), ==, store_schema_newest ());
}

static void
register_is_private (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  g_assert_nonnull (store);
  static const char *const suffixes[] = {"", "-wal", "-shm"};
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++) {
    g_autofree char *path = g_strconcat (place.path, suffixes[i], NULL);
    GStatBuf status;
    g_assert_cmpint (g_stat (path, &status), ==, 0);
    g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  }
}

static void
newer_register_is_left_alone (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_person (store, "P0000001", "Ada Exemple");
  g_clear_pointer (&store, store_close);
  edit_file (place.path, "PRAGMA user_version = 9999");
  g_autoptr (GBytes) before = file_bytes (place.path);
  REFUSED (store_open (place.url, STORE_WRITE, &error), DB_ERROR_NEWER);
  REFUSED (store_open (place.url, STORE_READ, &error), DB_ERROR_NEWER);
  assert_same_file (place.path, before);
}

/* A newer daemon was killed: what it wrote last is still in the log beside the file. Neither is moved or changed. */
static void
newer_register_with_a_log_is_left_alone (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_person (store, "P0000001", "Ada Exemple");
  MUST (store_sqlite_exec (store_sqlite_handle (store), "PRAGMA user_version = 9999", &error));
  g_autofree char *killed = g_build_filename (place.folder, "killed.db", NULL);
  g_autofree char *killed_log = g_strconcat (killed, "-wal", NULL), *log = g_strconcat (place.path, "-wal", NULL);
  g_autofree char *killed_url = g_strconcat ("sqlite:", killed, NULL);
  g_autoptr (GBytes) file = file_bytes (place.path), file_log = file_bytes (log);
  g_assert_true (g_file_set_contents (killed, g_bytes_get_data (file, NULL), (gssize)g_bytes_get_size (file), NULL));
  g_assert_true (
      g_file_set_contents (killed_log, g_bytes_get_data (file_log, NULL), (gssize)g_bytes_get_size (file_log), NULL));
  REFUSED (store_open (killed_url, STORE_WRITE, &error), DB_ERROR_NEWER);
  assert_same_file (killed, file);
  assert_same_file (killed_log, file_log);
}

static void
rows_end_once (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  g_autoptr (Rows) rows = store_query (store, NULL, "INSERT INTO setting (key, value) VALUES ('a', 'b')", "");
  g_assert_false (rows_next (rows, NULL));
  g_assert_false (rows_next (rows, NULL));
  g_assert_cmpint (count_rows (store, "setting"), ==, 1);
}

static void
foreign_files_are_left_alone (void)
{
  g_auto (Place) place;
  place_init (&place);
  edit_file (place.path, "CREATE TABLE recipe (name TEXT); PRAGMA user_version = 1");
  g_autoptr (GBytes) before = file_bytes (place.path);
  REFUSED (store_open (place.url, STORE_WRITE, &error), DB_ERROR_CORRUPT);
  assert_same_file (place.path, before);
  g_assert_true (g_file_set_contents (place.path, "Dear diary, this is not a database at all.\n", -1, NULL));
  g_autoptr (GBytes) diary = file_bytes (place.path);
  REFUSED (store_open (place.url, STORE_WRITE, &error), DB_ERROR_CORRUPT);
  REFUSED (store_open (place.url, STORE_READ, &error), DB_ERROR_CORRUPT);
  assert_same_file (place.path, diary);
}

static void
bad_addresses_are_refused (void)
{
  g_auto (Place) place;
  place_init (&place);
  REFUSED (store_open ("mysql://nowhere/", STORE_WRITE, &error), DB_ERROR_FAILED);
  REFUSED (store_open ("postgresql://%zz", STORE_WRITE, &error), DB_ERROR_LOST);
  REFUSED (store_open ("postgresql:///x?host=/no/such/folder", STORE_WRITE, &error), DB_ERROR_LOST);
  REFUSED (store_open ("sqlite:", STORE_WRITE, &error), DB_ERROR_FAILED);
  REFUSED (store_open (place.path, STORE_WRITE, &error), DB_ERROR_FAILED);
  REFUSED (store_open (place.url, STORE_READ, &error), DB_ERROR_NOT_FOUND);
  g_autofree char *nowhere = g_strconcat (place.url, "/no/such/folder.db", NULL);
  REFUSED (store_open (nowhere, STORE_WRITE, &error), DB_ERROR_IO);
  g_assert_true (g_file_set_contents (place.path, "", 0, NULL));
  REFUSED (store_open (place.url, STORE_READ, &error), DB_ERROR_CORRUPT);
}

static void
failing_migration_leaves_nothing (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  sqlite3 *handle = store_sqlite_handle (store);
  int version = store_schema (store);
  g_autofree Migration *list = g_new (Migration, migrations_n + 1);
  memcpy (list, migrations, (gsize)migrations_n * sizeof *list);
  list[migrations_n] =
      (Migration){"9999-broken", "CREATE TABLE good (a @INT@) @STRICT@; CREATE TABLE bad (a NOSUCH) @STRICT@;"};
  gint64 tables = count_rows (store, "sqlite_schema");
  REFUSED (schema_migrate (handle, version, list, migrations_n + 1, &error), DB_ERROR_FAILED);
  g_assert_cmpint (store_schema (store), ==, version);
  g_assert_cmpint (count_rows (store, "sqlite_schema"), ==, tables);
  list[migrations_n].sql = "CREATE TABLE good (a @INT@) @STRICT@;";
  MUST (schema_migrate (handle, version, list, migrations_n + 1, &error));
  g_assert_cmpint (count_rows (store, "sqlite_schema"), ==, tables + 1);
  g_clear_pointer (&store, store_close);
  REFUSED (store_open (place.url, STORE_WRITE, &error), DB_ERROR_NEWER);
}

/* Under another name too; a reader and a copy are no writers; the lock ends with its holder. */
static void
file_has_one_writer (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  g_autofree char *alias = g_build_filename (place.folder, "alias.db", NULL);
  g_autofree char *copy = g_build_filename (place.folder, "copy.db", NULL);
  g_autofree char *alias_url = g_strconcat ("sqlite:", alias, NULL);
  g_assert_cmpint (symlink (place.path, alias), ==, 0);
  REFUSED (store_open (place.url, STORE_WRITE, &error), DB_ERROR_BUSY);
  REFUSED (store_open (alias_url, STORE_WRITE, &error), DB_ERROR_BUSY);
  MUST (store_copy_to (store, copy, &error));
  g_autoptr (GError) failure = NULL;
  g_autoptr (Store) reader = store_open (place.url, STORE_READ, &failure);
  g_assert_no_error (failure);
  g_clear_pointer (&reader, store_close);
  add_person (store, "P0000001", "Ada Exemple");
  g_clear_pointer (&store, store_close);
  store = open_store (&place);
  g_assert_cmpint (count_rows (store, "person"), ==, 1);
}

static void
reader_cannot_write (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_person (store, "P0000001", "Ada Exemple");
  g_autoptr (GError) failure = NULL;
  g_autoptr (Store) reader = store_open (place.url, STORE_READ, &failure);
  g_assert_no_error (failure);
  g_assert_cmpint (count_rows (reader, "person"), ==, 1);
  REFUSED (store_run (reader, NULL, &error, "DELETE FROM person", ""), DB_ERROR_IO);
  g_assert_cmpint (count_rows (store, "person"), ==, 1);
}

static void
statement_may_be_read_twice_at_once (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_person (store, "P0000001", "Ada");
  add_person (store, "P0000002", "Bob");
  const char *sql = "SELECT code FROM person WHERE code >= $1 ORDER BY code";
  g_autoptr (Rows) outer = store_query (store, NULL, sql, "s", "P0000001");
  g_assert_true (rows_next (outer, NULL));
  g_autoptr (Rows) inner = store_query (store, NULL, sql, "s", "P0000002");
  g_assert_true (rows_next (inner, NULL));
  g_assert_cmpstr (rows_text (inner, 0), ==, "P0000002");
  g_assert_cmpstr (rows_text (outer, 0), ==, "P0000001");
  REFUSED (store_query (store, &error, "SELEC nonsense", ""), DB_ERROR_FAILED);
}

static void
bytes_come_back (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  g_autoptr (GBytes) written = g_bytes_new ("a\0b", 3);
  g_autoptr (Rows) rows = store_query (store, NULL, "SELECT $2, $1", "bb", written, NULL);
  g_assert_true (rows_next (rows, NULL));
  g_autoptr (GBytes) read = rows_bytes (rows, 1);
  g_autoptr (GBytes) none = rows_bytes (rows, 0);
  g_assert_true (g_bytes_equal (read, written));
  g_assert_cmpint (g_bytes_get_size (none), ==, 0);
}

/* ---- the journal ---- */

#define LINES 5

static void
write_journal (Store *store)
{
  for (int i = 1; i <= LINES; i++)
    MUST (journal_append (store, 1000 + i, "C0000001", "lend", "N0000001 T0000001", "state=ready", "state=lent", NULL,
                          &error));
}

static void
journal_is_chained (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  write_journal (store);
  JournalChain report;
  MUST (journal_verify (store, &report, &error));
  g_assert_cmpint (report.problem, ==, JOURNAL_WHOLE);
  g_assert_cmpint (report.lines, ==, LINES);
  g_autoptr (GPtrArray) lines = journal_list (store, 1, 2, NULL);
  g_assert_cmpint (lines->len, ==, 2);
  const JournalLine *second = g_ptr_array_index (lines, 0), *third = g_ptr_array_index (lines, 1);
  g_assert_cmpint (second->seq, ==, 2);
  g_assert_cmpstr (third->previous_hash, ==, second->hash);
  g_autoptr (GPtrArray) of_item = journal_list_of (store, "T0000001", 10, NULL);
  g_assert_cmpint (of_item->len, ==, LINES);
  g_assert_cmpint (((const JournalLine *)g_ptr_array_index (of_item, 0))->seq, ==, LINES);
  g_autoptr (GPtrArray) of_none = journal_list_of (store, "T0000002", 10, NULL);
  g_assert_cmpint (of_none->len, ==, 0);
}

/* The text of journal.h, recomputed by other means: printf and sha256sum gave this figure. */
static void
journal_hash_is_the_documented_one (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  MUST (journal_append (store, 1000, "C0000001", "lend", "N0000001", NULL, "état=prêté", "", &error));
  g_autoptr (GPtrArray) lines = journal_list (store, 0, 1, NULL);
  const JournalLine *line = g_ptr_array_index (lines, 0);
  g_assert_cmpstr (line->hash, ==, "626d1f96628956588f3cd28fd69ecc093de42b4ee4de3d9281b067a0e6fa20db");
}

static void
journal_refuses_what_is_no_text (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  REFUSED (journal_append (store, 1, "", "x", NULL, "\xff", NULL, NULL, &error), DB_ERROR_CHECK);
  REFUSED (journal_append (store, 1, "", "", NULL, NULL, NULL, NULL, &error), DB_ERROR_CHECK);
}

static void
tampering_is_found (void)
{
  static const struct {
    const char *sql;
    JournalProblem problem;
    gint64 bad_number;
  } cases[] = {
      {"UPDATE journal SET reason = 'kind' WHERE number = 3", JOURNAL_HASH, 3},
      {"UPDATE journal SET at = at + 1 WHERE number = 1", JOURNAL_HASH, 1},
      {"UPDATE journal SET before = 'state=', after = 'readystate=lent' WHERE number = 2", JOURNAL_HASH, 2},
      {"UPDATE journal SET site = 'B0000001' WHERE number = 5", JOURNAL_TAIL, 5},
      {"DELETE FROM journal_subject; UPDATE journal SET seq = 9 WHERE number = 4", JOURNAL_GAP, 5},
      {"DELETE FROM journal_subject; DELETE FROM journal WHERE number = 2", JOURNAL_GAP, 3},
      {"DELETE FROM journal_subject; DELETE FROM journal WHERE number = 1", JOURNAL_GAP, 2},
      {"DELETE FROM journal_subject; DELETE FROM journal WHERE number = 5", JOURNAL_TAIL, 5},
      {"DELETE FROM journal_subject; DELETE FROM journal", JOURNAL_TAIL, 1},
      {"DELETE FROM journal_head", JOURNAL_TAIL, 1},
      {"INSERT INTO journal SELECT 6, at, account, verb, subjects, before, after, reason, hash,"
       " replace(hash, 'a', 'b'), site, 6 FROM journal WHERE number = 5",
       JOURNAL_HASH, 6},
      {"INSERT INTO journal SELECT 0, at, account, verb, subjects, before, after, reason, previous_hash,"
       " replace(hash, 'a', 'b'), site, 0 FROM journal WHERE number = 1",
       JOURNAL_GAP, 0},
      {"DELETE FROM journal_subject; DELETE FROM journal WHERE number = 4; UPDATE journal SET number = 4 WHERE number "
       "= 5",
       JOURNAL_PREVIOUS, 4},
      {"UPDATE journal_head SET number = 6", JOURNAL_TAIL, 6},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Place) place;
    place_init (&place);
    g_autoptr (Store) store = open_store (&place);
    write_journal (store);
    g_clear_pointer (&store, store_close);
    edit (&place, cases[i].sql);
    store = open_store (&place);
    JournalChain report;
    MUST (journal_verify (store, &report, &error));
    g_test_message ("%s: %s", cases[i].sql, journal_problem_name (report.problem));
    g_assert_cmpint (report.problem, ==, cases[i].problem);
    g_assert_cmpint (report.bad_number, ==, cases[i].bad_number);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_on_each ("/store/opening/new-file-gets-the-newest-schema", new_file_gets_the_newest_schema);
  test_on (ON_SQLITE, "/store/opening/is-private", register_is_private);
  test_on (ON_SQLITE, "/store/opening/newer-is-left-alone", newer_register_is_left_alone);
  test_on (ON_SQLITE, "/store/opening/newer-with-a-log-is-left-alone", newer_register_with_a_log_is_left_alone);
  test_on_each ("/store/opening/rows-end-once", rows_end_once);
  test_on (ON_SQLITE, "/store/opening/foreign-is-left-alone", foreign_files_are_left_alone);
  test_on (ON_SQLITE, "/store/opening/bad-addresses-are-refused", bad_addresses_are_refused);
  test_on (ON_SQLITE, "/store/opening/failing-migration-leaves-nothing", failing_migration_leaves_nothing);
  test_on (ON_SQLITE, "/store/opening/file-has-one-writer", file_has_one_writer);
  test_on_each ("/store/opening/reader-cannot-write", reader_cannot_write);
  test_on_each ("/store/opening/statement-may-be-read-twice", statement_may_be_read_twice_at_once);
  test_on_each ("/store/opening/bytes-come-back", bytes_come_back);
  test_on_each ("/store/journal/is-chained", journal_is_chained);
  test_on_each ("/store/journal/hash-is-the-documented-one", journal_hash_is_the_documented_one);
  test_on_each ("/store/journal/refuses-what-is-no-text", journal_refuses_what_is_no_text);
  test_on_each ("/store/journal/tampering-is-found", tampering_is_found);
  return g_test_run ();
}
