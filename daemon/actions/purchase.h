/* Invoices: what was bought with a fund's money, its price shared out over the things in cents, and cancelled by a counter-entry. A purchase is
 * never edited. Buying for the till of a regie is regie.h's. */
#pragma once
#include "daemon/actions/action.h"
#include "db/purchase.h"

/* As typed; borrowed, NULL or "" = absent. Required: supplier, invoice, fund, one of the totals, and items or count. */
typedef struct {
  const char *supplier;
  const char *invoice;       /* reference on the paper */
  const char *paper_hash;    /* SHA-256 of the file of the paper, in hex */
  const char *on;            /* day of the invoice; today when absent, never a day to come */
  const char *fund;          /* code */
  const char *total;         /* "7 900,00"; not together with total_cents */
  const gint64 *total_cents; /* NULL = absent */
  const char *const *items;  /* codes of things that have no price yet */
  const gint64 *count;       /* how many, when they are not in the register; NULL = absent */
  const char *kind;          /* of what is counted: "tablet" when absent */
} PurchaseRequest;
/* Verb "purchase.add": shares the total out, the first things of the list take the cents that are left over, and to_know says which; each item
 * gets its price and fund, the fund's ledger one line. outcome: the purchase's code, then the fund's. RULE_ERROR: M_PURCHASE_*, M_PAPER_HASH,
 * M_THING_TWICE, M_MONEY_*, M_DAY_*, M_ITEM_NOT_FOUND, and the verdicts of rules/fund. */
gboolean purchase_add (Store *store, const ActionContext *context, const PurchaseRequest *request, Outcome *outcome,
                       GError **error);

/* As typed; borrowed. */
typedef struct {
  const char *purchase;
} PurchaseCancelRequest;
/* Verb "purchase.cancel", with a comment (M_CHANGE_REASON): the money goes back to the fund by a counter-entry, the items have no price any
 * more. outcome: as purchase_add. RULE_ERROR: M_PURCHASE_NOT_FOUND, M_PURCHASE_CANCELLED. */
gboolean purchase_undo (Store *store, const ActionContext *context, const PurchaseCancelRequest *request,
                        Outcome *outcome, GError **error);

/* As typed; borrowed. */
typedef struct {
  const char *purchase;
  const char *const *items; /* codes of things that have no price yet */
} PurchaseAssignRequest;
/* Verb "purchase.assign": things that were counted when the invoice came are in the register now; they take the free shares in order, their price
 * and the fund. No money moves. outcome: the purchase's code, then the fund's. RULE_ERROR: as purchase_add, M_PURCHASE_FULL. */
gboolean purchase_assign (Store *store, const ActionContext *context, const PurchaseAssignRequest *request,
                          Outcome *outcome, GError **error);

/* A hash as it was typed, in small letters; NULL when absent. M_PAPER_HASH. Caller frees. */
gboolean paper_hash_read (const char *text, char **hash, GError **error);
/* The day of a paper: today when absent, never one to come. M_DAY_*. */
gboolean paper_day_read (const ActionContext *context, const char *text, Day *day, GError **error);
