/* Funds and their ledgers, in HTTP. */
#include "daemon/actions/fund.h"
#include "daemon/actions/fund_report.h"
#include "daemon/api/problem.h"
#include "daemon/api/resources.h"
#include "daemon/rules/fund.h"
#include "db/fund.h"
#include "db/purchase.h"
#include "db/recharge.h"
#include "db/regie.h"

#define ENTRIES_SHOWN 500 /* of one fund's ledger, the newest; /v1/entries gives all, page by page */

#define CONDITIONS(Request)                                                                                            \
  {"conditions", FIELD_TEXT, G_STRUCT_OFFSET (Request, conditions.text), FALSE, 0},                                    \
      {"strands", FIELD_TEXTS, G_STRUCT_OFFSET (Request, conditions.strands), FALSE, 0},                               \
      {"expenses", FIELD_TEXTS, G_STRUCT_OFFSET (Request, conditions.expenses), FALSE, 0},                             \
      {"firm_end", FIELD_TEXT, G_STRUCT_OFFSET (Request, conditions.firm_end), FALSE, 0},

static const Field fields[] = {{"name", FIELD_TEXT, G_STRUCT_OFFSET (FundRequest, name), TRUE, 0},
                               {"amount", FIELD_TEXT, G_STRUCT_OFFSET (FundRequest, amount), FALSE, 0},
                               {"amount_cents", FIELD_INT, G_STRUCT_OFFSET (FundRequest, amount_cents), FALSE, 0},
                               {"from", FIELD_TEXT, G_STRUCT_OFFSET (FundRequest, from), TRUE, 0},
                               {"to", FIELD_TEXT, G_STRUCT_OFFSET (FundRequest, to), TRUE, 0},
                               {"strand", FIELD_TEXT, G_STRUCT_OFFSET (FundRequest, strand), TRUE, 0},
                               CONDITIONS (FundRequest)};
const Form api_fund_form = {sizeof (FundRequest), fields, G_N_ELEMENTS (fields)};

static const Field change_fields[] = {{"fund", FIELD_TEXT, G_STRUCT_OFFSET (FundChange, fund), TRUE, 0},
                                      {"name", FIELD_TEXT, G_STRUCT_OFFSET (FundChange, name), FALSE, 0},
                                      {"amount", FIELD_TEXT, G_STRUCT_OFFSET (FundChange, amount), FALSE, 0},
                                      {"amount_cents", FIELD_INT, G_STRUCT_OFFSET (FundChange, amount_cents), FALSE, 0},
                                      {"from", FIELD_TEXT, G_STRUCT_OFFSET (FundChange, from), FALSE, 0},
                                      {"to", FIELD_TEXT, G_STRUCT_OFFSET (FundChange, to), FALSE, 0},
                                      CONDITIONS (FundChange)};
const Form api_fund_change_form = {sizeof (FundChange), change_fields, G_N_ELEMENTS (change_fields)};

static gboolean
write_entry (View *view, gconstpointer record, GError **error)
{
  (void)error; /* nothing more is read */
  const FundEntry *entry = record;
  writer_open_object (view->out, NULL);
  writer_int (view->out, "number", entry->number);
  writer_instant (view->out, "at", entry->at);
  writer_money (view->out, "debit_cents", entry->debit);
  writer_money (view->out, "credit_cents", entry->credit);
  writer_word (view->out, "subject", entry->subject);
  writer_text (view->out, "reason", entry->reason);
  writer_close (view->out);
  return TRUE;
}

static gboolean
write_entries (View *view, const char *fund, GError **error)
{
  gint64 total;
  if (!fund_entry_count (view->store, fund, &total, error))
    return FALSE;
  g_autoptr (GPtrArray) entries =
      fund_entry_list (view->store, fund, MAX (total - ENTRIES_SHOWN, 0), ENTRIES_SHOWN, error);
  if (entries == NULL)
    return FALSE;
  writer_int (view->out, "entries_total", total);
  writer_open_array (view->out, "entries");
  for (guint i = 0; i < entries->len; i++)
    (void)write_entry (view, g_ptr_array_index (entries, i), error); /* cannot fail: it reads nothing more */
  writer_close (view->out);
  return TRUE;
}

