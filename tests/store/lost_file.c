/* The register's file taken away from under an open store: nothing more is written, and nothing that belongs to another is touched. */
#include "tests/store/fixture.h"
#include <utime.h>

static char *
beside (const Place *place, const char *name)
{
  return g_build_filename (place->folder, name, NULL);
}

static gboolean
write_one (Store *store, const char *code, GError **error)
{
  Person person = {.name = (char *)"Ada Exemple"};
  g_strlcpy (person.code, code, sizeof (Code));
  if (!store_begin (store, error))
    return FALSE;
  return person_insert (store, &person, error) && store_commit (store, error);
}

static void
own_writes_and_undone_ones_are_known (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  for (int i = 0; i < 3000; i++) { /* beyond what makes the engine move its log into the file */
    Code code;
    code_of ('P', i, code);
    MUST (write_one (store, code, &error));
  }
  MUST (store_begin (store, &error));
  add_person (store, "PBBBBBBB", "Undone");
  store_rollback (store);
  MUST (write_one (store, "PCCCCCCC", &error));
  g_assert_cmpint (count_rows (store, "person"), ==, 3001);
}

static void
a_moved_file_is_refused_until_it_is_back (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autofree char *away = beside (&place, "away.db");
  g_autoptr (Store) store = open_store (&place);
  MUST (write_one (store, "PBBBBBBB", &error));
  g_autoptr (Store) reader = store_open (place.url, STORE_READ, NULL);
  g_assert_cmpint (g_rename (place.path, away), ==, 0);
  REFUSED (write_one (store, "PCCCCCCC", &error), DB_ERROR_MOVED);
  REFUSED (store_begin (reader, &error), DB_ERROR_MOVED);
  g_assert_cmpint (g_rename (away, place.path), ==, 0);
  MUST (write_one (store, "PCCCCCCC", &error));
  MUST (store_begin (reader, &error));
  store_rollback (reader);
}

static void
a_moved_file_is_whole_after_closing (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autofree char *away = beside (&place, "away.db"), *log = beside (&place, "register.db-wal");
  g_autofree char *away_url = g_strconcat ("sqlite:", away, NULL);
  Store *store = open_store (&place);
  MUST (write_one (store, "PBBBBBBB", &error));
  g_assert_cmpint (g_rename (place.path, away), ==, 0);
  store_close (store);
  GStatBuf status;
  g_assert_true (g_stat (log, &status) == 0 && status.st_size == 0); /* the name is not ours to remove */
  g_autoptr (Store) moved = store_open (away_url, STORE_READ, NULL);
  g_assert_cmpint (count_rows (moved, "person"), ==, 1);
}

static void
what_another_program_wrote_is_seen (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  MUST (write_one (store, "PBBBBBBB", &error));
  const struct utimbuf other_time = {1, 1};
  g_assert_cmpint (utime (place.path, &other_time), ==, 0);
  REFUSED (write_one (store, "PCCCCCCC", &error), DB_ERROR_MOVED);
  REFUSED (write_one (store, "PCCCCCCC", &error), DB_ERROR_MOVED);
}

static void
a_log_alone_makes_no_new_register (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autofree char *log = beside (&place, "register.db-wal");
  g_assert_true (g_file_set_contents (log, "frames", -1, NULL));
  REFUSED (store_open (place.url, STORE_WRITE, &error), DB_ERROR_MOVED);
  g_assert_false (g_file_test (place.path, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_set_contents (log, "", 0, NULL));
  g_autoptr (Store) store = open_store (&place);
  g_assert_cmpint (count_rows (store, "person"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lost-file/own-writes-and-undone-ones-are-known", own_writes_and_undone_ones_are_known);
  g_test_add_func ("/lost-file/a-moved-file-is-refused-until-it-is-back", a_moved_file_is_refused_until_it_is_back);
  g_test_add_func ("/lost-file/a-moved-file-is-whole-after-closing", a_moved_file_is_whole_after_closing);
  g_test_add_func ("/lost-file/what-another-program-wrote-is-seen", what_another_program_wrote_is_seen);
  g_test_add_func ("/lost-file/a-log-alone-makes-no-new-register", a_log_alone_makes_no_new_register);
  return g_test_run ();
}
