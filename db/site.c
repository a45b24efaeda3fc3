/* Sites. */
#include "db/site.h"
#include "db/journal_line.h"
#include "db/row.h"

#define SELECT_SITE "SELECT code, name, created_at FROM site "
enum { CODE, NAME, CREATED_AT };

void
site_free (Site *site)
{
  if (site == NULL)
    return;
  g_free (site->name);
  g_free (site);
}

static void
site_destroy (gpointer site)
{
  site_free (site);
}

static gpointer
site_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  Site *site = g_new0 (Site, 1);
  row_code (rows, CODE, site->code);
  site->name = row_dup (rows, NAME);
  site->created_at = rows_int (rows, CREATED_AT);
  return site;
}

static const RowKind site_row = {"site", site_read, site_destroy};

gboolean
site_insert (Store *store, const Site *site, GError **error)
{
  return store_run (store, NULL, error, "INSERT INTO site (code, name, created_at) VALUES ($1, $2, $3)", "ssi",
                    site->code, site->name, site->created_at) &&
         store_run (store, NULL, error, "INSERT INTO journal_head (site, number, hash) VALUES ($1, 0, $2)", "ss",
                    site->code, JOURNAL_FIRST_PREVIOUS) &&
         store_run (store, NULL, error,
                    "INSERT INTO item_count (site, state, items) SELECT $1, state, 0 FROM item_count WHERE site = ''",
                    "s", site->code);
}

Site *
site_load (Store *store, const char *code, GError **error)
{
  return row_one (&site_row, store_query (store, error, SELECT_SITE "WHERE code = $1", "s", code), code, error);
}

GPtrArray *
site_list (Store *store, const char *after_code, guint limit, GError **error)
{
  return row_all (&site_row,
                  store_query (store, error, SELECT_SITE "WHERE code > $1 ORDER BY code LIMIT $2", "si",
                               after_code != NULL ? after_code : "", (gint64)limit),
                  error);
}

gboolean
site_use (Store *store, const char *code, GError **error)
{
  if (*code != '\0') {
    g_autoptr (Site) known = site_load (store, code, error);
    if (known == NULL)
      return FALSE;
  }
  store_set_site (store, code);
  return TRUE;
}
