/* What the daemon would tell whoever looks after it: one row a check. Whether it can work at all is health.c's. */
#include "daemon/actions/backup.h"
#include "daemon/api/problem.h"
#include "daemon/api/resources.h"

/* Adds what it found: notes and troubles. FALSE only when the register cannot be read. */
typedef gboolean (*Check) (Request *request, Store *store, GPtrArray *findings, GError **error);

static gboolean
check_backup (Request *request, Store *store, GPtrArray *findings, GError **error)
{
  const ApiWorld *world = request->world;
  BackupAge age;
  if (!store_is_file (store))
    return TRUE; /* whoever keeps that database keeps its backups */
  if (!backup_age (store, &age, error))
    return FALSE;
  Day day = day_of_instant (world->calendar, age.verified_at);
  g_ptr_array_add (findings, backup_judge (&age, clock_now (world->clock), day.text));
  return TRUE;
}

static const Check checks[] = {
    check_backup,
};

static void
write_findings (Writer *out, const char *name, const GPtrArray *findings, gboolean is_trouble)
{
  writer_open_array (out, name);
  for (guint i = 0; i < findings->len; i++) {
    const Finding *finding = g_ptr_array_index (findings, i);
    if ((message_kind (finding->id) == MESSAGE_TROUBLE) == is_trouble)
      problem_write_finding (out, finding);
  }
  writer_close (out);
}

static void
destroy_finding (gpointer finding)
{
  finding_free (finding);
}

gboolean
api_doctor_show (Request *request, Store *store, GError **error)
{
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func (destroy_finding);
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    if (!checks[i](request, store, findings, error))
      return FALSE;
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  write_findings (&out, "troubles", findings, TRUE);
  write_findings (&out, "notes", findings, FALSE);
  writer_close (&out);
  request_answer_json (request, 200, &out);
  return TRUE;
}
