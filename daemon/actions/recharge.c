/* recharge.add: what is asked becomes drafts, one a line; they are judged together, then written together. See recharge.h. */
#include "daemon/actions/recharge.h"
#include "daemon/actions/field.h"
#include "daemon/actions/fund.h"
#include "daemon/actions/line.h"
#include "daemon/actions/state.h"
#include "daemon/actions/thing.h"
#include "daemon/actions/voucher.h"
#include "daemon/rules/field.h"
#include "daemon/rules/fund.h"
#include "daemon/rules/loan.h"
#include "daemon/rules/voucher.h"
#include "db/loan.h"
#include "db/person.h"
#include <string.h>

/* One line of the request on its way. */
typedef struct {
  Thing thing;
  Recharge *recharge;
  Voucher *voucher;  /* NULL: none pays it */
  LineClocks clocks; /* what it does to the line; of days that nobody knows: "" */
} Draft;

/* The whole request. */
typedef struct {
  const RechargeRequest *request;
  Day today, on;
  Catalogue catalogue;
  GPtrArray *drafts;
  GPtrArray *stock; /* of Voucher, to be handed out; NULL: not from stock */
  Fund *fund;
  Money total;
} Order;

static void
draft_free (gpointer data)
{
  Draft *draft = data;
  thing_clear (&draft->thing);
  recharge_free (draft->recharge);
  voucher_free (draft->voucher);
  g_free (draft);
}

static void
order_clear (Order *order)
{
  catalogue_clear (&order->catalogue);
  g_clear_pointer (&order->drafts, g_ptr_array_unref);
  g_clear_pointer (&order->stock, g_ptr_array_unref);
  fund_free (order->fund);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Order, order_clear)

static Draft *
draft_at (const Order *order, guint i)
{
  return g_ptr_array_index (order->drafts, i);
}

/* ---- which lines ---- */

static gboolean
add_line (Store *store, Order *order, const char *text, GError **error)
{
  Draft *draft = g_new0 (Draft, 1);
  g_ptr_array_add (order->drafts, draft);
  draft->recharge = g_new0 (Recharge, 1);
  if (!thing_find (store, text, &draft->thing, error))
    return FALSE;
  if (draft->thing.line == NULL) {
    rule_error_set (error, M_CODE_NOT_A, draft->thing.item->code, "T", "LS", NULL);
    return FALSE;
  }
  for (guint i = 0; i + 1 < order->drafts->len; i++)
    if (g_str_equal (draft_at (order, i)->thing.line->code, draft->thing.line->code)) {
      rule_error_set (error, M_THING_TWICE, draft->thing.line->code, NULL);
      return FALSE;
    }
  g_strlcpy (draft->recharge->line, draft->thing.line->code, sizeof (Code));
  if (draft->thing.loan != NULL)
    g_strlcpy (draft->recharge->person, draft->thing.loan->person, sizeof (Code));
  return TRUE;
}

static gboolean
find_lines (Store *store, Order *order, GError **error)
{
  const RechargeRequest *request = order->request;
  gboolean is_one = !field_is_absent (request->line), are_several = request->lines != NULL;
  if (is_one && are_several) {
    rule_error_set (error, M_RECHARGE_ONE_OR_SEVERAL, NULL);
    return FALSE;
  }
  if (!is_one && (!are_several || request->lines[0] == NULL)) {
    rule_error_set (error, M_FIELD_MISSING, are_several ? "lines" : "line", NULL);
    return FALSE;
  }
  if (is_one)
    return add_line (store, order, request->line, error);
  for (const char *const *line = request->lines; *line != NULL; line++)
    if (!add_line (store, order, *line, error))
      return FALSE;
  return TRUE;
}

/* ---- what pays ---- */

static gboolean
read_on (Order *order, GError **error)
{
  const char *text = order->request->on;
  order->on = order->today;
  if (field_is_absent (text))
    return TRUE;
  if (!day_parse (text, &order->on, error))
    return FALSE;
  if (strcmp (order->on.text, order->today.text) <= 0)
    return TRUE;
  rule_error_set (error, M_DAY_TO_COME, order->on.text, NULL);
  return FALSE;
}

