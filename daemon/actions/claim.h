/* What a new thing takes for itself: the numbers that belong to one thing only, and money. An import claims them for its lines before it
 * makes them; a verb that would take one of them meanwhile is refused. */
#pragma once
#include "daemon/rules/message.h"
#include "db/records.h"
#include "db/store.h"

#define CLAIM_KEYS_MAX 3

/* Start with {0}; claims_clear frees. */
typedef struct {
  struct {
    const char *field; /* "serial": a word of the interface. Static */
    char *value;
  } keys[CLAIM_KEYS_MAX];
  guint n;
  Code fund; /* pays price; "" for none */
  Money price;
  Expense expense; /* what it pays for */
} Claims;
void claims_clear (Claims *claims);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Claims, claims_clear)
/* Copies value; NULL is not claimed. */
void claims_add (Claims *claims, const char *field, const char *value);
/* M_IMPORT_CLAIMED for each key that an import under way has. */
gboolean claims_judge (Store *store, const Claims *claims, Verdict *verdict, GError **error);
