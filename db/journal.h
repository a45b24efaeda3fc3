/* The journal: one line an action, appended in the action's own transaction, chained by hashes. It has no function that edits.
 *
 * hash = lower-case hex of SHA-256 over nine fields, each written as a netstring (decimal length in bytes, ':', the UTF-8 bytes, ','):
 * seq and at in decimal, account, verb, subjects, before, after, reason, previous_hash; in that order, nothing between them.
 * A text that is not known is empty. The previous hash of line 1 is 64 zeros. `echo -n '1:1,3:100,...' | sha256sum` recomputes it.
 * The last seq and hash are also kept apart (table journal_head), so that lines cut from the end are missed. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Frees the record and its strings. Accepts NULL. */
void journal_line_free (JournalLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (JournalLine, journal_line_free)

/* Appends a line; only inside a transaction of the one writer. at: epoch seconds. account: an account's code, or "" for the daemon
 * itself. subjects: codes separated by one space. subjects, before, after, reason may be NULL (kept as ""). Texts are valid UTF-8
 * (DB_ERROR_CHECK otherwise). No person's name or number belongs in here: only codes. */
gboolean journal_append (Store *store, gint64 at, const char *account, const char *verb, const char *subjects,
                         const char *before, const char *after, const char *reason, GError **error);
/* The instant of the newest line, epoch seconds; 0 when there is none. */
gboolean journal_newest_at (Store *store, gint64 *at, GError **error);
/* Lines with a seq above after_seq (0 = from the first), in order, at most limit. Array of JournalLine; caller unrefs. */
GPtrArray *journal_list (Store *store, gint64 after_seq, guint limit, GError **error);
/* The lines that name this code among their subjects, newest first, at most limit. Array of JournalLine; caller unrefs. */
GPtrArray *journal_list_of (Store *store, const char *code, guint limit, GError **error);

typedef enum {
  JOURNAL_WHOLE,
  JOURNAL_GAP,      /* a line is missing before bad_seq */
  JOURNAL_PREVIOUS, /* bad_seq does not name the hash of the line before it */
  JOURNAL_HASH,     /* bad_seq was edited: its hash is not that of its text */
  JOURNAL_TAIL,     /* lines are missing at the end, from bad_seq on, or were added without being counted */
} JournalProblem;
typedef struct {
  gint64 lines; /* checked and good */
  JournalProblem problem;
  gint64 bad_seq; /* 0 when whole */
} JournalReport;
const char *journal_problem_name (JournalProblem problem); /* "whole" "gap" "previous" "hash" "tail" */
/* Recomputes the whole chain, a line at a time. TRUE when it could be read to the first problem or the end: look at
 * report->problem. FALSE only when the database cannot be read. */
gboolean journal_verify (Store *store, JournalReport *report, GError **error);
