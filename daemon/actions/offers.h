/* Which offers of operators are known: the files of a folder, read once at start. And what can be bought for a line: by those files, and by the
 * register's own products, which have the last word on a product of the same id. */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/rules/line.h"

typedef struct _Offers Offers;
/* Reads every *.conf of the folder. A file that cannot be read or understood is left out and complained of (offers_problems): the desk opens all the
 * same. folder NULL or missing: no offers. Caller frees. */
Offers *offers_load (const char *folder);
/* Accepts NULL. */
void offers_free (Offers *offers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Offers, offers_free)
/* Of Offer, and of Finding. Borrowed. */
const GPtrArray *offers_all (const Offers *offers);
const GPtrArray *offers_problems (const Offers *offers);
/* Do both names mean the same operator? Case, accents and spaces do not count, and files of offers say how else an operator is called ("Free" is
 * Free Mobile). offers may be NULL. */
gboolean offers_same_operator (const Offers *offers, const char *a, const char *b);
/* The offer of a line, by its operator and what its field "offer" says (case, accents and spaces do not count). NULL when none is known; offers
 * may be NULL. Borrowed. */
const Offer *offers_find (const Offers *offers, const char *operator_name, const char *offer);

/* Start with catalogue_init; catalogue_clear frees. */
typedef struct {
  const Offers *offers; /* borrowed; NULL: none */
  GPtrArray *products;  /* of Product: the register's */
  Sale found;           /* what catalogue_find_anywhere gave last */
} Catalogue;
gboolean catalogue_init (Catalogue *catalogue, Store *store, const Offers *offers, GError **error);
void catalogue_clear (Catalogue *catalogue);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Catalogue, catalogue_clear)
/* What can be bought for a line of that operator and offer (either may be NULL). Array of Sale, texts borrowed from the catalogue; caller unrefs. */
GArray *catalogue_sales (const Catalogue *catalogue, const char *operator_name, const char *offer);
/* The one of them with that id or name. NULL when there is none. */
const Sale *catalogue_find (const GArray *sales, const char *id_or_name);
/* The sale with that id, of whichever operator. Valid until the next call; NULL when there is none. */
const Sale *catalogue_find_anywhere (Catalogue *catalogue, const char *id);
