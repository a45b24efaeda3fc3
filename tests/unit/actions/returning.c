/* Taking back piece by piece, and renewing. */
#include "daemon/actions/renew.h"
#include "daemon/actions/take_back.h"
#include "daemon/rules/code.h"
#include "tests/unit/actions/desk.h"

#define ICCID "8933019000000079197"

/* A desk with one tablet and one SIM lent to Ana. */
typedef struct {
  Desk desk;
  Code person, tablet, sim, line, tablet_loan, line_loan;
} Lent;

static void
lent_init (Lent *lent)
{
  Desk *desk = &lent->desk;
  desk_init (desk);
  desk_add_person (desk, "Ana Testa", lent->person);
  desk_add_ready_tablet (desk, "R9TEST0001", lent->tablet);
  desk_add_sim (desk, ICCID, NULL, lent->sim, lent->line);
  desk_lend (desk, lent->person, lent->tablet, lent->tablet_loan);
  desk_lend (desk, lent->person, lent->line, lent->line_loan);
}

static void
lent_clear (Lent *lent)
{
  desk_clear (&lent->desk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lent, lent_clear)

static gboolean
take_back (Lent *lent, const char *thing, const PieceSaid *pieces, gsize n)
{
  const TakeBackRequest request = {.thing = thing, .pieces = pieces, .n_pieces = n, .condition = "rayée"};
  return DESK_DO (&lent->desk, take_back_thing, &request);
}

static PieceState
in_state (Lent *lent, const char *name)
{
  g_autoptr (GPtrArray) pieces = loan_piece_list (lent->desk.store, lent->tablet_loan, NULL);
  for (guint i = 0; i < pieces->len; i++) {
    const LoanPiece *piece = g_ptr_array_index (pieces, i);
    if (g_str_equal (piece->name, name) && piece->is_back)
      return piece->in_state;
  }
  return PIECE_STATES_N;
}

static void
complete_kit_goes_to_wipe_and_says_what_it_noted (void)
{
  g_auto (Lent) lent;
  lent_init (&lent);
  g_assert_true (take_back (&lent, lent.tablet, NULL, 0));
  g_assert_cmpstr (desk_code (&lent.desk, 0), ==, lent.tablet_loan);
  g_assert_cmpstr (desk_code (&lent.desk, 1), ==, lent.tablet);
  g_assert_true (desk_list_has (lent.desk.outcome.verdict->to_know, M_PIECES_TAKEN_PRESENT));
  desk_assert_item_state (&lent.desk, lent.tablet, ITEM_TO_WIPE);
  desk_assert_loan_state (&lent.desk, lent.tablet_loan, LOAN_CLOSED);
  g_assert_true (in_state (&lent, "housse") == PIECE_PRESENT);
  g_autoptr (Item) item = item_load (lent.desk.store, lent.tablet, NULL);
  g_assert_cmpstr (item->state_reason, ==, "rayée");
}

static void
pieces_are_named_in_both_languages (void)
{
  static const PieceSaid english[] = {{"Sleeve", "missing"}, {"CHARGER", "broken"}};
  g_auto (Lent) lent;
  lent_init (&lent);
  g_assert_true (take_back (&lent, lent.tablet_loan, english, 2));
  g_assert_true (in_state (&lent, "housse") == PIECE_MISSING);
  g_assert_true (in_state (&lent, "chargeur") == PIECE_BROKEN);
  g_assert_true (desk_list_has (lent.desk.outcome.verdict->to_know, M_PIECE_MISSING));
  g_assert_true (desk_list_has (lent.desk.outcome.verdict->to_know, M_PIECE_BROKEN));
  g_assert_false (desk_list_has (lent.desk.outcome.verdict->to_know, M_PIECES_TAKEN_PRESENT));
  desk_assert_loan_state (&lent.desk, lent.tablet_loan, LOAN_CLOSED);
  g_autoptr (GPtrArray) pieces = piece_list (lent.desk.store, lent.tablet, NULL);
  g_assert_true (((const Piece *)g_ptr_array_index (pieces, 0))->state != PIECE_PRESENT);
}

static void
piece_is_named_by_its_code (void)
{
  g_auto (Lent) lent;
  lent_init (&lent);
  g_autoptr (GPtrArray) pieces = piece_list (lent.desk.store, lent.tablet, NULL);
  const Piece *first = g_ptr_array_index (pieces, 0), *second = g_ptr_array_index (pieces, 1);
  g_autofree char *shown = code_display (second->code);
  const PieceSaid said[] = {{shown, "broken"}};
  g_assert_true (take_back (&lent, lent.tablet, said, 1));
  g_assert_true (in_state (&lent, first->name) == PIECE_PRESENT);
  g_assert_true (in_state (&lent, second->name) == PIECE_BROKEN);
}

static void
piece_that_comes_later_keeps_the_loan_open (void)
{
  static const PieceSaid later[] = {{"charger", "later"}}, found[] = {{"chargeur", "present"}};
  static const PieceSaid all_later[] = {{"all", "later"}};
  g_auto (Lent) lent;
  lent_init (&lent);
  g_assert_true (take_back (&lent, lent.tablet, later, 1));
  desk_assert_loan_state (&lent.desk, lent.tablet_loan, LOAN_PARTLY_RETURNED);
  desk_assert_item_state (&lent.desk, lent.tablet, ITEM_TO_WIPE);
  g_assert_true (desk_list_has (lent.desk.outcome.verdict->to_know, M_PIECE_NOT_BACK));
  g_assert_true (take_back (&lent, lent.tablet, all_later, 1));
  desk_assert_loan_state (&lent.desk, lent.tablet_loan, LOAN_PARTLY_RETURNED);
  g_assert_true (take_back (&lent, lent.tablet, found, 1));
  desk_assert_loan_state (&lent.desk, lent.tablet_loan, LOAN_CLOSED);
}

static void
late_piece_leaves_a_tablet_that_was_wiped_meanwhile_alone (void)
{
  static const PieceSaid later[] = {{"charger", "later"}};
  g_auto (Lent) lent;
  lent_init (&lent);
  g_assert_true (take_back (&lent, lent.tablet, later, 1));
  desk_waive (&lent.desk, lent.tablet);
  g_assert_true (take_back (&lent, lent.tablet_loan, NULL, 0));
  desk_assert_item_state (&lent.desk, lent.tablet, ITEM_READY);
  desk_assert_loan_state (&lent.desk, lent.tablet_loan, LOAN_CLOSED);
}

static void
piece_said_missing_may_turn_up_before_the_loan_ends (void)
{
  static const PieceSaid first[] = {{"housse", "missing"}, {"chargeur", "later"}};
  static const PieceSaid then[] = {{"housse", "present"}, {"chargeur", "later"}};
  g_auto (Lent) lent;
  lent_init (&lent);
  g_assert_true (take_back (&lent, lent.tablet, first, 2));
  g_assert_true (take_back (&lent, lent.tablet, then, 2));
  g_autoptr (GPtrArray) pieces = piece_list (lent.desk.store, lent.tablet, NULL);
  for (guint i = 0; i < pieces->len; i++)
    g_assert_true (((const Piece *)g_ptr_array_index (pieces, i))->state == PIECE_PRESENT);
  desk_assert_loan_state (&lent.desk, lent.tablet_loan, LOAN_PARTLY_RETURNED);
}

static void
line_is_active_again (void)
{
  g_auto (Lent) lent;
  lent_init (&lent);
  g_assert_true (take_back (&lent, lent.sim, NULL, 0));
  desk_assert_line_state (&lent.desk, lent.line, LINE_ACTIVE);
  desk_assert_loan_state (&lent.desk, lent.line_loan, LOAN_CLOSED);
  desk_assert_loan_state (&lent.desk, lent.tablet_loan, LOAN_OPEN);
}

static void
bad_returns_are_refused (void)
{
  static const PieceSaid bad_state[] = {{"sleeve", "eaten"}}, no_state[] = {{"sleeve", NULL}};
  static const PieceSaid unknown[] = {{"stylus", "present"}};
  static const PieceSaid twice[] = {{"sleeve", "present"}, {"housse", "missing"}};
  static const PieceSaid all_twice[] = {{"all", "present"}, {"all", "missing"}};
  g_auto (Lent) lent;
  lent_init (&lent);
  Code shelf, no_loan;
  desk_add_ready_tablet (&lent.desk, "R9TEST0002", shelf);
  g_assert_true (code_make ('N', 4242, no_loan));
  const struct {
    const char *thing;
    const PieceSaid *pieces;
    gsize n;
    MessageId message;
  } cases[] = {
      {NULL, NULL, 0, M_FIELD_MISSING},
      {shelf, NULL, 0, M_NOT_LENT},
      {no_loan, NULL, 0, M_LOAN_NOT_FOUND},
      {lent.person, NULL, 0, M_CODE_NOT_A},
      {lent.tablet, bad_state, 1, M_PIECE_STATE_UNKNOWN},
      {lent.tablet, no_state, 1, M_PIECE_STATE_UNKNOWN},
      {lent.tablet, unknown, 1, M_PIECE_UNKNOWN},
      {lent.line, unknown, 1, M_PIECES_NONE},
      {lent.tablet, twice, 2, M_PIECE_TWICE},
      {lent.tablet, all_twice, 2, M_PIECE_TWICE},
  };
  g_autofree char *before = desk_picture (&lent.desk);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_false (take_back (&lent, cases[i].thing, cases[i].pieces, cases[i].n));
    desk_assert_refused (&lent.desk, cases[i].message);
  }
  g_autofree char *after = desk_picture (&lent.desk);
  g_assert_cmpstr (before, ==, after);
}

