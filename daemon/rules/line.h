/* The two clocks of a line: when its credit ends and when the number itself is gone; what would save it, and when to say so. */
#pragma once
#include "daemon/rules/offer.h"

typedef struct {
  LineClock credit, end;
} LineClocks;
/* What a recharge with that sale on that day does to the clocks, by the offer's rule (NULL: no offer is known). A day that no rule tells is
 * "". The confidence is the less sure one of the rules that were used. */
LineClocks line_clocks_after (const Offer *offer, const Sale *sale, const Day *on);
/* kept becomes told. A rule only ever makes it later, and a day that is not told changes nothing; an operator and a person have the last
 * word. */
void line_clock_tell (LineClock *kept, const LineClock *told);

/* The cheapest sale that would keep the line alive, bought on its last day (today, when that is past): to buy earlier only costs days. Of two that
 * cost the same the one that keeps it longer. When no rule tells of any of them: the cheapest of all, as a guess. NULL when nothing is sold. *until: the line's clock
 * after it. Borrowed from sales. */
const Sale *line_cheapest_saving (const Offer *offer, const Sale *sales, gsize n, const Day *today, const Day *end,
                                  LineClock *until);

/* How many days before a line's end a notice is due, the farthest first. */
#define LINE_NOTICE_STEPS 3
extern const int line_notice_steps[LINE_NOTICE_STEPS];

/* "règle de l'offre", "texte de l'opérateur" ... Static. */
const char *clock_origin_text (ClockOrigin origin, Language language);
const char *confidence_text (Confidence confidence, Language language);
