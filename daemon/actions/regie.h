/* Regies d'avances: opened and changed by an act, advances and expenses, corrections, months that are closed, and money asked back from the
 * accountant. Only its holder and deputy write in its journal (rules/regie.h). What a bundle says is daemon/documents/regie.h's. */
#pragma once
#include "daemon/actions/action.h"
#include "db/regie.h"

/* As typed; borrowed, NULL or "" = absent. To open: everything but deputy. To change: regie, act and its day; the rest stays when absent. */
typedef struct {
  const char *regie; /* code; to change alone */
  const char *name;
  const char *act;             /* reference of the act */
  const char *act_on;          /* its day */
  const char *ceiling;         /* "500,00"; not together with ceiling_cents */
  const gint64 *ceiling_cents; /* NULL = absent */
  const char *const *natures;  /* of expense, in the words of the act */
  const char *const *means;    /* "cash" "card" "transfer" "cheque" "debit" */
  const char *holder, *deputy; /* code or name of an account; deputy "none": nobody any more */
} RegieRequestAct;
/* Verbs "regie.add" and "regie.change". outcome: the regie's code. RULE_ERROR: M_FIELD_*, M_MONEY_*, M_DAY_*, M_WORD_UNKNOWN,
 * M_REGIE_KNOWN, M_ACCOUNT_NAME, M_REGIE_CEILING (below the advance). */
gboolean regie_add (Store *store, const ActionContext *context, const RegieRequestAct *request, Outcome *outcome,
                    GError **error);
gboolean regie_change (Store *store, const ActionContext *context, const RegieRequestAct *request, Outcome *outcome,
                       GError **error);

/* As typed; borrowed. regie may be absent when there is one only. */
typedef struct {
  const char *regie;
  const char *kind; /* "advance" "expense" "repayment"; a reconstitution comes with its request */
  const char *amount;
  const gint64 *amount_cents;
  const char *on;             /* today when absent */
  const char *nature, *means; /* of an expense, as the act has them */
  const char *object;         /* what it was for; required of an expense */
  const char *paper;          /* reference of the paper; required of an expense */
  const char *paper_hash;     /* SHA-256 of its file */
} RegieLineRequest;
/* Verb "regie.write". outcome: the regie's code; to_know: what is left in the till. RULE_ERROR: the verdicts of rules/regie, M_REGIE_PAPER_TWICE
 * (right "regie-paper-twice"). */
gboolean regie_write (Store *store, const ActionContext *context, const RegieLineRequest *request, Outcome *outcome,
                      GError **error);

typedef struct {
  const char *regie;
  const gint64 *entry; /* number of the line that is taken back */
} RegieCorrectRequest;
/* Verb "regie.correct", with a comment: a line of the same kind on the other side. Of a reconstitution: its request is asked again. */
gboolean regie_correct (Store *store, const ActionContext *context, const RegieCorrectRequest *request,
                        Outcome *outcome, GError **error);

typedef struct {
  const char *regie;
  const char *period; /* "2026-11", or "2026": the year's cut-off */
} RegieCloseRequest;
/* Verb "regie.close". From then on nothing is written in that month any more. */
gboolean regie_end (Store *store, const ActionContext *context, const RegieCloseRequest *request, Outcome *outcome,
                    GError **error);

typedef struct {
  const char *regie;
  const gint64 *request; /* number of a request; NULL: to ask */
  const char *on;        /* the day the money came; today when absent */
} RegieAskRequest;
/* Verb "regie.ask": what was spent since the last request, of the oldest year that has some. M_REGIE_NOTHING. */
gboolean regie_ask (Store *store, const ActionContext *context, const RegieAskRequest *request, Outcome *outcome,
                    GError **error);
/* Verb "regie.receive": the money of a request came; a line of the journal. M_REGIE_RECEIVED. */
gboolean regie_receive (Store *store, const ActionContext *context, const RegieAskRequest *request, Outcome *outcome,
                        GError **error);

/* The regie that somebody named, or the only one. M_CODE_*, M_REGIE_NOT_FOUND, M_REGIE_NONE, M_REGIE_CHOOSE. Caller frees. */
Regie *regie_find (Store *store, const char *text, GError **error);
