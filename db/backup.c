/* Backups that were tried before they are called backups. */
#include "db/backup.h"
#include "db/fund.h"
#include "db/purchase.h"
#include "db/regie.h"
#include "db/item.h"
#include "db/journal.h"
#include <glib/gstdio.h>
#include <string.h>

/* What is counted and summed, and where it is told. */
static const struct {
  const char *sql;
  gsize offset;
} counts[] = {
    {"SELECT COUNT(*) FROM item", G_STRUCT_OFFSET (BackupReport, items)},
    {"SELECT COUNT(*) FROM person", G_STRUCT_OFFSET (BackupReport, people)},
    {"SELECT COUNT(*) FROM loan", G_STRUCT_OFFSET (BackupReport, loans)},
    {"SELECT COUNT(*) FROM wipe", G_STRUCT_OFFSET (BackupReport, wipes)},
    {"SELECT COUNT(*) FROM recharge", G_STRUCT_OFFSET (BackupReport, recharges)},
    {"SELECT COALESCE(SUM(amount), 0) FROM recharge", G_STRUCT_OFFSET (BackupReport, recharged_cents)},
    {"SELECT COALESCE(SUM(granted), 0) FROM fund", G_STRUCT_OFFSET (BackupReport, granted_cents)},
    {"SELECT COALESCE(SUM(debit - credit), 0) FROM fund_entry", G_STRUCT_OFFSET (BackupReport, spent_cents)},
    {"SELECT COUNT(*) FROM journal", G_STRUCT_OFFSET (BackupReport, journal_lines)},
};

gboolean
backup_count (Store *store, BackupReport *report, GError **error)
{
  if (!store_take_time (store, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++) {
    g_autoptr (Rows) rows = store_query (store, error, counts[i].sql, "");
    if (rows == NULL || !rows_next (rows, error))
      return FALSE;
    G_STRUCT_MEMBER (gint64, report, counts[i].offset) = rows_int (rows, 0);
  }
  g_autoptr (GPtrArray) last = journal_list (store, report->journal_lines - 1, 1, error);
  if (last == NULL)
    return FALSE;
  if (last->len == 1)
    g_strlcpy (report->journal_hash, ((const JournalLine *)g_ptr_array_index (last, 0))->hash,
               sizeof report->journal_hash);
  report->schema = store_schema (store);
  return TRUE;
}

static gboolean
check_item_counts (Store *store, GError **error)
{
  gint64 kept[ITEM_STATES_N], counted[ITEM_STATES_N];
  if (!item_count_by_state (store, kept, error) || !item_recount (store, counted, error))
    return FALSE;
  gboolean is_same = memcmp (kept, counted, sizeof kept) == 0;
  if (!is_same)
    g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "the items of each state are not as many as was kept");
  return is_same;
}

static gboolean
is_right (GPtrArray *wrong, const char *noun, GError **error)
{
  g_autoptr (GPtrArray) codes = wrong;
  if (codes != NULL && codes->len > 0)
    g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "the ledger of %s %s does not add up", noun,
                 (const char *)g_ptr_array_index (codes, 0));
  return codes != NULL && codes->len == 0;
}

static gboolean
check_ledgers (Store *store, GError **error)
{
  return is_right (fund_reconcile (store, error), "fund", error) &&
         is_right (purchase_reconcile (store, 1, error), "purchase", error) &&
         is_right (regie_reconcile (store, error), "regie", error);
}

/* What only we can check: the chain of the journal, the ledgers, the numbers of items. */
static gboolean
check_contents (Store *store, GError **error)
{
  JournalChain journal;
  if (!journal_verify (store, &journal, error))
    return FALSE;
  if (journal.problem != JOURNAL_WHOLE) {
    g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "the journal%s%s is broken at line %" G_GINT64_FORMAT " (%s)",
                 journal.site[0] != '\0' ? " of site " : "", journal.site, journal.bad_number,
                 journal_problem_name (journal.problem));
    return FALSE;
  }
  return check_ledgers (store, error) && check_item_counts (store, error);
}

/* A backup of an older version is looked at as a restore would make it: brought up to date, in a copy. Removed with it. */
typedef struct {
  Store *store;
  char *copy; /* NULL when the file itself is read */
  int schema; /* of the file */
} Opened;

static void
opened_clear (Opened *opened)
{
  g_clear_pointer (&opened->store, store_close);
  if (opened->copy != NULL)
    (void)g_unlink (opened->copy); /* when it could not be made, the error tells */
  g_clear_pointer (&opened->copy, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Opened, opened_clear)

static gboolean
open_up_to_date (const char *path, Opened *opened, GError **error)
{
  g_autofree char *url = g_strconcat ("sqlite:", path, NULL);
  opened->store = store_open (url, STORE_READ, error);
  if (opened->store == NULL)
    return FALSE;
  opened->schema = store_schema (opened->store);
  if (opened->schema == store_schema_newest ())
    return TRUE;
  opened->copy = g_strconcat (path, ".up-to-date", NULL);
  (void)g_unlink (opened->copy); /* of a check that was cut short */
  if (!store_check (opened->store, error) || !store_copy_to (opened->store, opened->copy, error))
    return FALSE;
  g_autofree char *copy_url = g_strconcat ("sqlite:", opened->copy, NULL);
  g_clear_pointer (&opened->store, store_close);
  opened->store = store_open (copy_url, STORE_WRITE, error);
  return opened->store != NULL;
}

gboolean
backup_check (const char *path, BackupReport *report, GError **error)
{
  g_auto (Opened) opened = {0};
  BackupReport found = {0};
  if (!open_up_to_date (path, &opened, error) || !store_check (opened.store, error) ||
      !check_contents (opened.store, error) || !backup_count (opened.store, &found, error))
    return FALSE;
  GStatBuf status;
  found.schema = opened.schema;
  found.bytes = g_stat (path, &status) == 0 ? (gint64)status.st_size : 0;
  if (report != NULL)
    *report = found;
  return TRUE;
}

gboolean
backup_compare (const BackupReport *one, const BackupReport *other, GError **error)
{
  gboolean is_same = one->schema == other->schema && g_str_equal (one->journal_hash, other->journal_hash);
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    is_same =
        is_same && G_STRUCT_MEMBER (gint64, one, counts[i].offset) == G_STRUCT_MEMBER (gint64, other, counts[i].offset);
  if (!is_same)
    g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "the copy does not hold what the register holds");
  return is_same;
}

/* What is in the copy is what the register held. */
static gboolean
prove (const BackupReport *here, const char *copy, BackupReport *report, GError **error)
{
  BackupReport there;
  if (!backup_check (copy, &there, error) || !backup_compare (here, &there, error))
    return FALSE;
  if (report != NULL)
    *report = there;
  return TRUE;
}

gboolean
backup_make (Store *store, const char *path, BackupReport *report, GError **error)
{
  if (g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, DB_ERROR, DB_ERROR_UNIQUE, "%s exists already", path);
    return FALSE;
  }
  g_autofree char *unproven = g_strconcat (path, ".unproven", NULL);
  (void)g_unlink (unproven); /* of a backup that was cut short */
  BackupReport here = {0};
  /* counted before it is copied: in a transaction, the first read decides which instant is seen */
  if (!backup_count (store, &here, error) || !store_copy_to (store, unproven, error))
    return FALSE;
  if (prove (&here, unproven, report, error) && store_publish (unproven, path, error))
    return TRUE;
  (void)g_unlink (unproven); /* the error tells more */
  return FALSE;
}
