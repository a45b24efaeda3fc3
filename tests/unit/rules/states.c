/* The state tables of items, lines and loans, every pair printed, and the words for every state. */
#include "daemon/rules/item.h"
#include "golden.h"

/* The three machines differ by their types only. */
#define PRINT_TABLE(fn, Type, N, name, allowed)                                                                        \
  static char *fn (void)                                                                                               \
  {                                                                                                                    \
    g_autoptr (GString) printed = g_string_new (NULL);                                                                 \
    for (Type from = 0; from < N; from++)                                                                              \
      for (Type to = 0; to < N; to++)                                                                                  \
        g_string_append_printf (printed, "%-16s %-16s %s\n", name (from), name (to),                                   \
                                allowed (from, to) ? "yes" : "-");                                                     \
    return g_string_free (g_steal_pointer (&printed), FALSE);                                                          \
  }
PRINT_TABLE (print_items, ItemState, ITEM_STATES_N, item_state_name, item_move_allowed)
PRINT_TABLE (print_lines, LineState, LINE_STATES_N, line_state_name, line_move_allowed)
PRINT_TABLE (print_loans, LoanState, LOAN_STATES_N, loan_state_name, loan_move_allowed)

static void
test_item_table (void)
{
  g_autofree char *printed = print_items ();
  golden_check ("item-moves", printed);
}

static void
test_line_table (void)
{
  g_autofree char *printed = print_lines ();
  golden_check ("line-moves", printed);
}

static void
test_loan_table (void)
{
  g_autofree char *printed = print_loans ();
  golden_check ("loan-moves", printed);
}

/* Lending an unwiped tablet must be impossible. */
static void
test_a_tablet_is_lent_from_ready_only (void)
{
  for (ItemState from = 0; from < ITEM_STATES_N; from++)
    g_assert_true (item_move_allowed (from, ITEM_LENT) == (from == ITEM_READY));
}

static void
test_ready_comes_from_a_wipe_or_a_waiver_only (void)
{
  /* blocked: wiped, and its checklist is ticked; the verb looks at why it is blocked (rules/check.h) */
  for (ItemState from = 0; from < ITEM_STATES_N; from++)
    g_assert_true (item_move_allowed (from, ITEM_READY) ==
                   (from == ITEM_WIPING || from == ITEM_TO_WIPE || from == ITEM_BLOCKED));
}

static void
test_what_left_the_house_stays_out (void)
{
  for (ItemState to = 0; to < ITEM_STATES_N; to++) {
    g_assert_false (item_move_allowed (ITEM_RETIRED, to));
    g_assert_false (item_move_allowed (ITEM_DONATED, to));
  }
  for (ItemState from = 0; from < ITEM_STATES_N; from++)
    g_assert_true (item_move_allowed (from, ITEM_DONATED) == (from == ITEM_READY));
}

static void
test_nothing_moves_to_itself (void)
{
  for (ItemState state = 0; state < ITEM_STATES_N; state++)
    g_assert_false (item_move_allowed (state, state));
  for (LineState state = 0; state < LINE_STATES_N; state++)
    g_assert_false (line_move_allowed (state, state));
  for (LoanState state = 0; state < LOAN_STATES_N; state++)
    g_assert_false (loan_move_allowed (state, state));
}

#define PRINT_WORDS(printed, Type, N, name, text)                                                                      \
  for (Type value = 0; value < N; value++)                                                                             \
  g_string_append_printf (printed, "%-10s %-16s %-32s %s\n", #Type, name (value), text (value, LANGUAGE_FR),           \
                          text (value, LANGUAGE_EN))

static void
test_words (void)
{
  g_autoptr (GString) printed = g_string_new (NULL);
  PRINT_WORDS (printed, ItemState, ITEM_STATES_N, item_state_name, item_state_text);
  PRINT_WORDS (printed, LineState, LINE_STATES_N, line_state_name, line_state_text);
  PRINT_WORDS (printed, LoanState, LOAN_STATES_N, loan_state_name, loan_state_text);
  PRINT_WORDS (printed, PieceState, PIECE_STATES_N, piece_state_name, piece_state_text);
  PRINT_WORDS (printed, WipeState, WIPE_STATES_N, wipe_state_name, wipe_state_text);
  PRINT_WORDS (printed, WipeVerdict, WIPE_VERDICTS_N, wipe_verdict_name, wipe_verdict_text);
  golden_check ("state-words", printed->str);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/states/items", test_item_table);
  g_test_add_func ("/rules/states/lines", test_line_table);
  g_test_add_func ("/rules/states/loans", test_loan_table);
  g_test_add_func ("/rules/states/a-tablet-is-lent-from-ready-only", test_a_tablet_is_lent_from_ready_only);
  g_test_add_func ("/rules/states/ready-comes-from-a-wipe-or-a-waiver-only",
                   test_ready_comes_from_a_wipe_or_a_waiver_only);
  g_test_add_func ("/rules/states/what-left-the-house-stays-out", test_what_left_the_house_stays_out);
  g_test_add_func ("/rules/states/nothing-moves-to-itself", test_nothing_moves_to_itself);
  g_test_add_func ("/rules/states/words", test_words);
  return g_test_run ();
}
