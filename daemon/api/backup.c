/* Backups and restores, in HTTP. Making and checking a backup is db/backup's; this file moves the bytes. */
#include "daemon/actions/backup.h"
#include "daemon/api/resources.h"
#include "db/rehearsal.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

gboolean
api_backup_make (Request *request, Store *store, GError **error)
{
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *name = g_strconcat ("backup-", id, ".tmp", NULL);
  g_autofree char *path = g_build_filename (request->world->state_dir, name, NULL);
  BackupReport report;
  if (!backup_make (store, path, &report, error))
    return FALSE;
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  int failure = errno;
  (void)g_unlink (path); /* the open descriptor keeps it until it is sent */
  if (fd < 0) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (failure), "backup: %s", g_strerror (failure));
    return FALSE;
  }
  request_answer_file (request, "application/octet-stream", fd);
  request->answer.backup = g_strdup_printf (
      "schema=%d items=%" G_GINT64_FORMAT " people=%" G_GINT64_FORMAT " loans=%" G_GINT64_FORMAT
      " journal_lines=%" G_GINT64_FORMAT " journal_hash=%s",
      report.schema, report.items, report.people, report.loans, report.journal_lines, report.journal_hash);
  return TRUE;
}

/* The file came from outside: what is wrong with it is not wrong with the register. */
static void
explain_upload (GError **error)
{
  gboolean is_newer = g_error_matches (*error, DB_ERROR, DB_ERROR_NEWER);
  if (!is_newer && !g_error_matches (*error, DB_ERROR, DB_ERROR_CORRUPT))
    return;
  g_clear_error (error);
  rule_error_set (error, is_newer ? M_BACKUP_NEWER : M_BACKUP_UNREADABLE, NULL);
}

/* name, value: what was done. */
static void
answer_report (Request *request, const BackupReport *report, const char *name, gboolean value)
{
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  writer_bool (&out, name, value);
  writer_int (&out, "schema", report->schema);
  writer_int (&out, "items", report->items);
  writer_int (&out, "people", report->people);
  writer_int (&out, "loans", report->loans);
  writer_int (&out, "wipes", report->wipes);
  writer_int (&out, "recharges", report->recharges);
  writer_int (&out, "recharged_cents", report->recharged_cents);
  writer_int (&out, "granted_cents", report->granted_cents);
  writer_int (&out, "spent_cents", report->spent_cents);
  writer_text (&out, "currency", "EUR");
  writer_int (&out, "journal_lines", report->journal_lines);
  writer_text (&out, "journal_hash", report->journal_hash);
  writer_close (&out);
  request_answer_json (request, 200, &out);
}

static gboolean
reload_clock (Store *store, gpointer clock, GError **error)
{
  return clock_reload (store, clock, error);
}

/* What was known of the old register is read again, and whoever works with it is told. */
static gboolean
replace_register (const Request *request, GError **error)
{
  const ApiWorld *world = request->world;
  if (!register_replace (world->reg, request->upload, error))
    return FALSE;
  gboolean is_clock_read = register_read_wait (world->reg, reload_clock, world->clock, error);
  if (world->conductor != NULL)
    conductor_restart (world->conductor);
  if (world->modems != NULL)
    modems_restart (world->modems);
  importer_wake (world->importer);
  return is_clock_read;
}

gboolean
api_backup_restore (Request *request, GError **error)
{
  gint64 confirm;
  BackupReport report;
  g_autoptr (GError) failed = NULL;
  if (!request_query_int (request, "confirm", 0, 1, 0, &confirm, error))
    return FALSE;
  if (!backup_check (request->upload, &report, &failed)) {
    explain_upload (&failed);
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (confirm != 0 && !replace_register (request, error))
    return FALSE;
  answer_report (request, &report, "restored", confirm != 0);
  return TRUE;
}

/* ---- on trial ---- */

typedef struct {
  const Request *request;
  BackupReport report;
  gboolean is_ours;
} Trial;

static gboolean
note_verified (Store *store, gpointer data, GError **error)
{
  Trial *trial = data;
  const Request *request = trial->request;
  const ActionContext context = {
      .now = clock_now (request->world->clock),
      .calendar = request->world->calendar,
      .account = request->account->code,
      .role = request->account->role,
  };
  return backup_note_verified (store, &context, &trial->report, &trial->is_ours, error);
}

gboolean
api_backup_verify (Request *request, GError **error)
{
  Trial trial = {.request = request};
  g_autoptr (GError) failed = NULL;
  if (!rehearsal_run (request->upload, request->world->state_dir, &trial.report, &failed)) {
    explain_upload (&failed);
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (!register_write_wait (request->world->reg, note_verified, &trial, error))
    return FALSE;
  answer_report (request, &trial.report, "of_this_register", trial.is_ours);
  return TRUE;
}
