/* Regies d'avances, in HTTP. */
#include "daemon/actions/regie.h"
#include "daemon/api/resources.h"
#include "daemon/documents/regie.h"
#include "db/account.h"
#include <string.h>

#define LINES_SHOWN 200 /* of one journal, the newest; /v1/regies/entries gives all, page by page */

static const Field act_fields[] = {
    {"name", FIELD_TEXT, G_STRUCT_OFFSET (RegieRequestAct, name), TRUE, 0},
    {"act", FIELD_TEXT, G_STRUCT_OFFSET (RegieRequestAct, act), TRUE, 0},
    {"act_on", FIELD_TEXT, G_STRUCT_OFFSET (RegieRequestAct, act_on), TRUE, 0},
    {"ceiling", FIELD_TEXT, G_STRUCT_OFFSET (RegieRequestAct, ceiling), FALSE, 0},
    {"ceiling_cents", FIELD_INT, G_STRUCT_OFFSET (RegieRequestAct, ceiling_cents), FALSE, 0},
    {"natures", FIELD_TEXTS, G_STRUCT_OFFSET (RegieRequestAct, natures), TRUE, 0},
    {"means", FIELD_TEXTS, G_STRUCT_OFFSET (RegieRequestAct, means), TRUE, 0},
    {"holder", FIELD_TEXT, G_STRUCT_OFFSET (RegieRequestAct, holder), TRUE, 0},
    {"deputy", FIELD_TEXT, G_STRUCT_OFFSET (RegieRequestAct, deputy), FALSE, 0},
};
const Form api_regie_form = {sizeof (RegieRequestAct), act_fields, G_N_ELEMENTS (act_fields)};

static const Field change_fields[] = {
    {"regie", FIELD_TEXT, G_STRUCT_OFFSET (RegieRequestAct, regie), FALSE, 0},
    {"name", FIELD_TEXT, G_STRUCT_OFFSET (RegieRequestAct, name), FALSE, 0},
    {"act", FIELD_TEXT, G_STRUCT_OFFSET (RegieRequestAct, act), TRUE, 0},
    {"act_on", FIELD_TEXT, G_STRUCT_OFFSET (RegieRequestAct, act_on), TRUE, 0},
    {"ceiling", FIELD_TEXT, G_STRUCT_OFFSET (RegieRequestAct, ceiling), FALSE, 0},
    {"ceiling_cents", FIELD_INT, G_STRUCT_OFFSET (RegieRequestAct, ceiling_cents), FALSE, 0},
    {"natures", FIELD_TEXTS, G_STRUCT_OFFSET (RegieRequestAct, natures), FALSE, 0},
    {"means", FIELD_TEXTS, G_STRUCT_OFFSET (RegieRequestAct, means), FALSE, 0},
    {"holder", FIELD_TEXT, G_STRUCT_OFFSET (RegieRequestAct, holder), FALSE, 0},
    {"deputy", FIELD_TEXT, G_STRUCT_OFFSET (RegieRequestAct, deputy), FALSE, 0},
};
const Form api_regie_change_form = {sizeof (RegieRequestAct), change_fields, G_N_ELEMENTS (change_fields)};

static const Field line_fields[] = {
    {"regie", FIELD_TEXT, G_STRUCT_OFFSET (RegieLineRequest, regie), FALSE, 0},
    {"kind", FIELD_TEXT, G_STRUCT_OFFSET (RegieLineRequest, kind), TRUE, 0},
    {"amount", FIELD_TEXT, G_STRUCT_OFFSET (RegieLineRequest, amount), FALSE, 0},
    {"amount_cents", FIELD_INT, G_STRUCT_OFFSET (RegieLineRequest, amount_cents), FALSE, 0},
    {"on", FIELD_TEXT, G_STRUCT_OFFSET (RegieLineRequest, on), FALSE, 0},
    {"nature", FIELD_TEXT, G_STRUCT_OFFSET (RegieLineRequest, nature), FALSE, 0},
    {"means", FIELD_TEXT, G_STRUCT_OFFSET (RegieLineRequest, means), FALSE, 0},
    {"object", FIELD_TEXT, G_STRUCT_OFFSET (RegieLineRequest, object), FALSE, 0},
    {"paper", FIELD_TEXT, G_STRUCT_OFFSET (RegieLineRequest, paper), FALSE, 0},
    {"paper_hash", FIELD_TEXT, G_STRUCT_OFFSET (RegieLineRequest, paper_hash), FALSE, 0},
};
const Form api_regie_line_form = {sizeof (RegieLineRequest), line_fields, G_N_ELEMENTS (line_fields)};

