/* Writing down a tablet (or a hotspot, a laptop ...) with its pieces, and paying it from a fund. Not its later life. */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/actions/claim.h"

/* As typed or imported; borrowed, NULL or "" = absent. */
typedef struct {
  const char *kind;   /* "tablet" (also when absent), "hotspot", "laptop", "other" */
  const char *serial; /* required */
  const char *model, *imei, *inventory_no;
  const char *price;         /* "526,67"; not together with price_cents */
  const gint64 *price_cents; /* NULL = absent */
  const char *fund;          /* code: pays the price in the same transaction */
  const char *const *pieces; /* names ("sleeve", "housse"), NULL-terminated, or NULL */
} ItemRequest;
/* Verb "item.add". A new item is never lent as it comes: it goes new -> to_wipe at once, and from there by a wipe or a waiver.
 * outcome: the item's code, then the fund's. RULE_ERROR: M_SERIAL_*, M_SERIAL_KNOWN,
 * M_IMEI_KNOWN, M_INVENTORY_KNOWN, M_FIELD_MISSING (a fund without a price), M_PIECE_TWICE, and the fund's verdict. */
gboolean item_add (Store *store, const ActionContext *context, const ItemRequest *request, Outcome *outcome,
                   GError **error);
/* What the request would take: serial, IMEI, inventory number, and its price from the fund. Errors as item_add. Caller clears claims, which is
 * untouched on error. */
gboolean item_claims (Store *store, const ItemRequest *request, Claims *claims, GError **error);
/* Is an item with that serial in the register? code: "" when not. differs: the field of the request that is not as in the
 * register ("model"), static, or NULL. A request that cannot be read is an error. */
gboolean item_known (Store *store, const ItemRequest *request, Code code, const char **differs, GError **error);
