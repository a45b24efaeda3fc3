/* Judging a loan, a return, a renewal. Facts in, findings out; what then happens to the register is in actions. */
#include "daemon/rules/loan.h"
#include "daemon/rules/item.h"

#define RENEWALS_WITHOUT_ASKING     3
#define OVERDUE_DAYS_WITHOUT_ASKING 30

/* A count as an argument of a message. */
typedef struct {
  char text[12];
} Number;

static Number
number (int n)
{
  Number printed;
  g_snprintf (printed.text, sizeof printed.text, "%d", n);
  return printed;
}

/* ---- lending ---- */

/* This one cannot go: is there another? */
static void
note_other_tablets (const LendFacts *facts, Verdict *verdict)
{
  if (facts->item->kind != KIND_TABLET)
    return;
  if (facts->ready_tablets > 0)
    verdict_add (verdict, M_READY_LEFT, number (facts->ready_tablets).text, NULL);
  else
    verdict_add (verdict, M_NONE_READY, NULL);
}

static void
judge_item (const LendFacts *facts, Verdict *verdict)
{
  const Item *item = facts->item;
  if (facts->holder_name != NULL) {
    verdict_add (verdict, M_ITEM_HELD, item->code, facts->holder_name, facts->held_since.text, NULL);
    note_other_tablets (facts, verdict);
  } else if (item->state != ITEM_READY) {
    verdict_add (verdict, M_ITEM_NOT_READY, item->code, item_state_name (item->state), NULL);
    note_other_tablets (facts, verdict);
  } else if (!facts->wipe_verified && item->kind != KIND_OTHER)
    verdict_add (verdict, M_ITEM_NOT_PROVEN, item->code, NULL);
  if (item->kind == KIND_TABLET && facts->person_tablets > 0)
    verdict_add (verdict, M_LEND_SECOND, facts->person->name, number (facts->person_tablets).text, NULL);
}

static void
judge_line (const LendFacts *facts, Verdict *verdict)
{
  const Line *line = facts->line;
  if (facts->holder_name != NULL)
    verdict_add (verdict, M_LINE_HELD, line->code, facts->holder_name, facts->held_since.text, NULL);
  else if (line->state != LINE_ACTIVE)
    verdict_add (verdict, M_LINE_NOT_ACTIVE, line->code, line_state_name (line->state), NULL);
  else if (facts->card != NULL && facts->card->to_erase)
    verdict_add (verdict, M_SIM_TO_ERASE, facts->card->code, NULL);
  if (facts->person_lines > 0)
    verdict_add (verdict, M_LEND_SECOND_LINE, facts->person->name, number (facts->person_lines).text, NULL);
}

/* The same for a new loan and a renewal. */
static void
judge_due (const Calendar *calendar, const Day *today, const Day *due, Verdict *verdict)
{
  Day in_a_year = day_add_year (today);
  Day last = day_add_year (&in_a_year);
  const char *closed = calendar != NULL ? calendar_closed (calendar, due) : NULL;
  if (strcmp (due->text, today->text) < 0)
    verdict_add (verdict, M_DUE_PAST, due->text, NULL);
  else if (strcmp (due->text, last.text) > 0)
    verdict_add (verdict, M_DUE_FAR, due->text, NULL);
  else if (closed != NULL)
    verdict_add (verdict, M_DUE_CLOSED, due->text, closed, NULL);
}

void
loan_judge_lend (const LendFacts *facts, Verdict *verdict)
{
  if (facts->item != NULL)
    judge_item (facts, verdict);
  else
    judge_line (facts, verdict);
  if (facts->person_overdue > 0)
    verdict_add (verdict, M_LEND_OVERDUE, facts->person->name, number (facts->person_overdue).text, NULL);
  judge_due (facts->calendar, &facts->today, &facts->due, verdict);
}

/* ---- taking back ---- */

/* The piece of that code in a list from index from on; NULL when it is not there. Borrowed. */
static const LoanPiece *
piece_find (const GPtrArray *pieces, const char *code, guint from)
{
  for (guint i = from; i < pieces->len; i++) {
    const LoanPiece *piece = g_ptr_array_index (pieces, i);
    if (g_str_equal (piece->piece, code))
      return piece;
  }
  return NULL;
}