static const Field correct_fields[] = {
    {"regie", FIELD_TEXT, G_STRUCT_OFFSET (RegieCorrectRequest, regie), FALSE, 0},
    {"entry", FIELD_INT, G_STRUCT_OFFSET (RegieCorrectRequest, entry), TRUE, 0},
};
const Form api_regie_correct_form = {sizeof (RegieCorrectRequest), correct_fields, G_N_ELEMENTS (correct_fields)};

static const Field close_fields[] = {
    {"regie", FIELD_TEXT, G_STRUCT_OFFSET (RegieCloseRequest, regie), FALSE, 0},
    {"period", FIELD_TEXT, G_STRUCT_OFFSET (RegieCloseRequest, period), TRUE, 0},
};
const Form api_regie_close_form = {sizeof (RegieCloseRequest), close_fields, G_N_ELEMENTS (close_fields)};

static const Field ask_fields[] = {
    {"regie", FIELD_TEXT, G_STRUCT_OFFSET (RegieAskRequest, regie), FALSE, 0},
};
const Form api_regie_ask_form = {sizeof (RegieAskRequest), ask_fields, G_N_ELEMENTS (ask_fields)};

static const Field receive_fields[] = {
    {"regie", FIELD_TEXT, G_STRUCT_OFFSET (RegieAskRequest, regie), FALSE, 0},
    {"request", FIELD_INT, G_STRUCT_OFFSET (RegieAskRequest, request), TRUE, 0},
    {"on", FIELD_TEXT, G_STRUCT_OFFSET (RegieAskRequest, on), FALSE, 0},
};
const Form api_regie_receive_form = {sizeof (RegieAskRequest), receive_fields, G_N_ELEMENTS (receive_fields)};

/* ---- as JSON ---- */

static gboolean
write_entry (View *view, gconstpointer record, GError **error)
{
  (void)error; /* nothing more is read */
  const RegieEntry *entry = record;
  writer_open_object (view->out, NULL);
  writer_int (view->out, "number", entry->number);
  writer_word (view->out, "on", entry->on.text);
  writer_text (view->out, "kind", regie_kind_name (entry->kind));
  writer_text (view->out, "nature", entry->nature);
  writer_text (view->out, "means", entry->has_means ? pay_means_name (entry->means) : NULL);
  writer_text (view->out, "object", entry->object);
  writer_text (view->out, "paper", entry->paper);
  writer_text (view->out, "paper_hash", entry->paper_hash);
  writer_money (view->out, "received_cents", entry->received);
  writer_money (view->out, "paid_cents", entry->paid);
  writer_money (view->out, "balance_cents", entry->balance);
  if (entry->reverses != 0)
    writer_int (view->out, "reverses", entry->reverses);
  else
    writer_null (view->out, "reverses");
  writer_instant (view->out, "at", entry->at);
  writer_text (view->out, "account", entry->account);
  writer_text (view->out, "hash", entry->hash);
  writer_close (view->out);
  return TRUE;
}

static gboolean
write_request (View *view, gconstpointer record, GError **error)
{
  (void)error; /* nothing more is read */
  const RegieRequest *asked = record;
  writer_open_object (view->out, NULL);
  writer_int (view->out, "number", asked->number);
  writer_text (view->out, "year", asked->year);
  writer_int (view->out, "first", asked->first);
  writer_int (view->out, "last", asked->last);
  writer_money (view->out, "amount_cents", asked->amount);
  writer_text (view->out, "state", regie_request_state_name (asked->state));
  writer_instant (view->out, "at", asked->at);
  writer_text (view->out, "account", asked->account);
  if (asked->entry != 0)
    writer_int (view->out, "entry", asked->entry);
  else
    writer_null (view->out, "entry");
  writer_close (view->out);
  return TRUE;
}

