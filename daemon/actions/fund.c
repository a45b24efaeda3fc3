/* fund.add, fund.change, and finding the fund that somebody named: see fund.h. */
#include "daemon/actions/fund.h"
#include "daemon/actions/field.h"
#include "daemon/rules/code.h"
#include "daemon/rules/field.h"
#include "daemon/rules/fund.h"
#include <string.h>

enum { PAGE = 100 }; /* funds read at a time */

Fund *
fund_find (Store *store, const char *text, GError **error)
{
  Code code;
  if (!code_parse_kind (text, "F", code, error))
    return NULL;
  Fund *fund = fund_load (store, code, error);
  action_explain_missing (error, M_FUND_NOT_FOUND, code);
  return fund;
}

/* Calls keep for every fund; those it accepts are in the array. */
static GPtrArray *
funds_where (Store *store, gboolean (*keep) (const Fund *fund, gconstpointer wish), gconstpointer wish, GError **error)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify)fund_free);
  Code after = "";
  for (;;) {
    g_autoptr (GPtrArray) page = fund_list (store, after, PAGE, error);
    if (page == NULL)
      return NULL;
    guint length = page->len;
    if (length > 0)
      g_strlcpy (after, ((const Fund *)g_ptr_array_index (page, length - 1))->code, sizeof after);
    for (guint i = length; i > 0; i--)
      if (keep (g_ptr_array_index (page, i - 1), wish))
        g_ptr_array_add (kept, g_ptr_array_steal_index_fast (page, i - 1));
    if (length < PAGE)
      return g_steal_pointer (&kept);
  }
}

typedef struct {
  Strand strand;
  Expense expense;
  const Day *day;
} Running;

static gboolean
is_running (const Fund *fund, gconstpointer wish)
{
  const Running *running = wish;
  return fund_has_strand (fund, running->strand) && fund_pays (fund, running->expense) &&
         strcmp (fund->from.text, running->day->text) <= 0 && strcmp (running->day->text, fund->to.text) <= 0;
}

GPtrArray *
fund_paying (Store *store, Strand strand, Expense expense, const Day *day, GError **error)
{
  const Running wish = {.strand = strand, .expense = expense, .day = day};
  return funds_where (store, is_running, &wish, error);
}

char *
fund_names (const GPtrArray *funds)
{
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < funds->len; i++) {
    const Fund *fund = g_ptr_array_index (funds, i);
    g_autofree char *code = code_display (fund->code);
    g_string_append_printf (names, "%s%s %s", i > 0 ? ", " : "", code, fund->name);
  }
  return g_strdup (names->str);
}

Fund *
fund_only_one (Store *store, Strand strand, const Day *day, GError **error)
{
  g_autoptr (GPtrArray) funds = fund_paying (store, strand, EXPENSE_RECHARGE, day, error);
  if (funds == NULL)
    return NULL;
  if (funds->len == 1)
    return g_ptr_array_steal_index (funds, 0);
  g_autofree char *names = fund_names (funds);
  if (funds->len == 0)
    rule_error_set (error, M_FUND_NONE, strand_name (strand), day->text, NULL);
  else
    rule_error_set (error, M_FUND_CHOOSE, strand_name (strand), day->text, names, NULL);
  return NULL;
}

static gboolean
strand_of_text (const char *text, Strand *strand, GError **error)
{
  if (strand_parse (text, strand))
    return TRUE;
  if (field_is_absent (text))
    rule_error_set (error, M_FIELD_MISSING, "strand", NULL);
  else
    rule_error_set (error, M_STRAND_UNKNOWN, text, NULL);
  return FALSE;
}

/* ---- what the donor asks for ---- */

#define NO_WORD "none" /* the only word of a list that is emptied */

/* The words of a list in one text, as a set is stored. NULL: they were not given. Caller frees. */
static char *
joined (const char *const *words)
{
  if (words == NULL)
    return NULL;
  gboolean is_none = words[0] != NULL && words[1] == NULL && g_str_equal (words[0], NO_WORD);
  return is_none ? g_strdup ("") : g_strjoinv (" ", (char **)words);
}

static gboolean
read_sets (const FundConditions *conditions, Fund *fund, GError **error)
{
  g_autofree char *strands = joined (conditions->strands);
  g_autofree char *expenses = joined (conditions->expenses);
  if (strands != NULL && !strand_set (strands, &fund->also_strands)) {
    rule_error_set (error, M_STRAND_UNKNOWN, strands, NULL);
    return FALSE;
  }
  if (expenses == NULL || expense_set (expenses, &fund->expenses))
    return TRUE;
  g_autofree char *all = expense_words ((1u << EXPENSES_N) - 1);
  rule_error_set (error, M_WORD_UNKNOWN, expenses, "expenses", all, NULL);
  return FALSE;
}

/* What was given takes the place of what is there. */
static gboolean
read_conditions (const FundConditions *conditions, Fund *fund, GError **error)
{
  if (!read_sets (conditions, fund, error))
    return FALSE;
  fund->also_strands &= ~(1u << fund->strand);
  if (!field_is_absent (conditions->text)) {
    g_autofree char *text = g_strstrip (g_utf8_make_valid (conditions->text, -1));
    g_free (fund->conditions);
    fund->conditions = g_str_equal (text, NO_WORD) ? NULL : g_steal_pointer (&text);
  }
  if (field_is_absent (conditions->firm_end))
    return TRUE;
  fund->is_firm = g_str_equal (conditions->firm_end, "yes");
  if (fund->is_firm || g_str_equal (conditions->firm_end, "no"))
    return TRUE;
  rule_error_set (error, M_WORD_UNKNOWN, conditions->firm_end, "firm_end", "yes, no", NULL);
  return FALSE;
}

