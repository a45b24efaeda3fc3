/* Lending: who gets what, all or nothing, whatever fails, and however many ask at once. */
#include "daemon/actions/take_back.h"
#include "daemon/rules/code.h"
#include "db/register.h"
#include "tests/unit/actions/desk.h"

#define ICCID "8933019000000079197"

static void
kit_leaves_with_its_pieces_for_a_year (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  Code person, tablet, sim, line;
  desk_add_person (&desk, "Ana Testa", person);
  desk_add_ready_tablet (&desk, "R9TEST0001", tablet);
  desk_add_sim (&desk, ICCID, "06 39 98 00 01", sim, line);
  g_autofree char *shown = code_display (tablet);
  g_autofree char *typed = g_ascii_strdown (shown, -1);
  const char *const things[] = {typed, sim, NULL};
  const LendRequest request = {.person = person, .things = things};
  desk.context.now += 86400 * 7; /* 30 November: a year later is a Tuesday */
  g_assert_true (DESK_DO (&desk, lend_things, &request));
  g_assert_cmpuint (desk.outcome.codes->len, ==, 4);
  g_assert_cmpstr (desk_code (&desk, 2), ==, tablet);
  g_assert_cmpstr (desk_code (&desk, 3), ==, line);
  g_assert_true (desk_list_has (desk.outcome.verdict->to_know, M_ITEM_NOT_PROVEN)); /* waived */
  g_autoptr (Loan) loan = loan_load (desk.store, desk_code (&desk, 0), NULL);
  g_assert_cmpstr (loan->started_on.text, ==, "2026-11-30");
  g_assert_cmpstr (loan->due_on.text, ==, "2027-11-30");
  g_autoptr (GPtrArray) pieces = loan_piece_list (desk.store, loan->code, NULL);
  g_assert_cmpuint (pieces->len, ==, 2);
  desk_assert_item_state (&desk, tablet, ITEM_LENT);
  desk_assert_line_state (&desk, line, LINE_LENT);
  desk_assert_journal_has_not (&desk, "Testa");
}

static void
one_thing_that_cannot_go_keeps_all_here (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  Code person, other, ready, unwiped, held, loan;
  desk_add_person (&desk, "Ana Testa", person);
  desk_add_person (&desk, "Bob Essai", other);
  desk_add_ready_tablet (&desk, "R9TEST0001", ready);
  desk_add_tablet (&desk, "R9TEST0002", unwiped);
  desk_add_ready_tablet (&desk, "R9TEST0003", held);
  desk_lend (&desk, other, held, loan);
  g_autofree char *before = desk_picture (&desk);
  const char *const with_unwiped[] = {ready, unwiped, NULL};
  const LendRequest unwiped_too = {.person = person, .things = with_unwiped};
  g_assert_false (DESK_DO (&desk, lend_things, &unwiped_too));
  desk_assert_refused (&desk, M_ITEM_NOT_READY);
  const char *const with_held[] = {ready, held, NULL};
  const LendRequest held_too = {.person = person, .things = with_held};
  g_assert_false (DESK_DO (&desk, lend_things, &held_too));
  desk_assert_refused (&desk, M_ITEM_HELD);
  g_autofree char *sentence = finding_text (rule_error_finding (desk.error), LANGUAGE_FR);
  g_assert_nonnull (strstr (sentence, "Bob Essai"));
  g_assert_nonnull (strstr (sentence, "23/11/2026"));
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
}

