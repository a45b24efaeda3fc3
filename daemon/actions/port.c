/* See port.h. */
#include "daemon/actions/port.h"
#include "daemon/actions/field.h"
#include "daemon/rules/field.h"

/* What people would take for the same name is the same. */
static const PortName *
find_named (const GPtrArray *names, const char *name)
{
  for (guint i = 0; i < names->len; i++) {
    const PortName *port = g_ptr_array_index (names, i);
    if (field_same_word (port->name, name))
      return port;
  }
  return NULL;
}

static const PortName *
find_port (const GPtrArray *names, const char *path)
{
  for (guint i = 0; path != NULL && i < names->len; i++) {
    const PortName *port = g_ptr_array_index (names, i);
    if (g_str_equal (port->port, path))
      return port;
  }
  return NULL;
}

const char *
port_name_in (const GPtrArray *names, const char *port)
{
  const PortName *named = find_port (names, port);
  return named != NULL ? named->name : NULL;
}

/* The port that is meant. Caller frees. */
static char *
port_meant (const GPtrArray *names, const char *text, GError **error)
{
  g_autofree char *typed = g_strstrip (g_strdup (text));
  const PortName *named = port_is_path (typed) ? NULL : find_named (names, typed);
  return named != NULL ? g_strdup (named->port) : port_check (typed, error);
}

char *
port_of_text (Store *store, const char *text, GError **error)
{
  g_autoptr (GPtrArray) names = port_name_list (store, error);
  return names != NULL ? port_meant (names, text, error) : NULL;
}

static gboolean
give_name (Store *store, const ActionContext *context, const GPtrArray *names, const char *port, const char *text,
           GError **error)
{
  const PortName *before = find_port (names, port);
  g_autofree char *name = port_name_check (text, error);
  if (name == NULL)
    return FALSE;
  const PortName *other = find_named (names, name);
  if (other != NULL && !g_str_equal (other->port, port)) {
    rule_error_set (error, M_PORT_NAME_TAKEN, name, other->port, NULL);
    return FALSE;
  }
  if (context->is_preview)
    return TRUE;
  g_autofree char *was = g_strdup_printf ("port=%s name=%s", port, before != NULL ? before->name : "");
  g_autofree char *is = g_strdup_printf ("port=%s name=%s", port, name);
  return port_name_put (store, port, name, error) && action_journal (store, context, "bench.name", "", was, is, error);
}

static gboolean
take_name (Store *store, const ActionContext *context, const GPtrArray *names, const char *port, GError **error)
{
  const PortName *before = find_port (names, port);
  if (before == NULL) {
    rule_error_set (error, M_PORT_NAME_NONE, port, NULL);
    return FALSE;
  }
  if (context->is_preview)
    return TRUE;
  g_autofree char *was = g_strdup_printf ("port=%s name=%s", port, before->name);
  g_autofree char *is = g_strdup_printf ("port=%s name=", port);
  return port_name_remove (store, port, error) && action_journal (store, context, "bench.name", "", was, is, error);
}

gboolean
port_name_change (Store *store, const ActionContext *context, const PortRequest *request, Outcome *outcome,
                  GError **error)
{
  g_autoptr (GPtrArray) names = port_name_list (store, error);
  g_autofree char *port = names != NULL ? port_meant (names, request->port, error) : NULL;
  if (port == NULL)
    return FALSE;
  if (request->remove != field_is_absent (request->name)) {
    rule_error_set (error, M_PORT_NAME_OR_REMOVE, NULL);
    return FALSE;
  }
  if (!action_may_go_on (context, outcome->verdict, error) && !action_is_previewed (context))
    return FALSE;
  return request->remove ? take_name (store, context, names, port, error)
                         : give_name (store, context, names, port, request->name, error);
}
