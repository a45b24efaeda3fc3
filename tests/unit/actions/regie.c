/* A regie's year: opened, filled, spent, corrected, asked back, closed; and what its journal refuses. */
#include "daemon/actions/regie.h"
#include "db/account.h"
#include "tests/unit/actions/desk.h"

#define HOLDER   "CTESTDSK" /* who acts on the desk of the tests */
#define DEPUTY   "CTESTDSL"
#define STRANGER "CTESTDSM"
#define MONTH_S  ((gint64)31 * 86400)

typedef struct {
  Desk desk;
  Code code;
} Till;

static void
add_account (Desk *desk, const char *code, const char *name)
{
  Account account = {.name = (char *)name, .uid = -1, .role = ROLE_ADMIN};
  g_strlcpy (account.code, code, sizeof account.code);
  g_assert_true (account_insert (desk->store, &account, NULL));
}

static void
till_init (Till *till)
{
  static const char *const natures[] = {"Recharges", " Petit matériel ", NULL}, *const means[] = {"cash", "card", NULL};
  desk_init (&till->desk);
  add_account (&till->desk, HOLDER, "Amina Diallo");
  add_account (&till->desk, DEPUTY, "Paul Vasseur");
  const RegieRequestAct act = {.name = "Régie du numérique",
                               .act = "Arrêté 2026-014",
                               .act_on = "15/01/2026",
                               .ceiling = "500,00",
                               .natures = natures,
                               .means = means,
                               .holder = "amina diallo",
                               .deputy = "Paul Vasseur"};
  g_assert_true (DESK_DO (&till->desk, regie_add, &act));
  g_strlcpy (till->code, desk_code (&till->desk, 0), sizeof till->code);
}

static void
till_clear (Till *till)
{
  desk_clear (&till->desk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Till, till_clear)

static gboolean
put (Till *till, const char *kind, const char *amount)
{
  const RegieLineRequest line = {.kind = kind, .amount = amount};
  return DESK_DO (&till->desk, regie_write, &line);
}

static gboolean
spend (Till *till, const char *amount, const char *paper_hash)
{
  const RegieLineRequest line = {.kind = "expense",
                                 .amount = amount,
                                 .nature = "petit materiel",
                                 .means = "cash",
                                 .object = "Chargeur",
                                 .paper = "T-1",
                                 .paper_hash = paper_hash};
  return DESK_DO (&till->desk, regie_write, &line);
}

static Regie *
loaded (Till *till)
{
  g_autoptr (GPtrArray) wrong = regie_reconcile (till->desk.store, NULL);
  g_assert_cmpuint (wrong->len, ==, 0);
  return regie_load (till->desk.store, till->code, NULL);
}

static void
assert_till (Till *till, gint64 balance, gint64 advance, gint64 entries)
{
  g_autoptr (Regie) regie = loaded (till);
  g_assert_cmpint (regie->balance.cents, ==, balance);
  g_assert_cmpint (regie->advance.cents, ==, advance);
  g_assert_cmpint (regie->entries, ==, entries);
}

static void
the_act_is_kept_as_it_was_typed (void)
{
  g_auto (Till) till;
  till_init (&till);
  g_autoptr (Regie) regie = loaded (&till);
  g_assert_cmpstr (regie->natures[1], ==, "Petit matériel");
  g_assert_cmpstr (regie->holder, ==, HOLDER);
  g_assert_cmpstr (regie->deputy, ==, DEPUTY);
  g_assert_cmpuint (regie->means, ==, 1u << PAY_CASH | 1u << PAY_CARD);
}

static void
a_bad_act_opens_nothing (void)
{
  static const char *const natures[] = {"Recharges", NULL}, *const means[] = {"cash", NULL},
                           *const wrong[] = {"gold", NULL};
  static const RegieRequestAct good = {.name = "R",
                                       .act = "A",
                                       .act_on = "2026-01-15",
                                       .ceiling = "5",
                                       .natures = natures,
                                       .means = means,
                                       .holder = "Amina Diallo"};
  static const struct {
    gsize offset;
    const void *value;
    MessageId message;
  } cases[] = {
      {G_STRUCT_OFFSET (RegieRequestAct, name), NULL, M_FIELD_MISSING},
      {G_STRUCT_OFFSET (RegieRequestAct, act), NULL, M_FIELD_MISSING},
      {G_STRUCT_OFFSET (RegieRequestAct, act_on), NULL, M_FIELD_MISSING},
      {G_STRUCT_OFFSET (RegieRequestAct, ceiling), NULL, M_FIELD_MISSING},
      {G_STRUCT_OFFSET (RegieRequestAct, natures), NULL, M_FIELD_MISSING},
      {G_STRUCT_OFFSET (RegieRequestAct, means), NULL, M_FIELD_MISSING},
      {G_STRUCT_OFFSET (RegieRequestAct, holder), NULL, M_FIELD_MISSING},
      {G_STRUCT_OFFSET (RegieRequestAct, means), wrong, M_WORD_UNKNOWN},
      {G_STRUCT_OFFSET (RegieRequestAct, holder), "Personne", M_ACCOUNT_NAME},
      {G_STRUCT_OFFSET (RegieRequestAct, ceiling), "-5", M_MONEY_NEGATIVE},
      {G_STRUCT_OFFSET (RegieRequestAct, act_on), "31/02/2026", M_DAY_NOT_REAL},
      {G_STRUCT_OFFSET (RegieRequestAct, name), "régie du numérique", M_REGIE_KNOWN},
  };
  g_auto (Till) till;
  till_init (&till);
  g_autofree char *before = desk_picture (&till.desk);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    RegieRequestAct act = good;
    G_STRUCT_MEMBER (const void *, &act, cases[i].offset) = cases[i].value;
    g_test_message ("case %d", (int)i);
    g_assert_false (DESK_DO (&till.desk, regie_add, &act));
    desk_assert_refused (&till.desk, cases[i].message);
  }
  g_autofree char *after = desk_picture (&till.desk);
  g_assert_cmpstr (before, ==, after);
}

