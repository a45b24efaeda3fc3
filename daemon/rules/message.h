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
 * In a sentence {1} {2} {3} {4} stand for the arguments. A letter after the number says how the argument is printed:
 *   {1d} a day YYYY-MM-DD as people write it (21/11/2026)      {1m} cents as money (7 900,00 €, €7,900.00)
 *   {1c} a code as TBCD-FGHK, or several: "TBCDFGHK, TNKDVTPF"  {1k} kind letters ("TS": une tablette ou une carte SIM)
 *   {1i} {1l} {1o} {1w} {1v} the stored word of an item, line, loan, wipe state or of a wipe verdict, as people say it; or several: "new, to_wipe"
 *   {1g} {1q} the stored word of the state of a recharge and of a voucher
 *   {1u} roles ("agent, admin": agent, administrateur)
 *   {1f} a field of the interface ("amount": somme)   {1p} names of pieces ("charger, sleeve": chargeur, housse)
 *   {1s} a strand   {1e} kinds of expense   {1y} means of payment   {1r} why a day is closed (dates.h)   {1b} why a strategy cannot work (wipe.h)
 * and {*} is the sentence of the finding inside (finding_around). An argument that cannot be read so is printed as it is. */
#include "daemon/rules/messages.def.h"
#define MESSAGE_VALUE_(symbol, code, kind, right, fr, en) M_##symbol,
typedef enum { MESSAGES (MESSAGE_VALUE_) MESSAGES_N } MessageId;

const char *message_code (MessageId id); /* "item_held" */
/* The message of that code, which may be any text. FALSE when there is none. */
gboolean message_find (const char *code, MessageId *id);
MessageKind message_kind (MessageId id);
const char *message_right (MessageId id);                       /* NULL unless MESSAGE_CONFIRM */
const char *message_sentence (MessageId id, Language language); /* as in the table, with its {1} */

#define MESSAGE_ARGS 4
typedef struct _Finding {
  MessageId id;
  char *args[MESSAGE_ARGS]; /* owned; NULL where unused */
  struct _Finding *inside;  /* owned; NULL unless made by finding_around */
} Finding;

/* Arguments are copied, made valid UTF-8 on one line and cut to 200 characters; NULL ends them (at most four). Free with
 * finding_free (accepts NULL). */
Finding *finding_new (MessageId id, ...) G_GNUC_NULL_TERMINATED;
/* The same, saying where another finding was met ("Line 3, column iccid: ..."). Takes inside. */
Finding *finding_around (Finding *inside, MessageId id, ...) G_GNUC_NULL_TERMINATED;
Finding *finding_copy (const Finding *finding); /* NULL gives NULL */
void finding_free (Finding *finding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Finding, finding_free)
/* The sentence. Caller frees. A missing argument prints as "?". */
char *finding_text (const Finding *finding, Language language);

/* The sentence of what is kept as "code|arg|arg" (message_code and arguments): why a wipe, an act on a modem, an arrival ended so. NULL for NULL, and
 * when it is no such text. Caller frees. */
char *reason_text (const char *reason, Language language);

/* The answer of every rule: three lists of Finding *. Filled by verdict_add, by the kind of the message. */
typedef struct {
  GPtrArray *impossible, *needs_confirmation, *to_know;
} Verdict;
Verdict *verdict_new (void);
void verdict_free (Verdict *verdict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Verdict, verdict_free)
void verdict_add (Verdict *verdict, MessageId id, ...) G_GNUC_NULL_TERMINATED;
void verdict_take (Verdict *verdict, Finding *finding); /* takes finding */
/* Does the verdict let the action happen? overrides: the rights that the caller claims with a comment (NULL-terminated; NULL = none). */
gboolean verdict_allows (const Verdict *verdict, const char *const *overrides);

/* RULE_ERROR: a GError that carries a Finding (code = MessageId, message = the English sentence). */
#define RULE_ERROR (rule_error_quark ())
GQuark rule_error_quark (void);
void rule_error_set (GError **error, MessageId id, ...) G_GNUC_NULL_TERMINATED;
void rule_error_take (GError **error, Finding *finding); /* takes finding, also when error is NULL */
/* From the first finding that stops the verdict; nothing is set when verdict_allows it. */
void rule_error_set_verdict (GError **error, const Verdict *verdict, const char *const *overrides);
/* The finding inside (borrowed), or NULL when error is of another domain. */
const Finding *rule_error_finding (const GError *error);
