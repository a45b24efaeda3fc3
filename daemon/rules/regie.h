/* What the act of a regie d'avances allows. The database keeps the till and the advance within their bounds whatever is decided here. */
#pragma once
#include "daemon/rules/dates.h"

/* A line that somebody wants to write. */
typedef struct {
  const Regie *regie;
  RegieKind kind;
  gboolean is_reversal; /* it takes an earlier line back: any nature, any means */
  Money amount;
  Day on, today;
  const char *account; /* code of who writes */
  const char *nature;  /* as the act names it; NULL: it does not */
  const char *asked;   /* as it was typed, for the sentence */
  gboolean has_means;
  PayMeans means;
} RegieFacts;
/* Only the holder and the deputy write; months never go back, and a closed one stays as it is; an expense has a nature and a means of the act;
 * the till is never below zero, the advance never above the ceiling. Nothing of this can be overridden: an act is changed by an act. */
void regie_judge (const RegieFacts *facts, Verdict *verdict);
/* What such a line does to the till and to the advance. */
Money regie_move (RegieKind kind, gboolean is_reversal, Money amount);
Money regie_advance_move (RegieKind kind, gboolean is_reversal, Money amount);

/* May that month be closed today? It has ended, and is not closed yet. */
void regie_judge_close (const Regie *regie, const char *month, const Day *today, Verdict *verdict);
/* May that year be closed? Its last month is closed, and every expense of it was asked for. unasked: the first line that was not, 0 for none. */
void regie_judge_close_year (const Regie *regie, const char *year, gint64 unasked, Verdict *verdict);
/* Does that account hold the regie, as its holder or its deputy? */
gboolean regie_is_held_by (const Regie *regie, const char *account);

/* "dépense" / "expense"; "virement" / "transfer". Static. */
const char *regie_kind_text (RegieKind kind, Language language);
const char *pay_means_text (PayMeans means, Language language);
