/* What the files of an import share: one file on its way, and its steps. For daemon/actions/import* alone.
 *
 *     begin -> stage ... -> seal -> apply ... -> finish -> clear ...
 *                  \-> drop (a rehearsal, a wrong line, nothing new, a daemon that starts again) -> clear ...
 *
 * Each step is one short request to the register (a RegisterFunc over Import), with one transaction; between two of them the queue is
 * served. A step works from what is in the register, so that a daemon that was killed goes on with it. */
#pragma once
#include "daemon/actions/clock.h"
#include "daemon/actions/csv.h"
#include "daemon/actions/import.h"
#include "daemon/actions/import_kind.h"
#include "db/import_job.h"

typedef struct {
  ImportJob *job;        /* as last read or written */
  ActionContext context; /* of the lines: never a preview; at the job's instant */
  const ImportKind *kind;
  gsize *columns;  /* of the kind, one a column of the file */
  guint n_columns; /* of the file */
  ImportReport report;
  /* while it is staged */
  const ImportRequest *request; /* NULL for a job that is taken up again */
  Clock *clock;                 /* not owned */
  CsvReader *reader;
  CsvRecord *header;
  char *body_digest; /* of the file, when there is a key */
  GPtrArray *chunk;  /* CsvRecord: read, and in part staged */
  guint staged;      /* of them */
  gboolean has_all;  /* the file was read to its end */
  IdempotencyAnswer stored;
  char *(*print) (const ImportReport *report, int *status); /* the answer to keep; NULL: none is kept */
  guint slice_lines;                                        /* most lines of a slice */
  guint lines_max;
  guint next_row;   /* of the report: the first that a slice has not made yet */
  gboolean is_over; /* the last step of its sort found nothing left to do */
} Import;
void import_init (Import *import);
void import_clear (Import *import);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, import_clear)
/* The import of a job of the register: what its lines are, and who makes them. job is taken; of world what belongs to no one
 * request is used: calendar, keys, offers. */
gboolean import_resume (Import *import, ImportJob *job, const ActionContext *world, GError **error);

/* ---- import.c: the file, without the register ---- */

/* Reads the header. RULE_ERROR M_IMPORT_*. */
gboolean import_open (Import *import, const ImportRequest *request, GError **error);
/* Reads the next records, once those before are staged. FALSE without error: there is none. */
gboolean import_read (Import *import, GError **error);

/* ---- import_stage.c, import_apply.c: steps, data is the Import ---- */

/* Makes the job; or finds the answer that this key has had (import->stored). M_CLOCK_BACKWARDS, M_KEY_*. */
gboolean import_begin (Store *store, gpointer data, GError **error);
/* Judges the records of the chunk for some milliseconds. is_over: all of them. */
gboolean import_stage (Store *store, gpointer data, GError **error);
/* From here on the file is in the register, or will be. */
gboolean import_seal (Store *store, gpointer data, GError **error);
/* Makes lines for some milliseconds. is_over: there was none left. */
gboolean import_apply (Store *store, gpointer data, GError **error);
/* The journal's line and the answer that is kept. */
gboolean import_finish (Store *store, gpointer data, GError **error);
/* Gives claims and money back. A file that was good, and held nothing new, is answered for its key. */
gboolean import_drop (Store *store, gpointer data, GError **error);
/* Deletes some of what is left. is_over: the job itself is gone. */
gboolean import_clean (Store *store, gpointer data, GError **error);

/* How long a slice works: microseconds. With the group's other requests and its commit it stays under the 50 ms that a desk may wait. */
#define IMPORT_SLICE_US (15 * G_TIME_SPAN_MILLISECOND)
/* May a slice that began then take one more line, after n? */
gboolean import_slice_goes_on (const Import *import, gint64 began_us, guint n);
/* Adds a row; long reports keep the errors alone. Takes finding. */
void import_report_add (ImportReport *report, const ImportRow *row);
void import_row_free (gpointer row);
/* A line as it is kept: its cells joined, and sealed when one of them is a code. Caller frees. */
char *import_pack (const Import *import, gint64 line, char *const *fields, GError **error);
/* The cells again. Caller frees with g_strfreev. */
char **import_unpack (const Import *import, const StagedLine *staged, GError **error);
/* The cells of a line in the order of the kind's columns: NULL where the file has none. fields: the file's. Caller frees the array. */
const char **import_cells (const Import *import, char *const *fields);
