/* Certificates of erasure, in HTTP. */
#include "daemon/documents/erasure.h"
#include "daemon/api/resources.h"
#include "daemon/rules/code.h"

static void
free_erasure (gpointer data)
{
  erasure_free (data);
}

gboolean
api_certificate_gather (Request *request, Store *store, GError **error)
{
  const ErasureIssuer issuer = {
      .label_host = request->world->label_host,
      .owner_line = request->world->owner_line,
      .calendar = request->world->calendar,
      .now = clock_now (request->world->clock),
  };
  Code code;
  if (!code_parse_kind (request->subject, "XT", code, error))
    return FALSE;
  request->drawing = erasure_load (store, code, &issuer, error);
  request->drawing_free = free_erasure;
  return request->drawing != NULL;
}

gboolean
api_certificate_draw (Request *request, GError **error)
{
  GBytes *bytes = certificate_render (erasure_certificate (request->drawing), error);
  if (bytes == NULL)
    return FALSE;
  request_answer_bytes (request, "application/pdf", bytes);
  return TRUE;
}