/* The newest lines and requests. */
static gboolean
write_journal (View *view, const Regie *regie, GError **error)
{
  g_autoptr (GPtrArray) lines =
      regie_entry_list (view->store, regie->code, regie->entries - LINES_SHOWN + 1, regie->entries, LINES_SHOWN, error);
  g_autoptr (GPtrArray) requests =
      lines != NULL ? regie_request_list (view->store, regie->code, regie->requests - LINES_SHOWN, LINES_SHOWN, error)
                    : NULL;
  if (requests == NULL)
    return FALSE;
  writer_open_array (view->out, "journal");
  for (guint i = 0; i < lines->len; i++)
    (void)write_entry (view, g_ptr_array_index (lines, i), error); /* cannot fail: it reads nothing more */
  writer_close (view->out);
  writer_open_array (view->out, "requests");
  for (guint i = 0; i < requests->len; i++)
    (void)write_request (view, g_ptr_array_index (requests, i), error); /* cannot fail either */
  writer_close (view->out);
  return TRUE;
}

/* "holder" and "holder_name". */
static gboolean
write_account (View *view, const char *name, const char *code, GError **error)
{
  g_autofree char *member = g_strconcat (name, "_name", NULL);
  g_autoptr (Account) account = code[0] != '\0' ? account_load (view->store, code, error) : NULL;
  if (code[0] != '\0' && account == NULL)
    return FALSE;
  writer_word (view->out, name, code);
  writer_text (view->out, member, account != NULL ? account->name : NULL);
  return TRUE;
}

static void
write_words (Writer *out, const char *name, char **words)
{
  writer_open_array (out, name);
  for (char **word = words; *word != NULL; word++)
    writer_text (out, NULL, *word);
  writer_close (out);
}

static void
write_act (Writer *out, const Regie *regie)
{
  g_autofree char *means = pay_means_words (regie->means);
  g_auto (GStrv) words = g_strsplit (means, " ", -1);
  writer_text (out, "kind", "regie");
  writer_text (out, "code", regie->code);
  writer_text (out, "name", regie->name);
  writer_text (out, "act", regie->act);
  writer_word (out, "act_on", regie->act_on.text);
  writer_money (out, "ceiling_cents", regie->ceiling);
  write_words (out, "natures", regie->natures);
  write_words (out, "means", words);
}

static gboolean
write_regie (View *view, gconstpointer record, GError **error)
{
  const Regie *regie = record;
  Writer *out = view->out;
  writer_open_object (out, NULL);
  write_act (out, regie);
  if (!write_account (view, "holder", regie->holder, error) || !write_account (view, "deputy", regie->deputy, error))
    return FALSE;
  writer_money (out, "advance_cents", regie->advance);
  writer_money (out, "balance_cents", regie->balance);
  writer_money (out, "pending_cents", money_of_cents (regie->advance.cents - regie->balance.cents));
  writer_text (out, "currency", "EUR");
  writer_int (out, "entries_total", regie->entries);
  writer_word (out, "month", regie->month);
  writer_word (out, "closed_month", regie->closed_month);
  writer_word (out, "closed_year", regie->closed_year);
  writer_instant (out, "created_at", regie->created_at);
  if (view->is_full && !write_journal (view, regie, error))
    return FALSE;
  writer_close (out);
  return TRUE;
}

gboolean
api_regie_show (View *view, const char *code, GError **error)
{
  g_autoptr (Regie) regie = regie_load (view->store, code, error);
  return regie != NULL && write_regie (view, regie, error);
}

gboolean
api_regie_list (Request *request, Store *store, GError **error)
{
  Page page;
  if (!request_page_by_code (request, 'G', &page, error))
    return FALSE;
  g_autoptr (GPtrArray) regies = regie_list (store, page.after, page.limit + 1, error);
  return regies != NULL && view_answer_list (request, store, &page, regies, write_regie, view_code_cursor, error);
}

static char *
entry_cursor (gconstpointer record)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, ((const RegieEntry *)record)->number);
}

static char *
request_cursor (gconstpointer record)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, ((const RegieRequest *)record)->number);
}

/* Whose list is asked, and from where. Caller frees. */
static Regie *
find_listed (Request *request, Store *store, Page *page, gint64 *after, GError **error)
{
  if (!request_page (request, page, error) || !request_query_int (request, "after", 0, G_MAXINT32, 0, after, error))
    return NULL;
  return regie_find (store, request_query (request, "regie"), error);
}

