/* SIM cards: what carries a line, and may be replaced. */
#include "db/row.h"
#include "db/sim.h"

#define SELECT_CARD "SELECT code, iccid, line, created_at, seen_at, pin_on, pin_left, puk_left, to_erase FROM card "
enum { CODE, ICCID, LINE, CREATED_AT, SEEN_AT, PIN_ON, PIN_LEFT, PUK_LEFT, TO_ERASE };

void
card_free (Card *card)
{
  if (card == NULL)
    return;
  g_free (card->iccid);
  g_free (card);
}

static void
card_destroy (gpointer card)
{
  card_free (card);
}

static gpointer
card_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  Card *card = g_new0 (Card, 1);
  row_code (rows, CODE, card->code);
  card->iccid = row_dup (rows, ICCID);
  row_code (rows, LINE, card->line);
  card->created_at = rows_int (rows, CREATED_AT);
  card->seen_at = rows_int (rows, SEEN_AT);
  card->pin_on = row_maybe_int (rows, PIN_ON);
  card->pin_left = row_maybe_int (rows, PIN_LEFT);
  card->puk_left = row_maybe_int (rows, PUK_LEFT);
  card->to_erase = rows_int (rows, TO_ERASE) != 0;
  return card;
}

static const RowKind card_row = {"card", card_read, card_destroy};

gboolean
card_insert (Store *store, const Card *card, GError **error)
{
  g_autofree char *words = g_strjoin (" ", card->code, card->iccid, NULL);
  return store_run (store, NULL, error, "INSERT INTO card (code, iccid, line, created_at) VALUES ($1, $2, $3, $4)",
                    "sssi", card->code, card->iccid, card->line, card->created_at) &&
         store_search_put (store, card->code, "card", words, error);
}

Card *
card_load (Store *store, const char *code, GError **error)
{
  return row_one (&card_row, store_query (store, error, SELECT_CARD "WHERE code = $1", "s", code), code, error);
}

Card *
card_load_by_iccid (Store *store, const char *iccid, GError **error)
{
  return row_one (&card_row, store_query (store, error, SELECT_CARD "WHERE iccid = $1", "s", iccid), "with that ICCID",
                  error);
}

Card *
card_of_line (Store *store, const char *line, GError **error)
{
  return row_one (
      &card_row,
      store_query (store, error, SELECT_CARD "WHERE line = $1 ORDER BY created_at DESC, code DESC LIMIT 1", "s", line),
      "of that line", error);
}

gboolean
card_find_of_line (Store *store, const char *line, Card **card, GError **error)
{
  g_autoptr (GError) failed = NULL;
  *card = card_of_line (store, line, &failed);
  if (*card != NULL || g_error_matches (failed, DB_ERROR, DB_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

gboolean
card_set_seen (Store *store, const Card *card, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE card SET seen_at = $2, pin_on = NULLIF($3, -1), pin_left = NULLIF($4, -1),"
                    " puk_left = NULLIF($5, -1) WHERE code = $1",
                    "siiii", card->code, card->seen_at, card->pin_on, card->pin_left, card->puk_left) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "card", card->code, error);
}

gboolean
card_set_to_erase (Store *store, const char *code, gboolean to_erase, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error, "UPDATE card SET to_erase = $2 WHERE code = $1", "si", code,
                    (gint64)(to_erase != FALSE)) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "card", code, error);
}