static void
the_till_follows_its_journal (void)
{
  g_auto (Till) till;
  till_init (&till);
  g_assert_false (spend (&till, "0,01", NULL));
  desk_assert_refused (&till.desk, M_REGIE_SHORT);
  g_assert_true (put (&till, "advance", "500,00"));
  g_assert_false (put (&till, "advance", "0,01"));
  desk_assert_refused (&till.desk, M_REGIE_CEILING);
  g_assert_true (spend (&till, "12,50", NULL));
  g_assert_true (put (&till, "repayment", "100"));
  assert_till (&till, 38750, 40000, 3);
  till.desk.context.account = STRANGER;
  g_assert_false (spend (&till, "1", NULL));
  desk_assert_refused (&till.desk, M_REGIE_HOLDER);
  till.desk.context.account = DEPUTY;
  g_assert_true (spend (&till, "1", NULL));
  assert_till (&till, 38650, 40000, 4);
}

static void
an_expense_names_its_paper (void)
{
  static const struct {
    RegieLineRequest line;
    MessageId message;
  } cases[] = {
      {{.kind = "gift", .amount = "1"}, M_WORD_UNKNOWN},
      {{.kind = "reconstitution", .amount = "1"}, M_WORD_UNKNOWN},
      {{.kind = "expense", .amount = "1", .means = "cash", .object = "a", .paper = "b"}, M_FIELD_MISSING},
      {{.kind = "expense", .amount = "1", .nature = "Recharges", .means = "cash", .paper = "b"}, M_FIELD_MISSING},
      {{.kind = "expense", .amount = "1", .nature = "Recharges", .means = "cash", .object = "a"}, M_FIELD_MISSING},
      {{.kind = "expense", .amount = "1", .nature = "Recharges", .object = "a", .paper = "b"}, M_FIELD_MISSING},
      {{.kind = "expense", .amount = "1", .nature = "Restaurant", .means = "cash", .object = "a", .paper = "b"},
       M_REGIE_NATURE},
      {{.kind = "expense", .amount = "1", .nature = "Recharges", .means = "cheque", .object = "a", .paper = "b"},
       M_REGIE_MEANS},
      {{.kind = "expense",
        .amount = "1",
        .nature = "Recharges",
        .means = "cash",
        .object = "a",
        .paper = "b",
        .paper_hash = "12"},
       M_PAPER_HASH},
      {{.kind = "expense",
        .amount = "1",
        .nature = "Recharges",
        .means = "cash",
        .object = "a",
        .paper = "b",
        .on = "2026-11-24"},
       M_DAY_TO_COME},
  };
  g_auto (Till) till;
  till_init (&till);
  g_assert_true (put (&till, "advance", "500"));
  g_autofree char *before = desk_picture (&till.desk);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("case %d", (int)i);
    g_assert_false (DESK_DO (&till.desk, regie_write, &cases[i].line));
    desk_assert_refused (&till.desk, cases[i].message);
  }
  g_autofree char *after = desk_picture (&till.desk);
  g_assert_cmpstr (before, ==, after);
  assert_till (&till, 50000, 50000, 1);
}

