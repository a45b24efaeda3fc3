/* What people call the ports of a bench. All of it is of the store's site and of this machine, by its host name: cables do not move with a
 * register that is restored elsewhere. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Frees the record and its strings. Accepts NULL. */
void port_name_free (PortName *port);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PortName, port_name_free)

/* Names a port ("1-1.2"), or renames it. DB_ERROR_UNIQUE when another port has that very name. */
gboolean port_name_put (Store *store, const char *port, const char *name, GError **error);
/* DB_ERROR_NOT_FOUND when it has none. */
gboolean port_name_remove (Store *store, const char *port, GError **error);
/* NULL with *error untouched when it has none. Caller frees. */
PortName *port_name_of (Store *store, const char *port, GError **error);
/* All of them, by name. Array of PortName, maybe empty; caller unrefs. */
GPtrArray *port_name_list (Store *store, GError **error);
