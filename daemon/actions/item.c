/* item.add: see item.h. */
#include "daemon/actions/item.h"
#include "daemon/actions/state.h"
#include "daemon/actions/field.h"
#include "daemon/actions/fund.h"
#include "daemon/actions/piece.h"
#include "daemon/rules/field.h"
#include "daemon/rules/fund.h"
#include "daemon/rules/item.h"
#include "db/fund.h"
#include "db/item.h"
#include <string.h>

static gboolean
kind_of_text (const char *text, ItemKind *kind, GError **error)
{
  if (field_is_absent (text)) {
    *kind = KIND_TABLET;
    return TRUE;
  }
  if (item_kind_parse (text, kind))
    return TRUE;
  rule_error_set (error, M_ITEM_KIND_UNKNOWN, text, NULL);
  return FALSE;
}

/* The item without code, fund and state. */
static Item *
item_of_request (const ItemRequest *request, GError **error)
{
  g_autoptr (Item) item = g_new0 (Item, 1);
  item->serial = serial_check (request->serial, error);
  if (item->serial == NULL || !kind_of_text (request->kind, &item->kind, error) ||
      !field_text ("model", request->model, &item->model, error) ||
      !field_checked (imei_check, request->imei, &item->imei, error) ||
      !field_checked (inventory_check, request->inventory_no, &item->inventory_no, error) ||
      !field_amount ("price", request->price, request->price_cents, FALSE, &item->price, error))
    return NULL;
  return g_steal_pointer (&item);
}

/* The three numbers that belong to one item only. */
static const struct {
  Item *(*load) (Store *store, const char *value, GError **error);
  size_t offset;
  MessageId known;
} unique_fields[] = {
    {item_load_by_serial, offsetof (Item, serial), M_SERIAL_KNOWN},
    {item_load_by_imei, offsetof (Item, imei), M_IMEI_KNOWN},
    {item_load_by_inventory_no, offsetof (Item, inventory_no), M_INVENTORY_KNOWN},
};

static const char *
text_at (const Item *item, size_t offset)
{
  return *(char *const *)((const char *)item + offset);
}

static void
claim (const Item *item, Claims *claims)
{
  claims_add (claims, "serial", item->serial);
  claims_add (claims, "imei", item->imei);
  claims_add (claims, "inventory_no", item->inventory_no);
}

