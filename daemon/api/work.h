/* Where a request is worked on: it takes it through the register's threads and the drawing pool, and says when the answer is
 * ready. Knows nothing of sockets. */
#pragma once
#include "daemon/api/routes.h"

typedef struct _Work Work;
/* Called once, in any thread, when request->answer is ready; or, for ROUTE_STREAM and what takes a file, when the account may go on and
 * there is no answer yet. Must not block. */
typedef void (*WorkDone) (Request *request, gpointer user);

Work *work_new (const ApiWorld *world, WorkDone done, GError **error);
/* Waits for the drawings under way. Accepts NULL. */
void work_free (Work *work);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Work, work_free)

/* Is the answer known already? Then request->answer is it, and nothing is started. */
gboolean work_knows (Work *work, Request *request);
/* Starts what the route says. request must live until done is called. */
void work_start (Work *work, Request *request, gpointer user);
/* The second half of a request that takes a file: its body is in the file now. */
void work_start_draw (Work *work, Request *request, gpointer user);
/* ROUTE_NOW: makes the answer before it returns. */
void work_now (Request *request);
