/* Acts on modems. */
#include "db/modem_act.h"
#include "db/row.h"

#define SELECT_ACT                                                                                                     \
  "SELECT number, site, kind, state, port, imei, iccid, card, line, recharge, dialogue, verdict, reason, answer, eur," \
  " mb, until_day, attempts_left, asked_at, sent_at, ended_at, account, messages, contacts"                            \
  " FROM modem_act "
#define IS_OPEN "state IN ('asked', 'sent')"
enum {
  NUMBER,
  SITE,
  KIND,
  STATE,
  PORT,
  IMEI,
  ICCID,
  CARD,
  LINE,
  RECHARGE,
  DIALOGUE,
  VERDICT,
  REASON,
  ANSWER,
  EUR,
  MB,
  UNTIL_DAY,
  ATTEMPTS_LEFT,
  ASKED_AT,
  SENT_AT,
  ENDED_AT,
  ACCOUNT,
  MESSAGES,
  CONTACTS
};

static const RowText texts[] = {
    {PORT, G_STRUCT_OFFSET (ModemAct, port)},       {IMEI, G_STRUCT_OFFSET (ModemAct, imei)},
    {ICCID, G_STRUCT_OFFSET (ModemAct, iccid)},     {DIALOGUE, G_STRUCT_OFFSET (ModemAct, dialogue)},
    {REASON, G_STRUCT_OFFSET (ModemAct, reason)},   {ANSWER, G_STRUCT_OFFSET (ModemAct, answer)},
    {ACCOUNT, G_STRUCT_OFFSET (ModemAct, account)},
};

void
modem_act_free (ModemAct *act)
{
  if (act == NULL)
    return;
  row_free_texts (texts, G_N_ELEMENTS (texts), act);
  g_free (act);
}

static void
act_destroy (gpointer act)
{
  modem_act_free (act);
}

static void
read_codes (Rows *rows, ModemAct *act)
{
  row_code (rows, SITE, act->site);
  row_code (rows, CARD, act->card);
  row_code (rows, LINE, act->line);
  row_code (rows, RECHARGE, act->recharge);
}

static void
read_found (Rows *rows, ModemAct *act)
{
  act->eur = row_maybe_int (rows, EUR);
  act->mb = row_maybe_int (rows, MB);
  act->attempts_left = row_maybe_int (rows, ATTEMPTS_LEFT);
  act->messages = row_maybe_int (rows, MESSAGES);
  act->contacts = row_maybe_int (rows, CONTACTS);
  act->until = row_day (rows, UNTIL_DAY);
  (void)card_verdict_parse (rows_text (rows, VERDICT), &act->verdict); /* NULL: NONE */
}

static gpointer
act_read (Rows *rows, GError **error)
{
  g_autoptr (ModemAct) act = g_new0 (ModemAct, 1);
  act->number = rows_int (rows, NUMBER);
  read_codes (rows, act);
  read_found (rows, act);
  row_take_texts (rows, texts, G_N_ELEMENTS (texts), act);
  act->asked_at = rows_int (rows, ASKED_AT);
  act->sent_at = rows_int (rows, SENT_AT);
  act->ended_at = rows_int (rows, ENDED_AT);
  if (!modem_act_kind_parse (rows_text (rows, KIND), &act->kind) ||
      !modem_act_state_parse (rows_text (rows, STATE), &act->state))
    return row_unreadable ("modem act", act->port, error);
  return g_steal_pointer (&act);
}

static const RowKind act_row = {"act", act_read, act_destroy};

gboolean
modem_act_insert (Store *store, ModemAct *act, GError **error)
{
  g_autoptr (Rows) rows = store_query (
      store, error,
      "INSERT INTO modem_act (number, site, kind, state, port, imei, iccid, card, line, recharge, dialogue, asked_at,"
      " account) SELECT COALESCE(MAX(number), 0) + 1, $1, $2, 'asked', $3, $4, $5, $6, $7, $8, $9, $10, $11"
      " FROM modem_act RETURNING number",
      "sssssssssis", store_site (store), modem_act_kind_name (act->kind), act->port, act->imei, act->iccid,
      row_null_if_empty (act->card), row_null_if_empty (act->line), row_null_if_empty (act->recharge), act->dialogue,
      act->asked_at, act->account);
  if (rows == NULL || !rows_next (rows, error))
    return FALSE;
  act->number = rows_int (rows, 0);
  act->state = MODEM_ACT_ASKED;
  return TRUE;
}

ModemAct *
modem_act_load (Store *store, gint64 number, GError **error)
{
  return row_one (&act_row, store_query (store, error, SELECT_ACT "WHERE number = $1", "i", number), "of that number",
                  error);
}

GPtrArray *
modem_act_list (Store *store, gint64 before, guint limit, GError **error)
{
  return row_all (&act_row,
                  store_query (store, error, SELECT_ACT "WHERE number < $1 ORDER BY number DESC LIMIT $2", "ii",
                               before > 0 ? before : G_MAXINT64, (gint64)limit),
                  error);
}

GPtrArray *
modem_act_list_open (Store *store, GError **error)
{
  return row_all (
      &act_row,
      store_query (store, error, SELECT_ACT "WHERE site = $1 AND " IS_OPEN " ORDER BY port", "s", store_site (store)),
      error);
}

ModemAct *
modem_act_of_recharge (Store *store, const char *recharge, GError **error)
{
  return row_maybe (
      &act_row,
      store_query (store, error, SELECT_ACT "WHERE recharge = $1 ORDER BY number DESC LIMIT 1", "s", recharge), error);
}

static gboolean
has_moved (gint64 changed, gint64 number, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT, number);
  return row_changed (changed, DB_ERROR_STALE, "act", name, error);
}

gboolean
modem_act_set_sent (Store *store, gint64 number, gint64 at, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE modem_act SET state = 'sent', sent_at = $2 WHERE number = $1 AND state = 'asked'", "ii",
                    number, at) &&
         has_moved (changed, number, error);
}

/* Numbers that were not said stay NULL: they are below zero. */
static gboolean
set_numbers (Store *store, const ModemAct *act, GError **error)
{
  return store_run (store, NULL, error,
                    "UPDATE modem_act SET eur = NULLIF($2, -1), mb = NULLIF($3, -1), attempts_left = NULLIF($4, -1),"
                    " messages = NULLIF($5, -1), contacts = NULLIF($6, -1) WHERE number = $1",
                    "iiiiii", act->number, act->eur, act->mb, act->attempts_left, act->messages, act->contacts);
}

gboolean
modem_act_end (Store *store, const ModemAct *act, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE modem_act SET state = $2, card = $3, line = $4, verdict = $5, reason = $6, answer = $7,"
                    " until_day = $8, ended_at = $9, iccid = $10 WHERE number = $1 AND " IS_OPEN,
                    "isssssssis", act->number, modem_act_state_name (act->state), row_null_if_empty (act->card),
                    row_null_if_empty (act->line), row_null_if_empty (card_verdict_name (act->verdict)), act->reason,
                    act->answer, row_null_if_empty (act->until.text), act->ended_at, act->iccid) &&
         has_moved (changed, act->number, error) && set_numbers (store, act, error);
}
