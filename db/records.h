/* The register's nouns as plain structs, shared by db/ (which stores them) and daemon/rules/ (which judge them).
 * Types only: no function here touches the database. A record owns its strings; NULL means "not known". */
#pragma once
#include "db/money.h"
#include <glib.h>

/* A code such as "TBCDFGHK" (kind letter, six letters, check letter), upper case, without hyphen. Made by rules/code. */
typedef char Code[9];

/* A calendar day "YYYY-MM-DD" in the body's time zone; "" means none. Compare two with strcmp. Made by rules/dates. */
typedef struct {
  char text[11];
} Day;

/* Closed lists. One row: enum suffix, the text that is stored (and checked by the database). The order is only the enum's. */
#define ITEM_STATES(X)                                                                                                 \
  X (NEW, "new")                                                                                                       \
  X (TO_WIPE, "to_wipe")                                                                                               \
  X (WIPING, "wiping")                                                                                                 \
  X (READY, "ready")                                                                                                   \
  X (LENT, "lent")                                                                                                     \
  X (BLOCKED, "blocked")                                                                                               \
  X (REPAIR, "repair")                                                                                                 \
  X (LOST, "lost")                                                                                                     \
  X (STOLEN, "stolen")                                                                                                 \
  X (RETIRED, "retired")                                                                                               \
  X (DONATED, "donated")
#define LINE_STATES(X)                                                                                                 \
  X (STOCK, "stock")                                                                                                   \
  X (ACTIVE, "active")                                                                                                 \
  X (LENT, "lent")                                                                                                     \
  X (RETURNED, "returned")                                                                                             \
  X (SUSPENDED, "suspended")                                                                                           \
  X (LOST, "lost")                                                                                                     \
  X (EXPIRED, "expired")                                                                                               \
  X (RETIRED, "retired")
#define LOAN_STATES(X)                                                                                                 \
  X (OPEN, "open")                                                                                                     \
  X (PARTLY_RETURNED, "partly_returned")                                                                               \
  X (CLOSED, "closed")                                                                                                 \
  X (WRITTEN_OFF, "written_off")
#define PIECE_STATES(X)                                                                                                \
  X (PRESENT, "present")                                                                                               \
  X (MISSING, "missing")                                                                                               \
  X (BROKEN, "broken")
#define STRANDS(X)                                                                                                     \
  X (EQUIPMENT, "equipment")                                                                                           \
  X (SKILLS, "skills")                                                                                                 \
  X (CONNECTION, "connection")
#define ITEM_KINDS(X)                                                                                                  \
  X (TABLET, "tablet")                                                                                                 \
  X (HOTSPOT, "hotspot")                                                                                               \
  X (LAPTOP, "laptop")                                                                                                 \
  X (OTHER, "other")
/* What money is spent on: a thing of that kind, a line's credit, a repair. The first ones are the kinds of items, in their order. */
#define EXPENSES(X)                                                                                                    \
  ITEM_KINDS (X)                                                                                                       \
  X (RECHARGE, "recharge")                                                                                             \
  X (REPAIR, "repair")
/* advance: the accountant fills the till · reconstitution: gives back what was spent · repayment: gets money of the till back */
#define REGIE_KINDS(X)                                                                                                 \
  X (ADVANCE, "advance")                                                                                               \
  X (EXPENSE, "expense")                                                                                               \
  X (RECONSTITUTION, "reconstitution")                                                                                 \
  X (REPAYMENT, "repayment")
#define REGIE_REQUEST_STATES(X)                                                                                        \
  X (ASKED, "asked")                                                                                                   \
  X (RECEIVED, "received")
#define PAY_MEANS(X)                                                                                                   \
  X (CASH, "cash")                                                                                                     \
  X (CARD, "card")                                                                                                     \
  X (TRANSFER, "transfer")                                                                                             \
  X (CHEQUE, "cheque")                                                                                                 \
  X (DEBIT, "debit")
