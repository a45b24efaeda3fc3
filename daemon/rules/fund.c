/* What a fund may pay, and how an amount is shared out in cents. The database keeps the balance >= 0 whatever is decided here. */
#include "daemon/rules/fund.h"

static const char *const strand_texts[][2] = {
    [STRAND_EQUIPMENT] = {"équipement", "equipment"},
    [STRAND_SKILLS] = {"compétences", "skills"},
    [STRAND_CONNECTION] = {"connexion", "connection"},
};
G_STATIC_ASSERT (G_N_ELEMENTS (strand_texts) == STRANDS_N);

static const char *const expense_texts[][2] = {
    [EXPENSE_TABLET] = {"tablette", "tablet"},     [EXPENSE_HOTSPOT] = {"borne wifi", "hotspot"},
    [EXPENSE_LAPTOP] = {"ordinateur", "laptop"},   [EXPENSE_OTHER] = {"autre appareil", "other device"},
    [EXPENSE_RECHARGE] = {"recharge", "recharge"}, [EXPENSE_REPAIR] = {"réparation", "repair"},
};
G_STATIC_ASSERT (G_N_ELEMENTS (expense_texts) == EXPENSES_N);
G_STATIC_ASSERT ((int)EXPENSE_OTHER == (int)KIND_OTHER);

const char *
expense_text (Expense expense, Language language)
{
  return expense_texts[expense][language];
}

Expense
expense_of_item (ItemKind kind)
{
  return (Expense)kind; /* the same list, in the same order */
}

gboolean
fund_has_strand (const Fund *fund, Strand strand)
{
  return fund->strand == strand || (fund->also_strands & 1u << strand) != 0;
}

gboolean
fund_pays (const Fund *fund, Expense expense)
{
  return fund->expenses == 0 || (fund->expenses & 1u << expense) != 0;
}

const char *
strand_text (Strand strand, Language language)
{
  return strand_texts[strand][language];
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

/* The words of a set as a list of arguments: "tablet, laptop". Takes words; caller frees. */
static char *
listed (char *words)
{
  g_auto (GStrv) parts = g_strsplit (words, " ", -1);
  g_free (words);
  return g_strjoinv (", ", parts);
}

/* What the donor wants it spent on. */
static void
judge_purpose (const SpendFacts *facts, Verdict *verdict)
{
  const Fund *fund = facts->fund;
  g_autofree char *strands = listed (strand_words (fund->also_strands | 1u << fund->strand));
  g_autofree char *expenses = listed (expense_words (fund->expenses));
  if (!fund_has_strand (fund, facts->strand))
    verdict_add (verdict, M_FUND_STRAND, fund->name, strands, strand_name (facts->strand), NULL);
  else if (!fund_pays (fund, facts->expense))
    verdict_add (verdict, M_FUND_EXPENSE, fund->name, expense_name (facts->expense), expenses, NULL);
}

static void
judge_period (const SpendFacts *facts, Verdict *verdict)
{
  const Fund *fund = facts->fund;
  gboolean is_after = strcmp (facts->today.text, fund->to.text) > 0;
  if (is_after && fund->is_firm)
    verdict_add (verdict, M_FUND_ENDED, fund->name, fund->to.text, facts->today.text, NULL);
  else if (is_after || strcmp (facts->today.text, fund->from.text) < 0)
    verdict_add (verdict, M_FUND_PERIOD, fund->name, fund->from.text, fund->to.text, facts->today.text, NULL);
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
  judge_purpose (facts, verdict);
  judge_period (facts, verdict);
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
