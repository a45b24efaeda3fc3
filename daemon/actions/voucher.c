/* voucher.add: see voucher.h. */
#include "daemon/actions/voucher.h"
#include "daemon/actions/field.h"
#include "daemon/actions/offers.h"
#include "daemon/actions/secret.h"
#include "daemon/rules/code.h"
#include "daemon/rules/field.h"
#include <string.h>

Voucher *
voucher_find (Store *store, const char *text, GError **error)
{
  Code code;
  if (!code_parse_kind (text, "V", code, error))
    return NULL;
  Voucher *voucher = voucher_load (store, code, error);
  action_explain_missing (error, M_VOUCHER_NOT_FOUND, code);
  return voucher;
}

static gboolean
read_number (const char *text, char **number, GError **error)
{
  if (!field_text ("number", text, number, error))
    return FALSE;
  if (*number == NULL)
    rule_error_set (error, M_VOUCHER_NUMBER_MISSING, NULL);
  return *number != NULL;
}

/* The price typed, else the product's. */
static gboolean
read_price (Store *store, const ActionContext *context, const VoucherRequest *request, Voucher *voucher, GError **error)
{
  g_auto (Catalogue) catalogue = {0};
  if (!field_is_absent (request->price))
    return field_amount ("price", request->price, NULL, TRUE, &voucher->price, error);
  if (!catalogue_init (&catalogue, store, context->offers, error))
    return FALSE;
  const Sale *sale = catalogue_find_anywhere (&catalogue, voucher->product);
  if (sale == NULL)
    rule_error_set (error, M_PRODUCT_UNKNOWN, voucher->product, NULL);
  else
    voucher->price = sale->price;
  return sale != NULL;
}

static Voucher *
voucher_of_request (Store *store, const ActionContext *context, const VoucherRequest *request, GError **error)
{
  g_autoptr (Voucher) voucher = g_new0 (Voucher, 1);
  if (!read_number (request->number, &voucher->number, error) ||
      !field_text ("operator", request->operator_name, &voucher->operator_name, error))
    return NULL;
  if (voucher->operator_name == NULL) {
    rule_error_set (error, M_FIELD_MISSING, "operator", NULL);
    return NULL;
  }
  voucher->product = product_id_check (request->product, error);
  if (voucher->product == NULL || !read_price (store, context, request, voucher, error) ||
      (!field_is_absent (request->expires_on) && !day_parse (request->expires_on, &voucher->expires_on, error)))
    return NULL;
  voucher->state = VOUCHER_STOCK;
  voucher->created_at = context->now;
  if (voucher->price.cents > 0)
    return g_steal_pointer (&voucher);
  rule_error_set (error, M_MONEY_ZERO, NULL);
  return NULL;
}

static gboolean
insert (Store *store, const ActionContext *context, Voucher *voucher, const char *code, GError **error)
{
  g_autofree char *after =
      g_strdup_printf ("state=stock product=%s price_cents=%" G_GINT64_FORMAT, voucher->product, voucher->price.cents);
  if (!action_new_code (store, 'V', voucher->code, error))
    return FALSE;
  if (!voucher_insert (store, voucher, error)) {
    action_explain (error, M_ALREADY_KNOWN, M_STALE);
    return FALSE;
  }
  return secret_keep (store, context, SECRET_VOUCHER, voucher->code, code, error) &&
         action_journal (store, context, "voucher.add", voucher->code, NULL, after, error);
}

static gboolean
claim (const ActionContext *context, const char *number, const char *code, Claims *claims, GError **error)
{
  if (!secret_may_keep (context, error))
    return FALSE;
  g_auto (GStrv) prints = vault_prints (context->vault, code, strlen (code));
  claims_add (claims, "voucher_number", number);
  claims_add (claims, "code", prints[0]);
  return TRUE;
}

gboolean
voucher_claims (const ActionContext *context, const VoucherRequest *request, Claims *claims, GError **error)
{
  g_autofree char *number = NULL;
  char *code =
      read_number (request->number, &number, error) ? secret_clean (SECRET_VOUCHER, request->code, error) : NULL;
  gboolean is_claimed = code != NULL && claim (context, number, code, claims, error);
  vault_text_free (code);
  return is_claimed;
}

/* Is the code nobody's yet, nor on its way with a file? */
static gboolean
judge_new (Store *store, const ActionContext *context, const Voucher *voucher, const char *code, Verdict *verdict,
           GError **error)
{
  g_auto (Claims) claims = {0};
  return claim (context, voucher->number, code, &claims, error) &&
         secret_check_new (store, context, SECRET_VOUCHER, code, error) &&
         claims_judge (store, &claims, verdict, error);
}

gboolean
voucher_add (Store *store, const ActionContext *context, const VoucherRequest *request, Outcome *outcome,
             GError **error)
{
  g_autoptr (Voucher) voucher = voucher_of_request (store, context, request, error);
  char *code = voucher != NULL ? secret_clean (SECRET_VOUCHER, request->code, error) : NULL;
  gboolean is_judged = code != NULL && judge_new (store, context, voucher, code, outcome->verdict, error);
  gboolean may = is_judged && action_may_go_on (context, outcome->verdict, error);
  gboolean is_done = may && insert (store, context, voucher, code, error);
  vault_text_free (code);
  if (is_done)
    outcome_add_code (outcome, voucher->code);
  return is_judged && (may ? is_done : action_is_previewed (context));
}

/* ---- is it known? ---- */

static const char *
difference (const Offers *offers, const Voucher *asked, const Voucher *kept)
{
  if (!offers_same_operator (offers, asked->operator_name, kept->operator_name))
    return "operator";
  if (!g_str_equal (asked->product, kept->product))
    return "product";
  if (asked->price.cents != kept->price.cents)
    return "price";
  return g_str_equal (asked->expires_on.text, kept->expires_on.text) ? NULL : "expires_on";
}

static gboolean
compare (Store *store, const ActionContext *context, const VoucherRequest *request, const Voucher *kept,
         const char **differs, GError **error)
{
  g_autoptr (Voucher) asked = voucher_of_request (store, context, request, error);
  char *code = asked != NULL ? secret_clean (SECRET_VOUCHER, request->code, error) : NULL;
  gboolean is_same = FALSE;
  gboolean is_read = code != NULL && secret_is (store, context, SECRET_VOUCHER, kept->code, code, &is_same, error);
  vault_text_free (code);
  if (!is_read)
    return FALSE;
  *differs = is_same ? difference (context->offers, asked, kept) : "code";
  return TRUE;
}

gboolean
voucher_known (Store *store, const ActionContext *context, const VoucherRequest *request, Code code,
               const char **differs, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *number = NULL;
  *differs = NULL;
  code[0] = '\0';
  if (!read_number (request->number, &number, error))
    return FALSE;
  g_autoptr (Voucher) kept = voucher_load_by_number (store, number, &problem);
  if (kept == NULL && g_error_matches (problem, DB_ERROR, DB_ERROR_NOT_FOUND))
    return TRUE;
  if (kept == NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  g_strlcpy (code, kept->code, sizeof (Code));
  return compare (store, context, request, kept, differs, error);
}
