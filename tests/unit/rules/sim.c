/* What a card that was read is to the register. */
#include "daemon/rules/sim.h"

typedef struct {
  const char *name;
  const char *card, *line_of_card, *newest; /* codes; NULL: the register has no such card */
  LineState state;
  const char *wanted; /* a line, or NULL */
  LineState wanted_state;
  const char *of_number;
  CardVerdict verdict;
  const char *reason; /* NULL: none */
} Case;

static const Case cases[] = {
    {"known", "SA", "LA", "SA", LINE_ACTIVE, NULL, LINE_STOCK, NULL, CARD_KNOWN, NULL},
    {"known, and its number is its line's", "SA", "LA", "SA", LINE_LENT, NULL, LINE_STOCK, "LA", CARD_KNOWN, NULL},
    {"known, on the line that was named", "SA", "LA", "SA", LINE_ACTIVE, "LA", LINE_ACTIVE, NULL, CARD_KNOWN, NULL},
    {"of another line", "SA", "LA", "SA", LINE_ACTIVE, "LB", LINE_ACTIVE, NULL, CARD_CONFLICT, "card_other_line|SA|LA"},
    {"replaced", "SA", "LA", "SB", LINE_ACTIVE, NULL, LINE_STOCK, NULL, CARD_CONFLICT, "card_replaced|SA|SB"},
    {"of a lost line", "SA", "LA", "SA", LINE_LOST, NULL, LINE_STOCK, NULL, CARD_CONFLICT, "card_line_dead|LA|lost"},
    {"of a retired line", "SA", "LA", "SA", LINE_RETIRED, NULL, LINE_STOCK, NULL, CARD_CONFLICT,
     "card_line_dead|LA|retired"},
    {"with the number of another line", "SA", "LA", "SA", LINE_ACTIVE, NULL, LINE_STOCK, "LB", CARD_CONFLICT,
     "card_number|SA|LB"},
    {"new", NULL, NULL, NULL, LINE_STOCK, NULL, LINE_STOCK, NULL, CARD_NEW, "card_new|8933"},
    {"new, with a number that is known", NULL, NULL, NULL, LINE_STOCK, NULL, LINE_STOCK, "LB", CARD_NEW,
     "card_new_number|LB"},
    {"new, for a line", NULL, NULL, NULL, LINE_STOCK, "LB", LINE_SUSPENDED, "LB", CARD_NEW, "card_new_number|LB"},
    {"new, for a dead line", NULL, NULL, NULL, LINE_STOCK, "LB", LINE_EXPIRED, NULL, CARD_CONFLICT,
     "card_line_dead|LB|expired"},
    {"new, for a line, with the number of another", NULL, NULL, NULL, LINE_STOCK, "LB", LINE_ACTIVE, "LA",
     CARD_CONFLICT, "card_number_wanted|LA|LB"},
};

static void
fill_card (Card *card, const char *code, const char *line)
{
  *card = (Card){.created_at = 0};
  g_strlcpy (card->code, code != NULL ? code : "", sizeof card->code);
  g_strlcpy (card->line, line != NULL ? line : "", sizeof card->line);
}

static void
test_cards (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Case *one = &cases[i];
    Card card, newest;
    Line line = {.state = one->state}, wanted = {.state = one->wanted_state}, of_number = {.state = LINE_ACTIVE};
    fill_card (&card, one->card, one->line_of_card);
    fill_card (&newest, one->newest, one->line_of_card);
    g_strlcpy (line.code, card.line, sizeof line.code);
    g_strlcpy (wanted.code, one->wanted != NULL ? one->wanted : "", sizeof wanted.code);
    g_strlcpy (of_number.code, one->of_number != NULL ? one->of_number : "", sizeof of_number.code);
    const CardFacts facts = {.iccid = "8933",
                             .card = one->card != NULL ? &card : NULL,
                             .line = one->card != NULL ? &line : NULL,
                             .newest = one->card != NULL ? &newest : NULL,
                             .wanted = one->wanted != NULL ? &wanted : NULL,
                             .of_number = one->of_number != NULL ? &of_number : NULL};
    g_autofree char *reason = NULL;
    g_test_message ("%s", one->name);
    g_assert_cmpint (card_judge (&facts, &reason), ==, one->verdict);
    g_assert_cmpstr (reason, ==, one->reason);
  }
}

static void
test_words (void)
{
  for (int verdict = 0; verdict < CARD_VERDICTS_N; verdict++)
    for (int language = LANGUAGE_FR; language <= LANGUAGE_EN; language++)
      g_assert_nonnull (card_verdict_text ((CardVerdict)verdict, (Language)language));
  g_assert_true (line_takes_card (LINE_LENT));
  g_assert_false (line_takes_card (LINE_LOST));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/sim/cards", test_cards);
  g_test_add_func ("/rules/sim/words", test_words);
  return g_test_run ();
}
