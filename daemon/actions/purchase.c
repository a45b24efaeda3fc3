/* purchase.add, purchase.cancel and purchase.assign: see purchase.h. */
#include "daemon/actions/purchase.h"
#include "daemon/actions/field.h"
#include "daemon/actions/fund.h"
#include "daemon/actions/wipe.h"
#include "daemon/rules/code.h"
#include "daemon/rules/field.h"
#include "daemon/rules/fund.h"
#include "db/fund.h"
#include "db/item.h"
#include <string.h>

#define HASH_LETTERS 64
#define THINGS_MAX   1000

/* An invoice on its way. */
typedef struct {
  Purchase *purchase;
  Fund *fund;
  GPtrArray *items; /* of Item; empty: counted things */
  Expense expense;  /* of counted things */
  Money *shares;    /* purchase->n_shares of them */
} Order;

static void
order_clear (Order *order)
{
  purchase_free (order->purchase);
  fund_free (order->fund);
  g_clear_pointer (&order->items, g_ptr_array_unref);
  g_free (order->shares);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Order, order_clear)

static const Item *
item_at (const Order *order, guint i)
{
  return i < order->items->len ? g_ptr_array_index (order->items, i) : NULL;
}

/* ---- reading ---- */

gboolean
paper_hash_read (const char *text, char **hash, GError **error)
{
  *hash = NULL;
  if (field_is_absent (text))
    return TRUE;
  g_autofree char *small = g_strstrip (g_ascii_strdown (text, -1));
  if (strlen (small) != HASH_LETTERS || strspn (small, "0123456789abcdef") != HASH_LETTERS) {
    rule_error_set (error, M_PAPER_HASH, NULL);
    return FALSE;
  }
  *hash = g_steal_pointer (&small);
  return TRUE;
}

gboolean
paper_day_read (const ActionContext *context, const char *text, Day *day, GError **error)
{
  const Day today = day_of_instant (context->calendar, context->now);
  Day read = today;
  if (!field_is_absent (text) && !day_parse (text, &read, error))
    return FALSE;
  if (strcmp (read.text, today.text) > 0) {
    rule_error_set (error, M_DAY_TO_COME, read.text, NULL);
    return FALSE;
  }
  *day = read;
  return TRUE;
}

static gboolean
required_text (const char *name, const char *text, char **value, GError **error)
{
  if (!field_text (name, text, value, error))
    return FALSE;
  if (*value == NULL)
    rule_error_set (error, M_FIELD_MISSING, name, NULL);
  return *value != NULL;
}

static gboolean
add_item (Store *store, Order *order, const char *text, GError **error)
{
  Item *item = wipe_find_item (store, text, error);
  if (item == NULL)
    return FALSE;
  for (guint i = 0; i < order->items->len; i++)
    if (g_str_equal (item_at (order, i)->code, item->code)) {
      rule_error_set (error, M_THING_TWICE, item->code, NULL);
      item_free (item);
      return FALSE;
    }
  g_ptr_array_add (order->items, item);
  return TRUE;
}

static gboolean
read_count (const PurchaseRequest *request, Order *order, GError **error)
{
  ItemKind kind = KIND_TABLET;
  if (*request->count < 1 || *request->count > THINGS_MAX) {
    rule_error_set (error, M_FIELD_RANGE, "count", "1", G_STRINGIFY (THINGS_MAX), NULL);
    return FALSE;
  }
  if (!field_is_absent (request->kind) && !item_kind_parse (request->kind, &kind)) {
    rule_error_set (error, M_ITEM_KIND_UNKNOWN, request->kind, NULL);
    return FALSE;
  }
  order->expense = expense_of_item (kind);
  order->purchase->n_shares = *request->count;
  return TRUE;
}

static gboolean
read_things (Store *store, const PurchaseRequest *request, Order *order, GError **error)
{
  gboolean has_items = request->items != NULL && request->items[0] != NULL;
  if (has_items == (request->count != NULL)) {
    rule_error_set (error, M_PURCHASE_THINGS, NULL);
    return FALSE;
  }
  if (!has_items)
    return read_count (request, order, error);
  for (const char *const *text = request->items; *text != NULL; text++)
    if (!add_item (store, order, *text, error))
      return FALSE;
  order->purchase->n_shares = order->items->len;
  return TRUE;
}

