/* Preparing a tablet, in HTTP: the asking. How it goes is shown with the bench. */
#include "daemon/actions/prepare.h"
#include "daemon/api/resources.h"

static const Field prepare_fields[] = {
    {"item", FIELD_TEXT, G_STRUCT_OFFSET (PrepareRequest, item), TRUE, 0},
};
const Form api_prepare_form = {sizeof (PrepareRequest), prepare_fields, G_N_ELEMENTS (prepare_fields)};

gboolean
api_prepare_ask (Request *request, Store *store, GError **error)
{
  Conductor *conductor = request->world->conductor;
  if (conductor == NULL) {
    rule_error_set (error, M_BENCH_MISSING, NULL);
    return FALSE;
  }
  g_autoptr (GPtrArray) slots = conductor_slots (conductor);
  PrepareRequest asked = *(const PrepareRequest *)form_data_input (request->form);
  asked.slots = slots;
  asked.is_configured = conductor_can_prepare (conductor);
  request->prepares = TRUE;
  return prepare_ask (store, &request->context, &asked, &request->outcome, error);
}
