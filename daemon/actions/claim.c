/* Claims: see claim.h. */
#include "daemon/actions/claim.h"
#include "db/import_job.h"

void
claims_clear (Claims *claims)
{
  for (guint i = 0; i < claims->n; i++)
    g_free (claims->keys[i].value);
  *claims = (Claims){0};
}

void
claims_add (Claims *claims, const char *field, const char *value)
{
  g_return_if_fail (claims->n < CLAIM_KEYS_MAX);
  if (value == NULL)
    return;
  claims->keys[claims->n].field = field;
  claims->keys[claims->n].value = g_strdup (value);
  claims->n++;
}

gboolean
claims_judge (Store *store, const Claims *claims, Verdict *verdict, GError **error)
{
  for (guint i = 0; i < claims->n; i++) {
    gint64 line;
    if (!import_claim_find (store, claims->keys[i].field, claims->keys[i].value, &line, error))
      return FALSE;
    g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, line);
    if (line != 0)
      verdict_add (verdict, M_IMPORT_CLAIMED, number, NULL);
  }
  return TRUE;
}