static gboolean
read_order (Store *store, const ActionContext *context, const PurchaseRequest *request, Order *order, GError **error)
{
  Purchase *purchase = order->purchase;
  if (!required_text ("supplier", request->supplier, &purchase->supplier, error) ||
      !required_text ("invoice", request->invoice, &purchase->invoice, error) ||
      !paper_hash_read (request->paper_hash, &purchase->paper_hash, error) ||
      !paper_day_read (context, request->on, &purchase->on, error) ||
      !field_amount ("total", request->total, request->total_cents, TRUE, &purchase->total, error) ||
      !read_things (store, request, order, error))
    return FALSE;
  order->fund = fund_find (store, request->fund, error);
  if (order->fund == NULL)
    return FALSE;
  g_strlcpy (purchase->fund, order->fund->code, sizeof purchase->fund);
  purchase->at = context->now;
  order->shares = g_new0 (Money, purchase->n_shares);
  money_split (purchase->total, (guint)purchase->n_shares, order->shares);
  return TRUE;
}

/* ---- judging ---- */

/* The balance and the period are judged once, the kind of each thing on its own. */
static void
judge_money (const Order *order, Verdict *verdict)
{
  SpendFacts facts = {.fund = order->fund,
                      .amount = order->purchase->total,
                      .strand = STRAND_EQUIPMENT,
                      .expense = order->expense,
                      .today = order->purchase->on};
  const Item *first = item_at (order, 0);
  for (guint i = 0; first != NULL && i < order->items->len; i++)
    if (!fund_pays (order->fund, expense_of_item (item_at (order, i)->kind))) {
      first = item_at (order, i);
      break;
    }
  if (first != NULL)
    facts.expense = expense_of_item (first->kind);
  fund_judge_spend (&facts, verdict);
}

static void
judge_items (const Order *order, Verdict *verdict)
{
  char price[24];
  for (guint i = 0; i < order->items->len; i++) {
    const Item *item = item_at (order, i);
    g_snprintf (price, sizeof price, "%" G_GINT64_FORMAT, item->price.cents);
    if (item->price.cents != 0 || item->fund[0] != '\0')
      verdict_add (verdict, M_PURCHASE_PRICED, item->code, price, NULL);
  }
}

/* Who takes one cent more: "1 .. 10", or the codes. Caller frees. */
static char *
first_things (const Order *order, gint64 n)
{
  g_autoptr (GString) names = g_string_new (NULL);
  if (order->items->len == 0) {
    g_string_printf (names, "1 - %" G_GINT64_FORMAT, n);
    return g_strdup (names->str);
  }
  for (guint i = 0; i < n; i++) {
    g_autofree char *code = code_display (item_at (order, i)->code);
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", code);
  }
  return g_strdup (names->str);
}

static void
tell_split (const Order *order, Verdict *verdict)
{
  const Purchase *purchase = order->purchase;
  gint64 extra = purchase->total.cents % purchase->n_shares;
  g_autofree char *total = g_strdup_printf ("%" G_GINT64_FORMAT, purchase->total.cents);
  g_autofree char *things = g_strdup_printf ("%" G_GINT64_FORMAT, purchase->n_shares);
  g_autofree char *more = g_strdup_printf ("%" G_GINT64_FORMAT, order->shares[0].cents);
  g_autofree char *less = g_strdup_printf ("%" G_GINT64_FORMAT, order->shares[purchase->n_shares - 1].cents);
  g_autofree char *n = g_strdup_printf ("%" G_GINT64_FORMAT, extra);
  g_autofree char *names = first_things (order, extra);
  verdict_add (verdict, M_PURCHASE_SPLIT, total, things, NULL);
  if (extra > 0)
    verdict_add (verdict, M_PURCHASE_EXTRA, more, less, n, names, NULL);
  if (purchase->paper_hash == NULL)
    verdict_add (verdict, M_PAPER_MISSING, NULL);
}

/* One paper is entered once, however its supplier's name is written. */
static gboolean
judge_paper (Store *store, const Purchase *purchase, Verdict *verdict, GError **error)
{
  g_autoptr (GPtrArray) standing = purchase_list_standing (store, purchase->invoice, error);
  for (guint i = 0; standing != NULL && i < standing->len; i++) {
    const Purchase *same = g_ptr_array_index (standing, i);
    if (field_same_word (same->supplier, purchase->supplier))
      verdict_add (verdict, M_PURCHASE_KNOWN, same->supplier, purchase->invoice, same->code, NULL);
  }
  return standing != NULL;
}

