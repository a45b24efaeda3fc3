/* What every verb shares: who asks, when, under which calendar, and the three-list answer. One verb is one function, run in the
 * register's writer thread inside one transaction: it judges, changes rows, appends one journal line, or changes nothing. */
#pragma once
#include "daemon/rules/fund.h"
#include "db/store.h"

/* Given by the api for one request; borrowed by the verb. */
typedef struct {
  gint64 now; /* epoch seconds: the clock, or a demo register's clock */
  const Calendar *calendar;
  const char *account; /* code or unix name of who acts; goes to the journal */
  Role role;
  gboolean is_preview;          /* judge only: the verb fills the verdict and changes nothing */
  const char *const *overrides; /* rights claimed ("lend-second"), NULL-terminated or NULL */
  const char *comment;          /* reason of an override or of the act; required with overrides */
  struct _Vault *vault;         /* keys of sealed codes (vault.h); NULL: none, codes are refused */
  const struct _Offers *offers; /* rules of operators' offers (offers.h); NULL: none are known */
  const RechargeLimits *limits; /* what one person may have; NULL: no limit */
} ActionContext;

/* What a verb answers. Start with outcome_init; outcome_clear frees. */
typedef struct {
  Verdict *verdict; /* filled in a preview and in an act alike */
  GPtrArray *codes; /* g_free'd strings: the objects made or changed, the main one first */
} Outcome;
void outcome_init (Outcome *outcome);
void outcome_clear (Outcome *outcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)
void outcome_add_code (Outcome *outcome, const char *code);

/* The common end of a verb's judging. TRUE: go on and act. FALSE without error: a preview, stop here. FALSE with error
 * (RULE_ERROR): refused, needs confirmation, or an override without a comment. */
gboolean action_may_go_on (const ActionContext *context, const Verdict *verdict, GError **error);
/* What a verb that may not go on returns: TRUE for a preview, which is an answer (unless it claims a right of another role). */
gboolean action_is_previewed (const ActionContext *context);
/* Makes the next code of that kind. */
gboolean action_new_code (Store *store, char kind, Code code, GError **error);
/* Appends the verb's journal line, at context->now or, when the clock went back since, at the instant of the line before; before and after are short "name=value" lists, never names or phone numbers. */
gboolean action_journal (Store *store, const ActionContext *context, const char *verb, const char *subjects,
                         const char *before, const char *after, GError **error);
/* Turns what the database refused into the sentence a person needs (unique index -> "already known ...", stale -> "someone
 * was faster"). Leaves other errors as they are. Call it on the error of a db call. */
void action_explain (GError **error, MessageId unique, MessageId stale);
/* The same for a code that nobody has: DB_ERROR_NOT_FOUND becomes the message id with that code. */
void action_explain_missing (GError **error, MessageId id, const char *code);
