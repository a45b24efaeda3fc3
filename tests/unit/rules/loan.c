/* Lending, taking back, renewing: who may have what. */
#include "daemon/rules/item.h"
#include "daemon/rules/loan.h"
#include "golden.h"

static Person odile = {.code = "PBCDFGHK", .name = (char *)"Odile Martin"};
static Item item;
static Line line;
static const Day closed_day = {"2027-11-24"};
static const Calendar calendar = {.closed_weekdays = 1u << 6 | 1u << 7, .closed_days = &closed_day, .n_closed_days = 1};

/* A ready tablet for somebody who has nothing. */
static LendFacts
tablet_facts (void)
{
  item = (Item){.code = "TBCDFGHK", .kind = KIND_TABLET, .state = ITEM_READY};
  return (LendFacts){.person = &odile,
                     .item = &item,
                     .ready_tablets = 3,
                     .wipe_verified = TRUE,
                     .today = {"2026-11-23"},
                     .due = {"2027-11-23"},
                     .calendar = &calendar};
}

static LendFacts
line_facts (void)
{
  line = (Line){.code = "LBCDFGHK", .state = LINE_ACTIVE};
  return (LendFacts){
      .person = &odile, .line = &line, .today = {"2026-11-23"}, .due = {"2027-11-23"}, .calendar = &calendar};
}

static void
append_codes (GString *text, const char *list, const GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++) {
    const Finding *finding = g_ptr_array_index (findings, i);
    g_string_append_printf (text, "%s%s%s", text->len > 0 ? " " : "", list, message_code (finding->id));
  }
}

/* "!" impossible, "?" needs confirmation, "" to know. */
static char *
verdict_codes (const Verdict *verdict)
{
  GString *text = g_string_new (NULL);
  append_codes (text, "!", verdict->impossible);
  append_codes (text, "?", verdict->needs_confirmation);
  append_codes (text, "", verdict->to_know);
  return g_string_free (text, FALSE);
}

static void
assert_lend (const LendFacts *facts, const char *expected)
{
  g_autoptr (Verdict) verdict = verdict_new ();
  loan_judge_lend (facts, verdict);
  g_autofree char *codes = verdict_codes (verdict);
  g_assert_cmpstr (codes, ==, expected);
}

/* One row of the matrix. bits: held, wiped, has one already, has one overdue. */
static void
print_lend (GString *printed, ItemKind kind, ItemState state, guint bits)
{
  gboolean is_held = bits & 1, is_wiped = bits >> 1 & 1, has_one = bits >> 2 & 1, is_late = bits >> 3 & 1;
  LendFacts facts = tablet_facts ();
  g_autoptr (Verdict) verdict = verdict_new ();
  item.kind = kind;
  item.state = state;
  facts.holder_name = is_held ? "Ali Benali" : NULL;
  facts.held_since = (Day){"2026-10-01"};
  facts.wipe_verified = is_wiped;
  facts.person_tablets = has_one;
  facts.person_overdue = is_late;
  loan_judge_lend (&facts, verdict);
  g_autofree char *codes = verdict_codes (verdict);
  g_string_append_printf (printed, "%-8s %-8s %s %s %s %s: %s\n", item_kind_name (kind), item_state_name (state),
                          is_held ? "held " : "free ", is_wiped ? "wiped " : "waived", has_one ? "has " : "none",
                          is_late ? "overdue" : "fair   ", codes);
  g_assert_true (verdict->impossible->len == (state != ITEM_READY || is_held));
}

/* Every state of every kind, for somebody who has nothing, something, something overdue. */
static void
test_matrix (void)
{
  g_autoptr (GString) printed = g_string_new ("# kind, state, held, wiped, has, overdue: verdict\n");
  for (ItemKind kind = 0; kind < ITEM_KINDS_N; kind++)
    for (ItemState state = 0; state < ITEM_STATES_N; state++)
      for (guint bits = 0; bits < 16; bits++)
        print_lend (printed, kind, state, bits);
  golden_check ("lend-items", printed->str);
}

