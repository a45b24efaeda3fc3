/* loan.return: see take_back.h. */
#include "daemon/actions/take_back.h"
#include "daemon/actions/state.h"
#include "daemon/actions/field.h"
#include "daemon/actions/piece.h"
#include "daemon/actions/thing.h"
#include "daemon/rules/code.h"
#include "daemon/rules/item.h"
#include "daemon/rules/loan.h"
#include "db/item.h"
#include "db/loan.h"
#include "db/person.h"
#include "db/sim.h"

#define ALL_PIECES "all"
#define NOT_YET    "later"

/* One return while it is judged and done. */
typedef struct {
  Store *store;
  const ActionContext *context;
  const TakeBackRequest *request;
  char *condition; /* or NULL */
  Thing thing;
  Card *card;          /* of a line that comes back now; NULL: none */
  GPtrArray *pieces;   /* LoanPiece, as they left */
  GPtrArray *returned; /* LoanPiece, what comes back now */
  Day today;
} Return;

static void
return_clear (Return *back)
{
  thing_clear (&back->thing);
  g_clear_pointer (&back->card, card_free);
  g_clear_pointer (&back->condition, g_free);
  g_clear_pointer (&back->pieces, g_ptr_array_unref);
  g_clear_pointer (&back->returned, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Return, return_clear)

/* Is this piece meant by what was typed: its name in either language, or its code? */
static gboolean
is_named (const LoanPiece *piece, const char *typed)
{
  Code code;
  if (piece_same_name (piece->name, typed))
    return TRUE;
  return code_parse (typed, code, NULL) && g_str_equal (code, piece->piece);
}

static char *
names_of (const GPtrArray *pieces)
{
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < pieces->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", ((const LoanPiece *)g_ptr_array_index (pieces, i))->name);
  return g_strdup (names->str);
}

static gboolean
is_of_loan (const Return *back, const char *typed)
{
  for (guint i = 0; i < back->pieces->len; i++)
    if (is_named (g_ptr_array_index (back->pieces, i), typed))
      return TRUE;
  return FALSE;
}

/* "present" and the like, or NOT_YET: nothing is said of its state. */
static gboolean
state_of_word (const char *word, gboolean *is_not_yet, PieceState *state, GError **error)
{
  *is_not_yet = g_strcmp0 (word, NOT_YET) == 0;
  if (*is_not_yet || piece_state_parse (word, state))
    return TRUE;
  rule_error_set (error, M_PIECE_STATE_UNKNOWN, word != NULL ? word : "", NULL);
  return FALSE;
}

/* Everything that was typed makes sense, before any of it is used. */
static gboolean
check_said (const Return *back, GError **error)
{
  for (gsize i = 0; i < back->request->n_pieces; i++) {
    const PieceSaid *said = &back->request->pieces[i];
    gboolean is_not_yet;
    PieceState state;
    if (!state_of_word (said->state, &is_not_yet, &state, error))
      return FALSE;
    if (g_str_equal (said->name, ALL_PIECES) || is_of_loan (back, said->name))
      continue;
    g_autofree char *names = names_of (back->pieces);
    rule_error_set (error, back->pieces->len > 0 ? M_PIECE_UNKNOWN : M_PIECES_NONE, said->name, names, NULL);
    return FALSE;
  }
  return TRUE;
}

/* What is said of this piece by its name, else of all pieces, else NULL. M_PIECE_TWICE when it is named twice. */
static gboolean
find_said (const Return *back, const LoanPiece *piece, const PieceSaid **found, GError **error)
{
  const PieceSaid *by_name = NULL, *of_all = NULL;
  for (gsize i = 0; i < back->request->n_pieces; i++) {
    const PieceSaid *said = &back->request->pieces[i];
    gboolean is_for_all = g_str_equal (said->name, ALL_PIECES);
    if (!is_for_all && !is_named (piece, said->name))
      continue;
    if ((is_for_all ? of_all : by_name) != NULL) {
      rule_error_set (error, M_PIECE_TWICE, said->name, NULL);
      return FALSE;
    }
    if (is_for_all)
      of_all = said;
    else
      by_name = said;
  }
  *found = by_name != NULL ? by_name : of_all;
  return TRUE;
}

static void
add_returned (Return *back, const LoanPiece *piece, PieceState state)
{
  LoanPiece *copy = g_new0 (LoanPiece, 1);
  *copy = *piece;
  copy->name = g_strdup (piece->name);
  copy->condition = g_strdup (back->condition);
  copy->in_state = state; /* is_back stays: what was declared missing may turn up */
  g_ptr_array_add (back->returned, copy);
}

/* Does this piece come back now, and how? Of a piece that is back already only its own name can say something new. */
static gboolean
decide_piece (Return *back, const LoanPiece *piece, GString *taken_present, GError **error)
{
  const PieceSaid *said;
  gboolean is_not_yet;
  PieceState state;
  if (!find_said (back, piece, &said, error))
    return FALSE;
  if (piece->is_back && (said == NULL || g_str_equal (said->name, ALL_PIECES)))
    return TRUE;
  if (said == NULL) {
    g_string_append_printf (taken_present, "%s%s", taken_present->len > 0 ? ", " : "", piece->name);
    add_returned (back, piece, PIECE_PRESENT);
    return TRUE;
  }
  if (!state_of_word (said->state, &is_not_yet, &state, error))
    return FALSE;
  if (!is_not_yet)
    add_returned (back, piece, state);
  return TRUE;
}

static gboolean
decide_pieces (Return *back, Verdict *verdict, GError **error)
{
  g_autoptr (GString) taken_present = g_string_new (NULL);
  for (guint i = 0; i < back->pieces->len; i++)
    if (!decide_piece (back, g_ptr_array_index (back->pieces, i), taken_present, error))
      return FALSE;
  if (taken_present->len > 0)
    verdict_add (verdict, M_PIECES_TAKEN_PRESENT, taken_present->str, NULL);
  return TRUE;
}

/* Whose messages are on the card of a line that comes back? */
static gboolean
find_card (Return *back, Verdict *verdict, GError **error)
{
  const Thing *thing = &back->thing;
  if (thing->line == NULL || thing->loan->state != LOAN_OPEN)
    return TRUE;
  if (!card_find_of_line (back->store, thing->line->code, &back->card, error))
    return FALSE;
  if (back->card != NULL)
    verdict_add (verdict, M_SIM_TO_ERASE, back->card->code, NULL);
  return TRUE;
}

static gboolean
read_request (Return *back, Verdict *verdict, GError **error)
{
  if (!thing_find_lent (back->store, back->request->thing, &back->thing, error) ||
      !field_text ("condition", back->request->condition, &back->condition, error))
    return FALSE;
  back->pieces = loan_piece_list (back->store, back->thing.loan->code, error);
  return back->pieces != NULL && check_said (back, error) && decide_pieces (back, verdict, error) &&
         find_card (back, verdict, error);
}

/* The piece's own state follows: what came back broken is broken, what was missing and is there again is there. */
static gboolean
return_piece (Return *back, const LoanPiece *returned, GError **error)
{
  g_autoptr (Piece) piece = piece_load (back->store, returned->piece, error);
  if (piece == NULL)
    return FALSE;
  if (!returned->is_back &&
      !loan_piece_return (back->store, returned->loan, returned->piece, returned->in_state, returned->condition, error))
    return FALSE;
  return piece->state == returned->in_state ||
         piece_set_state (back->store, piece->code, piece->state, returned->in_state, error);
}

/* At the first return of this loan the thing itself is back. The condition stays with the item for whoever wipes it. */
static gboolean
return_thing (Return *back, GError **error)
{
  const Thing *thing = &back->thing;
  if (thing->loan->state != LOAN_OPEN)
    return TRUE;
  if (thing->item != NULL)
    return !item_move_allowed (thing->item->state, ITEM_TO_WIPE) ||
           state_move_item (back->store, thing->item->code, thing->item->state, ITEM_TO_WIPE, back->condition, error);
  if (back->card != NULL && !card_set_to_erase (back->store, back->card->code, TRUE, error))
    return FALSE;
  return thing->line->state != LINE_LENT ||
         (state_move_line (back->store, thing->line->code, LINE_LENT, LINE_RETURNED, error) &&
          state_move_line (back->store, thing->line->code, LINE_RETURNED, LINE_ACTIVE, error));
}

static gboolean
move_loan (Return *back, LoanState to, GError **error)
{
  const Loan *loan = back->thing.loan;
  if (to == loan->state)
    return TRUE;
  return state_move_loan (back->store, loan->code, loan->state, to, to == LOAN_CLOSED ? back->today.text : NULL, error);
}

static gboolean
write_journal (Return *back, LoanState to, GError **error)
{
  const Loan *loan = back->thing.loan;
  g_autofree char *subjects = g_strjoin (" ", loan->code, thing_code (&back->thing), loan->person, NULL);
  g_autofree char *before = g_strdup_printf ("loan=%s", loan_state_name (loan->state));
  g_autoptr (GString) after = g_string_new (NULL);
  g_string_printf (after, "loan=%s", loan_state_name (to));
  for (guint i = 0; i < back->returned->len; i++) {
    const LoanPiece *piece = g_ptr_array_index (back->returned, i);
    g_string_append_printf (after, " %s=%s", piece->piece, piece_state_name (piece->in_state));
  }
  return action_journal (back->store, back->context, "loan.return", subjects, before, after->str, error);
}

static gboolean
act (Return *back, LoanState to, GError **error)
{
  for (guint i = 0; i < back->returned->len; i++)
    if (!return_piece (back, g_ptr_array_index (back->returned, i), error))
      return FALSE;
  return return_thing (back, error) && move_loan (back, to, error) &&
         person_touch (back->store, back->thing.loan->person, back->context->now, error) &&
         write_journal (back, to, error);
}

gboolean
take_back_thing (Store *store, const ActionContext *context, const TakeBackRequest *request, Outcome *outcome,
                 GError **error)
{
  g_auto (Return) back = {.store = store,
                          .context = context,
                          .request = request,
                          .today = day_of_instant (context->calendar, context->now)};
  back.returned = g_ptr_array_new_with_free_func ((GDestroyNotify)loan_piece_free);
  if (!read_request (&back, outcome->verdict, error))
    return FALSE;
  ReturnFacts facts = {.loan = back.thing.loan, .pieces = back.pieces, .returned = back.returned, .today = back.today};
  loan_judge_return (&facts, outcome->verdict);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!act (&back, loan_state_after_return (&facts), error)) {
    action_explain (error, M_STALE, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, back.thing.loan->code);
  outcome_add_code (outcome, thing_code (&back.thing));
  return TRUE;
}
