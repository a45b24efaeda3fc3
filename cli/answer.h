/* What the daemon answered, told to a person: refusals, the three lists, JSON as it came. Not for tables (ask.h). */
#pragma once
#include "cli/client.h"
#include <jansson.h>

/* The answer as JSON (caller json_decref's), or NULL with LEAVE_UNREACHABLE when it is not JSON: that is not our daemon. */
json_t *answer_parse (const Session *session, const Reply *reply, GError **error);

/* A text of it; "" when it has none of that name. Borrowed. */
const char *answer_text (const json_t *object, const char *name);

/* The sentence of one finding or problem in the reader's language; its code when it has none. Caller frees. */
char *answer_sentence (const json_t *finding, Language language);

/* Prints a refusal on standard error: the sentence, the code, the lists; with --json also the answer on standard output.
 * Returns the exit code of its status. */
Leave answer_refuse (const Session *session, const Reply *reply);

/* "Impossible / À confirmer / À savoir" of an answer, empty ones left out; nothing when all are empty. told: the code of what
 * was said already, not said twice, or NULL. */
void answer_lists (const Session *session, const json_t *answer, const char *told, FILE *out);

/* What there is to know after an act that was done, on standard error: what was overridden is no question any more. */
void answer_notes (const Session *session, const json_t *answer);

/* Would the act be refused? (of an answer to a preview) something is impossible, or needs a right that overrides does not claim.
 * overrides: JSON array of rights, or NULL. */
gboolean answer_stops (const json_t *answer, const json_t *overrides);

/* The answer's bytes unchanged, ended by a line end. */
void answer_raw (const Reply *reply);

/* "temoin : SENTENCE (CODE)" on standard error. What follows a "|" in code is in the sentence already. */
void answer_complain (Language language, const char *sentence, const char *code);
