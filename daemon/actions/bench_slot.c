/* See bench_slot.h. */
#include "daemon/actions/bench_slot.h"
#include "daemon/actions/port.h"
#include "daemon/actions/prepare_run.h"
#include "daemon/actions/wipe_story.h"
#include "daemon/devices/device.h"
#include "db/item.h"
#include <string.h>

void
bench_slot_free (BenchSlot *slot)
{
  if (slot == NULL)
    return;
  g_free (slot->port);
  g_free (slot->port_name);
  g_free (slot->serial);
  g_free (slot->maker);
  g_free (slot->name);
  g_free (slot->trouble);
  g_free (slot->model);
  g_free (slot->item_reason);
  wipe_free (slot->running);
  g_free (slot->preparation_reason);
  g_free (slot);
}

static void
slot_destroy (gpointer slot)
{
  bench_slot_free (slot);
}

GPtrArray *
bench_slots_new (void)
{
  return g_ptr_array_new_with_free_func (slot_destroy);
}

/* ---- whose they are ---- */

static void
take_item (BenchSlot *slot, const Item *item)
{
  g_strlcpy (slot->item, item->code, sizeof slot->item);
  slot->item_state = item->state;
  slot->item_reason = g_strdup (item->state_reason);
  slot->model = g_strdup (item->model);
}