static void
second_return_is_refused (void)
{
  g_auto (Lent) lent;
  lent_init (&lent);
  g_assert_true (take_back (&lent, lent.tablet, NULL, 0));
  g_autofree char *before = desk_picture (&lent.desk);
  g_assert_false (take_back (&lent, lent.tablet, NULL, 0));
  desk_assert_refused (&lent.desk, M_NOT_LENT);
  g_assert_false (take_back (&lent, lent.tablet_loan, NULL, 0));
  desk_assert_refused (&lent.desk, M_LOAN_CLOSED);
  g_autofree char *after = desk_picture (&lent.desk);
  g_assert_cmpstr (before, ==, after);
}

static void
preview_of_a_return_changes_nothing (void)
{
  static const PieceSaid said[] = {{"sleeve", "missing"}};
  g_auto (Lent) lent;
  lent_init (&lent);
  lent.desk.context.is_preview = TRUE;
  g_autofree char *before = desk_picture (&lent.desk);
  g_assert_true (take_back (&lent, lent.tablet, said, 1));
  g_assert_true (desk_list_has (lent.desk.outcome.verdict->to_know, M_PIECE_MISSING));
  const RenewRequest renewal = {.thing = lent.tablet, .until = "2027-12-15"};
  g_assert_true (DESK_DO (&lent.desk, renew_loan, &renewal));
  g_autofree char *after = desk_picture (&lent.desk);
  g_assert_cmpstr (before, ==, after);
}

