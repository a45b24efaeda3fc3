/* What the daemon would tell whoever looks after it: one row a check. Whether it can work at all is health.c's. */
#include "daemon/actions/backup.h"
#include "daemon/actions/loop_lag.h"
#include "daemon/api/problem.h"
#include "daemon/api/resources.h"
#include "db/recharge.h"
#include "db/regie.h"
#include <string.h>

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

#define SECOND_MS 1000

/* Why the copy on another disk does not follow. */
static MessageId
copy_trouble (DbError error)
{
  static const struct {
    DbError error;
    MessageId id;
  } rows[] = {
      {DB_ERROR_NOT_FOUND, M_COPY_GONE},
      {DB_ERROR_CHECK, M_COPY_SAME_DISK},
      {DB_ERROR_FULL, M_COPY_FULL},
      {DB_ERROR_BUSY, M_COPY_SLOW},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].error == error)
      return rows[i].id;
  return M_COPY_FAILED;
}

static gboolean
check_copy (Request *request, Store *store, GPtrArray *findings, GError **error)
{
  (void)store; /* nothing is read */
  (void)error;
  MirrorStatus copy;
  if (!register_copy_status (request->world->reg, &copy))
    return TRUE;
  g_autofree char *behind_s = g_strdup_printf ("%" G_GINT64_FORMAT, copy.behind_ms / 1000);
  const MessageId said[] = {[MIRROR_MAKING] = M_COPY_MAKING,
                            [MIRROR_FOLLOWING] = copy.behind_ms < SECOND_MS ? M_COPY_GOOD : M_COPY_BEHIND,
                            [MIRROR_BROKEN] = copy_trouble (copy.error)};
  g_ptr_array_add (findings, finding_new (said[copy.state], behind_s, NULL));
  return TRUE;
}

/* Recharges that nobody knows the outcome of, each by its code. */
static gboolean
check_recharges (Request *request, Store *store, GPtrArray *findings, GError **error)
{
  enum { SHOWN = 50 };
  const RechargeState ambiguous = RECHARGE_AMBIGUOUS;
  const RechargeFilter filter = {.open = &ambiguous};
  (void)request; /* the register knows */
  g_autoptr (GPtrArray) recharges = recharge_list (store, &filter, NULL, SHOWN, error);
  for (guint i = 0; recharges != NULL && i < recharges->len; i++)
    g_ptr_array_add (findings, finding_new (M_RECHARGE_AMBIGUOUS_SAID,
                                            ((const Recharge *)g_ptr_array_index (recharges, i))->code, NULL));
  return recharges != NULL;
}

/* Months of regies that are over and not handed to the accountant: at least monthly, say the rules. */
static gboolean
check_regies (Request *request, Store *store, GPtrArray *findings, GError **error)
{
  enum { SHOWN = 20 };
  const Day today = request_today (request);
  g_autoptr (GPtrArray) regies = regie_list (store, NULL, SHOWN, error);
  for (guint i = 0; regies != NULL && i < regies->len; i++) {
    const Regie *regie = g_ptr_array_index (regies, i);
    gboolean is_over = strncmp (regie->month, today.text, strlen (regie->month)) < 0;
    if (is_over && strcmp (regie->closed_month, regie->month) < 0)
      g_ptr_array_add (findings, finding_new (M_REGIE_TO_CLOSE, regie->name, regie->month, regie->code, NULL));
  }
  return regies != NULL;
}

/* Files that were left out at start: keys, offers. */
static gboolean
check_files (Request *request, Store *store, GPtrArray *findings, GError **error)
{
  const ApiWorld *world = request->world;
  (void)store; /* they are no rows */
  (void)error;
  if (world->vault != NULL && vault_problem (world->vault) != NULL)
    g_ptr_array_add (findings, finding_copy (vault_problem (world->vault)));
  if (dialogues_problem (world->dialogues) != NULL)
    g_ptr_array_add (findings, finding_copy (dialogues_problem (world->dialogues)));
  for (guint i = 0; world->offers != NULL && i < offers_problems (world->offers)->len; i++)
    g_ptr_array_add (findings, finding_copy (g_ptr_array_index (offers_problems (world->offers), i)));
  return TRUE;
}

/* Do tablets wait for the main loop? */
static gboolean
check_loop (Request *request, Store *store, GPtrArray *findings, GError **error)
{
  (void)request; /* the gauge is the process's */
  (void)store;
  (void)error;
  LoopLag lag;
  loop_lag_read (&lag);
  Finding *found = loop_lag_judge (&lag);
  if (found != NULL)
    g_ptr_array_add (findings, found);
  return TRUE;
}

static const Check checks[] = {
    check_backup, check_copy, check_recharges, check_regies, check_files, check_loop,
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