#define ROLES(X)                                                                                                       \
  X (READER, "reader")                                                                                                 \
  X (AGENT, "agent")                                                                                                   \
  X (TECHNICIAN, "technician")                                                                                         \
  X (ADMIN, "admin")
/* seen: asked for, tablet on its port · identified: serial read and equal · gated: safe to wipe · armed: strategy chosen ·
 * started: the command is about to be sent or was sent · gone: it left the port · recovery: seen with another face ·
 * returned: back · wait_human: somebody must do or confirm something · blocked: refused, with a reason */
#define WIPE_STATES(X)                                                                                                 \
  X (SEEN, "seen")                                                                                                     \
  X (IDENTIFIED, "identified")                                                                                         \
  X (GATED, "gated")                                                                                                   \
  X (ARMED, "armed")                                                                                                   \
  X (STARTED, "started")                                                                                               \
  X (GONE, "gone")                                                                                                     \
  X (RECOVERY, "recovery")                                                                                             \
  X (RETURNED, "returned")                                                                                             \
  X (WAIT_HUMAN, "wait_human")                                                                                         \
  X (VERIFIED, "verified")                                                                                             \
  X (NOT_WIPED, "not_wiped")                                                                                           \
  X (UNKNOWN, "unknown")                                                                                               \
  X (BLOCKED, "blocked")                                                                                               \
  X (ABORTED, "aborted")
#define CHECK_RESULTS(X)                                                                                               \
  X (OK, "ok")                                                                                                         \
  X (BROKEN, "broken")                                                                                                 \
  X (MISSING, "missing")
#define REPAIR_STEPS(X)                                                                                                \
  X (OPENED, "opened")                                                                                                 \
  X (NOTED, "noted")                                                                                                   \
  X (DONE, "done")
#define ARRIVAL_STATES(X)                                                                                              \
  X (ASKED, "asked")                                                                                                   \
  X (TAP, "tap")                                                                                                       \
  X (READ, "read")                                                                                                     \
  X (FAILED, "failed")                                                                                                 \
  X (ACCEPTED, "accepted")
#define WIPE_VERDICTS(X)                                                                                               \
  X (NONE, "none")                                                                                                     \
  X (PROVEN, "proven")                                                                                                 \
  X (CONSISTENT, "consistent")                                                                                         \
  X (ATTESTED, "attested")                                                                                             \
  X (NOT_WIPED, "not_wiped")                                                                                           \
  X (UNKNOWN, "unknown")
/* prepared: money and voucher are set aside · sent: the code may have reached the operator · ambiguous: sent, and nobody knows */
#define RECHARGE_STATES(X)                                                                                             \
  X (PREPARED, "prepared")                                                                                             \
  X (SENT, "sent")                                                                                                     \
  X (CONFIRMED, "confirmed")                                                                                           \
  X (REJECTED, "rejected")                                                                                             \
  X (AMBIGUOUS, "ambiguous")                                                                                           \
  X (CANCELLED, "cancelled")
/* hand: paid elsewhere, and written down · voucher: a person types the code · bench: a dialogue with the card */
#define RECHARGE_CHANNELS(X)                                                                                           \
  X (HAND, "hand")                                                                                                     \
  X (VOUCHER, "voucher")                                                                                               \
  X (BENCH, "bench")
#define RECHARGE_EVIDENCES(X)                                                                                          \
  X (OPERATOR, "operator")                                                                                             \
  X (BALANCE, "balance")                                                                                               \
  X (PERSON, "person")
#define VOUCHER_STATES(X)                                                                                              \
  X (STOCK, "stock")                                                                                                   \
  X (RESERVED, "reserved")                                                                                             \
  X (USED, "used")                                                                                                     \
  X (REJECTED, "rejected")                                                                                             \
  X (AMBIGUOUS, "ambiguous")
