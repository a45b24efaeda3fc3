/* Loans, in HTTP: lending, taking back, renewing, and what is due. */
#include "daemon/actions/lend.h"
#include "daemon/actions/renew.h"
#include "daemon/actions/take_back.h"
#include "daemon/api/resources.h"
#include "daemon/rules/loan.h"
#include "db/item.h"
#include "db/loan.h"
#include "db/person.h"
#include "db/sim.h"
#include <string.h>

#define DUE_DAYS_DEFAULT 30
#define DUE_DAYS_MAX     3660
#define LAST_DAY         "2199-12-31"

static const Field lend_fields[] = {
    {"person", FIELD_TEXT, G_STRUCT_OFFSET (LendRequest, person), TRUE, 0},
    {"things", FIELD_TEXTS, G_STRUCT_OFFSET (LendRequest, things), TRUE, 0},
    {"until", FIELD_TEXT, G_STRUCT_OFFSET (LendRequest, until), FALSE, 0},
};
const Form api_lend_form = {sizeof (LendRequest), lend_fields, G_N_ELEMENTS (lend_fields)};
static const Field return_fields[] = {
    {"thing", FIELD_TEXT, G_STRUCT_OFFSET (TakeBackRequest, thing), TRUE, 0},
    {"pieces", FIELD_PAIRS, G_STRUCT_OFFSET (TakeBackRequest, pieces), FALSE,
     G_STRUCT_OFFSET (TakeBackRequest, n_pieces)},
    {"condition", FIELD_TEXT, G_STRUCT_OFFSET (TakeBackRequest, condition), FALSE, 0},
};
const Form api_return_form = {sizeof (TakeBackRequest), return_fields, G_N_ELEMENTS (return_fields)};
static const Field renew_fields[] = {
    {"thing", FIELD_TEXT, G_STRUCT_OFFSET (RenewRequest, thing), TRUE, 0},
    {"until", FIELD_TEXT, G_STRUCT_OFFSET (RenewRequest, until), FALSE, 0},
};
const Form api_renew_form = {sizeof (RenewRequest), renew_fields, G_N_ELEMENTS (renew_fields)};

gboolean
api_loan_write_holder (View *view, const char *item_or_line, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (Loan) loan = loan_open_of (view->store, item_or_line, &failed);
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (loan == NULL) {
    writer_null (view->out, "holder");
    return TRUE;
  }
  g_autoptr (Person) person = person_load (view->store, loan->person, error);
  if (person == NULL)
    return FALSE;
  writer_open_object (view->out, "holder");
  writer_text (view->out, "person", person->code);
  writer_text (view->out, "name", person->name);
  writer_word (view->out, "since", loan->started_on.text);
  writer_word (view->out, "due_on", loan->due_on.text);
  writer_text (view->out, "loan", loan->code);
  writer_close (view->out);
  return TRUE;
}

static gboolean
write_thing (View *view, const Loan *loan, GError **error)
{
  if (loan->item[0] != '\0') {
    g_autoptr (Item) item = item_load (view->store, loan->item, error);
    if (item == NULL)
      return FALSE;
    writer_text (view->out, "item", item->code);
    writer_text (view->out, "item_kind", item_kind_name (item->kind));
    writer_text (view->out, "item_model", item->model);
    return TRUE;
  }
  g_autoptr (Line) line = line_load (view->store, loan->line, error);
  if (line == NULL)
    return FALSE;
  writer_text (view->out, "item", line->code);
  writer_text (view->out, "item_kind", "line");
  writer_text (view->out, "item_model", line->msisdn != NULL ? line->msisdn : line->offer);
  return TRUE;
}

/* The day that was moved is not stored. It is known as long as the loan is due one year after its start. */
static void
write_due_reason (View *view, const Loan *loan)
{
  DueDay computed = loan_due_day (view->calendar, &loan->started_on);
  gboolean is_first_term = strcmp (computed.day.text, loan->due_on.text) == 0;
  const Day *nominal = is_first_term ? &computed.nominal : &loan->due_on;
  g_autofree char *french = due_reason_text (loan->due_reason, nominal, LANGUAGE_FR);
  g_autofree char *english = due_reason_text (loan->due_reason, nominal, LANGUAGE_EN);
  writer_text (view->out, "due_reason", loan->due_reason);
  writer_text (view->out, "due_reason_fr", french);
  writer_text (view->out, "due_reason_en", english);
}

