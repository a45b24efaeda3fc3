/* Certificates of erasure, in HTTP: drawn, or the same facts as JSON. */
#include "daemon/api/resources.h"
#include "daemon/documents/erasure.h"
#include "daemon/rules/code.h"

typedef struct {
  Erasure *erasure;
  gboolean is_json;
  gint64 issued_at;
} Drawing;

static void
drawing_free (gpointer data)
{
  Drawing *drawing = data;
  erasure_free (drawing->erasure);
  g_free (drawing);
}

/* ---- as JSON ---- */

static void
write_lines (Writer *out, const char *name, const CertificateLine *lines, gsize n)
{
  writer_open_array (out, name);
  for (gsize i = 0; i < n; i++) {
    writer_open_object (out, NULL);
    writer_instant_ms (out, "at", lines[i].at_ms);
    writer_text (out, "kind", lines[i].kind);
    writer_text (out, "note", lines[i].note);
    writer_text (out, "text_fr", lines[i].fr);
    writer_text (out, "text_en", lines[i].en);
    writer_close (out);
  }
  writer_close (out);
}

static void
write_fields (Writer *out, const Certificate *certificate)
{
  writer_open_array (out, "fields");
  for (gsize i = 0; i < certificate->n_fields; i++) {
    const CertificateField *field = &certificate->fields[i];
    writer_open_object (out, NULL);
    writer_text (out, "name", field->name);
    writer_text (out, "label_fr", field->label_fr);
    writer_text (out, "label_en", field->label_en);
    writer_text (out, "value", field->value);
    writer_close (out);
  }
  writer_close (out);
}

static void
answer_json (Request *request, const Drawing *drawing)
{
  const Certificate *certificate = erasure_certificate (drawing->erasure);
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  writer_text (&out, "kind", "certificate");
  writer_text (&out, "title_fr", certificate->title_fr);
  writer_text (&out, "title_en", certificate->title_en);
  writer_text (&out, "statement_fr", certificate->statement_fr);
  writer_text (&out, "statement_en", certificate->statement_en);
  write_fields (&out, certificate);
  write_lines (&out, "timeline", certificate->timeline, certificate->n_timeline);
  write_lines (&out, "evidence", certificate->evidence, certificate->n_evidence);
  writer_text (&out, "digest", certificate->digest);
  writer_text (&out, "qr", certificate->qr);
  writer_instant (&out, "issued_at", drawing->issued_at);
  writer_close (&out);
  request_answer_json (request, 200, &out);
}

/* ---- the route ---- */

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
  const char *output = request_query (request, "output");
  if (output != NULL && !g_str_equal (output, "pdf") && !g_str_equal (output, "json")) {
    rule_error_set (error, M_WORD_UNKNOWN, output, "output", "pdf, json", NULL);
    return FALSE;
  }
  if (!code_parse_kind (request->subject, "XT", code, error))
    return FALSE;
  Drawing *drawing = g_new0 (Drawing, 1);
  drawing->is_json = g_strcmp0 (output, "json") == 0;
  drawing->issued_at = issuer.now;
  request->drawing = drawing;
  request->drawing_free = drawing_free;
  drawing->erasure = erasure_load (store, code, &issuer, error);
  return drawing->erasure != NULL;
}

gboolean
api_certificate_draw (Request *request, GError **error)
{
  const Drawing *drawing = request->drawing;
  if (drawing->is_json) {
    answer_json (request, drawing);
    return TRUE;
  }
  GBytes *bytes = certificate_render (erasure_certificate (drawing->erasure), error);
  if (bytes == NULL)
    return FALSE;
  request_answer_bytes (request, "application/pdf", bytes);
  return TRUE;
}
