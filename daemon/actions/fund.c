/* fund.add, and finding the fund that somebody named: see fund.h. */
#include "daemon/actions/fund.h"
#include "daemon/actions/field.h"
#include "daemon/rules/code.h"
#include "daemon/rules/field.h"
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
  const Day *day;
} Running;

static gboolean
is_running (const Fund *fund, gconstpointer wish)
{
  const Running *running = wish;
  return fund->strand == running->strand && strcmp (fund->from.text, running->day->text) <= 0 &&
         strcmp (running->day->text, fund->to.text) <= 0;
}

static void
set_choose (const GPtrArray *funds, const Running *wish, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < funds->len; i++) {
    const Fund *fund = g_ptr_array_index (funds, i);
    g_autofree char *code = code_display (fund->code);
    g_string_append_printf (names, "%s%s %s", i > 0 ? ", " : "", code, fund->name);
  }
  rule_error_set (error, M_FUND_CHOOSE, strand_name (wish->strand), wish->day->text, names->str, NULL);
}

Fund *
fund_only_one (Store *store, Strand strand, const Day *day, GError **error)
{
  Running wish = {.strand = strand, .day = day};
  g_autoptr (GPtrArray) funds = funds_where (store, is_running, &wish, error);
  if (funds == NULL)
    return NULL;
  if (funds->len == 1)
    return g_ptr_array_steal_index (funds, 0);
  if (funds->len == 0)
    rule_error_set (error, M_FUND_NONE, strand_name (strand), day->text, NULL);
  else
    set_choose (funds, &wish, error);
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

static Fund *
fund_of_request (const FundRequest *request, GError **error)
{
  g_autoptr (Fund) fund = g_new0 (Fund, 1);
  fund->name = name_check (request->name, error);
  if (fund->name == NULL ||
      !field_amount ("amount", request->amount, request->amount_cents, TRUE, &fund->granted, error) ||
      !field_day ("from", request->from, &fund->from, error) || !field_day ("to", request->to, &fund->to, error) ||
      !strand_of_text (request->strand, &fund->strand, error))
    return NULL;
  if (fund->granted.cents == 0) {
    rule_error_set (error, M_MONEY_ZERO, NULL);
    return NULL;
  }
  if (strcmp (fund->to.text, fund->from.text) < 0) {
    rule_error_set (error, M_DAY_ORDER, fund->from.text, fund->to.text, NULL);
    return NULL;
  }
  return g_steal_pointer (&fund);
}

static gboolean
has_name (const Fund *fund, gconstpointer wish)
{
  return g_str_equal (fund->name, wish);
}

static gboolean
judge_new (Store *store, const Fund *fund, Verdict *verdict, GError **error)
{
  g_autoptr (GPtrArray) same = funds_where (store, has_name, fund->name, error);
  if (same == NULL)
    return FALSE;
  if (same->len > 0)
    verdict_add (verdict, M_FUND_KNOWN, fund->name, ((const Fund *)g_ptr_array_index (same, 0))->code, NULL);
  return TRUE;
}

gboolean
fund_add (Store *store, const ActionContext *context, const FundRequest *request, Outcome *outcome, GError **error)
{
  g_autoptr (Fund) fund = fund_of_request (request, error);
  if (fund == NULL || !judge_new (store, fund, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  fund->created_at = context->now;
  g_autofree char *after =
      g_strdup_printf ("granted_cents=%" G_GINT64_FORMAT " strand=%s from=%s to=%s", fund->granted.cents,
                       strand_name (fund->strand), fund->from.text, fund->to.text);
  if (!action_new_code (store, 'F', fund->code, error) || !fund_insert (store, fund, error) ||
      !action_journal (store, context, "fund.add", fund->code, NULL, after, error)) {
    action_explain (error, M_ALREADY_KNOWN, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, fund->code);
  return TRUE;
}
