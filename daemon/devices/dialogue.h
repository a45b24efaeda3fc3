/* Dialogues with operators as data: what to send, what to expect, what the answer says. One file an operator
 * (daemon/system/dialogues/NAME.conf), each [group] one dialogue. Loaded whole or not at all; docs/decisions/0016.
 * Here: reading and checking them. The talk itself is dialogue_run.h. */
#pragma once
#include <gio/gio.h>

#define DIALOGUE_ERROR (dialogue_error_quark ())
GQuark dialogue_error_quark (void);
typedef enum {
  DIALOGUE_ERROR_FILE,  /* cannot be read */
  DIALOGUE_ERROR_INPUT, /* "FILE:LINE: [group] key: what is wrong" */
} DialogueErrorCode;

typedef enum {
  DIALOGUE_BALANCE, /* how much is left, until when */
  DIALOGUE_TOPUP,   /* spends a recharge code, or credit */
  DIALOGUE_NUMBER,  /* the line's own phone number */
} DialoguePurpose;
/* "balance" "topup" "number" */
const char *dialogue_purpose_name (DialoguePurpose purpose);

typedef enum {
  DIALOGUE_USSD,  /* one-shot or menu, over the modem */
  DIALOGUE_SMS,   /* over the modem */
  DIALOGUE_VOICE, /* a person calls and types what was heard */
  DIALOGUE_WEB,   /* a person opens the operator's page and types what was read */
} DialogueChannel;
/* "ussd" "sms" "voice" "web" */
const char *dialogue_channel_name (DialogueChannel channel);
/* Voice and web: a person does it; no modem is needed. */
gboolean dialogue_is_human (DialogueChannel channel);

typedef enum {
  DIALOGUE_COST_UNKNOWN,
  DIALOGUE_COST_FREE,
  DIALOGUE_COST_PAID,
} DialogueCost;
/* "unknown" "free" "paid" */
const char *dialogue_cost_name (DialogueCost cost);

typedef enum {
  DIALOGUE_SEND,   /* starts the talk: a USSD string, a message, a number to call, an address to open */
  DIALOGUE_EXPECT, /* a pattern that the last answer must match */
  DIALOGUE_REPLY,  /* goes on in the open USSD session, or sends the next message */
} DialogueStepKind;
typedef struct {
  DialogueStepKind kind;
  char *text;     /* {code} stands for the recharge code; NULL for expect */
  GRegex *expect; /* NULL for send and reply */
} DialogueStep;

/* What an answer means. Patterns are tried in this order, the first that matches decides. */
typedef enum {
  DIALOGUE_SAYS_USED,    /* the code was already used */
  DIALOGUE_SAYS_FAILURE, /* refused: nothing was spent */
  DIALOGUE_SAYS_SUCCESS,
  DIALOGUE_SAYS_NOTHING, /* no pattern matches */
} DialogueMeaning;
#define DIALOGUE_N_PATTERNS DIALOGUE_SAYS_NOTHING

typedef enum { DIALOGUE_EUR, DIALOGUE_MB, DIALOGUE_DATE, DIALOGUE_TEXT } DialogueCapture;
#define DIALOGUE_N_CAPTURES (DIALOGUE_TEXT + 1)

/* Read-only for everybody but the loader. */
typedef struct {
  char *id;       /* the name of the group: "orange-balance" */
  char *operator; /* as people say it: "Orange" */
  DialoguePurpose purpose;
  DialogueChannel channel;
  DialogueCost cost;
  char *sms_to;         /* short number that a message is sent to; NULL for other channels */
  char *sms_from;       /* sender whose answers count; NULL = sms_to */
  GStrv iccid_prefixes; /* cards it is meant for; NULL = chosen by a person */
  GStrv networks;    /* MCC-MNC of the network that issued the card: a hint, never enough to spend (MVNOs share it) */
  char *code_format; /* anchored pattern of the recharge code; NULL = any 4 to 24 letters and digits */
  guint timeout_s;   /* how long an answer by message is waited for */
  GArray *steps;     /* of DialogueStep; the first is always DIALOGUE_SEND */
  GPtrArray *patterns[DIALOGUE_N_PATTERNS]; /* of GRegex */
  GRegex *captures[DIALOGUE_N_CAPTURES];    /* the first group is the value; NULL = not captured */
  char *verified_on;                        /* YYYY-MM-DD it last worked with a real card; NULL = never verified */
  char *verified_by;                        /* who saw it */
  char *source;                             /* where it comes from; never NULL */
  gboolean is_sourced;                      /* FALSE: nobody published it, somebody said so */
  char *digest;                             /* SHA-256 of its text: a sign-off is of this text and no other */
} Dialogue;

/* May money leave by it? A top-up, or anything whose cost is not known to be free. */
gboolean dialogue_spends (const Dialogue *dialogue);
/* Is code of the form that the dialogue asks for? */
gboolean dialogue_code_is_good (const Dialogue *dialogue, const char *code);

typedef struct _DialogueBook DialogueBook;
/* Every *.conf of the folder, in the order of names. NULL with error naming file, line, group and key: one mistake refuses the whole book,
 * so that nobody talks to an operator with half of what was written. */
DialogueBook *dialogue_book_load (const char *folder, GError **error);
/* The same from one text; name stands in the sentences of errors. */
DialogueBook *dialogue_book_parse (const char *name, const char *text, gsize n, GError **error);
/* Accepts NULL. */
void dialogue_book_free (DialogueBook *book);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DialogueBook, dialogue_book_free)
guint dialogue_book_size (const DialogueBook *book);
/* Borrowed from the book. */
const Dialogue *dialogue_book_get (const DialogueBook *book, guint index);
/* NULL when there is none of that id. */
const Dialogue *dialogue_book_find (const DialogueBook *book, const char *id);
/* The first for that purpose whose ICCID prefix fits the card; else NULL: then a person chooses. Never chosen by the network alone. */
const Dialogue *dialogue_book_match (const DialogueBook *book, DialoguePurpose purpose, const char *iccid);

/* What was understood of the answers. */
typedef struct {
  gint64 eur_cents; /* -1 = not said */
  gint64 mb;        /* -1 = not said */
  char *date;       /* YYYY-MM-DD, NULL = not said */
  char *text;       /* the captured words, NULL */
} DialogueFound;
void dialogue_found_clear (DialogueFound *found);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DialogueFound, dialogue_found_clear)
/* What answer means, and what it tells: values already in found stay when this answer does not say them. found may be NULL. */
DialogueMeaning dialogue_read (const Dialogue *dialogue, const char *answer, DialogueFound *found);

/* What would be said, one line a step ("USSD #124*{code}#" with the code as dots), what is expected, what it costs. English, for the
 * technician; nothing is sent. values as dialogue_run. Caller frees. */
char *dialogue_dry_run (const Dialogue *dialogue, const char *code);
