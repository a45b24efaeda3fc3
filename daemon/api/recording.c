/* Which port is to be recorded, in HTTP. The lines are sent by stream.c. */
#include "daemon/actions/port.h"
#include "daemon/api/resources.h"
#include "daemon/rules/code.h"

/* "T..." is an item that is on the bench; anything else a port, or its name. Caller frees. */
static char *
port_of (Request *request, Store *store, const char *text, GError **error)
{
  Code item;
  if (!code_parse_kind (text, "T", item, NULL))
    return port_of_text (store, text, error);
  g_autoptr (GPtrArray) slots = conductor_slots (request->world->conductor);
  for (guint i = 0; i < slots->len; i++) {
    const BenchSlot *slot = g_ptr_array_index (slots, i);
    if (slot->port != NULL && g_str_equal (slot->item, item))
      return g_strdup (slot->port);
  }
  rule_error_set (error, M_WIPE_NOT_ON_BENCH, item, NULL);
  return NULL;
}

gboolean
api_recording_ask (Request *request, Store *store, GError **error)
{
  const char *text = request_query (request, "port"), *until = request_query (request, "until");
  if (request->world->conductor == NULL)
    rule_error_set (error, M_ARRIVAL_NO_BENCH, NULL);
  else if (text == NULL)
    rule_error_set (error, M_FIELD_MISSING, "port", NULL);
  else if (until != NULL && !recording_until_read (until, &request->recorded_until))
    rule_error_set (error, M_WORD_UNKNOWN, until, "until", "wiped, unplugged, stopped", NULL);
  else
    request->recorded_port = port_of (request, store, text, error);
  return request->recorded_port != NULL;
}
