/* Names of ports. */
#include "db/port.h"
#include "db/row.h"

#define SELECT_PORT "SELECT port, name FROM port_name WHERE site = $1 AND machine = $2 "
enum { PORT, NAME };

static const char *
machine (void)
{
  return g_get_host_name ();
}

void
port_name_free (PortName *port)
{
  if (port == NULL)
    return;
  g_free (port->port);
  g_free (port->name);
  g_free (port);
}

static void
port_name_destroy (gpointer port)
{
  port_name_free (port);
}

static gpointer
port_name_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  PortName *port = g_new0 (PortName, 1);
  port->port = row_dup (rows, PORT);
  port->name = row_dup (rows, NAME);
  return port;
}

static const RowKind port_name_row = {"port", port_name_read, port_name_destroy};

gboolean
port_name_put (Store *store, const char *port, const char *name, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO port_name (site, machine, port, name) VALUES ($1, $2, $3, $4)"
                    " ON CONFLICT (site, machine, port) DO UPDATE SET name = excluded.name",
                    "ssss", store_site (store), machine (), port, name);
}

gboolean
port_name_remove (Store *store, const char *port, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error, "DELETE FROM port_name WHERE site = $1 AND machine = $2 AND port = $3",
                    "sss", store_site (store), machine (), port) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "port", port, error);
}

PortName *
port_name_of (Store *store, const char *port, GError **error)
{
  return row_maybe (
      &port_name_row,
      store_query (store, error, SELECT_PORT "AND port = $3", "sss", store_site (store), machine (), port), error);
}

GPtrArray *
port_name_list (Store *store, GError **error)
{
  return row_all (&port_name_row,
                  store_query (store, error, SELECT_PORT "ORDER BY name", "ss", store_site (store), machine ()), error);
}