static gboolean
judge_new (Store *store, const Item *item, Verdict *verdict, GError **error)
{
  g_auto (Claims) claims = {0};
  claim (item, &claims);
  for (gsize i = 0; i < G_N_ELEMENTS (unique_fields); i++) {
    g_autoptr (GError) problem = NULL;
    const char *value = text_at (item, unique_fields[i].offset);
    if (value == NULL)
      continue;
    g_autoptr (Item) other = unique_fields[i].load (store, value, &problem);
    if (other != NULL) {
      verdict_add (verdict, unique_fields[i].known, value, other->code, NULL);
    } else if (!g_error_matches (problem, DB_ERROR, DB_ERROR_NOT_FOUND)) {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  }
  return claims_judge (store, &claims, verdict, error);
}

/* Names trimmed, each piece once. NULL with error. */
static GPtrArray *
piece_names (const char *const *pieces, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  for (; pieces != NULL && *pieces != NULL; pieces++) {
    g_autofree char *name = NULL;
    if (!field_text ("pieces", *pieces, &name, error))
      return NULL;
    for (guint i = 0; name != NULL && i < names->len; i++)
      if (piece_same_name (name, g_ptr_array_index (names, i))) {
        rule_error_set (error, M_PIECE_TWICE, name, NULL);
        return NULL;
      }
    if (name != NULL)
      g_ptr_array_add (names, g_steal_pointer (&name));
  }
  return g_steal_pointer (&names);
}

static gboolean
judge_price (Store *store, const ActionContext *context, const ItemRequest *request, Item *item, Verdict *verdict,
             GError **error)
{
  if (field_is_absent (request->fund))
    return TRUE;
  if (item->price.cents == 0) {
    rule_error_set (error, M_FIELD_MISSING, "price", NULL);
    return FALSE;
  }
  g_autoptr (Fund) fund = fund_find (store, request->fund, error);
  if (fund == NULL)
    return FALSE;
  SpendFacts facts = {.fund = fund,
                      .amount = item->price,
                      .strand = STRAND_EQUIPMENT,
                      .expense = expense_of_item (item->kind),
                      .today = day_of_instant (context->calendar, context->now)};
  fund_judge_spend (&facts, verdict);
  g_strlcpy (item->fund, fund->code, sizeof item->fund);
  return TRUE;
}

static gboolean
insert_pieces (Store *store, const char *item, const GPtrArray *names, GError **error)
{
  for (guint i = 0; i < names->len; i++) {
    Piece piece = {.name = g_ptr_array_index (names, i), .state = PIECE_PRESENT};
    g_strlcpy (piece.item, item, sizeof piece.item);
    if (!action_new_code (store, 'K', piece.code, error) || !piece_insert (store, &piece, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
insert_item (Store *store, const ActionContext *context, Item *item, const GPtrArray *names, GError **error)
{
  item->state = ITEM_NEW;
  item->created_at = context->now;
  if (!action_new_code (store, 'T', item->code, error) || !item_insert (store, item, error) ||
      !state_move_item (store, item->code, ITEM_NEW, ITEM_TO_WIPE, NULL, error) ||
      !insert_pieces (store, item->code, names, error))
    return FALSE;
  return item->fund[0] == '\0' ||
         fund_spend (store, item->fund, item->price, item->code, "item.add", context->now, error);
}

static gboolean
journal_item (Store *store, const ActionContext *context, const Item *item, guint n_pieces, GError **error)
{
  g_autofree char *subjects = g_strjoin (item->fund[0] != '\0' ? " " : "", item->code, item->fund, NULL);
  g_autofree char *after =
      g_strdup_printf ("state=to_wipe pieces=%u price_cents=%" G_GINT64_FORMAT, n_pieces, item->price.cents);
  return action_journal (store, context, "item.add", subjects, "state=new", after, error);
}

gboolean
item_add (Store *store, const ActionContext *context, const ItemRequest *request, Outcome *outcome, GError **error)
{
  g_autoptr (Item) item = item_of_request (request, error);
  if (item == NULL)
    return FALSE;
  g_autoptr (GPtrArray) names = piece_names (request->pieces, error);
  if (names == NULL || !judge_new (store, item, outcome->verdict, error) ||
      !judge_price (store, context, request, item, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!insert_item (store, context, item, names, error) || !journal_item (store, context, item, names->len, error)) {
    action_explain (error, M_ALREADY_KNOWN, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, item->code);
  if (item->fund[0] != '\0')
    outcome_add_code (outcome, item->fund);
  return TRUE;
}

gboolean
item_claims (Store *store, const ItemRequest *request, Claims *claims, GError **error)
{
  g_autoptr (Item) item = item_of_request (request, error);
  if (item == NULL)
    return FALSE;
  gboolean is_paid = !field_is_absent (request->fund);
  g_autoptr (Fund) fund = is_paid ? fund_find (store, request->fund, error) : NULL;
  if (is_paid && fund == NULL)
    return FALSE;
  claim (item, claims);
  claims->price = item->price;
  claims->expense = expense_of_item (item->kind);
  g_strlcpy (claims->fund, is_paid ? fund->code : "", sizeof claims->fund);
  return TRUE;
}

/* What the request says and the register says otherwise. What the request leaves open does not differ. */
static const char *
difference (const Item *asked, const Item *kept)
{
  if (asked->model != NULL && g_strcmp0 (asked->model, kept->model) != 0)
    return "model";
  if (asked->imei != NULL && g_strcmp0 (asked->imei, kept->imei) != 0)
    return "imei";
  if (asked->inventory_no != NULL && g_strcmp0 (asked->inventory_no, kept->inventory_no) != 0)
    return "inventory_no";
  if (asked->price.cents != 0 && asked->price.cents != kept->price.cents)
    return "price";
  return NULL;
}

gboolean
item_known (Store *store, const ItemRequest *request, Code code, const char **differs, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (Item) asked = item_of_request (request, error);
  if (asked == NULL)
    return FALSE;
  g_autoptr (Item) kept = item_load_by_serial (store, asked->serial, &problem);
  if (kept == NULL && !g_error_matches (problem, DB_ERROR, DB_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  g_strlcpy (code, kept != NULL ? kept->code : "", sizeof (Code));
  *differs = kept != NULL ? difference (asked, kept) : NULL;
  return TRUE;
}
