#include "daemon/rules/regie.h"
#include <string.h>

#define MONTH_LETTERS 7 /* "2026-11" */
#define YEAR_LETTERS  4

static const char *const kind_texts[][2] = {
    [REGIE_ADVANCE] = {"avance reçue", "advance received"},
    [REGIE_EXPENSE] = {"dépense", "expense"},
    [REGIE_RECONSTITUTION] = {"reconstitution reçue", "reconstitution received"},
    [REGIE_REPAYMENT] = {"reversement au comptable", "repayment to the accountant"},
};
G_STATIC_ASSERT (G_N_ELEMENTS (kind_texts) == REGIE_KINDS_N);
static const char *const means_texts[][2] = {
    [PAY_CASH] = {"espèces", "cash"},
    [PAY_CARD] = {"carte bancaire", "card"},
    [PAY_TRANSFER] = {"virement", "transfer"},
    [PAY_CHEQUE] = {"chèque", "cheque"},
    [PAY_DEBIT] = {"prélèvement", "direct debit"},
};
G_STATIC_ASSERT (G_N_ELEMENTS (means_texts) == PAY_MEANS_N);

const char *
regie_kind_text (RegieKind kind, Language language)
{
  return kind_texts[kind][language];
}

const char *
pay_means_text (PayMeans means, Language language)
{
  return means_texts[means][language];
}

/* What one euro of each kind does. */
static const struct {
  int till, advance;
} effects[REGIE_KINDS_N] = {
    [REGIE_ADVANCE] = {1, 1},
    [REGIE_EXPENSE] = {-1, 0},
    [REGIE_RECONSTITUTION] = {1, 0},
    [REGIE_REPAYMENT] = {-1, -1},
};

Money
regie_move (RegieKind kind, gboolean is_reversal, Money amount)
{
  return money_of_cents (effects[kind].till * (is_reversal ? -1 : 1) * amount.cents);
}

Money
regie_advance_move (RegieKind kind, gboolean is_reversal, Money amount)
{
  return money_of_cents (effects[kind].advance * (is_reversal ? -1 : 1) * amount.cents);
}

gboolean
regie_is_held_by (const Regie *regie, const char *account)
{
  return g_str_equal (regie->holder, account) || (regie->deputy[0] != '\0' && g_str_equal (regie->deputy, account));
}

static void
judge_day (const RegieFacts *facts, Verdict *verdict)
{
  const Regie *regie = facts->regie;
  g_autofree char *month = g_strndup (facts->on.text, MONTH_LETTERS);
  if (strcmp (facts->on.text, facts->today.text) > 0)
    verdict_add (verdict, M_DAY_TO_COME, facts->on.text, NULL);
  else if (strcmp (facts->on.text, regie->act_on.text) < 0)
    verdict_add (verdict, M_REGIE_BEFORE_ACT, facts->on.text, regie->act_on.text, NULL);
  else if (regie->closed_month[0] != '\0' && strcmp (month, regie->closed_month) <= 0)
    verdict_add (verdict, M_REGIE_MONTH_CLOSED, month, NULL);
  else if (strcmp (month, regie->month) < 0)
    verdict_add (verdict, M_REGIE_MONTH_BEHIND, regie->month, NULL);
}

/* Caller frees. */
static char *
printed (gint64 cents)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, cents);
}

static void
judge_money (const RegieFacts *facts, Verdict *verdict)
{
  const Regie *regie = facts->regie;
  gint64 till = regie->balance.cents + regie_move (facts->kind, facts->is_reversal, facts->amount).cents;
  gint64 advance = regie->advance.cents + regie_advance_move (facts->kind, facts->is_reversal, facts->amount).cents;
  g_autofree char *balance = printed (regie->balance.cents);
  g_autofree char *amount = printed (facts->amount.cents);
  g_autofree char *ceiling = printed (regie->ceiling.cents);
  g_autofree char *given = printed (regie->advance.cents);
  if (till < 0)
    verdict_add (verdict, M_REGIE_SHORT, regie->name, balance, amount, NULL);
  else if (advance > regie->ceiling.cents)
    verdict_add (verdict, M_REGIE_CEILING, regie->name, ceiling, given, amount, NULL);
  else if (advance < 0)
    verdict_add (verdict, M_REGIE_ADVANCE, regie->name, given, amount, NULL);
}

static void
judge_act (const RegieFacts *facts, Verdict *verdict)
{
  const Regie *regie = facts->regie;
  g_autofree char *natures = g_strjoinv (", ", regie->natures);
  g_autofree char *words = pay_means_words (regie->means);
  g_auto (GStrv) parts = g_strsplit (words, " ", -1);
  g_autofree char *means = g_strjoinv (", ", parts);
  if (facts->nature == NULL)
    verdict_add (verdict, M_REGIE_NATURE, facts->asked, natures, NULL);
  if (!facts->has_means)
    verdict_add (verdict, M_FIELD_MISSING, "means", NULL);
  else if ((regie->means & 1u << facts->means) == 0)
    verdict_add (verdict, M_REGIE_MEANS, pay_means_name (facts->means), means, NULL);
}

void
regie_judge (const RegieFacts *facts, Verdict *verdict)
{
  if (!regie_is_held_by (facts->regie, facts->account))
    verdict_add (verdict, M_REGIE_HOLDER, facts->regie->name, facts->regie->holder, NULL);
  if (facts->amount.cents <= 0) {
    verdict_add (verdict, M_MONEY_ZERO, NULL);
    return;
  }
  judge_day (facts, verdict);
  judge_money (facts, verdict);
  if (facts->kind == REGIE_EXPENSE && !facts->is_reversal)
    judge_act (facts, verdict);
}

void
regie_judge_close (const Regie *regie, const char *month, const Day *today, Verdict *verdict)
{
  if (strncmp (month, today->text, MONTH_LETTERS) >= 0)
    verdict_add (verdict, M_REGIE_MONTH_RUNS, month, NULL);
  else if (regie->closed_month[0] != '\0' && strcmp (month, regie->closed_month) <= 0)
    verdict_add (verdict, M_REGIE_MONTH_CLOSED, month, NULL);
}

void
regie_judge_close_year (const Regie *regie, const char *year, gint64 unasked, Verdict *verdict)
{
  g_autofree char *december = g_strdup_printf ("%.*s-12", YEAR_LETTERS, year);
  g_autofree char *number = printed (unasked);
  if (regie->closed_year[0] != '\0' && strcmp (year, regie->closed_year) <= 0)
    verdict_add (verdict, M_REGIE_YEAR_CLOSED, year, NULL);
  else if (strcmp (regie->closed_month, december) < 0)
    verdict_add (verdict, M_REGIE_DECEMBER, year, NULL);
  else if (unasked > 0)
    verdict_add (verdict, M_REGIE_UNASKED, year, number, NULL);
}