static void
nothing_is_left_when_any_write_fails (void)
{
  static const char *const writes[] = {
      "UPDATE ON loan_piece", "UPDATE ON piece",   "UPDATE ON item",         "UPDATE ON loan",
      "UPDATE ON person",     "INSERT ON journal", "UPDATE ON journal_head",
  };
  static const PieceSaid said[] = {{"sleeve", "missing"}};
  g_auto (Lent) lent;
  lent_init (&lent);
  lent.desk.context.now += 60;
  g_autofree char *before = desk_picture (&lent.desk);
  for (gsize i = 0; i < G_N_ELEMENTS (writes); i++) {
    g_autofree char *trigger = g_strdup_printf (
        "CREATE TEMP TRIGGER fails BEFORE %s BEGIN SELECT RAISE(ABORT, 'made to fail'); END", writes[i]);
    g_assert_true (store_run (lent.desk.store, NULL, NULL, trigger, ""));
    g_assert_false (take_back (&lent, lent.tablet, said, 1));
    g_assert_true (lent.desk.error->domain == DB_ERROR);
    g_assert_true (store_run (lent.desk.store, NULL, NULL, "DROP TRIGGER fails", ""));
    g_autofree char *after = desk_picture (&lent.desk);
    g_assert_cmpstr (before, ==, after);
  }
  g_assert_true (take_back (&lent, lent.tablet, said, 1));
}

