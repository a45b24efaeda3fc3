/* Recharge codes that were bought: writing them down (the code sealed at once), and finding the one that somebody named. */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/actions/claim.h"
#include "db/voucher.h"

/* As typed or imported; borrowed, NULL or "" = absent. number, code, operator and product are required; the price too, unless the product's is known. */
typedef struct {
  const char *number; /* printed beside the code */
  const char *code;   /* the secret; spaces and hyphens do not count */
  const char *operator_name;
  const char *product; /* id of a product */
  const char *price;
  const char *expires_on;
} VoucherRequest;
/* Verb "voucher.add": into stock, its code sealed. outcome: the voucher's code (of the register). RULE_ERROR: M_VOUCHER_NUMBER_MISSING,
 * M_VOUCHER_CODE_FORMAT, M_VOUCHER_CODE_KNOWN, M_SECRET_NO_KEY, M_PRODUCT_*, M_MONEY_*, M_DAY_*. */
gboolean voucher_add (Store *store, const ActionContext *context, const VoucherRequest *request, Outcome *outcome,
                      GError **error);
/* What the request would take: the number, and the code by its keyed digest. As item_claims. */
gboolean voucher_claims (const ActionContext *context, const VoucherRequest *request, Claims *claims, GError **error);
/* Is a voucher with that number in the register? As item_known; a code that differs is told as "code", and needs the key. */
gboolean voucher_known (Store *store, const ActionContext *context, const VoucherRequest *request, Code code,
                        const char **differs, GError **error);

/* The voucher with the code that somebody typed. M_CODE_*, M_VOUCHER_NOT_FOUND. Caller frees. */
Voucher *voucher_find (Store *store, const char *text, GError **error);
