/* Is the daemon well, in HTTP: for supervisors and for Prometheus. */
#include "daemon/actions/backup.h"
#include "daemon/actions/loop_lag.h"
#include "daemon/api/resources.h"
#include "db/item.h"

/* The member "copy", when there is one on another disk. What is wrong with it stops nobody. */
static void
write_copy (Writer *out, const Request *request)
{
  MirrorStatus copy;
  if (!register_copy_status (request->world->reg, &copy))
    return;
  writer_open_object (out, "copy");
  writer_text (out, "state", mirror_state_name (copy.state));
  writer_int (out, "behind_ms", copy.behind_ms);
  writer_close (out);
}

/* How long tablets wait for the main loop. */
static void
write_loop (Writer *out)
{
  LoopLag lag;
  loop_lag_read (&lag);
  writer_open_object (out, "loop");
  writer_int (out, "turns", (gint64)lag.turns);
  writer_int (out, "slow_turns", (gint64)lag.slow);
  writer_int (out, "max_us", lag.max_us);
  writer_int (out, "p99_us", lag.p99_us);
  writer_close (out);
}

gboolean
api_health_show (Request *request, Store *store, GError **error)
{
  (void)store; /* at once, without the register's queue */
  (void)error;
  RegisterStats stats;
  register_stats (request->world->reg, &stats);
  gboolean is_back = clock_is_back (request->world->clock);
  const UpkeepReport upkeep = upkeep_report (request->world->upkeep);
  gboolean is_well = stats.last_error[0] == '\0' && !is_back;
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  writer_bool (&out, "ok", is_well);
  writer_text (&out, "version", TEMOIN_VERSION);
  writer_word (&out, "last_error", is_back ? "clock_backwards" : stats.last_error);
  write_copy (&out, request);
  write_loop (&out);
  writer_bool (&out, "ledger_ok",
               upkeep.funds_wrong + upkeep.recharges_wrong + upkeep.purchases_wrong + upkeep.regies_wrong == 0);
  writer_instant (&out, "checked_at", upkeep.checked_at);
  writer_int (&out, "ambiguous_recharges", upkeep.ambiguous);
  writer_close (&out);
  request_answer_json (request, is_well ? 200 : 503, &out);
  return TRUE;
}

static void
append_counter (GString *text, const char *name, const char *help, guint64 value)
{
  g_string_append_printf (text, "# HELP %s %s\n# TYPE %s counter\n%s %" G_GUINT64_FORMAT "\n", name, help, name, name,
                          value);
}

static void
append_gauge (GString *text, const char *name, const char *help, gint64 value)
{
  g_string_append_printf (text, "# HELP %s %s\n# TYPE %s gauge\n%s %" G_GINT64_FORMAT "\n", name, help, name, name,
                          value);
}

/* How old the oldest act is that no verified backup holds. */
static gboolean
append_backup (GString *text, const Request *request, Store *store, GError **error)
{
  BackupAge age;
  if (!store_is_file (store))
    return TRUE;
  if (!backup_age (store, &age, error))
    return FALSE;
  gint64 missing_s = age.missing_since != 0 ? clock_now (request->world->clock) - age.missing_since : 0;
  append_gauge (text, "temoin_backup_missing_seconds", "Age of the oldest act that is in no verified backup",
                MAX (missing_s, 0));
  return TRUE;
}

static void
append_loop (GString *text)
{
  LoopLag lag;
  loop_lag_read (&lag);
  append_counter (text, "temoin_loop_slow_turns_total", "Turns of the main loop of more than 20 ms", lag.slow);
  append_gauge (text, "temoin_loop_max_us", "Longest turn of the main loop", lag.max_us);
}

static void
append_copy (GString *text, const Request *request)
{
  MirrorStatus copy;
  if (!register_copy_status (request->world->reg, &copy))
    return;
  append_gauge (text, "temoin_copy_broken", "1 when the copy on another disk does not follow",
                copy.state == MIRROR_BROKEN);
  append_gauge (text, "temoin_copy_behind_ms", "Age of the oldest commit that is not in that copy", copy.behind_ms);
}

gboolean
api_health_metrics (Request *request, Store *store, GError **error)
{
  gint64 counts[ITEM_STATES_N];
  if (!item_count_by_state (store, counts, error))
    return FALSE;
  RegisterStats stats;
  register_stats (request->world->reg, &stats);
  g_autoptr (GString) text = g_string_new (NULL);
  append_counter (text, "temoin_register_batches_total", "Batches committed", stats.batches);
  append_counter (text, "temoin_register_requests_total", "Requests committed", stats.requests);
  append_counter (text, "temoin_register_failed_batches_total", "Batches that failed", stats.failed_batches);
  g_string_append (text, "# HELP temoin_items Items by state\n# TYPE temoin_items gauge\n");
  for (int state = 0; state < ITEM_STATES_N; state++)
    g_string_append_printf (text, "temoin_items{state=\"%s\"} %" G_GINT64_FORMAT "\n",
                            item_state_name ((ItemState)state), counts[state]);
  if (!append_backup (text, request, store, error))
    return FALSE;
  append_copy (text, request);
  append_loop (text);
  request_answer_bytes (request, "text/plain; version=0.0.4", g_bytes_new (text->str, text->len));
  return TRUE;
}