static void
renewal_moves_the_due_day (void)
{
  g_auto (Lent) lent;
  lent_init (&lent);
  lent.desk.context.now += (gint64)86400 * 30;
  const RenewRequest request = {.thing = lent.tablet};
  g_assert_true (DESK_DO (&lent.desk, renew_loan, &request));
  g_autoptr (Loan) loan = loan_load (lent.desk.store, lent.tablet_loan, NULL);
  g_assert_cmpstr (loan->due_on.text, ==, "2027-12-23");
  g_assert_cmpint (loan->renewals, ==, 1);
  desk_assert_loan_state (&lent.desk, lent.tablet_loan, LOAN_OPEN);
}

static void
fourth_renewal_needs_a_right (void)
{
  static const char *const rights[] = {"renew-more", NULL};
  g_auto (Lent) lent;
  lent_init (&lent);
  const RenewRequest request = {.thing = lent.tablet_loan, .until = "2028-01-10"};
  for (int i = 0; i < 3; i++)
    g_assert_true (DESK_DO (&lent.desk, renew_loan, &request));
  g_assert_false (DESK_DO (&lent.desk, renew_loan, &request));
  desk_assert_refused (&lent.desk, M_RENEW_MORE);
  lent.desk.context.overrides = rights;
  lent.desk.context.comment = "formation en cours";
  g_assert_true (DESK_DO (&lent.desk, renew_loan, &request));
}

static void
bad_renewals_are_refused (void)
{
  g_auto (Lent) lent;
  lent_init (&lent);
  Code shelf;
  desk_add_ready_tablet (&lent.desk, "R9TEST0002", shelf);
  const struct {
    RenewRequest request;
    MessageId message;
  } cases[] = {
      {{.thing = shelf}, M_NOT_LENT},
      {{.thing = lent.tablet, .until = "2027-02-30"}, M_DAY_NOT_REAL},
      {{.thing = lent.tablet, .until = "2027-01-04"}, M_RENEW_EARLIER},
      {{.thing = lent.tablet, .until = "2031-01-06"}, M_DUE_FAR},
  };
  g_autofree char *before = desk_picture (&lent.desk);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_false (DESK_DO (&lent.desk, renew_loan, &cases[i].request));
    desk_assert_refused (&lent.desk, cases[i].message);
  }
  g_autofree char *after = desk_picture (&lent.desk);
  g_assert_cmpstr (before, ==, after);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/return/complete-kit-goes-to-wipe-and-says-what-it-noted",
                   complete_kit_goes_to_wipe_and_says_what_it_noted);
  g_test_add_func ("/actions/return/pieces-are-named-in-both-languages", pieces_are_named_in_both_languages);
  g_test_add_func ("/actions/return/piece-is-named-by-its-code", piece_is_named_by_its_code);
  g_test_add_func ("/actions/return/piece-that-comes-later-keeps-the-loan-open",
                   piece_that_comes_later_keeps_the_loan_open);
  g_test_add_func ("/actions/return/late-piece-leaves-a-wiped-tablet-alone",
                   late_piece_leaves_a_tablet_that_was_wiped_meanwhile_alone);
  g_test_add_func ("/actions/return/piece-said-missing-may-turn-up",
                   piece_said_missing_may_turn_up_before_the_loan_ends);
  g_test_add_func ("/actions/return/line-is-active-again", line_is_active_again);
  g_test_add_func ("/actions/return/bad-returns-are-refused", bad_returns_are_refused);
  g_test_add_func ("/actions/return/second-return-is-refused", second_return_is_refused);
  g_test_add_func ("/actions/return/preview-changes-nothing", preview_of_a_return_changes_nothing);
  g_test_add_func ("/actions/return/nothing-is-left-when-any-write-fails", nothing_is_left_when_any_write_fails);
  g_test_add_func ("/actions/renew/moves-the-due-day", renewal_moves_the_due_day);
  g_test_add_func ("/actions/renew/fourth-needs-a-right", fourth_renewal_needs_a_right);
  g_test_add_func ("/actions/renew/bad-ones-are-refused", bad_renewals_are_refused);
  return g_test_run ();
}