static gboolean
has_voucher (const RechargeRequest *request)
{
  return request->from_stock || !field_is_absent (request->voucher);
}

/* What is known of a voucher is not typed again. */
static gboolean
check_voucher_fields (const RechargeRequest *request, GError **error)
{
  if (!has_voucher (request))
    return TRUE;
  if (!field_is_absent (request->amount) || request->amount_cents != NULL || !field_is_absent (request->on) ||
      (request->lines != NULL && !field_is_absent (request->voucher))) {
    rule_error_set (error, M_VOUCHER_AMOUNT, NULL);
    return FALSE;
  }
  if (!request->from_stock || !field_is_absent (request->product))
    return TRUE;
  rule_error_set (error, M_FIELD_MISSING, "product", NULL);
  return FALSE;
}

static gboolean
take_voucher (Store *store, Order *order, Draft *draft, GError **error)
{
  const RechargeRequest *request = order->request;
  if (order->stock == NULL)
    draft->voucher = voucher_find (store, request->voucher, error);
  else if (order->stock->len > 0)
    draft->voucher = g_ptr_array_steal_index (order->stock, 0);
  else
    rule_error_set (error, M_VOUCHER_NONE, request->product, NULL);
  if (draft->voucher == NULL)
    return FALSE;
  draft->recharge->product = g_strdup (draft->voucher->product);
  draft->recharge->amount = draft->voucher->price;
  draft->recharge->channel = CHANNEL_VOUCHER;
  g_strlcpy (draft->recharge->voucher, draft->voucher->code, sizeof (Code));
  return TRUE;
}

/* An amount that was typed, else the product's price. */
static gboolean
take_amount (const Order *order, Draft *draft, const Sale *sale, GError **error)
{
  const RechargeRequest *request = order->request;
  Recharge *recharge = draft->recharge;
  gboolean is_typed = !field_is_absent (request->amount) || request->amount_cents != NULL;
  if (!field_text ("product", request->product, &recharge->product, error))
    return FALSE;
  if (sale != NULL) {
    g_free (recharge->product);
    recharge->product = g_strdup (sale->id);
  }
  if (sale != NULL && !is_typed)
    recharge->amount = sale->price;
  else if (recharge->product != NULL && !is_typed) {
    rule_error_set (error, M_PRODUCT_UNKNOWN, recharge->product, NULL);
    return FALSE;
  } else if (!field_amount ("amount", request->amount, request->amount_cents, TRUE, &recharge->amount, error))
    return FALSE;
  if (recharge->product == NULL)
    recharge->product = g_strdup ("recharge");
  return TRUE;
}

/* One that was made elsewhere is confirmed; the others wait for their code to be sent. */
static void
set_state (const ActionContext *context, const Order *order, Recharge *recharge)
{
  recharge->on = order->on;
  recharge->at = context->now;
  recharge->keep_alive = order->request->keep_alive;
  if (order->request->on_bench)
    recharge->channel = CHANNEL_BENCH;
  recharge->state = recharge->channel == CHANNEL_HAND ? RECHARGE_CONFIRMED : RECHARGE_PREPARED;
  recharge->settled_at = recharge->state == RECHARGE_CONFIRMED ? context->now : 0;
}

static gboolean
price_draft (Store *store, const ActionContext *context, Order *order, Draft *draft, GError **error)
{
  const Line *line = draft->thing.line;
  Recharge *recharge = draft->recharge;
  if (has_voucher (order->request) && !take_voucher (store, order, draft, error))
    return FALSE;
  g_autoptr (GArray) sales = catalogue_sales (&order->catalogue, line->operator_name, line->offer);
  const char *wanted = draft->voucher != NULL ? draft->voucher->product : order->request->product;
  const Sale *sale = catalogue_find (sales, wanted);
  if (draft->voucher == NULL && !take_amount (order, draft, sale, error))
    return FALSE;
  if (sale != NULL)
    draft->clocks =
        line_clocks_after (offers_find (context->offers, line->operator_name, line->offer), sale, &order->on);
  set_state (context, order, recharge);
  if (money_add (order->total, recharge->amount, &order->total))
    return TRUE;
  rule_error_set (error, M_MONEY_TOO_LARGE, recharge->product, NULL);
  return FALSE;
}