static void
test_line_matrix (void)
{
  g_autoptr (GString) printed = g_string_new ("# state, held, has: verdict\n");
  for (LineState state = 0; state < LINE_STATES_N; state++)
    for (guint bits = 0; bits < 4; bits++) {
      LendFacts facts = line_facts ();
      g_autoptr (Verdict) verdict = verdict_new ();
      line.state = state;
      facts.holder_name = (bits & 1) != 0 ? "Ali Benali" : NULL;
      facts.held_since = (Day){"2026-10-01"};
      facts.person_lines = (bits & 2) != 0;
      loan_judge_lend (&facts, verdict);
      g_autofree char *codes = verdict_codes (verdict);
      g_string_append_printf (printed, "%-10s %s %s: %s\n", line_state_name (state), (bits & 1) != 0 ? "held" : "free",
                              (bits & 2) != 0 ? "has " : "none", codes);
    }
  golden_check ("lend-lines", printed->str);
}

static void
test_says_who_has_it (void)
{
  LendFacts facts = tablet_facts ();
  g_autoptr (Verdict) verdict = verdict_new ();
  item.state = ITEM_LENT;
  facts.holder_name = "Ali Benali";
  facts.held_since = (Day){"2026-10-01"};
  loan_judge_lend (&facts, verdict);
  g_autofree char *fr = finding_text (g_ptr_array_index (verdict->impossible, 0), LANGUAGE_FR);
  g_assert_cmpstr (fr, ==,
                   "TBCD-FGHK est déjà en prêt : Ali Benali l'a depuis le 01/10/2026. Enregistrez d'abord son retour.");
}

static void
test_proposes_the_waiting_list (void)
{
  LendFacts facts = tablet_facts ();
  item.state = ITEM_TO_WIPE;
  assert_lend (&facts, "!item_not_ready ready_left");
  facts.ready_tablets = 0;
  assert_lend (&facts, "!item_not_ready none_ready");
}

static void
test_refuses_a_second_tablet (void)
{
  LendFacts facts = tablet_facts ();
  facts.person_tablets = 1;
  assert_lend (&facts, "?lend_second");
  item.kind = KIND_HOTSPOT; /* a hotspot beside the tablet is nothing odd */
  assert_lend (&facts, "");
  facts = line_facts ();
  facts.person_tablets = 1;
  assert_lend (&facts, "");
}

