/* Is a certificate of erasure what the register says? A file, a scanned QR code, or a code is compared with what the daemon makes anew. */
#pragma once
#include "cli/commands.h"

/* CommandFunc: "certificate verify FILE|CODE". LEAVE_REFUSED when something differs, each difference told. */
Leave certify_verify (const Session *session, const Typed *typed, GError **error);

/* What a scanned text or a typed code names. TRUE: code (8 letters, upper case) and digest (32 letters of lower-case hexadecimal, or "" when
 * the text has none). FALSE: it is neither. */
gboolean certify_read_text (const char *text, char code[9], char digest[33]);
/* Each difference between a certificate and the register's, in their order: array of g_free'd sentences. Both are borrowed. */
GPtrArray *certify_compare (const json_t *shown, const json_t *register_s, Language language);
