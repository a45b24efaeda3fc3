#include "db/rehearsal.h"
#include "db/register.h"
#include "db/setting.h"
#include <errno.h>
#include <glib/gstdio.h>

#define PREFIX      "rehearsal-"
#define SCRATCH_KEY "rehearsed"

static gboolean
count (Store *store, gpointer report, GError **error)
{
  return backup_count (store, report, error);
}

static gboolean
use (Store *store, gpointer user, GError **error)
{
  (void)user;
  return setting_set (store, SCRATCH_KEY, "1", error);
}

/* What came out of the restore is what was put in, but for the schema, which may be a newer one by now. */
static gboolean
compare (Register *scratch, const BackupReport *backup, GError **error)
{
  BackupReport restored = {0};
  if (!register_read_wait (scratch, count, &restored, error))
    return FALSE;
  restored.schema = backup->schema;
  return backup_compare (backup, &restored, error) && register_write_wait (scratch, use, NULL, error);
}

static gboolean
restore_into (const char *url, const char *path, BackupReport *report, GError **error)
{
  BackupReport backup;
  g_autoptr (Register) scratch = register_open (url, error);
  if (scratch == NULL || !backup_check (path, &backup, error) || !register_replace (scratch, path, error) ||
      !compare (scratch, &backup, error))
    return FALSE;
  if (report != NULL)
    *report = backup;
  return TRUE;
}

/* Its files are all in it, none of them a folder. */
static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) names = g_dir_open (folder, 0, NULL);
  for (const char *name; names != NULL && (name = g_dir_read_name (names)) != NULL;) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    (void)g_unlink (path); /* the folder then stays, and shows it */
  }
  (void)g_rmdir (folder); /* the same */
}

gboolean
rehearsal_run (const char *path, const char *folder, BackupReport *report, GError **error)
{
  g_autofree char *scratch = g_build_filename (folder, PREFIX "XXXXXX", NULL);
  if (g_mkdtemp_full (scratch, 0700) == NULL) {
    g_set_error (error, DB_ERROR, errno == ENOSPC ? DB_ERROR_FULL : DB_ERROR_IO, "%s: %s", scratch, g_strerror (errno));
    return FALSE;
  }
  g_autofree char *url = g_strdup_printf ("sqlite:%s/register.db", scratch);
  gboolean is_good = restore_into (url, path, report, error);
  remove_folder (scratch);
  return is_good;
}

void
rehearsal_clean (const char *folder)
{
  g_autoptr (GDir) names = g_dir_open (folder, 0, NULL);
  for (const char *name; names != NULL && (name = g_dir_read_name (names)) != NULL;) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    if (g_str_has_prefix (name, PREFIX) && g_file_test (path, G_FILE_TEST_IS_DIR))
      remove_folder (path);
  }
}
