/* See arrival.h. */
#include "daemon/actions/arrival.h"
#include "daemon/actions/field.h"
#include "daemon/rules/arrival.h"
#include "daemon/rules/field.h"
#include "db/item.h"

/* ---- asking ---- */

static const BenchSlot *
slot_of (const ArrivalRequest *request, GError **error)
{
  const BenchSlot *found = NULL;
  guint n = 0;
  for (guint i = 0; i < request->slots->len; i++) {
    const BenchSlot *slot = g_ptr_array_index (request->slots, i);
    if (slot->is_away)
      continue;
    if (request->port != NULL && !g_str_equal (slot->port, request->port) &&
        !(slot->port_name != NULL && field_same_word (slot->port_name, request->port)))
      continue;
    found = slot;
    n++;
  }
  if (n == 1)
    return found;
  if (n == 0)
    rule_error_set (error, M_ARRIVAL_PORT, request->port != NULL ? request->port : "?", NULL);
  else
    rule_error_set (error, M_ARRIVAL_CHOOSE, NULL);
  return NULL;
}

gboolean
arrival_ask (Store *store, const ActionContext *context, ArrivalRequest *request, Outcome *outcome, GError **error)
{
  const BenchSlot *slot = slot_of (request, error);
  if (slot == NULL)
    return FALSE;
  if (slot->serial == NULL)
    verdict_add (outcome->verdict, M_WIPE_SERIAL_UNREAD, slot->item, NULL);
  if (slot->is_duplicate)
    verdict_add (outcome->verdict, M_WIPE_DUPLICATE, slot->serial, NULL);
  if (slot->wipe[0] != '\0')
    verdict_add (outcome->verdict, M_WIPE_PORT_TAKEN, NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  const Arrival arrival = {.serial = slot->serial,
                           .port = slot->port,
                           .state = ARRIVAL_ASKED,
                           .at = context->now,
                           .account = (char *)context->account};
  request->slot = slot;
  return arrival_put (store, &arrival, error) &&
         action_journal (store, context, "arrival.ask", slot->item, NULL, slot->port, error);
}

/* ---- accepting ---- */

static Arrival *
load_read (Store *store, const char *serial, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (Arrival) arrival = arrival_load (store, serial, &problem);
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  else if (arrival == NULL || arrival->state != ARRIVAL_READ)
    rule_error_set (error, M_ARRIVAL_NONE, serial, NULL);
  else
    return g_steal_pointer (&arrival);
  return NULL;
}

/* Writes what differs. after: for the journal. */
static gboolean
take_over (Store *store, const Item *item, const GPtrArray *rows, char **after, GError **error)
{
  g_autofree char *model = NULL, *imei = NULL;
  if (!field_text ("model", arrival_value_to_write (rows, "model"), &model, error) ||
      !field_checked (imei_check, arrival_value_to_write (rows, "imei"), &imei, error))
    return FALSE;
  *after = g_strdup_printf ("model=%s imei=%s", model != NULL ? "read" : "kept", imei != NULL ? "read" : "kept");
  return item_set_identity (store, item->code, model != NULL ? model : item->model, imei != NULL ? imei : item->imei,
                            error);
}

gboolean
arrival_accept (Store *store, const ActionContext *context, const char *serial, Outcome *outcome, GError **error)
{
  g_autofree char *after = NULL;
  g_autoptr (Arrival) arrival = load_read (store, serial, error);
  g_autoptr (Item) item = arrival != NULL ? item_load_by_serial (store, serial, error) : NULL;
  if (item == NULL) {
    if (arrival != NULL)
      action_explain_missing (error, M_ARRIVAL_UNKNOWN, serial);
    return FALSE;
  }
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  g_autoptr (GPtrArray) rows = arrival_compare (arrival->facts, item);
  arrival->state = ARRIVAL_ACCEPTED;
  if (!take_over (store, item, rows, &after, error) || !arrival_put (store, arrival, error) ||
      !action_journal (store, context, "item.arrival", item->code, NULL, after, error)) {
    action_explain (error, M_ALREADY_KNOWN, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, item->code);
  return TRUE;
}
