/* Regies d'avances (imprests): a till for small expenses, its journal, its months and what the accountant is asked to give back. Whether a
 * line may be written is decided by daemon/rules/regie; here the CHECKs of the table are the last judge: the till is never below zero and
 * the advance never above the ceiling, however many ask at once.
 *
 * hash of a line = lower-case hex of SHA-256 over these fields as netstrings (decimal length in bytes, ':', the bytes, ','), in that order:
 * regie, number, at, account, on_day, kind, received, paid (cents), nature, means, object, paper, paper_hash, reverses (0: none), balance,
 * hash of the line before (64 zeros for line 1). A text that is not there is empty. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Free the records and their strings. Accept NULL. */
void regie_free (Regie *regie);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Regie, regie_free)
void regie_entry_free (RegieEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RegieEntry, regie_entry_free)
void regie_request_free (RegieRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RegieRequest, regie_request_free)

/* Adds a regie with an empty journal, findable by store_search (name, act). DB_ERROR_FOREIGN: no such account. */
gboolean regie_insert (Store *store, const Regie *regie, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Regie *regie_load (Store *store, const char *code, GError **error);
/* At most limit of them by code after after_code (NULL or "" = from the first). Array of Regie; caller unrefs. */
GPtrArray *regie_list (Store *store, const char *after_code, guint limit, GError **error);
/* Writes what an act may change: name, act and its day, ceiling, natures, means, holder, deputy. DB_ERROR_CHECK: a ceiling below the
 * advance. */
gboolean regie_update (Store *store, const Regie *regie, GError **error);

/* Writes the next line of its journal and moves the till; number, balance and hash of entry are made here, and regie is moved along. regie: as
 * loaded in this transaction. DB_ERROR_CHECK: the till would be below zero, or the advance above the ceiling; DB_ERROR_UNIQUE: that line is
 * taken back already; DB_ERROR_STALE: somebody was faster. */
gboolean regie_entry_append (Store *store, Regie *regie, RegieEntry *entry, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
RegieEntry *regie_entry_load (Store *store, const char *regie, gint64 number, GError **error);
/* Lines with numbers from first to last, in order, at most limit. Array of RegieEntry; caller unrefs. */
GPtrArray *regie_entry_list (Store *store, const char *regie, gint64 first, gint64 last, guint limit, GError **error);
/* The newest line about that paper that is not taken back, or NULL with *error untouched. Caller frees. */
RegieEntry *regie_entry_of_paper (Store *store, const char *regie, const char *paper_hash, GError **error);
/* The number of the line that takes that one back; 0 when none does. */
gboolean regie_entry_reversed_by (Store *store, const char *regie, gint64 number, gint64 *by, GError **error);

/* Its months from "2026-01" to "2026-12", both included, those with lines, in order. Array of RegieMonth; caller unrefs. */
GPtrArray *regie_month_list (Store *store, const char *regie, const char *from, const char *to, GError **error);
/* month, year: what is closed from now on; NULL: stays. DB_ERROR_NOT_FOUND. */
gboolean regie_close (Store *store, const char *regie, const char *month, const char *year, GError **error);

/* Adds the next request (its number is made here, and regie is moved along) and marks its lines as asked for. */
gboolean regie_request_insert (Store *store, Regie *regie, RegieRequest *request, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
RegieRequest *regie_request_load (Store *store, const char *regie, gint64 number, GError **error);
/* Those with a number above after, in order, at most limit. Array of RegieRequest; caller unrefs. */
GPtrArray *regie_request_list (Store *store, const char *regie, gint64 after, guint limit, GError **error);
/* The money came with that line of the journal (asked -> received), or 0: that line was taken back (received -> asked). DB_ERROR_STALE. */
gboolean regie_request_settle (Store *store, const char *regie, gint64 number, gint64 entry, GError **error);
/* The request whose money came with that line, or NULL with *error untouched. Caller frees. */
RegieRequest *regie_request_of_entry (Store *store, const char *regie, gint64 entry, GError **error);

/* Codes of regies whose till, advance, months or chain of hashes do not follow their journal: empty when all is well. Array of g_free'd
 * strings; caller unrefs. Reads whole journals, a line at a time: nightly, not per request. */
GPtrArray *regie_reconcile (Store *store, GError **error);