static gboolean
judge (Store *store, const Order *order, Verdict *verdict, GError **error)
{
  if (!judge_paper (store, order->purchase, verdict, error))
    return FALSE;
  judge_money (order, verdict);
  judge_items (order, verdict);
  tell_split (order, verdict);
  return TRUE;
}

/* ---- writing ---- */

static gboolean
write_share (Store *store, const Order *order, guint i, GError **error)
{
  const Purchase *purchase = order->purchase;
  const Item *item = item_at (order, i);
  PurchaseShare share = {.number = i + 1, .price = order->shares[i]};
  if (item != NULL)
    g_strlcpy (share.item, item->code, sizeof share.item);
  return purchase_share_insert (store, purchase->code, &share, error) &&
         (item == NULL ||
          item_set_price (store, item->code, money_of_cents (0), "", share.price, purchase->fund, error));
}

/* The items too, as long as they are few: a line of the journal is read whole. */
static gboolean
journal_it (Store *store, const ActionContext *context, const char *verb, const Purchase *purchase, const char *before,
            GError **error)
{
  g_autofree char *subjects = g_strjoin (" ", purchase->code, purchase->fund, NULL);
  g_autofree char *after =
      g_strdup_printf ("state=%s total_cents=%" G_GINT64_FORMAT " shares=%" G_GINT64_FORMAT " on=%s paper_hash=%s",
                       purchase->cancelled_at == 0 ? "standing" : "cancelled", purchase->total.cents,
                       purchase->n_shares, purchase->on.text, purchase->paper_hash != NULL ? purchase->paper_hash : "");
  return action_journal (store, context, verb, subjects, before, after, error);
}

static gboolean
write_order (Store *store, const ActionContext *context, Order *order, GError **error)
{
  Purchase *purchase = order->purchase;
  if (!action_new_code (store, 'D', purchase->code, error) || !purchase_insert (store, purchase, error))
    return FALSE;
  for (guint i = 0; i < purchase->n_shares; i++)
    if (!write_share (store, order, i, error))
      return FALSE;
  return fund_spend (store, purchase->fund, purchase->total, purchase->code, "purchase.add", context->now, error) &&
         journal_it (store, context, "purchase.add", purchase, NULL, error);
}

static void
destroy_item (gpointer item)
{
  item_free (item);
}