static gboolean
price_all (Store *store, const ActionContext *context, Order *order, GError **error)
{
  if (order->request->from_stock) {
    g_autofree char *product = product_id_check (order->request->product, error);
    if (product != NULL)
      order->stock = voucher_list_next (store, product, &order->today, order->drafts->len, error);
    if (order->stock == NULL)
      return FALSE;
  }
  for (guint i = 0; i < order->drafts->len; i++)
    if (!price_draft (store, context, order, draft_at (order, i), error))
      return FALSE;
  return TRUE;
}

/* ---- judging ---- */

/* What the same person gets by the drafts before this one. */
static gint64
earlier_cents (const Order *order, const Draft *draft)
{
  gint64 cents = 0;
  for (guint i = 0; draft_at (order, i) != draft; i++)
    if (g_str_equal (draft_at (order, i)->recharge->person, draft->recharge->person))
      cents += draft_at (order, i)->recharge->amount.cents;
  return cents;
}

static gboolean
read_limits (Store *store, const Order *order, const Draft *draft, RechargeFacts *facts, GError **error)
{
  const Day *on = &order->on;
  Day first = *on, last;
  memcpy (first.text + 8, "01", 2);
  last = day_add_months (&first, 1);
  last = day_add (&last, -1);
  if (!recharge_sum_of_person (store, draft->recharge->person, &first, &last, &facts->month, error) ||
      !recharge_first_of_person (store, draft->recharge->person, &facts->first, error))
    return FALSE;
  facts->month.cents += earlier_cents (order, draft);
  return TRUE;
}

/* Who has the line, how many of their loans are overdue, and what they had so far. */
static gboolean
judge_line (Store *store, const ActionContext *context, const Order *order, const Draft *draft, Verdict *verdict,
            GError **error)
{
  g_autoptr (Person) holder = NULL;
  RechargeFacts facts = {.line = draft->thing.line,
                         .keep_alive = order->request->keep_alive,
                         .today = order->today,
                         .limits = context->limits,
                         .amount = draft->recharge->amount};
  if (draft->thing.loan != NULL) {
    holder = person_load (store, draft->thing.loan->person, error);
    g_autoptr (GPtrArray) loans = holder != NULL ? loan_list_open_of_person (store, holder->code, error) : NULL;
    if (loans == NULL || !read_limits (store, order, draft, &facts, error))
      return FALSE;
    facts.holder = holder->name;
    for (guint i = 0; i < loans->len; i++)
      facts.holder_overdue += loan_is_overdue (g_ptr_array_index (loans, i), &order->today);
  }
  recharge_judge (&facts, verdict);
  return TRUE;
}

static void
judge_voucher (const ActionContext *context, const Order *order, const Draft *draft, Verdict *verdict)
{
  const Line *line = draft->thing.line;
  if (draft->voucher == NULL)
    return;
  const VoucherFacts facts = {
      .voucher = draft->voucher,
      .line = line,
      .is_other_operator = line->operator_name != NULL &&
                           !offers_same_operator (context->offers, line->operator_name, draft->voucher->operator_name),
      .today = order->today};
  voucher_judge (&facts, verdict);
}

static gboolean
judge_fund (Store *store, Order *order, Verdict *verdict, GError **error)
{
  const char *text = order->request->fund;
  order->fund = field_is_absent (text) ? fund_only_one (store, STRAND_CONNECTION, &order->on, error)
                                       : fund_find (store, text, error);
  if (order->fund == NULL)
    return FALSE;
  SpendFacts facts = {.fund = order->fund,
                      .amount = order->total,
                      .strand = STRAND_CONNECTION,
                      .expense = EXPENSE_RECHARGE,
                      .today = order->on};
  fund_judge_spend (&facts, verdict);
  for (guint i = 0; i < order->drafts->len; i++)
    g_strlcpy (draft_at (order, i)->recharge->fund, order->fund->code, sizeof (Code));
  return TRUE;
}

