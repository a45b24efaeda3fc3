/* Moving a register: between files, to PostgreSQL and back; what is refused, and what a failure leaves. */
#include "db/move.h"
#include "db/counter.h"
#include "db/setting.h"
#include "db/site.h"
#include "db/store_move.h"
#include "tests/store/fixture.h"

#define PEOPLE 120
#define HERE   "B0000001"

/* A place of that engine, whatever the test runs on. */
static void
place_on (Engine engine, Place *place)
{
  Engine before = engine_now;
  engine_now = engine;
  place_init (place);
  engine_now = before;
}

/* Something in every noun, names that other engines may fold or escape otherwise. */
static void
fill_register (const Place *place)
{
  static const char *const names[] = {"Zoé Lévêque", "Œuvrard\tTab", "back\\slash \"quote\"",
                                      "SStraße",     "line\nfeed",   "\\N"};
  g_autoptr (Store) store = open_store (place);
  MUST (store_begin (store, &error));
  const Site site = {.code = HERE, .name = (char *)"Chabanière", .created_at = 1000};
  MUST (site_insert (store, &site, &error));
  const Account account = {.code = "C0000001", .name = (char *)"Chef", .uid = 1000, .role = ROLE_ADMIN};
  MUST (account_insert (store, &account, &error));
  MUST (setting_set (store, "name", "value", &error));
  add_fund (store, "F0000001", 100000);
  for (int i = 0; i < PEOPLE; i++) {
    Code person, item;
    code_of ('P', i, person);
    code_of ('T', i, item);
    g_autofree char *serial = g_strdup_printf ("R9XX%04d", i);
    g_autofree char *name = g_strdup_printf ("%s %d", names[i % (int)G_N_ELEMENTS (names)], i);
    add_person (store, person, name);
    add_item (store, item, serial, ITEM_READY);
    MUST (fund_spend (store, "F0000001", money_of_cents (i + 1), item, NULL, 1000, &error));
    MUST (site_use (store, i % 3 == 0 ? HERE : "", &error));
    g_autofree char *subjects = g_strjoin (" ", item, person, NULL);
    MUST (journal_append (store, 1000 + i, "C0000001", "item.add", subjects, "", name, "", &error));
  }
  gint64 value;
  MUST (counter_next (store, 'T', &value, &error));
  MUST (store_commit (store, &error));
}

typedef struct {
  gint64 calls, stop_at; /* 0: never */
  gint64 done, total;
  gboolean is_finished;
} Watch;

static gboolean
on_progress (gint64 done, gint64 total, gpointer user)
{
  Watch *watch = user;
  g_assert_cmpint (done, >=, watch->done);
  g_assert_cmpint (done, <=, total);
  watch->done = done;
  watch->total = total;
  return ++watch->calls != watch->stop_at;
}

static gboolean
on_finish (G_GNUC_UNUSED Store *to, G_GNUC_UNUSED const MoveReport *report, gpointer user, G_GNUC_UNUSED GError **error)
{
  ((Watch *)user)->is_finished = TRUE;
  return TRUE;
}

static gboolean
move (const Place *from, const char *to_url, Watch *watch, MoveReport *report, GError **error)
{
  const MoveHooks hooks = {.progress = on_progress, .finish = on_finish, .user = watch};
  g_autoptr (Store) source = store_open (from->url, STORE_READ, error);
  return source != NULL && register_move (source, to_url, &hooks, report, error);
}

static int
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* Every row of every table, as text, sorted: "TABLE a|b|NULL". Caller unrefs. */
static GPtrArray *
picture_of (const char *url)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (Store) store = store_open (url, STORE_READ, &failure);
  g_assert_no_error (failure);
  g_autoptr (GPtrArray) tables = store_tables (store, NULL);
  GPtrArray *picture = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < tables->len; i++) {
    const StoreTable *table = g_ptr_array_index (tables, i);
    g_autoptr (Rows) rows = store_rows_of (store, table, NULL);
    while (rows_next (rows, NULL)) {
      GString *line = g_string_new (table->name);
      for (guint c = 0; c < table->columns->len; c++) {
        const char *text = rows_text (rows, (int)c);
        g_string_append_printf (line, "|%s=%s", g_array_index (table->columns, StoreColumn, c).name,
                                text != NULL ? text : "NULL");
      }
      g_ptr_array_add (picture, g_string_free (line, FALSE));
    }
  }
  g_ptr_array_sort (picture, by_text);
  return picture;
}

static void
assert_same_picture (const char *one_url, const char *other_url)
{
  g_autoptr (GPtrArray) one = picture_of (one_url), other = picture_of (other_url);
  g_assert_cmpuint (one->len, >, PEOPLE * 4);
  g_assert_cmpuint (one->len, ==, other->len);
  for (guint i = 0; i < one->len; i++)
    g_assert_cmpstr (g_ptr_array_index (one, i), ==, g_ptr_array_index (other, i));
}

static void
assert_finds (const char *url, const char *query, const char *code)
{
  g_autoptr (Store) store = store_open (url, STORE_READ, NULL);
  g_autoptr (GPtrArray) found = store_search (store, query, 100, NULL);
  g_assert_true (g_ptr_array_find_with_equal_func (found, code, g_str_equal, NULL));
}

