/* Lent devices (tablets, hotspots, laptops ...) and the pieces that travel with them. Whether a change of state is allowed is
 * decided by daemon/rules/; here a change is only conditional on the old state. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Free the record and its strings. Accept NULL. */
void item_free (Item *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Item, item_free)
void piece_free (Piece *piece);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Piece, piece_free)

/* Adds an item and makes it findable by store_search (serial, model, IMEI, inventory number). serial, model, imei,
 * inventory_no and state_reason may be NULL. DB_ERROR_UNIQUE: the serial or IMEI belongs to an item that is neither retired
 * nor donated, or the inventory number was ever used; DB_ERROR_CHECK: negative price, inventory number over 25 characters;
 * DB_ERROR_FOREIGN: no such fund. Paying with the fund is fund_spend's. */
gboolean item_insert (Store *store, const Item *item, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Item *item_load (Store *store, const char *code, GError **error);
void item_expect (Store *store, const char *code); /* store_expect what item_load asks */
/* The item with that serial (or IMEI) that is neither retired nor donated; DB_ERROR_NOT_FOUND when there is none. */
Item *item_load_by_serial (Store *store, const char *serial, GError **error);
Item *item_load_by_imei (Store *store, const char *imei, GError **error);
/* The item with that inventory number, whatever its state: numbers are never used again. DB_ERROR_NOT_FOUND. */
Item *item_load_by_inventory_no (Store *store, const char *inventory_no, GError **error);

/* Which items a list holds. NULL fields let everything through. Not owned. */
typedef struct {
  const ItemState *state;
  const ItemKind *kind;
} ItemFilter;
/* At most limit items in the order of their codes, those after after_code (NULL or "" = from the first). filter NULL = all.
 * Array of Item that frees them; caller unrefs. */
GPtrArray *item_list (Store *store, const ItemFilter *filter, const char *after_code, guint limit, GError **error);
/* How many items are in each state, indexed by ItemState: kept up with every change, not counted. */
gboolean item_count_by_state (Store *store, gint64 counts[ITEM_STATES_N], GError **error);
/* The same, counted: reads every item. For the check of a backup. */
gboolean item_recount (Store *store, gint64 counts[ITEM_STATES_N], GError **error);
/* What was read of it takes the place of what is there (NULL: not known), also for store_search. DB_ERROR_UNIQUE: the IMEI is another's;
 * DB_ERROR_NOT_FOUND. */
gboolean item_set_identity (Store *store, const char *code, const char *model, const char *imei, GError **error);
/* Writes what a thing cost and which fund paid it, and takes it back: fund "" and price 0. DB_ERROR_STALE when it is not `from` and paid by
 * from_fund ("" for none) any more, or does not exist. */
gboolean item_set_price (Store *store, const char *code, Money from, const char *from_fund, Money to,
                         const char *to_fund, GError **error);
/* The only function that changes an item's state. reason (may be NULL) replaces the old one. DB_ERROR_STALE when the item is
 * not in the state `from`, or does not exist; DB_ERROR_UNIQUE when coming back from retired and the serial was given again. */
gboolean item_set_state (Store *store, const char *code, ItemState from, ItemState to, const char *reason,
                         GError **error);

/* Adds a piece of an item. DB_ERROR_FOREIGN: no such item. */
gboolean piece_insert (Store *store, const Piece *piece, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Piece *piece_load (Store *store, const char *code, GError **error);
/* All pieces of an item, by code. Array of Piece, maybe empty; caller unrefs. */
GPtrArray *piece_list (Store *store, const char *item, GError **error);
void piece_expect_list (Store *store, const char *item); /* store_expect what piece_list asks */
/* DB_ERROR_STALE when the piece is not in the state `from`, or does not exist. */
gboolean piece_set_state (Store *store, const char *code, PieceState from, PieceState to, GError **error);
