/* Names of ports: what the technician wrote on the hub. */
#pragma once
#include "daemon/actions/action.h"
#include "db/port.h"

/* As typed; borrowed. */
typedef struct {
  const char *port; /* "1-1.2", or the name that it has */
  const char *name; /* NULL with remove */
  gboolean remove;
} PortRequest;
/* Verb "bench.name": names a port of this machine, renames it, or takes its name away. It need not be in use. outcome: nothing but the verdict.
 * RULE_ERROR: M_PORT_*, M_NAME_*, M_FIELD_LONG. */
gboolean port_name_change (Store *store, const ActionContext *context, const PortRequest *request, Outcome *outcome,
                           GError **error);
/* The name of a port among those of port_name_list; NULL when it has none. Borrowed. */
const char *port_name_in (const GPtrArray *names, const char *port);
/* The port that a person means: as USB numbers it, or by the name it has on this machine. RULE_ERROR: M_PORT_FORMAT. Caller frees. */
char *port_of_text (Store *store, const char *text, GError **error);