static void
bad_requests_are_refused (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  Code person, tablet, nobody;
  desk_add_person (&desk, "Ana Testa", person);
  desk_add_ready_tablet (&desk, "R9TEST0001", tablet);
  g_assert_true (code_make ('P', 4242, nobody));
  const char *const none[] = {NULL}, *const one[] = {tablet, NULL}, *const twice[] = {tablet, tablet, NULL};
  const char *const typo[] = {"TBBBBBBB", NULL}, *const a_person[] = {person, NULL}, *const short_code[] = {"TB", NULL};
  Code unknown;
  g_assert_true (code_make ('T', 4242, unknown));
  const char *const not_there[] = {unknown, NULL};
  const struct {
    LendRequest request;
    MessageId message;
  } cases[] = {
      {{.person = NULL, .things = one}, M_FIELD_MISSING},
      {{.person = nobody, .things = one}, M_PERSON_NOT_FOUND},
      {{.person = tablet, .things = one}, M_CODE_NOT_A},
      {{.person = person, .things = NULL}, M_FIELD_MISSING},
      {{.person = person, .things = none}, M_FIELD_MISSING},
      {{.person = person, .things = twice}, M_THING_TWICE},
      {{.person = person, .things = typo}, M_CODE_CHECK},
      {{.person = person, .things = short_code}, M_CODE_LENGTH},
      {{.person = person, .things = a_person}, M_CODE_NOT_A},
      {{.person = person, .things = not_there}, M_ITEM_NOT_FOUND},
      {{.person = person, .things = one, .until = "31/02/2027"}, M_DAY_NOT_REAL},
      {{.person = person, .things = one, .until = "2026-11-22"}, M_DUE_PAST},
      {{.person = person, .things = one, .until = "2029-11-24"}, M_DUE_FAR},
  };
  g_autofree char *before = desk_picture (&desk);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_false (DESK_DO (&desk, lend_things, &cases[i].request));
    desk_assert_refused (&desk, cases[i].message);
  }
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
}

static void
second_tablet_needs_a_right_and_a_reason (void)
{
  static const char *const rights[] = {"lend-second", NULL};
  static const char *const other_rights[] = {"lend-overdue", NULL};
  g_auto (Desk) desk;
  desk_init (&desk);
  Code person, first, second, loan;
  desk_add_person (&desk, "Ana Testa", person);
  desk_add_ready_tablet (&desk, "R9TEST0001", first);
  desk_add_ready_tablet (&desk, "R9TEST0002", second);
  desk_lend (&desk, person, first, loan);
  const char *const things[] = {second, NULL};
  const LendRequest request = {.person = person, .things = things};
  g_autofree char *before = desk_picture (&desk);
  g_assert_false (DESK_DO (&desk, lend_things, &request));
  desk_assert_refused (&desk, M_LEND_SECOND);
  desk.context.overrides = rights;
  desk.context.comment = "  ";
  g_assert_false (DESK_DO (&desk, lend_things, &request));
  desk_assert_refused (&desk, M_REASON_MISSING);
  desk.context.overrides = other_rights;
  desk.context.comment = "deux enfants";
  g_assert_false (DESK_DO (&desk, lend_things, &request));
  desk_assert_refused (&desk, M_LEND_SECOND);
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
  desk.context.overrides = rights;
  g_assert_true (DESK_DO (&desk, lend_things, &request));
}

static void
two_tablets_in_one_request_count_as_two (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  Code person, first, second;
  desk_add_person (&desk, "Ana Testa", person);
  desk_add_ready_tablet (&desk, "R9TEST0001", first);
  desk_add_ready_tablet (&desk, "R9TEST0002", second);
  const char *const things[] = {first, second, NULL};
  const LendRequest request = {.person = person, .things = things};
  g_assert_false (DESK_DO (&desk, lend_things, &request));
  desk_assert_refused (&desk, M_LEND_SECOND);
}

static void
overdue_borrower_needs_a_right (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  Code person, tablet, sim, line, loan;
  desk_add_person (&desk, "Ana Testa", person);
  desk_add_ready_tablet (&desk, "R9TEST0001", tablet);
  desk_add_sim (&desk, ICCID, NULL, sim, line);
  desk_lend (&desk, person, tablet, loan);
  desk.context.now += (gint64)86400 * 400;
  const char *const things[] = {line, NULL};
  const LendRequest request = {.person = person, .things = things};
  g_assert_false (DESK_DO (&desk, lend_things, &request));
  desk_assert_refused (&desk, M_LEND_OVERDUE);
}

