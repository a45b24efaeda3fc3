/* Cards that were read. */
#include "daemon/rules/sim.h"

static const char *const verdict_words[][2] = {
    [CARD_NONE] = {"", ""},
    [CARD_KNOWN] = {"connue", "known"},
    [CARD_NEW] = {"nouvelle", "new"},
    [CARD_BOUND] = {"rattachée à sa ligne", "bound to its line"},
    [CARD_CONFLICT] = {"en conflit avec le registre", "in conflict with the register"},
};
G_STATIC_ASSERT (G_N_ELEMENTS (verdict_words) == CARD_VERDICTS_N);

const char *
card_verdict_text (CardVerdict verdict, Language language)
{
  return verdict_words[verdict][language];
}

gboolean
line_takes_card (LineState state)
{
  switch (state) {
  case LINE_STOCK:
  case LINE_ACTIVE:
  case LINE_LENT:
  case LINE_RETURNED:
  case LINE_SUSPENDED:
    return TRUE;
  case LINE_LOST:
  case LINE_EXPIRED:
  case LINE_RETIRED:
  case LINE_STATES_N:
    return FALSE;
  }
  return FALSE;
}

static CardVerdict
say (CardVerdict verdict, char **reason, MessageId id, const char *first, const char *second)
{
  *reason = g_strjoin ("|", message_code (id), first, second, NULL);
  return verdict;
}

static CardVerdict
judge_known (const CardFacts *facts, char **reason)
{
  const Card *card = facts->card;
  if (facts->wanted != NULL && !g_str_equal (facts->wanted->code, card->line))
    return say (CARD_CONFLICT, reason, M_CARD_OTHER_LINE, card->code, card->line);
  if (!g_str_equal (facts->newest->code, card->code))
    return say (CARD_CONFLICT, reason, M_CARD_REPLACED, card->code, facts->newest->code);
  if (!line_takes_card (facts->line->state))
    return say (CARD_CONFLICT, reason, M_CARD_LINE_DEAD, card->line, line_state_name (facts->line->state));
  if (facts->of_number != NULL && !g_str_equal (facts->of_number->code, card->line))
    return say (CARD_CONFLICT, reason, M_CARD_NUMBER, card->code, facts->of_number->code);
  *reason = NULL;
  return CARD_KNOWN;
}

CardVerdict
card_judge (const CardFacts *facts, char **reason)
{
  if (facts->card != NULL)
    return judge_known (facts, reason);
  if (facts->wanted != NULL && !line_takes_card (facts->wanted->state))
    return say (CARD_CONFLICT, reason, M_CARD_LINE_DEAD, facts->wanted->code, line_state_name (facts->wanted->state));
  if (facts->wanted != NULL && facts->of_number != NULL && !g_str_equal (facts->of_number->code, facts->wanted->code))
    return say (CARD_CONFLICT, reason, M_CARD_NUMBER_WANTED, facts->of_number->code, facts->wanted->code);
  if (facts->of_number != NULL)
    return say (CARD_NEW, reason, M_CARD_NEW_NUMBER, facts->of_number->code, NULL);
  return say (CARD_NEW, reason, M_CARD_NEW, facts->iccid, NULL);
}
