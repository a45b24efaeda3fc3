/* What a mistyped code was probably meant to be: "Did you mean ...?". The check letter leaves a few candidates, and the register says which of
 * them exist. */
#pragma once
#include "daemon/api/request.h"

/* Looks up what text, which is no code, may have meant; sets request->near when there is something. FALSE: the register failed. */
gboolean near_find (Request *request, Store *store, const char *text, GError **error);
/* The same for the code that failed complains of; does nothing for any other error (NULL: none). When the register fails, nothing is
 * proposed. */
void near_find_refused (Request *request, Store *store, const GError *failed);
/* The sentence of the finding, followed by the proposal if there is one. Caller frees. */
char *near_sentence (const Request *request, const Finding *finding, Language language);
/* "near" in the open object: the codes. Nothing when nothing is proposed. */
void near_write_codes (const Request *request, Writer *writer);
/* The proposal alone. Caller frees; NULL when nothing is proposed. */
Finding *near_finding (const Request *request);
