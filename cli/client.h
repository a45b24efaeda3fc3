/* One HTTP request and its answer over the daemon's UNIX socket. Knows nothing of what is asked. */
#pragma once
#include "cli/fault.h"
#include "cli/session.h"
#include <stdio.h>

/* Called while bytes move, and about once a second while none does; total is 0 when unknown. */
typedef void (*ClientProgress) (guint64 done, guint64 total, gpointer user);

typedef struct {
  const char *method; /* "GET" or "POST" */
  const char *target; /* path and query, escaped */
  const char *body;   /* JSON, or NULL */
  FILE *upload;       /* seekable; its whole content is the body (type); NULL: none */
  const char *type;   /* content type of upload */
  FILE *download;     /* a 2xx answer is written here instead of into the reply; NULL: none */
  gboolean is_long;   /* the daemon may think about it for minutes: silence is no loss */
  ClientProgress progress;
  gboolean (*stops) (
      gpointer
          user); /* asked about once a second: TRUE ends the answer here, as if that were its end; NULL: nobody does */
  gpointer user;
} Request;

typedef struct {
  long status;
  GString *body; /* what was not downloaded; NULL only before an answer */
} Reply;
void reply_clear (Reply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reply, reply_clear)

/* Sends request and waits for its answer, whatever the status. A POST carries a fresh Idempotency-Key; when the connection is
 * lost after sending, the request is sent once more with the same key, so that it cannot be done twice. Fails with
 * LEAVE_UNREACHABLE: no daemon, or no answer (the sentence says when the outcome is not known). reply: set on success only. */
gboolean client_ask (const Session *session, const Request *request, Reply *reply, GError **error);