gboolean
purchase_add (Store *store, const ActionContext *context, const PurchaseRequest *request, Outcome *outcome,
              GError **error)
{
  g_auto (Order) order = {.purchase = g_new0 (Purchase, 1)};
  order.items = g_ptr_array_new_with_free_func (destroy_item);
  if (!read_order (store, context, request, &order, error) || !judge (store, &order, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!write_order (store, context, &order, error)) {
    action_explain (error, M_ALREADY_KNOWN, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, order.purchase->code);
  outcome_add_code (outcome, order.purchase->fund);
  return TRUE;
}

/* ---- purchase.cancel ---- */

static gboolean
take_prices_back (Store *store, const Purchase *purchase, GError **error)
{
  g_autoptr (GPtrArray) shares = purchase_share_list (store, purchase->code, error);
  for (guint i = 0; shares != NULL && i < shares->len; i++) {
    const PurchaseShare *share = g_ptr_array_index (shares, i);
    if (share->item[0] != '\0' &&
        !item_set_price (store, share->item, share->price, purchase->fund, money_of_cents (0), "", error))
      return FALSE;
  }
  return shares != NULL;
}

static gboolean
undo (Store *store, const ActionContext *context, Purchase *purchase, GError **error)
{
  purchase->cancelled_at = context->now;
  return purchase_cancel (store, purchase->code, context->now, error) && take_prices_back (store, purchase, error) &&
         fund_credit (store, purchase->fund, purchase->total, purchase->code, "purchase.cancel", context->now, error) &&
         journal_it (store, context, "purchase.cancel", purchase, "state=standing", error);
}

static gboolean
judge_undo (Store *store, const ActionContext *context, const Purchase *purchase, Verdict *verdict, GError **error)
{
  char total[24];
  g_snprintf (total, sizeof total, "%" G_GINT64_FORMAT, purchase->total.cents);
  g_autoptr (Fund) fund = fund_load (store, purchase->fund, error);
  if (fund == NULL)
    return FALSE;
  if (purchase->cancelled_at != 0)
    verdict_add (verdict, M_PURCHASE_CANCELLED, purchase->code, NULL);
  else
    verdict_add (verdict, M_PURCHASE_BACK, total, fund->name, NULL);
  if (!field_is_absent (context->comment) || context->is_preview || purchase->cancelled_at != 0)
    return TRUE;
  rule_error_set (error, M_CHANGE_REASON, NULL);
  return FALSE;
}

/* Caller frees. */
static Purchase *
find_purchase (Store *store, const char *text, GError **error)
{
  Code code;
  if (!code_parse_kind (text, "D", code, error))
    return NULL;
  Purchase *purchase = purchase_load (store, code, error);
  action_explain_missing (error, M_PURCHASE_NOT_FOUND, code);
  return purchase;
}

gboolean
purchase_undo (Store *store, const ActionContext *context, const PurchaseCancelRequest *request, Outcome *outcome,
               GError **error)
{
  g_autoptr (Purchase) purchase = find_purchase (store, request->purchase, error);
  if (purchase == NULL || !judge_undo (store, context, purchase, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!undo (store, context, purchase, error)) {
    action_explain (error, M_STALE, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, purchase->code);
  outcome_add_code (outcome, purchase->fund);
  return TRUE;
}

/* ---- purchase.assign ---- */

/* The shares that name nothing yet. */
static GPtrArray *
free_shares (Store *store, const Purchase *purchase, GError **error)
{
  GPtrArray *shares = purchase_share_list (store, purchase->code, error);
  for (guint i = shares != NULL ? shares->len : 0; i > 0; i--)
    if (((const PurchaseShare *)g_ptr_array_index (shares, i - 1))->item[0] != '\0')
      g_ptr_array_remove_index (shares, i - 1);
  return shares;
}

static gboolean
read_assigned (Store *store, const PurchaseAssignRequest *request, Order *order, GError **error)
{
  order->purchase = find_purchase (store, request->purchase, error);
  order->fund = order->purchase != NULL ? fund_load (store, order->purchase->fund, error) : NULL;
  if (order->fund == NULL)
    return FALSE;
  if (request->items == NULL || request->items[0] == NULL) {
    rule_error_set (error, M_FIELD_MISSING, "items", NULL);
    return FALSE;
  }
  for (const char *const *text = request->items; *text != NULL; text++)
    if (!add_item (store, order, *text, error))
      return FALSE;
  return TRUE;
}

static void
judge_assigned (const Order *order, const GPtrArray *shares, Verdict *verdict)
{
  g_autofree char *left = g_strdup_printf ("%u", shares->len);
  g_autofree char *asked = g_strdup_printf ("%u", order->items->len);
  if (order->purchase->cancelled_at != 0)
    verdict_add (verdict, M_PURCHASE_CANCELLED, order->purchase->code, NULL);
  else if (order->items->len > shares->len)
    verdict_add (verdict, M_PURCHASE_FULL, order->purchase->code, left, asked, NULL);
  judge_items (order, verdict);
}

static gboolean
write_assigned (Store *store, const ActionContext *context, const Order *order, const GPtrArray *shares, GError **error)
{
  const Purchase *purchase = order->purchase;
  g_autoptr (GString) subjects = g_string_new (purchase->code);
  for (guint i = 0; i < order->items->len; i++) {
    const PurchaseShare *share = g_ptr_array_index (shares, i);
    const Item *item = item_at (order, i);
    if (!purchase_share_assign (store, purchase->code, share->number, item->code, error) ||
        !item_set_price (store, item->code, money_of_cents (0), "", share->price, purchase->fund, error))
      return FALSE;
    g_string_append_printf (subjects, " %s", item->code);
  }
  return action_journal (store, context, "purchase.assign", subjects->str, NULL, NULL, error);
}

gboolean
purchase_assign (Store *store, const ActionContext *context, const PurchaseAssignRequest *request, Outcome *outcome,
                 GError **error)
{
  g_auto (Order) order = {.items = g_ptr_array_new_with_free_func (destroy_item)};
  if (!read_assigned (store, request, &order, error))
    return FALSE;
  g_autoptr (GPtrArray) shares = free_shares (store, order.purchase, error);
  if (shares == NULL)
    return FALSE;
  judge_assigned (&order, shares, outcome->verdict);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!write_assigned (store, context, &order, shares, error)) {
    action_explain (error, M_STALE, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, order.purchase->code);
  outcome_add_code (outcome, order.purchase->fund);
  return TRUE;
}
