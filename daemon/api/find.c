/* Finding objects, in HTTP: by code, or by words. */
#include "daemon/api/near.h"
#include "daemon/api/resources.h"
#include "daemon/rules/code.h"
#include "daemon/rules/field.h"
#include "db/known.h"
#include "db/person.h"
#include "db/sim.h"
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

static void
add_code (GPtrArray *codes, const char *code)
{
  g_ptr_array_add (codes, g_strdup (code));
}

/* A code as it is printed, scanned or typed, whose letters are no word of any text. */
static gboolean
find_code (Store *store, const char *words, GPtrArray *codes, GError **error)
{
  Code code;
  gboolean is_known;
  if (!code_parse (words, code, NULL))
    return TRUE;
  if (!code_is_known (store, code, &is_known, error))
    return FALSE;
  if (is_known)
    add_code (codes, code);
  return TRUE;
}

/* Numbers are kept in one form, however they are typed: 06 39 98 01 00 is +33639980100. */
static gboolean
find_number (Store *store, const char *words, guint limit, GPtrArray *codes, GError **error)
{
  g_autofree char *number = msisdn_check (words, NULL);
  if (number == NULL)
    return TRUE;
  g_autoptr (GError) failed = NULL;
  g_autoptr (Line) line = line_load_by_msisdn (store, number, &failed);
  if (line == NULL && !g_error_matches (failed, DB_ERROR, DB_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  g_autoptr (GPtrArray) people = person_list_by_phone (store, number, limit, error);
  if (people == NULL)
    return FALSE;
  if (line != NULL)
    add_code (codes, line->code);
  for (guint i = 0; i < people->len && codes->len < limit; i++)
    add_code (codes, ((const Person *)g_ptr_array_index (people, i))->code);
  return TRUE;
}

/* What is surest first; the next is asked when nothing was found. */
static GPtrArray *
find_codes (Request *request, Store *store, const char *words, guint limit, GError **error)
{
  g_autoptr (GPtrArray) codes = g_ptr_array_new_with_free_func (g_free);
  if (!find_code (store, words, codes, error) || (codes->len == 0 && !find_number (store, words, limit, codes, error)))
    return NULL;
  if (codes->len > 0)
    return g_steal_pointer (&codes);
  g_autoptr (GPtrArray) found = store_search (store, words, limit, error);
  if (found == NULL || (found->len == 0 && !near_find (request, store, words, error)))
    return NULL;
  return found->len == 0 && request->near != NULL ? g_ptr_array_ref (request->near) : g_steal_pointer (&found);
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
  g_autoptr (GPtrArray) codes = find_codes (request, store, words, page.limit, error);
  return codes != NULL && view_answer_list (request, store, &page, codes, write_found, NULL, error);
}