/* A set as a list of its words. Takes words. */
static void
write_set (Writer *out, const char *name, char *words)
{
  g_auto (GStrv) parts = g_strsplit (words, " ", -1);
  g_free (words);
  writer_open_array (out, name);
  for (char **part = parts; *part != NULL; part++)
    if (**part != '\0')
      writer_text (out, NULL, *part);
  writer_close (out);
}

static void
write_conditions (Writer *out, const Fund *fund)
{
  writer_text (out, "conditions", fund->conditions);
  write_set (out, "also_strands", strand_words (fund->also_strands));
  write_set (out, "expenses", expense_words (fund->expenses));
  writer_bool (out, "firm_end", fund->is_firm);
}

static gboolean
write_fund (View *view, gconstpointer record, GError **error)
{
  const Fund *fund = record;
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "fund");
  writer_text (view->out, "code", fund->code);
  writer_text (view->out, "name", fund->name);
  writer_text (view->out, "strand", strand_name (fund->strand));
  writer_word (view->out, "from", fund->from.text);
  writer_word (view->out, "to", fund->to.text);
  writer_money (view->out, "granted_cents", fund->granted);
  writer_money (view->out, "spent_cents", fund->spent);
  writer_money (view->out, "reserved_cents", fund->reserved);
  writer_money (view->out, "balance_cents", fund_balance (fund));
  writer_text (view->out, "currency", "EUR");
  write_conditions (view->out, fund);
  writer_instant (view->out, "created_at", fund->created_at);
  if (view->is_full && !write_entries (view, fund->code, error))
    return FALSE;
  writer_close (view->out);
  return TRUE;
}

gboolean
api_fund_show (View *view, const char *code, GError **error)
{
  g_autoptr (Fund) fund = fund_load (view->store, code, error);
  return fund != NULL && write_fund (view, fund, error);
}

gboolean
api_fund_list (Request *request, Store *store, GError **error)
{
  Page page;
  if (!request_page_by_code (request, 'F', &page, error))
    return FALSE;
  g_autoptr (GPtrArray) funds = fund_list (store, page.after, page.limit + 1, error);
  return funds != NULL && view_answer_list (request, store, &page, funds, write_fund, view_code_cursor, error);
}

