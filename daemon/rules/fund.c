/* What a fund may pay, and how an amount is shared out in cents. The database keeps the balance >= 0 whatever is decided here. */
#include "daemon/rules/fund.h"

static const char *const strand_words[][2] = {
    [STRAND_EQUIPMENT] = {"équipement", "equipment"},
    [STRAND_SKILLS] = {"compétences", "skills"},
    [STRAND_CONNECTION] = {"connexion", "connection"},
};
G_STATIC_ASSERT (G_N_ELEMENTS (strand_words) == STRANDS_N);

const char *
strand_text (Strand strand, Language language)
{
  return strand_words[strand][language];
}

Money
fund_balance (const Fund *fund)
{
  return money_of_cents (fund->granted.cents - fund->spent.cents - fund->reserved.cents);
}

/* An amount as an argument of a message. */
typedef struct {
  char text[24];
} Cents;

static Cents
cents (gint64 amount)
{
  Cents printed;
  g_snprintf (printed.text, sizeof printed.text, "%" G_GINT64_FORMAT, amount);
  return printed;
}

void
fund_judge_spend (const SpendFacts *facts, Verdict *verdict)
{
  const Fund *fund = facts->fund;
  gint64 balance = fund_balance (fund).cents, amount = facts->amount.cents;
  if (amount <= 0) {
    verdict_add (verdict, M_MONEY_ZERO, NULL);
    return;
  }
  if (facts->strand != fund->strand)
    verdict_add (verdict, M_FUND_STRAND, fund->name, strand_name (fund->strand), strand_name (facts->strand), NULL);
  if (strcmp (facts->today.text, fund->from.text) < 0 || strcmp (facts->today.text, fund->to.text) > 0)
    verdict_add (verdict, M_FUND_PERIOD, fund->name, fund->from.text, fund->to.text, facts->today.text, NULL);
  if (amount > balance)
    verdict_add (verdict, M_FUND_SHORT, fund->name, cents (balance).text, cents (amount).text,
                 cents (amount - balance).text, NULL);
}

void
money_split (Money total, guint n, Money *shares)
{
  for (guint i = 0; i < n; i++)
    shares[i] = money_of_cents (total.cents / n + (i < total.cents % n ? 1 : 0));
}