gboolean
api_regie_entries (Request *request, Store *store, GError **error)
{
  Page page;
  gint64 after;
  g_autoptr (Regie) regie = find_listed (request, store, &page, &after, error);
  g_autoptr (GPtrArray) lines =
      regie != NULL ? regie_entry_list (store, regie->code, after + 1, regie->entries, page.limit + 1, error) : NULL;
  return lines != NULL && view_answer_list (request, store, &page, lines, write_entry, entry_cursor, error);
}

gboolean
api_regie_requests (Request *request, Store *store, GError **error)
{
  Page page;
  gint64 after;
  g_autoptr (Regie) regie = find_listed (request, store, &page, &after, error);
  g_autoptr (GPtrArray) requests =
      regie != NULL ? regie_request_list (store, regie->code, after, page.limit + 1, error) : NULL;
  return requests != NULL && view_answer_list (request, store, &page, requests, write_request, request_cursor, error);
}

/* ---- on paper ---- */

typedef struct {
  Statement *statement;
  gboolean is_csv;
} Drawing;

static void
drawing_free (gpointer data)
{
  Drawing *drawing = data;
  statement_free (drawing->statement);
  g_free (drawing);
}

static gboolean
read_output (const Request *request, gboolean *is_csv, GError **error)
{
  const char *output = request_query (request, "output");
  *is_csv = g_strcmp0 (output, "csv") == 0;
  if (output == NULL || *is_csv || g_str_equal (output, "pdf"))
    return TRUE;
  rule_error_set (error, M_WORD_UNKNOWN, output, "output", "pdf, csv", NULL);
  return FALSE;
}

static Statement *
load_statement (Request *request, Store *store, GError **error)
{
  g_autoptr (GError) failed = NULL;
  gint64 number;
  g_autoptr (Regie) regie = regie_find (store, request_query (request, "regie"), error);
  if (regie == NULL || !request_query_int (request, "request", 1, G_MAXINT32, 0, &number, error))
    return NULL;
  const StatementAsk ask = {.regie = regie->code,
                            .period = number == 0 ? request_query (request, "period") : NULL,
                            .request = number,
                            .owner_line = request->world->owner_line,
                            .calendar = request->world->calendar,
                            .now = clock_now (request->world->clock)};
  if (number == 0 && ask.period == NULL) {
    rule_error_set (error, M_FIELD_MISSING, "period", NULL);
    return NULL;
  }
  g_autofree char *asked = g_strdup_printf ("%" G_GINT64_FORMAT, number);
  Statement *statement = statement_load (store, &ask, &failed);
  if (statement == NULL && g_error_matches (failed, DB_ERROR, DB_ERROR_NOT_FOUND))
    rule_error_set (error, M_REGIE_REQUEST_NOT_FOUND, regie->code, asked, NULL);
  else if (statement == NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  return statement;
}

gboolean
api_regie_gather (Request *request, Store *store, GError **error)
{
  gboolean is_csv;
  if (!read_output (request, &is_csv, error))
    return FALSE;
  Drawing *drawing = g_new0 (Drawing, 1);
  drawing->is_csv = is_csv;
  request->drawing = drawing;
  request->drawing_free = drawing_free;
  drawing->statement = load_statement (request, store, error);
  return drawing->statement != NULL;
}

gboolean
api_regie_draw (Request *request, GError **error)
{
  const Drawing *drawing = request->drawing;
  GBytes *bytes = drawing->is_csv ? statement_csv (drawing->statement) : statement_pdf (drawing->statement, error);
  if (bytes == NULL)
    return FALSE;
  request_answer_bytes (request, drawing->is_csv ? "text/csv; charset=utf-8" : "application/pdf", bytes);
  return TRUE;
}

/* ---- writers ---- */

gboolean
api_regie_add (Request *request, Store *store, GError **error)
{
  return regie_add (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_regie_change (Request *request, Store *store, GError **error)
{
  return regie_change (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_regie_write (Request *request, Store *store, GError **error)
{
  return regie_write (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_regie_correct (Request *request, Store *store, GError **error)
{
  return regie_correct (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_regie_close (Request *request, Store *store, GError **error)
{
  return regie_end (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_regie_ask (Request *request, Store *store, GError **error)
{
  return regie_ask (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_regie_receive (Request *request, Store *store, GError **error)
{
  return regie_receive (store, &request->context, form_data_input (request->form), &request->outcome, error);
}
