/* SIM cards and phone lines. A line (number, offer, clocks) is what is lent and recharged; a card is what carries it, and may
 * be replaced. Talking to cards is daemon/devices/. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Free the record and its strings. Accept NULL. */
void line_free (Line *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Line, line_free)
void card_free (Card *card);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Card, card_free)

/* Adds a line and makes it findable by store_search (number, operator, offer). msisdn, operator_name and offer may be NULL.
 * DB_ERROR_UNIQUE when a line that is neither expired nor retired has the number (operators give old numbers again). */
gboolean line_insert (Store *store, const Line *line, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Line *line_load (Store *store, const char *code, GError **error);
/* The line with that number ("+33639980000") that is neither expired nor retired; DB_ERROR_NOT_FOUND. */
Line *line_load_by_msisdn (Store *store, const char *msisdn, GError **error);
/* At most limit lines by code after after_code (NULL or "" = from the first); state NULL = all. Array of Line; caller unrefs. */
GPtrArray *line_list (Store *store, const LineState *state, const char *after_code, guint limit, GError **error);
/* The only function that changes a line's state. DB_ERROR_STALE when it is not in `from`, or does not exist. */
gboolean line_set_state (Store *store, const char *code, LineState from, LineState to, GError **error);
/* Sets both clocks; a day with "" text is "not known". DB_ERROR_NOT_FOUND. */
gboolean line_set_clocks (Store *store, const char *code, const LineClock *credit, const LineClock *end,
                          GError **error);

/* What the operator said of the credit: cents and megabytes (-1 = not said), at that instant. DB_ERROR_NOT_FOUND. */
gboolean line_set_balance (Store *store, const char *code, gint64 cents, gint64 mb, gint64 at, GError **error);

/* Below, a line lives while it is neither lost, expired nor retired. Arrays of Line; caller unrefs. */
/* Living lines that die from day from to day to, both included, by that day and code: those after (after_day, after_code), NULL = from
 * the first. At most limit. */
GPtrArray *line_list_due (Store *store, const Day *from, const Day *to, const Day *after_day, const char *after_code,
                          guint limit, GError **error);
/* Living lines of which nobody knows when they die, by code after after_code (NULL or "" = from the first), at most limit. */
GPtrArray *line_list_endless (Store *store, const char *after_code, guint limit, GError **error);
/* How many living lines of one offer die in a period. operator_name and offer may be NULL. */
typedef struct {
  char *operator_name, *offer;
  gint64 lines;
  Day until;   /* line_needs_by_day: on that day ... */
  gint64 lent; /* ... and so many of them are on loan */
} LineNeed;
/* One for each operator and offer with lines that die from day from to day to, both included. Reads those lines of an index. Array of
 * LineNeed; caller unrefs. */
GPtrArray *line_needs (Store *store, const Day *from, const Day *to, GError **error);
/* The same for each day on which lines die, in the order of days, and how many of them are on loan. */
GPtrArray *line_needs_by_day (Store *store, const Day *from, const Day *to, GError **error);

/* Adds a card of a line, findable by store_search (ICCID). DB_ERROR_UNIQUE: the ICCID was ever used; DB_ERROR_CHECK: not
 * 18 to 20 characters; DB_ERROR_FOREIGN: no such line. */
gboolean card_insert (Store *store, const Card *card, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Card *card_load (Store *store, const char *code, GError **error);
Card *card_load_by_iccid (Store *store, const char *iccid, GError **error);
/* The newest card of a line; DB_ERROR_NOT_FOUND when it has none. */
Card *card_of_line (Store *store, const char *line, GError **error);
/* The same for a line that may have none: *card is NULL then. Caller frees it. */
gboolean card_find_of_line (Store *store, const char *line, Card **card, GError **error);
/* Writes what a modem has just said of it: seen_at, pin_on, pin_left, puk_left. DB_ERROR_NOT_FOUND. */
gboolean card_set_seen (Store *store, const Card *card, GError **error);
/* Says that it may hold messages and contacts of a former borrower, or holds none. DB_ERROR_NOT_FOUND. */
gboolean card_set_to_erase (Store *store, const char *code, gboolean to_erase, GError **error);
