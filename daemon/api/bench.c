/* What is plugged in, in HTTP. */
#include "daemon/api/resources.h"

static gboolean
write_slot (View *view, gconstpointer record, GError **error)
{
  (void)error; /* in memory: nothing is read */
  const BenchSlot *slot = record;
  gboolean is_known = slot->item[0] != '\0';
  writer_open_object (view->out, NULL);
  writer_text (view->out, "port", slot->port);
  writer_text (view->out, "port_name", slot->port_name);
  writer_text (view->out, "serial", slot->serial);
  writer_text (view->out, "maker", slot->maker);
  writer_text (view->out, "name", slot->name);
  writer_text (view->out, "mode", slot->mode);
  writer_text (view->out, "link", slot->link);
  writer_bool (view->out, "is_duplicate", slot->is_duplicate);
  writer_word (view->out, "item", slot->item);
  writer_text (view->out, "model", slot->model);
  writer_text (view->out, "item_state", is_known ? item_state_name (slot->item_state) : NULL);
  writer_word (view->out, "wipe", slot->wipe);
  g_autofree char *french = bench_preparation_text (slot, LANGUAGE_FR);
  g_autofree char *english = bench_preparation_text (slot, LANGUAGE_EN);
  writer_text (view->out, "preparation_state", slot->preparation);
  writer_text (view->out, "preparation_fr", french);
  writer_text (view->out, "preparation_en", english);
  writer_close (view->out);
  return TRUE;
}

gboolean
api_bench_list (Request *request, Store *store, GError **error)
{
  if (request->world->conductor == NULL) {
    rule_error_set (error, M_BENCH_MISSING, NULL);
    return FALSE;
  }
  g_autoptr (GPtrArray) slots = conductor_slots (request->world->conductor);
  const Page all = {.limit = slots->len};
  return view_answer_list (request, store, &all, slots, write_slot, NULL, error);
}