static void
a_paper_counts_once (void)
{
  static const char *const rights[] = {"regie-paper-twice", NULL};
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "ticket", -1);
  static const gint64 second = 2;
  g_auto (Till) till;
  till_init (&till);
  g_assert_true (put (&till, "advance", "500"));
  g_assert_true (spend (&till, "10", hash));
  g_assert_false (spend (&till, "5", hash));
  desk_assert_refused (&till.desk, M_REGIE_PAPER_TWICE);
  till.desk.context.comment = "deux natures sur un ticket";
  till.desk.context.overrides = rights;
  g_assert_true (spend (&till, "5", hash));
  till.desk.context.overrides = NULL;
  const RegieCorrectRequest correct = {.entry = &second};
  g_assert_true (DESK_DO (&till.desk, regie_correct,
                          &correct)); /* the newest line about it is taken back: it may be entered rightly */
  g_assert_true (spend (&till, "10", hash));
  assert_till (&till, 48500, 50000, 5);
}

static void
a_line_is_taken_back_once (void)
{
  static const gint64 first = 1, second = 2, third = 3, ninth = 9;
  RegieCorrectRequest correct = {.entry = &second};
  g_auto (Till) till;
  till_init (&till);
  g_assert_true (put (&till, "advance", "500"));
  g_assert_true (spend (&till, "10", NULL));
  g_assert_false (DESK_DO (&till.desk, regie_correct, &correct));
  desk_assert_refused (&till.desk, M_CHANGE_REASON);
  till.desk.context.comment = "saisie deux fois";
  g_assert_true (DESK_DO (&till.desk, regie_correct, &correct));
  assert_till (&till, 50000, 50000, 3);
  g_assert_false (DESK_DO (&till.desk, regie_correct, &correct));
  desk_assert_refused (&till.desk, M_REGIE_REVERSED);
  correct.entry = &third;
  g_assert_false (DESK_DO (&till.desk, regie_correct, &correct));
  desk_assert_refused (&till.desk, M_REGIE_IS_CORRECTION);
  correct.entry = &ninth;
  g_assert_false (DESK_DO (&till.desk, regie_correct, &correct));
  desk_assert_refused (&till.desk, M_REGIE_ENTRY_NOT_FOUND);
  correct.entry = &first;
  g_assert_true (DESK_DO (&till.desk, regie_correct, &correct));
  assert_till (&till, 0, 0, 4);
}

