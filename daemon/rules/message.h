/* Everything the program can say no with, ask about or point out: one table, each row with its stable code, its kind and its
 * sentence in French and in English. Rules collect Findings into a Verdict; actions and api make GErrors of them.
 * Sentences: plain words, who/what/since when, and what to do next. */
#pragma once
#include <glib.h>

/* What a message means to the caller; api/ maps kinds to HTTP statuses, cli/ to exit codes. */
typedef enum {
  MESSAGE_INPUT,     /* what was typed or sent cannot be read */
  MESSAGE_REFUSED,   /* a rule says no */
  MESSAGE_CONFIRM,   /* a rule says: only with this right and a reason */
  MESSAGE_NOTE,      /* to know; stops nothing */
  MESSAGE_NOT_FOUND, /* no such thing */
  MESSAGE_FORBIDDEN, /* not with this account */
  MESSAGE_DEVICE,    /* the device failed */
  MESSAGE_TROUBLE,   /* our side: disk full, stopping, a bug */
} MessageKind;

typedef enum { LANGUAGE_FR, LANGUAGE_EN } Language;

/* Rows: symbol, stable code, kind, right (only for CONFIRM, else NULL), French, English.
 * In a sentence {1} {2} {3} {4} stand for the arguments; {1d} prints a day YYYY-MM-DD as people write it (21/11/2026),
 * {1m} prints cents as money (7 900,00 EUR), {1c} prints a code as TBCD-FGHK. */
#include "daemon/rules/messages.def.h"
#define MESSAGE_VALUE_(symbol, code, kind, right, fr, en) M_##symbol,
typedef enum { MESSAGES (MESSAGE_VALUE_) MESSAGES_N } MessageId;

const char *message_code (MessageId id);   /* "item_held" */
MessageKind message_kind (MessageId id);
const char *message_right (MessageId id);  /* NULL unless MESSAGE_CONFIRM */

#define MESSAGE_ARGS 4
typedef struct {
  MessageId id;
  char *args[MESSAGE_ARGS]; /* owned; NULL where unused */
} Finding;

/* Arguments are copied; NULL ends them. Free with finding_free (accepts NULL). */
Finding *finding_new (MessageId id, ...) G_GNUC_NULL_TERMINATED;
void finding_free (Finding *finding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Finding, finding_free)
/* The sentence. Caller frees. A missing argument prints as "?". */
char *finding_text (const Finding *finding, Language language);

/* The answer of every rule: three lists of Finding *. Filled by verdict_add, by the kind of the message. */
typedef struct {
  GPtrArray *impossible, *needs_confirmation, *to_know;
} Verdict;
Verdict *verdict_new (void);
void verdict_free (Verdict *verdict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Verdict, verdict_free)
void verdict_add (Verdict *verdict, MessageId id, ...) G_GNUC_NULL_TERMINATED;
/* Does the verdict let the action happen? overrides: the rights that the caller claims with a comment (NULL-terminated; NULL = none). */
gboolean verdict_allows (const Verdict *verdict, const char *const *overrides);

/* RULE_ERROR: a GError that carries a Finding (code = MessageId, message = the English sentence). */
#define RULE_ERROR (rule_error_quark ())
GQuark rule_error_quark (void);
void rule_error_set (GError **error, MessageId id, ...) G_GNUC_NULL_TERMINATED;
/* From the first finding that stops the verdict. */
void rule_error_set_verdict (GError **error, const Verdict *verdict, const char *const *overrides);
/* The finding inside (borrowed), or NULL when error is of another domain. */
const Finding *rule_error_finding (const GError *error);
