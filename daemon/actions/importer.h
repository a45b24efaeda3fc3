/* Imports one after the other, in slices that yield to the desk. A file is staged (judged, its numbers and money claimed), sealed in one
 * step, then applied: from the seal on it will be in the register as a whole, also when the daemon is killed in between. */
#pragma once
#include "daemon/actions/clock.h"
#include "daemon/actions/events.h"
#include "daemon/actions/import.h"
#include "daemon/actions/offers.h"
#include "daemon/actions/vault.h"
#include "db/register.h"

typedef struct _Importer Importer;

/* Borrowed; everything must outlive the Importer. */
typedef struct {
  /* Runs func in one transaction of its own: register_write_wait. */
  gboolean (*write) (gpointer user, RegisterFunc func, gpointer data, GError **error);
  gpointer user;
  const char *owner; /* names this daemon, also after a restart: only its own jobs are taken up again */
  const Calendar *calendar;
  Clock *clock;
  Vault *vault; /* keys of the codes that a file may have; NULL: codes are refused */
  const Offers *offers;
  const RechargeLimits *limits;
  Events *events; /* topic "import", subject: the job's number; NULL: nobody is told */
  char *(*print) (const ImportReport *report,
                  int *status); /* what is kept for an Idempotency-Key. Caller frees. NULL: nothing is kept */
  guint slice_lines;            /* most lines in one transaction; 0: as many as fit the time */
  guint lines_max;              /* of a file; 0: IMPORT_LINES_MAX */
} ImporterWorld;

/* Nothing is taken up before importer_start or importer_resume. */
Importer *importer_new (const ImporterWorld *world);
/* A thread that finishes what was sealed and drops what was not, now and whenever something is left over. */
void importer_start (Importer *importer);
/* Imports under way stop at their next slice (DB_ERROR_STOPPING); a sealed one is taken up again at the next start. Any thread. */
void importer_stop (Importer *importer);
/* Joins the thread. No importer_run may be under way. Accepts NULL. */
void importer_free (Importer *importer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Importer, importer_free)
/* Another register took the place of the old one: looks for what it has left over. Any thread. */
void importer_wake (Importer *importer);
/* Finishes or drops all jobs that are left. On error some still are. */
gboolean importer_resume (Importer *importer, GError **error);

/* Imports a file; waits for its turn and for the end. request->context->is_preview: the rehearsal, which changes nothing; TRUE whatever the
 * lines say. Otherwise FALSE when a line has an error (RULE_ERROR M_IMPORT_WRONG). report is filled in all these cases, because it says what
 * to mend. A file that cannot be read at all is a RULE_ERROR M_IMPORT_*. Lines that are all known change nothing and write no
 * journal line. M_IMPORT_PAUSED: sealed, but not all could be written; it is taken up again by itself. answer (caller clears): with
 * IDEMPOTENCY_SAME what this key was answered before, and the report is empty. */
gboolean importer_run (Importer *importer, const ImportRequest *request, ImportReport *report,
                       IdempotencyAnswer *answer, GError **error);