static void
what_was_spent_comes_back (void)
{
  static const gint64 one = 1, two = 2, three = 3, four = 4;
  RegieAskRequest ask = {.regie = NULL}, receive = {.request = &one};
  RegieCorrectRequest correct = {.entry = &four};
  g_auto (Till) till;
  till_init (&till);
  till.desk.context.comment = "test";
  g_assert_false (DESK_DO (&till.desk, regie_ask, &ask));
  desk_assert_refused (&till.desk, M_REGIE_NOTHING);
  g_assert_true (put (&till, "advance", "500"));
  g_assert_true (spend (&till, "120", NULL));
  g_assert_true (spend (&till, "30", NULL));
  g_assert_true (DESK_DO (&till.desk, regie_ask, &ask));
  g_assert_false (DESK_DO (&till.desk, regie_ask, &ask));
  desk_assert_refused (&till.desk, M_REGIE_NOTHING);
  g_assert_true (DESK_DO (&till.desk, regie_receive, &receive));
  assert_till (&till, 50000, 50000, 4);
  g_assert_false (DESK_DO (&till.desk, regie_receive, &receive));
  desk_assert_refused (&till.desk, M_REGIE_RECEIVED);
  receive.request = &two;
  g_assert_false (DESK_DO (&till.desk, regie_receive, &receive));
  desk_assert_refused (&till.desk, M_REGIE_REQUEST_NOT_FOUND);
  g_assert_true (
      DESK_DO (&till.desk, regie_correct, &correct)); /* the money did not come after all: it is asked again */
  receive.request = &one;
  g_assert_true (DESK_DO (&till.desk, regie_receive, &receive));
  assert_till (&till, 50000, 50000, 6);
  correct.entry = &three; /* an expense that was given back is taken back: the next request is smaller */
  g_assert_true (DESK_DO (&till.desk, regie_correct, &correct));
  g_assert_true (spend (&till, "50", NULL));
  g_assert_true (DESK_DO (&till.desk, regie_ask, &ask));
  g_autoptr (RegieRequest) second = regie_request_load (till.desk.store, till.code, 2, NULL);
  g_assert_cmpint (second->amount.cents, ==, 2000);
  receive.request = &two;
  g_assert_true (DESK_DO (&till.desk, regie_receive, &receive));
  assert_till (&till, 50000, 50000, 9);
}

static gboolean
end (Till *till, const char *period)
{
  const RegieCloseRequest close = {.period = period};
  return DESK_DO (&till->desk, regie_end, &close);
}

static void
a_closed_month_stays_as_it_is (void)
{
  g_auto (Till) till;
  till_init (&till);
  g_assert_true (put (&till, "advance", "500"));
  g_assert_true (spend (&till, "10", NULL));
  g_assert_false (end (&till, "2026-11"));
  desk_assert_refused (&till.desk, M_REGIE_MONTH_RUNS);
  g_assert_false (end (&till, "novembre"));
  desk_assert_refused (&till.desk, M_REGIE_PERIOD);
  till.desk.context.now += 15 * (gint64)86400; /* 8 December */
  const RegieLineRequest late = {.kind = "repayment", .amount = "1", .on = "2026-11-30"};
  g_assert_true (DESK_DO (&till.desk, regie_write, &late)); /* not closed yet */
  g_assert_true (end (&till, "2026-11"));
  g_assert_false (DESK_DO (&till.desk, regie_write, &late));
  desk_assert_refused (&till.desk, M_REGIE_MONTH_CLOSED);
  g_assert_true (spend (&till, "1", NULL));
  g_assert_false (end (&till, "2026-11"));
  desk_assert_refused (&till.desk, M_REGIE_MONTH_CLOSED);
  assert_till (&till, 48800, 49900, 4);
}

static void
a_year_is_asked_for_before_it_is_closed (void)
{
  const RegieAskRequest ask = {.regie = NULL};
  g_auto (Till) till;
  till_init (&till);
  g_assert_true (put (&till, "advance", "500"));
  g_assert_true (spend (&till, "10", NULL));
  till.desk.context.now += 2 * MONTH_S; /* 24 January 2027 */
  g_assert_true (spend (&till, "3", NULL));
  g_assert_false (end (&till, "2026"));
  desk_assert_refused (&till.desk, M_REGIE_DECEMBER);
  g_assert_true (end (&till, "2026-12"));
  g_assert_false (end (&till, "2026"));
  desk_assert_refused (&till.desk, M_REGIE_UNASKED);
  g_assert_true (DESK_DO (&till.desk, regie_ask, &ask));
  g_autoptr (RegieRequest) request = regie_request_load (till.desk.store, till.code, 1, NULL);
  g_assert_cmpstr (request->year, ==, "2026");
  g_assert_cmpint (request->amount.cents, ==, 1000); /* a request never mixes two years */
  g_assert_true (end (&till, "2026"));
  g_assert_true (DESK_DO (&till.desk, regie_ask, &ask));
  g_autoptr (RegieRequest) next = regie_request_load (till.desk.store, till.code, 2, NULL);
  g_assert_cmpstr (next->year, ==, "2027");
  g_assert_cmpint (next->amount.cents, ==, 300);
}

