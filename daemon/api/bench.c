/* What stands at each port of the bench, in HTTP and in the news. */
#include "daemon/actions/wipe_story.h"
#include "daemon/api/resources.h"
#include "daemon/rules/item.h"
#include <string.h>

/* How far its wipe is. */
static void
write_wipe (Writer *out, const Wipe *wipe, gint64 now)
{
  gint64 away_s = wipe->started_at != 0 ? now - wipe->started_at : 0;
  writer_text (out, "wipe", wipe->code);
  writer_text (out, "wipe_state", wipe_state_name (wipe->state));
  writer_text (out, "step_fr", wipe_state_text (wipe->state, LANGUAGE_FR));
  writer_text (out, "step_en", wipe_state_text (wipe->state, LANGUAGE_EN));
  writer_int (out, "percent", wipe_percent (wipe->state, wipe_waited_in (wipe), away_s));
  writer_int (out, "elapsed_s", MAX (now - wipe->created_at, 0));
}

static void
write_rest (Writer *out, const BenchSlot *slot)
{
  gboolean is_known = slot->item[0] != '\0';
  writer_null (out, "wipe");
  writer_null (out, "wipe_state");
  writer_text (out, "step_fr", is_known ? item_state_text (slot->item_state, LANGUAGE_FR) : NULL);
  writer_text (out, "step_en", is_known ? item_state_text (slot->item_state, LANGUAGE_EN) : NULL);
  writer_null (out, "percent");
  writer_null (out, "elapsed_s");
}

static void
write_todo (Writer *out, const BenchSlot *slot)
{
  BenchAdvice advice;
  bench_slot_judge (slot, &advice);
  g_autofree char *french = bench_slot_todo (slot, &advice, LANGUAGE_FR);
  g_autofree char *english = bench_slot_todo (slot, &advice, LANGUAGE_EN);
  writer_text (out, "need", bench_need_name (advice.need));
  writer_int (out, "rank", advice.rank);
  writer_text (out, "todo_fr", french);
  writer_text (out, "todo_en", english);
  g_free (advice.todo);
}

void
api_bench_write (Writer *out, const BenchSlot *slot, gint64 now)
{
  g_autofree char *french = bench_preparation_text (slot, LANGUAGE_FR);
  g_autofree char *english = bench_preparation_text (slot, LANGUAGE_EN);
  writer_open_object (out, NULL);
  writer_text (out, "port", slot->port);
  writer_text (out, "port_name", slot->port_name);
  writer_text (out, "serial", slot->serial);
  writer_text (out, "maker", slot->maker);
  writer_text (out, "name", slot->name);
  writer_text (out, "mode", slot->mode);
  writer_text (out, "link", slot->link);
  writer_bool (out, "is_duplicate", slot->is_duplicate);
  writer_word (out, "item", slot->item);
  writer_text (out, "model", slot->model);
  writer_text (out, "item_state", slot->item[0] != '\0' ? item_state_name (slot->item_state) : NULL);
  if (slot->running != NULL)
    write_wipe (out, slot->running, now);
  else
    write_rest (out, slot);
  write_todo (out, slot);
  writer_text (out, "preparation_state", slot->preparation);
  writer_text (out, "preparation_fr", french);
  writer_text (out, "preparation_en", english);
  writer_close (out);
}

static void
write_trouble (Writer *out, const char *reason)
{
  g_autofree char *code = g_strndup (reason, strcspn (reason, "|"));
  g_autofree char *french = reason_text (reason, LANGUAGE_FR);
  g_autofree char *english = reason_text (reason, LANGUAGE_EN);
  writer_open_object (out, NULL);
  writer_text (out, "code", code);
  writer_text (out, "fr", french);
  writer_text (out, "en", english);
  writer_close (out);
}

static void
write_all (Writer *out, const GPtrArray *slots, const GPtrArray *troubles, gint64 now)
{
  writer_open_object (out, NULL);
  writer_open_array (out, "items");
  for (guint i = 0; i < slots->len; i++)
    api_bench_write (out, g_ptr_array_index (slots, i), now);
  writer_close (out);
  writer_null (out, "next");
  writer_open_array (out, "troubles");
  for (guint i = 0; i < troubles->len; i++)
    write_trouble (out, g_ptr_array_index (troubles, i));
  writer_close (out);
  writer_close (out);
}

gboolean
api_bench_list (Request *request, Store *store, GError **error)
{
  (void)store; /* all of it is in memory */
  if (request->world->conductor == NULL) {
    rule_error_set (error, M_BENCH_MISSING, NULL);
    return FALSE;
  }
  g_autoptr (GPtrArray) slots = conductor_slots (request->world->conductor);
  g_autoptr (GPtrArray) troubles = conductor_troubles (request->world->conductor);
  g_auto (Writer) out;
  writer_init (&out);
  write_all (&out, slots, troubles, clock_now (request->world->clock));
  request_answer_json (request, 200, &out);
  return TRUE;
}

char *
api_bench_news (const ApiWorld *world, const char *key)
{
  g_autoptr (GPtrArray) slots = conductor_slots (world->conductor);
  const BenchSlot *slot = bench_slot_find (slots, key);
  if (slot == NULL)
    return NULL;
  g_auto (Writer) out;
  writer_init (&out);
  api_bench_write (&out, slot, clock_now (world->clock));
  return g_strdup (out.text->str);
}
