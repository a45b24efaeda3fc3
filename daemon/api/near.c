#include "daemon/api/near.h"
#include "daemon/rules/code.h"
#include "db/known.h"

gboolean
near_find (Request *request, Store *store, const char *text, GError **error)
{
  g_autoptr (GPtrArray) candidates = code_neighbours (text);
  g_autoptr (GPtrArray) known = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < candidates->len; i++) {
    const char *code = g_ptr_array_index (candidates, i);
    gboolean is_known;
    if (!code_is_known (store, code, &is_known, error))
      return FALSE;
    if (is_known)
      g_ptr_array_add (known, g_strdup (code));
  }
  g_clear_pointer (&request->near, g_ptr_array_unref);
  if (known->len > 0)
    request->near = g_steal_pointer (&known);
  return TRUE;
}

void
near_find_refused (Request *request, Store *store, const GError *failed)
{
  const Finding *finding = rule_error_finding (failed);
  if (finding == NULL || (finding->id != M_CODE_CHECK && finding->id != M_CODE_LETTER) || finding->args[0] == NULL)
    return;
  (void)near_find (request, store, finding->args[0], NULL); /* the first error is the one to tell */
}

Finding *
near_finding (const Request *request)
{
  if (request->near == NULL)
    return NULL;
  g_autoptr (GString) codes = g_string_new (NULL);
  for (guint i = 0; i < request->near->len; i++)
    g_string_append_printf (codes, "%s%s", i > 0 ? ", " : "", (const char *)g_ptr_array_index (request->near, i));
  return finding_new (M_CODE_NEAR, codes->str, NULL);
}

char *
near_sentence (const Request *request, const Finding *finding, Language language)
{
  g_autoptr (Finding) near = near_finding (request);
  char *said = finding_text (finding, language);
  if (near == NULL)
    return said;
  g_autofree char *first = said;
  g_autofree char *second = finding_text (near, language);
  return g_strjoin (" ", first, second, NULL);
}

void
near_write_codes (const Request *request, Writer *writer)
{
  if (request->near == NULL)
    return;
  writer_open_array (writer, "near");
  for (guint i = 0; i < request->near->len; i++)
    writer_text (writer, NULL, g_ptr_array_index (request->near, i));
  writer_close (writer);
}