static void
preview_says_all_and_changes_nothing (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  Code person, ready, unwiped;
  desk_add_person (&desk, "Ana Testa", person);
  desk_add_ready_tablet (&desk, "R9TEST0001", ready);
  desk_add_tablet (&desk, "R9TEST0002", unwiped);
  const char *const things[] = {ready, unwiped, NULL};
  const LendRequest request = {.person = person, .things = things};
  desk.context.is_preview = TRUE;
  g_autofree char *before = desk_picture (&desk);
  g_assert_true (DESK_DO (&desk, lend_things, &request));
  g_assert_cmpuint (desk.outcome.verdict->impossible->len, ==, 1);
  g_assert_true (desk_list_has (desk.outcome.verdict->impossible, M_ITEM_NOT_READY));
  g_assert_true (desk_list_has (desk.outcome.verdict->needs_confirmation, M_LEND_SECOND));
  g_assert_cmpuint (desk.outcome.codes->len, ==, 0);
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
}

static void
missing_piece_stays_out_of_the_next_loan (void)
{
  static const PieceSaid said[] = {{"sleeve", "missing"}, {"charger", "broken"}};
  g_auto (Desk) desk;
  desk_init (&desk);
  Code person, tablet, loan;
  desk_add_person (&desk, "Ana Testa", person);
  desk_add_ready_tablet (&desk, "R9TEST0001", tablet);
  desk_lend (&desk, person, tablet, loan);
  const TakeBackRequest back = {.thing = tablet, .pieces = said, .n_pieces = 2};
  g_assert_true (DESK_DO (&desk, take_back_thing, &back));
  desk_waive (&desk, tablet);
  desk_lend (&desk, person, tablet, loan);
  g_assert_true (desk_list_has (desk.outcome.verdict->to_know, M_PIECES_LEFT_OUT));
  g_autoptr (GPtrArray) pieces = loan_piece_list (desk.store, loan, NULL);
  g_assert_cmpuint (pieces->len, ==, 1);
  g_assert_true (((const LoanPiece *)g_ptr_array_index (pieces, 0))->out_state == PIECE_BROKEN);
}

/* Every write of a lend, made to fail one after the other. */
static void
nothing_is_left_when_any_write_fails (void)
{
  static const char *const writes[] = {
      "INSERT ON loan",   "INSERT ON loan_piece", "UPDATE ON item",         "UPDATE ON line",
      "UPDATE ON person", "INSERT ON journal",    "UPDATE ON journal_head", "UPDATE ON counter",
  };
  g_auto (Desk) desk;
  desk_init (&desk);
  Code person, tablet, sim, line, first_loan, other, other_tablet;
  desk_add_person (&desk, "Ana Testa", person);
  desk_add_person (&desk, "Bob Essai", other);
  desk_add_ready_tablet (&desk, "R9TEST0001", tablet);
  desk_add_ready_tablet (&desk, "R9TEST0002", other_tablet);
  desk_add_sim (&desk, ICCID, NULL, sim, line);
  desk_lend (&desk, other, other_tablet, first_loan); /* the counters exist: they are updated from now on */
  const char *const things[] = {tablet, sim, NULL};
  const LendRequest request = {.person = person, .things = things};
  desk.context.now += 60;
  g_autofree char *before = desk_picture (&desk);
  for (gsize i = 0; i < G_N_ELEMENTS (writes); i++) {
    g_autofree char *trigger = g_strdup_printf (
        "CREATE TEMP TRIGGER fails BEFORE %s BEGIN SELECT RAISE(ABORT, 'made to fail'); END", writes[i]);
    g_assert_true (store_run (desk.store, NULL, NULL, trigger, ""));
    g_assert_false (DESK_DO (&desk, lend_things, &request));
    g_assert_true (desk.error->domain == DB_ERROR);
    g_assert_true (store_run (desk.store, NULL, NULL, "DROP TRIGGER fails", ""));
    g_autofree char *after = desk_picture (&desk);
    g_assert_cmpstr (before, ==, after);
  }
  g_assert_true (DESK_DO (&desk, lend_things, &request));
  JournalChain report;
  g_assert_true (journal_verify (desk.store, &report, NULL));
  g_assert_true (report.problem == JOURNAL_WHOLE);
}