static void
test_due_day_of_a_loan (void)
{
  static const char *const rows[][2] = {
      {"2026-11-23", ""},           {"2026-11-22", "!due_past"},  {"2028-11-23", ""}, {"2028-11-24", "!due_far"},
      {"2027-11-24", "due_closed"}, {"2027-11-27", "due_closed"}, {"", "!due_past"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    LendFacts facts = tablet_facts ();
    g_strlcpy (facts.due.text, rows[i][0], sizeof facts.due.text);
    assert_lend (&facts, rows[i][1]);
  }
  LendFacts facts = tablet_facts ();
  facts.due = closed_day;
  facts.calendar = NULL;
  assert_lend (&facts, "");
}

/* ---- taking back ---- */

static Loan loan;
static LoanPiece out[2], back[3];

/* A tablet lent with a sleeve and a charger; n pieces of back come back. */
static ReturnFacts
return_facts (guint n)
{
  ReturnFacts facts = {
      .loan = &loan, .pieces = g_ptr_array_new (), .returned = g_ptr_array_new (), .today = {"2026-11-23"}};
  loan = (Loan){.code = "NBCDFGHK", .state = LOAN_OPEN, .closed_on = {"2026-11-01"}};
  out[0] = (LoanPiece){.loan = "NBCDFGHK", .piece = "KBCDFGHK", .name = (char *)"housse"};
  out[1] = (LoanPiece){.loan = "NBCDFGHK", .piece = "KCCDFGHK", .name = (char *)"chargeur"};
  back[0] = out[0];
  back[1] = out[1];
  back[2] = (LoanPiece){.loan = "NBCDFGHK", .piece = "KDCDFGHK", .name = (char *)"stylet"};
  g_ptr_array_add (facts.pieces, &out[0]);
  g_ptr_array_add (facts.pieces, &out[1]);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (facts.returned, &back[i]);
  return facts;
}

/* Judges, compares, frees. */
static void
assert_return (ReturnFacts facts, const char *expected, LoanState after)
{
  g_autoptr (Verdict) verdict = verdict_new ();
  loan_judge_return (&facts, verdict);
  g_autofree char *codes = verdict_codes (verdict);
  g_assert_cmpstr (codes, ==, expected);
  g_assert_cmpint (loan_state_after_return (&facts), ==, after);
  g_ptr_array_unref (facts.pieces);
  g_ptr_array_unref (facts.returned);
}

static void
test_all_back (void)
{
  assert_return (return_facts (2), "", LOAN_CLOSED);
}

static void
test_a_piece_not_back_keeps_the_loan (void)
{
  assert_return (return_facts (1), "piece_not_back", LOAN_PARTLY_RETURNED);
  assert_return (return_facts (0), "piece_not_back piece_not_back", LOAN_PARTLY_RETURNED);
}

static void
test_a_missing_piece_is_said (void)
{
  ReturnFacts facts = return_facts (2);
  back[0].in_state = PIECE_BROKEN;
  back[1].in_state = PIECE_MISSING;
  assert_return (facts, "piece_broken piece_missing", LOAN_CLOSED);
}

static void
test_the_last_piece_closes (void)
{
  ReturnFacts facts = return_facts (1);
  loan.state = LOAN_PARTLY_RETURNED;
  out[1].is_back = TRUE;
  assert_return (facts, "", LOAN_CLOSED);
}

static void
test_refuses_a_piece_of_another_loan (void)
{
  assert_return (return_facts (3), "!piece_not_of_loan", LOAN_CLOSED);
}

static void
test_refuses_a_piece_twice (void)
{
  ReturnFacts facts = return_facts (2);
  back[1] = back[0];
  assert_return (facts, "!piece_twice piece_not_back", LOAN_PARTLY_RETURNED);
  facts = return_facts (2);
  out[0].is_back = TRUE;
  assert_return (facts, "!piece_back_already", LOAN_CLOSED);
}

static void
test_a_missing_piece_may_turn_up (void)
{
  ReturnFacts facts = return_facts (2);
  loan.state = LOAN_PARTLY_RETURNED;
  out[0].is_back = TRUE;
  out[0].in_state = PIECE_MISSING;
  assert_return (facts, "", LOAN_CLOSED);
}

static void
test_refuses_a_loan_that_is_over (void)
{
  ReturnFacts facts = return_facts (2);
  loan.state = LOAN_CLOSED;
  assert_return (facts, "!loan_closed", LOAN_CLOSED);
  facts = return_facts (2);
  loan.state = LOAN_WRITTEN_OFF;
  assert_return (facts, "!loan_written_off", LOAN_WRITTEN_OFF);
}

/* A loan of a line has no pieces. */
static void
test_no_pieces (void)
{
  ReturnFacts facts = return_facts (0);
  g_ptr_array_set_size (facts.pieces, 0);
  assert_return (facts, "", LOAN_CLOSED);
}

/* ---- renewing ---- */

static RenewFacts
renew_facts (const char *today, const char *due)
{
  RenewFacts facts = {.loan = &loan, .calendar = &calendar};
  loan = (Loan){.code = "NBCDFGHK", .state = LOAN_OPEN, .due_on = {"2026-11-23"}, .renewals = 2};
  g_strlcpy (facts.today.text, today, sizeof facts.today.text);
  g_strlcpy (facts.due.text, due, sizeof facts.due.text);
  return facts;
}

static void
assert_renew (const RenewFacts *facts, const char *expected)
{
  g_autoptr (Verdict) verdict = verdict_new ();
  loan_judge_renew (facts, verdict);
  g_autofree char *codes = verdict_codes (verdict);
  g_assert_cmpstr (codes, ==, expected);
}

static void
test_renew (void)
{
  static const char *const rows[][3] = {
      {"2026-11-23", "2027-11-23", ""},
      {"2026-11-01", "2026-11-23", ""}, /* the same day again */
      {"2026-11-01", "2026-11-20", "!renew_earlier"},
      {"2026-11-24", "2026-11-23", "!due_past"},
      {"2026-11-23", "2028-11-24", "!due_far"},
      {"2026-11-23", "2027-11-24", "due_closed"},
      {"2026-12-23", "2027-12-23", ""}, /* 30 days late */
      {"2026-12-24", "2027-12-24", "?renew_overdue"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    RenewFacts facts = renew_facts (rows[i][0], rows[i][1]);
    assert_renew (&facts, rows[i][2]);
  }
}

static void
test_renew_asks_after_three (void)
{
  RenewFacts facts = renew_facts ("2026-11-23", "2027-11-23");
  loan.renewals = 3;
  facts.others_waiting = 2;
  assert_renew (&facts, "?renew_more renew_waiting");
}

static void
test_renew_wants_an_open_loan (void)
{
  for (LoanState state = 0; state < LOAN_STATES_N; state++) {
    RenewFacts facts = renew_facts ("2026-11-23", "2027-11-23");
    loan.state = state;
    assert_renew (&facts, state == LOAN_OPEN ? "" : "!renew_not_open");
  }
}

static void
test_overdue (void)
{
  const Day due = {"2026-11-23"}, next = {"2026-11-24"};
  for (LoanState state = 0; state < LOAN_STATES_N; state++) {
    const Loan some = {.state = state, .due_on = due};
    g_assert_false (loan_is_overdue (&some, &due));
    g_assert_true (loan_is_overdue (&some, &next) == (state == LOAN_OPEN));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/loan/matrix", test_matrix);
  g_test_add_func ("/rules/loan/line-matrix", test_line_matrix);
  g_test_add_func ("/rules/loan/says-who-has-it", test_says_who_has_it);
  g_test_add_func ("/rules/loan/proposes-the-waiting-list", test_proposes_the_waiting_list);
  g_test_add_func ("/rules/loan/refuses-a-second-tablet", test_refuses_a_second_tablet);
  g_test_add_func ("/rules/loan/due-day", test_due_day_of_a_loan);
  g_test_add_func ("/rules/return/all-back", test_all_back);
  g_test_add_func ("/rules/return/a-piece-not-back-keeps-the-loan", test_a_piece_not_back_keeps_the_loan);
  g_test_add_func ("/rules/return/a-missing-piece-is-said", test_a_missing_piece_is_said);
  g_test_add_func ("/rules/return/the-last-piece-closes", test_the_last_piece_closes);
  g_test_add_func ("/rules/return/refuses-a-piece-of-another-loan", test_refuses_a_piece_of_another_loan);
  g_test_add_func ("/rules/return/refuses-a-piece-twice", test_refuses_a_piece_twice);
  g_test_add_func ("/rules/return/a-missing-piece-may-turn-up", test_a_missing_piece_may_turn_up);
  g_test_add_func ("/rules/return/refuses-a-loan-that-is-over", test_refuses_a_loan_that_is_over);
  g_test_add_func ("/rules/return/no-pieces", test_no_pieces);
  g_test_add_func ("/rules/renew/days", test_renew);
  g_test_add_func ("/rules/renew/asks-after-three", test_renew_asks_after_three);
  g_test_add_func ("/rules/renew/wants-an-open-loan", test_renew_wants_an_open_loan);
  g_test_add_func ("/rules/loan/overdue", test_overdue);
  return g_test_run ();
}
