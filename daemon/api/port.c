/* Names of ports, in HTTP. */
#include "daemon/actions/port.h"
#include "daemon/api/resources.h"

static const Field fields[] = {
    {"port", FIELD_TEXT, G_STRUCT_OFFSET (PortRequest, port), TRUE, 0},
    {"name", FIELD_TEXT, G_STRUCT_OFFSET (PortRequest, name), FALSE, 0},
    {"remove", FIELD_BOOL, G_STRUCT_OFFSET (PortRequest, remove), FALSE, 0},
};
const Form api_port_form = {sizeof (PortRequest), fields, G_N_ELEMENTS (fields)};

static gboolean
write_port (View *view, gconstpointer record, GError **error)
{
  const PortName *port = record;
  (void)error; /* nothing is read */
  writer_open_object (view->out, NULL);
  writer_text (view->out, "port", port->port);
  writer_text (view->out, "name", port->name);
  writer_close (view->out);
  return TRUE;
}

gboolean
api_port_list (Request *request, Store *store, GError **error)
{
  Page page;
  if (!request_page (request, &page, error))
    return FALSE;
  g_autoptr (GPtrArray) names = port_name_list (store, error);
  return names != NULL && view_answer_list (request, store, &page, names, write_port, NULL, error);
}

gboolean
api_port_change (Request *request, Store *store, GError **error)
{
  request->touches_bench = TRUE;
  return port_name_change (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_port_name (Store *store, const char *site, const char *port, char **name, GError **error)
{
  g_autoptr (GError) failed = NULL;
  gboolean is_here = port != NULL && g_str_equal (site, store_site (store));
  g_autoptr (PortName) named = is_here ? port_name_of (store, port, &failed) : NULL;
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  *name = named != NULL ? g_strdup (named->name) : NULL;
  return TRUE;
}