/* Where a clock of a line comes from, and how far it is to be believed. NONE: nobody told. */
#define CLOCK_ORIGINS(X)                                                                                               \
  X (NONE, "")                                                                                                         \
  X (RULE, "rule")                                                                                                     \
  X (OPERATOR, "operator")                                                                                             \
  X (TYPED, "typed")
#define CONFIDENCES(X)                                                                                                 \
  X (NONE, "")                                                                                                         \
  X (GUESS, "guess")                                                                                                   \
  X (LIKELY, "likely")                                                                                                 \
  X (CERTAIN, "certain")
#define SECRET_KINDS(X)                                                                                                \
  X (PIN, "pin")                                                                                                       \
  X (PUK, "puk")                                                                                                       \
  X (VOUCHER, "voucher")                                                                                               \
  X (PIN_NEXT, "pin_next")
/* What is asked of a modem of the SIM bench. */
#define MODEM_ACT_KINDS(X)                                                                                             \
  X (IDENTIFY, "identify")                                                                                             \
  X (PIN_ENTER, "pin_enter")                                                                                           \
  X (PIN_CHANGE, "pin_change")                                                                                         \
  X (PIN_ENABLE, "pin_enable")                                                                                         \
  X (PIN_DISABLE, "pin_disable")                                                                                       \
  X (UNBLOCK, "unblock")                                                                                               \
  X (BALANCE, "balance")                                                                                               \
  X (TOPUP, "topup")                                                                                                   \
  X (COUNT, "count")                                                                                                   \
  X (ERASE, "erase")
/* sent: a step that may spend was about to leave · ambiguous: and nobody knows · not_done: surely nothing was spent */
#define MODEM_ACT_STATES(X)                                                                                            \
  X (ASKED, "asked")                                                                                                   \
  X (SENT, "sent")                                                                                                     \
  X (OK, "ok")                                                                                                         \
  X (REFUSED, "refused")                                                                                               \
  X (AMBIGUOUS, "ambiguous")                                                                                           \
  X (NOT_DONE, "not_done")
/* What the register says of a card that a modem has read. bound: it was new, and has a line now. */
#define CARD_VERDICTS(X)                                                                                               \
  X (NONE, "")                                                                                                         \
  X (KNOWN, "known")                                                                                                   \
  X (NEW, "new")                                                                                                       \
  X (BOUND, "bound")                                                                                                   \
  X (CONFLICT, "conflict")
#define LINE_NOTICE_STATES(X)                                                                                          \
  X (WAITING, "waiting")                                                                                               \
  X (CLAIMED, "claimed")                                                                                               \
  X (SENT, "sent")                                                                                                     \
  X (VOID, "void")

/* Declares enum TYPE {PREFIX_..}, the count PREFIX_N, TYPE_name() and TYPE_parse(). The functions are inline so that rules
 * and db share one list and neither links the other. parse returns FALSE (output untouched) for a word not in the list. */