/* ---- 64 desks at once ---- */

enum { DESKS = 64 };
typedef struct {
  Register *reg;
  ActionContext *context;
  char *tablet;
  Code person;
  GError *error;
  gboolean won;
} Asker;

static gboolean
ask (Store *store, gpointer data, GError **error)
{
  Asker *asker = data;
  g_auto (Outcome) outcome;
  outcome_init (&outcome);
  const char *const things[] = {asker->tablet, NULL};
  const LendRequest request = {.person = asker->person, .things = things};
  return lend_things (store, asker->context, &request, &outcome, error);
}

static gpointer
ask_in_thread (gpointer data)
{
  Asker *asker = data;
  asker->won = register_write_wait (asker->reg, ask, asker, &asker->error);
  return NULL;
}

static void
sixty_four_desks_make_one_loan (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  Code tablet;
  Asker askers[DESKS];
  GThread *threads[DESKS];
  desk_add_ready_tablet (&desk, "R9TEST0001", tablet);
  for (int i = 0; i < DESKS; i++) {
    g_autofree char *name = g_strdup_printf ("Essai %d", i);
    askers[i] = (Asker){.context = &desk.context, .tablet = tablet};
    desk_add_person (&desk, name, askers[i].person);
  }
  g_clear_pointer (&desk.store, store_close);
  g_autoptr (Register) reg = register_open (desk.url, NULL);
  g_assert_nonnull (reg);
  for (int i = 0; i < DESKS; i++) {
    askers[i].reg = reg;
    threads[i] = g_thread_new ("desk", ask_in_thread, &askers[i]);
  }
  int loans = 0;
  for (int i = 0; i < DESKS; i++) {
    g_thread_join (threads[i]);
    loans += askers[i].won;
    if (!askers[i].won)
      g_assert_error (askers[i].error, RULE_ERROR, (int)M_ITEM_HELD);
    g_clear_error (&askers[i].error);
  }
  g_assert_cmpint (loans, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/lend/kit-leaves-with-its-pieces-for-a-year", kit_leaves_with_its_pieces_for_a_year);
  g_test_add_func ("/actions/lend/one-thing-that-cannot-go-keeps-all-here", one_thing_that_cannot_go_keeps_all_here);
  g_test_add_func ("/actions/lend/bad-requests-are-refused", bad_requests_are_refused);
  g_test_add_func ("/actions/lend/second-tablet-needs-a-right-and-a-reason", second_tablet_needs_a_right_and_a_reason);
  g_test_add_func ("/actions/lend/two-tablets-in-one-request-count-as-two", two_tablets_in_one_request_count_as_two);
  g_test_add_func ("/actions/lend/overdue-borrower-needs-a-right", overdue_borrower_needs_a_right);
  g_test_add_func ("/actions/lend/preview-says-all-and-changes-nothing", preview_says_all_and_changes_nothing);
  g_test_add_func ("/actions/lend/missing-piece-stays-out-of-the-next-loan", missing_piece_stays_out_of_the_next_loan);
  g_test_add_func ("/actions/lend/nothing-is-left-when-any-write-fails", nothing_is_left_when_any_write_fails);
  g_test_add_func ("/actions/lend/sixty-four-desks-make-one-loan", sixty_four_desks_make_one_loan);
  return g_test_run ();
}
