/* Loans. The pieces that left with one are in loan_piece.c. */
#include "db/loan.h"
#include "db/row.h"

#define LOAN_COLUMNS                                                                                                   \
  "loan.code, loan.person, loan.item, loan.line, loan.started_on, loan.due_on, loan.due_reason, loan.state,"           \
  " loan.closed_on, loan.renewals"
#define SELECT_LOAN "SELECT " LOAN_COLUMNS " FROM loan "
enum {
  CODE,
  PERSON,
  ITEM,
  LINE,
  STARTED_ON,
  DUE_ON,
  DUE_REASON,
  STATE,
  CLOSED_ON,
  RENEWALS,
  /* in the due list only */
  PERSON_NAME,
  PERSON_PHONE,
  THING
};
/* The condition of the partial indexes: word for word, or they are not used. */
#define IS_OPEN "loan.state IN ('open', 'partly_returned')"

void
loan_free (Loan *loan)
{
  if (loan == NULL)
    return;
  g_free (loan->due_reason);
  g_free (loan);
}

static void
loan_destroy (gpointer loan)
{
  loan_free (loan);
}

static gboolean
fill_loan (Rows *rows, Loan *loan, GError **error)
{
  row_code (rows, CODE, loan->code);
  row_code (rows, PERSON, loan->person);
  row_code (rows, ITEM, loan->item);
  row_code (rows, LINE, loan->line);
  loan->started_on = row_day (rows, STARTED_ON);
  loan->due_on = row_day (rows, DUE_ON);
  loan->due_reason = row_dup (rows, DUE_REASON);
  loan->closed_on = row_day (rows, CLOSED_ON);
  loan->renewals = rows_int (rows, RENEWALS);
  return loan_state_parse (rows_text (rows, STATE), &loan->state) || row_unreadable ("loan", loan->code, error) != NULL;
}

static gpointer
loan_read (Rows *rows, GError **error)
{
  g_autoptr (Loan) loan = g_new0 (Loan, 1);
  return fill_loan (rows, loan, error) ? g_steal_pointer (&loan) : NULL;
}

static const RowKind loan_row = {"loan", loan_read, loan_destroy};

void
loan_due_free (LoanDue *due)
{
  if (due == NULL)
    return;
  g_free (due->loan.due_reason);
  g_free (due->person_name);
  g_free (due->person_phone);
  g_free (due->thing);
  g_free (due);
}

static void
loan_due_destroy (gpointer due)
{
  loan_due_free (due);
}

static gpointer
loan_due_read (Rows *rows, GError **error)
{
  g_autoptr (LoanDue) due = g_new0 (LoanDue, 1);
  due->person_name = row_dup (rows, PERSON_NAME);
  due->person_phone = row_dup (rows, PERSON_PHONE);
  due->thing = row_dup (rows, THING);
  return fill_loan (rows, &due->loan, error) ? g_steal_pointer (&due) : NULL;
}

static const RowKind loan_due_row = {"loan", loan_due_read, loan_due_destroy};

gboolean
loan_insert (Store *store, const Loan *loan, GError **error)
{
  return store_send (store, error,
                     "INSERT INTO loan (code, person, item, line, started_on, due_on, due_reason, state, closed_on,"
                     " renewals) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                     "sssssssssi", loan->code, loan->person, row_null_if_empty (loan->item),
                     row_null_if_empty (loan->line), loan->started_on.text, loan->due_on.text, loan->due_reason,
                     loan_state_name (loan->state), row_null_if_empty (loan->closed_on.text), loan->renewals);
}

static const char by_code[] = SELECT_LOAN "WHERE code = $1";

Loan *
loan_load (Store *store, const char *code, GError **error)
{
  return row_one (&loan_row, store_query (store, error, by_code, "s", code), code, error);
}

void
loan_expect (Store *store, const char *code)
{
  store_expect (store, by_code, "s", code);
}

/* One statement for items and one for lines: an OR over both columns would read and sort a whole history. */
static gboolean
is_line (const char *item_or_line)
{
  return item_or_line[0] == 'L';
}

static const char *
open_of (const char *item_or_line)
{
  return is_line (item_or_line) ? SELECT_LOAN "WHERE line = $1 AND " IS_OPEN
                                : SELECT_LOAN "WHERE item = $1 AND " IS_OPEN;
}

Loan *
loan_open_of (Store *store, const char *item_or_line, GError **error)
{
  return row_maybe (&loan_row, store_query (store, error, open_of (item_or_line), "s", item_or_line), error);
}

void
loan_expect_open_of (Store *store, const char *item_or_line)
{
  store_expect (store, open_of (item_or_line), "s", item_or_line);
}

static const char open_of_person[] = SELECT_LOAN "WHERE person = $1 AND " IS_OPEN " ORDER BY due_on, code";

GPtrArray *
loan_list_open_of_person (Store *store, const char *person, GError **error)
{
  return row_all (&loan_row, store_query (store, error, open_of_person, "s", person), error);
}

void
loan_expect_open_of_person (Store *store, const char *person)
{
  store_expect (store, open_of_person, "s", person);
}

GPtrArray *
loan_list_of_person (Store *store, const char *person, guint limit, GError **error)
{
  return row_all (&loan_row,
                  store_query (store, error,
                               SELECT_LOAN "WHERE person = $1 ORDER BY started_on DESC, code DESC LIMIT $2", "si",
                               person, (gint64)limit),
                  error);
}

GPtrArray *
loan_list_of_thing (Store *store, const char *item_or_line, guint limit, GError **error)
{
#define NEWEST_FIRST " ORDER BY started_on DESC, code DESC LIMIT $2"
  const char *sql =
      is_line (item_or_line) ? SELECT_LOAN "WHERE line = $1" NEWEST_FIRST : SELECT_LOAN "WHERE item = $1" NEWEST_FIRST;
#undef NEWEST_FIRST
  return row_all (&loan_row, store_query (store, error, sql, "si", item_or_line, (gint64)limit), error);
}

GPtrArray *
loan_list_due (Store *store, const char *until, const char *after_day, const char *after_code, guint limit,
               GError **error)
{
  Rows *rows = store_query (store, error,
                            "SELECT " LOAN_COLUMNS ", person.name, person.phone, COALESCE(item.model, line.msisdn)"
                            " FROM loan JOIN person ON person.code = loan.person"
                            " LEFT JOIN item ON item.code = loan.item LEFT JOIN line ON line.code = loan.line"
                            " WHERE " IS_OPEN " AND loan.due_on <= $1 AND (loan.due_on, loan.code) > ($2, $3)"
                            " ORDER BY loan.due_on, loan.code LIMIT $4",
                            "sssi", until, after_day != NULL ? after_day : "", after_code != NULL ? after_code : "",
                            (gint64)limit);
  return row_all (&loan_due_row, rows, error);
}

gboolean
loan_set_due (Store *store, const char *code, const char *from, const char *to, const char *due_reason, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE loan SET due_on = $3, due_reason = $4, renewals = renewals + 1"
                    " WHERE code = $1 AND due_on = $2 AND " IS_OPEN,
                    "ssss", code, from, to, due_reason) &&
         row_changed (changed, DB_ERROR_STALE, "loan", code, error);
}

gboolean
loan_set_state (Store *store, const char *code, LoanState from, LoanState to, const char *closed_on, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error, "UPDATE loan SET state = $3, closed_on = $4 WHERE code = $1 AND state = $2",
                    "ssss", code, loan_state_name (from), loan_state_name (to), row_null_if_empty (closed_on)) &&
         row_changed (changed, DB_ERROR_STALE, "loan", code, error);
}
