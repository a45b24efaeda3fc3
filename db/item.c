/* Lent devices. Their pieces are in piece.c. */
#include "db/item.h"
#include "db/row.h"
#include <string.h>

#define SELECT_ITEM                                                                                                    \
  "SELECT code, kind, serial, model, imei, inventory_no, price, fund, state, state_reason, created_at FROM item "
enum { CODE, KIND, SERIAL, MODEL, IMEI, INVENTORY_NO, PRICE, FUND, STATE, STATE_REASON, CREATED_AT };
/* Devices that are still ours: the condition of the partial unique indexes. */
#define STILL_OURS "state NOT IN ('retired', 'donated')"

void
item_free (Item *item)
{
  if (item == NULL)
    return;
  g_free (item->serial);
  g_free (item->model);
  g_free (item->imei);
  g_free (item->inventory_no);
  g_free (item->state_reason);
  g_free (item);
}

static void
item_destroy (gpointer item)
{
  item_free (item);
}

static gpointer
item_read (Rows *rows, GError **error)
{
  g_autoptr (Item) item = g_new0 (Item, 1);
  row_code (rows, CODE, item->code);
  item->serial = row_dup (rows, SERIAL);
  item->model = row_dup (rows, MODEL);
  item->imei = row_dup (rows, IMEI);
  item->inventory_no = row_dup (rows, INVENTORY_NO);
  item->price = money_of_cents (rows_int (rows, PRICE));
  row_code (rows, FUND, item->fund);
  item->state_reason = row_dup (rows, STATE_REASON);
  item->created_at = rows_int (rows, CREATED_AT);
  if (!item_kind_parse (rows_text (rows, KIND), &item->kind) ||
      !item_state_parse (rows_text (rows, STATE), &item->state))
    return row_unreadable ("item", item->code, error);
  return g_steal_pointer (&item);
}

static const RowKind item_row = {"item", item_read, item_destroy};

/* In the row of the store's site. One statement for both rows of a move would make SQLite build a table of their keys each time. */
static gboolean
count (Store *store, const char *state, gint64 more, GError **error)
{
  return store_send (store, error, "UPDATE item_count SET items = items + $3 WHERE site = $2 AND state = $1", "ssi",
                     state, store_site (store), more);
}

/* What store_search finds it by. */
static gboolean
put_words (Store *store, const Item *item, GError **error)
{
  g_autofree char *words =
      g_strjoin (" ", item->code, item->serial != NULL ? item->serial : "", item->model != NULL ? item->model : "",
                 item->imei != NULL ? item->imei : "", item->inventory_no != NULL ? item->inventory_no : "", NULL);
  return store_search_put (store, item->code, "item", words, error);
}

gboolean
item_set_identity (Store *store, const char *code, const char *model, const char *imei, GError **error)
{
  gint64 changed;
  if (!store_run (store, &changed, error, "UPDATE item SET model = $2, imei = $3 WHERE code = $1", "sss", code, model,
                  imei) ||
      !row_changed (changed, DB_ERROR_NOT_FOUND, "item", code, error))
    return FALSE;
  g_autoptr (Item) item = item_load (store, code, error);
  return item != NULL && put_words (store, item, error);
}

gboolean
item_insert (Store *store, const Item *item, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO item (code, kind, serial, model, imei, inventory_no, price, fund, state, state_reason,"
                    " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                    "ssssssisssi", item->code, item_kind_name (item->kind), item->serial, item->model, item->imei,
                    item->inventory_no, item->price.cents, row_null_if_empty (item->fund),
                    item_state_name (item->state), item->state_reason, item->created_at) &&
         count (store, item_state_name (item->state), 1, error) && put_words (store, item, error);
}

static const char by_code[] = SELECT_ITEM "WHERE code = $1";

Item *
item_load (Store *store, const char *code, GError **error)
{
  return row_one (&item_row, store_query (store, error, by_code, "s", code), code, error);
}

void
item_expect (Store *store, const char *code)
{
  store_expect (store, by_code, "s", code);
}

