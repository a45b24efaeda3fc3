/* The clocks of lines, in HTTP: which lines die, what saves them, what the month needs, and who was told. */
#include "daemon/actions/line.h"
#include "daemon/api/problem.h"
#include "daemon/api/resources.h"
#include "daemon/rules/code.h"
#include "db/line_notice.h"
#include "db/sim.h"
#include <string.h>

#define DAYS_DEFAULT 60
#define DAYS_MAX     3660
#define DAYS_PAST    30 /* a line that ended so lately may still be saved: ask the operator */
#define DAY_LETTERS  10

static const Field clocks_fields[] = {
    {"line", FIELD_TEXT, G_STRUCT_OFFSET (ClocksRequest, line), TRUE, 0},
    {"credit_until", FIELD_TEXT, G_STRUCT_OFFSET (ClocksRequest, credit_until), FALSE, 0},
    {"line_until", FIELD_TEXT, G_STRUCT_OFFSET (ClocksRequest, line_until), FALSE, 0},
    {"origin", FIELD_TEXT, G_STRUCT_OFFSET (ClocksRequest, origin), FALSE, 0},
};
const Form api_clocks_form = {sizeof (ClocksRequest), clocks_fields, G_N_ELEMENTS (clocks_fields)};

static const Field told_fields[] = {
    {"line", FIELD_TEXT, G_STRUCT_OFFSET (ToldRequest, line), TRUE, 0},
};
const Form api_told_form = {sizeof (ToldRequest), told_fields, G_N_ELEMENTS (told_fields)};

