/* Wipes. Their story is in wipe_event.c. */
#include "db/wipe.h"
#include "db/row.h"

#define SELECT_WIPE                                                                                                    \
  "SELECT code, item, port, serial, strategy, state, verdict, reason, facts, created_at, started_at, ended_at,"        \
  " asked_by, attested_by, attestation, proven_port, tool, site FROM wipe "
enum {
  CODE,
  ITEM,
  PORT,
  SERIAL,
  STRATEGY,
  STATE,
  VERDICT,
  REASON,
  FACTS,
  CREATED_AT,
  STARTED_AT,
  ENDED_AT,
  ASKED_BY,
  ATTESTED_BY,
  ATTESTATION,
  PROVEN_PORT,
  TOOL,
  SITE
};
/* The condition of the partial indexes: word for word, or they are not used. */
#define FINISHED      "('verified', 'not_wiped', 'unknown', 'blocked', 'aborted')"
#define IS_UNFINISHED "state NOT IN " FINISHED
#define IS_LOCKED     "reason = 'wipe_frp'"

static const RowText texts[] = {
    {PORT, G_STRUCT_OFFSET (Wipe, port)},
    {PROVEN_PORT, G_STRUCT_OFFSET (Wipe, proven_port)},
    {TOOL, G_STRUCT_OFFSET (Wipe, tool)},
    {SERIAL, G_STRUCT_OFFSET (Wipe, serial)},
    {STRATEGY, G_STRUCT_OFFSET (Wipe, strategy)},
    {REASON, G_STRUCT_OFFSET (Wipe, reason)},
    {FACTS, G_STRUCT_OFFSET (Wipe, facts)},
    {ASKED_BY, G_STRUCT_OFFSET (Wipe, asked_by)},
    {ATTESTED_BY, G_STRUCT_OFFSET (Wipe, attested_by)},
    {ATTESTATION, G_STRUCT_OFFSET (Wipe, attestation)},
};

void
wipe_free (Wipe *wipe)
{
  if (wipe == NULL)
    return;
  row_free_texts (texts, G_N_ELEMENTS (texts), wipe);
  g_free (wipe);
}

static void
wipe_destroy (gpointer wipe)
{
  wipe_free (wipe);
}

static gpointer
wipe_read (Rows *rows, GError **error)
{
  g_autoptr (Wipe) wipe = g_new0 (Wipe, 1);
  row_code (rows, CODE, wipe->code);
  row_code (rows, ITEM, wipe->item);
  row_take_texts (rows, texts, G_N_ELEMENTS (texts), wipe);
  wipe->created_at = rows_int (rows, CREATED_AT);
  wipe->started_at = rows_int (rows, STARTED_AT);
  wipe->ended_at = rows_int (rows, ENDED_AT);
  row_code (rows, SITE, wipe->site);
  if (!wipe_state_parse (rows_text (rows, STATE), &wipe->state) ||
      !wipe_verdict_parse (rows_text (rows, VERDICT), &wipe->verdict))
    return row_unreadable ("wipe", wipe->code, error);
  return g_steal_pointer (&wipe);
}

static const RowKind wipe_row = {"wipe", wipe_read, wipe_destroy};

gboolean
wipe_insert (Store *store, const Wipe *wipe, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO wipe (code, item, port, serial, strategy, state, verdict, reason, facts, created_at,"
                    " started_at, ended_at, asked_by, attested_by, attestation, tool, site)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
                    "sssssssssiiisssss", wipe->code, wipe->item, wipe->port, wipe->serial, wipe->strategy,
                    wipe_state_name (wipe->state), wipe_verdict_name (wipe->verdict), wipe->reason, wipe->facts,
                    wipe->created_at, wipe->started_at, wipe->ended_at, wipe->asked_by, wipe->attested_by,
                    wipe->attestation, wipe->tool, store_site (store));
}

Wipe *
wipe_load (Store *store, const char *code, GError **error)
{
  return row_one (&wipe_row, store_query (store, error, SELECT_WIPE "WHERE code = $1", "s", code), code, error);
}

Wipe *
wipe_open_of_item (Store *store, const char *item, GError **error)
{
  return row_maybe (&wipe_row, store_query (store, error, SELECT_WIPE "WHERE item = $1 AND " IS_UNFINISHED, "s", item),
                    error);
}