gboolean
api_fund_add (Request *request, Store *store, GError **error)
{
  return fund_add (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_fund_change (Request *request, Store *store, GError **error)
{
  return fund_change (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

/* ---- the report ---- */

static void
write_report_months (Writer *out, const FundReport *report)
{
  writer_open_array (out, "months");
  for (guint i = 0; i < report->months->len; i++) {
    const FundReportMonth *month = &g_array_index (report->months, FundReportMonth, i);
    writer_open_object (out, NULL);
    writer_text (out, "month", month->month);
    writer_money (out, "debit_cents", month->debit);
    writer_money (out, "credit_cents", month->credit);
    writer_money (out, "expected_cents", month->expected);
    writer_money (out, "left_cents", month->left);
    writer_close (out);
  }
  writer_close (out);
}

static void
judge_report (const FundReport *report, Verdict *verdict)
{
  g_autofree char *names = fund_names (report->others);
  g_autofree char *unpriced = g_strdup_printf ("%" G_GINT64_FORMAT, report->unpriced);
  g_autofree char *lacking = g_strdup_printf ("%" G_GINT64_FORMAT, -report->left.cents);
  if (report->left.cents < 0)
    verdict_add (verdict, M_FUND_WILL_LACK, lacking, report->fund->to.text, NULL);
  if (report->unpriced > 0)
    verdict_add (verdict, M_LINE_NEED_UNPRICED, unpriced, NULL);
  if (report->has_endless)
    verdict_add (verdict, M_LINE_ENDLESS, NULL);
  if (report->others->len > 0)
    verdict_add (verdict, M_FUND_SHARED, strand_name (STRAND_CONNECTION), names, NULL);
}

gboolean
api_fund_report (Request *request, Store *store, GError **error)
{
  g_auto (FundReport) report = {0};
  Day today = request_today (request);
  if (!fund_report_load (store, request->world->offers, &today, request_query (request, "fund"), &report, error))
    return FALSE;
  g_autoptr (Verdict) verdict = verdict_new ();
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  writer_text (&out, "kind", "fund_report");
  writer_text (&out, "code", report.fund->code);
  writer_text (&out, "name", report.fund->name);
  writer_word (&out, "from", report.fund->from.text);
  writer_word (&out, "to", report.fund->to.text);
  writer_money (&out, "granted_cents", report.fund->granted);
  writer_money (&out, "spent_cents", report.fund->spent);
  writer_money (&out, "reserved_cents", report.fund->reserved);
  writer_money (&out, "balance_cents", fund_balance (report.fund));
  writer_money (&out, "committed_cents", report.committed);
  writer_money (&out, "keep_alive_cents", report.keep_alive);
  writer_money (&out, "free_cents", report.left);
  writer_text (&out, "currency", "EUR");
  write_report_months (&out, &report);
  judge_report (&report, verdict);
  problem_write_lists (&out, verdict);
  writer_close (&out);
  request_answer_json (request, 200, &out);
  return TRUE;
}

static char *
number_cursor (gconstpointer record)
{
  const FundEntry *entry = record;
  return g_strdup_printf ("%" G_GINT64_FORMAT, entry->number);
}

gboolean
api_fund_entries (Request *request, Store *store, GError **error)
{
  Page page;
  Code code;
  gint64 after;
  if (!request_query_code (request, "fund", "F", code, error) || !request_page (request, &page, error) ||
      !request_query_int (request, "after", 0, G_MAXINT64, 0, &after, error))
    return FALSE;
  if (code[0] == '\0') {
    rule_error_set (error, M_FIELD_MISSING, "fund", NULL);
    return FALSE;
  }
  g_autoptr (GPtrArray) entries = fund_entry_list (store, code, after, page.limit + 1, error);
  return entries != NULL && view_answer_list (request, store, &page, entries, write_entry, number_cursor, error);
}

static void
tell_wrong (Verdict *verdict, MessageId id, const GPtrArray *codes)
{
  for (guint i = 0; i < codes->len; i++)
    verdict_add (verdict, id, g_ptr_array_index (codes, i), NULL);
}

/* What is compared, each with its sentence. */
static GPtrArray *
wrong_regies (Store *store, guint limit, GError **error)
{
  (void)limit; /* a body has few */
  return regie_reconcile (store, error);
}

static GPtrArray *
wrong_funds (Store *store, guint limit, GError **error)
{
  (void)limit; /* a body has few */
  return fund_reconcile (store, error);
}

static const struct {
  const char *member;
  GPtrArray *(*reconcile) (Store *store, guint limit, GError **error);
  MessageId wrong;
} compared[] = {
    {"funds_wrong", wrong_funds, M_FUND_LEDGER_WRONG},
    {"recharges_wrong", recharge_reconcile, M_RECHARGE_LEDGER_WRONG},
    {"purchases_wrong", purchase_reconcile, M_PURCHASE_LEDGER_WRONG},
    {"regies_wrong", wrong_regies, M_REGIE_LEDGER_WRONG},
};

gboolean
api_fund_reconcile (Request *request, Store *store, GError **error)
{
  enum { SHOWN = 100 }; /* of each kind */
  g_autoptr (Verdict) verdict = verdict_new ();
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (compared); i++) {
    g_autoptr (GPtrArray) codes = compared[i].reconcile (store, SHOWN, error);
    if (codes == NULL)
      return FALSE;
    tell_wrong (verdict, compared[i].wrong, codes);
    writer_int (&out, compared[i].member, codes->len);
  }
  writer_bool (&out, "ok", verdict->to_know->len == 0);
  problem_write_lists (&out, verdict);
  writer_close (&out);
  request_answer_json (request, 200, &out);
  return TRUE;
}
