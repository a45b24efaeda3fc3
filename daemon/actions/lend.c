/* loan.lend: see lend.h. */
#include "daemon/actions/lend.h"
#include "daemon/actions/state.h"
#include "daemon/actions/field.h"
#include "daemon/actions/thing.h"
#include "daemon/rules/code.h"
#include "daemon/rules/item.h"
#include "daemon/rules/loan.h"
#include "db/item.h"
#include "db/loan.h"
#include "db/person.h"
#include "db/sim.h"
#include "db/wipe.h"

/* One request while it is judged and done. */
typedef struct {
  Store *store;
  const ActionContext *context;
  Person *person;
  GArray *things; /* Thing */
  Day today, due;
  const char *due_reason;      /* static */
  int tablets, lines, overdue; /* the person's open loans, growing with the things already judged */
} Lending;

static void
lending_clear (Lending *lending)
{
  g_clear_pointer (&lending->person, person_free);
  g_clear_pointer (&lending->things, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lending, lending_clear)

static Person *
load_person (Store *store, const char *text, GError **error)
{
  Code code;
  if (field_is_absent (text)) {
    rule_error_set (error, M_FIELD_MISSING, "person", NULL);
    return NULL;
  }
  if (!code_parse_kind (text, "P", code, error))
    return NULL;
  Person *person = person_load (store, code, error);
  action_explain_missing (error, M_PERSON_NOT_FOUND, code);
  return person;
}

static gboolean
is_asked_already (const GArray *things, const char *code)
{
  for (guint i = 0; i < things->len; i++)
    if (g_str_equal (thing_code (&g_array_index (things, Thing, i)), code))
      return TRUE;
  return FALSE;
}

static gboolean
load_things (Lending *lending, const char *const *codes, GError **error)
{
  for (; codes != NULL && *codes != NULL; codes++) {
    g_auto (Thing) thing = {0};
    if (!thing_find (lending->store, *codes, &thing, error))
      return FALSE;
    if (is_asked_already (lending->things, thing_code (&thing))) {
      rule_error_set (error, M_THING_TWICE, thing_code (&thing), NULL);
      return FALSE;
    }
    g_array_append_val (lending->things, thing);
    thing = (Thing){0}; /* handed over */
  }
  if (lending->things->len > 0)
    return TRUE;
  rule_error_set (error, M_FIELD_MISSING, "things", NULL);
  return FALSE;
}

static gboolean
set_due (Lending *lending, const char *until, GError **error)
{
  lending->today = day_of_instant (lending->context->calendar, lending->context->now);
  if (!field_is_absent (until)) {
    lending->due_reason = "asked";
    return day_parse (until, &lending->due, error);
  }
  DueDay due = loan_due_day (lending->context->calendar, &lending->today);
  lending->due = due.day;
  lending->due_reason = due.reason;
  return TRUE;
}

/* A partly returned loan does not count: the tablet is back. */
static gboolean
count_loan (Lending *lending, const Loan *loan, GError **error)
{
  lending->overdue += loan_is_overdue (loan, &lending->today);
  lending->lines += loan->line[0] != '\0';
  if (loan->item[0] == '\0' || loan->state != LOAN_OPEN)
    return TRUE;
  g_autoptr (Item) item = item_load (lending->store, loan->item, error);
  if (item == NULL)
    return FALSE;
  lending->tablets += item->kind == KIND_TABLET;
  return TRUE;
}

static gboolean
count_loans (Lending *lending, GError **error)
{
  g_autoptr (GPtrArray) loans = loan_list_open_of_person (lending->store, lending->person->code, error);
  if (loans == NULL)
    return FALSE;
  for (guint i = 0; i < loans->len; i++)
    if (!count_loan (lending, g_ptr_array_index (loans, i), error))
      return FALSE;
  return TRUE;
}

/* Is it ready because its newest wipe ended verified? A waiver opens the door too, but the answer then says that nothing is proven. */
static gboolean
is_proven (Store *store, const Item *item, gboolean *proven, GError **error)
{
  g_autoptr (GPtrArray) newest = wipe_list (store, item->code, 1, error);
  if (newest == NULL)
    return FALSE;
  gboolean is_verified = newest->len > 0 && ((const Wipe *)g_ptr_array_index (newest, 0))->state == WIPE_VERIFIED;
  *proven = is_verified && g_strcmp0 (item->state_reason, ITEM_WAIVED_REASON) != 0;
  return TRUE;
}

/* The other ready tablets are counted only for the note on one that cannot go: counting reads the whole register. */
static gboolean
set_item_facts (Lending *lending, const Item *item, LendFacts *facts, GError **error)
{
  gint64 by_state[ITEM_STATES_N] = {0};
  if (item->state != ITEM_READY && !item_count_by_state (lending->store, by_state, error))
    return FALSE;
  facts->ready_tablets = (int)by_state[ITEM_READY];
  return is_proven (lending->store, item, &facts->wipe_verified, error);
}

static gboolean
judge_thing (Lending *lending, const Thing *thing, Verdict *verdict, GError **error)
{
  g_autoptr (Person) holder = NULL;
  g_autoptr (Card) card = NULL;
  LendFacts facts = {.person = lending->person,
                     .item = thing->item,
                     .line = thing->line,
                     .person_tablets = lending->tablets,
                     .person_lines = lending->lines,
                     .person_overdue = lending->overdue,
                     .today = lending->today,
                     .due = lending->due,
                     .calendar = lending->context->calendar};
  if (thing->loan != NULL) {
    holder = person_load (lending->store, thing->loan->person, error);
    if (holder == NULL)
      return FALSE;
    facts.holder_name = holder->name;
    facts.holder_code = holder->code;
    facts.held_since = thing->loan->started_on;
  }
  if (thing->item != NULL && !set_item_facts (lending, thing->item, &facts, error))
    return FALSE;
  if (thing->line != NULL && !card_find_of_line (lending->store, thing->line->code, &card, error))
    return FALSE;
  facts.card = card;
  loan_judge_lend (&facts, verdict);
  lending->tablets += thing->item != NULL && thing->item->kind == KIND_TABLET;
  lending->lines += thing->line != NULL;
  return TRUE;
}

/* The pieces that are there go along. What is known to be missing is said, and stays out of the loan. */
static gboolean
lend_pieces (Lending *lending, const char *loan, const GPtrArray *pieces, GError **error)
{
  for (guint i = 0; i < pieces->len; i++) {
    const Piece *piece = g_ptr_array_index (pieces, i);
    if (piece->state == PIECE_MISSING)
      continue;
    LoanPiece leaving = {.name = piece->name, .out_state = piece->state};
    g_strlcpy (leaving.loan, loan, sizeof leaving.loan);
    g_strlcpy (leaving.piece, piece->code, sizeof leaving.piece);
    if (!loan_piece_insert (lending->store, &leaving, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
note_missing_pieces (Store *store, const Item *item, Verdict *verdict, GError **error)
{
  g_autoptr (GPtrArray) pieces = piece_list (store, item->code, error);
  if (pieces == NULL)
    return FALSE;
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < pieces->len; i++) {
    const Piece *piece = g_ptr_array_index (pieces, i);
    if (piece->state == PIECE_MISSING)
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", piece->name);
  }
  if (names->len > 0)
    verdict_add (verdict, M_PIECES_LEFT_OUT, item->code, names->str, NULL);
  return TRUE;
}

static gboolean
judge (Lending *lending, Verdict *verdict, GError **error)
{
  for (guint i = 0; i < lending->things->len; i++) {
    const Thing *thing = &g_array_index (lending->things, Thing, i);
    if (!judge_thing (lending, thing, verdict, error) ||
        (thing->item != NULL && !note_missing_pieces (lending->store, thing->item, verdict, error)))
      return FALSE;
  }
  return TRUE;
}

static gboolean
insert_loan (Lending *lending, Loan *loan, Outcome *outcome, GError **error)
{
  if (!action_new_code (lending->store, 'N', loan->code, error) || !loan_insert (lending->store, loan, error))
    return FALSE;
  outcome_add_code (outcome, loan->code);
  return TRUE;
}

static gboolean
lend_item (Lending *lending, Loan *loan, Outcome *outcome, GError **error)
{
  g_autoptr (GPtrArray) pieces = piece_list (lending->store, loan->item, error); /* as it was judged */
  return pieces != NULL && insert_loan (lending, loan, outcome, error) &&
         state_move_item (lending->store, loan->item, ITEM_READY, ITEM_LENT, NULL, error) &&
         lend_pieces (lending, loan->code, pieces, error);
}

static gboolean
lend_line (Lending *lending, Loan *loan, Outcome *outcome, GError **error)
{
  return insert_loan (lending, loan, outcome, error) &&
         state_move_line (lending->store, loan->line, LINE_ACTIVE, LINE_LENT, error);
}

static gboolean
lend_thing (Lending *lending, const Thing *thing, Outcome *outcome, GError **error)
{
  Loan loan = {.started_on = lending->today,
               .due_on = lending->due,
               .due_reason = (char *)lending->due_reason,
               .state = LOAN_OPEN};
  g_strlcpy (loan.person, lending->person->code, sizeof loan.person);
  g_strlcpy (thing->item != NULL ? loan.item : loan.line, thing_code (thing), sizeof (Code));
  return (thing->item != NULL ? lend_item : lend_line) (lending, &loan, outcome, error);
}

static gboolean
write_journal (Lending *lending, const GPtrArray *codes, GError **error)
{
  g_autoptr (GString) subjects = g_string_new (lending->person->code);
  for (guint i = 0; i < codes->len; i++)
    g_string_append_printf (subjects, " %s", (const char *)g_ptr_array_index (codes, i));
  g_autofree char *after = g_strdup_printf ("state=lent due=%s", lending->due.text);
  return action_journal (lending->store, lending->context, "loan.lend", subjects->str, NULL, after, error);
}

static gboolean
act (Lending *lending, Outcome *outcome, GError **error)
{
  for (guint i = 0; i < lending->things->len; i++)
    if (!lend_thing (lending, &g_array_index (lending->things, Thing, i), outcome, error))
      return FALSE;
  for (guint i = 0; i < lending->things->len; i++)
    outcome_add_code (outcome, thing_code (&g_array_index (lending->things, Thing, i)));
  return person_touch (lending->store, lending->person->code, lending->context->now, error) &&
         write_journal (lending, outcome->codes, error);
}

/* What will be judged, in one go. A code that is wrong is refused where it is read. */
static void
expect (Store *store, const LendRequest *request)
{
  Code code;
  for (const char *const *text = request->things; text != NULL && *text != NULL; text++)
    if (code_parse (*text, code, NULL))
      thing_expect (store, code);
  if (request->person == NULL || !code_parse_kind (request->person, "P", code, NULL))
    return;
  person_expect (store, code);
  loan_expect_open_of_person (store, code);
}

gboolean
lend_things (Store *store, const ActionContext *context, const LendRequest *request, Outcome *outcome, GError **error)
{
  g_auto (Lending) lending = {.store = store, .context = context};
  lending.things = g_array_new (FALSE, FALSE, sizeof (Thing));
  g_array_set_clear_func (lending.things, (GDestroyNotify)thing_clear);
  expect (store, request);
  lending.person = load_person (store, request->person, error);
  if (lending.person == NULL || !load_things (&lending, request->things, error) ||
      !set_due (&lending, request->until, error) || !count_loans (&lending, error) ||
      !judge (&lending, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (act (&lending, outcome, error))
    return TRUE;
  action_explain (error, M_ALREADY_KNOWN, M_STALE);
  return FALSE;
}
