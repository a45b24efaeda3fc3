/* The copy on another disk, without the daemon: also for ThreadSanitizer. What a power cut leaves of it is tests/system/test_copy.py's. */
#include "db/backup.h"
#include "db/register.h"
#include "tests/store/fixture.h"

#define OTHER_DISK "/dev/shm"
#define ROUNDS     300

static gboolean
add_one (Store *store, gpointer data, GError **error)
{
  int *number = data;
  Person person = {.name = (char *)"Bo Petit", .created_at = 1000, .last_contact_at = 1000};
  code_of ('P', ++*number, person.code);
  return person_insert (store, &person, error) &&
         journal_append (store, 1000, "C0000001", "person.add", person.code, NULL, NULL, NULL, error);
}

static gboolean
count (Store *store, gpointer report, GError **error)
{
  return backup_count (store, report, error);
}

static Register *
open_register (const Place *place)
{
  g_autoptr (GError) error = NULL;
  Register *reg = register_open (place->url, &error);
  g_assert_no_error (error);
  return reg;
}

/* Each round asks the register, so that what is waited for may happen. */
static void
wait_until_it_follows (Register *reg)
{
  MirrorStatus status;
  gint64 until = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  do {
    BackupReport report = {0};
    MUST (register_read_wait (reg, count, &report, &error));
    g_assert_true (register_copy_status (reg, &status));
    g_assert_cmpint (g_get_monotonic_time (), <, until);
  } while (status.state != MIRROR_FOLLOWING || status.behind_ms > 0);
}

/* What the copy holds when both its files are put in a place apart; the folder is removed. */
static void
read_copy (const char *folder, BackupReport *report)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (GDir) names = g_dir_open (folder, 0, NULL);
  for (const char *name; (name = g_dir_read_name (names)) != NULL;) {
    g_autofree char *from = g_build_filename (folder, name, NULL);
    g_autofree char *to = g_strconcat (place.path, g_str_has_suffix (name, "-wal") ? "-wal" : "", NULL);
    g_autofree char *data = NULL;
    gsize size;
    g_assert_true (g_str_has_prefix (name, "register-1.db"));
    g_assert_true (g_file_get_contents (from, &data, &size, NULL));
    g_assert_true (g_file_set_contents (to, data, (gssize)size, NULL));
    g_assert_cmpint (g_unlink (from), ==, 0);
  }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_autoptr (Store) store = open_store (&place);
  MUST (store_check (store, &error));
  MUST (backup_count (store, report, &error));
}

static void
holds_what_was_committed (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autofree char *folder = g_strdup (OTHER_DISK "/temoin-mirror-XXXXXX");
  GStatBuf here, there;
  if (g_mkdtemp (folder) == NULL || g_stat (folder, &there) != 0 || g_stat (place.folder, &here) != 0 ||
      here.st_dev == there.st_dev) {
    (void)g_rmdir (folder); /* it is there, or not */
    g_test_skip ("no second file system here");
    return;
  }
  g_autoptr (Register) reg = open_register (&place);
  MirrorStatus status;
  int number = 0;
  g_assert_false (register_copy_status (reg, &status));
  MUST (register_copy_to (reg, folder, &error));
  for (int i = 0; i < ROUNDS; i++)
    MUST (register_write_wait (reg, add_one, &number, &error));
  wait_until_it_follows (reg);
  MUST (register_write_wait (reg, add_one, &number, &error));
  BackupReport held = {0}, copied = {0};
  MUST (register_read_wait (reg, count, &held, &error));
  g_clear_pointer (&reg, register_close); /* waits for what is under way */
  read_copy (folder, &copied);
  g_assert_cmpint (copied.people, ==, ROUNDS + 1);
  MUST (backup_compare (&held, &copied, &error));
}

static void
is_not_for_a_server (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  REFUSED (register_copy_to (reg, OTHER_DISK, &error), DB_ERROR_UNSUPPORTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_on (ON_SQLITE, "/mirror/holds-what-was-committed", holds_what_was_committed);
  test_on (ON_POSTGRESQL, "/mirror/is-not-for-a-server", is_not_for_a_server);
  return g_test_run ();
}
