/* Clocks of a line. */
#include "daemon/rules/line.h"
#include <string.h>

const int line_notice_steps[LINE_NOTICE_STEPS] = {60, 30, 7};

static const char *const origin_words[][2] = {
    [ORIGIN_NONE] = {"", ""},
    [ORIGIN_RULE] = {"règle de l'offre", "the offer's rule"},
    [ORIGIN_OPERATOR] = {"texte de l'opérateur", "the operator's text"},
    [ORIGIN_TYPED] = {"saisie à la main", "typed by hand"},
};
static const char *const confidence_words[][2] = {
    [CONFIDENCE_NONE] = {"", ""},
    [CONFIDENCE_GUESS] = {"à vérifier", "to be checked"},
    [CONFIDENCE_LIKELY] = {"probable", "likely"},
    [CONFIDENCE_CERTAIN] = {"sûr", "certain"},
};
G_STATIC_ASSERT (G_N_ELEMENTS (origin_words) == CLOCK_ORIGINS_N);
G_STATIC_ASSERT (G_N_ELEMENTS (confidence_words) == CONFIDENCES_N);

const char *
clock_origin_text (ClockOrigin origin, Language language)
{
  return origin_words[origin][language];
}

const char *
confidence_text (Confidence confidence, Language language)
{
  return confidence_words[confidence][language];
}

static LineClock
by_rule (Day day, Confidence confidence)
{
  if (!day_is_set (&day))
    return (LineClock){.day = {""}};
  return (LineClock){.day = day, .origin = ORIGIN_RULE, .confidence = confidence};
}

LineClocks
line_clocks_after (const Offer *offer, const Sale *sale, const Day *on)
{
  LineClocks clocks = {.credit = by_rule (day_add_span (on, &sale->credit_valid), sale->confidence)};
  if (span_is_set (&sale->line_valid))
    clocks.end = by_rule (day_add_span (on, &sale->line_valid), sale->confidence);
  else if (offer != NULL) {
    gboolean after_credit = offer->line_from == OFFER_FROM_CREDIT_END;
    const Day *start = after_credit ? &clocks.credit.day : on;
    Confidence confidence = after_credit ? MIN (offer->confidence, sale->confidence) : offer->confidence;
    if (day_is_set (start))
      clocks.end = by_rule (day_add_span (start, &offer->line_valid), confidence);
  }
  return clocks;
}

void
line_clock_tell (LineClock *kept, const LineClock *told)
{
  gboolean is_later = strcmp (told->day.text, kept->day.text) > 0;
  if (day_is_set (&told->day) && (told->origin != ORIGIN_RULE || is_later))
    *kept = *told;
}

/* Does b save better than a (NULL: nothing does)? */
static gboolean
is_better (const Sale *a, const Day *a_until, const Sale *b, const Day *b_until)
{
  if (a == NULL || b->price.cents != a->price.cents)
    return a == NULL || b->price.cents < a->price.cents;
  return strcmp (b_until->text, a_until->text) > 0;
}

const Sale *
line_cheapest_saving (const Offer *offer, const Sale *sales, gsize n, const Day *today, const Day *end,
                      LineClock *until)
{
  const Sale *best = NULL, *cheapest = NULL;
  LineClock best_until = {.day = {""}};
  const Day *last = strcmp (end->text, today->text) > 0 ? end : today; /* the last day on which it can be bought */
  for (gsize i = 0; i < n; i++) {
    const LineClock then = line_clocks_after (offer, &sales[i], last).end;
    if (cheapest == NULL || sales[i].price.cents < cheapest->price.cents)
      cheapest = &sales[i];
    if (strcmp (then.day.text, last->text) <= 0 || !is_better (best, &best_until.day, &sales[i], &then.day))
      continue;
    best = &sales[i];
    best_until = then;
  }
  *until = best != NULL ? best_until : (LineClock){.confidence = CONFIDENCE_GUESS};
  return best != NULL ? best : cheapest;
}
