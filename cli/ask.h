/* The three ways in which most commands ask and show: act (POST), list (GET, page by page), record (GET, one object). */
#pragma once
#include "cli/answer.h"
#include "cli/commands.h"

/* CommandFunc: POSTs the fields; one line for each object of the main kind, then what there is to know. */
Leave ask_act (const Session *session, const Typed *typed, GError **error);
/* CommandFunc: a table of the row's columns; all pages, or one when --limit is given or the JSON is asked. */
Leave ask_list (const Session *session, const Typed *typed, GError **error);
/* CommandFunc: one object, a line for each field, a table for each list in it. */
Leave ask_record (const Session *session, const Typed *typed, GError **error);
/* CommandFunc: recomputes the journal's chain; LEAVE_UNREACHABLE with a sentence when it is broken. */
Leave ask_verify (const Session *session, const Typed *typed, GError **error);

/* CommandFunc: compares balances with ledgers; LEAVE_UNREACHABLE, and what is wrong, when they differ. */
Leave ask_reconcile (const Session *session, const Typed *typed, GError **error);
/* CommandFunc: is the daemon well? LEAVE_UNREACHABLE when it is not. */
Leave ask_health (const Session *session, const Typed *typed, GError **error);

/* GET target. The parsed 2xx answer (caller json_decref's), or NULL: *leave is the exit code, and error is set unless the
 * server's refusal was printed. reply: the bytes too, when not NULL (cleared by the caller). */
json_t *ask_get (const Session *session, const char *target, Reply *reply, Leave *leave, GError **error);
/* The same for a POST of body. */
json_t *ask_post (const Session *session, const char *target, const char *body, Reply *reply, Leave *leave,
                  GError **error);

/* The same for what was typed: asks for the codes that its command wants first, and leaves none of them in memory. */
json_t *ask_typed (const Session *session, const Typed *typed, Reply *reply, Leave *leave, GError **error);

/* Prints one object as ask_record does. */
void ask_print_record (const Session *session, const json_t *object);
