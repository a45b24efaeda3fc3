/* The pieces that left with a loan, and how they came back. */
#include "db/loan.h"
#include "db/row.h"

#define SELECT_LOAN_PIECE "SELECT loan, piece, name, out_state, in_state, condition FROM loan_piece "
enum { LOAN, PIECE, NAME, OUT_STATE, IN_STATE, CONDITION };

void
loan_piece_free (LoanPiece *piece)
{
  if (piece == NULL)
    return;
  g_free (piece->name);
  g_free (piece->condition);
  g_free (piece);
}

static void
loan_piece_destroy (gpointer piece)
{
  loan_piece_free (piece);
}

static gpointer
loan_piece_read (Rows *rows, GError **error)
{
  g_autoptr (LoanPiece) piece = g_new0 (LoanPiece, 1);
  row_code (rows, LOAN, piece->loan);
  row_code (rows, PIECE, piece->piece);
  piece->name = row_dup (rows, NAME);
  piece->condition = row_dup (rows, CONDITION);
  piece->is_back = rows_text (rows, IN_STATE) != NULL;
  if (!piece_state_parse (rows_text (rows, OUT_STATE), &piece->out_state) ||
      (piece->is_back && !piece_state_parse (rows_text (rows, IN_STATE), &piece->in_state)))
    return row_unreadable ("piece", piece->piece, error);
  return g_steal_pointer (&piece);
}

static const RowKind loan_piece_row = {"piece", loan_piece_read, loan_piece_destroy};

gboolean
loan_piece_insert (Store *store, const LoanPiece *piece, GError **error)
{
  return store_send (
      store, error, "INSERT INTO loan_piece (loan, piece, name, out_state, condition) VALUES ($1, $2, $3, $4, $5)",
      "sssss", piece->loan, piece->piece, piece->name, piece_state_name (piece->out_state), piece->condition);
}

static const char of_loan[] = SELECT_LOAN_PIECE "WHERE loan = $1 ORDER BY piece";

GPtrArray *
loan_piece_list (Store *store, const char *loan, GError **error)
{
  return row_all (&loan_piece_row, store_query (store, error, of_loan, "s", loan), error);
}

void
loan_piece_expect_list (Store *store, const char *loan)
{
  store_expect (store, of_loan, "s", loan);
}

gboolean
loan_piece_return (Store *store, const char *loan, const char *piece, PieceState in_state, const char *condition,
                   GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE loan_piece SET in_state = $3, condition = $4"
                    " WHERE loan = $1 AND piece = $2 AND in_state IS NULL",
                    "ssss", loan, piece, piece_state_name (in_state), condition) &&
         row_changed (changed, DB_ERROR_STALE, "piece", piece, error);
}
