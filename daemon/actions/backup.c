#include "daemon/actions/backup.h"
#include "db/journal.h"
#include "db/setting.h"
#include <stdio.h>

#define VERIFIED_KEY "backup_verified" /* "LINES INSTANT": lines of the journal that it covers, when it was tried */

/* The line after so many; NULL (without error) when there is none. Caller frees. */
static JournalLine *
line_after (Store *store, gint64 lines, GError **error)
{
  g_autoptr (GPtrArray) found = journal_list (store, lines, 1, error);
  return found != NULL && found->len == 1 ? g_ptr_array_steal_index (found, 0) : NULL;
}

/* Does the backup end with a line that is ours? An empty one is the beginning of every history. */
static gboolean
is_same_history (Store *store, const BackupReport *backup, gboolean *is_same, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (JournalLine) last =
      backup->journal_lines > 0 ? line_after (store, backup->journal_lines - 1, &failure) : NULL;
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  *is_same = backup->journal_lines == 0 || (last != NULL && g_str_equal (last->hash, backup->journal_hash));
  return TRUE;
}

/* The line that is written now says nothing that a backup must hold: it is covered when all before it is. */
static gboolean
write_down (Store *store, const ActionContext *context, gint64 lines, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (JournalLine) missing = line_after (store, lines, &failure);
  g_autofree char *after = g_strdup_printf ("lines=%" G_GINT64_FORMAT, lines);
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  g_autofree char *value =
      g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, lines + (missing == NULL), context->now);
  return action_journal (store, context, "backup.verify", "", NULL, after, error) &&
         setting_set (store, VERIFIED_KEY, value, error);
}

gboolean
backup_note_verified (Store *store, const ActionContext *context, const BackupReport *backup, gboolean *is_ours,
                      GError **error)
{
  return is_same_history (store, backup, is_ours, error) &&
         (!*is_ours || write_down (store, context, backup->journal_lines, error));
}

/* 0 when there is no such line. */
static gboolean
instant_after (Store *store, gint64 lines, gint64 *at, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (JournalLine) line = line_after (store, lines, &failure);
  *at = line != NULL ? line->at : 0;
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
backup_age (Store *store, BackupAge *age, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autofree char *value = setting_get (store, VERIFIED_KEY, &failure);
  gint64 lines = 0, verified_at = 0, began_at, missing_since;
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  if (value != NULL && sscanf (value, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, &lines, &verified_at) != 2)
    lines = verified_at = 0; /* as if there was none */
  if (!instant_after (store, 0, &began_at, error) || !instant_after (store, lines, &missing_since, error))
    return FALSE;
  *age = (BackupAge){.began_at = began_at, .verified_at = verified_at, .missing_since = missing_since};
  return TRUE;
}