static void
an_act_is_changed_by_an_act (void)
{
  RegieRequestAct change = {.ceiling = "400"};
  g_auto (Till) till;
  till_init (&till);
  g_assert_true (put (&till, "advance", "500"));
  g_assert_false (DESK_DO (&till.desk, regie_change, &change));
  desk_assert_refused (&till.desk, M_FIELD_MISSING);
  change.act = "Arrêté 2026-201";
  change.act_on = "2026-11-20";
  g_assert_false (DESK_DO (&till.desk, regie_change, &change)); /* below what the accountant has advanced */
  desk_assert_refused (&till.desk, M_REGIE_CEILING);
  change.ceiling = "800";
  change.deputy = "none";
  g_assert_true (DESK_DO (&till.desk, regie_change, &change));
  till.desk.context.account = DEPUTY;
  g_assert_false (spend (&till, "1", NULL));
  desk_assert_refused (&till.desk, M_REGIE_HOLDER);
  till.desk.context.account = HOLDER;
  g_assert_true (put (&till, "advance", "300"));
  assert_till (&till, 80000, 80000, 2);
}

static void
an_edit_of_the_journal_is_seen (void)
{
  static const char *const edits[] = {
      "UPDATE regie_entry SET object = 'autre' WHERE number = 2",
      "UPDATE regie_entry SET paid = 999, balance = 49001 WHERE number = 2",
      "UPDATE regie SET balance = balance + 1",
      "UPDATE regie_month SET paid = paid + 1",
      "DELETE FROM regie_entry WHERE number = 3",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (edits); i++) {
    g_auto (Till) till;
    till_init (&till);
    g_assert_true (put (&till, "advance", "500"));
    g_assert_true (spend (&till, "10", NULL));
    g_assert_true (spend (&till, "20", NULL));
    g_assert_true (store_run (till.desk.store, NULL, NULL, edits[i], ""));
    g_autoptr (GPtrArray) wrong = regie_reconcile (till.desk.store, NULL);
    g_test_message ("%s", edits[i]);
    g_assert_cmpuint (wrong->len, ==, 1);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/regie/the-act-is-kept-as-it-was-typed", the_act_is_kept_as_it_was_typed);
  g_test_add_func ("/actions/regie/a-bad-act-opens-nothing", a_bad_act_opens_nothing);
  g_test_add_func ("/actions/regie/the-till-follows-its-journal", the_till_follows_its_journal);
  g_test_add_func ("/actions/regie/an-expense-names-its-paper", an_expense_names_its_paper);
  g_test_add_func ("/actions/regie/a-paper-counts-once", a_paper_counts_once);
  g_test_add_func ("/actions/regie/a-line-is-taken-back-once", a_line_is_taken_back_once);
  g_test_add_func ("/actions/regie/what-was-spent-comes-back", what_was_spent_comes_back);
  g_test_add_func ("/actions/regie/a-closed-month-stays-as-it-is", a_closed_month_stays_as_it_is);
  g_test_add_func ("/actions/regie/a-year-is-asked-for-before-it-is-closed", a_year_is_asked_for_before_it_is_closed);
  g_test_add_func ("/actions/regie/an-act-is-changed-by-an-act", an_act_is_changed_by_an_act);
  g_test_add_func ("/actions/regie/an-edit-of-the-journal-is-seen", an_edit_of_the_journal_is_seen);
  return g_test_run ();
}
