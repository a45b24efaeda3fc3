/* Regies: the till, and what is closed. Its journal is in regie_entry.c, what the accountant is asked for in regie_request.c. */
#include "db/regie.h"
#include "db/row.h"

#define SELECT_REGIE                                                                                                   \
  "SELECT code, name, act, act_on, ceiling, natures, means, holder, deputy, advance, balance, entries, month, hash,"   \
  " closed_month, closed_year, requests, asked_to, created_at FROM regie "
enum {
  CODE,
  NAME,
  ACT,
  ACT_ON,
  CEILING,
  NATURES,
  MEANS,
  HOLDER,
  DEPUTY,
  ADVANCE,
  BALANCE,
  ENTRIES,
  MONTH,
  HASH,
  CLOSED_MONTH,
  CLOSED_YEAR,
  REQUESTS,
  ASKED_TO,
  CREATED_AT
};

void
regie_free (Regie *regie)
{
  if (regie == NULL)
    return;
  g_free (regie->name);
  g_free (regie->act);
  g_strfreev (regie->natures);
  g_free (regie->hash);
  g_free (regie);
}

static void
regie_destroy (gpointer regie)
{
  regie_free (regie);
}

static void
read_text (Rows *rows, int column, char *text, gsize size)
{
  const char *found = rows_text (rows, column);
  g_strlcpy (text, found != NULL ? found : "", size);
}

static gpointer
regie_read (Rows *rows, GError **error)
{
  g_autoptr (Regie) regie = g_new0 (Regie, 1);
  row_code (rows, CODE, regie->code);
  regie->name = row_dup (rows, NAME);
  regie->act = row_dup (rows, ACT);
  regie->act_on = row_day (rows, ACT_ON);
  regie->ceiling = money_of_cents (rows_int (rows, CEILING));
  regie->natures = g_strsplit (rows_text (rows, NATURES), "\n", -1);
  row_code (rows, HOLDER, regie->holder);
  row_code (rows, DEPUTY, regie->deputy);
  regie->advance = money_of_cents (rows_int (rows, ADVANCE));
  regie->balance = money_of_cents (rows_int (rows, BALANCE));
  regie->entries = rows_int (rows, ENTRIES);
  regie->hash = row_dup (rows, HASH);
  read_text (rows, MONTH, regie->month, sizeof regie->month);
  read_text (rows, CLOSED_MONTH, regie->closed_month, sizeof regie->closed_month);
  read_text (rows, CLOSED_YEAR, regie->closed_year, sizeof regie->closed_year);
  regie->requests = rows_int (rows, REQUESTS);
  regie->asked_to = rows_int (rows, ASKED_TO);
  regie->created_at = rows_int (rows, CREATED_AT);
  if (!pay_means_set (rows_text (rows, MEANS), &regie->means))
    return row_unreadable ("regie", regie->code, error);
  return g_steal_pointer (&regie);
}

static const RowKind regie_row = {"regie", regie_read, regie_destroy};

static gboolean
make_findable (Store *store, const Regie *regie, GError **error)
{
  g_autofree char *words = g_strjoin (" ", regie->code, regie->name, regie->act, NULL);
  return store_search_put (store, regie->code, "regie", words, error);
}

gboolean
regie_insert (Store *store, const Regie *regie, GError **error)
{
  g_autofree char *natures = g_strjoinv ("\n", regie->natures);
  g_autofree char *means = pay_means_words (regie->means);
  return store_run (store, NULL, error,
                    "INSERT INTO regie (code, name, act, act_on, ceiling, natures, means, holder, deputy, created_at)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                    "ssssissssi", regie->code, regie->name, regie->act, regie->act_on.text, regie->ceiling.cents,
                    natures, means, regie->holder, row_null_if_empty (regie->deputy), regie->created_at) &&
         make_findable (store, regie, error);
}

Regie *
regie_load (Store *store, const char *code, GError **error)
{
  return row_one (&regie_row, store_query (store, error, SELECT_REGIE "WHERE code = $1", "s", code), code, error);
}

GPtrArray *
regie_list (Store *store, const char *after_code, guint limit, GError **error)
{
  return row_all (&regie_row,
                  store_query (store, error, SELECT_REGIE "WHERE code > $1 ORDER BY code LIMIT $2", "si",
                               after_code != NULL ? after_code : "", (gint64)limit),
                  error);
}

gboolean
regie_update (Store *store, const Regie *regie, GError **error)
{
  gint64 changed;
  g_autofree char *natures = g_strjoinv ("\n", regie->natures);
  g_autofree char *means = pay_means_words (regie->means);
  return store_run (store, &changed, error,
                    "UPDATE regie SET name = $2, act = $3, act_on = $4, ceiling = $5, natures = $6, means = $7,"
                    " holder = $8, deputy = $9 WHERE code = $1",
                    "ssssissss", regie->code, regie->name, regie->act, regie->act_on.text, regie->ceiling.cents,
                    natures, means, regie->holder, row_null_if_empty (regie->deputy)) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "regie", regie->code, error) && make_findable (store, regie, error);
}

gboolean
regie_close (Store *store, const char *regie, const char *month, const char *year, GError **error)
{
  gint64 changed;
  return store_run (
             store, &changed, error,
             "UPDATE regie SET closed_month = COALESCE($2, closed_month), closed_year = COALESCE($3, closed_year)"
             " WHERE code = $1",
             "sss", regie, month, year) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "regie", regie, error);
}

/* ---- months ---- */

static gpointer
month_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  enum { NAME_OF_MONTH, FIRST, LAST, OPENING, RECEIVED, PAID };
  RegieMonth *month = g_new0 (RegieMonth, 1);
  read_text (rows, NAME_OF_MONTH, month->month, sizeof month->month);
  month->first = rows_int (rows, FIRST);
  month->last = rows_int (rows, LAST);
  month->opening = money_of_cents (rows_int (rows, OPENING));
  month->received = money_of_cents (rows_int (rows, RECEIVED));
  month->paid = money_of_cents (rows_int (rows, PAID));
  return month;
}

static const RowKind month_row = {"month", month_read, g_free};

GPtrArray *
regie_month_list (Store *store, const char *regie, const char *from, const char *to, GError **error)
{
  return row_all (&month_row,
                  store_query (store, error,
                               "SELECT month, first_number, last_number, opening, received, paid FROM regie_month"
                               " WHERE regie = $1 AND month >= $2 AND month <= $3 ORDER BY month",
                               "sss", regie, from, to),
                  error);
}