/* FALSE: the loan is over. */
static gboolean
judge_loan_open (const Loan *loan, Verdict *verdict)
{
  switch (loan->state) {
  case LOAN_CLOSED:
    verdict_add (verdict, M_LOAN_CLOSED, loan->code, loan->closed_on.text, NULL);
    return FALSE;
  case LOAN_WRITTEN_OFF:
    verdict_add (verdict, M_LOAN_WRITTEN_OFF, loan->code, NULL);
    return FALSE;
  case LOAN_OPEN:
  case LOAN_PARTLY_RETURNED:
  case LOAN_STATES_N:
    break;
  }
  return TRUE;
}

static void
judge_piece (const ReturnFacts *facts, guint index, Verdict *verdict)
{
  const LoanPiece *back = g_ptr_array_index (facts->returned, index);
  const LoanPiece *known = piece_find (facts->pieces, back->piece, 0);
  if (known == NULL) {
    verdict_add (verdict, M_PIECE_NOT_OF_LOAN, back->piece, facts->loan->code, NULL);
    return;
  }
  if (piece_find (facts->returned, back->piece, index + 1) != NULL)
    verdict_add (verdict, M_PIECE_TWICE, known->name, NULL);
  if (known->is_back && known->in_state != PIECE_MISSING) /* a piece declared missing may still turn up */
    verdict_add (verdict, M_PIECE_BACK_ALREADY, known->name, NULL);
  else if (back->in_state == PIECE_MISSING)
    verdict_add (verdict, M_PIECE_MISSING, known->name, NULL);
  else if (back->in_state == PIECE_BROKEN)
    verdict_add (verdict, M_PIECE_BROKEN, known->name, NULL);
}

static gboolean
piece_is_settled (const ReturnFacts *facts, const LoanPiece *piece)
{
  return piece->is_back || piece_find (facts->returned, piece->piece, 0) != NULL;
}

void
loan_judge_return (const ReturnFacts *facts, Verdict *verdict)
{
  if (!judge_loan_open (facts->loan, verdict))
    return;
  for (guint i = 0; i < facts->returned->len; i++)
    judge_piece (facts, i, verdict);
  for (guint i = 0; i < facts->pieces->len; i++) {
    const LoanPiece *piece = g_ptr_array_index (facts->pieces, i);
    if (!piece_is_settled (facts, piece))
      verdict_add (verdict, M_PIECE_NOT_BACK, piece->name, NULL);
  }
}

LoanState
loan_state_after_return (const ReturnFacts *facts)
{
  if (!loan_move_allowed (facts->loan->state, LOAN_CLOSED))
    return facts->loan->state;
  for (guint i = 0; i < facts->pieces->len; i++)
    if (!piece_is_settled (facts, g_ptr_array_index (facts->pieces, i)))
      return LOAN_PARTLY_RETURNED;
  return LOAN_CLOSED;
}

/* ---- renewing ---- */

gboolean
loan_is_overdue (const Loan *loan, const Day *today)
{
  return loan->state == LOAN_OPEN && strcmp (loan->due_on.text, today->text) < 0;
}

void
loan_judge_renew (const RenewFacts *facts, Verdict *verdict)
{
  const Loan *loan = facts->loan;
  int overdue_days = day_until (&loan->due_on, &facts->today);
  if (loan->state != LOAN_OPEN) {
    verdict_add (verdict, M_RENEW_NOT_OPEN, loan->code, loan_state_name (loan->state), NULL);
    return;
  }
  if (strcmp (facts->due.text, loan->due_on.text) < 0)
    verdict_add (verdict, M_RENEW_EARLIER, facts->due.text, loan->due_on.text, NULL);
  judge_due (facts->calendar, &facts->today, &facts->due, verdict);
  if (loan->renewals >= RENEWALS_WITHOUT_ASKING)
    verdict_add (verdict, M_RENEW_MORE, loan->code, number ((int)loan->renewals).text, NULL);
  if (overdue_days > OVERDUE_DAYS_WITHOUT_ASKING)
    verdict_add (verdict, M_RENEW_OVERDUE, loan->code, number (overdue_days).text, NULL);
  if (facts->others_waiting > 0)
    verdict_add (verdict, M_RENEW_WAITING, number (facts->others_waiting).text, NULL);
}
