/* Hashes over fields, so that no two lists of fields give the same bytes: each is a netstring (decimal length in bytes, ':', the bytes, ','). For
 * db/ only. */
#pragma once
#include <glib.h>

/* The hash before the first line. */
#define CHAIN_START "0000000000000000000000000000000000000000000000000000000000000000"

/* NULL is as "". */
void chain_add_text (GString *bytes, const char *text);
/* In decimal. */
void chain_add_number (GString *bytes, gint64 number);
/* SHA-256 of what was added, in lower-case hex. Caller frees. */
char *chain_hash (const GString *bytes);
