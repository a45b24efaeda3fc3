/* What a card that a modem has read is to the register: known, new, or in conflict with what was written. Reads and writes nothing. */
#pragma once
#include "daemon/rules/message.h"
#include "db/records.h"

typedef struct {
  const char *iccid;     /* as it was read */
  const Card *card;      /* the register's card of that number; NULL: none */
  const Line *line;      /* its line; NULL when card is */
  const Card *newest;    /* the newest card of that line; NULL when card is */
  const Line *wanted;    /* the line that somebody says it carries; NULL: nobody said */
  const Line *of_number; /* the living line that has a number which the card tells; NULL: none, or none told */
} CardFacts;

/* KNOWN, NEW or CONFLICT. reason, when not NULL: code and arguments of the sentence ("message_code|argument", as a wipe's reason); caller
 * frees. A number that a card tells is often old: it is never a key, only a hint. */
CardVerdict card_judge (const CardFacts *facts, char **reason);
/* May a card still be put on that line? */
gboolean line_takes_card (LineState state);
/* "connue", "nouvelle" ... Static; "" for NONE. */
const char *card_verdict_text (CardVerdict verdict, Language language);