static void
tell_total (const Order *order, Verdict *verdict)
{
  char lines[16], total[24], left[24];
  if (order->request->lines == NULL)
    return;
  g_snprintf (lines, sizeof lines, "%u", order->drafts->len);
  g_snprintf (total, sizeof total, "%" G_GINT64_FORMAT, order->total.cents);
  g_snprintf (left, sizeof left, "%" G_GINT64_FORMAT, fund_balance (order->fund).cents - order->total.cents);
  verdict_add (verdict, M_RECHARGE_TOTAL, lines, total, order->fund->name, left, NULL);
}

static gboolean
judge_all (Store *store, const ActionContext *context, Order *order, Verdict *verdict, GError **error)
{
  for (guint i = 0; i < order->drafts->len; i++) {
    const Draft *draft = draft_at (order, i);
    if (!judge_line (store, context, order, draft, verdict, error))
      return FALSE;
    judge_voucher (context, order, draft, verdict);
  }
  if (!judge_fund (store, order, verdict, error))
    return FALSE;
  tell_total (order, verdict);
  return TRUE;
}

/* ---- writing ---- */

static gboolean
write_journal (Store *store, const ActionContext *context, const Recharge *recharge, GError **error)
{
  g_autoptr (GString) subjects = g_string_new (NULL);
  g_string_printf (subjects, "%s %s %s", recharge->code, recharge->line, recharge->fund);
  if (recharge->person[0] != '\0')
    g_string_append_printf (subjects, " %s", recharge->person);
  if (recharge->voucher[0] != '\0')
    g_string_append_printf (subjects, " %s", recharge->voucher);
  g_autofree char *after =
      g_strdup_printf ("state=%s amount_cents=%" G_GINT64_FORMAT " on=%s%s", recharge_state_name (recharge->state),
                       recharge->amount.cents, recharge->on.text, recharge->keep_alive ? " keep_alive=1" : "");
  return action_journal (store, context, "recharge.add", subjects->str, NULL, after, error);
}

static gboolean
act (Store *store, const ActionContext *context, Draft *draft, GError **error)
{
  Recharge *recharge = draft->recharge;
  if (!action_new_code (store, 'R', recharge->code, error) || !recharge_insert (store, recharge, error) ||
      !fund_spend (store, recharge->fund, recharge->amount, recharge->code, "recharge.add", context->now, error) ||
      !write_journal (store, context, recharge, error))
    return FALSE;
  if (draft->voucher != NULL &&
      !state_move_voucher (store, draft->voucher->code, VOUCHER_STOCK, VOUCHER_RESERVED, error))
    return FALSE;
  return recharge->state != RECHARGE_CONFIRMED || line_tell (store, context, draft->thing.line, &draft->clocks, error);
}

static gboolean
act_all (Store *store, const ActionContext *context, Order *order, Outcome *outcome, GError **error)
{
  for (guint i = 0; i < order->drafts->len; i++) {
    if (!act (store, context, draft_at (order, i), error)) {
      action_explain (error, M_STALE, M_STALE);
      return FALSE;
    }
    outcome_add_code (outcome, draft_at (order, i)->recharge->code);
  }
  if (order->request->lines == NULL)
    outcome_add_code (outcome, draft_at (order, 0)->recharge->line);
  outcome_add_code (outcome, order->fund->code);
  return TRUE;
}

gboolean
recharge_line (Store *store, const ActionContext *context, const RechargeRequest *request, Outcome *outcome,
               GError **error)
{
  g_auto (Order) order = {.request = request, .today = day_of_instant (context->calendar, context->now)};
  order.drafts = g_ptr_array_new_with_free_func (draft_free);
  if (!find_lines (store, &order, error) || !check_voucher_fields (request, error) || !read_on (&order, error) ||
      !catalogue_init (&order.catalogue, store, context->offers, error) || !price_all (store, context, &order, error) ||
      !judge_all (store, context, &order, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  return act_all (store, context, &order, outcome, error);
}
