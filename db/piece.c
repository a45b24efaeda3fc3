/* The pieces that travel with an item. */
#include "db/item.h"
#include "db/row.h"

#define SELECT_PIECE "SELECT code, item, name, state FROM piece "
enum { CODE, ITEM, NAME, STATE };

void
piece_free (Piece *piece)
{
  if (piece == NULL)
    return;
  g_free (piece->name);
  g_free (piece);
}

static void
piece_destroy (gpointer piece)
{
  piece_free (piece);
}

static gpointer
piece_read (Rows *rows, GError **error)
{
  g_autoptr (Piece) piece = g_new0 (Piece, 1);
  row_code (rows, CODE, piece->code);
  row_code (rows, ITEM, piece->item);
  piece->name = row_dup (rows, NAME);
  if (!piece_state_parse (rows_text (rows, STATE), &piece->state))
    return row_unreadable ("piece", piece->code, error);
  return g_steal_pointer (&piece);
}

static const RowKind piece_row = {"piece", piece_read, piece_destroy};

gboolean
piece_insert (Store *store, const Piece *piece, GError **error)
{
  return store_run (store, NULL, error, "INSERT INTO piece (code, item, name, state) VALUES ($1, $2, $3, $4)", "ssss",
                    piece->code, piece->item, piece->name, piece_state_name (piece->state));
}

Piece *
piece_load (Store *store, const char *code, GError **error)
{
  return row_one (&piece_row, store_query (store, error, SELECT_PIECE "WHERE code = $1", "s", code), code, error);
}

static const char of_item[] = SELECT_PIECE "WHERE item = $1 ORDER BY code";

GPtrArray *
piece_list (Store *store, const char *item, GError **error)
{
  return row_all (&piece_row, store_query (store, error, of_item, "s", item), error);
}

void
piece_expect_list (Store *store, const char *item)
{
  store_expect (store, of_item, "s", item);
}

gboolean
piece_set_state (Store *store, const char *code, PieceState from, PieceState to, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error, "UPDATE piece SET state = $3 WHERE code = $1 AND state = $2", "sss", code,
                    piece_state_name (from), piece_state_name (to)) &&
         row_changed (changed, DB_ERROR_STALE, "piece", code, error);
}