static void
write_loan_piece (View *view, const LoanPiece *piece)
{
  writer_open_object (view->out, NULL);
  writer_text (view->out, "code", piece->piece);
  writer_text (view->out, "name", piece->name);
  writer_text (view->out, "out_state", piece_state_name (piece->out_state));
  writer_text (view->out, "in_state", piece->is_back ? piece_state_name (piece->in_state) : NULL);
  writer_text (view->out, "condition", piece->condition);
  writer_close (view->out);
}

static gboolean
write_loan_pieces (View *view, const Loan *loan, GError **error)
{
  g_autoptr (GPtrArray) pieces = loan_piece_list (view->store, loan->code, error);
  if (pieces == NULL)
    return FALSE;
  writer_open_array (view->out, "pieces");
  for (guint i = 0; i < pieces->len; i++)
    write_loan_piece (view, g_ptr_array_index (pieces, i));
  writer_close (view->out);
  return TRUE;
}

gboolean
api_loan_write (View *view, gconstpointer record, GError **error)
{
  const Loan *loan = record;
  g_autoptr (Person) person = person_load (view->store, loan->person, error);
  if (person == NULL)
    return FALSE;
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "loan");
  writer_text (view->out, "code", loan->code);
  if (!write_thing (view, loan, error))
    return FALSE;
  writer_text (view->out, "person", person->code);
  writer_text (view->out, "person_name", person->name);
  writer_word (view->out, "started_on", loan->started_on.text);
  writer_word (view->out, "due_on", loan->due_on.text);
  write_due_reason (view, loan);
  writer_text (view->out, "state", loan_is_overdue (loan, &view->today) ? "overdue" : loan_state_name (loan->state));
  writer_word (view->out, "closed_on", loan->closed_on.text);
  writer_int (view->out, "renewals", loan->renewals);
  if (!write_loan_pieces (view, loan, error))
    return FALSE;
  writer_close (view->out);
  return TRUE;
}

void
api_loan_expect (Store *store, const char *code)
{
  loan_expect (store, code);
  loan_piece_expect_list (store, code);
}

gboolean
api_loan_show (View *view, const char *code, GError **error)
{
  g_autoptr (Loan) loan = loan_load (view->store, code, error);
  return loan != NULL && api_loan_write (view, loan, error);
}

static gboolean
write_due (View *view, gconstpointer record, GError **error)
{
  const LoanDue *due = record;
  return api_loan_write (view, &due->loan, error);
}

/* "2027-11-22.NBCDFGHJ": the list goes by day, then code. */
static char *
due_cursor (gconstpointer record)
{
  const LoanDue *due = record;
  return g_strdup_printf ("%s.%s", due->loan.due_on.text, due->loan.code);
}

static gboolean
list_due_until (Request *request, Store *store, const char *until, GError **error)
{
  Page page;
  if (!request_page (request, &page, error))
    return FALSE;
  g_auto (GStrv) after = g_strsplit (page.after != NULL ? page.after : ".", ".", 2);
  if (g_strv_length (after) != 2) {
    rule_error_set (error, M_CURSOR_UNKNOWN, NULL);
    return FALSE;
  }
  g_autoptr (GPtrArray) loans = loan_list_due (store, until, after[0], after[1], page.limit + 1, error);
  return loans != NULL && view_answer_list (request, store, &page, loans, write_due, due_cursor, error);
}

gboolean
api_loan_list (Request *request, Store *store, GError **error)
{
  gint64 open;
  return request_query_int (request, "open", 1, 1, 1, &open, error) && list_due_until (request, store, LAST_DAY, error);
}

gboolean
api_due_list (Request *request, Store *store, GError **error)
{
  gint64 days;
  if (!request_query_int (request, "days", 0, DUE_DAYS_MAX, DUE_DAYS_DEFAULT, &days, error))
    return FALSE;
  Day today = request_today (request);
  Day until = day_add (&today, (int)days);
  return list_due_until (request, store, until.text, error);
}

gboolean
api_loan_lend (Request *request, Store *store, GError **error)
{
  return lend_things (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_loan_return (Request *request, Store *store, GError **error)
{
  return take_back_thing (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_loan_renew (Request *request, Store *store, GError **error)
{
  return renew_loan (store, &request->context, form_data_input (request->form), &request->outcome, error);
}