Wipe *
wipe_open_of_port (Store *store, const char *port, GError **error)
{
  return row_maybe (&wipe_row,
                    store_query (store, error, SELECT_WIPE "WHERE site = $2 AND port = $1 AND " IS_UNFINISHED, "ss",
                                 port, store_site (store)),
                    error);
}

Wipe *
wipe_last_verified (Store *store, const char *item, GError **error)
{
  return row_maybe (&wipe_row,
                    store_query (store, error,
                                 SELECT_WIPE "WHERE item = $1 AND state = 'verified'"
                                             " ORDER BY ended_at DESC, created_at DESC, code DESC LIMIT 1",
                                 "s", item),
                    error);
}

Wipe *
wipe_last_locked (Store *store, const char *item, GError **error)
{
  return row_maybe (&wipe_row,
                    store_query (store, error,
                                 SELECT_WIPE "WHERE item = $1 AND " IS_LOCKED
                                             " ORDER BY created_at DESC, code DESC LIMIT 1",
                                 "s", item),
                    error);
}

GPtrArray *
wipe_list_unfinished (Store *store, GError **error)
{
  return row_all (&wipe_row,
                  store_query (store, error,
                               SELECT_WIPE "WHERE site = $1 AND " IS_UNFINISHED " ORDER BY created_at, code", "s",
                               store_site (store)),
                  error);
}

#define NEWEST_FIRST " ORDER BY created_at DESC, code DESC LIMIT $2"
static const char newest_of_item[] = SELECT_WIPE "WHERE item = $1" NEWEST_FIRST;
static const char newest_of_all[] = SELECT_WIPE "WHERE $1 = $1" NEWEST_FIRST;
#undef NEWEST_FIRST

void
wipe_expect_list (Store *store, const char *item, guint limit)
{
  store_expect (store, newest_of_item, "si", item, (gint64)limit);
}

GPtrArray *
wipe_list (Store *store, const char *item, guint limit, GError **error)
{
  const char *sql = item != NULL ? newest_of_item : newest_of_all;
  return row_all (&wipe_row, store_query (store, error, sql, "si", item != NULL ? item : "", (gint64)limit), error);
}

gboolean
wipe_move (Store *store, const char *code, WipeState from, WipeState to, const char *reason, gint64 at, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE wipe SET state = $3, reason = $4,"
                    " started_at = CASE WHEN $3 = 'started' AND started_at = 0 THEN $5 ELSE started_at END,"
                    " ended_at = CASE WHEN $3 IN " FINISHED " THEN $5 ELSE ended_at END"
                    " WHERE code = $1 AND state = $2",
                    "ssssi", code, wipe_state_name (from), wipe_state_name (to), reason, at) &&
         row_changed (changed, DB_ERROR_STALE, "wipe", code, error);
}

gboolean
wipe_set_port (Store *store, const char *code, const char *port, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error, "UPDATE wipe SET port = $2 WHERE code = $1 AND " IS_UNFINISHED, "ss", code,
                    port) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "unfinished wipe", code, error);
}

gboolean
wipe_release_port (Store *store, const char *code, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE wipe SET proven_port = port, port = NULL WHERE code = $1 AND port IS NOT NULL"
                    " AND " IS_UNFINISHED,
                    "s", code) &&
         row_changed (changed, DB_ERROR_STALE, "unfinished wipe on a port", code, error);
}

gboolean
wipe_set_facts (Store *store, const char *code, const char *serial, const char *facts, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error, "UPDATE wipe SET serial = $2, facts = $3 WHERE code = $1", "sss", code,
                    serial, facts) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "wipe", code, error);
}

gboolean
wipe_set_strategy (Store *store, const char *code, const char *strategy, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error, "UPDATE wipe SET strategy = $2 WHERE code = $1", "ss", code, strategy) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "wipe", code, error);
}

gboolean
wipe_set_verdict (Store *store, const char *code, WipeVerdict verdict, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error, "UPDATE wipe SET verdict = $2 WHERE code = $1", "ss", code,
                    wipe_verdict_name (verdict)) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "wipe", code, error);
}

gboolean
wipe_set_attestation (Store *store, const char *code, const char *by, const char *text, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error, "UPDATE wipe SET attested_by = $2, attestation = $3 WHERE code = $1", "sss",
                    code, by, text) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "wipe", code, error);
}