gboolean
api_line_set (Request *request, Store *store, GError **error)
{
  return line_set (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_line_told (Request *request, Store *store, GError **error)
{
  return line_told (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

void
api_line_write_clock (Writer *out, const char *name, const LineClock *clock)
{
  g_autofree char *origin = g_strconcat (name, "_origin", NULL);
  g_autofree char *confidence = g_strconcat (name, "_confidence", NULL);
  g_autofree char *until = g_strconcat (name, "_until", NULL);
  writer_word (out, until, clock->day.text);
  writer_word (out, origin, clock_origin_name (clock->origin));
  writer_word (out, confidence, confidence_name (clock->confidence));
}

/* ---- lines that die ---- */

/* A view that knows what can be bought. */
typedef struct {
  View view;
  Catalogue catalogue;
} DueView;

static void
write_saving (DueView *due, const Line *line)
{
  Writer *out = due->view.out;
  LineClock until;
  g_autoptr (GArray) sales = catalogue_sales (&due->catalogue, line->operator_name, line->offer);
  const Sale *sale =
      line_cheapest_saving (offers_find (due->view.offers, line->operator_name, line->offer), (const Sale *)sales->data,
                            sales->len, &due->view.today, &line->end.day, &until);
  if (sale == NULL) {
    writer_null (out, "saved_by");
    return;
  }
  writer_open_object (out, "saved_by");
  writer_text (out, "product", sale->id);
  writer_text (out, "name", sale->name);
  writer_money (out, "price_cents", sale->price);
  writer_text (out, "currency", "EUR");
  writer_word (out, "until", until.day.text);
  writer_word (out, "confidence", confidence_name (until.confidence));
  writer_bool (out, "registered", sale->is_registered);
  writer_close (out);
}

static gboolean
write_due_line (DueView *due, const Line *line, GError **error)
{
  Writer *out = due->view.out;
  writer_open_object (out, NULL);
  writer_text (out, "kind", "line");
  writer_text (out, "code", line->code);
  writer_text (out, "msisdn", line->msisdn);
  writer_text (out, "operator", line->operator_name);
  writer_text (out, "offer", line->offer);
  writer_text (out, "state", line_state_name (line->state));
  api_line_write_clock (out, "line", &line->end);
  api_line_write_clock (out, "credit", &line->credit);
  if (day_is_set (&line->end.day))
    writer_int (out, "days_left", day_until (&due->view.today, &line->end.day));
  else
    writer_null (out, "days_left");
  write_saving (due, line);
  if (!api_loan_write_holder (&due->view, line->code, error))
    return FALSE;
  writer_close (out);
  return TRUE;
}

/* What the lines that die before the month ends cost to save. */
static gboolean
sum_month (DueView *due, Verdict *verdict, GError **error)
{
  const Day *today = &due->view.today;
  Day end = *today;
  memcpy (end.text + 8, "01", 2);
  end = day_add_months (&end, 1);
  end = day_add (&end, -1);
  gint64 lines = 0, cents = 0, unpriced = 0;
  g_autoptr (GPtrArray) needs = line_needs (due->view.store, today, &end, error);
  for (guint i = 0; needs != NULL && i < needs->len; i++) {
    const LineNeed *need = g_ptr_array_index (needs, i);
    LineClock until;
    g_autoptr (GArray) sales = catalogue_sales (&due->catalogue, need->operator_name, need->offer);
    const Sale *sale = line_cheapest_saving (offers_find (due->view.offers, need->operator_name, need->offer),
                                             (const Sale *)sales->data, sales->len, today, &end, &until);
    lines += need->lines;
    cents += sale != NULL ? sale->price.cents * need->lines : 0;
    unpriced += sale == NULL ? need->lines : 0;
  }
  writer_open_object (due->view.out, "month");
  writer_word (due->view.out, "until", end.text);
  writer_int (due->view.out, "lines", lines);
  writer_money (due->view.out, "need_cents", money_of_cents (cents));
  writer_text (due->view.out, "currency", "EUR");
  writer_int (due->view.out, "unpriced", unpriced);
  writer_close (due->view.out);
  g_autofree char *n = g_strdup_printf ("%" G_GINT64_FORMAT, lines);
  g_autofree char *sum = g_strdup_printf ("%" G_GINT64_FORMAT, cents);
  g_autofree char *without = g_strdup_printf ("%" G_GINT64_FORMAT, unpriced);
  if (lines > 0)
    verdict_add (verdict, M_LINE_NEED, n, sum, NULL);
  if (unpriced > 0)
    verdict_add (verdict, M_LINE_NEED_UNPRICED, without, NULL);
  return needs != NULL;
}

static gboolean
tell_endless (Store *store, Verdict *verdict, GError **error)
{
  g_autoptr (GPtrArray) endless = line_list_endless (store, NULL, 1, error);
  if (endless != NULL && endless->len > 0)
    verdict_add (verdict, M_LINE_ENDLESS, NULL);
  return endless != NULL;
}

static gboolean
write_due (DueView *due, const Page *page, const GPtrArray *lines, gboolean is_endless, GError **error)
{
  Writer *out = due->view.out;
  g_autoptr (Verdict) verdict = verdict_new ();
  guint shown = MIN (lines->len, page->limit);
  writer_open_object (out, NULL);
  writer_open_array (out, "items");
  for (guint i = 0; i < shown; i++)
    if (!write_due_line (due, g_ptr_array_index (lines, i), error))
      return FALSE;
  writer_close (out);
  const Line *last = shown > 0 && lines->len > page->limit ? g_ptr_array_index (lines, shown - 1) : NULL;
  g_autofree char *next = last != NULL ? g_strconcat (last->end.day.text, last->code, NULL) : NULL;
  writer_text (out, "next", next);
  if (!is_endless && page->after == NULL &&
      (!sum_month (due, verdict, error) || !tell_endless (due->view.store, verdict, error)))
    return FALSE;
  problem_write_lists (out, verdict);
  writer_close (out);
  return TRUE;
}

/* "2027-03-31LBCDFGHK", or the code alone. */
static gboolean
read_cursor (const char *text, gboolean is_endless, Day *day, Code code, GError **error)
{
  gsize skipped = is_endless ? 0 : DAY_LETTERS;
  g_autofree char *head = text != NULL ? g_strndup (text, skipped) : NULL;
  if (text == NULL || (strlen (text) == skipped + sizeof (Code) - 1 && text[skipped] == 'L' &&
                       (is_endless || day_parse (head, day, NULL)))) {
    g_strlcpy (code, text != NULL ? text + skipped : "", sizeof (Code));
    return TRUE;
  }
  rule_error_set (error, M_CURSOR_UNKNOWN, NULL);
  return FALSE;
}

gboolean
api_line_due (Request *request, Store *store, GError **error)
{
  Page page;
  gint64 days, is_endless;
  Day after = {""};
  Code code;
  if (!request_page (request, &page, error) ||
      !request_query_int (request, "days", 0, DAYS_MAX, DAYS_DEFAULT, &days, error) ||
      !request_query_int (request, "unknown", 0, 1, 0, &is_endless, error) ||
      !read_cursor (page.after, is_endless != 0, &after, code, error))
    return FALSE;
  Day today = request_today (request), from = day_add (&today, -DAYS_PAST), to = day_add (&today, (int)days);
  g_autoptr (GPtrArray) lines =
      is_endless ? line_list_endless (store, code, page.limit + 1, error)
                 : line_list_due (store, &from, &to, day_is_set (&after) ? &after : NULL, code, page.limit + 1, error);
  g_auto (Writer) out;
  writer_init (&out);
  DueView due = {.view = view_of (request, store, &out)};
  gboolean is_written = lines != NULL && catalogue_init (&due.catalogue, store, request->world->offers, error) &&
                        write_due (&due, &page, lines, is_endless != 0, error);
  catalogue_clear (&due.catalogue);
  if (is_written)
    request_answer_json (request, 200, &out);
  return is_written;
}

/* ---- notices ---- */

static gboolean
write_notice (View *view, gconstpointer record, GError **error)
{
  const LineNotice *notice = record;
  g_autoptr (Line) line = line_load (view->store, notice->line, error);
  if (line == NULL)
    return FALSE;
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "line_notice");
  writer_text (view->out, "line", notice->line);
  writer_text (view->out, "msisdn", line->msisdn);
  writer_word (view->out, "line_until", notice->until.text);
  writer_int (view->out, "days_before", notice->step);
  writer_text (view->out, "state", line_notice_state_name (notice->state));
  writer_instant (view->out, "at", notice->at);
  writer_instant (view->out, "sent_at", notice->sent_at);
  if (!api_loan_write_holder (view, notice->line, error))
    return FALSE;
  writer_close (view->out);
  return TRUE;
}

static char *
notice_cursor (gconstpointer record)
{
  const LineNotice *notice = record;
  return g_strdup_printf ("%s%s%02d", notice->until.text, notice->line, (int)notice->step);
}

static gboolean
read_notice_cursor (const char *text, LineNotice *after, GError **error)
{
  gsize code_at = DAY_LETTERS, step_at = DAY_LETTERS + sizeof (Code) - 1;
  *after = (LineNotice){.step = 0};
  if (text != NULL && strlen (text) == step_at + 2) {
    g_strlcpy (after->until.text, text, sizeof after->until.text);
    g_strlcpy (after->line, text + code_at, sizeof after->line);
    if (g_ascii_string_to_signed (text + step_at, 10, 0, 99, &after->step, NULL))
      return TRUE;
  }
  if (text != NULL)
    rule_error_set (error, M_CURSOR_UNKNOWN, NULL);
  return text == NULL;
}

gboolean
api_line_notice_list (Request *request, Store *store, GError **error)
{
  Page page;
  LineNotice after;
  LineNoticeState state = LINE_NOTICE_WAITING;
  const char *word = request_query (request, "state");
  if (!request_page (request, &page, error) || !read_notice_cursor (page.after, &after, error))
    return FALSE;
  if (word != NULL && !line_notice_state_parse (word, &state)) {
    rule_error_set (error, M_WORD_UNKNOWN, word, "state", "waiting, claimed, sent, void", NULL);
    return FALSE;
  }
  g_autoptr (GPtrArray) notices = line_notice_list (store, state, &after, page.limit + 1, error);
  return notices != NULL && view_answer_list (request, store, &page, notices, write_notice, notice_cursor, error);
}