static void
assert_report (const MoveReport *report, const Watch *watch)
{
  g_assert_true (watch->is_finished);
  g_assert_cmpint (watch->done, ==, watch->total);
  g_assert_cmpint (watch->total, ==, report->rows * 3);
  g_assert_cmpint (report->journal_lines, ==, PEOPLE);
  g_assert_cmpint (report->chains, ==, 2);
  g_assert_cmpint (report->granted_cents, ==, 100000);
  g_assert_cmpint (report->spent_cents, ==, PEOPLE * (PEOPLE + 1) / 2);
  g_assert_cmpint (report->documents, ==, 2 * PEOPLE + 1);
  g_assert_cmpint (report->searches, >, 50);
}

/* There, and back to a file. */
static void
everything_arrives (void)
{
  g_auto (Place) first;
  g_auto (Place) back;
  place_on (ON_SQLITE, &first);
  place_on (ON_SQLITE, &back);
  g_auto (Place) middle;
  place_init (&middle); /* on the engine of this test */
  fill_register (&first);
  Watch there_watch = {0}, back_watch = {0};
  MoveReport there = {0}, again = {0};
  MUST (move (&first, middle.url, &there_watch, &there, &error));
  assert_report (&there, &there_watch);
  MUST (move (&middle, back.url, &back_watch, &again, &error));
  assert_report (&again, &back_watch);
  assert_same_picture (first.url, back.url);
  assert_same_picture (first.url, middle.url);
  assert_finds (middle.url, "leveque 6", "P0000006");
  assert_finds (back.url, "lévêque 6", "P0000006");
  assert_finds (back.url, "œuvrard 1", "P0000001");
  g_autoptr (Store) store = open_store (&back); /* and it goes on */
  MUST (journal_append (store, 9000, "", "test", "", "", "", "", &error));
  add_person (store, "P9000000", "Nouvelle");
  JournalChain report;
  MUST (journal_verify (store, &report, &error));
  g_assert_cmpint (report.problem, ==, JOURNAL_WHOLE);
  g_assert_cmpint (report.lines, ==, PEOPLE + 1);
}

static void
what_is_not_empty_is_refused (void)
{
  g_auto (Place) source;
  g_auto (Place) target;
  place_on (ON_SQLITE, &source);
  place_init (&target);
  fill_register (&source);
  g_autoptr (Store) other = open_store (&target);
  add_person (other, "P0000001", "Ada Exemple");
  g_clear_pointer (&other, store_close);
  g_autoptr (GPtrArray) before = picture_of (target.url);
  Watch watch = {0};
  REFUSED (move (&source, target.url, &watch, NULL, &error), DB_ERROR_UNIQUE);
  g_autoptr (GPtrArray) after = picture_of (target.url);
  g_assert_cmpuint (after->len, ==, before->len);
  g_assert_cmpint (watch.calls, ==, 0);
}

static void
foreign_tables_are_refused (void)
{
  g_auto (Place) source;
  g_auto (Place) target;
  place_on (ON_SQLITE, &source);
  place_init (&target);
  fill_register (&source);
  edit_database (target.url, "CREATE TABLE diary (day TEXT)");
  Watch watch = {0};
  REFUSED (move (&source, target.url, &watch, NULL, &error), DB_ERROR_UNIQUE);
}

/* Nothing of a move that was stopped: not a table, not a file. */
static void
stopped_move_leaves_nothing (void)
{
  g_auto (Place) source;
  place_on (ON_SQLITE, &source);
  fill_register (&source);
  g_autoptr (GPtrArray) before = picture_of (source.url);
  for (gint64 stop_at = 1; stop_at < 60; stop_at += 7) {
    g_auto (Place) target;
    place_init (&target);
    Watch watch = {.stop_at = stop_at}, second = {0};
    REFUSED (move (&source, target.url, &watch, NULL, &error), DB_ERROR_STOPPING);
    g_assert_false (watch.is_finished);
    g_autofree char *scratch = g_strconcat (target.path, ".moving", NULL);
    g_assert_false (g_file_test (target.path, G_FILE_TEST_EXISTS) || g_file_test (scratch, G_FILE_TEST_EXISTS));
    REFUSED (store_open (target.url, STORE_READ, &error),
             target.engine == ON_SQLITE ? DB_ERROR_NOT_FOUND : DB_ERROR_CORRUPT);
    MUST (move (&source, target.url, &second, NULL, &error)); /* it is empty */
  }
  g_autoptr (GPtrArray) after = picture_of (source.url);
  g_assert_cmpuint (after->len, ==, before->len);
}