static gboolean
check_period (const Fund *fund, GError **error)
{
  if (strcmp (fund->to.text, fund->from.text) >= 0)
    return TRUE;
  rule_error_set (error, M_DAY_ORDER, fund->from.text, fund->to.text, NULL);
  return FALSE;
}

static Fund *
fund_of_request (const FundRequest *request, GError **error)
{
  g_autoptr (Fund) fund = g_new0 (Fund, 1);
  fund->name = name_check (request->name, error);
  if (fund->name == NULL ||
      !field_amount ("amount", request->amount, request->amount_cents, TRUE, &fund->granted, error) ||
      !field_day ("from", request->from, &fund->from, error) || !field_day ("to", request->to, &fund->to, error) ||
      !strand_of_text (request->strand, &fund->strand, error) || !read_conditions (&request->conditions, fund, error))
    return NULL;
  if (fund->granted.cents == 0) {
    rule_error_set (error, M_MONEY_ZERO, NULL);
    return NULL;
  }
  return check_period (fund, error) ? g_steal_pointer (&fund) : NULL;
}

static gboolean
has_name (const Fund *fund, gconstpointer wish)
{
  return g_str_equal (fund->name, wish);
}

static gboolean
judge_name (Store *store, const Fund *fund, Verdict *verdict, GError **error)
{
  g_autoptr (GPtrArray) same = funds_where (store, has_name, fund->name, error);
  if (same == NULL)
    return FALSE;
  const Fund *first = same->len > 0 ? g_ptr_array_index (same, 0) : NULL;
  if (first != NULL && !g_str_equal (first->code, fund->code))
    verdict_add (verdict, M_FUND_KNOWN, fund->name, first->code, NULL);
  return TRUE;
}

/* For the journal; what the donor wrote is in the record. */
static char *
told (const Fund *fund)
{
  g_autofree char *strands = g_strdelimit (strand_words (fund->also_strands), " ", ',');
  g_autofree char *expenses = g_strdelimit (expense_words (fund->expenses), " ", ',');
  return g_strdup_printf ("granted_cents=%" G_GINT64_FORMAT
                          " strand=%s from=%s to=%s also_strands=%s expenses=%s firm_end=%d",
                          fund->granted.cents, strand_name (fund->strand), fund->from.text, fund->to.text, strands,
                          expenses, fund->is_firm);
}

gboolean
fund_add (Store *store, const ActionContext *context, const FundRequest *request, Outcome *outcome, GError **error)
{
  g_autoptr (Fund) fund = fund_of_request (request, error);
  if (fund == NULL || !judge_name (store, fund, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  fund->created_at = context->now;
  g_autofree char *after = told (fund);
  if (!action_new_code (store, 'F', fund->code, error) || !fund_insert (store, fund, error) ||
      !action_journal (store, context, "fund.add", fund->code, NULL, after, error)) {
    action_explain (error, M_ALREADY_KNOWN, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, fund->code);
  return TRUE;
}

/* ---- fund.change ---- */

static gboolean
change_name (const FundChange *change, Fund *fund, GError **error)
{
  if (field_is_absent (change->name))
    return TRUE;
  char *name = name_check (change->name, error);
  if (name == NULL)
    return FALSE;
  g_free (fund->name);
  fund->name = name;
  return TRUE;
}

static gboolean
change_grant (const FundChange *change, Fund *fund, Verdict *verdict, GError **error)
{
  if (field_is_absent (change->amount) && change->amount_cents == NULL)
    return TRUE;
  if (!field_amount ("amount", change->amount, change->amount_cents, TRUE, &fund->granted, error))
    return FALSE;
  if (fund_balance (fund).cents >= 0)
    return TRUE;
  char used[24];
  g_snprintf (used, sizeof used, "%" G_GINT64_FORMAT, fund->spent.cents + fund->reserved.cents);
  verdict_add (verdict, M_FUND_GRANT_SHORT, fund->name, used, NULL);
  return TRUE;
}

static gboolean
change_all (const FundChange *change, Fund *fund, Verdict *verdict, GError **error)
{
  return change_name (change, fund, error) && change_grant (change, fund, verdict, error) &&
         (field_is_absent (change->from) || day_parse (change->from, &fund->from, error)) &&
         (field_is_absent (change->to) || day_parse (change->to, &fund->to, error)) && check_period (fund, error) &&
         read_conditions (&change->conditions, fund, error);
}

gboolean
fund_change (Store *store, const ActionContext *context, const FundChange *change, Outcome *outcome, GError **error)
{
  g_autoptr (Fund) fund = fund_find (store, change->fund, error);
  if (fund == NULL)
    return FALSE;
  if (field_is_absent (context->comment) && !context->is_preview) {
    rule_error_set (error, M_CHANGE_REASON, NULL);
    return FALSE;
  }
  g_autofree char *before = told (fund);
  if (!change_all (change, fund, outcome->verdict, error) || !judge_name (store, fund, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  g_autofree char *after = told (fund);
  if (!fund_update (store, fund, error) ||
      !action_journal (store, context, "fund.change", fund->code, before, after, error))
    return FALSE;
  outcome_add_code (outcome, fund->code);
  return TRUE;
}
