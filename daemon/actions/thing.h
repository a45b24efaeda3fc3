/* What somebody scanned or typed at the desk, found in the register: an item, or a line (by its own code or its card's), and the open
 * loan that holds it. Reads only. */
#pragma once
#include "daemon/actions/action.h"

/* Exactly one of item and line is set. Start with {0}; thing_clear frees. */
typedef struct {
  Item *item;
  Line *line;
  Loan *loan; /* the open loan, or NULL */
} Thing;
void thing_clear (Thing *thing);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Thing, thing_clear)
/* text: the code of an item, a line or a SIM card, in any form. RULE_ERROR: M_CODE_*, M_ITEM_NOT_FOUND, M_LINE_NOT_FOUND. thing is untouched on error. */
gboolean thing_find (Store *store, const char *text, Thing *thing, GError **error);
/* The same; also takes a loan's code, and refuses an item or a line that is in no open loan (M_NOT_LENT, M_LINE_NOT_LENT). */
gboolean thing_find_lent (Store *store, const char *text, Thing *thing, GError **error);
/* What verbs and answers look at with an item (its record, pieces, open loan, newest wipe), asked for in one go (store_expect). Does
 * nothing for another code. */
void thing_expect (Store *store, const char *code);
/* The code of the item or line. Borrowed. */
const char *thing_code (const Thing *thing);
