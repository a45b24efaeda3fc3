/* The journal: one line an action, appended in the action's own transaction, chained by hashes. It has no function that edits.
 *
 * Each site has a chain of its own: its lines are numbered 1, 2, 3 ... without a gap, and each names the hash of the one before.
 * hash = lower-case hex of SHA-256 over ten fields, each written as a netstring (decimal length in bytes, ':', the UTF-8 bytes, ','):
 * site, number and at in decimal, account, verb, subjects, before, after, reason, previous_hash; in that order, nothing between them. The
 * site without a name has no first field: that is how every line was hashed before there were sites.
 * A text that is not known is empty. The previous hash of line 1 is 64 zeros. `echo -n '1:1,3:100,...' | sha256sum` recomputes it.
 * The last number and hash of each site are also kept apart (table journal_head), so that lines cut from the end are missed. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Frees the record and its strings. Accepts NULL. */
void journal_line_free (JournalLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (JournalLine, journal_line_free)

/* Appends a line to the chain of the store's site; only inside a transaction of the one writer. at: epoch seconds. account: an account's code, or "" for the daemon
 * itself. subjects: codes separated by one space. subjects, before, after, reason may be NULL (kept as ""). Texts are valid UTF-8
 * (DB_ERROR_CHECK otherwise). No person's name or number belongs in here: only codes. */
gboolean journal_append (Store *store, gint64 at, const char *account, const char *verb, const char *subjects,
                         const char *before, const char *after, const char *reason, GError **error);
/* The instant of the newest line of the store's site, epoch seconds; 0 when there is none. */
gboolean journal_newest_at (Store *store, gint64 *at, GError **error);
/* Lines of all sites with a seq above after_seq (0 = from the first), in order, at most limit. Array of JournalLine; caller unrefs. */
GPtrArray *journal_list (Store *store, gint64 after_seq, guint limit, GError **error);
/* The same of one site ("" for the one without a name), those with a number above after_number. */
GPtrArray *journal_list_of_site (Store *store, const char *site, gint64 after_number, guint limit, GError **error);
/* The lines that name this code among their subjects, newest first, at most limit. Array of JournalLine; caller unrefs. */
GPtrArray *journal_list_of (Store *store, const char *code, guint limit, GError **error);

typedef enum {
  JOURNAL_WHOLE,
  JOURNAL_GAP,      /* a line is missing before bad_number */
  JOURNAL_PREVIOUS, /* bad_number does not name the hash of the line before it */
  JOURNAL_HASH,     /* bad_number was edited: its hash is not that of its text */
  JOURNAL_TAIL,     /* lines are missing at the end, from bad_number on, or were added without being counted */
} JournalProblem;
const char *journal_problem_name (JournalProblem problem); /* "whole" "gap" "previous" "hash" "tail" */
/* What is known of the chain of one site. */
typedef struct {
  Code site;
  gint64 lines; /* checked and good */
  JournalProblem problem;
  gint64 bad_number;  /* of its first bad line; 0 when whole */
  char head_hash[65]; /* of its last line; "" when it has none, or is not whole */
} JournalChain;
/* Recomputes the chain of every site (site NULL), or of one, a line at a time; each to its first problem or its end. Array of JournalChain
 * by site, also of sites that wrote nothing; caller unrefs. NULL only when the database cannot be read. */
GPtrArray *journal_verify_sites (Store *store, const char *site, GError **error);
/* The same of all sites in one report: the first chain that is broken (else the first chain), lines: the good ones of all. */
gboolean journal_verify (Store *store, JournalChain *report, GError **error);