static gboolean
match_item (Store *store, BenchSlot *slot, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (Item) item = slot->serial != NULL ? item_load_by_serial (store, slot->serial, &problem) : NULL;
  if (problem != NULL && !g_error_matches (problem, DB_ERROR, DB_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  if (item != NULL)
    take_item (slot, item);
  return TRUE;
}

/* A wipe holds its port, whatever is plugged in there; one that holds none is shown with its tablet. */
static gboolean
is_wipe_of (const Wipe *wipe, const BenchSlot *slot)
{
  if (slot->running != NULL)
    return FALSE;
  return wipe->port != NULL ? g_strcmp0 (wipe->port, slot->port) == 0 : g_strcmp0 (wipe->serial, slot->serial) == 0;
}

static BenchSlot *
slot_of_wipe (GPtrArray *slots, const Wipe *wipe)
{
  for (guint i = 0; i < slots->len; i++) {
    BenchSlot *slot = g_ptr_array_index (slots, i);
    if (is_wipe_of (wipe, slot))
      return slot;
  }
  return NULL;
}

/* Its tablet restarts, or was unplugged. */
static BenchSlot *
away_slot (Store *store, const Wipe *wipe, GError **error)
{
  g_autoptr (Item) item = item_load (store, wipe->item, error);
  if (item == NULL)
    return NULL;
  BenchSlot *slot = g_new0 (BenchSlot, 1);
  slot->port = g_strdup (wipe->port);
  slot->serial = g_strdup (wipe->serial);
  slot->mode = "away";
  slot->link = "none";
  slot->is_away = TRUE;
  take_item (slot, item);
  return slot;
}

/* wipe: taken. */
static gboolean
place_wipe (Store *store, GPtrArray *slots, Wipe *taken, GError **error)
{
  g_autoptr (Wipe) wipe = taken;
  BenchSlot *slot = slot_of_wipe (slots, wipe);
  if (slot == NULL) {
    slot = away_slot (store, wipe, error);
    if (slot == NULL)
      return FALSE;
    g_ptr_array_add (slots, slot);
  }
  if (wipe->port != NULL || slot->is_away)
    g_strlcpy (slot->wipe, wipe->code, sizeof slot->wipe);
  slot->running = g_steal_pointer (&wipe);
  return TRUE;
}

static int
compare_ports (gconstpointer a, gconstpointer b)
{
  const BenchSlot *const *left = a, *const *right = b;
  if ((*left)->port == NULL || (*right)->port == NULL)
    return ((*left)->port == NULL) - ((*right)->port == NULL);
  return strverscmp ((*left)->port, (*right)->port);
}

gboolean
bench_slots_match (Store *store, GPtrArray *slots, GError **error)
{
  g_autoptr (GPtrArray) names = port_name_list (store, error);
  g_autoptr (GPtrArray) wipes = names != NULL ? wipe_list_unfinished (store, error) : NULL;
  if (wipes == NULL)
    return FALSE;
  for (guint i = 0; i < slots->len; i++)
    if (!match_item (store, g_ptr_array_index (slots, i), error))
      return FALSE;
  while (wipes->len > 0)
    if (!place_wipe (store, slots, g_ptr_array_steal_index (wipes, 0), error))
      return FALSE;
  g_ptr_array_sort (slots, compare_ports);
  for (guint i = 0; i < slots->len; i++) {
    BenchSlot *slot = g_ptr_array_index (slots, i);
    slot->port_name = g_strdup (port_name_in (names, slot->port));
  }
  return TRUE;
}

/* ---- finding one ---- */

const BenchSlot *
bench_slot_of (const GPtrArray *slots, const char *serial)
{
  for (guint i = 0; slots != NULL && serial != NULL && i < slots->len; i++) {
    const BenchSlot *slot = g_ptr_array_index (slots, i);
    if (!slot->is_away && g_strcmp0 (slot->serial, serial) == 0)
      return slot;
  }
  return NULL;
}

const char *
bench_slot_key (const BenchSlot *slot)
{
  return slot->port != NULL ? slot->port : slot->item;
}

const BenchSlot *
bench_slot_find (const GPtrArray *slots, const char *key)
{
  for (guint i = 0; i < slots->len; i++) {
    const BenchSlot *slot = g_ptr_array_index (slots, i);
    if (g_str_equal (bench_slot_key (slot), key))
      return slot;
  }
  return NULL;
}

static gboolean
is_same_wipe (const Wipe *wipe, const Wipe *other)
{
  if (wipe == NULL || other == NULL)
    return wipe == other;
  return g_str_equal (wipe->code, other->code) && wipe->state == other->state &&
         wipe->started_at == other->started_at && g_strcmp0 (wipe->reason, other->reason) == 0;
}

gboolean
bench_slot_is_same (const BenchSlot *slot, const BenchSlot *other)
{
  const char *const texts[][2] = {
      {slot->port_name, other->port_name},
      {slot->serial, other->serial},
      {slot->maker, other->maker},
      {slot->name, other->name},
      {slot->mode, other->mode},
      {slot->link, other->link},
      {slot->trouble, other->trouble},
      {slot->item, other->item},
      {slot->model, other->model},
      {slot->item_reason, other->item_reason},
      {slot->preparation, other->preparation},
      {slot->preparation_reason, other->preparation_reason},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_strcmp0 (texts[i][0], texts[i][1]) != 0)
      return FALSE;
  return slot->is_duplicate == other->is_duplicate && slot->item_state == other->item_state &&
         is_same_wipe (slot->running, other->running);
}

/* ---- what to do ---- */

void
bench_slot_judge (const BenchSlot *slot, BenchAdvice *advice)
{
  const BenchFacts facts = {
      .is_duplicate = slot->is_duplicate,
      .serial = slot->serial,
      .trouble = slot->trouble,
      .has_wipe = slot->running != NULL,
      .wipe_state = slot->running != NULL ? slot->running->state : WIPE_STATES_N,
      .prepares = prepare_is_running (slot->preparation),
      .needs_tap = g_strcmp0 (slot->preparation, prepare_state_name (PREPARE_TAP)) == 0,
      .has_adb = g_strcmp0 (slot->mode, device_mode_name (DEVICE_PLAIN)) != 0,
      .item = slot->item,
      .item_state = slot->item_state,
      .item_reason = slot->item_reason,
  };
  bench_judge (&facts, advice);
}

char *
bench_slot_todo (const BenchSlot *slot, const BenchAdvice *advice, Language language)
{
  if (advice->todo != NULL)
    return reason_text (advice->todo, language);
  const char *port = slot->port_name != NULL ? slot->port_name : slot->port;
  return slot->running != NULL ? wipe_todo_text (slot->running, port, language) : NULL;
}
