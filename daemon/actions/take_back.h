/* A thing comes back, piece by piece. An item always goes to to_wipe; a line is active again. */
#pragma once
#include "daemon/actions/action.h"

/* What is said of one piece. Borrowed. */
typedef struct {
  const char
      *name; /* the piece's name in French or English ("sleeve", "housse"), its code, or "all" for those not named */
  const char *state; /* "present" "missing" "broken" */
} PieceSaid;
typedef struct {
  const char *thing;       /* code of an item, line, SIM card or loan */
  const PieceSaid *pieces; /* n_pieces of them; may be NULL */
  gsize n_pieces;
  const char *condition; /* how it came back, in words; kept with each piece said; may be NULL */
} TakeBackRequest;
/* Verb "loan.return". A piece of which nothing is said is neither back nor missing: the loan stays partly_returned until a second
 * return says it (the item itself is back at the first). outcome: the loan's code, then the item's or line's. RULE_ERROR:
 * M_THING_NOT_LENT, M_PIECE_UNKNOWN, M_PIECE_STATE ... */
gboolean take_back_thing (Store *store, const ActionContext *context, const TakeBackRequest *request, Outcome *outcome,
                          GError **error);
