/* A file being imported: the job, the lines that it will make, what they claim, the money they reserve. Rows are deleted when the work is
 * done. What a line means, and in which order this is used, is daemon/actions/import's. */
#pragma once
#include "db/records.h"
#include "db/store.h"

typedef enum {
  IMPORT_STAGING, /* being judged; dropped when its daemon starts again */
  IMPORT_SEALED,  /* will be in the register, whatever happens */
  IMPORT_OVER,    /* done or dropped: rows are left to be cleared */
} ImportState;
const char *import_state_name (ImportState state); /* "staging" "sealed" "over" */

typedef struct {
  gint64 number; /* random */
  char *owner;   /* the daemon that works on it: any text that is its own, also after a restart */
  ImportState state;
  gboolean is_rehearsal;
  char *account; /* who imports: code and role at that moment */
  Role role;
  char *key, *request_hash; /* Idempotency-Key, or NULL */
  char *kind;               /* "tablets" ... */
  char *columns;            /* names of the file's columns, separated by one space */
  char *fund;               /* pays the lines that name none; as typed, NULL for none */
  gint64 at;                /* epoch seconds: its lines are judged and dated at that instant */
  gint64 lines, made, known, errors;
  gint64 applied;   /* of made */
  gint64 last_line; /* of the file, read so far */
} ImportJob;
/* Frees the record and its strings. Accepts NULL. */
void import_job_free (ImportJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImportJob, import_job_free)

gboolean import_job_insert (Store *store, const ImportJob *job, GError **error);
/* DB_ERROR_NOT_FOUND when there is none (any more): the register was replaced by a backup. Caller frees. */
ImportJob *import_job_load (Store *store, gint64 number, GError **error);
/* All that are not cleared yet; of that owner, or of all with NULL. Array of ImportJob, oldest first; caller unrefs. */
GPtrArray *import_job_list (Store *store, const char *owner, GError **error);
/* Writes the numbers of the job (lines ... last_line) and its state. DB_ERROR_NOT_FOUND. */
gboolean import_job_update (Store *store, const ImportJob *job, GError **error);
/* Its lines, claims and reservations must be gone (DB_ERROR_FOREIGN). */
gboolean import_job_delete (Store *store, gint64 number, GError **error);

/* A line that will make something. */
typedef struct {
  gint64 line;
  char *cells;
} StagedLine;
gboolean import_line_add (Store *store, gint64 job, gint64 line, const char *cells, GError **error);
/* The next lines, at most limit, in the order of the file. Array of StagedLine that frees them; caller unrefs. */
GPtrArray *import_line_next (Store *store, gint64 job, guint limit, GError **error);
/* Deletes the lines from first to last, both included, with their claims. */
gboolean import_line_drop (Store *store, gint64 job, gint64 first, gint64 last, GError **error);

/* DB_ERROR_UNIQUE when a line of the same job has it. */
gboolean import_claim_add (Store *store, gint64 job, gint64 line, const char *field, const char *value, GError **error);
/* The line of that job which has it; 0: none. */
gboolean import_claim_in_job (Store *store, gint64 job, const char *field, const char *value, gint64 *line,
                              GError **error);
/* The line, of any job that is no rehearsal and not over, which has it; 0: none. */
gboolean import_claim_find (Store *store, const char *field, const char *value, gint64 *line, GError **error);

/* Moves what a job has reserved of a fund by amount (below zero: less). For a rehearsal that is a note; otherwise the fund itself
 * has so much less to spend. DB_ERROR_CHECK: the fund has not so much left. */
gboolean import_fund_reserve (Store *store, const ImportJob *job, const char *fund, Money amount, GError **error);
/* What the job has reserved of a fund. */
gboolean import_fund_reserved (Store *store, gint64 job, const char *fund, Money *reserved, GError **error);
/* Gives back what the job has reserved. */
gboolean import_fund_release (Store *store, const ImportJob *job, GError **error);
