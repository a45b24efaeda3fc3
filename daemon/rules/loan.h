/* May this be lent, taken back, renewed? Pure: facts in, three lists out. */
#pragma once
#include "daemon/rules/dates.h"

typedef struct {
  const Person *person;
  const Item *item; /* exactly one of item and line */
  const Line *line;
  const char *holder_name; /* when the thing is in an open loan: who has it and since when; else NULL */
  const char *holder_code;
  Day held_since;
  int person_tablets; /* open loans of this person now, this request's earlier things included */
  int person_lines;
  int person_overdue;       /* of them, overdue */
  int ready_tablets;        /* how many tablets are ready in all (for the note when this one is not) */
  const Card *card;         /* line: its newest card, or NULL */
  gboolean wipe_verified;   /* item: its last wipe ended verified and nothing happened since */
  Day today, due;           /* due: asked by --until or computed */
  const Calendar *calendar; /* NULL: whether the desk is open on due is not looked at */
} LendFacts;
/* One tablet a person (a second one needs confirmation, right "lend-second"); overdue loans need confirmation ("lend-overdue"); a tablet must be ready;
 * held -> M_ITEM_HELD {label, holder, since}; a due day in the past or over two years ahead is refused; due on a closed day is noted;
 * ready without a proven wipe (a waiver) is noted, and so is a card that nobody erased since its last loan. */
void loan_judge_lend (const LendFacts *facts, Verdict *verdict);

typedef struct {
  const Loan *loan;
  GPtrArray *pieces;   /* LoanPiece *, as they are */
  GPtrArray *returned; /* LoanPiece *: what comes back now (piece, in_state) */
  Day today;
} ReturnFacts;
/* A missing or broken piece is to know, never silent; a loan that is closed is refused; a piece that is not of this loan is refused. */
void loan_judge_return (const ReturnFacts *facts, Verdict *verdict);
/* open | partly_returned | closed after this return: partly_returned while the item is back but a piece is neither back nor declared missing. */
LoanState loan_state_after_return (const ReturnFacts *facts);

typedef struct {
  const Loan *loan;
  int others_waiting; /* holds on this kind of item (0 until holds exist) */
  Day today, due;
  const Calendar *calendar; /* as in LendFacts */
} RenewFacts;
/* Only open loans; never to an earlier due day; at most 3 renewals without confirmation ("renew-more"); overdue more than 30 days needs confirmation ("renew-overdue"). */
void loan_judge_renew (const RenewFacts *facts, Verdict *verdict);
/* open and due_on < today. */
gboolean loan_is_overdue (const Loan *loan, const Day *today);
