/* Loans: who holds which item or line until when, and the pieces that left with an item. Due days are computed by
 * daemon/rules/dates; here they are text that sorts. An "open" loan is one in state open or partly_returned. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Free the record and its strings. Accept NULL. */
void loan_free (Loan *loan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Loan, loan_free)
void loan_piece_free (LoanPiece *piece);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LoanPiece, loan_piece_free)

/* Adds a loan of exactly one thing: item or line, the other code is "". DB_ERROR_UNIQUE: that item or line is in an open loan
 * already (whoever asks second loses; inside a transaction the next statement may be the one that tells); DB_ERROR_CHECK: both or neither, due before start; DB_ERROR_FOREIGN: no such thing or
 * person. The thing's own state is item_set_state's or line_set_state's. */
gboolean loan_insert (Store *store, const Loan *loan, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Loan *loan_load (Store *store, const char *code, GError **error);
/* store_expect what loan_load, loan_open_of, loan_list_open_of_person and loan_piece_list ask. */
void loan_expect (Store *store, const char *code);
void loan_expect_open_of (Store *store, const char *item_or_line);
void loan_expect_open_of_person (Store *store, const char *person);
void loan_piece_expect_list (Store *store, const char *loan);
/* The open loan of an item or line. NULL with *error untouched when there is none: pass an error and look at it. Caller frees. */
Loan *loan_open_of (Store *store, const char *item_or_line, GError **error);
/* The open loans of a person, by due day. Array of Loan, maybe empty; caller unrefs. */
GPtrArray *loan_list_open_of_person (Store *store, const char *person, GError **error);
/* Every loan of a person, or of an item or line, newest start first. Array of Loan, maybe empty; caller unrefs. */
GPtrArray *loan_list_of_person (Store *store, const char *person, guint limit, GError **error);
GPtrArray *loan_list_of_thing (Store *store, const char *item_or_line, guint limit, GError **error);

/* A line of the due list: the loan with what a caller at the desk needs to see. */
typedef struct {
  Loan loan;
  char *person_name, *person_phone; /* phone NULL when not known */
  char *thing;                      /* the item's model, or the line's number; NULL when not known */
} LoanDue;
void loan_due_free (LoanDue *due);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LoanDue, loan_due_free)
/* Open loans due on or before `until`, ordered by due day then code, at most limit. The page after the row (after_day,
 * after_code); both NULL or "" = from the first. Array of LoanDue; caller unrefs. */
GPtrArray *loan_list_due (Store *store, const char *until, const char *after_day, const char *after_code, guint limit,
                          GError **error);

/* Renews: new due day and its reason (rules/dates word), one more renewal. DB_ERROR_STALE when the loan is not open or is not
 * due on `from` any more. */
gboolean loan_set_due (Store *store, const char *code, const char *from, const char *to, const char *due_reason,
                       GError **error);
/* The only function that changes a loan's state. closed_on: the day for closed and written_off, else NULL or "".
 * DB_ERROR_STALE when the loan is not in `from`, or does not exist; DB_ERROR_CHECK when an ended loan has no day. */
gboolean loan_set_state (Store *store, const char *code, LoanState from, LoanState to, const char *closed_on,
                         GError **error);

/* Adds a piece to a loan as it leaves (out_state; is_back FALSE). name is copied: a piece may be renamed later. */
gboolean loan_piece_insert (Store *store, const LoanPiece *piece, GError **error);
/* The pieces of a loan, by piece code. Array of LoanPiece, maybe empty; caller unrefs. */
GPtrArray *loan_piece_list (Store *store, const char *loan, GError **error);
/* The piece came back (or was decided missing) with that state and condition (may be NULL). DB_ERROR_STALE when it was back
 * already, or is no piece of this loan. */
gboolean loan_piece_return (Store *store, const char *loan, const char *piece, PieceState in_state,
                            const char *condition, GError **error);
