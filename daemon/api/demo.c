/* The clock of a demonstration register, in HTTP. */
#include "daemon/api/resources.h"

typedef struct {
  const char *day;
} ClockInput;

static const Field fields[] = {
    {"day", FIELD_TEXT, G_STRUCT_OFFSET (ClockInput, day), TRUE, 0},
};
const Form api_demo_form = {sizeof (ClockInput), fields, G_N_ELEMENTS (fields)};

gboolean
api_demo_set_clock (Request *request, Store *store, GError **error)
{
  const ClockInput *input = form_data_input (request->form);
  return clock_set_day (store, &request->context, request->world->clock, input->day, &request->outcome, error);
}
