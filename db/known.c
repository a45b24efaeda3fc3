/* Codes in use, whatever their kind. */
#include "db/known.h"

/* By kind letter. */
static const struct {
  char kind;
  const char *sql;
} tables[] = {
    {'T', "SELECT 1 FROM item WHERE code = $1"},     {'P', "SELECT 1 FROM person WHERE code = $1"},
    {'S', "SELECT 1 FROM card WHERE code = $1"},     {'L', "SELECT 1 FROM line WHERE code = $1"},
    {'N', "SELECT 1 FROM loan WHERE code = $1"},     {'K', "SELECT 1 FROM piece WHERE code = $1"},
    {'R', "SELECT 1 FROM recharge WHERE code = $1"}, {'F', "SELECT 1 FROM fund WHERE code = $1"},
    {'X', "SELECT 1 FROM wipe WHERE code = $1"},     {'C', "SELECT 1 FROM account WHERE code = $1"},
    {'V', "SELECT 1 FROM voucher WHERE code = $1"},  {'B', "SELECT 1 FROM site WHERE code = $1"},
    {'D', "SELECT 1 FROM purchase WHERE code = $1"}, {'G', "SELECT 1 FROM regie WHERE code = $1"},
};

static gboolean
has_row (Store *store, const char *sql, const char *code, gboolean *found, GError **error)
{
  g_autoptr (Rows) rows = store_query (store, error, sql, "s", code);
  if (rows == NULL)
    return FALSE;
  g_autoptr (GError) failure = NULL;
  gboolean is_there = rows_next (rows, &failure);
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  *found = is_there;
  return TRUE;
}

gboolean
code_is_known (Store *store, const char *code, gboolean *is_known, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    if (tables[i].kind == code[0])
      return has_row (store, tables[i].sql, code, is_known, error);
  *is_known = FALSE;
  return TRUE;
}