Item *
item_load_by_serial (Store *store, const char *serial, GError **error)
{
  return row_one (&item_row, store_query (store, error, SELECT_ITEM "WHERE serial = $1 AND " STILL_OURS, "s", serial),
                  "with that serial", error);
}

Item *
item_load_by_imei (Store *store, const char *imei, GError **error)
{
  return row_one (&item_row, store_query (store, error, SELECT_ITEM "WHERE imei = $1 AND " STILL_OURS, "s", imei),
                  "with that IMEI", error);
}

Item *
item_load_by_inventory_no (Store *store, const char *inventory_no, GError **error)
{
  return row_one (&item_row, store_query (store, error, SELECT_ITEM "WHERE inventory_no = $1", "s", inventory_no),
                  "with that inventory number", error);
}

GPtrArray *
item_list (Store *store, const ItemFilter *filter, const char *after_code, guint limit, GError **error)
{
#define PAGE "code > $3 ORDER BY code LIMIT $4"
  /* one statement a case, so that each uses its index; [by state][by kind] */
  static const char *const statements[2][2] = {
      {SELECT_ITEM "WHERE $1 = $1 AND $2 = $2 AND " PAGE, SELECT_ITEM "WHERE $1 = $1 AND kind = $2 AND " PAGE},
      {SELECT_ITEM "WHERE state = $1 AND $2 = $2 AND " PAGE, SELECT_ITEM "WHERE state = $1 AND kind = $2 AND " PAGE},
  };
#undef PAGE
  gboolean by_state = filter != NULL && filter->state != NULL;
  gboolean by_kind = filter != NULL && filter->kind != NULL;
  Rows *rows = store_query (
      store, error, statements[by_state][by_kind], "sssi", by_state ? item_state_name (*filter->state) : "",
      by_kind ? item_kind_name (*filter->kind) : "", after_code != NULL ? after_code : "", (gint64)limit);
  return row_all (&item_row, rows, error);
}

/* rows (taken; NULL = the query failed): state and number. */
static gboolean
read_counts (Rows *rows, gint64 counts[ITEM_STATES_N], GError **error)
{
  g_autoptr (Rows) owned = rows;
  if (owned == NULL)
    return FALSE;
  gint64 found[ITEM_STATES_N] = {0};
  g_autoptr (GError) failure = NULL;
  while (rows_next (owned, &failure)) {
    ItemState state;
    if (!item_state_parse (rows_text (owned, 0), &state))
      return row_unreadable ("item", "in some state", error) != NULL;
    found[state] = rows_int (owned, 1);
  }
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  memcpy (counts, found, sizeof found);
  return TRUE;
}

gboolean
item_count_by_state (Store *store, gint64 counts[ITEM_STATES_N], GError **error)
{
  return read_counts (
      store_query (store, error, "SELECT state, CAST(SUM(items) AS BIGINT) FROM item_count GROUP BY state", ""), counts,
      error);
}

gboolean
item_recount (Store *store, gint64 counts[ITEM_STATES_N], GError **error)
{
  return store_take_time (store, error) &&
         read_counts (store_query (store, error, "SELECT state, COUNT(*) FROM item GROUP BY state", ""), counts, error);
}

gboolean
item_set_price (Store *store, const char *code, Money from, const char *from_fund, Money to, const char *to_fund,
                GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE item SET price = $4, fund = $5 WHERE code = $1 AND price = $2 AND COALESCE(fund, '') = $3",
                    "sisis", code, from.cents, from_fund, to.cents, row_null_if_empty (to_fund)) &&
         row_changed (changed, DB_ERROR_STALE, "item", code, error);
}

gboolean
item_set_state (Store *store, const char *code, ItemState from, ItemState to, const char *reason, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error,
                    "UPDATE item SET state = $3, state_reason = $4 WHERE code = $1 AND state = $2", "ssss", code,
                    item_state_name (from), item_state_name (to), reason) &&
         row_changed (changed, DB_ERROR_STALE, "item", code, error) &&
         count (store, item_state_name (from), -1, error) && count (store, item_state_name (to), 1, error);
}