static void
damaged_register_is_not_moved (void)
{
  static const char *const damages[] = {
      "UPDATE journal SET reason = 'kind' WHERE seq = 7",
      "UPDATE fund SET spent = spent + 1",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++) {
    g_auto (Place) source;
    g_auto (Place) target;
    place_on (ON_SQLITE, &source);
    place_init (&target);
    fill_register (&source);
    g_autoptr (Store) store = open_store (&source);
    MUST (store_run (store, NULL, &error, damages[i], ""));
    g_clear_pointer (&store, store_close);
    Watch watch = {0};
    REFUSED (move (&source, target.url, &watch, NULL, &error), DB_ERROR_CORRUPT);
    REFUSED (store_open (target.url, STORE_READ, &error),
             target.engine == ON_SQLITE ? DB_ERROR_NOT_FOUND : DB_ERROR_CORRUPT);
  }
}

static void
lend_one (const Place *place)
{
  g_autoptr (Store) store = open_store (place);
  const Loan loan = loan_of ("N0000001", "P0000001", "T0000001");
  MUST (loan_insert (store, &loan, &error));
}

/* References are made late on a server: a row that leads nowhere must be found all the same. */
static void
broken_references_are_not_moved (void)
{
  g_auto (Place) source;
  g_auto (Place) target;
  place_on (ON_SQLITE, &source);
  place_init (&target);
  fill_register (&source);
  lend_one (&source);
  g_autoptr (Store) store = open_store (&source);
  MUST (store_run (store, NULL, &error, "PRAGMA foreign_keys = OFF", "")); /* as another program has it */
  MUST (store_run (store, NULL, &error, "DELETE FROM person WHERE code = 'P0000001'", ""));
  g_clear_pointer (&store, store_close);
  Watch watch = {0};
  REFUSED (move (&source, target.url, &watch, NULL, &error), DB_ERROR_FOREIGN);
  REFUSED (store_open (target.url, STORE_READ, &error),
           target.engine == ON_SQLITE ? DB_ERROR_NOT_FOUND : DB_ERROR_CORRUPT);
}

#define REFERENCES                                                                                                     \
  "SELECT string_agg(concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)), ',' ORDER BY conname,"    \
  " conrelid::regclass::text) FROM pg_constraint WHERE contype = 'f' AND convalidated"

static void
references_are_those_of_a_new_register (void)
{
  g_auto (Place) source;
  g_auto (Place) target;
  g_auto (Place) fresh;
  place_on (ON_SQLITE, &source);
  place_init (&target);
  place_init (&fresh);
  fill_register (&source);
  lend_one (&source);
  Watch watch = {0};
  MUST (move (&source, target.url, &watch, NULL, &error));
  g_autoptr (Store) moved = open_store (&target);
  g_autoptr (Store) made = open_store (&fresh);
  g_autoptr (Rows) here = store_query (moved, NULL, REFERENCES, "");
  g_autoptr (Rows) there = store_query (made, NULL, REFERENCES, "");
  g_assert_true (rows_next (here, NULL) && rows_next (there, NULL));
  g_assert_cmpstr (rows_text (here, 0), ==, rows_text (there, 0));
  g_assert_nonnull (strstr (rows_text (here, 0), "loan"));
  REFUSED (store_run (moved, NULL, &error, "DELETE FROM person WHERE code = 'P0000001'", ""), DB_ERROR_FOREIGN);
}

static gboolean
comes_before (const GPtrArray *tables, const char *first, const char *second)
{
  for (guint i = 0; i < tables->len; i++) {
    const char *name = ((const StoreTable *)g_ptr_array_index (tables, i))->name;
    if (g_str_equal (name, first) || g_str_equal (name, second))
      return g_str_equal (name, first);
  }
  g_assert_not_reached ();
}

/* Also those of a migration that this program was not written with. */
static void
tables_are_the_catalogues (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  MUST (store_run (store, NULL, &error, "CREATE TABLE aa (code TEXT NOT NULL REFERENCES loan (code))", ""));
  g_autoptr (GPtrArray) tables = store_tables (store, NULL);
  g_assert_true (comes_before (tables, "loan", "aa"));
  g_assert_true (comes_before (tables, "person", "loan"));
  g_assert_true (comes_before (tables, "journal", "journal_subject"));
  for (guint i = 0; i < tables->len; i++)
    g_assert_false (g_str_has_prefix (((const StoreTable *)g_ptr_array_index (tables, i))->name, "search"));
  MUST (store_run (store, NULL, &error, "CREATE TABLE ab (code TEXT PRIMARY KEY, up TEXT REFERENCES ab (code))", ""));
  REFUSED (store_tables (store, &error), DB_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_on_each ("/store/move/everything-arrives", everything_arrives);
  test_on_each ("/store/move/what-is-not-empty-is-refused", what_is_not_empty_is_refused);
  test_on (ON_POSTGRESQL, "/store/move/foreign-tables-are-refused", foreign_tables_are_refused);
  test_on_each ("/store/move/stopped-leaves-nothing", stopped_move_leaves_nothing);
  test_on_each ("/store/move/damaged-is-not-moved", damaged_register_is_not_moved);
  test_on_each ("/store/move/broken-references-are-not-moved", broken_references_are_not_moved);
  test_on (ON_POSTGRESQL, "/store/move/references-are-those-of-a-new-register", references_are_those_of_a_new_register);
  test_on_each ("/store/move/tables-are-the-catalogues", tables_are_the_catalogues);
  return g_test_run ();
}