#define DECLARE_RECORD_ENUM(Type, fn, N, LIST, VALUE, NAME)                                                            \
  typedef enum { LIST (VALUE) N } Type;                                                                                \
  static inline const char *fn##_name (Type value)                                                                     \
  {                                                                                                                    \
    static const char *const names[] = {LIST (NAME)};                                                                  \
    return names[value];                                                                                               \
  }                                                                                                                    \
  static inline gboolean fn##_parse (const char *text, Type *value)                                                    \
  {                                                                                                                    \
    for (int i = 0; i < N; i++)                                                                                        \
      if (text != NULL && g_str_equal (text, fn##_name ((Type)i))) {                                                   \
        *value = (Type)i;                                                                                              \
        return TRUE;                                                                                                   \
      }                                                                                                                \
    return FALSE;                                                                                                      \
  }
/* A set of such words as bits (1u << value), stored as words separated by spaces: TYPE_words ("" for none; caller frees) and TYPE_set (NULL
 * and "" are none; FALSE for a word of no list, output untouched). */
#define DECLARE_RECORD_SET(Type, fn, N)                                                                                \
  static inline char *fn##_words (guint set)                                                                           \
  {                                                                                                                    \
    GString *words = g_string_new (NULL);                                                                              \
    for (guint i = 0; i < (guint)N; i++)                                                                               \
      if ((set & 1u << i) != 0)                                                                                        \
        g_string_append_printf (words, "%s%s", words->len > 0 ? " " : "", fn##_name ((Type)i));                        \
    return g_string_free (words, FALSE);                                                                               \
  }                                                                                                                    \
  static inline gboolean fn##_set (const char *words, guint *set)                                                      \
  {                                                                                                                    \
    g_auto (GStrv) parts = g_strsplit (words != NULL ? words : "", " ", -1);                                           \
    guint found = 0;                                                                                                   \
    for (char **part = parts; *part != NULL; part++) {                                                                 \
      Type value;                                                                                                      \
      if (**part != '\0' && !fn##_parse (*part, &value))                                                               \
        return FALSE;                                                                                                  \
      found |= **part != '\0' ? 1u << (guint)value : 0;                                                                \
    }                                                                                                                  \
    *set = found;                                                                                                      \
    return TRUE;                                                                                                       \
  }
#define RECORD_NAME_(symbol, text)       text,
#define ITEM_VALUE_(symbol, text)        ITEM_##symbol,
#define LINE_VALUE_(symbol, text)        LINE_##symbol,
#define LOAN_VALUE_(symbol, text)        LOAN_##symbol,
#define PIECE_VALUE_(symbol, text)       PIECE_##symbol,
#define STRAND_VALUE_(symbol, text)      STRAND_##symbol,
#define KIND_VALUE_(symbol, text)        KIND_##symbol,
#define EXPENSE_VALUE_(symbol, text)     EXPENSE_##symbol,
#define REGIE_VALUE_(symbol, text)       REGIE_##symbol,
#define REQUEST_VALUE_(symbol, text)     REQUEST_##symbol,
#define PAY_VALUE_(symbol, text)         PAY_##symbol,
#define ROLE_VALUE_(symbol, text)        ROLE_##symbol,
#define WIPE_VALUE_(symbol, text)        WIPE_##symbol,
#define VERDICT_VALUE_(symbol, text)     VERDICT_##symbol,
#define ARRIVAL_VALUE_(symbol, text)     ARRIVAL_##symbol,
#define CHECK_VALUE_(symbol, text)       CHECK_##symbol,
#define REPAIR_VALUE_(symbol, text)      REPAIR_##symbol,
#define RECHARGE_VALUE_(symbol, text)    RECHARGE_##symbol,
#define CHANNEL_VALUE_(symbol, text)     CHANNEL_##symbol,
#define EVIDENCE_VALUE_(symbol, text)    EVIDENCE_##symbol,
#define VOUCHER_VALUE_(symbol, text)     VOUCHER_##symbol,
#define ORIGIN_VALUE_(symbol, text)      ORIGIN_##symbol,
#define CONFIDENCE_VALUE_(symbol, text)  CONFIDENCE_##symbol,
#define SECRET_VALUE_(symbol, text)      SECRET_##symbol,
#define LINE_NOTICE_VALUE_(symbol, text) LINE_NOTICE_##symbol,
#define ACT_KIND_VALUE_(symbol, text)    MODEM_ACT_##symbol,
#define ACT_STATE_VALUE_(symbol, text)   MODEM_ACT_##symbol,
#define CARD_VALUE_(symbol, text)        CARD_##symbol,
DECLARE_RECORD_ENUM (ItemState, item_state, ITEM_STATES_N, ITEM_STATES, ITEM_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (LineState, line_state, LINE_STATES_N, LINE_STATES, LINE_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (LoanState, loan_state, LOAN_STATES_N, LOAN_STATES, LOAN_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (PieceState, piece_state, PIECE_STATES_N, PIECE_STATES, PIECE_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (Strand, strand, STRANDS_N, STRANDS, STRAND_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (ItemKind, item_kind, ITEM_KINDS_N, ITEM_KINDS, KIND_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (Expense, expense, EXPENSES_N, EXPENSES, EXPENSE_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (RegieKind, regie_kind, REGIE_KINDS_N, REGIE_KINDS, REGIE_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (RegieRequestState, regie_request_state, REGIE_REQUEST_STATES_N, REGIE_REQUEST_STATES,
                     REQUEST_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (PayMeans, pay_means, PAY_MEANS_N, PAY_MEANS, PAY_VALUE_, RECORD_NAME_)
DECLARE_RECORD_SET (PayMeans, pay_means, PAY_MEANS_N)
DECLARE_RECORD_SET (Strand, strand, STRANDS_N)
DECLARE_RECORD_SET (Expense, expense, EXPENSES_N)
DECLARE_RECORD_ENUM (Role, role, ROLES_N, ROLES, ROLE_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (WipeState, wipe_state, WIPE_STATES_N, WIPE_STATES, WIPE_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (CheckResult, check_result, CHECK_RESULTS_N, CHECK_RESULTS, CHECK_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (RepairStep, repair_step, REPAIR_STEPS_N, REPAIR_STEPS, REPAIR_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (ArrivalState, arrival_state, ARRIVAL_STATES_N, ARRIVAL_STATES, ARRIVAL_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (WipeVerdict, wipe_verdict, WIPE_VERDICTS_N, WIPE_VERDICTS, VERDICT_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (RechargeState, recharge_state, RECHARGE_STATES_N, RECHARGE_STATES, RECHARGE_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (RechargeChannel, recharge_channel, RECHARGE_CHANNELS_N, RECHARGE_CHANNELS, CHANNEL_VALUE_,
                     RECORD_NAME_)
DECLARE_RECORD_ENUM (RechargeEvidence, recharge_evidence, RECHARGE_EVIDENCES_N, RECHARGE_EVIDENCES, EVIDENCE_VALUE_,
                     RECORD_NAME_)
DECLARE_RECORD_ENUM (VoucherState, voucher_state, VOUCHER_STATES_N, VOUCHER_STATES, VOUCHER_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (ClockOrigin, clock_origin, CLOCK_ORIGINS_N, CLOCK_ORIGINS, ORIGIN_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (Confidence, confidence, CONFIDENCES_N, CONFIDENCES, CONFIDENCE_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (SecretKind, secret_kind, SECRET_KINDS_N, SECRET_KINDS, SECRET_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (LineNoticeState, line_notice_state, LINE_NOTICE_STATES_N, LINE_NOTICE_STATES, LINE_NOTICE_VALUE_,
                     RECORD_NAME_)
DECLARE_RECORD_ENUM (ModemActKind, modem_act_kind, MODEM_ACT_KINDS_N, MODEM_ACT_KINDS, ACT_KIND_VALUE_, RECORD_NAME_)
DECLARE_RECORD_ENUM (ModemActState, modem_act_state, MODEM_ACT_STATES_N, MODEM_ACT_STATES, ACT_STATE_VALUE_,
                     RECORD_NAME_)
DECLARE_RECORD_ENUM (CardVerdict, card_verdict, CARD_VERDICTS_N, CARD_VERDICTS, CARD_VALUE_, RECORD_NAME_)

/* A place with a daemon of its own, on a register that several share. */
typedef struct {
  Code code;
  char *name;
  gint64 created_at; /* epoch seconds */
} Site;

/* A staff account: who acts. A uid of -1 means it cannot come in through the admin socket. */
typedef struct {
  Code code;
  char *name;
  gint64 uid;
  Code site; /* on whose machine that uid is this person; "" for the machines of all sites */
  Role role;
} Account;

typedef struct {
  Code code;
  char *name;
  char *phone, *email, *town;
  gint64 created_at, last_contact_at; /* epoch seconds, UTC */
} Person;

typedef struct {
  Code code;
  ItemKind kind;
  char *serial, *model, *imei, *inventory_no;
  Money price;
  Code fund; /* "" when no fund paid for it */
  ItemState state;
  char *state_reason; /* why it is blocked, in repair, retired ... */
  gint64 created_at;
} Item;

/* A part that comes and goes with an item: sleeve, charger, stylus. */
typedef struct {
  Code code;
  Code item;
  char *name;
  PieceState state;
} Piece;

/* A SIM card. A replacement card keeps the line. */
typedef struct {
  Code code;
  char *iccid; /* 18 to 20 digits */
  Code line;
  gint64 created_at;
  gint64 seen_at; /* epoch seconds: when a modem last read it; 0 = never */
  /* as it was then; -1 = not said */
  gint64 pin_on, pin_left, puk_left;
  gboolean to_erase; /* it may still hold messages and contacts of a former borrower */
} Card;

/* The last day of something, where that comes from and how far it is to be believed. day "": not known. */
typedef struct {
  Day day;
  ClockOrigin origin;
  Confidence confidence;
} LineClock;

/* A phone line: what is lent and recharged. Two clocks: credit and line expiry. */
typedef struct {
  Code code;
  char *msisdn; /* E.164 "+33639980000", or NULL */
  char *operator_name, *offer;
  LineState state;
  LineClock credit, end;
  gint64 created_at;
  /* what the operator said of the credit: cents, megabytes (-1 = not said), when (epoch seconds, 0 = never) */
  gint64 balance, balance_mb, balance_at;
} Line;

/* That a line is about to die, said once a step. */
typedef struct {
  Code line;
  Day until;
  gint64 step; /* days before: 60, 30, 7 */
  LineNoticeState state;
  gint64 at, claimed_at, sent_at; /* epoch seconds; 0 = not yet */
} LineNotice;

/* What can be bought for a line. The spans are texts of rules/offer.h ("7d", "6m"); NULL: the offer's rule tells. */
typedef struct {
  char *id;
  char *operator_name, *offer; /* offer NULL: every offer of the operator */
  char *name;
  Money price;
  char *credit_valid, *line_valid;
  gboolean is_active;
  gint64 created_at;
} Product;

/* A recharge code that was bought. The code itself is a secret of kind voucher. */
typedef struct {
  Code code;
  char *number; /* printed beside the code: no secret */
  char *operator_name, *product;
  Money price;
  Day expires_on; /* "" when it does not */
  VoucherState state;
  gint64 created_at;
} Voucher;

/* A sealed PIN, PUK or recharge code. */
typedef struct {
  SecretKind kind;
  Code owner; /* card or voucher */
  char *key_id;
  GBytes *box;
  char *print; /* keyed digest of a recharge code, or NULL */
  gint64 at;
} Secret;

/* One loan lends one thing: an item or a line (the other code is ""). Overdue is not stored: it is due_on < today. */
typedef struct {
  Code code;
  Code person;
  Code item, line;
  Day started_on, due_on;
  char *due_reason; /* stable word of rules/dates: "term", "closed:sunday", "holiday:easter_monday", "asked" */
  LoanState state;
  Day closed_on;
  gint64 renewals;
} Loan;

/* A piece as it left and as it came back. in_state is meaningful only when is_back. */
typedef struct {
  Code loan, piece;
  char *name;
  PieceState out_state, in_state;
  gboolean is_back;
  char *condition;
} LoanPiece;

/* Donor or public money with a purpose and a period. balance = granted - spent - reserved, kept by the database >= 0. reserved: what an
 * import under way will spend. */
typedef struct {
  Code code;
  char *name;
  Strand strand;
  guint also_strands; /* set of Strand that it may pay besides */
  guint expenses;     /* set of Expense that it may pay; none: all of them */
  gboolean is_firm;   /* nothing is spent after the period, whoever asks */
  char *conditions;   /* what the donor wrote, or NULL */
  Day from, to;
  Money granted, spent, reserved;
  gint64 created_at;
} Fund;

/* What a fund's ledger moved in one month (of UTC): months are counted from year 0, January (12 * year + month - 1). */
typedef struct {
  gint64 month;
  Money debit, credit;
} FundMonth;

/* A regie d'avances (imprest): a till for small expenses, opened by an act that limits it. */
typedef struct {
  Code code;
  char *name;
  char *act; /* reference of the act that opened it, or changed it last */
  Day act_on;
  Money ceiling;
  char **natures;       /* of expense that the act allows, as it names them; NULL-terminated */
  guint means;          /* set of PayMeans */
  Code holder, deputy;  /* accounts; deputy "" when there is none */
  Money advance;        /* what the accountant has given and not got back */
  Money balance;        /* what is in the till */
  gint64 entries;       /* number of the last line of its journal */
  char month[8];        /* of that line, "2026-11"; "" when there is none */
  char *hash;           /* of that line; NULL when there is none */
  char closed_month[8]; /* the last one; "" when there is none */
  char closed_year[5];
  gint64 requests; /* number of the last one */
  gint64 asked_to; /* the last line that a request holds */
  gint64 created_at;
} Regie;

/* One line of the journal of a regie. */
typedef struct {
  Code regie;
  gint64 number; /* 1, 2, 3 ... without gap per regie */
  gint64 at;     /* epoch seconds: when it was written */
  char *account; /* who wrote it */
  Day on;
  RegieKind kind;
  Money received, paid; /* one of them is 0 */
  char *nature;         /* of an expense, else NULL */
  gboolean has_means;
  PayMeans means;
  char *object, *paper, *paper_hash; /* what for; reference of the paper and SHA-256 of its file; or NULL */
  gint64 reverses;                   /* the line that it takes back, 0 when it is no correction */
  Money balance;                     /* in the till after it */
  char *hash;
} RegieEntry;

/* A month of such a journal. */
typedef struct {
  char month[8];
  gint64 first, last; /* lines */
  Money opening, received, paid;
} RegieMonth;

/* What the accountant is asked to give back: the expenses among lines first to last, less what was taken back. */
typedef struct {
  Code regie;
  gint64 number;
  char year[5];
  gint64 first, last;
  Money amount;
  RegieRequestState state;
  gint64 at;
  char *account;
  gint64 entry; /* the line with which the money came, 0: not yet */
} RegieRequest;

/* An invoice that a fund paid, shared out over the things it bought. Never edited: cancelled as a whole, by a counter-entry. */
typedef struct {
  Code code;
  char *supplier, *invoice; /* name; reference on the paper */
  char *paper_hash;         /* SHA-256 of the file of that paper, 64 hex letters; NULL: not given */
  Day on;                   /* of the invoice */
  Code fund;
  Money total;
  gint64 n_shares;
  gint64 at, cancelled_at; /* epoch seconds; 0 = not cancelled */
} Purchase;

/* What one thing of a purchase costs. */
typedef struct {
  gint64 number; /* 1, 2, 3 ... per purchase */
  Code item;     /* "" for a thing that is not in the register */
  Money price;
} PurchaseShare;

/* One line of a fund's ledger: negative amounts never occur, a correction is a credit. */
typedef struct {
  Code fund;
  gint64 number; /* 1, 2, 3 ... without gap per fund */
  gint64 at;     /* epoch seconds */
  Money debit, credit;
  Code subject; /* the item, recharge or purchase it paid for */
  char *reason;
} FundEntry;

typedef struct {
  Code code;
  Code line, fund, person; /* person: who held the line that day, or "" */
  char *product;
  Money amount;
  Day on;
  gint64 at;
  RechargeState state;
  RechargeChannel channel;
  Code voucher; /* or "" */
  gboolean keep_alive;
  gint64 sent_at, settled_at; /* epoch seconds; 0 = not yet */
  gboolean has_evidence;
  RechargeEvidence evidence;
} Recharge;

typedef struct {
  Code code;
  Code item;
  Code site;         /* on whose bench; set by wipe_insert */
  char *port;        /* "1-1.2": reserved for this item until a verdict; NULL once it was unplugged to be looked at */
  char *proven_port; /* where it was then */
  char *tool;        /* program and version that wipes it */
  char *serial;      /* as read over the cable */
  char *strategy;    /* NULL until armed */
  WipeState state;
  WipeVerdict verdict;
  char *reason; /* stable word: why it waits or ended: "tap", "attest", "cable", "swapped", "google_account" ... */
  char *facts;  /* what was read of the tablet before: lines "name=value", never account names */
  gint64 created_at, started_at, ended_at; /* epoch seconds; 0 = not yet */
  char *asked_by, *attested_by, *attestation;
} Wipe;

/* What people call a port of the bench. */
typedef struct {
  char *port; /* "1-1.2" */
  char *name; /* "slot 3" */
} PortName;

/* One line of a wipe's story: a state change, a command, an answer, a USB event. Append-only. */
typedef struct {
  Code wipe;
  gint64 number; /* 1, 2, 3 ... */
  gint64 at_ms;  /* epoch milliseconds */
  char *kind;    /* "state" | "said" | "answered" | "usb" | "human" */
  char *text;
} WipeEvent;

/* What is looked at before a thing of a kind is lent again. */
typedef struct {
  ItemKind kind;
  char **checks; /* words ("screen"), NULL-terminated */
  gboolean is_required;
} Checklist;

/* One look at one thing of an item. */
typedef struct {
  gint64 number; /* 1, 2, 3 ... per item */
  gint64 at;
  char *account, *name;
  CheckResult result;
} CheckMark;

/* One line of the story of an item's repairs. */
typedef struct {
  Code item;
  gint64 number; /* 1, 2, 3 ... per item */
  gint64 at;
  char *account;
  RepairStep step;
  char *note; /* or NULL */
  Money cost;
  Code fund; /* "" when none paid */
} RepairLine;

/* What a tablet said over the cable when it came in. */
typedef struct {
  char *serial, *port;
  ArrivalState state;
  char *reason; /* failed: a message's code and arguments, as a wipe's; else NULL */
  char *facts;  /* lines "name=value"; NULL until read */
  gint64 at;    /* epoch seconds */
  char *account;
} Arrival;

/* One thing asked of one modem of the SIM bench. */
typedef struct {
  gint64 number;
  Code site; /* on whose bench; set by modem_act_insert */
  ModemActKind kind;
  ModemActState state;
  char *port, *imei;
  char *iccid;               /* of the card that is meant; NULL: whichever is in it */
  Code card, line, recharge; /* or "" */
  char *dialogue;            /* id, or NULL */
  CardVerdict verdict;
  char *reason;                       /* a message's code and arguments, as a wipe's; or NULL */
  char *answer;                       /* the operator's words, codes as dots; or NULL */
  gint64 eur, mb;                     /* cents, megabytes; -1 = not said */
  Day until;                          /* "" = not said */
  gint64 attempts_left;               /* -1 = not said */
  gint64 messages, contacts;          /* on the card, when they were counted or erased; -1 = not said */
  gint64 asked_at, sent_at, ended_at; /* epoch seconds; 0 = not yet */
  char *account;
} ModemAct;

/* One line of the journal. hash = SHA-256 of the other fields but seq and of the previous hash (db/journal.h says how). */
typedef struct {
  gint64 seq;    /* among those of all sites, in the order in which they came: 1, 2, 3 ... */
  Code site;     /* whose daemon wrote it; "" for the site without a name */
  gint64 number; /* 1, 2, 3 ... without gap, per site */
  gint64 at;     /* epoch seconds */
  char *account, *verb, *subjects, *before, *after, *reason;
  char *previous_hash, *hash; /* 64 hex letters */
} JournalLine;
