/* Offers of operators as data: how long credit and line live after a recharge, what can be bought, and where that is known from. Reads one
 * file's text; which files there are is actions/offers.h. docs/decisions/0018-lines-and-money.md says why rules are data. */
#pragma once
#include "daemon/rules/dates.h"

/* A length of time in the calendar: "7d", "6m", "1y"; {0, 0} is "not known". Read also as "7 jours", "6 mois", "1 an", "7 days" ... */
typedef struct {
  int months, days;
} Span;
/* FALSE (span untouched) for anything else, for 0 and for more than ten years. */
gboolean span_parse (const char *text, Span *span);
gboolean span_is_set (const Span *span);
/* "7d", "6m". Caller frees; NULL when it is not set. */
char *span_text (const Span *span);
/* "7 jours", "6 mois" / "7 days", "6 months". Caller frees. "" when it is not set. */
char *span_said (const Span *span, Language language);
/* "" when either is not known. A month ends on its last day at most. */
Day day_add_span (const Day *day, const Span *span);

/* Something that can be bought for a line: from an offer's file, or from the register. Texts are borrowed from there. */
typedef struct {
  const char *id, *name;
  Money price;
  Span credit_valid; /* how long the credit lives */
  Span line_valid;   /* how long the line lives; not set: the offer's rule */
  Confidence confidence;
  gboolean is_registered; /* from the register: this body buys it at that price */
} Sale;

/* From when a line's last clock runs. */
typedef enum { OFFER_FROM_RECHARGE, OFFER_FROM_CREDIT_END } OfferStart;

typedef struct {
  char *id, *operator_name;
  char **operators; /* other names by which people call that operator; or NULL */
  char **names;     /* what a line's field "offer" may say, besides the id */
  Span line_valid;
  OfferStart line_from;
  Confidence confidence;
  Day verified_on; /* "" when nobody verified it */
  char *source;
  GArray *sales; /* of Sale; their texts belong to the offer */
} Offer;
/* RULE_ERROR M_OFFER_*: the group, the key and what was expected. Caller frees. */
Offer *offer_read (const char *bytes, gsize length, GError **error);
/* Accepts NULL. */
void offer_free (Offer *offer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Offer, offer_free)
