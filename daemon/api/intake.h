/* What comes in with the head of a request: is its framing honest, who is it for, what does the query say. Fills a Request. */
#pragma once
#include "daemon/api/routes.h"
#include <microhttpd.h>

/* Reads method, path, query, headers and peer into request (as request_init left it), and finds its route. RULE_ERROR: M_REQUEST_FRAMING,
 * M_ROUTE_NOT_FOUND, M_METHOD_NOT_ALLOWED, M_FIELD_UNKNOWN, M_FIELD_TYPE, M_BODY_TOO_LARGE. */
gboolean intake_head (Request *request, struct MHD_Connection *connection, const char *method, const char *path,
                      GError **error);
