/* What went wrong, as application/problem+json: one table from errors to sentences, one from kinds of sentences to HTTP statuses.
 * No handler chooses a status for an error. */
#pragma once
#include "daemon/api/request.h"

/* Makes the answer of request from error; the three lists are added when the outcome has any, and "rows" when there is a complaint. A
 * fault of ours is logged here. */
void problem_answer (Request *request, const GError *error);
/* The HTTP status of that message. */
guint problem_status (MessageId id);
/* One finding as an object: a member of the open array. */
void problem_write_finding (Writer *writer, const Finding *finding);
/* The list "to_know" of the open object, with that finding alone. */
void problem_write_note (Writer *writer, const Finding *finding);
/* The three lists as members of the open object. */
void problem_write_lists (Writer *writer, const Verdict *verdict);
