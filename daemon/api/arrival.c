/* Tablets that come in, in HTTP: asking to read one, what it said beside what the register says, and taking it over. */
#include "daemon/actions/arrival.h"
#include "daemon/api/problem.h"
#include "daemon/api/resources.h"
#include "daemon/rules/arrival.h"
#include "db/item.h"

typedef struct {
  const char *port;
} AskInput;
typedef struct {
  const char *serial;
} AcceptInput;

static const Field ask_fields[] = {
    {"port", FIELD_TEXT, G_STRUCT_OFFSET (AskInput, port), FALSE, 0},
};
const Form api_arrival_form = {sizeof (AskInput), ask_fields, G_N_ELEMENTS (ask_fields)};
static const Field accept_fields[] = {
    {"serial", FIELD_TEXT, G_STRUCT_OFFSET (AcceptInput, serial), TRUE, 0},
};
const Form api_arrival_accept_form = {sizeof (AcceptInput), accept_fields, G_N_ELEMENTS (accept_fields)};

gboolean
api_arrival_ask (Request *request, Store *store, GError **error)
{
  const AskInput *input = form_data_input (request->form);
  if (request->world->conductor == NULL) {
    rule_error_set (error, M_ARRIVAL_NO_BENCH, NULL);
    return FALSE;
  }
  g_autoptr (GPtrArray) slots = conductor_slots (request->world->conductor);
  ArrivalRequest asked = {.port = input->port, .slots = slots};
  if (!arrival_ask (store, &request->context, &asked, &request->outcome, error))
    return FALSE;
  if (asked.slot != NULL) { /* not a preview */
    request->arriving_port = g_strdup (asked.slot->port);
    request->arriving_serial = g_strdup (asked.slot->serial);
  }
  return TRUE;
}

gboolean
api_arrival_reply (Request *request, Store *store, GError **error)
{
  (void)store; /* nothing is read */
  (void)error;
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  writer_text (&out, "serial", request->arriving_serial);
  writer_text (&out, "port", request->arriving_port);
  problem_write_lists (&out, request->outcome.verdict);
  writer_close (&out);
  request_answer_json (request, 200, &out);
  return TRUE;
}

gboolean
api_arrival_accept (Request *request, Store *store, GError **error)
{
  const AcceptInput *input = form_data_input (request->form);
  return arrival_accept (store, &request->context, input->serial, &request->outcome, error);
}

/* ---- what was read ---- */

static void
write_rows (Writer *out, const char *facts, const Item *item)
{
  g_autoptr (GPtrArray) rows = arrival_compare (facts, item);
  writer_open_array (out, "facts");
  for (guint i = 0; i < rows->len; i++) {
    const ArrivalRow *row = g_ptr_array_index (rows, i);
    writer_open_object (out, NULL);
    writer_text (out, "fact", row->name);
    writer_text (out, "value", row->value);
    writer_text (out, "register", row->register_value);
    writer_bool (out, "differs", row->differs);
    writer_close (out);
  }
  writer_close (out);
}

static void
write_arrival (Writer *out, const Arrival *arrival, const char *port_name, const Item *item)
{
  writer_open_object (out, NULL);
  writer_text (out, "kind", "arrival");
  writer_text (out, "serial", arrival->serial);
  writer_text (out, "port", arrival->port);
  writer_text (out, "port_name", port_name);
  writer_text (out, "state", arrival_state_name (arrival->state));
  view_write_reason (out, arrival->reason);
  writer_text (out, "item", item != NULL ? item->code : NULL);
  writer_instant (out, "at", arrival->at);
  write_rows (out, arrival->facts, item);
  writer_close (out);
}

gboolean
api_arrival_show (Request *request, Store *store, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (Item) item = NULL;
  g_autoptr (Arrival) arrival = arrival_load (store, request->subject, &failed);
  if (failed == NULL && arrival != NULL)
    item = item_load_by_serial (store, arrival->serial, &failed);
  if (failed != NULL && !g_error_matches (failed, DB_ERROR, DB_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (arrival == NULL) {
    rule_error_set (error, M_ARRIVAL_NONE, request->subject, NULL);
    return FALSE;
  }
  g_autofree char *port_name = NULL;
  if (!api_port_name (store, store_site (store), arrival->port, &port_name, error))
    return FALSE;
  g_auto (Writer) out;
  writer_init (&out);
  write_arrival (&out, arrival, port_name, item);
  request_answer_json (request, 200, &out);
  return TRUE;
}
