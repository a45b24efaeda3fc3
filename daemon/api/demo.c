/* The clock, in HTTP: that of a demonstration is moved, that of a machine confirmed. */
#include "daemon/api/resources.h"

typedef struct {
  const char *day;
} ClockInput;

static const Field fields[] = {
    {"day", FIELD_TEXT, G_STRUCT_OFFSET (ClockInput, day), TRUE, 0},
};
const Form api_demo_form = {sizeof (ClockInput), fields, G_N_ELEMENTS (fields)};

const Form api_clock_form = {0, NULL, 0};

gboolean
api_clock_confirm (Request *request, Store *store, GError **error)
{
  return clock_confirm (store, &request->context, request->world->clock, &request->outcome, error);
}

gboolean
api_demo_set_clock (Request *request, Store *store, GError **error)
{
  const ClockInput *input = form_data_input (request->form);
  return clock_set_day (store, &request->context, request->world->clock, input->day, &request->outcome, error);
}
