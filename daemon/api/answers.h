/* Answers that are kept as long as nothing is written: a screen that is looked at again, by the same desk or by the next one, costs no second
 * reading. What is kept is what a reader would answer now, never something older: it is asked for by the register's version, which changes
 * before anyone is told that a write is done. Any thread. */
#pragma once
#include "daemon/api/request.h"

typedef struct _Answers Answers;

#define ANSWERS_BYTES_MAX (8 * 1024 * 1024)

/* bytes_max: of all that is kept. */
Answers *answers_new (gsize bytes_max);
/* Accepts NULL. */
void answers_free (Answers *answers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answers, answers_free)

/* For a route whose answer depends on nothing but the register, the day and who asks (Route.is_kept): before the request is queued. TRUE: it
 * is answered (request->answer). FALSE: a reader has to be asked; answers_keep then knows since when. */
gboolean answers_find (Answers *answers, Request *request);
/* Keeps the answer that a reader gave to a request that answers_find had no answer to. One that is older by now, or no success, is dropped. */
void answers_keep (Answers *answers, const Request *request);
