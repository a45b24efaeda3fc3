/* A thing comes back, piece by piece. An item always goes to to_wipe; a line is active again. */
#pragma once
#include "daemon/actions/action.h"

/* What is said of one piece. Borrowed. */
typedef struct {
  const char
      *name; /* the piece's name in French or English ("sleeve", "housse"), its code, or "all" for those not named */
  const char *state; /* "present" "missing" "broken", or "later": not back yet, the loan stays open for it */
} PieceSaid;
typedef struct {
  const char *thing;       /* code of an item, line, SIM card or loan */
  const PieceSaid *pieces; /* n_pieces of them; may be NULL */
  gsize n_pieces;
  const char *condition; /* how it came back, in words; kept with the pieces and shown with the item; may be NULL */
} TakeBackRequest;
/* Verb "loan.return". A piece that nobody names came back present, and the answer says so (M_PIECES_TAKEN_PRESENT): nothing is closed in
 * silence. A second return of the same loan takes the pieces that were "later". outcome: the loan's code, then the item's or line's.
 * RULE_ERROR: M_NOT_LENT, M_LINE_NOT_LENT, M_LOAN_CLOSED, M_PIECE_UNKNOWN, M_PIECE_TWICE, M_PIECE_STATE_UNKNOWN ... */
gboolean take_back_thing (Store *store, const ActionContext *context, const TakeBackRequest *request, Outcome *outcome,
                          GError **error);
