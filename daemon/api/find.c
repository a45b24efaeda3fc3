/* Finding objects, in HTTP: by code, or by words. */
#include "daemon/api/resources.h"
#include "daemon/rules/code.h"
#include <string.h>

gboolean
api_find_object (Request *request, Store *store, GError **error)
{
  Code code;
  const char *kinds = request_query (request, "kind");
  if (kinds != NULL ? !code_parse_kind (request->subject, kinds, code, error)
                    : !code_parse (request->subject, code, error))
    return FALSE;
  g_auto (Writer) out;
  writer_init (&out);
  View view = view_of (request, store, &out);
  view.is_full = TRUE;
  if (!view_write_code (&view, code, error))
    return FALSE;
  request_answer_json (request, 200, &out);
  return TRUE;
}

/* record: a code. */
static gboolean
write_found (View *view, gconstpointer record, GError **error)
{
  return view_write_code (view, record, error);
}

gboolean
api_find_text (Request *request, Store *store, GError **error)
{
  Page page;
  const char *words = request_query (request, "q");
  if (words == NULL || strspn (words, " \t\r\n") == strlen (words)) {
    rule_error_set (error, M_QUERY_EMPTY, NULL);
    return FALSE;
  }
  if (!request_page (request, &page, error))
    return FALSE;
  g_autoptr (GPtrArray) codes = store_search (store, words, page.limit, error);
  return codes != NULL && view_answer_list (request, store, &page, codes, write_found, NULL, error);
}
